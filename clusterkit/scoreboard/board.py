"""A scoreboard: figures, a framework, and the steps from one to the other, each recorded with its arguments."""

from __future__ import annotations

import copy
import difflib
import inspect
import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pandas as pd

from clusterkit.data.frameworks import Framework
from clusterkit.errors import CoverageError, ParamError, Problem
from clusterkit.scoreboard.aggregation import aggregate
from clusterkit.scoreboard.checks import check_all, check_values, indicator_problems
from clusterkit.scoreboard.imputation import impute, imputed_cells
from clusterkit.scoreboard.normalisation import normalise
from clusterkit.scoreboard.screening import denominate, screen
from clusterkit.scoreboard.treatment import treat_with_record
from clusterkit.scoreboard.weights import weigh

_RULE = "docs/methods.md#scoreboard"
# Step by step: what it is called, the function whose options it takes, and what it takes from the board itself.
_STEPS: dict[str, tuple[Callable[..., Any], frozenset[str]]] = {
    "denominate": (denominate, frozenset({"x", "denominators", "framework"})),
    "screen": (screen, frozenset({"x"})),
    "impute": (impute, frozenset({"x", "groups", "values"})),
    "treat": (treat_with_record, frozenset({"x"})),
    "normalise": (normalise, frozenset({"x", "directions", "targets", "reference"})),
    "weigh": (weigh, frozenset({"normalised", "framework"})),
    "aggregate": (aggregate, frozenset({"normalised", "framework"})),
}
_RESULTS = {  # what each step makes: kept when a later step changes
    "denominate": ("denominated",),
    "screen": ("screened",),
    "impute": ("imputed", "is_imputed"),
    "treat": ("_treated", "treated", "treatment"),
    "normalise": ("normalised",),
    "weigh": ("weighed",),
    "aggregate": ("scores", "ranks"),
}


@dataclass(frozen=True)
class Aids:
    """Tables beside the indicators that single steps need.

    Parameters
    ----------
    denominators
        For ``denominate``: sizes, shape (n_regions, n_denominators).
    groups
        For ``impute``: group, country or parent of each region.
    group_values
        For ``impute`` by country or parent: their figures, shape (n_groups, n_indicators).
    reference
        For ``normalise`` by distance to a reference: one value per indicator, or the name of a region.
    """

    denominators: pd.DataFrame | None = None
    groups: pd.Series | None = None
    group_values: pd.DataFrame | None = None
    reference: pd.Series | str | None = None


