"""The scoreboard page in words, figures and tables: real regions, one of which nothing is known, hostile names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from clusterkit import params, scoreboard
from clusterkit.data import indicator_register, tables
from clusterkit.paths import project
from clusterkit.scoreboard import Evidence, RegionScoreboard, load_framework
from clusterkit.show import Downloads
from clusterkit.show import scoreboard as show
from clusterkit.show.scoreboard import phrases

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
        "coherence": show.say_coherence(scoreboard.audit(board.board), board, downloads),
        "say_dimensions": show.say_dimensions(board, p),
        "dimensions": show.plot_dimensions(board, p, downloads),
        "table_dimensions": show.table_dimensions(board, p),
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
            assert "$y$" not in re.sub(r"base64,[^\"]*", "", markdown), name


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
    assert phrases.place_with_interval(pd.Series({**row, "n_known": 1})) == "33rd of 266 (one indicator)"
    assert phrases.place(pd.Series({**row, "rank": np.nan})) == "unknown"
    readings = pd.DataFrame({"is_robust": pd.array([True, False, pd.NA], dtype="boolean"), "n_known": [3, 3, 3]})
    assert phrases.how_many_hold(readings) == "Of these three readings, one holds over the whole interval of the rank."
    assert phrases.how_many_hold(readings.iloc[:1]) == "That reading holds over the whole interval of its rank."
    assert (
        phrases.how_many_hold(readings.iloc[1:2]) == "That reading does not hold over the whole interval of its rank."
    )
    assert phrases.how_many_hold(readings.iloc[:0]) == ""
    assert phrases.phrase("ICT use") == "ICT use"
    assert phrases.phrase("Design") == "design"
