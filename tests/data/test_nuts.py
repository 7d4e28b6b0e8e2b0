"""NUTS codes, and figures carried from one version to another."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterkit.data import nuts, sources, tables
from clusterkit.errors import ContractError, SourceError

MATRIX = "\r\n".join(
    [
        "code_v2013,code_v2016,uniqueID,areaKm,pop11,pop21",
        "AA01,AA01,AA01AA01,50.0,900.0,1",
        "AA02,AA03,AA02AA03,10.0,250.0,1",  # split in two
        "AA02,AA04,AA02AA04,30.0,750.0,1",
        "BB01,BB09,BB01BB09,5.0,10.0,1",  # merged
        "BB02,BB09,BB02BB09,5.0,20.0,1",
        "CC01,CC01,CC01CC01,99.0,99950.0,1",
        "CC01,CC02,CC01CC02,1.0,50.0,1",  # 0.05 % of the people: boundary noise
        "CC02,CC02,CC02CC02,40.0,1000.0,1",
        "DD01,DD01,DD01DD01,30.0,0.0,1",  # nobody lives there
        "DD01,DD02,DD01DD02,10.0,0.0,1",
        "EE01,XX01,EE01XX01,1.0,1.0,1",  # not a target
        "",
    ]
)
TARGETS = {"AA01", "AA03", "AA04", "BB09", "CC01", "CC02", "DD01", "DD02"}


@pytest.fixture
def crosswalk(tmp_path):
    path = tmp_path / "n2_cm_v2013_v2016.csv"
    path.write_text(MATRIX, encoding="utf-8")
    return nuts.read_crosswalk(path, 2013, 2016, TARGETS)


def table(**values: float) -> pd.DataFrame:
    """Persons employed by region: ``table(AA01=5.0)``."""
    return pd.DataFrame({"nuts_id": list(values), "persons_employed": list(values.values())})


def converted(frame: pd.DataFrame, crosswalk: pd.DataFrame) -> pd.DataFrame:
    return nuts.convert(frame, crosswalk, absolute=["persons_employed"]).set_index("nuts_id")


# Codes


@pytest.mark.parametrize(("nuts_id", "level"), [("SI", 0), ("SI0", 1), ("SI03", 2), ("SI031", 3)])
def test_level_is_told_by_the_length(nuts_id, level):
    assert nuts.level(nuts_id) == level


@pytest.mark.parametrize(
    ("nuts_id", "expected"),
    [("FRZ", True), ("FRZZ", True), ("FRZZZ", True), ("FR", False), ("FRY", False), ("FRZ1", False), ("ZZ", False)],
)
def test_extra_regio_codes(nuts_id, expected):
    assert nuts.is_extra_regio(nuts_id) is expected


def test_read_codes(tmp_path):
    path = tmp_path / "nuts_codes_2013.csv"
    text = "NUTS_ID,LEVL_CODE,CNTR_CODE,NUTS_NAME,NAME_LATN\nNA0,1,NA,Ñ,N\nEL,0,GR,ΕΛΛΑΔΑ,ELLADA\n"
    path.write_text("\ufeff" + text, encoding="utf-8")
    codes = nuts.read_codes(path, 2013)
    assert codes.to_dict("list") == {
        "nuts_version": [2013, 2013],
        "nuts_id": ["EL", "NA0"],
        "level": [0, 1],
        "country": ["EL", "NA"],  # Eurostat's code, and not a missing value
        "name": ["ΕΛΛΑΔΑ", "Ñ"],
        "name_latin": ["ELLADA", "N"],
    }


def test_a_file_of_codes_without_its_columns(tmp_path):
    path = tmp_path / "nuts_codes_2013.csv"
    path.write_text("NUTS_ID,LEVEL,NUTS_NAME\nSI,0,Slovenija\n", encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        nuts.read_codes(path, 2013)
    assert str(caught.value) == (
        "nuts_codes_2013.csv has no column LEVL_CODE, CNTR_CODE, NAME_LATN.\n"
        f"  where: {path}, line 1: NUTS_ID, LEVEL, NUTS_NAME\n"
        "  rule:  data/README.md lists the raw files that the tables are built from\n"
        "  fix:   use the published file"
    )


def test_a_level_that_is_no_level(tmp_path):
    path = tmp_path / "nuts_codes_2013.csv"
    path.write_text("NUTS_ID,LEVL_CODE,CNTR_CODE,NUTS_NAME,NAME_LATN\nSI,0,SI,S,S\nSI04,two,SI,Z,Z\nSI041,4,SI,O,O\n")
    with pytest.raises(SourceError) as caught:
        nuts.read_codes(path, 2013)
    assert str(caught.value) == (
        "2 codes of nuts_codes_2013.csv have a level that is not 0 to 3: SI04 'two', SI041 '4'.\n"
        f"  where: {path}, column LEVL_CODE, line 3, 4\n"
        "  rule:  docs/methods.md#nuts-versions\n"
        "  fix:   use the published list"
    )


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (None, "No such file or directory"),
        (b"", "No columns to parse from file"),
        (b"a,b\n1,2\n1,2,3\n", "Expected 2 fields in line 3, saw 3"),
        ("NUTS_ID\nÖ\n".encode("latin-1"), "codec can't decode"),
    ],
)
def test_a_csv_that_cannot_be_read(tmp_path, content, what):
    path = tmp_path / "codes.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        nuts.read_csv(path, ["NUTS_ID"])
    text = str(caught.value)
    assert text.startswith("The raw file codes.csv cannot be read: ")
    assert what in text
    assert text.endswith("fix:   put the published file there, or name another folder with --raw")
    assert caught.value.__cause__ is not None


# The crosswalk


def test_the_weights_are_shares_of_the_origin(crosswalk):
    weights = crosswalk.set_index(["from_id", "to_id"])
    assert weights.loc[("AA02", "AA03"), ["weight_population", "weight_area"]].tolist() == [0.25, 0.25]
    assert weights.loc[("AA02", "AA04"), "weight_population"] == 0.75
    assert weights.loc[("BB01", "BB09"), "weight_population"] == 1
    assert (crosswalk["from_version"].unique(), crosswalk["to_version"].unique()) == ([2013], [2016])
    sums = crosswalk.groupby("from_id")[["weight_population", "weight_area"]].sum()
    np.testing.assert_allclose(sums, 1, atol=1e-12)


def test_negligible_pieces_are_dropped_and_the_rest_adds_up_to_one(crosswalk):
    pieces = crosswalk[crosswalk["from_id"] == "CC01"]
    assert pieces["to_id"].tolist() == ["CC01"]
    assert pieces[["weight_population", "weight_area"]].to_numpy().tolist() == [[1.0, 1.0]]


def test_a_piece_of_just_the_negligible_share_is_kept(tmp_path):
    path = tmp_path / "matrix.csv"
    lines = ["code_v2013,code_v2016,areaKm,pop11", "CC01,CC01,9,999", "CC01,CC02,1,1"]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert len(nuts.read_crosswalk(path, 2013, 2016, TARGETS)) == 2


def test_area_stands_in_where_nobody_lives(crosswalk):
    weights = crosswalk[crosswalk["from_id"] == "DD01"].set_index("to_id")["weight_population"]
    assert weights.to_dict() == {"DD01": 0.75, "DD02": 0.25}


def test_pairs_with_other_targets_are_left_out(crosswalk):
    assert set(crosswalk["to_id"]) == TARGETS
    assert "EE01" not in set(crosswalk["from_id"])


def test_the_matrix_may_run_the_other_way(tmp_path):
    """The matrix of 2016 and 2021 names the base version first."""
    path = tmp_path / "n2_cm_v2016_v2021.csv"
    path.write_text("code_v2016,code_v2021,areaKm,pop11\nAA03,AA77,1,10\nAA04,AA77,1,30\n", encoding="utf-8")
    pieces = nuts.read_crosswalk(path, 2021, 2016, TARGETS).set_index("to_id")
    assert pieces["from_id"].to_dict() == {"AA03": "AA77", "AA04": "AA77"}
    assert pieces["weight_population"].to_dict() == {"AA03": 0.25, "AA04": 0.75}


def test_a_matrix_of_other_versions(tmp_path):
    path = tmp_path / "n2.csv"
    path.write_text("code_v2010,code_v2016,areaKm,pop11\nAA03,AA03,1,10\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"n2\.csv has no column code_v2013\.") as caught:
        nuts.read_crosswalk(path, 2013, 2016, TARGETS)
    assert "fix:   use the published file" in str(caught.value)


@pytest.mark.parametrize(("column", "cell"), [("pop11", "-1"), ("areaKm", "-0.5"), ("pop11", "inf"), ("areaKm", "x")])
def test_an_amount_of_a_matrix_that_is_none(tmp_path, column, cell):
    path = tmp_path / "n2.csv"
    cells = {"areaKm": "1", "pop11": "10"} | {column: cell}
    path.write_text(f"code_v2013,code_v2016,areaKm,pop11\nAA03,AA03,1,10\nAA04,AA04,{','.join(cells.values())}\n")
    with pytest.raises(SourceError) as caught:
        nuts.read_crosswalk(path, 2013, 2016, TARGETS)
    text = str(caught.value)
    fault = {"x": "are not numbers", "inf": "are infinite"}.get(cell, "are below zero")
    assert text.startswith(f"1 cells of column {column} {fault}: {cell!r}.\n  where: {path}, line 3\n")
    assert text.endswith("fix:   use the published matrix")


def test_origins_are_the_codes_that_became_a_region(crosswalk):
    other = nuts.unchanged_pieces({"AA03"}, 2021, 2016)
    both = pd.concat([crosswalk, other], ignore_index=True)
    assert nuts.origins(["AA03", "BB09"], both)["from_id"].tolist() == ["AA02", "BB01", "BB02"]
    assert nuts.origins(["AA03"], both, from_version=2021)["from_id"].tolist() == ["AA03"]
    assert nuts.origins(["ZZ99"], both).empty


def test_unchanged_pieces_are_sorted_and_whole():
    pieces = nuts.unchanged_pieces({"SI", "EE"}, 2013, 2016)
    assert pieces["from_id"].tolist() == pieces["to_id"].tolist() == ["EE", "SI"]
    assert pieces["weight_population"].tolist() == [1.0, 1.0]


# Conversion


@settings(max_examples=50, deadline=None)
@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_a_renamed_code_keeps_its_value_to_the_bit(value):
    pieces = pd.concat(
        [
            nuts.unchanged_pieces({"FRB0"}, 2013, 2016).assign(from_id="FR24"),
            pd.DataFrame({"from_id": ["XX"] * 2, "to_id": ["XX01", "XX02"], "weight_population": [1 / 3, 2 / 3]}),
        ]
    )
    result = converted(table(FR24=value), pieces)
    assert result.index.tolist() == ["FRB0"]
    assert np.float64(value).tobytes() == np.float64(result.loc["FRB0", "persons_employed"]).tobytes()
    assert not result.loc["FRB0", "is_split"]


def test_a_split_region_is_shared_out_by_population(crosswalk):
    result = converted(table(AA02=1000.0), crosswalk)
    assert result["persons_employed"].to_dict() == {"AA03": 250.0, "AA04": 750.0}
    assert result["is_split"].all()


@settings(max_examples=40, deadline=None)
@given(
    people=st.lists(st.integers(1, 10**7), min_size=2, max_size=6),
    amounts=st.lists(st.floats(0, 1e7), min_size=1, max_size=4),
)
def test_the_sum_over_the_pieces_is_the_amount(people, amounts):
    shares = np.array(people) / sum(people)
    pieces = pd.DataFrame(
        {"from_id": "AA02", "to_id": [f"AA1{i}" for i in range(len(people))], "weight_population": shares}
    )
    frame = pd.DataFrame({"nuts_id": "AA02", "year": range(len(amounts)), "persons_employed": amounts})
    result = nuts.convert(frame, pieces, absolute=["persons_employed"], keys=["year"])
    sums = result.groupby("year")["persons_employed"].sum()
    np.testing.assert_allclose(sums, amounts, rtol=1e-9, atol=1e-300)


def test_whole_regions_that_merge_are_added_up_exactly_and_are_no_estimate(crosswalk):
    result = converted(table(BB01=0.1, BB02=0.2), crosswalk)
    assert result.loc["BB09", "persons_employed"] == 0.1 + 0.2
    assert not result.loc["BB09", "is_split"]


@pytest.mark.parametrize("frame", [table(BB01=5.0), table(BB01=5.0, BB02=np.nan), table(BB01=np.nan, BB02=np.nan)])
def test_a_missing_piece_makes_the_sum_unknown(crosswalk, frame):
    result = converted(frame, crosswalk)
    assert result.index.tolist() == ["BB09"]
    assert pd.isna(result.loc["BB09", "persons_employed"])


def test_an_unknown_amount_is_unknown_in_every_piece_and_spoils_no_other_key(crosswalk):
    frame = pd.DataFrame(
        {"nuts_id": ["AA02", "AA02"], "year": [2013, 2014], "jobs": [np.nan, 8.0], "wages_meur": [4.0, np.nan]}
    )
    result = nuts.convert(frame, crosswalk, absolute=["jobs", "wages_meur"], keys=["year"])
    expected = pd.DataFrame(
        {
            "nuts_id": ["AA03", "AA03", "AA04", "AA04"],
            "year": [2013, 2014, 2013, 2014],
            "jobs": [np.nan, 2.0, np.nan, 6.0],
            "wages_meur": [1.0, np.nan, 3.0, np.nan],
            "is_split": True,
            "is_merged": False,
        }
    )
    pd.testing.assert_frame_equal(result, expected)


def test_numbers_that_are_not_declared_are_refused_and_text_is_left_out(crosswalk):
    frame = table(AA01=5.0).assign(unemployment_rate_pct=9.0, year=2014, flag="b", nuts_version=2013)
    with pytest.raises(ContractError) as caught:
        nuts.convert(frame, crosswalk, absolute=["persons_employed"], keys=["year"])
    assert str(caught.value) == (
        "1 columns are numbers declared neither absolute nor relative: unemployment_rate_pct.\n"
        "  where: columns of the table: nuts_id, persons_employed, unemployment_rate_pct, year, flag and 1 more\n"
        "  rule:  docs/methods.md#nuts-versions: an amount is shared out and added up, a rate is averaged\n"
        "  fix:   name every variable once, under absolute or relative, or leave it out of the table"
    )
    result = nuts.convert(
        frame, crosswalk, absolute=["persons_employed"], relative=["unemployment_rate_pct"], keys=["year"]
    )
    assert list(result) == ["nuts_id", "year", "persons_employed", "unemployment_rate_pct", "is_split", "is_merged"]


def test_a_variable_declared_twice_or_absent_is_refused(crosswalk):
    with pytest.raises(ContractError) as caught:
        nuts.convert(table(AA01=5.0), crosswalk, absolute=["persons_employed", "jobs"], relative=["persons_employed"])
    text = str(caught.value)
    assert "1 columns are absent: jobs." in text
    assert "1 columns are declared both absolute and relative: persons_employed." in text


def test_a_region_that_stands_twice_is_refused(crosswalk):
    frame = pd.concat([table(BB01=1.0, BB02=2.0), table(BB01=3.0)])
    with pytest.raises(ContractError, match=r"1 rows repeat the key of another row, for instance BB01\.") as caught:
        converted(frame, crosswalk)
    assert "fix:   name all key columns under keys, or leave the repeated rows out" in str(caught.value)


def rates(frame: pd.DataFrame, crosswalk: pd.DataFrame, **options: str) -> pd.DataFrame:
    rate = frame.rename(columns={"persons_employed": "rate_pct"})
    return nuts.convert(rate, crosswalk, relative=["rate_pct"], **options).set_index("nuts_id")


def test_the_parts_of_a_split_region_inherit_its_rate(crosswalk):
    result = rates(table(AA02=0.1), crosswalk)
    assert result["rate_pct"].to_dict() == {"AA03": 0.1, "AA04": 0.1}
    assert result["is_split"].all()
    assert not result["is_merged"].any()


def test_a_merged_region_has_the_mean_of_its_origins_by_population_or_area(crosswalk):
    frame = table(BB01=6.0, BB02=12.0)  # 10 and 20 inhabitants, 5 km2 each
    result = rates(frame, crosswalk)
    assert result.loc["BB09", "rate_pct"] == pytest.approx(10.0, rel=1e-12)
    assert (result.loc["BB09", "is_merged"], result.loc["BB09", "is_split"]) == (True, False)
    assert rates(frame, crosswalk, weight="area").loc["BB09", "rate_pct"] == pytest.approx(9.0, rel=1e-12)


@pytest.mark.parametrize("frame", [table(BB01=5.0), table(BB01=5.0, BB02=np.nan)])
def test_a_missing_origin_makes_the_mean_unknown(crosswalk, frame):
    assert rates(frame, crosswalk)["rate_pct"].isna().tolist() == [True]


def test_a_mean_over_regions_without_people_goes_by_area():
    pieces = pd.DataFrame({"from_id": ["A", "B"], "to_id": "C", "weight_population": 1.0, "weight_area": 1.0})
    pieces = pieces.assign(population=0.0, area_km2=[3.0, 1.0])
    frame = pd.DataFrame({"nuts_id": ["A", "B"], "rate_pct": [10.0, 30.0]})
    assert nuts.convert(frame, pieces, relative=["rate_pct"])["rate_pct"].tolist() == [15.0]


def test_amounts_may_be_shared_out_by_area(crosswalk):
    frame = table(DD01=100.0, AA02=8.0)
    result = nuts.convert(frame, crosswalk, absolute=["persons_employed"], weight="area").set_index("nuts_id")
    assert result["persons_employed"].to_dict() == {"AA03": 2.0, "AA04": 6.0, "DD01": 75.0, "DD02": 25.0}


@settings(max_examples=40, deadline=None)
@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_a_renamed_or_split_region_keeps_its_rate_to_the_bit(value):
    pieces = pd.DataFrame({"from_id": ["FR24", "XX", "XX"], "to_id": ["FRB0", "XX01", "XX02"]})
    pieces = pieces.assign(weight_population=[1.0, 1 / 3, 2 / 3], population=[1.0, 1.0, 2.0], area_km2=1.0)
    result = rates(table(FR24=value, XX=value), pieces)["rate_pct"]
    assert [np.float64(found).tobytes() for found in result] == [np.float64(value).tobytes()] * 3


@settings(max_examples=40, deadline=None)
@given(
    people=st.lists(st.floats(1, 1e7), min_size=2, max_size=5),
    values=st.lists(st.floats(-100, 100), min_size=5, max_size=5),
)
def test_a_mean_lies_between_its_origins(people, values):
    codes = [f"A{i}" for i in range(len(people))]
    pieces = pd.DataFrame({"from_id": codes, "to_id": "C", "weight_population": 1.0, "population": people})
    frame = pd.DataFrame({"nuts_id": codes, "rate_pct": values[: len(codes)]})
    (mean,) = nuts.convert(frame, pieces.assign(area_km2=1.0), relative=["rate_pct"])["rate_pct"]
    assert mean == pytest.approx(np.average(frame["rate_pct"], weights=people), rel=1e-9, abs=1e-9)


def test_codes_given_up_come_with_every_origin_of_their_successors():
    pieces = pd.DataFrame(
        [
            (2010, "SI01", "SI03"),
            (2010, "SI02", "SI03"),
            (2010, "SI02", "SI04"),
            (2010, "AT11", "AT11"),
            (2010, "XX01", "XX01"),
            (2010, "XX02", "XX01"),
            (2013, "SI03", "SI03"),
            (2013, "SI04", "SI04"),
            (2013, "AT11", "AT11"),
            (2013, "XX01", "XX01"),
        ],
        columns=["from_version", "from_id", "to_id"],
    )
    found = nuts.of_older_version(pieces, older=2010, newer=2013)
    assert list(zip(found["from_id"], found["to_id"], strict=True)) == [
        ("SI01", "SI03"),
        ("SI02", "SI03"),
        ("SI02", "SI04"),
        ("XX01", "XX01"),  # still a code in 2013, but with less land
        ("XX02", "XX01"),
    ]


def test_an_unknown_code(crosswalk):
    with pytest.raises(ContractError) as caught:
        converted(table(AA01=1.0, YY01=2.0, YY02=3.0), crosswalk)
    assert str(caught.value) == (
        "2 codes are not in NUTS 2013: YY01, YY02.\n"
        "  where: column nuts_id, 2 of 3 rows\n"
        "  rule:  docs/methods.md#nuts-versions\n"
        "  fix:   check the NUTS version of the table"
    )


def test_the_callers_tables_are_not_changed(crosswalk):
    frame = table(AA01=5.0, AA02=7.0, BB01=np.nan, BB02=1.0)
    before, pieces_before = frame.copy(), crosswalk.copy()
    converted(frame, crosswalk)
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(crosswalk, pieces_before)


@given(order=st.permutations(["AA01", "AA02", "BB01", "BB02", "CC01"]))
@settings(max_examples=30, deadline=None)
def test_the_order_of_rows_does_not_matter(order):
    pieces = pd.DataFrame(
        [
            ("AA01", "AA01", 1.0),
            ("AA02", "AA03", 0.25),
            ("AA02", "AA04", 0.75),
            ("BB01", "BB09", 1.0),
            ("BB02", "BB09", 1.0),
            ("CC01", "CC01", 1.0),
        ],
        columns=["from_id", "to_id", "weight_population"],
    )
    frame = table(AA01=1.0, AA02=2.0, BB01=3.0, BB02=4.0, CC01=5.0)
    shuffled = frame.set_index("nuts_id").loc[order].reset_index()
    pd.testing.assert_frame_equal(converted(shuffled, pieces), converted(frame, pieces))


# The matrices of the Joint Research Centre


@pytest.mark.raw
def test_country_totals_are_kept_by_the_published_matrix(raw):
    codes = nuts.read_codes(raw / sources.NUTS_CODES[2016].path, 2016)
    pieces = nuts.read_crosswalk(
        raw / sources.CROSSWALKS[2, 2013].path, 2013, 2016, set(codes.loc[codes["level"] == 2, "nuts_id"])
    )
    ids = sorted(pieces["from_id"].unique())
    amounts = np.random.default_rng(2013).uniform(0, 1e6, len(ids))
    frame = pd.DataFrame({"nuts_id": ids, "persons_employed": amounts})
    result = nuts.convert(frame, pieces, absolute=["persons_employed"])
    before = frame.groupby(frame["nuts_id"].str[:2])["persons_employed"].sum()
    after = result.groupby(result["nuts_id"].str[:2])["persons_employed"].sum()
    assert len(before) > 30
    pd.testing.assert_series_equal(after, before, rtol=1e-9)
    split = set(result.loc[result["is_split"], "nuts_id"].str[:2])
    assert split == {"HU", "IE", "LT", "PL", "UK"}

    french = pieces[pieces["from_id"].str.startswith("FR")]
    assert len(french) == french["from_id"].nunique() == french["to_id"].nunique() == 27
    values = dict(zip(ids, amounts, strict=True))
    new = result.set_index("nuts_id")["persons_employed"]
    assert all(new[to_id] == values[from_id] for from_id, to_id in zip(french["from_id"], french["to_id"], strict=True))


@pytest.mark.raw
@pytest.mark.parametrize(("level", "version"), list(sources.CROSSWALKS))
def test_weights_of_every_published_matrix_add_up_to_one(raw, level, version):
    codes = nuts.read_codes(raw / sources.NUTS_CODES[2016].path, 2016)
    targets = set(codes.loc[codes["level"] == level, "nuts_id"])
    pieces = nuts.read_crosswalk(raw / sources.CROSSWALKS[level, version].path, version, 2016, targets)
    sums = pieces.groupby("from_id")[["weight_population", "weight_area"]].sum()
    np.testing.assert_allclose(sums, 1, atol=1e-12)
    assert pieces["weight_population"].min() >= nuts.NEGLIGIBLE_SHARE


def test_the_embedded_crosswalk_knows_what_the_pilots_were(processed):
    crosswalk = tables.load_crosswalk(processed)
    assert nuts.origins(["FRB0"], crosswalk)["from_id"].tolist() == ["FR24"]
    assert nuts.origins(["LT01", "LT02"], crosswalk)["from_id"].tolist() == ["LT00", "LT00"]
    assert nuts.origins(["ITC1"], crosswalk)["from_id"].tolist() == ["ITC1"]
    assert set(nuts.origins(["FRE1", "FRE2"], crosswalk)["from_id"]) == {"FR22", "FR30"}