@dataclass(frozen=True)
class Scoreboard:
    """Scores and ranks of regions in every part of a framework, with the way they were made.

    Made by :meth:`build`; :meth:`with_` and :meth:`without` give new boards and leave this one as it is. All tables
    have one row per region. An index of two levels (period, region) makes a panel: all periods are treated and
    normalised together, and ranked each by itself.
    """

    values: pd.DataFrame
    framework: Framework
    steps: Mapping[str, Mapping[str, Any]]
    aids: Aids = field(default_factory=Aids)

    @classmethod
    def build(
        cls,
        values: pd.DataFrame,
        framework: Framework,
        *,
        aids: Aids | None = None,
        denominate: Mapping[str, Any] | None = None,
        screen: Mapping[str, Any] | None = None,
        impute: Mapping[str, Any] | None = None,
        treat: Mapping[str, Any] | None = None,
        normalise: Mapping[str, Any] | None = None,
        weigh: Mapping[str, Any] | None = None,
        aggregate: Mapping[str, Any] | None = None,
    ) -> Scoreboard:
        """A scoreboard from figures and a framework.

        Parameters
        ----------
        values
            Figures, shape (n_regions, n_indicators), index ``nuts_id`` or (period, ``nuts_id``), each column in its own
            unit; NaN is unknown. Columns that the framework does not have are left out.
        framework
            Which indicators make up which part.
        aids
            Tables that single steps need.
        denominate, screen, impute, treat, normalise, weigh, aggregate
            Options of each step, by the names of the function's arguments; None: its defaults. Taken in this order.

        Raises
        ------
        ContractError
            A row or column twice, values that are no numbers; all at once.
        ParamError
            Everything else that is wrong, at once: an unknown step option (with the nearest), indicators of the
            framework that are absent, empty or the same everywhere.

        Examples
        --------
        >>> from clusterkit.data.frameworks import check_framework
        >>> rows = [("s", "dimension", "", None), ("a", "indicator", "s", 1), ("b", "indicator", "s", -1)]
        >>> toy = check_framework(
        ...     pd.DataFrame(rows, columns=["code", "level", "parent", "direction"]), levels=["dimension", "indicator"]
        ... )
        >>> x = pd.DataFrame({"a": [1.0, 2, 3], "b": [9.0, 6, 3]}, index=["AT31", "BE10", "FI1D"])
        >>> board = Scoreboard.build(x, toy)
        >>> board.scores["s"].tolist(), board.with_(normalise={"method": "rank"}).scores["s"].tolist()
        ([0.0, 50.0, 100.0], [1.0, 2.0, 3.0])
        """
        given = {
            "denominate": denominate,
            "screen": screen,
            "impute": impute,
            "treat": treat,
            "normalise": normalise,
            "weigh": weigh,
            "aggregate": aggregate,
        }
        steps = {name: {} if options is None else options for name, options in given.items()}
        numbers = check_values(values.loc[:, values.columns.isin(framework.indicators)], "of values")
        check_all(
            lambda: _checked_steps(steps),
            lambda: _check_indicators(numbers, framework, values.columns),
        )
        return cls(numbers[framework.indicators], framework, _checked_steps(steps), aids or Aids())

    def with_(self, **steps: Mapping[str, Any]) -> Scoreboard:
        """The same board with other options for some steps; the options given replace all of that step.

        Parameters
        ----------
        **steps
            Name of a step to its options.

        Raises
        ------
        ParamError
            An unknown step or option, with the nearest; all at once.
        """
        changed = _checked_steps(steps)
        new = replace(self, steps={**self.steps, **changed})
        # What the unchanged first steps made is the same for the new board.
        for name in _STEPS:
            if name in changed:
                break
            new.__dict__.update({result: self.__dict__[result] for result in _RESULTS[name] if result in self.__dict__})
        return new

    def variant(self, **steps: Mapping[str, Any]) -> Scoreboard:
        """As :meth:`with_`, made once: analyses that try the same options of a board share what it works out.

        Parameters
        ----------
        **steps
            As for :meth:`with_`.

        Raises
        ------
        ParamError
            As :meth:`with_`.
        """
        key = pickle.dumps(steps)
        if key not in self._variants:
            self._variants[key] = self.with_(**steps)
        return self._variants[key]

    def __getstate__(self) -> dict[str, Any]:
        """What is handed to another process: all but the variants, which are forty times the rest and made anew."""
        return {name: value for name, value in self.__dict__.items() if name != "_variants"}

    @cached_property
    def _variants(self) -> dict[bytes, Scoreboard]:
        return {}

    def without(self, codes: Sequence[str]) -> Scoreboard:
        """The same board less some indicators or whole parts of the framework.

        Parameters
        ----------
        codes
            Of indicators or parts.

        Raises
        ------
        ParamError
            A code that the framework does not have.
        """
        smaller = self.framework.without(codes)
        return replace(self, framework=smaller, values=self.values[smaller.indicators])

    @cached_property
    def denominated(self) -> pd.DataFrame:
        """Figures after amounts were divided by their denominators."""
        return denominate(self.values, self.aids.denominators, self.framework, **self.steps["denominate"])

    @cached_property
    def screened(self) -> pd.DataFrame:
        """Figures of the regions and indicators with enough of them.

        Raises
        ------
        CoverageError
            No region, or an indicator that the framework needs, is left.
        """
        kept = screen(self.denominated, **self.steps["screen"])
        gone = [code for code in self.framework.indicators if code not in kept]
        if kept.empty or gone:
            what = f"Screening leaves {len(kept)} regions and drops the indicators {', '.join(gone) or 'none'}."
            fix = "lower min_region or min_indicator, or remove the indicators with board.without([...])"
            raise CoverageError(Problem(what=what, where="step screen", rule=_RULE, fix=fix))
        return kept

    @cached_property
    def imputed(self) -> pd.DataFrame:
        """Figures after unknown ones were filled, as far as the method does."""
        return impute(self.screened, groups=self.aids.groups, values=self.aids.group_values, **self.steps["impute"])

    @cached_property
    def is_imputed(self) -> pd.DataFrame:
        """Which figures were filled: True or False."""
        return imputed_cells(self.screened, self.imputed)

    @cached_property
    def _treated(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        return treat_with_record(self.imputed, **self.steps["treat"])

    @property
    def treated(self) -> pd.DataFrame:
        """Figures after outliers were treated."""
        return self._treated[0]

    @property
    def treatment(self) -> pd.DataFrame:
        """What was done to each indicator: see :func:`treatment_table`."""
        return self._treated[1]

    @cached_property
    def normalised(self) -> pd.DataFrame:
        """Indicators on one scale, more is better."""
        table = self.framework.table
        targets = table["target"] if self.steps["normalise"].get("method") == "distance_to_target" else None
        return normalise(
            self.treated,
            directions=table["direction"],
            targets=targets,
            reference=self.aids.reference,
            **self.steps["normalise"],
        )

    @cached_property
    def weighed(self) -> Framework:
        """The framework with the weights in use."""
        return weigh(self.normalised, self.framework, **self.steps["weigh"])

    @cached_property
    def scores(self) -> pd.DataFrame:
        """Scores of every part, shape (n_regions, n_groups); lowest level first. NaN is unknown."""
        return aggregate(self.normalised, self.weighed, **self.steps["aggregate"])

    @cached_property
    def ranks(self) -> pd.DataFrame:
        """Ranks of every part, 1 is best, equal scores share the best rank; NaN where the score is unknown."""
        return rank(self.scores)

    def table(self) -> pd.DataFrame:
        """All scores as one long table: (period,) region, part, its level and name, score, rank, regions ranked.

        Returns
        -------
        pandas.DataFrame
            Columns ``nuts_id`` (before it ``period``, where there are several), ``part``, ``level``, ``name``,
            ``score`` (points of the scale; NaN is unknown), ``rank`` (1 is best) and ``n_ranked`` (regions that have a
            score).
        """
        names = ["period", "nuts_id"] if self.scores.index.nlevels > 1 else ["nuts_id"]
        codes = list(self.scores.columns)
        flat = [
            table.rename_axis(names).reset_index().melt(names, codes, "part", kind)
            for table, kind in ((self.scores, "score"), (self.ranks, "rank"))
        ]
        long = flat[0].assign(rank=flat[1]["rank"])
        long["level"] = long["part"].map(self.framework.table["level"])
        long["name"] = long["part"].map(self.framework.name)
        long["n_ranked"] = long.groupby([*names[:-1], "part"], sort=False)["score"].transform("count")
        return long[[*names, "part", "level", "name", "score", "rank", "n_ranked"]]


def rank(scores: pd.DataFrame) -> pd.DataFrame:
    """Place of each region, 1 is best, ties share the best place; by period where the index has one. NaN stays NaN.

    Parameters
    ----------
    scores
        Scores, index ``nuts_id``, or period and ``nuts_id``; higher is better.

    Returns
    -------
    pandas.DataFrame
        Ranks (no unit), same shape.
    """
    # The last bits of a sum do not make a difference between regions.
    rounded = scores.round(10)
    groups = rounded.groupby(level=0) if rounded.index.nlevels > 1 else rounded
    return groups.rank(ascending=False, method="min")


def compare(one: Scoreboard, other: Scoreboard, part: str) -> pd.DataFrame:
    """How the places of regions differ between two builds, in one part.

    Parameters
    ----------
    part
        Code of a part that both frameworks have.

    Returns
    -------
    pandas.DataFrame
        Index region; ``score`` and ``rank`` of the one, ``other_score`` and ``other_rank``, and ``change``: places
        gained in the other (no unit; NaN where a rank is unknown). Largest change first.

    Raises
    ------
    ParamError
        A part that one of the two does not have.
    """
    for board in (one, other):
        if part not in board.scores:
            fix = f"choose from {', '.join(board.scores.columns[:12])}"
            raise ParamError(Problem(f"There is no part {part!r}.", "argument part", "a code of both frameworks", fix))
    table = pd.DataFrame(
        {
            "score": one.scores[part],
            "rank": one.ranks[part],
            "other_score": other.scores[part],
            "other_rank": other.ranks[part],
        }
    )
    table["change"] = table["rank"] - table["other_rank"]
    return table.sort_values("change", key=lambda change: -change.abs(), kind="stable")


def _checked_steps(steps: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    problems = []
    for name, options in steps.items():
        if name not in _STEPS:
            problems.append(_unknown("step", name, list(_STEPS), "a step of the scoreboard"))
            continue
        function, own = _STEPS[name]
        known = [option for option in inspect.signature(function).parameters if option not in own]
        if not isinstance(options, Mapping):
            fix = f"write {name}={{...}}; its options are {', '.join(known) or 'none'}"
            problems.append(
                Problem(f"The options of {name} are {options!r}.", f"argument {name}", "names and values", fix)
            )
            continue
        problems += [
            _unknown(f"option of {name}", option, known, f"step {name}") for option in options if option not in known
        ]
    if problems:
        raise ParamError(problems)
    # A copy: what the caller does to these options later is not what this board was made with.
    return {name: copy.deepcopy(dict(options)) for name, options in steps.items()}


def _check_indicators(numbers: pd.DataFrame, framework: Framework, columns: pd.Index) -> None:
    if problems := indicator_problems(numbers, framework, columns):
        raise ParamError(problems)


def _unknown(kind: str, name: str, known: Sequence[str], where: str) -> Problem:
    close = difflib.get_close_matches(name, known, n=1)
    fix = (
        f"did you mean {close[0]}?"
        if close
        else f"choose from {', '.join(known)}"
        if known
        else "leave it out: it has none"
    )
    return Problem(what=f"There is no {kind} {name!r}.", where=where, rule=_RULE, fix=fix)
