"""Raw files of an invented Europe of two countries, small enough to build in a second.

The codes are real (Estonia, one region; Slovenia, two), every figure is invented and comes from a
formula, so that the files are the same on every machine.
"""

from __future__ import annotations

import gzip
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from clusterkit.data import sources

MANUFACTURING_HEADER = "geo,level,NUTS_NAME,nace_r2,EMP_LOC_NR_2022_feb2025,EMP_LOC_NR_2022_dec2024"
TINY_YEARS = (2011, 2012, 2013, 2014)
TINY_NUTS2 = ("EE00", "SI03", "SI04")
NAMES = {"EE": "Eesti", "EE0": "Eesti", "EE00": "Eesti", "SI": "Slovenija", "SI0": "Slovenija",
         "SI03": "Vzhodna Slovenija", "SI04": "Zahodna Slovenija"}  # fmt: skip
NUMBERS = {"B": (5, 9), "C": (10, 33), "D": (35, 35), "E": (36, 39), "F": (41, 43), "G": (45, 47), "H": (49, 53),
           "I": (55, 56), "J": (58, 63), "L": (68, 68), "M": (69, 75), "N": (77, 82), "S": (95, 95)}  # fmt: skip
DIVISIONS = [f"{letter}{n:02}" for letter, (first, last) in NUMBERS.items() for n in range(first, last + 1)]
SECTIONS = tuple("BCDEFGHIJLMN")
SIZE = {"EE00": 0.8, "SI03": 1.0, "SI04": 1.1, "SIZZ": 0.0}  # persons employed, relative
STRONG = {("EE00", "C16"): 3.0, ("EE00", "C31"): 4.0, ("SI03", "C24"): 5.0, ("SI04", "C21"): 6.0,
          ("SI04", "C27"): 4.0, ("SI03", "C27"): 3.0}  # fmt: skip
PARENTS = {"EE00": ("EE0", "EE"), "SI03": ("SI0", "SI"), "SI04": ("SI0", "SI"), "SIZZ": ("SIZ", "SI")}
ALL_YEARS = range(2011, 2015)

# What offices keep back, by sector, region and year, of persons employed and wages.
CONFIDENTIAL = {
    *(
        (code, region, year)
        for code in ("B05", "B07")
        for region in ("SI", "SI0", "SI03", "SI04")
        for year in ALL_YEARS
    ),
    *(("C12", region, year) for region in ("SI03", "SI04") for year in ALL_YEARS),
    *(("C19", region, year) for region in ("EE", "EE0", "EE00") for year in ALL_YEARS),  # section C gives it away
    *(("M75", region, 2011) for region in ("SI03", "SI04")),
    *((code, region, 2012) for code in ("L", "L68") for region in ("SI03", "SI04")),
}
NOT_PUBLISHED = {
    ("N82", "SI04", 2014),
    *(("E36", region, year) for region in ("EE", "EE0", "EE00") for year in ALL_YEARS),  # the national file has it
}
FLAGS = {("C27", "SI04", 2014): "b", ("C16", "EE00", 2013): "e", ("F41", "SI03", 2014): "bd"}


def persons_employed(code: str, region: str, year: int) -> int:
    """True number of persons employed, also of the cells that the files hide."""
    if len(code) == 1:
        return sum(persons_employed(part, region, year) for part in DIVISIONS if part[0] == code)
    if region not in PARENTS:
        return sum(persons_employed(code, part, year) for part, above in PARENTS.items() if region in above)
    if region == "SIZZ":
        return 12 if code == "H51" else 0
    if code == "B06" and region == "SI03":
        return 0
    base = 300 + DIVISIONS.index(code) * 977 % 4100
    growth = 1 + (DIVISIONS.index(code) % 7 - 3) * 0.01 * (year - 2011)
    return int(base * SIZE[region] * STRONG.get((region, code), 1.0) * growth)


