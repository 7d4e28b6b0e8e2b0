"""What all sections of the stress test page share: the marks of made-up answers, notes, words for steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd
from matplotlib.axes import Axes

from clusterkit.params import EXAMPLE_ID, RegionParams
from clusterkit.show import theme, words
from clusterkit.show.output import Downloads
from clusterkit.show.scoreboard import phrases
from clusterkit.spreadsheets import guarded
from clusterkit.stress_test.questionnaire import HIGHEST, LOWEST
from clusterkit.stress_test.region import StressTest
from clusterkit.stress_test.scoring import HIGH

ILLUSTRATIVE = "Illustrative"
# Not those of the system's language, in which strftime names them.
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
LEVEL = {"bottleneck": "worst third", "middle": "middle", "strength": "best third", "unknown": "no figures"}


@dataclass(frozen=True)
class Look:
    """A region's stress test with what its page needs to show it.

    Parameters
    ----------
    test
        Answers and evidence.
    p
        Parameters of the page.
    downloads
        Where the data go.
    years
        First and last year of the figures behind the scoreboard.
    """

    test: StressTest
    p: RegionParams
    downloads: Downloads
    years: tuple[int, int] | None

    @property
    def name(self) -> str:
        """Name of the region."""
        return self.p.name

    def title(self, text: str) -> str:
        """A title of a figure or table, with the mark of made-up answers."""
        return f"{ILLUSTRATIVE}: {text}" if self.test.is_illustrative else text

    def note(self, *parts: str, evidence: bool = False, answers: bool = True) -> str:
        """What stands under a figure or table: marks, who answered, and where the evidence is from."""
        said = [part for part in parts if part]
        sheets = self.test.inputs.answers.sheets
        if self.test.is_illustrative:
            said.insert(0, "Illustrative answers, made up to show how the tool works; not those of a region.")
        if answers and sheets:
            said.append(f"Answers: {words.count(len(sheets), 'respondent')}, {self.days()}.")
        if evidence:
            span = f", figures of {self.years[0]} to {self.years[1]}" if self.years else ""
            framework = self.test.instrument.framework.id
            said.append(
                f"Scoreboard: framework {framework}, own calculations (docs/methods.md); Eurostat and others (docs/indicators.md){span}; NUTS {self.p.nuts_version}.{phrases.own_note(self.test.own)}"
            )
        return " ".join(said)

    def days(self) -> str:
        """When the answers were given, ``16 March 2026`` or from one day to another."""
        return days(self.test.inputs.answers.dates)

    def save(self, name: str, table: pd.DataFrame) -> str:
        """Write the data behind a figure or table, texts guarded against spreadsheets, made-up answers marked."""
        shown = table.copy()
        for column in shown.columns:
            if shown[column].dtype == object or pd.api.types.is_string_dtype(shown[column]):
                shown[column] = shown[column].map(_cell)
        if self.test.is_illustrative:
            shown.insert(0, "illustrative", True)
        # The example is a page on no region: its data lie in a folder of their own, not in one of its kind of page.
        own = replace(self.downloads, kind="") if self.p.region == EXAMPLE_ID else self.downloads
        return own.save(name, shown)

    def sectors(self, codes: Sequence[str]) -> str:
        """NACE codes as words, ``textiles (C13); machinery (C28)``."""
        names = self.test.sector_names
        return phrases.listing([names.get(code, code) for code in codes])

    def first_sectors(self, codes: Sequence[str], n: int) -> str:
        """The first of many sectors, and how many more there are."""
        names = [self.test.sector_names.get(code, code) for code in codes[:n]]
        return phrases.listing([*names, *([f"{words.cardinal(len(codes) - n)} more"] if len(codes) > n else [])])


def _cell(value: object) -> object:
    if isinstance(value, tuple | list):
        value = "; ".join(map(str, value))
    return guarded(value)


def days(dates: tuple[dt.date, ...] | None) -> str:
    """First and last day in words."""
    if dates is None:
        return "no day"
    first, last = (f"{day.day} {MONTHS[day.month - 1]} {day.year}" for day in dates)
    return first if first == last else f"{first} to {last}"


def step(value: float | None) -> str:
    """A median step, ``3`` or ``2.5``; a dash where there is none."""
    return f"{value:g}".replace("-", "−") if words.is_known(value) else "–"


def share(value: float | None) -> str:
    """Consensus from 0 to 1 with two decimals; a dash where too few answered."""
    return f"{value:.2f}" if words.is_known(value) else "–"


def step_axis(axes: Axes, label: str) -> None:
    """The scale of the answers, with a line above which a priority is high."""
    axes.axvline(HIGH, color=theme.MUTED, linewidth=1, linestyle=(0, (3, 3)), zorder=0)
    axes.set_xlim(LOWEST - 0.3, HIGHEST + 0.3)
    axes.set_xticks(range(LOWEST, HIGHEST + 1))
    axes.set_xlabel(label)
    axes.tick_params(length=0)


NAME_WIDTH = 34  # characters of a line of a name beside a chart


def unanswered(axes: Axes, row: float) -> None:
    """What stands in a row of a chart to which nobody gave a step."""
    axes.annotate(
        "no step from anybody", (0.02, row), xycoords=("axes fraction", "data"), va="center", color=theme.MUTED, style="italic",
        bbox={"facecolor": theme.PAPER, "edgecolor": "none", "pad": 1.5},
    )  # fmt: skip


def beside(axes: Axes, row: float, text: str, *, colour: str = theme.MUTED, shift: int = 8) -> None:
    """A text right of a row of a chart."""
    axes.annotate(
        text, (1.0, row), xycoords=("axes fraction", "data"), xytext=(shift, 0), textcoords="offset points",
        ha="left", va="center", color=colour,
    )  # fmt: skip


def headed(axes: Axes, text: str, *, shift: int = 8) -> None:
    """The heading of what stands right of a chart."""
    axes.annotate(
        text, (1.0, -0.75), xycoords=("axes fraction", "data"), xytext=(shift, 0), textcoords="offset points",
        ha="left", va="bottom", color=theme.MUTED,
    )  # fmt: skip
