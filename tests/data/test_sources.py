"""The register of sources agrees with itself, and a wrong row of it is refused in words."""

from __future__ import annotations

import csv
import json
import os
import pickle
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from clusterkit.data import sbs_until_2020, sources
from clusterkit.errors import SourceError

ROOT = Path(__file__).resolve().parent.parent.parent
ROW = {
    "key": "sample",
    "path": "eurostat/sample.tsv.gz",
    "dataset": "sample",
    "producer": "Eurostat",
    "content": "a sample",
    "edition": "2020",
    "nuts_version": "2013",
    "terms": "eurostat",
    "address": "https://example.org/sample",
    "page": "",
    "bytes": "12",
    "sha256": "a" * 64,
}
Write = Callable[..., Path]


@pytest.fixture
def register(tmp_path: Path) -> Write:
    def write(*rows: dict[str, str], columns: tuple[str, ...] = sources.COLUMNS) -> Path:
        path = tmp_path / "sources.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, extrasaction="ignore")
            writer.writeheader()
            writer.writerows({**ROW, **row} for row in rows)
        return path

    return write


def refused(path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        sources.read_register(path)
    return str(caught.value)


# The register itself


def test_keys_and_paths_are_unique() -> None:
    listed = list(sources.REGISTERED.values())
    assert len({source.key for source in listed}) == len(listed)
    assert len({source.path for source in listed}) == len(listed)
    assert [source.key for source in listed] == list(sources.REGISTERED)


def test_every_checksum_has_its_form_and_stands_once() -> None:
    editions = [edition for source in sources.REGISTERED.values() for edition in source.editions]
    assert all(re.fullmatch("[0-9a-f]{64}", edition.sha256) for edition in editions)
    assert len({edition.sha256 for edition in editions}) == len(editions)
    assert all(edition.size > 0 and edition.name for edition in editions)


def test_every_source_says_what_it_is_and_on_what_terms() -> None:
    for source in sources.REGISTERED.values():
        assert source.content
        assert source.producer
        assert source.licence
        assert source.acknowledgement
        assert source.address is None or source.address.startswith("https://")


def test_the_addresses_are_those_of_the_producers() -> None:
    assert sources.GDP.address == (
        "https://ec.europa.eu/eurostat/api/dissemination/sdmx/2.1/data/nama_10r_2gdp/?format=TSV&compressed=true"
    )
    assert sources.boundaries(2021, 3).address == (
        "https://gisco-services.ec.europa.eu/distribution/v2/nuts/geojson/NUTS_RG_20M_2021_4326_LEVL_3.geojson"
    )
    for source in sources.REGISTERED.values():
        if source.path.endswith(".tsv.gz") and source.path.startswith("eurostat/"):
            assert source.address == (
                f"https://ec.europa.eu/eurostat/api/dissemination/sdmx/2.1/data/{source.dataset}/"
                "?format=TSV&compressed=true"
            )


def test_every_file_behind_the_embedded_tables_is_a_known_edition() -> None:
    listed = json.loads((ROOT / "data" / "processed" / "provenance.json").read_text(encoding="utf-8"))["sources"]
    by_path = {source.path: source for source in sources.REGISTERED.values()}
    for used in listed:
        source = by_path[used["file"]]
        known = source.edition_of(used["sha256"])
        assert known is not None, used["file"]
        assert (known.name, source.dataset, source.licence, source.acknowledgement) == (
            used["edition"], used["dataset"], used["licence"], used["acknowledgement"],
        )  # fmt: skip


def test_the_names_that_the_build_uses() -> None:
    assert set(sources.NUTS_CODES) == {2013, 2016, 2021}
    assert set(sources.BOUNDARIES) == {0, 1, 2}
    assert set(sources.CROSSWALKS) == {(level, version) for level in (1, 2) for version in (2010, 2013, 2021, 2024)}
    assert sources.CROSSWALKS[2, 2021].path == "nuts/jrc_crosswalks_2025_08/n2_cm_v2016_v2021.csv"
    assert set(sources.SOURCES) <= set(sources.REGISTERED.values())


def test_boundaries_and_crosswalks_of_all_levels_and_versions() -> None:
    for version in (2013, 2016, 2021):
        for level in range(4):
            assert sources.boundaries(version, level).nuts_version == version
    for level in (1, 2, 3):
        for first in (2010, 2013, 2016, 2021, 2024):
            for last in (2010, 2013, 2016, 2021, 2024):
                if first != last:
                    assert sources.crosswalk(level, first, last) is sources.crosswalk(level, last, first)


@pytest.mark.raw
def test_the_raw_files_are_known_editions() -> None:
    folder = Path(os.environ.get("CLUSTERKIT_RAW") or ROOT.parent / "shared" / "data")
    if not (folder / "eurostat").is_dir():
        pytest.skip(f"no raw files: there is no folder {folder / 'eurostat'}; set CLUSTERKIT_RAW")
    for source in sources.REGISTERED.values():
        path = folder / source.path
        if path.is_file():
            edition = source.edition_of(sources.sha256(path))
            assert edition is not None, source.path
            assert edition.size == path.stat().st_size


def test_a_source_survives_pickling() -> None:
    assert pickle.loads(pickle.dumps(sources.GDP)) == sources.GDP


def test_every_rule_that_an_error_names_is_a_heading_of_the_how_to() -> None:
    text = (ROOT / "docs" / "how-to-fetch-data.md").read_text(encoding="utf-8")
    headings = {line.lstrip("# ").lower().replace(" ", "-") for line in text.splitlines() if line.startswith("## ")}
    modules = [ROOT / "clusterkit" / "data" / f"{name}.py" for name in ("sources", "download", "fetch", "raw_folder")]
    code = "".join(path.read_text(encoding="utf-8") for path in modules)
    named = set(re.findall(r"(?:how-to-fetch-data\.md|\{RULE\})#([a-z-]+)", code))
    assert len(named) == 7
    assert named <= headings


# Looking up


def test_an_unknown_key_is_answered_with_the_nearest() -> None:
    with pytest.raises(SourceError) as caught:
        sources.select(["nama_10r_2gpd", "zzz"], "command line")
    assert str(caught.value) == (
        "2 problems:\n"
        "There is no source 'nama_10r_2gpd'.\n"
        "  where: command line\n"
        "  rule:  docs/how-to-fetch-data.md#the-register\n"
        "  fix:   did you mean nama_10r_2gdp?\n"
        "There is no source 'zzz'.\n"
        "  where: command line\n"
        "  rule:  docs/how-to-fetch-data.md#the-register\n"
        "  fix:   `clusterkit data status` lists the keys"
    )


def test_a_key_named_twice_is_one_source() -> None:
    assert sources.select(["tgs00007", "tgs00010", "tgs00007"]) == (sources.get("tgs00007"), sources.get("tgs00010"))


# The two series of regional structural business statistics


def test_the_series_follows_from_the_year_alone() -> None:
    wanted = ("persons_employed", "local_units")
    old, new = sources.sbs_edition_for(2020), sources.sbs_edition_for(2021)
    assert (old.dataset, old.dimension, old.nuts_version) == ("sbs_r_nuts06_r2", "indic_sb", 2013)
    assert (new.dataset, new.dimension, new.nuts_version) == ("sbs_r_nuts2021", "indic_sbs", 2021)
    assert old.codes(wanted) == {"V16110": "persons_employed", "V11210": "local_units"}
    assert new.codes(wanted) == {"EMP_LOC_NR": "persons_employed", "LOC_NR": "local_units"}
    assert sources.sbs_edition_for(2030) is new


def test_the_old_series_has_the_codes_that_the_build_reads() -> None:
    assert sources.sbs_edition_for(2014).codes(sbs_until_2020.INDICATORS.values()) == sbs_until_2020.INDICATORS


def test_the_code_of_wages_in_the_new_series_is_not_guessed() -> None:
    with pytest.raises(SourceError) as caught:
        sources.sbs_edition_for(2022).codes(["persons_employed", "wages_meur"])
    assert str(caught.value) == (
        "The code of wages_meur in sbs_r_nuts2021 is not known.\n"
        "  where: sbs_r_nuts2021, dimension indic_sbs\n"
        "  rule:  docs/how-to-fetch-data.md#the-two-series-of-regional-business-statistics: no code is guessed\n"
        "  fix:   ask for persons_employed or local_units, or look the code up at "
        "https://ec.europa.eu/eurostat/databrowser/product/view/sbs_r_nuts2021 and add it to "
        "SBS_EDITIONS in clusterkit/data/sources.py"
    )


def test_a_year_before_the_series_is_refused() -> None:
    with pytest.raises(SourceError) as caught:
        sources.sbs_edition_for(2007)
    assert str(caught.value) == (
        "There are no regional business statistics by NACE Rev. 2 for 2007.\n"
        "  where: year 2007\n"
        "  rule:  the series start in 2008: sbs_r_nuts06_r2 from 2008, sbs_r_nuts2021 from 2021\n"
        "  fix:   choose a year from 2008 on"
    )


# A wrong register


def test_rows_with_the_same_key_are_editions_of_one_file(register: Write) -> None:
    path = register({}, {"edition": "2021", "nuts_version": "2021", "bytes": "13", "sha256": "b" * 64})
    (source,) = sources.read_register(path).values()
    assert (source.edition, source.nuts_version) == ("2020", 2013)
    assert source.edition_of("b" * 64) == sources.Edition("2021", 2021, 13, "b" * 64)
    assert source.edition_of("c" * 64) is None


def test_a_source_that_nobody_has_seen_has_no_edition(register: Write) -> None:
    (source,) = sources.read_register(register({"edition": "", "bytes": "", "sha256": ""})).values()
    assert (source.editions, source.edition) == ((), "not known")


@pytest.mark.parametrize(
    ("row", "what", "fix"),
    [
        ({"key": "Sample Key"}, "has a wrong key: 'Sample Key'", "small letters, digits and underscores"),
        ({"path": "../etc/passwd"}, "has a wrong path: '../etc/passwd'", "a path under the raw folder, such as"),
        ({"path": "/etc/passwd"}, "has a wrong path: '/etc/passwd'", "a path under the raw folder, such as"),
        ({"content": ""}, "has a wrong dataset, producer or content: 'sample'", "a text"),
        ({"terms": "mine"}, "has a wrong terms: 'mine'", "one of eurostat, eurostat-cc, gisco"),
        ({"address": "http://example.org"}, "has a wrong address: 'http://example.org'", "https://..., or nothing"),
        ({"page": "example"}, "has a wrong page: 'example'", "https://..., or nothing"),
        ({"nuts_version": "2015"}, "has a wrong nuts_version: '2015'", "one of 2010, 2013, 2016, 2021, 2024"),
        ({"sha256": "abc"}, "has a wrong sha256: 'abc'", "64 hexadecimal digits, or nothing"),
        ({"bytes": "0"}, "has a wrong bytes: '0'", "a whole number above 0, or nothing"),
        (
            {"edition": ""},
            "has a wrong edition, bytes, sha256: ''",
            "all three for a known edition, none for an unknown",
        ),
    ],
)
def test_a_wrong_cell_is_named_with_its_line(register: Write, row: dict[str, str], what: str, fix: str) -> None:
    path = register(row)
    text = refused(path)
    assert f"The row of {row.get('key', 'sample')} {what}" in text
    assert (
        f"  where: {path}, line 2\n  rule:  docs/how-to-fetch-data.md#the-register\n  fix:   mend the cell: {fix}"
        in text
    )


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ({"key": "other", "sha256": "b" * 64}, "The row of other has the path of sample."),
        ({"key": "other", "path": "other.csv"}, "The row of other has the checksum of another row."),
        ({"terms": "gisco", "sha256": "b" * 64}, "The row of sample differs from the first row of sample in terms."),
    ],
)
def test_rows_that_contradict_each_other_are_refused(register: Write, row: dict[str, str], what: str) -> None:
    path = register({}, row)
    assert refused(path).startswith(f"{what}\n  where: {path}, line 3\n")


def test_all_wrong_cells_are_named_at_once(register: Write) -> None:
    assert refused(register({"key": "A"}, {"terms": "mine", "bytes": "x"})).startswith("3 problems:\n")


def test_wrong_columns_are_refused(register: Write) -> None:
    path = register({}, columns=sources.COLUMNS[:3])
    assert refused(path).startswith(
        f"The register has the columns key, path, dataset.\n  where: {path}, line 1\n"
        "  rule:  docs/how-to-fetch-data.md#the-register: key, path, dataset, producer, "
    )


def test_a_register_that_is_not_there_is_refused(tmp_path: Path) -> None:
    text = refused(tmp_path / "nowhere.csv")
    assert text.startswith("The register of sources cannot be read: ")
    assert text.endswith("  fix:   install clusterkit again, or restore the file from git")
