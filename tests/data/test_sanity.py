"""Checks that figures make sense: each passes on good tables and can fail."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from clusterkit.data import sanity, tables
from clusterkit.errors import ContractError


@pytest.fixture(scope="module")
def embedded(processed) -> dict[str, pd.DataFrame]:
    return {name: tables.load_table(name, processed) for name in tables.CONTRACTS}


@pytest.fixture
def tiny(tiny_processed) -> dict[str, pd.DataFrame]:
    """The tables of the invented countries; safe to change."""
    return {name: tables.load_table(name, tiny_processed) for name in tables.CONTRACTS}


def result(found: dict[str, pd.DataFrame], name: str) -> sanity.Result:
    (one,) = [one for one in sanity.examine(found) if one.name == name]
    return one


def put(table: pd.DataFrame, column: str, value: object, **where: object) -> None:
    """Change the cells of a table; there must be some."""
    rows = pd.concat([table[key] == wanted for key, wanted in where.items()], axis=1).all(axis=1)
    assert rows.any()
    table.loc[rows, column] = value


CELL = {"nuts_id": "SI03", "nace_code": "C28", "year": 2014}
FAILURES: list[tuple[str, Callable[[dict[str, pd.DataFrame]], None], str]] = [
    ("region codes", lambda t: put(t["industry"], "nuts_id", "SI09", nuts_id="SI03"), "SI09"),
    ("region codes", lambda t: put(t["crosswalk"], "to_id", "SI09", from_id="SI01"), "SI09"),
    ("sector codes", lambda t: put(t["industry"], "nace_code", "C34", nace_code="C33"), "C34"),
    ("sector codes", lambda t: put(t["industry"], "nace_code", "V", nace_code="C"), "V"),
    ("flags", lambda t: put(t["industry"], "persons_employed_flag", "bx", **CELL), "x"),
    ("statuses", lambda t: put(t["industry"], "wages_meur", np.nan, **CELL), "SI03 C28 2014 wages_meur"),
    ("statuses", lambda t: put(t["industry"], "local_units_status", "hidden", **CELL), "SI03 C28 2014 local_units"),
    ("countries", lambda t: put(t["industry"], "persons_employed", 9e5, **CELL), "SI 2014 "),
    ("sections", lambda t: put(t["industry"], "persons_employed", 7.0, nuts_id="EE", nace_code="M", year=2012), "EE M"),
    ("context of countries", lambda t: put(t["context"], "gdp_meur", 1e9, nuts_id="SI04", year=2013), "gdp_meur SI"),
    ("context of countries", lambda t: put(t["context"], "population", 1.0, nuts_id="EE00", year=2014), "population"),
    ("crosswalk weights", lambda t: put(t["crosswalk"], "weight_area", 0.4, from_id="SI04", from_version=2021), "2021"),
    ("residents employed", lambda t: put(t["context"], "employment_thousand", 950.1, nuts_id="SI04"), "SI04 2014 1.00"),
    ("jobs per head", lambda t: put(t["context"], "population", 9.0, nuts_id="EE00", year=2014), "EE00 2014 "),
    ("wage per person", lambda t: t["industry"].update(t["industry"]["wages_meur"] * 1000), "EE B05 2014"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "spoil", "offender"), FAILURES)
def test_each_check_passes_on_good_tables_and_can_fail(tiny, name, spoil, offender):
    assert result(tiny, name).outcome == "pass"
    spoil(tiny)
    one = result(tiny, name)
    assert one.outcome == "fail"
    assert one.offenders[0].startswith(offender)
    with pytest.raises(ContractError) as caught:
        sanity.require([one], "the tables")
    assert str(caught.value).startswith(
        f"The check '{name}' fails: {len(one.offenders):,} of {one.n_checked:,}, {offender}"
    )


def test_every_check_is_seen_to_fail_or_only_notes():
    assert {check.name for check in sanity.CHECKS} - {name for name, *_ in FAILURES} == {"sectors of countries"}


def test_a_sector_that_does_not_add_up_is_noted_with_both_figures(tiny):
    airlines = tuple(f"SI H51 {year} " for year in (2011, 2012, 2013, 2014, 2015))  # 12 persons belong to no region
    assert all(text.startswith(airlines) for text in result(tiny, "sectors of countries").offenders)
    before = tiny["industry"].query("nuts_id == 'SI' and nace_code == 'C28' and year == 2014")
    country = before["persons_employed"].item()
    put(tiny["industry"], "persons_employed", country * 1.1, nuts_id="SI", nace_code="C28", year=2014)
    one = result(tiny, "sectors of countries")
    assert one.outcome == "note"
    assert f"SI C28 2014 {country:,.0f} instead of {country * 1.1:,.0f}" in one.offenders


def test_a_country_may_have_a_tolerance_of_its_own(tiny):
    """Belgium's published margins differ by more than other countries'."""
    industry = tiny["industry"]
    industry["nuts_id"] = industry["nuts_id"].str.replace("SI", "BE")
    put(industry, "persons_employed", industry.query("nuts_id == 'BE' and nace_code == 'C28' and year == 2014")
        ["persons_employed"].item() * 1.02, nuts_id="BE", nace_code="C28", year=2014)  # fmt: skip
    assert result(tiny, "sectors of countries").outcome == "pass"


def test_an_unknown_part_is_no_difference(tiny):
    put(tiny["industry"], "persons_employed", np.nan, nuts_id="SI03", year=2014)
    assert result(tiny, "countries").outcome == "pass"


def test_a_few_implausible_wages_are_noted_worst_first(tiny):
    for code, wages in (("C28", 1e3), ("C29", 1e5), ("C30", 0.0)):
        put(tiny["industry"], "wages_meur", wages, nuts_id="SI03", nace_code=code, year=2014)
    one = result(tiny, "wage per person")
    assert one.outcome == "note"
    assert [text[:13] for text in one.offenders] == ["SI03 C30 2014", "SI03 C29 2014", "SI03 C28 2014"]


def test_all_checks_that_fail_come_at_once(tiny):
    put(tiny["industry"], "persons_employed_flag", "x", **CELL)
    put(tiny["crosswalk"], "weight_area", 0.4, from_id="EE00")
    with pytest.raises(ContractError) as caught:
        sanity.require(sanity.examine(tiny), "the tables")
    text = str(caught.value)
    assert text.startswith("2 problems:\nThe check 'flags' fails: 1 of ")
    assert "  where: the tables\n  rule:  docs/methods.md#sanity-checks: Eurostat's flags are b c d e f" in text
    assert (
        "  fix:   look at these figures in the raw files; a file may be damaged, edited, or of another edition" in text
    )
    assert "The check 'crosswalk weights' fails: 4 of " in text


def test_checks_of_absent_tables_are_left_out(tiny):
    names = [one.name for one in sanity.examine({"crosswalk": tiny["crosswalk"]})]
    assert names == ["crosswalk weights"]


def test_the_results_as_lines():
    found = [
        sanity.Result("flags", "known letters", "pass", 7, ()),
        sanity.Result("wage per person", "plausible", "note", 1234, tuple("abcdefg")),
    ]
    assert sanity.lines(found) == [
        "pass  flags            7 checked; known letters",
        "note  wage per person  1,234 checked; plausible",
        "      7: a, b, c, d, e and 2 more",
    ]


def test_the_tables_are_not_changed(tiny):
    before = {name: table.copy() for name, table in tiny.items()}
    sanity.examine(tiny)
    for name, table in tiny.items():
        pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(before[name]))


def test_the_embedded_tables_pass_with_the_known_notes(embedded):
    found = {one.name: one for one in sanity.examine(embedded)}
    assert "fail" not in {one.outcome for one in found.values()}
    assert found["jobs per head"].offenders == ("UKI3 2014 1.05",)  # inner London
    assert all(text.startswith("IE D35 ") for text in found["sectors of countries"].offenders)


def test_a_second_way_to_add_up_the_regions_of_a_country(embedded):
    industry = (
        embedded["industry"].query("nace_code == 'C29' and year == 2014").set_index("nuts_id")["persons_employed"]
    )
    austria = sum(value for code, value in industry.items() if code.startswith("AT") and len(code) == 4)
    assert austria == industry["AT"]
