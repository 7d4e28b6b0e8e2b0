"""Indicators: the register is checked, conversions are right by hand, and figures are those of the raw files."""

from __future__ import annotations

import csv
import gzip
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clusterkit.data import indicator_register, indicators, sources, tables
from clusterkit.data.indicator_register import DataFile
from clusterkit.data.indicators import Geography, deriving, page
from clusterkit.errors import ContractError, ParamError, SourceError

ROOT = Path(__file__).resolve().parent.parent.parent
REGISTER = ROOT / "params" / "indicators.yaml"
HIDDEN = re.compile(r",(?:ITC1|BE\d\d|AT\d\d|SE\d\d|FI\d\w),[^,]*,201[79],,,.*,C,")
WASTE = "indicators/env_rwas_gen.csv"
BASE = """
schema_version: 1
sources:
  waste: {file: indicators/env_rwas_gen.csv, format: csv, year: TIME, nuts_version: 2013, rating: amber, reason: "thin"}
  people: {file: eurostat/demo_r_pjangrp3.tsv.gz, format: eurostat-tsv, nuts_version: 2021, rating: green, reason: "-"}
bases:
  - {code: population, name: People, unit: persons, series: [{from: people, where: {sex: T}}]}
indicators:
  - {code: rubbish, name: Rubbish, unit: kg, meaning: Rubbish., kind: absolute, series: [{from: waste, value: tonnes}]}
"""


@pytest.fixture
def register(tmp_path: Path) -> Callable[..., indicator_register.Register]:
    """The small register with one text replaced."""

    def read(old: str = "", new: str = "") -> indicator_register.Register:
        assert old in BASE
        path = tmp_path / "indicators.yaml"
        path.write_text(BASE.replace(old, new, 1) if old else BASE, encoding="utf-8")
        return indicator_register.read_register(path)

    return read


# The register


def test_the_register_of_the_project_is_valid():
    found = indicator_register.read_register(REGISTER)
    assert len(found.indicators) >= 100
    assert {item.kind for item in found.indicators} == {"absolute", "relative", "index"}
    assert all(item.reason for item in found.indicators)
    listed = {source.path for source in (*sources.SOURCES, *sources.INDICATOR_SOURCES)}
    assert {file.file for file in found.files.values()} <= listed


def test_rating_and_percent_range_come_from_source_and_unit(register):
    item = register("unit: kg", "unit: percent of all").indicators[0]
    assert (item.rating, item.reason, item.range) == ("amber", "thin", (0.0, 100.0))


@pytest.mark.parametrize(
    ("old", "new", "what", "fix"),
    [
        ("meaning: Rubbish.", "meening: Rubbish.", "Unknown key 'meening'.", "fix:   did you mean meaning?"),
        ("meaning: Rubbish.,", "", "The entry rubbish has no meaning.", "fix:   add meaning"),
        ("env_rwas_gen.csv", "env_rwas.csv", f"Unknown file '{WASTE[:-8]}.csv'.", f"fix:   did you mean {WASTE}?"),
        ("from: waste", "from: wast", "Unknown source 'wast'.", "fix:   did you mean waste?"),
        ("kind: absolute", "kind: absolut", "Unknown kind 'absolut'.", "fix:   did you mean absolute?"),
        ("kind: absolute", "kind: absolute, ratio_to: peple", "Unknown base 'peple'.", "fix:   use one of: population"),
        ("kind: absolute", "kind: index, ratio_to: population", "The indicator rubbish is index and has ratio_to.",
         "fix:   set kind: absolute, or remove ratio_to"),
        ("code: rubbish", "code: Rubbish", "The code 'Rubbish' is not snake case.", "fix:   rename it"),
        (", value: tonnes", "", "A series of a CSV file has no value.", "fix:   add value"),
        ("bases:", "basis:", "The key bases is absent.", "fix:   write bases as a list"),
        ("rating: amber", "rating: yellow", "Unknown rating 'yellow'.", "fix:   use one of: green, amber, red"),
        ("nuts_version: 2013", "nuts_version: 2015", "Unknown nuts_version 2015.",
         "fix:   use one of: 2010, 2013, 2016, 2021, 2024"),
    ],
)  # fmt: skip
def test_a_bad_register_is_refused(register, old, new, what, fix):
    with pytest.raises(ParamError) as caught:
        register(old, new)
    text = str(caught.value)
    assert what in text
    assert fix in text
    assert "indicators.yaml" in text
    assert "docs/indicators.md#the-register" in text


