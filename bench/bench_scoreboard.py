"""How fast 1,000 builds of a scoreboard with all uncertain choices are, beside the same builds one after the other.

An invented framework: 280 regions, 50 indicators, 19 sub-dimensions, 8 dimensions, 8 percent of the figures unknown.
Counted is ``uncertainty(board, draws=1000, seed=…)``: the choices of the pages (three fillings, three treatments, three
scales, two means, weights by a quarter, one indicator left out), and the same with harmonic means and Copeland's rule.
Beside it, builds of the same kind in a plain loop of ``Scoreboard.with_``, a few of them, per build.

All on one thread; medians of the runs. Run it from the project folder: ``python -m bench.bench_scoreboard``.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from statistics import median

import numpy as np
import pandas as pd

from clusterkit.forking import ONE_THREAD
from clusterkit.scoreboard import Aids, Choices, Framework, Scoreboard, check_framework, sensitivity, uncertainty

REGIONS, INDICATORS, SUBS, DIMENSIONS = 280, 50, 19, 8
DRAWS = 1000
MOST_SECONDS = 5.0  # processor time of 1,000 builds
UNKNOWN_SHARE = 0.08
SEED = 20141
LOOP = 12  # builds one after the other
ALL_MEANS = tuple({"method": method} for method in ("arithmetic", "geometric", "harmonic", "copeland"))


def invented() -> Scoreboard:
    """A scoreboard of skewed, correlated, partly unknown figures."""
    random = np.random.default_rng(SEED)
    common = random.normal(size=(REGIONS, 1))
    figures = np.exp(0.6 * common + 0.6 * random.normal(size=(REGIONS, INDICATORS)))
    figures[random.random(figures.shape) < UNKNOWN_SHARE] = np.nan
    framework = _framework()
    regions = pd.Index([f"R{number:03}" for number in range(REGIONS)], name="nuts_id")
    values = pd.DataFrame(figures, index=regions, columns=framework.indicators)
    countries = pd.Series([f"C{number % 25:02}" for number in range(REGIONS)], index=regions)
    return Scoreboard.build(values, framework, aids=Aids(groups=countries), aggregate={"min_coverage": 0.5})


def _framework() -> Framework:
    rows: list[tuple[str, str, str, float]] = [("index", "index", "", np.nan)]
    rows += [(f"d{number}", "dimension", "index", np.nan) for number in range(DIMENSIONS)]
    rows += [(f"s{number}", "sub-dimension", f"d{number % DIMENSIONS}", np.nan) for number in range(SUBS)]
    rows += [(f"i{number}", "indicator", f"s{number % SUBS}", 1.0) for number in range(INDICATORS)]
    return check_framework(pd.DataFrame(rows, columns=["code", "level", "parent", "direction"]))


def one_after_the_other(board: Scoreboard, n: int) -> None:
    """Builds with other fillings, treatments, scales and means, each from the figures up."""
    choices = Choices()
    for number in range(n):
        fresh = Scoreboard.build(board.values, board.framework, aids=board.aids)
        step = {
            name: getattr(choices, name)[number % len(getattr(choices, name))]
            for name in ("impute", "treat", "normalise", "aggregate")
        }
        _ = fresh.with_(**step).scores


def timed(what: Callable[[], object], runs: int) -> tuple[float, float]:
    """Median seconds of some runs: processor time, clock."""
    pairs = []
    for _ in range(runs):
        start, clock = time.process_time(), time.perf_counter()
        what()
        pairs.append((time.process_time() - start, time.perf_counter() - clock))
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)


def main() -> int:
    """Print the figures; 1 where the builds of the pages took longer than they may."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    if any(os.environ.get(name) != "1" for name in ONE_THREAD):  # read when numpy is loaded: begin again with them
        command = [sys.executable, "-m", "bench.bench_scoreboard", *sys.argv[1:]]
        os.execve(sys.executable, command, {**os.environ, **ONE_THREAD})
    board = invented()
    _ = board.scores
    uncertainty(board, draws=50, seed=SEED)  # what is loaded once is not counted
    every = Choices(aggregate=ALL_MEANS)
    pages = timed(lambda: uncertainty(board, draws=DRAWS, seed=SEED), runs)
    copeland = timed(lambda: uncertainty(board, draws=DRAWS, seed=SEED, choices=every), runs)
    loop = timed(lambda: one_after_the_other(board, LOOP), runs)
    sobol = timed(lambda: sensitivity(board, base=256, seed=SEED, regions=["R000"]), runs)
    limit, each = f"limit {MOST_SECONDS:g} s of processor time", loop[0] / LOOP
    for what, (processor, clock), note in (
        (f"{DRAWS:,} builds, choices of the pages", pages, f" ({limit})"),
        (f"{DRAWS:,} builds, four means with Copeland", copeland, f" ({limit})"),
        ("Sobol indices, 2,048 builds", sobol, ""),
    ):
        print(f"{what:42} {processor:.2f} s processor, {clock:.2f} s clock{note}")
    ratio = each * DRAWS / pages[0]
    print(f"{'one build in a loop, from the figures up':42} {1000 * each:.0f} ms processor: {ratio:.0f} times as long")
    return int(max(pages[0], copeland[0]) > MOST_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
