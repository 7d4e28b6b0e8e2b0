"""Which choice moves the ranks: shares of their variance, after Sobol."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from SALib.analyze import sobol as sobol_analyze
from SALib.sample import sobol as sobol_sample

from clusterkit.errors import ParamError, Problem
from clusterkit.scoreboard.board import Scoreboard
from clusterkit.scoreboard.checks import check_all, check_number
from clusterkit.scoreboard.uncertainty import CHOICES, Choices, ChoiceSpace, checked_options, periods_of, ranks_of

SHIFT = "mean shift"  # name of the output that is about all regions
_RESAMPLES = 100  # bootstrap samples of an interval
_RULE = "docs/methods.md#sensitivity"


def sobol_indices(
    function: Callable[[np.ndarray], np.ndarray],
    bounds: Mapping[str, tuple[float, float]],
    *,
    base: int,
    seed: int,
) -> pd.DataFrame:
    """Share of the variance of a function that each of its inputs explains, alone and in all.

    Parameters
    ----------
    function
        Takes a table of inputs, shape (n_samples, n_inputs), and returns outputs, shape (n_samples,) or
        (n_samples, n_outputs); called once. An output that is NaN counts as its mean.
    bounds
        Name of each input to its lowest and highest value; all values between are equally likely.
    base
        Samples per input, a power of 2, at least 2; the function is asked for ``base · (n_inputs + 2)`` values.
    seed
        Of the scrambled sequence and of the bootstrap, at least 1 (SALib takes 0 for no seed).

    Returns
    -------
    pandas.DataFrame
        Index (output number, input); ``first_order`` (share by the input alone), ``total`` (with all its interactions),
        their ``_interval`` (half the width of the 95 % interval, bootstrap); no unit. Where an output does not vary at
        all, 0.

    Raises
    ------
    ParamError
        A base that is no power of 2, a seed below 1, no input, ends in the wrong order; all at once.

    References
    ----------
    Sobol2001; total order after SaltelliEtAl2010, table 2 (f); computed by SALib (HermanUsher2017); keys in
    docs/references.bib.

    Examples
    --------
    >>> half = sobol_indices(lambda x: x[:, 0] + 0 * x[:, 1], {"a": (0, 1), "b": (0, 1)}, base=512, seed=1)
    >>> half["total"].round(1).tolist()
    [1.0, 0.0]
    """
    names = list(bounds)
    check_all(lambda: _check_base(base), lambda: _check_seed(seed), lambda: _check_bounds(bounds))
    problem = {"num_vars": len(names), "names": names, "bounds": [list(bounds[name]) for name in names]}
    samples = sobol_sample.sample(problem, base, calc_second_order=False, seed=seed)
    outputs = np.asarray(function(samples), dtype=float)
    outputs = outputs[:, None] if outputs.ndim == 1 else outputs
    tables = [_analyse(problem, column, seed) for column in outputs.T]
    return pd.concat(tables, keys=range(len(tables)), names=["output", "input"])


def _analyse(problem: dict[str, Any], values: np.ndarray, seed: int) -> pd.DataFrame:
    names = problem["names"]
    columns = ["first_order", "first_order_interval", "total", "total_interval"]
    known = ~np.isnan(values)
    if not known.any():
        return pd.DataFrame(np.nan, index=pd.Index(names), columns=columns)
    values = np.where(known, values, values[known].mean())
    if np.ptp(values) <= 1e-12 * max(1.0, np.abs(values).max()):
        return pd.DataFrame(0.0, index=pd.Index(names), columns=columns)
    with warnings.catch_warnings():
        # A resample of a nearly constant output divides by nothing; its interval is then NaN, which is said.
        warnings.simplefilter("ignore", RuntimeWarning)
        found = sobol_analyze.analyze(problem, values, calc_second_order=False, num_resamples=_RESAMPLES, seed=seed)
    table = {
        "first_order": found["S1"],
        "first_order_interval": found["S1_conf"],
        "total": found["ST"],
        "total_interval": found["ST_conf"],
    }
    return pd.DataFrame(table, index=pd.Index(names), columns=columns)


def sensitivity(
    board: Scoreboard,
    *,
    base: int,
    seed: int,
    regions: Sequence[str] = (),
    parts: Sequence[str] | None = None,
    choices: Choices | None = None,
) -> pd.DataFrame:
    """Which of the analyst's choices the ranks depend on, for all regions together and for some.

    Parameters
    ----------
    board
        The build whose choices are varied.
    base
        Samples per choice, a power of 2.
    seed
        At least 1.
    regions
        Regions whose own ranks are looked at.
    parts
        Codes of parts; default the top of the framework and the level below it.
    choices
        As in :func:`uncertainty`.

    Returns
    -------
    pandas.DataFrame
        Index (``nuts_id``, part, choice), where ``nuts_id`` is a region or "mean shift": the mean over all regions of
        how many places a region is away from its rank on the board. Columns as in :func:`sobol_indices`. A choice with
        one option has 0.

    Raises
    ------
    ParamError
        A base that is no power of 2, a seed below 1, a region or part that the board does not have, choices that no
        step takes; all at once.
    ContractError
        As :func:`uncertainty`.

    References
    ----------
    SaisanaEtAl2005; OECD2008, step 7; keys in docs/references.bib.
    """
    framework = board.framework
    wanted = list(parts) if parts is not None else [*framework.roots, *framework.at(framework.levels[1])]
    wanted = [part for part in wanted if part in board.scores]
    choices = choices or Choices()
    check_all(
        lambda: _check_asked(board, regions, parts),
        lambda: _check_base(base),
        lambda: _check_seed(seed),
        lambda: checked_options(board, choices),
    )
    space = ChoiceSpace(board, choices, n_weight_sets=base, seed=seed)
    still = {"weights"} if space.weight_noise == 0 else set()
    varied = [name for name in CHOICES if space.n_options[name] > 1 and name not in still]
    columns = [board.scores.columns.get_loc(part) for part in wanted]
    rows = [board.scores.index.get_loc(region) for region in regions]
    is_ranked = board.scores.notna().to_numpy()[:, columns]
    nominal, periods = board.ranks.to_numpy()[:, columns], periods_of(board.scores.index)

    def outputs(samples: np.ndarray) -> np.ndarray:
        unit = np.zeros((len(samples), len(CHOICES)))
        unit[:, [CHOICES.index(name) for name in varied]] = samples
        # Samples that differ by less than an option are one and the same build.
        picks = np.column_stack(list(space.picks(unit).values()))
        _, first, build = np.unique(picks, axis=0, return_index=True, return_inverse=True)
        result = np.empty((len(first), (len(rows) + 1) * len(wanted)))
        for place, scores in space.scores(unit[first]):
            # One region after the other in memory, as the scores are and as they are ranked and added up.
            of_parts = scores.swapaxes(1, 2)[:, columns].swapaxes(1, 2)
            ranks = np.empty(of_parts.swapaxes(1, 2).shape, dtype=np.float32).swapaxes(1, 2)
            for period in periods:
                ranks[:, period] = ranks_of(of_parts[:, period], is_ranked[period])
            moved = np.abs(ranks - nominal)
            is_known = ~np.isnan(moved)
            with np.errstate(invalid="ignore"):  # a part that no region has: NaN, as it should be
                shift = np.where(is_known, moved, 0.0).sum(axis=1) / is_known.sum(axis=1)
            result[place] = np.concatenate([shift, ranks[:, rows].reshape(len(place), -1)], axis=1)
        return result[build.reshape(-1)]

    keys = [(name, part) for name in (SHIFT, *regions) for part in wanted]
    if varied:
        found = sobol_indices(outputs, dict.fromkeys(varied, (0.0, 1.0)), base=base, seed=seed)
    else:
        index = pd.MultiIndex.from_product([range(len(keys)), CHOICES], names=["output", "input"])
        found = pd.DataFrame(0.0, index, ["first_order", "first_order_interval", "total", "total_interval"])
    full = pd.MultiIndex.from_product([range(len(keys)), CHOICES], names=["output", "input"])
    found = found.reindex(full).fillna({"first_order": 0.0, "total": 0.0}) if varied else found
    labels = [(*keys[output], choice) for output, choice in found.index]
    labelled = found.set_axis(pd.MultiIndex.from_tuples(labels, names=["nuts_id", "part", "choice"]))
    return labelled.sort_index()


def _check_base(base: int) -> None:
    check_number(base, "base", low=2, high=2**20, whole=True)
    if base & (base - 1):
        lower = 2 ** (int(base).bit_length() - 1)
        what = f"base is {base}, which is no power of 2."
        rule = "Sobol's sequence is balanced at powers of 2"
        raise ParamError(Problem(what, "argument base", rule, f"choose {lower} or {2 * lower}"))


def _check_seed(seed: int) -> None:
    check_number(seed, "seed", low=1, high=np.inf, whole=True)


def _check_bounds(bounds: Mapping[str, tuple[float, float]]) -> None:
    where = "argument bounds"
    problems = [
        Problem(f"The bounds of {name} are {tuple(ends)!r}.", where, _RULE, "give the low end, then the high end")
        for name, ends in bounds.items()
        if not ends[0] < ends[1]
    ]
    if not bounds:
        problems.append(Problem("There is no input.", where, _RULE, "name at least one input with its ends"))
    if problems:
        raise ParamError(problems)


def _check_asked(board: Scoreboard, regions: Sequence[str], parts: Sequence[str] | None) -> None:
    problems = []
    for kind, asked, known in (("region", regions, board.scores.index), ("part", parts or (), board.scores.columns)):
        problems += [
            Problem(f"The board has no {kind} {name!r}.", f"argument {kind}s", _RULE, f"name a {kind} of board.scores")
            for name in asked
            if name not in known
        ]
    if problems:
        raise ParamError(problems)