def test_a_code_given_twice_and_every_other_problem_at_once(register):
    second = "\n  - {code: rubbish, nam: x, unit: kg, meaning: x, kind: tall, series: [{from: waste, value: tonnes}]}\n"
    with pytest.raises(ParamError) as caught:
        register("value: tonnes}]}\n", "value: tonnes}]}" + second.replace("nam:", "name: y, nam:"))
    text = str(caught.value)
    assert "3 problems:" in text
    assert "The code rubbish stands twice." in text
    assert "fix:   rename or remove one of the two" in text


# Conversion, by hand: A1 was renamed; B was split 3 to 1 into B1 and B2; C and D (20 and 60 people) merged into E.


@pytest.fixture
def places() -> Geography:
    rows = [
        (2013, "XXA0", "XXA1", 1.0, 10.0),
        (2013, "XXB0", "XXB1", 0.75, 40.0),
        (2013, "XXB0", "XXB2", 0.25, 40.0),
        (2013, "XXC0", "XXE0", 1.0, 20.0),
        (2013, "XXD0", "XXE0", 1.0, 60.0),
        (2013, "XX", "XX", 1.0, 130.0),
        *((2016, code, code, 1.0, 1.0) for code in ("XX", "XXA1", "XXB1", "XXB2", "XXE0", "YY", "YY00")),
    ]
    pieces = pd.DataFrame(rows, columns=["from_version", "from_id", "to_id", "share", "people"])
    return Geography(pieces, {2016: frozenset({"XXB"}), 2013: frozenset({"XXA", "XXA01", "XXA02"})})


def figures(values: dict[str, float], *, flags: dict[str, str] | None = None, version: int = 2013) -> pd.DataFrame:
    table = pd.DataFrame({"nuts_id": list(values), "value": list(values.values())}).astype({"value": "float64"})
    flag = [(flags or {}).get(code, "") for code in values]
    return table.assign(year=2014, version=version, rank=0, flag=flag, estimated=False)


def cells(table: pd.DataFrame) -> dict[str, tuple[float | None, str]]:
    return {row.nuts_id: (None if np.isnan(row.value) else row.value, row.status) for row in table.itertuples()}


def test_amounts_are_shared_out_and_added_up(places):
    found = indicators.to_base(figures({"XXA0": 0.1, "XXB0": 8.0, "XXC0": 1.0, "XXD0": 2.0}), places, kind="absolute")
    assert cells(found) == {
        "XXA1": (0.1, "reported"),
        "XXB1": (6.0, "estimated"),
        "XXB2": (2.0, "estimated"),
        "XXE0": (3.0, "reported"),
    }


def test_rates_are_inherited_and_averaged(places):
    found = indicators.to_base(figures({"XXA0": 0.1, "XXB0": 8.3, "XXC0": 1.0, "XXD0": 2.0}), places, kind="relative")
    assert cells(found) == {
        "XXA1": (0.1, "reported"),
        "XXB1": (8.3, "estimated"),
        "XXB2": (8.3, "estimated"),
        "XXE0": (1.75, "estimated"),  # (1.0 * 20 + 2.0 * 60) / 80
    }


def test_a_declared_denominator_replaces_the_inhabitants(places):
    rows = figures({"XXC0": 1.0, "XXD0": 2.0})
    found = indicators.to_base(rows, places, kind="relative", weights={"XXC0": 30.0, "XXD0": 10.0})
    assert cells(found)["XXE0"] == (1.25, "estimated")
    without = indicators.to_base(rows, places, kind="relative", weights={"XXC0": 30.0})
    assert cells(without)["XXE0"] == (1.75, "estimated")


