"""What the explorer brings to its page: figures that lose nothing a reader can see, outlines, plots, and words without scripts."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import vl_convert
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from clusterkit.batch.pages import WHOLE_PAGES
from clusterkit.data import tables
from clusterkit.data.industries import list_taxonomies
from clusterkit.data.star_schemes import list_schemes
from clusterkit.mapping import Atlas
from clusterkit.params import EXPLORER_ID, EuropeParams, load_regions
from clusterkit.paths import project
from clusterkit.scoreboard import load_framework
from clusterkit.show import Downloads, explorer, svg_paths, theme, words
from clusterkit.show.explorer import figures, library, plots
from clusterkit.show.explorer.figures import shortest

PLACE = project(Path(__file__).resolve().parents[2])
MAX_MB = 1.5  # 10**6 bytes of data, as text


@pytest.fixture(scope="module")
def region() -> gpd.GeoDataFrame:
    return tables.load_region(PLACE.processed)


@pytest.fixture(scope="module")
def sets(region: gpd.GeoDataFrame) -> list[explorer.Set]:
    territories = {p.region: p.nuts_ids for p in load_regions(PLACE)}
    industry = tables.load_industry(PLACE.processed)
    atlas = Atlas(industry, list(region["nuts_id"]), territories, base_year=2011, reference_year=2014)
    schemes = list_schemes(PLACE.params / "star_schemes")
    return explorer.sets_of(atlas, list_taxonomies(PLACE.params / "taxonomies"), schemes)


@pytest.fixture(scope="module")
def board(sets: list[explorer.Set]) -> explorer.Board:
    units = tables.indicator_units(tables.load_indicator(PLACE.processed))
    framework = load_framework(PLACE.params / "frameworks" / "eocic-8.yaml", known=units)
    parts = framework.at(framework.levels[1])
    index = pd.MultiIndex.from_product([["piemonte", "AT11"], parts], names=["nuts_id", "part"])
    scores = pd.DataFrame({"score": np.linspace(10, 90, len(index)), "rank": 1.0, "n_regions": 2}, index)
    scores.loc[("AT11", parts[0]), ["score", "rank"]] = np.nan
    return explorer.Board(scores, framework)


@pytest.fixture(scope="module")
def rest(region: gpd.GeoDataFrame) -> dict:
    schemes = list_schemes(PLACE.params / "star_schemes")
    listed = load_regions(PLACE)
    return {"region": region, "listed": listed, "schemes": schemes, "scheme": "eccp-2021", "base_year": 2011, "doubtful": ["NO"]}  # fmt: skip


@pytest.fixture(scope="module")
def packed(sets: list[explorer.Set], board: explorer.Board, rest: dict) -> dict:
    """As the browser reads it."""
    return json.loads(figures.as_json(figures.packed(sets, board, **rest)))


def test_every_cell_comes_back_as_the_table_has_it(sets: list[explorer.Set], packed: dict) -> None:
    rows = packed["regions"]["id"]
    for part, found in zip(sets, packed["sets"], strict=True):
        table = part.table.reindex(pd.MultiIndex.from_product([rows, found["codes"]]))
        size = len(rows) * len(found["codes"])
        assert len(found["persons"]) == len(found["quotient"]) == len(found["status"]) == size > 2000
        exact = table["lq"].to_numpy()
        shown = np.array([np.nan if value is None else value for value in found["quotient"]])
        assert (np.isnan(exact) == np.isnan(shown)).all()
        known = ~np.isnan(exact)
        assert [words.decimal(v) for v in exact[known]] == [words.decimal(v) for v in shown[known]]
        classes = [np.searchsorted(theme.LQ_BOUNDS, values[known], side="right") for values in (exact, shown)]
        assert (classes[0] == classes[1]).all()
        persons = table["persons_employed"]
        assert [value for value in found["persons"] if value is not None] == [round(v) for v in persons.dropna()]
        estimated = [letter in "ghm" for letter in found["status"]]
        assert estimated == (table["is_estimated"].eq(True)).tolist()


def test_estimates_have_their_intervals_and_hidden_cells_are_never_packed_as_published(sets, packed: dict) -> None:
    for part, found in zip(sets, packed["sets"], strict=True):
        ranges = found["range"]
        cells = set(ranges["cell"])
        assert {place for place, letter in enumerate(found["status"]) if letter in "ghm"} <= cells, part.id
        for place, low, high in zip(ranges["cell"], ranges["low"], ranges["high"], strict=True):
            value = found["quotient"][place]
            assert low is None or low <= value * 1.01, (part.id, place)
            assert high is None or high >= value * 0.99, (part.id, place)
    first = packed["sets"][0]
    hidden = sets[0].table["persons_employed_status"].isin(["hidden", "partly hidden"])
    assert hidden.sum() > 2000
    assert "p" not in {first["status"][place] for place in np.flatnonzero(_in_order(sets[0], packed, hidden))}


def _in_order(part: explorer.Set, packed: dict, flags: pd.Series) -> np.ndarray:
    index = pd.MultiIndex.from_product([packed["regions"]["id"], part.codes])
    return flags.reindex(index, fill_value=False).to_numpy()


def test_the_data_are_small_enough_to_load_at_once(packed: dict) -> None:
    assert len(figures.as_json(packed).encode()) < MAX_MB * 1e6


def test_pilots_are_marked_and_those_of_several_codes_stand_beside_their_parts(packed: dict) -> None:
    regions = packed["regions"]
    kind = dict(zip(regions["id"], regions["kind"], strict=True))
    assert (kind["piemonte"], kind["saxony"], kind["DED2"]) == (figures.PILOT, figures.TOGETHER, 0)
    assert sum(value > 0 for value in kind.values()) == 10
    assert regions["codes"][regions["id"].index("saxony")] == "DED2 DED4 DED5"
    assert set(packed["map"]["territories"]) >= {"saxony", "piemonte", "slovenia"}


def test_unknown_scores_stay_unknown(packed: dict, board: explorer.Board) -> None:
    scores, size = packed["scoreboard"], len(board.parts)
    at = packed["regions"]["id"].index("AT11") * size
    assert (scores["score"][at], scores["rank"][at]) == (None, None)
    assert scores["score"][at + 1] == pytest.approx(board.scores.loc["AT11", "score"].iloc[1], abs=0.01)


def test_json_refuses_what_a_browser_could_not_read() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        figures.as_json({"quotient": [float("nan")]})


@given(st.floats(0, 500, allow_nan=False))
def test_a_short_quotient_reads_and_is_classed_as_the_exact_one(quotient: float) -> None:
    short = shortest(quotient)
    assert words.decimal(short) == words.decimal(quotient)
    assert np.searchsorted(theme.LQ_BOUNDS, short, "right") == np.searchsorted(theme.LQ_BOUNDS, quotient, "right")


def test_outlines_are_where_the_regions_are(region: gpd.GeoDataFrame) -> None:
    made = svg_paths.europe_outlines(region, {"saxony": ["DED2", "DED4", "DED5"]})
    shape = region.set_index("nuts_id").geometry["ITC1"]
    points = np.array(re.findall(r"-?\d+", _absolute(made["regions"]["ITC1"])), dtype=int).reshape(-1, 2)
    west, south, east, north = shape.bounds
    assert points[:, 0].min() == pytest.approx((west - 2_550_000) / 1000, abs=1)
    assert points[:, 1].max() == pytest.approx((5_420_000 - south) / 1000, abs=1)
    assert points[:, 0].max() == pytest.approx((east - 2_550_000) / 1000, abs=1)
    assert points[:, 1].min() == pytest.approx((5_420_000 - north) / 1000, abs=1)
    assert "FRY1" not in made["regions"]  # Guadeloupe is not on this map
    assert list(made["territories"]) == ["saxony"]


def _absolute(path: str) -> str:
    """Every point of a path, steps added up."""
    points: list[str] = []
    for ring in re.findall(r"M(-?\d+) (-?\d+)([lL])?([^zZM]*)", path):
        x, y = int(ring[0]), int(ring[1])
        points.append(f"{x} {y}")
        numbers = [int(n) for n in re.findall(r"-?\d+", ring[3])]
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = (x + dx, y + dy) if ring[2] == "l" else (dx, dy)
            points.append(f"{x} {y}")
    return " ".join(points)


def test_a_ring_of_less_than_a_unit_is_left_out() -> None:
    speck = shapely.box(3_000_000, 3_000_000, 3_000_200, 3_000_200)
    assert svg_paths.svg_path(np.array([speck])) == ""


def test_the_plots_can_be_drawn_and_show_rows_in_the_order_given() -> None:
    rows = [
        {"label": name, "value": value, "shown": value, "low": value / 2, "high": value * 2, "isEstimated": name == "Zinc",
         "colour": "#d55e00", "series": 0, "text": name}
        for name, value in {"Zinc": 0.5, "Arms": 2.0, "Mills": 1.0}.items()
    ]  # fmt: skip
    for name in ("quotients", "compared", "scores"):
        spec = plots.specifications()[name]
        (data,) = [part for part in spec["data"] if part["name"] == "rows"]
        data["values"] = rows
        svg = vl_convert.vega_to_svg(spec)
        found = [text for text in re.findall(r">([^<>]+)</text>", svg) if text in {"Zinc", "Arms", "Mills"}]
        assert found == ["Zinc", "Arms", "Mills"], name
        assert len(re.findall(r'aria-roledescription="point"|<path transform=', svg)) >= 3


def test_the_library_needs_no_eval_and_names_its_licence() -> None:
    text = library.plot_library()
    assert text.startswith("/*!\nVega 6.")
    assert "BSD 3-Clause" in text[:2500]
    assert "window.vegaEmbed" in text
    assert "expressionInterpreter" in text
    assert len(text) < 1.2e6


def test_without_scripts_the_page_says_what_it_would_show_and_links_to_all_figures(
    sets: list[explorer.Set], board: explorer.Board, rest: dict, tmp_path: Path
) -> None:
    links = explorer.save(sets, board, downloads=Downloads("explorer", str(tmp_path)), **rest)
    shown = explorer.explorer(links, EuropeParams(), ["NO"])
    soup = BeautifulSoup(shown._repr_markdown_(), "html.parser")
    assert "With scripts allowed, this page draws a map of Europe" in soup.find(id="explorer").get_text()
    assert soup.find("script") is None
    files = {a["href"].rpartition("/")[2] for a in soup.find_all("a", download=True)}
    assert files == {path.name for path in tmp_path.glob("*.csv")}
    assert {"explorer-data.js", "vega.js"} == {path.name for path in tmp_path.glob("*.js")}
    note = soup.find(id="explorer-note").get_text()
    for part in (
        "Eurostat",
        "NUTS 2016",
        "≈",
        "never counted as zero",
        "EuroGeographics",
        "Figures of Norway by region",
    ):
        assert part in note
    assert not list(tmp_path.glob("*.part"))
    table = pd.read_csv(tmp_path / "sectors.csv", encoding="utf-8-sig", index_col=["region", "code"])
    assert table.loc[("piemonte", "C13"), "lq"] == pytest.approx(sets[0].table.loc[("piemonte", "C13"), "lq"], abs=1e-4)
    assert table.loc[("saxony", "C26"), ["name", "nuts_ids", "sector"]].tolist() == ["Saxony", "DED2 DED4 DED5", "Electronics and optics"]  # fmt: skip


def test_by_hand_nothing_is_written_and_nothing_linked(sets, board, rest: dict) -> None:
    links = explorer.save(sets, board, downloads=Downloads("explorer"), **rest)
    assert set(links.values()) == {""}
    text = explorer.explorer(links, EuropeParams(), [])._repr_markdown_()
    assert "<a " not in text
    assert 'data-source=""' in text


def test_the_first_sentence_counts_regions_sectors_and_hidden_cells(sets: list[explorer.Set]) -> None:
    said = str(explorer.say_lead(sets[0])).replace(words.NBSP, " ")
    share = 100 * sets[0].table["is_estimated"].mean()
    assert said.startswith("292 regions, 68 sectors: ")
    assert f"{share:.1f} % of the cells are hidden" in said


# The scripts that draw


def test_the_page_loads_each_part_of_the_script_after_those_it_takes_from() -> None:
    page = next(page for page in WHOLE_PAGES if page.name == EXPLORER_ID)
    assert set(page.scripts) == {
        f"theme/explorer/{path.name}" for path in (PLACE.reports / "theme" / "explorer").glob("*.js")
    }
    given: set[str] = set()
    for name in page.scripts:
        text = (PLACE.reports / name).read_text("utf-8")
        taken = re.search(r"const \{([^}]+)\} = explorer;", text)
        missing = set(re.findall(r"\w+", taken[1])) - given - {"views"} if taken else set()
        assert not missing, name
        given |= {
            part
            for found in re.findall(r"Object\.assign\(explorer, \{([^}]+)\}\)", text)
            for part in re.findall(r"\w+", found)
        }
    assert {"h", "state", "drawPlot"} <= given


# Colours of maps


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def contrasts(classes: dict[str, tuple[str, str]], page: int) -> list[float]:
    """Of each class with the paper; page 0 is light, 1 is dark."""
    paper = luminance(theme.FRAME["paper"][page])
    found = [luminance(pair[page]) for pair in classes.values()]
    return [(max(one, paper) + 0.05) / (min(one, paper) + 0.05) for one in found]


@pytest.mark.parametrize("page", [0, 1], ids=["light", "dark"])
def test_what_is_far_from_the_middle_stands_out_most_on_any_page(page: int) -> None:
    low, high = contrasts(theme.LQ_CLASSES, page)[:2], contrasts(theme.LQ_CLASSES, page)[2:]
    counts = contrasts(theme.COUNT_CLASSES, page)
    assert low == sorted(low, reverse=True)
    assert high == sorted(high)
    assert counts == sorted(counts)
    assert max(high) > max(low)  # the eye goes to what is strong
    for steps in (high, counts):
        assert all(later > 1.2 * earlier for earlier, later in itertools.pairwise(steps))
    land = contrasts({"land": theme.FRAME["land"]}, page)[0]
    assert all(one > land for one in [*low, *high[1:], *counts])


def test_the_style_sheet_has_the_colours_of_the_pictures() -> None:
    tokens, own = (
        (PLACE.reports / "theme" / name).read_text("utf-8") for name in ("tokens.css", "explorer/explorer.css")
    )
    for role, (light, dark) in {**theme.LQ_CLASSES, **theme.COUNT_CLASSES, "land": theme.FRAME["land"]}.items():
        assert re.findall(rf"--{role}: (#\w+);", tokens) == [light, dark, light], role  # the last is print
        assert re.findall(rf"--{role}: (#\w+);", own) == [light], role  # where colours are forced
    for role in ("loss", "hatch-on", "hatch"):
        light, dark, print_ = re.findall(rf"--{role}: (#\w+);", tokens)
        assert light == print_ != dark


@pytest.mark.parametrize("page", [0, 1], ids=["light", "dark"])
def test_numbers_in_shaded_cells_can_be_read_on_any_page(page: int) -> None:
    css = (PLACE.reports / "theme" / "clusterkit.css").read_text("utf-8")
    colours = {**theme.LQ_CLASSES, **theme.COUNT_CLASSES, "land": theme.FRAME["land"]}
    found = re.findall(r"\.heat\.(\w+)(?:, \.heat\.\w+)? \{ background: var\(--(\w+)\);(?: color: (#\w+);)? \}", css)
    assert len(found) == 12
    (dark_ink,) = re.findall(r"\.heat:is\(([^)]+)\) \{ color: #000; \}", css)
    black = dark_ink.replace(".", "").split(", ")
    for name, role, own in found:
        if page == 0:
            ink = {"#000": "#000000", "#fff": "#ffffff", "": "#1d2329"}[own]
        else:
            ink = "#000000" if name in black or own == "#000" else theme.FRAME["ink"][1]
        cell, text = luminance(colours[role][page]), luminance(ink)
        assert (max(cell, text) + 0.05) / (min(cell, text) + 0.05) >= 4.5, name


def test_a_map_follows_the_page_and_another_picture_carries_no_colours_of_maps() -> None:
    figure, axes = theme.plt.subplots(figsize=(2, 2))
    axes.bar([1], [1], color=theme.LQ_COLOURS[3])
    svg, _, _ = theme.to_svg(figure)
    theme.plt.close(figure)
    light, dark = theme.LQ_CLASSES["lq3"]
    assert f"--lq3:{light};" in svg
    assert f"--lq3:{dark};" in svg
    assert svg.count(light) == 1
    assert "fill: var(--lq3)" in svg
    assert "--lq2" not in svg
    assert "--count" not in svg
