"""Words, figures and tables of the scoreboard page, on invented boards and on real regions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from shapely.geometry import box

from clusterkit import params, scoreboard
from clusterkit.data import indicator_register, tables
from clusterkit.data.frameworks import check_framework
from clusterkit.params import RegionParams
from clusterkit.paths import project
from clusterkit.scoreboard import Evidence, RegionChange, RegionScoreboard, audit, load_framework, region_scoreboard
from clusterkit.show import Downloads, Figure, Text
from clusterkit.show import scoreboard as show
from clusterkit.show.output import SVG_DATA, Several, Table
from clusterkit.show.scoreboard import phrases
from clusterkit.show.scoreboard.dependence import NAMES

NAN = float("nan")
NBSP = "\u00a0"
P = RegionParams(region="north", name="Nørre & Co", nuts_ids=["AT11", "AT12"])
NO_FILES = Downloads("north")
OTHERS = ["AT13", "BE10", "BE21", "BE22", "CZ01", "CZ02", "CZ03", "EE00", "LV00", "SI03", "SI04"]
INDICATORS = ["s1", "s2", "t1", "b1", "b2", "i1"]
LAST = 12  # regions: north and the eleven others
PEERS = ["BE10", "CZ01", "SI03"]
SCRIPT = "<script>alert(1)</script> \"x\" | `y` **b** $z$ &amp; \u202eשלום مرحبا\u202c 'q' [l](//evil.example) "
SCRIPT = (SCRIPT + "long " * 60)[:300]
RANK = re.compile(r"\b\d+(?:st|nd|rd|th) of [\d,]+(?: regions)?")
STANDS = re.compile(
    r" \((?:one indicator|[\d,]+(?:–[\d,]+)?(?:, one indicator known)?)\)|, from one indicator|, between [\d,]+ and [\d,]+ under"
    r"|, [\d,]+ whatever is chosen"
)


def frame(names: dict[str, str]):
    """Of ``funds`` nobody has figures; ``training`` and ``invention`` have one indicator; of ``b2`` less is better."""
    rows = [
        ("all", "index", "", "Whole"), ("skills", "dimension", "all", "Skills, trade and work"),
        ("money", "dimension", "all", "Money"), ("ideas", "dimension", "all", "ICT and ideas"),
        ("schools", "sub-dimension", "skills", "Schools"), ("training", "sub-dimension", "skills", "Training at work"),
        ("banks", "sub-dimension", "money", "Banks"), ("funds", "sub-dimension", "money", "Funds and guarantees"),
        ("invention", "sub-dimension", "ideas", "Invention"), ("s1", "indicator", "schools", "Leavers"),
        ("s2", "indicator", "schools", "Graduates"), ("t1", "indicator", "training", "Courses"),
        ("b1", "indicator", "banks", "Loans"), ("b2", "indicator", "banks", "Interest"),
        ("i1", "indicator", "invention", "R&D and patents"),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["code", "level", "parent", "name"])
    table["name"] = [names.get(code, name) for code, name in zip(table["code"], table["name"], strict=True)]
    is_leaf = table["level"] == "indicator"
    table["direction"] = np.where(is_leaf, np.where(table["code"] == "b2", -1.0, 1.0), NAN)
    table["unit"] = np.where(is_leaf, "percent", "")
    return check_framework(table, id="toy")


@cache
def boards(
    places: tuple[int | None, ...], mixed: bool, names: tuple[tuple[str, str], ...], estimated: bool
) -> tuple[Evidence, RegionScoreboard]:
    rng = np.random.default_rng(4)
    codes = ["AT11", "AT12", *OTHERS]
    rows = [(code, "population", 2014, 1000.0) for code in codes]
    for number, (name, own) in enumerate(zip(INDICATORS, places, strict=True)):
        rest = [place for place in range(1, LAST + 1) if place != own][: len(OTHERS)]
        rest = list(rng.permutation(rest)) if mixed else rest
        sign = -1 if name == "b2" else 1
        year = 2015 + number % 3
        rows += [(code, name, year, 50.0 - 3 * sign * place) for code, place in zip(OTHERS, rest, strict=True)]
        if own is not None:
            rows += [(code, name, year, 50.0 - 3 * sign * own) for code in ("AT11", "AT12")]
    table = pd.DataFrame(rows, columns=["nuts_id", "indicator", "year", "value"])
    table["status"] = np.where(table["nuts_id"].isin(["AT11"]) & estimated, "estimated", "reported")
    structure = pd.DataFrame(
        np.random.default_rng(3).normal(size=(LAST, 3)),
        index=["north", *OTHERS],
        columns=pd.MultiIndex.from_tuples([("size", "population"), ("density", "x"), ("income", "y")]),
    )
    bases = pd.DataFrame({"population": 1000.0}, index=pd.MultiIndex.from_product([codes, [2014]]))
    evidence = Evidence(
        table, bases, dict.fromkeys(INDICATORS, "population"), (), {"north": ["AT11", "AT12"]}, structure
    )
    options = {"region": "north", "draws": 12, "seed": 3, "chosen_peers": PEERS}
    return evidence, region_scoreboard(evidence, frame(dict(names)), **options)


def board_of(
    default: int | None = 6,
    *,
    mixed: bool = False,
    names: dict[str, str] | None = None,
    estimated: bool = False,
    **places: int | None,
) -> RegionScoreboard:
    """The scoreboard of twelve regions in which north has these places, 1 is best; None is unknown."""
    own = tuple(places.get(name, default) for name in INDICATORS)
    return boards(own, mixed, tuple((names or {}).items()), estimated)[1]


@cache
def flat_board() -> RegionScoreboard:
    """The same regions in a framework whose dimensions hold the indicators; one of them too few regions have."""
    evidence, _ = boards((6,) * len(INDICATORS), mixed=True, names=(), estimated=False)
    rows = [("all", "index", "", "Whole"), ("skills", "pillar", "all", "Skills"), ("money", "pillar", "all", "Money")]
    rows += [("s1", "indicator", "skills", "Leavers"), ("s2", "indicator", "skills", "Graduates")]
    rows += [("b1", "indicator", "money", "Loans"), ("guilds", "indicator", "money", "Guilds")]
    table = pd.DataFrame(rows, columns=["code", "level", "parent", "name"])
    table["direction"] = np.where(table["level"] == "indicator", 1.0, NAN)
    table["unit"] = np.where(table["level"] == "indicator", "percent", "")
    flat = check_framework(table, levels=["index", "pillar", "indicator"], id="flat", title="Flat", source="nobody")
    own = pd.DataFrame({"nuts_id": ["north"], "indicator": "guilds", "year": 2016, "value": 7.0, "status": "reported"})
    about = {"name": "Guilds", "unit": "guilds", "merged_by": "sum", "source": "own count, 2016"}
    with_own = evidence.with_own(own.assign(unit="guilds"), pd.DataFrame(about, index=pd.Index(["guilds"])))
    return region_scoreboard(with_own, flat, region="north", draws=12, seed=3, chosen_peers=PEERS)


def own_table(board: RegionScoreboard) -> pd.DataFrame:
    """Own figures as ``scoreboard.own_figures`` gives them: in the scores, of too few regions, in no framework."""
    counted = board.framework.indicators[0]
    rows = {
        counted: ("Leavers", 12.0, 2016.0, "reported", 11.0, 10.0, 9.0, 2.0, 12, True),
        "guilds": ("Guilds", 7.0, 2015.0, "estimated", NAN, NAN, NAN, NAN, 1, False),
        "fairs": ("Fairs", 3.5, 2014.0, "reported", NAN, 3.0, 4.0, NAN, 3, False),
        "ships": ("Ships", NAN, NAN, "missing", 2.0, NAN, 1.5, NAN, 7, False),
    }
    columns = ["name", "value", "year", "status", "eu", "country", "peers", "place", "n_regions", "is_counted"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("indicator")
    return table.assign(unit="percent", source="own count, 2016")


def stability(n_steady: int = 1) -> pd.DataFrame:
    """Peers that always stay first; one that is a peer only sometimes last."""
    share = [1.0] * n_steady + [0.5] * (len(PEERS) - n_steady) + [0.25]
    table = pd.DataFrame({"is_peer": [True] * len(PEERS) + [False], "share": share, "n_trials": 4})
    return table.set_axis([*PEERS, "EE00"])


def dependence(board: RegionScoreboard, **total: float) -> pd.DataFrame:
    """Shares of the variance by choice, the same for all regions, this one and all parts."""
    parts = ["all", "skills", "money", "ideas"]
    keys = pd.MultiIndex.from_product([["mean shift", board.region], parts, NAMES], names=["nuts_id", "part", "choice"])
    shares = [total.get(choice, 0.0) for *_, choice in keys]
    return pd.DataFrame({"first_order": shares, "total": shares}, index=keys).sort_index()


def changed(board: RegionScoreboard, **verdicts: str) -> RegionChange:
    """Change of the dimensions named; the others are unknown."""
    ends = {
        "better": [9, 8, 10, 2, 1, 3],
        "worse": [2, 1, 3, 9, 8, 10],
        "within the margin": [5, 3, 8, 6, 4, 9],
        "not tested": [5, 5, 5, 6, 6, 6],
        "unknown": [NAN] * 3 + [6, 6, 6],
    }
    columns = ["rank_then", "then_low", "then_high", "rank_now", "now_low", "now_high"]
    parts = board.dimensions.index
    shown = {part: verdicts.get(part, "unknown") for part in parts}
    table = pd.DataFrame([ends[verdict] for verdict in shown.values()], index=parts, columns=columns)
    table = table.assign(level=board.framework.levels[1], name=board.dimensions["name"], verdict=list(shown.values()))
    table = table.assign(n_then=12, n_now=12, n_indicators=[len(board.framework.leaves(part)) for part in parts])
    gone = "b2" if "b2" in board.framework.indicators else board.framework.indicators[-1]
    return RegionChange(table, board.framework.without([gone]), ("2010–2013", "2015–2018"))


def europe() -> gpd.GeoDataFrame:
    """Squares for regions, one large one for each country."""
    codes = ["AT11", "AT12", *OTHERS]
    squares = [
        box(x, y, x + 150_000, y + 150_000) for x, y in zip(np.arange(3e6, 5.6e6, 2e5), [3e6, 4e6] * 7, strict=False)
    ]
    countries = sorted({code[:2] for code in codes})
    table = pd.DataFrame({"nuts_id": [*codes, *countries], "level": [2] * len(codes) + [0] * len(countries)})
    table["country"] = table["nuts_id"].str[:2]
    table["name_latin"] = table["nuts_id"].str.lower()
    shapes = [*squares[: len(codes)], *[box(3e6 + 3e5 * n, 2e6, 3.2e6 + 3e5 * n, 2.2e6) for n in range(len(countries))]]
    return gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:3035")


Shown = Text | Figure | Table | Several | None


def sentences(board: RegionScoreboard, p: RegionParams = P, names: dict[str, str] | None = None) -> dict[str, Text]:
    """Every function that says something, by its name."""
    table = dependence(board, normalise=0.5, weights=0.3, treat=0.1)
    verdicts = {"skills": "better", "money": "worse"}
    return {
        "say_summary": show.say_summary(board, p),
        "say_coverage": show.say_coverage(board, p),
        "say_coherence": show.say_coherence(audit(board.board), board),
        "say_dimensions": show.say_dimensions(board, p),
        "say_other_framework": show.say_other_framework(board, board),
        "say_own": show.say_own(own_table(board), board, p),
        "say_parts": show.say_parts(board, p),
        "say_profile": show.say_profile(board),
        "say_weakest_link": show.say_weakest_link(board, p),
        "say_peers": show.say_peers(board, stability(), p, names or {}),
        "say_dependence": show.say_dependence(table, board, p),
        "say_change": show.say_change(changed(board, **verdicts), board, p),
        "say_actions": show.say_actions(board, p),
    }


def pictures(
    board: RegionScoreboard, p: RegionParams = P, names: dict[str, str] | None = None
) -> dict[str, Figure | None]:
    """Every function that draws something, by its name."""
    table = dependence(board, normalise=0.5, weights=0.3, treat=0.1)
    found = changed(board, skills="better", money="worse", ideas="not tested")
    return {
        "plot_dimensions": show.plot_dimensions(board, p, NO_FILES),
        "plot_parts": show.plot_parts(board, p, NO_FILES),
        "plot_weakest_link": show.plot_weakest_link(board, p, NO_FILES),
        "plot_peers": show.plot_peers(board, p, europe(), names or {}, {}),
        "plot_dependence": show.plot_dependence(table, board, p, NO_FILES),
        "plot_change": show.plot_change(found, board, p, NO_FILES),
    }


def lists(
    board: RegionScoreboard, p: RegionParams = P, names: dict[str, str] | None = None
) -> dict[str, Table | Several | None]:
    """Every function that makes a table, by its name."""
    return {
        "table_coherence": show.table_coherence(audit(board.board), board, p, NO_FILES),
        "table_coverage": show.table_coverage(board, p, NO_FILES),
        "table_dimensions": show.table_dimensions(board, p),
        "table_indicators": show.table_indicators(board, p, NO_FILES),
        "table_own": show.table_own(own_table(board), board, p, NO_FILES),
        "table_peers": show.table_peers(board, stability(), p, names or {}, NO_FILES),
        "table_actions": show.table_actions(board, p, NO_FILES),
    }


def texts(shown: Shown) -> Iterator[str]:
    """Everything of an output that can be read, but notes."""
    if isinstance(shown, Text):
        yield from shown.paragraphs
    elif isinstance(shown, Several):
        for part in shown.parts:
            yield from texts(part)
    elif isinstance(shown, Table):
        yield shown.title
        yield from (column.heading for column in shown.columns)
        yield from (cell for row in shown.rows for cell in row)
    elif isinstance(shown, Figure):
        yield from (shown.title, shown.alt)


def notes(shown: Shown) -> list[str]:
    parts = shown.parts if isinstance(shown, Several) else [shown]
    return [part.note for part in parts if isinstance(part, Figure | Table)]


def said(text: Text) -> str:
    return " ".join(part for part in text.paragraphs if part).replace(NBSP, " ").replace("**", "")


def is_clean(text: str) -> None:
    """No Python, no empty value, no slip of number."""
    assert not re.search(r"(?i:\bnan\b|<na>|\bnat\b)|\bNone\b(?! of )|\binf\b", text), text
    assert not re.search(r"  |\(\)|\(,|,,|\.\.|\s[,;.:]", text), text
    counts = r"(?:sub-)?(?:dimension|indicator|point|reading|score|area|region|peer|place)"
    assert not re.search(rf"(?<!of )\b(?:one|(?<![\d.,])1) {counts}s\b", text), text
    numbers = r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?<!-)\b\d*[02-9])"
    assert not re.search(rf"\b{numbers} {counts}\b(?!s)", text), text
    assert not re.search(r"\b(?:one|none|no) of (?:one|none|no)\b|\bno (?:is|are)\b", text), text
    assert not re.search(r"\b(?:one|1) (?:are|hold|stay|have)\b", text), text


def keeps_its_margin(text: str) -> None:
    """Every rank is followed by its interval, or by "one indicator"."""
    for found in re.finditer(r"\b\d+(?:st|nd|rd|th)\b", text):
        rank = RANK.match(text, found.start())
        assert rank, text[found.start() - 30 :]
        assert STANDS.match(text, rank.end()), text[found.start() - 30 : found.end() + 40]


def has_words_beside_marks(text: str) -> None:
    for found in re.finditer("[▲▼●]", text):
        assert re.match(
            r"[▲▼●]\s(?:strength|middle|bottleneck|behind all peers|better|worse)", text[found.start() :]
        ), text


CASES: dict[str, Callable[[], RegionScoreboard]] = {
    "middle": lambda: board_of(6),
    "first everywhere": lambda: board_of(1),
    "last everywhere": lambda: board_of(12),
    "one strength": lambda: board_of(6, s1=1, s2=1),
    "one bottleneck": lambda: board_of(6, b1=12, b2=12),
    "two readings": lambda: board_of(6, s1=1, s2=1, b1=12, b2=12),
    "one indicator": lambda: board_of(None, i1=5),
    "two indicators": lambda: board_of(None, i1=12, t1=1),
    "one of a part": lambda: board_of(None, s1=12, b1=3),
    "without ideas": lambda: board_of(3, i1=None),
    "estimated": lambda: board_of(6, estimated=True),
    "one estimated": lambda: board_of(None, b1=12, estimated=True),
    "nothing": lambda: board_of(None),
    "without sub-dimensions": flat_board,
    **{f"mixed {n}": lambda n=n: mixed(n) for n in range(5)},
}  # fmt: skip


def mixed(seed: int) -> RegionScoreboard:
    rng = np.random.default_rng(seed)
    places = {name: int(rng.integers(1, LAST + 1)) if rng.random() < 0.8 else None for name in INDICATORS}
    return board_of(mixed=True, **places)


each_case = pytest.mark.parametrize("case", CASES)


@cache
def drawn(case: str) -> dict[str, Figure | None]:
    return pictures(CASES[case]())


# All of them


def test_no_function_is_forgotten():
    board = CASES["two readings"]()
    tried = {**sentences(board), **drawn("two readings"), **lists(board)}
    public = {name for name in show.__all__ if name.startswith(("say_", "plot_", "table_"))}
    assert set(tried) == public


@each_case
def test_every_sentence_is_whole_and_every_rank_has_its_margin(case):
    for name, text in sentences(CASES[case]()).items():
        assert isinstance(text, Text), name
        assert said(text), name
        for paragraph in filter(None, text.paragraphs):
            assert paragraph == paragraph.strip()
            assert paragraph.endswith("."), paragraph
            assert paragraph.replace("**", "")[0].isupper() or paragraph.startswith("**"), paragraph
            assert paragraph.count("**") % 2 == 0
            is_clean(paragraph)
            keeps_its_margin(paragraph)
            has_words_beside_marks(paragraph)


@each_case
def test_every_table_is_whole(case):
    for name, shown in lists(CASES[case]()).items():
        assert isinstance(shown, Table | Several) or (shown is None and name == "table_actions"), name
        for table in shown.parts if isinstance(shown, Several) else filter(None, [shown]):
            assert table.rows
            assert {len(row) for row in table.rows} == {len(table.columns)}
            assert all(isinstance(cell, str) for row in table.rows for cell in row)
            assert table.rows[0][0]
        for text in texts(shown):
            is_clean(text)
            has_words_beside_marks(text)
        for text in notes(shown):
            is_clean(text)
            assert "Source: Eurostat" in text or name == "table_own"  # its rows have theirs
            assert text.endswith(".")


@pytest.mark.parametrize("case", ["two readings", "one indicator", "last everywhere", "mixed 1", "nothing"])
def test_every_figure_is_small_and_has_words(case):
    for name, figure in drawn(case).items():
        assert figure is not None or name in ("plot_dimensions", "plot_parts", "plot_weakest_link")
        if figure is None:
            continue
        assert ElementTree.fromstring(figure.svg).tag.endswith("svg")
        assert len(figure.svg.encode()) <= 150_000
        assert not re.search(r'="nan|\bnan ', figure.svg)
        assert figure.alt.endswith(".")
        for text in (figure.title, figure.alt):
            is_clean(text)
            keeps_its_margin(text)
            has_words_beside_marks(text)
        is_clean(figure.note)
        assert "NUTS 2016" in figure.note


@each_case
def test_ranks_in_tables_stand_with_their_interval(case):
    board = CASES[case]()
    table = show.table_dimensions(board, P)
    rank, interval, sure = (
        next(n for n, column in enumerate(table.columns) if column.heading == heading)
        for heading in ("Rank", "Interval", "Holds")
    )
    for row in table.rows:
        assert bool(RANK.fullmatch(row[rank])) == bool(re.fullmatch(r"\d+(–\d+)?", row[interval])), row
        assert (row[rank] == "–") == (row[sure] == "–"), row
    for part in show.table_indicators(board, P, NO_FILES).parts:
        for row in part.rows:
            for cell in row:
                keeps_its_margin(cell)
    actions = show.table_actions(board, P, NO_FILES)
    for row in actions.rows if actions else ():
        for cell in row:
            keeps_its_margin(cell)


@pytest.mark.parametrize("case", ["two readings", "mixed 1"])
def test_alternative_texts_name_what_is_drawn(case):
    board, found = CASES[case](), drawn(case)
    dimensions, parts = list(board.dimensions["name"]), list(board.parts["name"])
    assert all(name in found["plot_dimensions"].alt for name in dimensions)
    assert all(name in found["plot_parts"].alt for name in [*dimensions, *parts])
    assert all(name in found["plot_change"].alt for name in dimensions)
    weak = board.weakest_link["gain_step"].dropna().index
    assert all(board.framework.name(code) in found["plot_weakest_link"].alt for code in weak)
    assert all(name in found["plot_dependence"].alt for name in NAMES.values())
    assert all(code in found["plot_peers"].alt for code in PEERS)


# A hostile name


def test_a_hostile_name_is_text_and_nothing_else_everywhere():
    hostile = P.model_copy(update={"name": SCRIPT, "nuts_ids": ["AT11"]})
    assert RegionParams.model_validate(hostile.model_dump())
    names = dict.fromkeys(PEERS, SCRIPT)
    parts = {"skills": SCRIPT, "schools": SCRIPT, "s1": SCRIPT, "funds": SCRIPT}
    board = board_of(12, names=parts, s1=None, t1=None)
    shown = {**sentences(board, hostile, names), **pictures(board, hostile, names), **lists(board, hostile, names)}
    seen = 0
    for name, output in shown.items():
        if output is None:
            continue
        source = output._repr_markdown_()
        assert "<script" not in source, name
        assert "alert(1)</" not in source, name
        # Nothing that Markdown would read: pipes, back-ticks, dollars, brackets only as entities.
        bare = re.sub(r'src="data:[^"]*"', "", source)
        assert not re.search(r"[`$|\[\]*]", bare), name
        page = BeautifulSoup(source, "html.parser")
        assert {tag.name for tag in page.find_all(True)} <= {
            "p", "strong", "figure", "figcaption", "span", "img", "div", "table", "caption", "thead", "tbody", "tr",
            "th", "td",
        }, name  # fmt: skip
        for image in page.find_all("img"):
            assert set(image.attrs) == {"src", "alt", "width", "height"}
            assert image["alt"] == output.alt
            svg = unquote(image["src"].removeprefix(SVG_DATA))
            assert len(svg) <= 150_000
            tags = {part.tag.rpartition("}")[2] for part in ElementTree.fromstring(svg).iter()}
            assert not tags & {"script", "a", "foreignObject"}
        seen += "<script>alert(1)</script>" in page.get_text()
    assert seen >= 15


def test_a_name_that_looks_like_grammar_stays_as_it_is():
    p = P.model_copy(update={"name": "Casino is all None  of Us."})
    board = board_of(6, s1=1, s2=1)
    text = show.say_parts(board, p)
    assert "Casino is all None  of Us." in said(text)


# A region of which nothing is known


def test_a_region_of_which_nothing_is_known_is_told_so():
    board = board_of(None)
    text = {name: said(shown) for name, shown in sentences(board).items()}
    assert text["say_summary"].startswith("Too few figures of Nørre & Co are published for any score")
    assert "for Nørre & Co none is known." in text["say_coverage"]
    assert text["say_dimensions"] == "No dimension can be scored for Nørre & Co: too few of its figures are published."
    assert text["say_parts"] == "Of five sub-dimensions, none can be scored for Nørre & Co."
    assert text["say_profile"] == "No sub-dimension can be scored: too little is known."
    assert text["say_weakest_link"].startswith("Too few dimensions of Nørre & Co are known")
    assert text["say_actions"] == (
        "Nothing can be said of schools, training at work, banks and invention, for which too little of Nørre & Co is "
        "published. Nor of funds and guarantees: ask for it, since no open figures exist."
    )
    assert show.say_dimensions(board, P).role == "warning"
    figures = drawn("nothing")
    assert [figures[name] for name in ("plot_dimensions", "plot_parts", "plot_weakest_link")] == [None] * 3
    assert "unknown for Nørre & Co" in figures["plot_dependence"].alt
    found = lists(board)
    assert found["table_actions"] is None
    assert found["table_coverage"].title == "Nørre & Co has 0 of 6 indicators"
    assert "no figures" in found["table_coverage"].note
    assert {row[-2] for row in found["table_dimensions"].rows} == {f"–{NBSP}unknown"}
    nothing = changed(board)
    assert said(show.say_change(nothing, board, P)).startswith(
        "For Nørre & Co no dimension has figures in both periods."
    )
    assert show.plot_change(nothing, board, P, NO_FILES) is None


def test_a_real_sensitivity_of_a_region_without_scores_goes_through():
    board = board_of(None, mixed=True)
    found = board.dependence(base=4)
    assert said(show.say_dependence(found, board, P)).startswith("Over all regions")
    assert "unknown for Nørre & Co" in show.plot_dependence(found, board, P, NO_FILES).alt


# Readings


@pytest.mark.parametrize(
    ("places", "sentence"),
    [
        ({}, "one known indicator"),
        ({"s1": 1, "s2": 1}, "one is a strength, none is a bottleneck, the others lie between."),
        ({"b1": 12, "b2": 12}, "none is a strength, one is a bottleneck, the others lie between."),
        ({"s1": 1, "s2": 1, "b1": 1, "b2": 1}, "two are strengths, none is a bottleneck, the others lie between."),
        ({"s1": 1, "s2": 1, "b1": 12, "b2": 12, "t1": 12}, "one is a strength, two are bottlenecks, the other lies"),
        ({"s1": 1, "s2": 1, "b1": 12, "b2": 12, "t1": 12, "i1": 1}, "two are strengths, two are bottlenecks."),
    ],
)  # fmt: skip
def test_readings_of_the_sub_dimensions_are_counted(places, sentence):
    assert sentence in said(show.say_parts(board_of(6, **places), P))


def test_how_many_readings_hold():
    parts = board_of(6, s1=1, s2=1, b1=12, b2=12, t1=12).parts
    of = phrases.how_many_hold
    sure = parts.assign(is_robust=True, n_known=2)
    assert of(sure.iloc[:0]) == ""
    assert of(sure.iloc[:1]) == "That reading holds over the whole interval of its rank."
    assert of(sure.iloc[:2]) == "Of these two readings, all hold over the whole interval of the rank."
    unsure = sure.assign(is_robust=[False, True, True, True, pd.NA])
    assert of(unsure.iloc[:1]) == "That reading does not hold over the whole interval of its rank."
    assert of(unsure.iloc[:2]) == "Of these two readings, one holds over the whole interval of the rank."
    assert of(unsure.iloc[:3]) == "Of these three readings, two hold over the whole interval of the rank."
    # One indicator is never sure, whatever its interval.
    assert (
        of(sure.assign(n_known=1).iloc[:2]) == "Of these two readings, none holds over the whole interval of the rank."
    )


def test_the_summary_names_the_best_the_worst_and_where_to_look():
    text = said(show.say_summary(board_of(6, s1=1, s2=1, t1=1, b1=12, b2=12), P))
    assert text == (
        "Of three dimensions of its regional ecosystem, Nørre & Co is among the best third of the regions with figures in "
        "skills, trade and work and among the worst third in money. Of these two readings, all hold over the whole interval "
        "of the rank. Among the sub-dimensions to look at first is banks: 12th of 12 regions, 12 whatever is chosen. The "
        "scoreboard measures conditions, for the most part, not performance."
    )
    assert "In none of three dimensions is Nørre & Co among the best or the worst" in said(
        show.say_summary(board_of(6), P)
    )


def test_one_indicator_alone_makes_no_headline():
    text = said(show.say_summary(board_of(6, i1=12), P))
    assert "Among the sub-dimensions" not in text
    assert "ICT and ideas" in text


def test_the_best_dimension_with_one_indicator_says_so():
    text = said(show.say_dimensions(board_of(6, i1=1), P))
    assert text.startswith(
        "The highest rank of Nørre & Co is in ICT and ideas: 1st of 12 regions, from one indicator; its lowest is in"
    )


def test_dimensions_beside_the_union_and_peers():
    text = said(show.say_dimensions(board_of(None, s1=1, s2=1, t1=1), P))
    assert text == (
        "The highest rank of Nørre & Co is in skills, trade and work: 1st of 12 regions, 1 whatever is chosen. Its "
        "score is above the "
        "mean of the Union in the one dimension that can be compared: skills, trade and work. Beside "
        "its peers it is ahead "
        "in the one dimension that can be compared. Too little is known for a score in money and ICT and ideas."
    ).replace("money and ICT", "money; and ICT")
    text = said(show.say_dimensions(board_of(12), P))
    assert "above the mean of the Union in none of three dimensions that can be compared." in text
    assert "ahead in none of three." in text
    text = said(show.say_dimensions(board_of(None, i1=12), P))
    assert "Its score is not above the mean of the Union in the one dimension that can be compared." in text


def test_a_rank_outside_its_interval_is_told():
    board = board_of(6)
    intervals = board.doubt.intervals.copy()
    intervals.loc[("north", "money"), ["rank_low", "rank_high"]] = [2.0, 4.0]
    moved = replace(board, doubt=replace(board.doubt, intervals=intervals))
    text = said(show.say_dimensions(moved, P))
    assert "In money its rank lies outside the interval: nearly all other choices would place it better." in text
    intervals.loc[("north", "skills"), ["rank_low", "rank_high"]] = [9.0, 11.0]
    text = said(show.say_dimensions(replace(board, doubt=replace(board.doubt, intervals=intervals)), P))
    assert "nearly all other choices would place it elsewhere." in text


def test_strengths_and_bottlenecks_are_listed_with_rank_interval_and_peers():
    text = show.say_profile(board_of(6, s1=1, s2=1, b1=12, b2=12, i1=12)).paragraphs
    assert text[0].startswith("**Strengths**: schools (1st of 12 (1), ")
    assert text[0].endswith("above its peers).")
    assert text[1].startswith("**Bottlenecks**: banks (12th of 12 (12), ")
    assert "invention (12th of 12 (one indicator), " in text[1]
    none = show.say_profile(board_of(6)).paragraphs
    assert none == (
        "No sub-dimension is in the best third of regions.",
        "No sub-dimension is in the worst third of regions.",
    )


def test_more_than_four_are_counted():
    board = board_of(1)
    wide = replace(board, doubt=board.doubt)
    wide.__dict__["profile"] = board.profile.assign(verdict="bottleneck", name=board.profile["name"] + " x")
    text = show.say_profile(wide).paragraphs[1]
    assert text.endswith("; and one more.")
    assert text.count("x (") == 4


# Coverage


def test_coverage_says_how_many_how_old_and_what_is_empty():
    text = said(show.say_coverage(board_of(6), P))
    assert text == (
        "The framework has five sub-dimensions with six indicators; for Nørre & Co all are known. Half "
        "of them are of 2016 "
        "or later; the oldest is of 2015, the newest of 2017. For one sub-dimension there are no open "
        "figures by region: "
        "funds and guarantees. It stays in the framework, empty, and counts for nobody. Nørre & Co is "
        "two NUTS 2 regions "
        "taken together: a rate is the mean of theirs, weighted by what it is a rate of (inhabitants, "
        "product, employment, "
        "enterprises), an amount their sum; unknown in one is unknown in the whole."
    )
    alone = P.model_copy(update={"nuts_ids": ["AT11"]})
    assert "taken together" not in said(show.say_coverage(board_of(6), alone))


@pytest.mark.parametrize(
    ("board", "sentence"),
    [
        (lambda: board_of(None, b1=3), "one is known. It is of 2015. "),
        (lambda: board_of(None, b1=3, estimated=True), "one is known (estimated). It is of 2015. "),
        (lambda: board_of(None, b1=3, s1=3), "2 are known. All are of 2015. "),
        (lambda: board_of(6, estimated=True), "all are known (six of them estimated). Half"),
        (lambda: board_of(None), "none is known. For one sub-dimension"),
    ],
)
def test_coverage_of_few(board, sentence):
    assert sentence in said(show.say_coverage(board(), P))


def test_many_unknown_indicators_are_named_and_counted():
    assert phrases.first_of([f"Name {n}" for n in range(7)], 6).endswith("name 5 and one more")
    assert phrases.first_of(["Skills, trade", "Money", "ICT"], 2) == "skills, trade; money; and one more"
    assert phrases.first_of(["Money", "ICT"], 2) == "money and ICT"
    text = said(show.say_coverage(board_of(None, i1=2), P))
    assert "Not known for Nørre & Co: leavers, graduates, courses, loans and interest." in text


def test_the_table_of_coverage_has_a_row_for_each_dimension():
    table = show.table_coverage(board_of(6, t1=None), P, NO_FILES)
    assert table.title == "Nørre & Co has 5 of 6 indicators"
    assert [row[:3] for row in table.rows] == [
        ("Skills, trade and work", "2 of 2", "2 of 3"),
        ("Money", "1 of 2", "2 of 2"),
        ("ICT and ideas", "1 of 1", "1 of 1"),
    ]  # fmt: skip
    assert [row[-1] for row in table.rows] == ["2015–2016", "2015–2016", "2017"]


def test_coherence_counts_sub_dimensions_and_what_runs_against():
    board = board_of(6)
    found = audit(board.board)
    text = said(show.say_coherence(found, board))
    assert "the indicators of all two sub-dimensions with several indicators hang together" in text
    assert text.endswith("No indicator runs against the part that it belongs to.")
    low = found.groups.copy()
    low.loc["banks", "alpha"] = 0.31
    flags = pd.DataFrame({"part": ["i1"], "flag": ["against its parent"], "meaning": ["x"]})
    text = said(show.say_coherence(replace(found, groups=low, flags=flags), board))
    assert "the indicators of one of two sub-dimensions with several indicators hang together" in text
    assert "They do least in banks (0.31): there, look at the single indicators" in text
    assert text.endswith("One indicator runs against the part that it belongs to: R&D and patents.")
    flags = pd.DataFrame({"part": INDICATORS, "flag": ["against its parent"] * 6, "meaning": ["x"] * 6})
    low.loc["banks", "alpha"] = NAN
    text = said(show.say_coherence(replace(found, groups=low, flags=flags), board))
    assert "the indicators of the one sub-dimension with several indicators hang together" in text
    assert text.endswith(
        "Six indicators run against the part that it belongs to: leavers, graduates, courses, loans and two more."
    )
    low.loc["schools", "alpha"] = NAN
    text = said(show.say_coherence(replace(found, groups=low, flags=flags.iloc[:0]), board))
    assert text.startswith("No sub-dimension has several indicators that can be held against each other.")


# Dimensions and what is inside


def test_the_table_of_dimensions_reads_marks_in_words():
    table = show.table_dimensions(board_of(6, s1=1, s2=1, t1=1, b1=12, b2=12), P)
    assert [row[-2:] for row in table.rows] == [
        (f"▲{NBSP}strength", "yes"),
        (f"▼{NBSP}bottleneck", "yes"),
        (f"●{NBSP}middle", "one indicator"),
    ]
    assert table.title.endswith("the reading of two of three dimensions holds over the whole interval")
    headings = [column.heading for column in table.columns]
    assert headings[1:5] == ["Nørre & Co", "EU\N{NON-BREAKING HYPHEN}28", "Austria", "Peers"]


def test_a_region_that_is_its_whole_country_has_no_column_for_it():
    board = board_of(6)
    country = board.observed.country.replace("AT", "BE")
    country["north"] = "AT"
    alone = replace(board, observed=replace(board.observed, country=country))
    assert phrases.country_of(alone) == phrases.country_in_sentence(alone) == ""
    headings = [column.heading for column in show.table_dimensions(alone, P).columns]
    assert headings[1:4] == ["Nørre & Co", "EU\N{NON-BREAKING HYPHEN}28", "Peers"]
    assert "Austria" not in show.plot_dimensions(alone, P, NO_FILES).alt


def test_the_figures_of_dimensions_and_parts_count_thirds_in_their_titles():
    board = board_of(6, s1=1, s2=1, t1=1, b1=12, b2=12)
    found = pictures(board)
    assert found["plot_dimensions"].title == (
        "Nørre & Co is in the best third of regions in one dimension and in the worst third in one"
    )
    assert found["plot_parts"].title == (
        "Nørre & Co: two sub-dimensions in the best third of regions, one in the worst third"
    )
    assert "Money: Banks 12th of 12 (12); Funds and guarantees no open data by region." in found["plot_parts"].alt
    assert "12 builds" in found["plot_dimensions"].note


def test_the_indicators_stand_under_their_sub_dimension():
    shown = show.table_indicators(board_of(6, t1=None, b2=12, estimated=True), P, NO_FILES)
    skills, money, ideas = shown.parts
    assert skills.title == "Skills, trade and work: 2 of 3 indicators known, lowest rank in leavers"
    assert [row[0] for row in skills.rows] == ["Schools", "Leavers", "Graduates", "Training at work", "Courses"]
    assert skills.headings == (0, 3)
    assert skills.rows[3][1] == "too little is known"
    assert skills.rows[1] == ("Leavers", "percent; more", "32 e", "31", "37", "35", "6 / 12", "2015")
    assert skills.rows[4][2:] == ("–", "32", "–", "35", "–", "–")
    assert money.title == "Money: 2 of 2 indicators known, lowest rank in interest"
    assert money.rows[2][1] == "percent; less"
    assert money.rows[3][:2] == ("Funds and guarantees", "no open data by region")
    assert re.fullmatch(r"\d+ points?, 6th of 12 \(one indicator\)", ideas.rows[0][1])


def test_one_point_is_one_point():
    assert [phrases.scored(value) for value in (0.0, 1.0, 1.4, 1.6, 21.0)] == [
        "0 points", "1 point", "1 point", "2 points", "21 points",
    ]  # fmt: skip


# The weakest link


def test_the_weakest_link_is_named_with_what_lifting_it_gives():
    board = board_of(6, b1=10, b2=10)
    text = said(show.say_weakest_link(board, P))
    assert text.startswith(
        "If a weak dimension holds back the strong ones, money is the weakest link of Nørre & Co among the two dimensions that "
    )
    assert "Left aside: ICT and ideas, which rests on one indicator." in text
    assert "(A104)" in text
    figure = show.plot_weakest_link(board, P, NO_FILES)
    assert figure.title == "One point more adds most in money"
    assert "ICT and ideas" not in figure.alt


def test_a_framework_of_single_indicators_has_no_weakest_link():
    evidence, board = boards((6,) * 6, False, (), False)
    few = board.framework.without(["s2", "t1", "b2"])
    narrow = region_scoreboard(evidence, few, region="north", draws=10, seed=3, chosen_peers=PEERS)
    assert said(show.say_weakest_link(narrow, P)).startswith("Too few dimensions")
    assert show.plot_weakest_link(narrow, P, NO_FILES) is None


# Peers


def test_peers_are_named_with_their_country_and_how_many_stay():
    names = {"BE10": "Brussel", "CZ01": "Praha", "SI03": "Vzhodna Slovenija"}
    board = board_of(6)
    order = list(board.peers.index)
    listed = {"BE10": "Brussel (Belgium)", "CZ01": "Praha (Czechia)", "SI03": "Vzhodna Slovenija (Slovenia)"}
    for n_steady, says in (
        (0, "None of three stays"),
        (1, "One of three stays"),
        (2, "Two of three stay"),
        (3, "All three stay"),
    ):
        text = said(show.say_peers(board, stability(n_steady), P, names))
        assert f"{says} among the peers whichever one of four groups of figures is left out." in text
        assert all(name in text for name in listed.values())
    chosen = P.model_copy(update={"scoreboard": P.scoreboard.model_copy(update={"peers": order})})
    text = said(show.say_peers(board, stability(), chosen, names))
    assert text.startswith("The peers of Nørre & Co were chosen by hand: ")
    one = replace(board, peers=board.peers.loc[["CZ01"]])
    text = said(show.say_peers(one, stability(), chosen, names))
    assert text == "The peer of Nørre & Co was chosen by hand: Praha (Czechia). How alike it is stands in the table."
    assert "Most like Nørre & Co in structure is Praha (Czechia)." in said(show.say_peers(one, stability(), P, names))


def test_the_table_of_peers_has_distance_and_how_often_each_stays(tmp_path):
    board = board_of(6)
    table = show.table_peers(board, stability(), P, {"CZ01": "Praha"}, Downloads("north", str(tmp_path)))
    assert [row[0] for row in table.rows] == [{"CZ01": "Praha"}.get(code, code) for code in board.peers.index]
    assert {row[-1] for row in table.rows} == {f"100{NBSP}%", f"50{NBSP}%"}
    assert {row[3] for row in table.rows} <= {"size", "density", "level of development"}
    assert (tmp_path / "peers.csv").is_file()
    later = show.table_peers(board, stability().iloc[:0], P, {}, NO_FILES)
    assert {row[-1] for row in later.rows} == {"–"}


def test_names_prefer_those_of_the_project():
    found = show.names_of(P, europe(), {"coast": "The Coast"})
    assert (found["north"], found["coast"], found["CZ01"]) == ("Nørre & Co", "The Coast", "cz01")


# What the ranks depend on


def test_dependence_names_the_choices_in_order():
    board = board_of(mixed=True, s1=3, s2=9, b1=2, b2=8)
    table = dependence(board, normalise=0.5, weights=0.3, impute=0.2, treat=0.1, aggregate=0.1)
    text = said(show.say_dependence(table, board, P))
    assert text.startswith(
        "Over all regions, ranks depend most on how unlike figures are put on one scale, then on the weights; least on the indicator"
    )
    assert "it is how unlike figures are put on one scale that moves its rank most." in text
    assert re.search(r"the interval is widest in .* \(\d+–\d+ of 12\) and narrowest in ", text)
    figure = show.plot_dependence(table, board, P, NO_FILES)
    assert figure.title == "Ranks overall depend most on how unlike figures are put on one scale"
    assert "the weights 30 percent over all regions, 30 for Nørre & Co" in figure.alt
    nothing = dependence(board)
    assert said(show.say_dependence(nothing, board, P)) == "No choice changes a rank: there is nothing to depend on."
    assert show.plot_dependence(nothing, board, P, NO_FILES) is None


# Change


@pytest.mark.parametrize(
    ("verdicts", "sentence"),
    [
        (
            {"skills": "better", "money": "worse", "ideas": "not tested"},
            "Beyond the margins of its ranks, Nørre & Co gained places in skills, trade and work (9th of 12 "
            "(8–10) to 2nd of "
            "12 (1–3)) and lost places in money (2nd of 12 (1–3) to 9th of 12 (8–10)). ICT and ideas rests on too few",
        ),
        ({"skills": "better", "money": "within the margin"}, "In one dimension the change is within the margin."),
        (
            {"skills": "within the margin", "money": "not tested", "ideas": "not tested"},
            "In none of the three dimensions that can be compared did Nørre & Co gain or lose places beyond "
            "the margins of "
            "the ranks. Money; and ICT and ideas rest on too few indicators for a margin.",
        ),
        (
            {"money": "within the margin"},
            "In the one dimension that can be compared, money, Nørre & Co did not gain or lose places "
            "beyond the margins of "
            "the ranks. No change can be told in skills, trade and work; and ICT and ideas: too few",
        ),
        ({}, "For Nørre & Co no dimension has figures in both periods."),
    ],
)
def test_change_is_said_with_both_ranks_and_their_margins(verdicts, sentence):
    board = board_of(6)
    text = show.say_change(changed(board, **verdicts), board, P)
    assert sentence in said(text)
    assert "Compared are 2010–2013 and 2015–2018, with 5 of 6 indicators, those that half of the regions have" in said(
        text
    )
    for paragraph in text.paragraphs:
        is_clean(paragraph)
        keeps_its_margin(paragraph)


def test_the_figure_of_change_counts_what_moved():
    board = board_of(6)
    figure = show.plot_change(changed(board, skills="better", ideas="not tested"), board, P, NO_FILES)
    assert figure.title == (
        "Nørre & Co gained places in one and lost places in none of two dimensions, 2010–2013 to 2015–2018"
    )
    assert "Skills, trade and work 9th of 12 (8–10), then 2nd of 12 (1–3), better" in figure.alt
    assert "ICT and ideas 5th of 12 (one indicator), then 6th of 12 (one indicator), not tested" in figure.alt
    still = show.plot_change(changed(board, skills="within the margin"), board, P, NO_FILES)
    assert still.title.startswith("No dimension of Nørre & Co changed its rank beyond the margin")


# Areas for action


def test_areas_are_counted_and_their_certainty_told():
    blind = " Nothing can be said of funds and guarantees: ask for it, since no open figures exist."
    assert said(show.say_actions(board_of(1), P)) == (
        "No sub-dimension of Nørre & Co is in the worst third of regions or behind all its peers: no area stands out."
        + blind
    )
    one = said(show.say_actions(board_of(1, b1=12, b2=12), P))
    assert one.startswith(
        "One area of Nørre & Co calls for a look; the weakness is sure. A low score says where to look"
    )
    single = said(show.say_actions(board_of(1, i1=12), P))
    assert single.startswith("One area of Nørre & Co calls for a look; the weakness is not sure.")
    two = said(show.say_actions(board_of(1, i1=12, b1=12, b2=12), P))
    assert two.startswith(
        "Two areas of Nørre & Co call for a look, the surest and lowest first; in one of them the weakness is sure."
    )
    unsure = said(show.say_actions(board_of(1, i1=12, t1=12), P))
    assert "; in none of them is the weakness sure." in unsure


def test_the_table_of_areas_says_why_how_sure_and_what_drives_it(tmp_path):
    board = board_of(1, i1=12, b1=12, b2=12)
    table = show.table_actions(board, P, Downloads("north", str(tmp_path)))
    first, second = table.rows
    assert first[:5] == ("Banks", "Money", f"▼{NBSP}bottleneck", "sure", "12th of 12 (12)")
    assert re.fullmatch(r"loans \(−\d+\.\d\); interest \(−\d+\.\d\)", first[6])
    assert second[:5] == (
        "Invention",
        "ICT and ideas",
        f"▼{NBSP}bottleneck",
        "one indicator",
        "12th of 12 (one indicator)",
    )
    assert re.fullmatch(r"−\d+", second[5])
    file = pd.read_csv(tmp_path / "areas-for-action.csv", index_col="part")
    assert list(file.index) == ["banks", "invention"]
    assert re.fullmatch(r"b1 -\d+\.\d\d; b2 -\d+\.\d\d", file.loc["banks", "drivers"])


# The data behind


def test_figures_and_tables_hand_out_their_data(tmp_path):
    board = board_of(6, s1=1, s2=1, b1=12, b2=12)
    downloads = Downloads("north", str(tmp_path), "scoreboard")
    outputs: list[Any] = [
        show.table_coverage(board, P, downloads), show.plot_dimensions(board, P, downloads),
        show.plot_parts(board, P, downloads), show.plot_weakest_link(board, P, downloads),
        show.table_indicators(board, P, downloads).parts[0], show.table_actions(board, P, downloads),
        show.plot_change(changed(board, skills="better"), board, P, downloads),
        show.plot_dependence(dependence(board, normalise=1.0), board, P, downloads),
    ]  # fmt: skip
    outputs.append(show.table_coherence(audit(board.board), board, P, downloads))
    for output in outputs:
        assert output.link.startswith("downloads/north/scoreboard/")
        assert len(pd.read_csv(tmp_path / output.link.rpartition("/")[2]))
    names = {path.stem for path in tmp_path.glob("*.csv")}
    assert {"coherence", "sub-dimensions", "indicators"} <= names


# On real regions

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = '<script>alert("1")</script> | **x** $y$ ' + "\u202e" + "é" * 200
NOWHERE = Downloads("none")
OPTIONS = {"draws": 100, "seed": 20141}


@dataclass(frozen=True)
class Page:
    """All that the sections of one page take."""

    p: params.RegionParams
    board: RegionScoreboard
    evidence: Evidence
    region: gpd.GeoDataFrame

    @property
    def names(self) -> dict[str, str]:
        return show.names_of(self.p, self.region)


@pytest.fixture(scope="module")
def make() -> Callable[[str], Page]:
    place = project(ROOT)
    indicator, industry = tables.load_indicator(place.processed), tables.load_industry(place.processed)
    region, context = tables.load_region(place.processed), tables.load_context(place.processed)
    register = indicator_register.read_register(place.params / "indicators.yaml")
    framework = load_framework(place.params / "frameworks" / "eocic-8.yaml", known=tables.indicator_units(indicator))
    done: dict[str, Page] = {}

    def page(name: str) -> Page:
        if name not in done:
            (p,) = params.load_regions(place, [name])
            evidence = scoreboard.gather(
                indicator,
                industry,
                region,
                context,
                territories={p.region: p.nuts_ids},
                year=p.reference_year,
                denominators=indicator_register.merging_rules(register),
            )
            board = scoreboard.region_scoreboard(evidence, framework, region=p.region, **OPTIONS)
            done[name] = Page(p, board, evidence, region)
        return done[name]

    return page


def without_figures(page: Page) -> Page:
    """The same page if nothing of the region were published."""
    values = page.board.board.values.copy()
    values.loc[page.p.region] = np.nan
    observed = scoreboard.Observations(**{**page.board.observed.__dict__, "values": values,
        "years": page.board.observed.years.where(values.notna()),
        "status": page.board.observed.status.where(values.notna(), "missing")})  # fmt: skip
    board = scoreboard.Scoreboard.build(
        values, page.board.framework, aids=page.board.board.aids, **page.board.board.steps
    )
    doubt = scoreboard.uncertainty(board, draws=50, seed=1)
    empty = RegionScoreboard(page.p.region, observed, board, doubt, page.board.peers, page.board.references, 1)
    return Page(page.p, empty, page.evidence, page.region)


def outputs(page: Page, downloads: Downloads = NOWHERE) -> dict[str, object]:
    """Everything that the notebook shows, by name; what a section leaves out is None."""
    p, board = page.p, page.board
    stability = scoreboard.why_these_peers(page.evidence, board)
    dependence = board.dependence(base=16)
    changes = scoreboard.region_change(page.evidence, board.framework, region=p.region, **OPTIONS)
    return {
        "summary": show.say_summary(board, p),
        "say_coverage": show.say_coverage(board, p),
        "coverage": show.table_coverage(board, p, downloads),
        "coherence": show.say_coherence(scoreboard.audit(board.board), board),
        "say_dimensions": show.say_dimensions(board, p),
        "dimensions": show.plot_dimensions(board, p, downloads),
        "table_dimensions": show.table_dimensions(board, p),
        "say_other_framework": show.say_other_framework(board, board),
        "say_own": show.say_own(own_table(board), board, p),
        "say_parts": show.say_parts(board, p),
        "parts": show.plot_parts(board, p, downloads),
        "indicators": show.table_indicators(board, p, downloads),
        "profile": show.say_profile(board),
        "say_weakest": show.say_weakest_link(board, p),
        "weakest": show.plot_weakest_link(board, p, downloads),
        "say_peers": show.say_peers(board, stability, p, page.names),
        "map": show.plot_peers(board, p, page.region, page.names, {}),
        "peers": show.table_peers(board, stability, p, page.names, downloads),
        "say_dependence": show.say_dependence(dependence, board, p),
        "dependence": show.plot_dependence(dependence, board, p, downloads),
        "say_change": show.say_change(changes, board, p),
        "change": show.plot_change(changes, board, p, downloads),
        "say_actions": show.say_actions(board, p),
        "actions": show.table_actions(board, p, downloads),
    }


def text_of(output: object) -> str:
    """The words of an output, tags and pictures taken out."""
    markdown = output._repr_markdown_()
    alt = " ".join(re.findall(r'alt="([^"]*)"', markdown))
    return re.sub(r"<[^>]*>", " ", markdown) + " " + alt


@pytest.fixture(scope="module")
def shown(make: Callable[[str], Page]) -> dict[str, dict[str, object]]:
    pages = {name: make(name) for name in ("piemonte", "wallonia", "slovenia")}
    found = {name: outputs(page) for name, page in pages.items()}
    return found | {"nothing known": outputs(without_figures(pages["piemonte"]))}


def test_every_section_has_something_to_say(shown: dict[str, dict[str, object]]) -> None:
    for page, parts in shown.items():
        for name, output in parts.items():
            if name.startswith("say_") or name in ("summary", "profile", "coverage", "indicators"):
                assert text_of(output).strip(), (page, name)
    missing = {name for name, output in shown["piemonte"].items() if output is None}
    assert not missing
    assert {name for name, output in shown["nothing known"].items() if output is None} >= {
        "dimensions",
        "parts",
        "weakest",
    }


def test_no_word_is_a_slip_of_the_machine(shown: dict[str, dict[str, object]]) -> None:
    for page, parts in shown.items():
        for name, output in parts.items():
            if output is None:
                continue
            text = text_of(output)
            assert not re.search(r"\bnan\b|\bNone\b|\binf\b|\bTrue\b|\bFalse\b", text), (page, name, text[:400])
            if name.startswith("say_") or name in ("summary", "profile", "coherence"):
                for paragraph in output.paragraphs:
                    assert "  " not in paragraph, (page, name, paragraph)
                    assert not paragraph or paragraph.rstrip("*")[-1] in ".!?", (page, name, paragraph)
                    assert not re.search(
                        r"\b1 \w+s\b|\bone \w+s (is|are)\b|\b(no|two|three) \w+ is\b(?! a)", paragraph
                    ), paragraph


def test_a_rank_never_stands_without_its_interval(shown: dict[str, dict[str, object]]) -> None:
    for page, parts in shown.items():
        for name in ("summary", "say_dimensions", "profile"):
            text = " ".join(parts[name].paragraphs)
            for found in re.finditer(r"\d(?:st|nd|rd|th) of [\d,]+(?: regions)?", text):
                after = text[found.end() : found.end() + 2]
                assert after[:2] in (" (", ", "), (page, name, text[found.start() : found.end() + 40])


def test_marks_of_a_reading_stand_beside_its_word(shown: dict[str, dict[str, object]]) -> None:
    for parts in shown.values():
        for name in ("table_dimensions", "actions"):
            cells = [cell for row in getattr(parts[name], "rows", ()) for cell in row]
            marked = [cell for cell in cells if cell[:1] in "▲●▼" and cell]
            assert all(len(cell) > 3 for cell in marked)


def test_pictures_are_small_and_their_words_name_what_they_show(shown: dict[str, dict[str, object]]) -> None:
    for page in ("piemonte", "wallonia"):
        for name, output in shown[page].items():
            if hasattr(output, "svg"):
                assert len(output.svg.encode()) < 150_000, (page, name)
                assert len(output.alt) > 60
        assert "Conditions for innovation" in shown[page]["dimensions"].alt
        assert "no open data by region" in shown[page]["parts"].alt


def test_one_region_of_which_nothing_is_known_says_so(shown: dict[str, dict[str, object]]) -> None:
    parts = shown["nothing known"]
    assert "Too few figures of Piemonte are published for any score" in str(parts["summary"])
    assert "No dimension can be scored for Piemonte" in str(parts["say_dimensions"])
    assert "Too few dimensions of Piemonte are known" in str(parts["say_weakest"])


def test_a_sum_of_codes_says_how_it_was_made(shown: dict[str, dict[str, object]]) -> None:
    text = str(shown["wallonia"]["say_coverage"])
    assert "Wallonia is five NUTS 2 regions taken together: a rate is the mean of theirs, weighted by" in text
    assert "taken together" not in str(shown["piemonte"]["say_coverage"])


def test_what_rests_on_one_indicator_is_called_that(shown: dict[str, dict[str, object]]) -> None:
    rows = {row[0]: row for row in shown["wallonia"]["table_dimensions"].rows}
    assert rows["Internationalisation"][-1] == "one indicator"
    assert "Left aside: internationalisation, which rests on one indicator." in str(shown["wallonia"]["say_weakest"])


def test_empty_sub_dimensions_are_shown(shown: dict[str, dict[str, object]]) -> None:
    cells = [row[:2] for table in shown["piemonte"]["indicators"].parts for row in table.rows]
    assert ("Trade and foreign investment", "no open data by region") in cells
    assert "trade and foreign investment" in str(shown["piemonte"]["say_coverage"])


def test_a_hostile_name_is_text(make: Callable[[str], Page]) -> None:
    page = make("wallonia")
    hostile = Page(page.p.model_copy(update={"name": HOSTILE}), page.board, page.evidence, page.region)
    for name, output in outputs(hostile).items():
        if output is not None:
            markdown = output._repr_markdown_()
            assert "<script" not in markdown, name
            assert "**x**" not in markdown, name
            assert "$y$" not in re.sub(r"data:image/svg[^\"]*", "", markdown), name


def test_data_are_written_beside_the_page(make: Callable[[str], Page], tmp_path: Path) -> None:
    found = outputs(make("piemonte"), Downloads("piemonte", str(tmp_path), "scoreboard"))
    assert found["dimensions"].link == "downloads/piemonte/scoreboard/dimensions.csv"
    table = pd.read_csv(tmp_path / "dimensions.csv")
    assert {"score", "rank", "rank_low", "rank_high", "eu", "verdict"} <= set(table)
    assert len(pd.read_csv(tmp_path / "indicators.csv")) == 42
    assert not list(tmp_path.glob("*.part"))


def test_phrases() -> None:
    row = pd.Series({"rank": 33.0, "n_ranked": 266, "rank_low": 21.0, "rank_high": 58.0, "n_known": 4})
    assert phrases.place_with_interval(row) == "33rd of 266 (21–58)"
    assert phrases.place_with_interval(row, noun="regions") == "33rd of 266 regions (21–58)"
    assert phrases.place_with_interval(pd.Series({**row, "n_known": 1})) == "33rd of 266 (21–58, one indicator known)"
    assert phrases.place(pd.Series({**row, "rank": np.nan})) == "unknown"
    ranks = {"rank": [2.0] * 3, "rank_low": [1.0] * 3, "rank_high": [3.0] * 3}
    readings = pd.DataFrame(
        {**ranks, "is_robust": pd.array([True, False, pd.NA], dtype="boolean"), "n_known": [3, 3, 3]}
    )
    assert phrases.how_many_hold(readings) == "Of these three readings, one holds over the whole interval of the rank."
    assert phrases.how_many_hold(readings.iloc[:1]) == "That reading holds over the whole interval of its rank."
    assert (
        phrases.how_many_hold(readings.iloc[1:2]) == "That reading does not hold over the whole interval of its rank."
    )
    assert phrases.how_many_hold(readings.iloc[:0]) == ""
    assert phrases.phrase("ICT use") == "ICT use"
    assert phrases.phrase("Design") == "design"