@pytest.mark.parametrize("kind", ["absolute", "relative"])
def test_unknown_in_any_part_is_unknown_and_hidden_stays_hidden(places, kind):
    rows = figures({"XXA0": np.nan, "XXB0": np.nan, "XXC0": np.nan, "XXD0": 2.0}, flags={"XXB0": "c", "XXA0": "u"})
    found = indicators.to_base(rows, places, kind=kind)
    assert cells(found) == {
        "XXA1": (None, "missing"),
        "XXB1": (None, "hidden"),
        "XXB2": (None, "hidden"),
        "XXE0": (None, "missing"),
    }
    assert list(found["flag"]) == ["u", "c", "c", ""]
    absent = indicators.to_base(figures({"XXD0": 2.0}), places, kind=kind)
    assert cells(absent) == {"XXE0": (None, "missing")}


def test_conversion_leaves_its_input_alone(places):
    rows = figures({"XXB0": 8.0, "XXC0": 1.0, "XXD0": 2.0})
    before = rows.copy()
    indicators.to_base(rows, places, kind="relative")
    pd.testing.assert_frame_equal(rows, before)


def test_the_declared_version_comes_first_or_both_are_added(places):
    rows = pd.concat([figures({"XXA0": 5.0}).assign(rank=1), figures({"XXA1": 7.0}, version=2016)])
    assert cells(indicators.to_base(rows, places, kind="absolute")) == {"XXA1": (7.0, "reported")}
    assert cells(indicators.to_base(rows, places, kind="absolute", overlap="add")) == {"XXA1": (12.0, "reported")}


def file_of(**values: object) -> DataFile:
    return DataFile(**{"id": "x", "file": WASTE, "format": "csv", "nuts_version": 2013, "dataset": "x", **values})


def test_codes_of_other_versions_are_found_and_aggregates_dropped(places):
    codes = ["XXA0", "XXA1", "EU28", "EA19", "XXZZ", "XXXX", "XXA01", "NO0B", "ITD3", "XXQ9"]
    table = pd.DataFrame({"nuts_id": codes, "version": 2013})
    found = indicators.with_versions(table, file_of(drop_codes=("XXQ9",)), places).set_index("nuts_id")
    assert tuple(found.loc["XXA0", ["version", "rank"]]) == (2013, 0)
    assert tuple(found.loc["XXA1", ["version", "rank"]]) == (2016, 1)
    assert list(found.index[found["rank"] < 0]) == codes[2:]


def test_a_code_of_no_version_stops_the_run(places):
    table = pd.DataFrame({"nuts_id": ["XXA0", "XXQ8", "XXQ9"], "version": 2013})
    with pytest.raises(SourceError) as caught:
        indicators.with_versions(table, file_of(), places)
    text = str(caught.value)
    assert text.startswith("2 region codes of env_rwas_gen.csv are in no NUTS version: XXQ8, XXQ9.")
    assert text.endswith("a slip of the publisher goes by name under drop_codes in params/indicators.yaml")


def test_missing_regions_inherit_the_rate_of_their_level_1_region(places):
    table = figures({"XXB": 4.0, "XXB1": 5.0, "XXA": 9.0}, version=2016)
    file = file_of(nuts_version=2016, inherit_level1=True)
    rows = deriving._with_level1(table[table["nuts_id"] == "XXB1"], table, file, places)
    found = indicators.to_base(rows, places, kind="relative")
    assert cells(found) == {"XXB1": (5.0, "reported"), "XXB2": (4.0, "estimated")}


def test_amounts_of_level_3_are_added_up_only_when_complete(places):
    file = file_of(sum_level3=True)
    table = figures({"XXA0": np.nan, "XXA01": 2.0, "XXA02": 3.0})
    found = deriving._with_sums_of_level3(table, file, places).set_index("nuts_id")
    assert found.loc["XXA0", "value"] == 5.0
    found = deriving._with_sums_of_level3(figures({"XXA0": np.nan, "XXA01": 2.0}), file, places)
    assert found.set_index("nuts_id")["value"].isna()["XXA0"]
    found = deriving._with_sums_of_level3(figures({"XXA0": 7.0, "XXA01": 2.0, "XXA02": 3.0}), file, places)
    assert found.set_index("nuts_id").loc["XXA0", "value"] == 7.0


# Files, ratios, country rows, flags

