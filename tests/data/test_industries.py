"""Reading a taxonomy file, every error's text, and what the sums of divisions do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clusterkit.data.industries import (
    NACE_DIVISIONS,
    Category,
    Taxonomy,
    aggregate,
    aggregate_range,
    coverage,
    list_taxonomies,
    load_taxonomy,
)
from clusterkit.errors import ContractError, ParamError

HEAD = 'schema_version: 1\nid: small\ntitle: "Small"\nsource: "own"\n'
CLOTH = '  cloth:\n    name: "Cloth"\n    rating: approximate\n    reason: "an example"\n    members: {"C13": 0.5}\n'
GOOD = HEAD + "categories:\n" + CLOTH
TWO = Taxonomy(
    "two",
    "Two",
    {},
    {"cloth": "Cloth", "farms": "Farms", "none": "None"},
    {
        "cloth": Category("approximate", "an example", {"C13": 1.0, "C14": 0.5}),
        "farms": Category("approximate", "an example", {"A01": 0.75, "C10": 0.25}),
        "none": Category("not observable", "an example", {}),
    },
)
DIVISIONS = ["C10", "C13", "C14"]


def write(folder: Path, text: str, name: str = "small.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_nace_has_88_divisions() -> None:
    assert len(NACE_DIVISIONS) == len(set(NACE_DIVISIONS)) == 88
    assert (NACE_DIVISIONS[0], NACE_DIVISIONS[-1]) == ("A01", "U99")
    assert {"B04", "C34", "D34", "J57", "N76", "Q89"}.isdisjoint(NACE_DIVISIONS)


def test_a_small_file_loads(tmp_path: Path) -> None:
    taxonomy = load_taxonomy(write(tmp_path, GOOD))
    assert taxonomy.categories == {"cloth": "Cloth"}
    assert taxonomy.definitions["cloth"] == Category("approximate", "an example", {"C13": 0.5})
    assert (taxonomy.label("cloth"), taxonomy.phrase("cloth"), taxonomy.section_of("cloth")) == (
        "Cloth",
        "cloth",
        "Small",
    )
    assert not taxonomy.overlapping


def test_a_text_alone_is_the_division_itself(tmp_path: Path) -> None:
    taxonomy = load_taxonomy(write(tmp_path, HEAD + 'sections: {"C": "Making"}\ncategories: {"C13": "Textiles"}\n'))
    assert taxonomy.definitions["C13"].members == {"C13": 1.0}
    assert (taxonomy.label("C13"), taxonomy.phrase("C13"), taxonomy.section_of("C13")) == (
        "Textiles (C13)",
        "textiles (C13)",
        "Making",
    )


CATEGORY_ERRORS = {
    "unknown division": (
        GOOD.replace('"C13": 0.5', '"C34": 0.5'),
        "'C34' of the category cloth is not a division of NACE Rev. 2.",
        10,
        "did you mean C3",
    ),
    "section letter forgotten": (
        GOOD.replace('"C13": 0.5', "13: 0.5"),
        "13 of the category cloth is not a division of NACE Rev. 2.",
        10,
        "did you mean C13",
    ),
    "weight above 1": (
        GOOD.replace("0.5", "1.2"),
        "The weight of C13 in cloth is 1.2.",
        10,
        "write a number such as 0.5, or remove the line",
    ),
    "weight zero": (GOOD.replace("0.5", "0"), "The weight of C13 in cloth is 0.", 10, "or remove the line"),
    "weight not a number": (
        GOOD.replace("0.5", ".nan"),
        "The weight of C13 in cloth is nan.",
        10,
        "or remove the line",
    ),
    "weight true": (GOOD.replace("0.5", "true"), "The weight of C13 in cloth is True.", 10, "or remove the line"),
    "weight text": (GOOD.replace("0.5", '"0.5"'), "The weight of C13 in cloth is '0.5'.", 10, "or remove the line"),
    "members a list": (
        GOOD.replace('{"C13": 0.5}', '["C13"]'),
        "members of cloth is ['C13'].",
        10,
        'write lines such as "C13": 1.0',
    ),
    "no reason": (
        GOOD.replace('    reason: "an example"\n', ""),
        "The category cloth has no reason.",
        6,
        "add reason; see",
    ),
    "empty reason": (
        GOOD.replace("an example", " "),
        "reason of cloth is ' ', not a text.",
        9,
        "write a text in quotes",
    ),
    "unknown rating": (
        GOOD.replace("approximate", "aproximate"),
        "The rating of cloth is 'aproximate'.",
        8,
        "did you mean approximate?",
    ),
    "odd rating": (GOOD.replace("approximate", "5"), "The rating of cloth is 5.", 8, "choose one of the three"),
    "exact with a part": (
        GOOD.replace("approximate", "exact"),
        "The category cloth is rated exact, but takes a part of a division.",
        10,
        "set the weights to 1, or rate the category approximate",
    ),
    "not observable with members": (
        GOOD.replace("approximate", "not observable"),
        "The category cloth is not observable, but has members.",
        10,
        "write members: {}, or rate the category approximate",
    ),
    "no members": (
        GOOD.replace('{"C13": 0.5}', "{}"),
        "The category cloth is rated approximate, but has no members.",
        10,
        "add members, or rate it not observable",
    ),
    "misspelt key of a category": (
        GOOD.replace("reason", "reson"),
        "The category cloth has an unknown key 'reson'.",
        9,
        "did you mean reason?",
    ),
    "code not in kebab case": (
        GOOD.replace("  cloth:", "  Fine_Cloth:"),
        "The category code 'Fine_Cloth' is not of the form it should have.",
        6,
        "mend the code",
    ),
    "category a number": (
        HEAD + "categories:\n  cloth: 5\n",
        "The category cloth is 5, not keys and values.",
        6,
        "give it name, rating",
    ),
    "name twice": (
        GOOD + CLOTH.replace("cloth:", "linen:").replace("C13", "C14"),
        "The name 'Cloth' stands twice, in cloth and in linen.",
        11,
        "rename one of the two",
    ),
    "given away twice": (
        GOOD + CLOTH.replace("cloth:", "linen:").replace("Cloth", "Linen").replace("0.5", "0.6"),
        "The division C13 is given away with weight 1.1: cloth 0.5, linen 0.6.",
        15,
        "lower a weight, or write overlapping: true where categories overlap by intent",
    ),
    "short form of no division": (
        HEAD + 'sections: {"C": "Making"}\ncategories:\n  "C34": "Textiles"\n',
        "'C34' of the category is not a division of NACE Rev. 2.",
        7,
        "did you mean",
    ),
    "short form without section": (
        HEAD + 'sections: {"B": "Mining"}\ncategories:\n  "C13": "Textiles"\n',
        "The category 'C13' belongs to no section named in the file.",
        7,
        "add the section, or mend the code",
    ),
}
TOP_ERRORS = {
    "unknown key": (
        GOOD + "overlaping: true\n",
        "The taxonomy has an unknown key 'overlaping'.",
        11,
        "did you mean overlapping?",
    ),
    "odd key": (
        GOOD + "zzz: 1\n",
        "The taxonomy has an unknown key 'zzz'.",
        11,
        "remove it; the keys are schema_version, id",
    ),
    "missing keys": (GOOD.replace('source: "own"\n', ""), "The taxonomy has no source.", None, "add source; see"),
    "other version": (
        GOOD.replace("schema_version: 1", "schema_version: 2"),
        "schema_version is 2.",
        1,
        "write schema_version: 1",
    ),
    "version true": (
        GOOD.replace("schema_version: 1", "schema_version: true"),
        "schema_version is True.",
        1,
        "write schema_version: 1",
    ),
    "other id": (
        GOOD.replace("id: small", "id: big"),
        "The file small.yaml says id: 'big'.",
        2,
        "write id: small, or rename the file",
    ),
    "no title": (GOOD.replace('"Small"', "3"), "title is 3, not a text.", 3, "write a text in quotes"),
    "overlapping a text": (GOOD + 'overlapping: "yes"\n', "overlapping is 'yes'.", 11, "else leave the key out"),
    "no categories": (HEAD + "categories: {}\n", "categories holds no keys and values.", 5, "see params/taxonomies/"),
    "categories a list": (
        HEAD + "categories: [cloth]\n",
        "categories holds no keys and values.",
        5,
        "see params/taxonomies/",
    ),
    "the same code twice": (GOOD + CLOTH, 'Found duplicate key "cloth"', 11, "remove one of the two"),
}


@pytest.mark.parametrize(
    ("text", "what", "line", "fix"), (CATEGORY_ERRORS | TOP_ERRORS).values(), ids=(CATEGORY_ERRORS | TOP_ERRORS).keys()
)
def test_every_error_says_what_where_and_how_to_mend_it(
    tmp_path: Path, text: str, what: str, line: int | None, fix: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ParamError) as caught:
        load_taxonomy(path)
    [problem] = caught.value.problems
    assert problem.what.casefold().startswith(what.casefold())
    assert problem.where == (str(path) if line is None else f"{path}, line {line}")
    assert problem.rule
    assert fix in problem.fix
    assert f"  fix:   {problem.fix}" in str(caught.value)


def test_all_problems_of_a_file_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("0.5", "2").replace("an example", "").replace("id: small", "id: big") + "colour: red\n"
    with pytest.raises(ParamError) as caught:
        load_taxonomy(write(tmp_path, text))
    assert [problem.what for problem in caught.value.problems] == [
        "The taxonomy has an unknown key 'colour'.",
        "The file small.yaml says id: 'big'.",
        "reason of cloth is '', not a text.",
        "The weight of C13 in cloth is 2.",
    ]


def test_overlap_is_allowed_when_said(tmp_path: Path) -> None:
    twice = GOOD + CLOTH.replace("cloth:", "linen:").replace("Cloth", "Linen").replace("0.5", "0.6")
    assert load_taxonomy(write(tmp_path, twice + "overlapping: true\n")).overlapping


def test_thirds_add_up_to_one(tmp_path: Path) -> None:
    parts = [CLOTH.replace("cloth:", f"c{n}:").replace("Cloth", f"C {n}").replace("0.5", "0.1") for n in range(10)]
    assert len(load_taxonomy(write(tmp_path, HEAD + "categories:\n" + "".join(parts))).categories) == 10


def test_listing_names_the_problems_of_all_files(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    assert list(list_taxonomies(tmp_path)) == ["small"]
    write(tmp_path, GOOD, "other.yaml")
    write(tmp_path, GOOD.replace("0.5", "5"), "small.yaml")
    with pytest.raises(ParamError, match="2 problems") as caught:
        list_taxonomies(tmp_path)
    assert [Path(problem.where.split(",")[0]).name for problem in caught.value.problems] == ["other.yaml", "small.yaml"]


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParamError, match=r"There is no taxonomy file\.(.|\n)*fix:   check the folder's name"):
        list_taxonomies(tmp_path)


def test_sum_of_divisions_by_weight() -> None:
    jobs = pd.DataFrame(
        {"C10": [8, 8], "C13": [30, 10], "C14": [20, 4]}, index=pd.Index(["ITC1", "LT00"], name="nuts_id")
    )
    summed = aggregate(jobs, TWO)
    assert list(summed.columns) == ["cloth", "farms", "none"]
    assert summed.index.equals(jobs.index)
    assert summed["cloth"].tolist() == [40.0, 12.0]
    assert summed["farms"].tolist() == [2.0, 2.0]  # farming is no column: see coverage
    assert summed["none"].isna().all()


def test_unknown_stays_unknown_and_spoils_nothing_else() -> None:
    jobs = pd.DataFrame({"C10": [8.0, 8.0], "C13": [None, 10.0], "C14": [20.0, 4.0]}, index=["ITC1", "LT00"])
    summed = aggregate(jobs, TWO)
    assert np.isnan(summed.loc["ITC1", "cloth"])
    assert summed.loc["LT00", "cloth"] == 12.0
    assert summed["farms"].tolist() == [2.0, 2.0]


def test_no_region_and_no_covered_division() -> None:
    assert aggregate(pd.DataFrame(columns=["C13"]), TWO).shape == (0, 3)
    assert aggregate(pd.DataFrame({"C29": [5.0]}, index=["ITC1"]), TWO).isna().all(axis=None)


def test_ranges_hold_the_truth_and_an_open_end_stays_open() -> None:
    index = ["ITC1", "LT00"]
    low = pd.DataFrame({"C13": [10.0, 0.0], "C14": [20.0, 4.0]}, index=index)
    high = pd.DataFrame({"C13": [10.0, 6.0], "C14": [30.0, None]}, index=index)
    least, most = aggregate_range(low, high, TWO)
    assert least["cloth"].tolist() == [20.0, 2.0]
    assert most.loc["ITC1", "cloth"] == 25.0
    assert np.isnan(most.loc["LT00", "cloth"])


def test_bounds_that_do_not_pair_are_refused() -> None:
    low = pd.DataFrame({"C13": [10.0]}, index=["ITC1"])
    with pytest.raises(ContractError, match=r"not of the same regions(.|\n)*fix:   build both from the same rows"):
        aggregate_range(low, low.rename(columns={"C13": "C14"}), TWO)
    with pytest.raises(ContractError, match=r"in 1 rows: ITC1\.(.|\n)*fix:   check that low and high are not swapped"):
        aggregate_range(low, low - 1, TWO)


def test_sections_totals_and_doubles_are_refused() -> None:
    jobs = pd.DataFrame([[1.0, 2.0, 3.0]], columns=["C13", "C", "C13"])
    with pytest.raises(ContractError) as caught:
        aggregate(jobs, TWO)
    text = str(caught.value)
    assert "1 codes are not divisions of NACE Rev. 2: C." in text
    assert "fix:   keep the columns of divisions only, such as C29" in text
    assert "1 codes stand twice: C13." in text
    assert "fix:   add the columns up, or drop one" in text


def test_coverage_tells_what_a_table_can_show() -> None:
    table = coverage(TWO, DIVISIONS)
    assert table.index.name == "category"
    assert table["covered_share"].tolist()[:2] == [1.0, 0.25]
    assert np.isnan(table.loc["none", "covered_share"])
    assert table["status"].tolist() == ["covered", "partly covered", "not observable"]
    assert coverage(TWO, ["C29"])["status"].tolist() == ["not covered", "not covered", "not observable"]
    assert table["reason"].str.len().gt(0).all()


CELLS = st.floats(0, 1e6)
JOBS = arrays(float, (3, 3), elements=st.one_of(CELLS, st.just(float("nan")))).map(
    lambda cells: pd.DataFrame(cells, index=["ITC1", "LT00", "SI03"], columns=DIVISIONS)
)


@given(JOBS, st.permutations(DIVISIONS), st.permutations(["ITC1", "LT00", "SI03"]))
def test_order_does_not_matter_and_input_is_unchanged(jobs: pd.DataFrame, columns: list[str], rows: list[str]) -> None:
    before = jobs.copy()
    summed = aggregate(jobs, TWO)
    pd.testing.assert_frame_equal(jobs, before)
    pd.testing.assert_frame_equal(aggregate(jobs.loc[rows, columns], TWO).loc[summed.index], summed)


@given(JOBS, JOBS, st.floats(0, 1000))
def test_sums_are_linear(jobs: pd.DataFrame, more: pd.DataFrame, times: float) -> None:
    pd.testing.assert_frame_equal(
        aggregate(jobs + times * more, TWO), aggregate(jobs, TWO) + times * aggregate(more, TWO), check_exact=False
    )


@given(JOBS, st.floats(0.01, 1))
def test_halving_the_weights_halves_the_sums(jobs: pd.DataFrame, factor: float) -> None:
    definitions = {
        code: Category(
            made.rating, made.reason, {division: weight * factor for division, weight in made.members.items()}
        )
        for code, made in TWO.definitions.items()
    }
    scaled = Taxonomy("two", "Two", {}, TWO.categories, definitions)
    pd.testing.assert_frame_equal(aggregate(jobs, scaled), aggregate(jobs, TWO) * factor, check_exact=False)


@given(JOBS)
def test_the_same_by_a_slow_loop(jobs: pd.DataFrame) -> None:
    summed = aggregate(jobs, TWO)
    for region in jobs.index:
        for code, made in TWO.definitions.items():
            parts = [jobs.loc[region, d] * w for d, w in made.members.items() if d in jobs]
            expected = sum(parts) if parts else float("nan")
            assert summed.loc[region, code] == pytest.approx(expected, nan_ok=True)
