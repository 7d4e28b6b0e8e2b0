"""Everything that is wrong with one file, gathered while it is read and raised once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from clusterkit.data.eurostat.cells import FLAGS
from clusterkit.data.eurostat.layout import Layout
from clusterkit.errors import MAX_SHOWN, Problem, SourceError

CHANGED = "the file was changed after publication (a spreadsheet?): use the published one"


@dataclass
class Offenders:
    """How many there are of one kind, and the first of them; a file of a million bad cells needs no more memory."""

    count: int = 0
    places: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def add(self, count: int, places: Sequence[object], texts: Sequence[str] = ()) -> None:
        """Count more of them, and keep their places and texts as far as there is room."""
        room = MAX_SHOWN - len(self.places)
        self.count += count
        self.places += [str(place) for place in places[:room]]
        self.texts += texts[:room]

    def where(self) -> str:
        """Where the first of them stand, and how many more there are."""
        more = self.count - len(self.places)
        return ", ".join(self.places) + (f" and {more} more" if more > 0 else "")

    def examples(self) -> str:
        """The texts of the first of them, in quotes."""
        return ", ".join(repr(text) for text in self.texts)


@dataclass
class Findings:
    """What is wrong with one file, by kind."""

    path: Path
    layout: Layout
    n_lines: int = 0  # without the header
    rows: Offenders = field(default_factory=Offenders)
    stray: Offenders = field(default_factory=Offenders)
    quotes: Offenders = field(default_factory=Offenders)
    years: Offenders = field(default_factory=Offenders)
    cells: Offenders = field(default_factory=Offenders)
    odd_flags: Offenders = field(default_factory=Offenders)
    spreadsheet_zeros: Offenders = field(default_factory=Offenders)
    clashes: Offenders = field(default_factory=Offenders)

    @property
    def any(self) -> bool:
        """Whether anything is wrong."""
        kinds = (
            self.rows,
            self.stray,
            self.quotes,
            self.years,
            self.cells,
            self.odd_flags,
            self.spreadsheet_zeros,
            self.clashes,
        )
        return any(kind.count for kind in kinds)

    def raise_if_any(self) -> None:
        """Raise a SourceError with everything that is wrong, if anything is."""
        if problems := self.problems():
            raise SourceError(problems)

    def problems(self) -> list[Problem]:
        """All problems in four parts, those of whole lines first."""
        return [problem for problem in self._line_problems() + self._cell_problems() if problem]

    def _line_problems(self) -> list[Problem | None]:
        name = self.path.name
        return [
            self._problem(
                self.rows,
                f"{self.rows.count} of {max(self.n_lines, 1):,} lines of {name} do not have "
                f"{self.layout.expected()}, first {self.rows.examples()}.",
                "the file seems cut off or edited: download it again",
                places="line {}",
            ),
            self._problem(
                self.stray,
                f"{self.stray.count} lines of {name} have a carriage return or a control character inside, "
                f"first {self.stray.examples()}.",
                "the file was damaged on its way or saved by another program: download it again",
                places="line {}",
            ),
            self._problem(
                self.quotes,
                f"{self.quotes.count} lines of {name} have a quotation mark that is not closed, "
                f"first {self.quotes.examples()}.",
                "the file seems cut off or edited: download it again",
                places="line {}",
            ),
            self._problem(
                self.years,
                f"{self.years.count} lines of {name} have no year between {self.layout.first_year} and "
                f"{self.layout.last_year}, for instance {self.years.examples()}.",
                "take the annual edition of the dataset; a month or a quarter is not read",
                places="line {}",
            ),
        ]

    def _cell_problems(self) -> list[Problem | None]:
        name, zeros = self.path.name, self.spreadsheet_zeros.count
        return [
            self._problem(
                self.cells,
                f"{self.cells.count} cells of {name} are neither a number nor ':', "
                f"for instance {self.cells.examples()}.",
                CHANGED,
            ),
            self._problem(
                self.odd_flags,
                f"{self.odd_flags.count} cells of {name} have a flag that Eurostat does not use, "
                f"for instance {self.odd_flags.examples()}; it uses {', '.join(FLAGS)}.",
                f"{CHANGED}; a new flag of Eurostat's belongs into eurostat.FLAGS",
            ),
            self._problem(
                self.spreadsheet_zeros,
                f"{zeros} cells of {name} show a time of day, for instance {self.spreadsheet_zeros.examples()}: "
                "a spreadsheet's picture of a zero.",
                "use the published file, or check these cells and read with spreadsheet_zero=True",
            ),
            self._problem(
                self.clashes,
                f"{self.clashes.count} lines of {name} repeat a series and year of an earlier line with other figures.",
                "a dimension was left out of the file, or two editions were joined: use the published one, "
                "or leave the series out with keep",
            ),
        ]

    def _problem(self, kind: Offenders, what: str, fix: str, places: str = "{}") -> Problem | None:
        if not kind.count:
            return None
        return Problem(what=what, where=f"{self.path}, {places.format(kind.where())}", rule=self.layout.rule, fix=fix)