SMALL = """
schema_version: 1
sources:
  made: {file: indicators/env_rwas_gen.csv, format: csv, year: TIME, nuts_version: 2016, rating: green, reason: "x"}
bases:
  - {code: enterprises, name: Enterprises, unit: enterprises, series: [{from: made, value: active}]}
indicators:
  - {code: births, name: Births, unit: percent of active, meaning: B., kind: absolute, ratio_to: enterprises, per: 100,
     series: [{from: made, value: born}]}
  - {code: lagged, name: Lagged, unit: percent of active, meaning: B., kind: absolute, ratio_to: enterprises, lag: 1,
     per: 100, series: [{from: made, value: born}]}
  - {code: rate, name: Rate, unit: points, meaning: R., kind: relative, series: [{from: made, value: rate}]}
"""
FIGURES = """geo,TIME,born,active,rate
XXA1,2014,5,50,1.5
XXC0,2014,10,100,2
XXD0,2014,10,300,4
XXA1,2015,6,60,
XX,2014,25,450,3.25
YY,2014,1,0,7.25
XXQ1,2014,1,1,1
"""


@pytest.fixture
def small(tmp_path: Path, places: Geography) -> Callable[..., indicators.Builder]:
    def make(figures: str = FIGURES, text: str = SMALL) -> indicators.Builder:
        path = tmp_path / WASTE
        path.parent.mkdir(exist_ok=True)
        path.write_text(figures, encoding="utf-8")
        (tmp_path / "register.yaml").write_text(text, encoding="utf-8")
        return indicators.Builder(indicator_register.read_register(tmp_path / "register.yaml"), tmp_path, places)

    return make


def made(builder: indicators.Builder, code: str) -> dict[tuple[str, int], tuple[float, str]]:
    item = next(item for item in builder.register.indicators if item.code == code)
    table = builder.indicator(item)
    return {(row.nuts_id, row.year): (row.value, row.status) for row in table.itertuples()}


def test_a_merged_region_gets_the_ratio_of_sums(small):
    found = made(small(FIGURES.replace("XXQ1,2014,1,1,1\n", "")), "births")
    assert found["XXE0", 2014] == (5.0, "reported")  # 20 of 400; the mean of 10 and 3.3 would be 6.7
    assert found["XX", 2014] == (5.55556, "reported")
    assert ("YY", 2014) not in found  # nothing to divide by


def test_a_lag_divides_by_the_year_before(small):
    found = made(small(FIGURES.replace("XXQ1,2014,1,1,1\n", "")), "lagged")
    assert found == {("XXA1", 2015): (12.0, "reported")}


def test_a_country_of_one_region_has_one_figure(small):
    found = made(small(FIGURES.replace("XXQ1,2014,1,1,1\n", "")), "rate")
    assert found["YY", 2014] == found["YY00", 2014] == (7.25, "reported")
    assert found["XX", 2014] == (3.25, "reported")
    assert ("XXA1", 2015) not in found  # no figure, no flag, no row