def write_tiny_raw(folder: Path) -> Path:
    """Write every file of ``sources.SOURCES`` under ``folder`` and return the folder."""
    _write_tsv(folder / sources.SBS_REGIONAL.path, "nace_r2,indic_sb,geo\\time", range(2015, 2007, -1), _regional())
    _write_tsv(folder / sources.SBS_NATIONAL.path, "nace_r2,indic_sb,geo\\time", range(2015, 2004, -1), _national())
    _write(folder / sources.SBS_2015.path, "\n".join(["nace_r2;geo;n2015", *_later_2015()]) + "\n")
    _write(folder / sources.SBS_2022.path, "\n".join([MANUFACTURING_HEADER, *_manufacturing_2022()]) + "\n")
    for source, header, series in (
        (sources.POPULATION, "sex,unit,age,geo\\time", {"T,NR,TOTAL": 2.1, "F,NR,TOTAL": 1.1}),
        (sources.GDP, "unit,geo\\time", {"MIO_EUR": 0.035, "MIO_PPS": 0.04, "EUR_HAB": 0.1}),
        (sources.EMPLOYMENT, "unit,sex,age,geo\\time", {"THS,T,Y_GE15": 0.001, "THS,F,Y_GE15": 0.0005}),
        (sources.UNEMPLOYMENT, "unit,age,sex,geo\\time", {"THS,Y_GE15,T": 0.0001, "THS,Y15-24,T": 0.00003}),
    ):
        years = range(2022, 2013, -1) if source is sources.POPULATION else range(2014, 1999, -1)
        _write_tsv(folder / source.path, header, years, _context(series))
    for version, source in sources.NUTS_CODES.items():
        _write_codes(folder / source.path, version)
    for level, source in sources.BOUNDARIES.items():
        _write_boundaries(folder / source.path, level)
    for (level, version), source in sources.CROSSWALKS.items():
        _write_crosswalk(folder / source.path, level, version)
    return folder


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    data = text.encode("utf-8")
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)


def _write_tsv(path: Path, header: str, years: Iterable[int], rows: Mapping[str, Mapping[int, str]]) -> None:
    years = list(years)
    lines = ["\t".join([header, *(f"{year} " for year in years)])]
    lines += ["\t".join([key, *(f"{cells.get(year, ':')} " for year in years)]) for key, cells in rows.items()]
    _write(path, "\n".join(lines) + "\n")


def _sectors() -> list[str]:
    return sorted([*SECTIONS, *DIVISIONS])


def _regional() -> dict[str, dict[int, str]]:
    rows: dict[str, dict[int, str]] = {}
    for code in _sectors():
        for indicator in ("V11210", "V13320", "V16110"):
            for region in (*NAMES, "SIZ", "SIZZ"):
                cells = {year: _cell(code, indicator, region, year) for year in TINY_YEARS}
                rows[f"{code},{indicator},{region}"] = cells
        # Codes of NUTS 2010, in years that are not used; tests put figures in others.
        rows |= {f"{code},V16110,{region}": {2008: "1000", 2010: "1100 b"} for region in ("SI01", "SI02")}
    # A group, the whole business economy and another indicator: none of them is wanted.
    return rows | {
        "G451,V16110,SI": {2014: "77"},
        "B-N_S95_X_K,V16110,SI": {2014: "999999"},
        "C27,V91290,SI04": {2014: "-3.5"},
    }


def _later_2015() -> Iterator[str]:
    """Persons employed of 2015 as a spreadsheet left them: a zero is a time of day, a definition that differs ``d``."""
    for code, region in itertools.product(_sectors(), NAMES):
        persons = persons_employed(code, region, 2015)
        text = {("B06", "SI03"): "12:00 AM", ("C10", "SI03"): f"{persons} d"}.get((code, region), str(persons))
        yield f"{code};{region};{'' if (code, region, 2014) in CONFIDENTIAL else text}"


def _manufacturing_2022() -> Iterator[str]:
    """Two downloads side by side, the later one revised; Vzhodna Slovenija lacks C12, one cell only the first has."""
    for region, code in itertools.product((*TINY_NUTS2, "EE", "SI"), ["C", *(d for d in DIVISIONS if d[0] == "C")]):
        persons = persons_employed(code, region, 2022)
        later = "" if (code, region) in {("C12", "SI03"), ("C12", "SI04"), ("C13", "SI04")} else str(persons)
        first = "" if code == "C12" and region.startswith("SI0") else str(persons + (code == "C14"))
        yield f"{region},{len(region) - 2},{NAMES[region]},{code},{later},{first}"


