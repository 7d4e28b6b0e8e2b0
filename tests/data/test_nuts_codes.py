"""Region codes: standard, fixable, ignored or unknown, and the NUTS versions they belong to."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from clusterkit.data import nuts, nuts_codes, sources, tables
from clusterkit.errors import ContractError, SourceError

KNOWN = {
    2010: frozenset({"SI", "SI01", "SI02", "ITC1", "FR24", "LT00"}),
    2013: frozenset({"SI", "SI03", "SI04", "ITC1", "FR24", "LT00", "UK"}),
    2016: frozenset({"SI", "SI03", "SI04", "ITC1", "FRB0", "LT01", "LT02", "EL30", "UK"}),
}


def table(*codes: str) -> pd.DataFrame:
    return pd.DataFrame({"nuts_id": list(codes)})


def refused(frame: pd.DataFrame, version: int = 2016, **options: object) -> str:
    before = frame.copy()
    with pytest.raises(ContractError) as caught:
        nuts_codes.check_version(frame, version, KNOWN, **options)
    pd.testing.assert_frame_equal(frame, before)
    return str(caught.value)


# Sorting


def test_codes_are_standard_fixable_ignored_or_unknown():
    written = ["SI03", "si04", " ITC1 ", "GR30", "gb", "FRZZ", "EU27_2020", "FRXX", "ITD5", "BA", "SI9X", "", "EU"]
    found = nuts_codes.sort_codes(written, KNOWN)
    assert found.standard == ("SI03",)
    assert found.fixable == {" ITC1 ": "ITC1", "GR30": "EL30", "gb": "UK", "si04": "SI04"}
    assert found.ignored == ("BA", "EU", "EU27_2020", "FRXX", "FRZZ", "ITD5")
    assert found.unknown == ("", "SI9X")


def test_a_code_that_only_looks_fixable_is_unknown():
    assert nuts_codes.sort_codes(["gr99"], KNOWN).unknown == ("gr99",)


@pytest.mark.parametrize("code", ["EE", "EE00", "EL", "FR", "ZZ", "XX"])
def test_countries_are_no_groups(code):
    assert not nuts_codes.is_ignored(code)


def test_the_codes_of_a_raw_file_are_mended_and_others_kept():
    codes = pd.Series(["SI03", "gr30", "FRZZ"], index=[4, 5, 6])
    mended = nuts_codes.standard(codes, KNOWN, "x.tsv, dimension geo")
    assert mended.to_dict() == {4: "SI03", 5: "EL30", 6: "FRZZ"}
    assert codes.tolist() == ["SI03", "gr30", "FRZZ"]


def test_an_unknown_code_of_a_raw_file_stops_the_run():
    with pytest.raises(SourceError) as caught:
        nuts_codes.standard(pd.Series(["SI03", "SI99", "SI99"]), KNOWN, "x.tsv, dimension geo")
    assert str(caught.value) == (
        "1 region codes are in no NUTS version: SI99.\n"
        "  where: x.tsv, dimension geo, 2 of 3 rows\n"
        "  rule:  docs/methods.md#nuts-versions\n"
        "  fix:   check the codes; a new code needs a newer list of NUTS codes"
    )


# Versions


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (["ITC1", "SI"], (2010, 2013, 2016)),
        (["ITC1", "SI03"], (2013, 2016)),
        (["lt01", "FRZZ"], (2016,)),
        (["FR24", "FRB0"], ()),
        ([], (2010, 2013, 2016)),
    ],
)
def test_the_versions_that_have_all_codes(codes, expected):
    assert nuts_codes.detect_version(codes, KNOWN) == expected


def test_a_code_of_no_version_has_none_to_detect():
    with pytest.raises(ContractError, match=r"1 region codes are in no NUTS version: Q1\.\n  where: answers.csv, 1 of"):
        nuts_codes.detect_version(["ITC1", "Q1"], KNOWN, where="answers.csv")


def test_the_main_version_is_that_of_most_regions():
    known = {2016: {"PT16", "PT17", "ES11"}, 2024: {"PT19", "PT1A", "ES11"}}
    assert nuts_codes.main_version(["PT16", "PT17", "PT19", "ES11"], known, expected=2016) == 2016
    assert nuts_codes.main_version(["PT19", "PT1A", "PT16", "ES11"], known, expected=2016) == 2024
    assert nuts_codes.main_version(["ES11"], known, expected=2016) == 2016


# Refusing another version


def test_a_table_of_the_version_is_given_back():
    frame = table("SI03", "FRB0", "SI03").assign(nuts_version=2016)
    assert nuts_codes.check_version(frame, 2016, KNOWN) is frame


def test_codes_of_another_version_are_named_with_it():
    assert refused(table("ITC1", "FR24", "LT00", "FR24"), where="jobs.csv") == (
        "2 of 3 codes are not in NUTS 2016: FR24 (NUTS 2010, 2013), LT00 (NUTS 2010, 2013).\n"
        "  where: jobs.csv, column nuts_id, 3 of 4 rows\n"
        "  rule:  docs/methods.md#nuts-versions\n"
        "  fix:   say that the table is in NUTS 2013, or convert it to NUTS 2016"
    )


def test_a_table_that_mixes_versions_is_refused_unless_that_is_allowed():
    frame = table("FR24", "FRB0", "SI01")
    text = refused(frame)
    assert text.startswith("2 of 3 codes are not in NUTS 2016: FR24 (NUTS 2010, 2013), SI01 (NUTS 2010).\n")
    assert text.endswith("fix:   the table mixes versions: convert each part to NUTS 2016 by itself")
    assert nuts_codes.check_version(frame, 2016, KNOWN, allow_mixed=True) is frame


def test_all_that_is_wrong_comes_at_once():
    frame = pd.DataFrame({"region": ["SI99", "gr30", "FRZZ", "LT00"], "nuts_version": [2016, 2016, 2016, 2013]})
    text = refused(frame, column="region")
    assert text.startswith(
        "5 problems:\n1 region codes are in no NUTS version: SI99.\n  where: the table, column region"
    )
    assert "1 codes are not written as Eurostat writes them: 'gr30' for EL30.\n" in text
    assert "fix:   write the standard code: capitals, no blanks, EL for Greece" in text
    assert "1 codes stand for no region: FRZZ.\n" in text
    assert "fix:   leave these rows out" in text
    assert "1 of 1 codes are not in NUTS 2016: LT00 (NUTS 2010, 2013).\n" in text
    assert "The table says that it is in NUTS 2013, not NUTS 2016.\n  where: the table, column nuts_version\n" in text


def test_unknown_codes_are_refused_where_versions_may_mix():
    assert refused(table("FR24", "Q1"), allow_mixed=True).startswith("1 region codes are in no NUTS version: Q1.\n")


# The published lists and matrices


def test_the_embedded_crosswalk_tells_versions_without_raw_files(processed):
    known = nuts_codes.by_version(tables.load_crosswalk(processed))
    assert sorted(known) == list(sources.NUTS_VERSIONS)
    assert nuts_codes.detect_version(["FR24", "ITC1"], known) == (2010, 2013)
    assert nuts_codes.detect_version(["FRB0", "HR04"], known) == (2016,)
    assert nuts_codes.detect_version(["UKI1"], known) == (2010,)
    assert nuts_codes.detect_version(["NL35"], known) == (2024,)
    assert len(known[2016]) == 37 + 125 + 332


@pytest.fixture(scope="module")
def published(raw: Path) -> pd.DataFrame:
    return nuts_codes.read_all(raw)


@pytest.mark.raw
def test_codes_levels_and_names_of_all_versions(published):
    assert not published.duplicated(["nuts_version", "nuts_id"]).any()
    counts = published.groupby(["nuts_version", "level"]).size().unstack()
    assert list(counts.index) == list(sources.NUTS_VERSIONS)
    assert counts[2].to_dict() == {2010: 316, 2013: 320, 2016: 332, 2021: 334, 2024: 294}
    assert (published["level"] == published["nuts_id"].map(nuts.level)).all()
    names = published.set_index(["nuts_version", "nuts_id"])["name"]
    assert names[2021, "ITC1"] == names[2024, "ITC1"] == "Piemonte"
    assert names[2010, "UKI1"] == ""  # no list has it
    assert names[2010, "TR10"] == names[2013, "TR10"]  # the matrices leave Türkiye out


@pytest.mark.raw
def test_what_a_version_has_and_has_not(published):
    known = nuts_codes.by_version(published)
    assert not any(code.startswith("UK") for code in known[2024])
    assert nuts_codes.versions_of(["UKI1", "FRB0", "NL35", "SI031"], known) == {
        "FRB0": (2016, 2021, 2024),
        "NL35": (2024,),
        "SI031": (2013, 2016, 2021, 2024),
        "UKI1": (2010,),
    }
    assert not any(nuts.is_extra_regio(code) for codes in known.values() for code in codes)