@pytest.mark.parametrize(
    ("old", "new", "what", "fix"),
    [
        ("", "", "1 region codes of env_rwas_gen.csv are in no NUTS version: XXQ1.", "drop_codes"),
        ("geo,TIME,born", "geo,TIME,birth", "env_rwas_gen.csv has no column born.", "use the published file"),
        ("XXA1,2014,5,", "XXA1,2014,5 b,", "1 cells of env_rwas_gen.csv are not numbers, for instance '5 b'.",
         "use the published one"),
        ("XXA1,2015", "XXA1,2O15", "1 cells of env_rwas_gen.csv are not numbers, for instance '2O15'.",
         "use the published one"),
        ("XXQ1,2014", "XXA1,2014", "1 regions stand twice in a year in env_rwas_gen.csv: XXA1 2014.",
         "add the missing dimension under where, or set duplicates: first"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused(small, old, new, what, fix):
    builder = small(FIGURES.replace(old, new, 1) if old else FIGURES)
    with pytest.raises(SourceError) as caught:
        made(builder, "births")
    assert what in str(caught.value)
    assert fix in str(caught.value)


def test_an_absent_file_is_refused_with_its_name(tmp_path, small):
    builder = small()
    (tmp_path / WASTE).unlink()
    with pytest.raises(SourceError, match=r"The raw file env_rwas_gen\.csv cannot be read"):
        made(builder, "births")
    assert indicators.absent(builder.register, tmp_path) == {code: [WASTE] for code in ("births", "lagged", "rate")}


def test_all_cells_that_are_no_numbers_are_told_at_once(small):
    builder = small(FIGURES.replace("XXA1,2014,5,50", "XXA1,2O14,5 b,n.a."))
    with pytest.raises(SourceError) as caught:
        made(builder, "births")
    assert [problem.what.split("instance ")[1] for problem in caught.value.problems] == ["'n.a.'.", "'5 b'.", "'2O14'."]


def test_an_indicator_is_left_out_when_its_file_is_absent(tmp_path, register):
    codes = {2016: pd.DataFrame({"nuts_id": ["XX"], "level": [0]})}
    nothing = pd.DataFrame(columns=["from_version", "from_id", "to_id", "weight_population"]).astype({"from_id": "str"})
    assert indicators.build_table(tmp_path, codes, nothing, register()).empty
    assert indicators.absent(register(), tmp_path) == {"rubbish": [WASTE]}


@pytest.mark.parametrize("values", ["obs_value", "values"])
def test_a_file_of_eurostat_saved_anew_needs_no_names_of_columns(tmp_path, values):
    path = "eurostat/x.csv"
    (tmp_path / "eurostat").mkdir()
    (tmp_path / path).write_text(f"unit,geo,time,{values}\nPC,XXA1,2012.0,1.5\nNR,XXA1,2012.0,7\n", encoding="utf-8")
    series = [indicator_register.Series("x", where=(("unit", ("PC",)),))]
    table = indicators.read_file(file_of(file=path), tmp_path, series)
    assert table[["nuts_id", "year", "value", "version"]].to_numpy().tolist() == [["XXA1", 2012, 1.5, 2013]]


def test_flags_of_sdmx_csv_are_kept(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(
        "geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS\nXXA1,2014,1.5,b,\nXXB1,2014,,,C\n", encoding="utf-8"
    )
    table = indicators.read_file(file_of(file="x.csv", format="sdmx-csv"), tmp_path, [indicator_register.Series("x")])
    assert list(table["flag"]) == ["b", "c"]
    assert list(table["value"].isna()) == [False, True]


def test_values_outside_their_range_are_refused(register):
    table = pd.DataFrame({"indicator": "rubbish", "nuts_id": ["AT11", "AT12"], "year": 2014, "value": [-1.0, 2.0]})
    with pytest.raises(ContractError) as caught:
        indicators.check_ranges(table, register())
    text = str(caught.value)
    assert text.startswith("1 values of rubbish are outside 0 to inf, for instance AT11 2014: -1.")
    assert text.endswith("fix:   check the source; declare range, or outside: missing, in params/indicators.yaml")


# The embedded table


@pytest.fixture(scope="module")
def embedded() -> pd.DataFrame:
    return tables.load_indicator(ROOT / "data" / "processed")


def test_at_least_fifty_indicators_with_150_regions(embedded):
    filled = page.coverage(embedded)
    assert (filled["regions_best_year"] >= page.MIN_REGIONS).sum() >= 50
    assert list(filled.index[filled["is_thin"]]) == ["poverty_or_exclusion"]
    assert (ROOT / "data" / "processed" / "indicator.parquet").stat().st_size < 2_500_000


def test_the_page_is_in_step_with_register_and_table(embedded):
    """``make docs`` after a change."""
    text = (ROOT / "docs" / "indicators.md").read_text(encoding="utf-8")
    found = indicator_register.read_register(REGISTER)
    assert text.count(page.markdown(found, embedded)) == 1
    assert page.renewed(text, found, embedded) == text


def test_the_page_is_made_anew_around_what_people_wrote(register, embedded):
    text = f"# Title\n\nWords \\1.\n\n{page.HEADING}\n|---|\n| old |\n\n## Left out\n\n| other | table |\n"
    made = page.renewed(text, register(), embedded)
    line = f"| `rubbish` | Rubbish | kg | {register().files['waste'].dataset} | – | none | – | amber |\n"
    assert made.startswith(
        f"# Title\n\nWords \\1.\n\n{page.HEADING}\n|---|---|---|---|---|---|---|---|\n{line}\n## Left out"
    )
    assert made.endswith("## Left out\n\n| other | table |\n")
    assert "old" not in made


def test_the_page_can_be_made_on_the_command_line(monkeypatch):
    monkeypatch.setenv("CLUSTERKIT_ROOT", str(ROOT))
    command = [sys.executable, "-W", "error", "-m", "clusterkit.data.indicators.page"]
    done = subprocess.run(command, capture_output=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == (ROOT / "docs" / "indicators.md").read_bytes()


def test_every_pilot_region_has_most_indicators(embedded):
    pilots = ["ES13", "FRB0", "FI1D", "FRE1", "FRE2", "LT01", "LT02", "SE31", "ITC1", "DED2", "DED4", "DED5", "SI03",
              "SI04", "BE31", "BE32", "BE33", "BE34", "BE35"]  # fmt: skip
    known = embedded[embedded["value"].notna()]
    counts = known[known["nuts_id"].isin(pilots)].groupby("nuts_id")["indicator"].nunique()
    assert set(counts.index) == set(pilots)
    assert counts.min() >= 75


# Against the raw files


@pytest.fixture(scope="module")
def raw() -> Path:
    folder = Path(os.environ.get("CLUSTERKIT_RAW") or ROOT.parent / "shared" / "data")
    if not (folder / "indicators").is_dir():
        pytest.skip(f"no raw files: there is no folder {folder / 'indicators'}; set CLUSTERKIT_RAW")
    return folder


def value(table: pd.DataFrame, indicator: str, nuts_id: str, year: int) -> tuple[float, str]:
    rows = table[(table["indicator"] == indicator) & (table["nuts_id"] == nuts_id) & (table["year"] == year)]
    assert len(rows) == 1
    return rows["value"].item(), rows["status"].item()


def lines(raw: Path, name: str) -> list[str]:
    data = (raw / name).read_bytes()
    return (gzip.decompress(data) if name.endswith(".gz") else data).decode("utf-8-sig").splitlines()


def tsv_cell(raw: Path, name: str, key: str, year: int) -> float:
    text = lines(raw, name)
    column = [cell.strip() for cell in text[0].split("\t")].index(str(year))
    row = next(line for line in text if line.split("\t")[0] == key)
    return float(row.split("\t")[column].split()[0])


@pytest.mark.raw
@pytest.mark.parametrize(
    ("indicator", "region", "year", "name", "key"),
    [
        ("training_participation", "FRB0", 2014, "trng_lfse_04", "PC,T,Y25-64,FR24"),
        ("training_participation", "IT", 2014, "trng_lfse_04", "PC,T,Y25-64,IT"),
        ("gva_growth", "ES13", 2012, "nama_10r_2gvagr", "PCH_PRE,ES13"),
        ("primary_income", "FRE1", 2013, "nama_10r_2hhinc", "PPCS_HAB,B5N,FR30"),
        ("primary_income", "SI", 2013, "nama_10r_2hhinc", "PPCS_HAB,B5N,SI"),
        ("population", "ITC1", 2019, "demo_r_pjangrp3", "T,NR,TOTAL,ITC1"),
    ],
)
def test_tsv_figures_by_a_plain_search(raw, embedded, indicator, region, year, name, key):
    found = value(embedded, indicator, region, year)
    assert found == (tsv_cell(raw, f"eurostat/{name}.tsv.gz", key, year), "reported")


@pytest.mark.raw
def test_a_split_region_inherits_its_rate(raw, embedded):
    before = tsv_cell(raw, "eurostat/trng_lfse_04.tsv.gz", "PC,T,Y25-64,LT00", 2012)
    assert value(embedded, "training_participation", "LT01", 2012) == (before, "estimated")
    assert value(embedded, "training_participation", "LT02", 2012) == (before, "estimated")


@pytest.mark.raw
@pytest.mark.parametrize("region", ["ITC1", "FRE2", "ES", "SE31"])
def test_birth_rates_are_the_published_ones(raw, embedded, region):
    name = "eurostat/bd_size_r3.tsv.gz"
    published = tsv_cell(raw, name, f"A,V97020,TOTAL,B-S_X_K642,{region}", 2019)
    assert value(embedded, "enterprise_birth_rate", region, 2019)[0] == pytest.approx(published, abs=0.01)
    born = tsv_cell(raw, name, f"A,V11920,TOTAL,B-S_X_K642,{region}", 2019)
    active = tsv_cell(raw, name, f"A,V11910,TOTAL,B-S_X_K642,{region}", 2019)
    assert value(embedded, "enterprise_birth_rate", region, 2019)[0] == pytest.approx(100 * born / active, rel=1e-5)


@pytest.mark.raw
def test_nuts_2_rates_are_ratios_of_sums_over_nuts_3(raw, embedded):
    born, active = 0.0, 0.0
    for line in lines(raw, "eurostat/bd_size_r3.tsv.gz"):
        key, *numbers = line.split("\t")
        if (
            key.startswith(("A,V11920,TOTAL,B-S_X_K642,ITC1", "A,V11910,TOTAL,B-S_X_K642,ITC1"))
            and len(key[-5:].strip(",")) == 5
        ):
            if "V11920" in key:
                born += float(numbers[11].split()[0])  # 2019
            else:
                active += float(numbers[11].split()[0])
    assert value(embedded, "enterprise_birth_rate", "ITC1", 2019)[0] == pytest.approx(100 * born / active, rel=1e-5)


@pytest.mark.raw
def test_the_quality_of_government_is_the_published_column(raw, embedded):
    header, *rows = csv.reader(lines(raw, "indicators/eqi_2021.csv"))
    columns = {"eqi": "eqi21_n2", "eqi_quality": "qualityp21_n2", "eqi_impartiality": "impartialityp21_n2",
               "eqi_corruption": "corruptionp21_n2"}  # fmt: skip
    for indicator, column in columns.items():
        table = embedded[embedded["indicator"] == indicator].set_index("nuts_id")["value"]
        published = {row[0]: float(row[header.index(column)]) for row in rows}
        assert {code: table[code] for code in published} == published
        assert table.index.str.len().isin([2, 4]).all()
        assert len(table) == len(published) + 5  # five countries are one region each


@pytest.mark.raw
@pytest.mark.parametrize("year", [2012, 2016, 2020])
def test_preprints_are_counts_over_inhabitants(raw, embedded, year):
    row = next(
        r for r in lines(raw, "indicators/eurito_arxiv_count.csv.gz") if r.startswith(f"{year},NUTS,") and ",ITC1," in r
    )
    people = value(embedded, "population", "ITC1", year)[0]
    assert value(embedded, "preprints", "ITC1", year)[0] == pytest.approx(
        1e6 * float(row.split(",")[-1]) / people, rel=1e-5
    )


@pytest.mark.raw
def test_industry_4_columns_by_a_plain_search(raw, embedded):
    header, *rows = [line.split("\t") for line in lines(raw, "indicators/i40_indicator_db.tsv.gz")]
    row = next(r for r in rows if r[0] == "SE31" and r[1] == "2015")
    for indicator, column in (
        ("hrst", "hrst_st_rcat_CATEGORY_HRST__UNIT_PC_POP"),
        ("high_tech_employment", "htec_emp_reg2_NACE_R2_HTC__UNIT_PC_EMP__SEX_T"),
        ("rd_expenditure_business", "rd_e_gerdreg_SECTPERF_BES__UNIT_PC_GDP"),
    ):
        assert value(embedded, indicator, "SE31", 2015) == (float(row[header.index(column)]), "reported")


@pytest.mark.raw
def test_a_confidential_figure_is_hidden_and_has_no_value(raw, embedded):
    """The first confidential line of the file, of a code that no version changed."""
    text = lines(raw, "eurostat/tgs00042.sdmx.csv.gz")
    region, year = next(
        re.search(r",(ITC1|BE\d\d|AT\d\d|SE\d\d|FI\d\w),[^,]*,(\d{4}),,,", line).groups()
        for line in text
        if HIDDEN.search(line)
    )
    number, status = value(embedded, "rd_expenditure", region, int(year))
    assert np.isnan(number)
    assert status == "hidden"


@pytest.mark.raw
def test_every_indicator_of_the_register_is_in_the_table(raw, embedded):
    assert set(embedded["indicator"]) == {item.code for item in indicator_register.read_register(REGISTER).indicators}