def _cell(code: str, indicator: str, region: str, year: int) -> str:
    persons = persons_employed(code, region, year)
    flag = FLAGS.get((code, region, year), "")
    if (code, region, year) in NOT_PUBLISHED:
        return ":"
    if indicator == "V11210":
        return f"{persons // 7}"
    if (code, region, year) in CONFIDENTIAL:
        return ": c"
    if indicator == "V13320":
        return "-0.3" if (code, region, year) == ("B06", "EE00", 2014) else f"{persons * 0.02:.1f}"
    return f"{persons} {flag}".strip()


def _national() -> dict[str, dict[int, str]]:
    rows = {}
    for code in _sectors():
        for country in ("EE", "SI"):
            if (code, country, 2014) in CONFIDENTIAL:
                rows[f"{code},V16110,{country}"] = dict.fromkeys(TINY_YEARS, ": c")
                continue
            persons = {year: persons_employed(code, country, year) for year in TINY_YEARS}
            rows[f"{code},V16110,{country}"] = {year: f"{persons[year]}" for year in TINY_YEARS}
            rows[f"{code},V13320,{country}"] = {year: f"{persons[year] * 0.02:.1f}" for year in TINY_YEARS}
            rows[f"{code},V11210,{country}"] = {year: f"{persons[year] // 8}" for year in TINY_YEARS}
    return rows


def _context(series: Mapping[str, float]) -> dict[str, dict[int, str]]:
    people = {"EE00": 1_300_000, "SI03": 1_100_000, "SI04": 950_000}
    for region, above in PARENTS.items():
        for parent in above:
            people[parent] = people.get(parent, 0) + people.get(region, 0)
    people |= {"SI031": 116_000, "EU28": 500_000_000}
    return {
        f"{key},{region}": {year: f"{number * factor / 2.1:.1f}" for year in range(2011, 2023)}
        for key, factor in series.items()
        for region, number in sorted(people.items())
    }


def _write_codes(path: Path, version: int) -> None:
    names = NAMES | {"EE001": "Põhja-Eesti", "SI031": "Pomurska", "SI041": "Osrednjeslovenska"}
    lines = ["NUTS_ID,LEVL_CODE,CNTR_CODE,NUTS_NAME,NAME_LATN"]
    for code, name in names.items():
        written = name.upper() if version < 2021 and len(code) < 4 else name
        lines.append(f"{code},{len(code) - 2},{code[:2]},{written},{written}")
    _write(path, "\n".join(lines) + "\n")


def _write_boundaries(path: Path, level: int) -> None:
    west, east, south, north = 13.4, 16.6, 45.4, 46.8  # degrees
    middle = 14.8
    boxes = {
        "EE": (23.0, 57.6, 28.0, 59.6),
        "SI": (west, south, east, north),
        "SI03": (middle, south, east, north),
        "SI04": (west, south, middle, north),
    }
    features = []
    for code in NAMES:
        if len(code) - 2 != level:
            continue
        left, low, right, high = boxes.get(code, boxes[code[:2]])
        ring = [[left, low], [right, low], [right, high], [left, high], [left, low]]
        properties = {"NUTS_ID": code, "LEVL_CODE": level, "CNTR_CODE": code[:2], "NUTS_NAME": NAMES[code]}
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    _write(path, json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False))


def _write_crosswalk(path: Path, level: int, version: int) -> None:
    level1 = [("EE0", "EE0", 45_000, 1_290_000), ("SI0", "SI0", 20_000, 2_045_000)]
    level2 = [
        ("EE00", "EE00", 45_000, 1_290_000),
        ("SI03", "SI03", 12_400, 1_096_000),
        ("SI03", "SI04", 3, 20),  # boundary noise
        ("SI04", "SI04", 7_800, 948_000),
    ]
    if version == 2010:
        level2[1:] = [
            ("SI01", "SI03", 12_200, 1_081_000),
            ("SI02", "SI03", 220, 15_000),
            ("SI02", "SI04", 7_800, 948_000),
        ]
    first, last = sorted((version, 2016))
    lines = [f"code_v{first},code_v{last},uniqueID,areaKm,pop11,pop21"]
    for other, base, area, people in level1 if level == 1 else level2:
        old, new = (other, base) if version < 2016 else (base, other)
        lines.append(f"{old},{new},{old}{new},{area}.5,{people}.25,{people}.0")
    _write(path, "\r\n".join(lines) + "\r\n")
