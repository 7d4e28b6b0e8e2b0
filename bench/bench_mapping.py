"""How fast location quotients, proximity, density and complexity are, beside py-ecomplexity and over many years.

Side by side: both get the same invented table of 300 regions x 600 sectors without unknown cells, in
the shape each takes (a matrix; a long table), prepared beforehand. Counted is the call: here five
functions on data frames; there ``ecomplexity.ecomplexity`` without its check of log-supermodularity,
once as its users call it (it also rearranges its long tables and works out two outlook indices), and
once its numerical steps alone on ready arrays. Runs alternate in one process; medians are compared.

Years: 1,500 regions x 600 classes, a tenth of the cells unknown, for 5, 10 and 15 years, each in a
process of its own that keeps the location quotients and densities of all its years.

All on one thread. Run it from the project folder: ``python -m bench.bench_mapping`` (options: ``--help``).
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd

from bench.bench_reader import peak_mb
from clusterkit import mapping
from clusterkit.data import star_schemes
from clusterkit.forking import ONE_THREAD

SCHEME = "eccp-2021"
ROOT = Path(__file__).resolve().parent.parent
SIDE_BY_SIDE = (300, 600)  # regions, sectors
MANY_YEARS = (1500, 600)
YEARS = (5, 10, 15)
LEAST_RATIO = 5.0  # their median time over ours
MOST_GROWTH = 1.5  # processor time per year, the longest series over the shortest
UNKNOWN_SHARE = 0.1
SEED = 20141


def invented(shape: tuple[int, int], seed: int, unknown_share: float = 0.0) -> pd.DataFrame:
    """Persons employed: regions and sectors of very different size, a fifth of the cells zero."""
    random = np.random.default_rng(seed)
    jobs = np.exp(random.normal(4, 1.5, shape) + random.normal(0, 1, shape[0])[:, None])
    jobs = np.where(random.random(shape) < 0.2, 0.0, np.ceil(jobs))
    jobs[random.random(shape) < unknown_share] = np.nan
    regions = pd.Index([f"R{i:04}" for i in range(shape[0])], name="nuts_id")
    return pd.DataFrame(jobs, index=regions, columns=pd.Index([f"S{j:03}" for j in range(shape[1])], name="nace_code"))


def ours(employment: pd.DataFrame) -> dict[str, pd.DataFrame | pd.Series]:
    """The five statistics as tables."""
    lq = mapping.location_quotient(employment)
    here = mapping.presence(lq)
    near = mapping.proximity(here)
    regions, sectors = mapping.economic_complexity(here)
    return {"lq": lq, "near": near, "density": mapping.density(here, near), "regions": regions, "sectors": sectors}


def theirs(long: pd.DataFrame) -> pd.DataFrame:
    """The same as py-ecomplexity gives it to its users: one long table."""
    import ecomplexity

    names = {"time": "year", "loc": "nuts_id", "prod": "nace_code", "val": "persons_employed"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ecomplexity.ecomplexity(long, names, check_logsupermodularity=False, verbose=False)


def their_steps(long: pd.DataFrame) -> Callable[[], None]:
    """Their numerical steps alone; the arrays are ready before the clock starts."""
    from ecomplexity.calc_density import calc_density
    from ecomplexity.calc_proximity import calc_discrete_proximity
    from ecomplexity.ComplexityData import ComplexityData
    from ecomplexity.ecomplexity import calc_eci_pci

    names = {"time": "year", "loc": "nuts_id", "prod": "nace_code", "val": "persons_employed"}
    data = ComplexityData(long, names, "coerce")
    data.create_full_df(long["year"].iloc[0])

    def steps() -> None:
        data.calculate_rca()
        data.calculate_mcp(1, 1, "rca", None, data.t)
        data.diversity_t, data.ubiquity_t = data.mcp_t.sum(axis=1), data.mcp_t.sum(axis=0)
        near = calc_discrete_proximity(data.mcp_t, data.ubiquity_t)
        calc_density(data.mcp_t, near)
        calc_eci_pci(data)

    return steps


def side_by_side(n_runs: int) -> dict[str, dict[str, float]]:
    """Median wall and processor seconds of each, runs taken in turn."""
    employment = invented(SIDE_BY_SIDE, SEED)
    long = employment.reset_index().melt(id_vars="nuts_id", value_name="persons_employed").assign(year=2014)
    calls = {"clusterkit": lambda: ours(employment), "py-ecomplexity": lambda: theirs(long)}
    calls["its steps alone"] = their_steps(long)
    check_agreement(ours(employment), theirs(long))
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in calls}
    for _ in range(n_runs):
        for name, call in calls.items():
            wall, busy = time.perf_counter(), time.process_time()
            with contextlib.redirect_stdout(io.StringIO()):
                call()
            spent[name].append((time.perf_counter() - wall, time.process_time() - busy))
    return {
        name: {"wall": median(wall for wall, _ in runs), "cpu": median(cpu for _, cpu in runs)}
        for name, runs in spent.items()
    }


def check_agreement(mine: dict[str, pd.DataFrame | pd.Series], table: pd.DataFrame) -> None:
    """Both must have worked out the same numbers, or their times say nothing."""
    wide = {name: table.pivot(index="nuts_id", columns="nace_code", values=name) for name in ("rca", "density", "eci")}
    np.testing.assert_allclose(mine["lq"], wide["rca"], rtol=1e-9)
    np.testing.assert_allclose(mine["density"], wide["density"], rtol=1e-9)
    np.testing.assert_allclose(mine["regions"], wide["eci"].iloc[:, 0], atol=1e-6)


def many_years(n_years: int) -> dict[str, float]:
    """Quotients, densities and stars of a series of years: wall and processor seconds, peak memory (10**6 bytes)."""
    tables = {2008 + year: invented(MANY_YEARS, SEED + year, UNKNOWN_SHARE) for year in range(n_years)}
    kept = {}
    scheme = star_schemes.load_scheme(ROOT / "params" / "star_schemes" / f"{SCHEME}.yaml")
    wall, busy = time.perf_counter(), time.process_time()
    for year, employment in tables.items():
        lq = mapping.location_quotient(employment)
        here = mapping.presence(lq)
        strength = mapping.cluster_strength(employment, None, scheme=scheme)
        stars = pd.DataFrame(strength["n_stars_low"].to_numpy(np.int8).reshape(lq.shape), lq.index, lq.columns)
        kept[year] = (lq, mapping.density(here, mapping.proximity(here)), stars)
    spent = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - busy}
    return {
        **spent,
        "peak_mb": peak_mb(),
        "kept_mb": sum(t.to_numpy().nbytes for pair in kept.values() for t in pair) / 1e6,
    }


def in_own_process(*arguments: str) -> dict:
    """Run one measurement on one thread, in a process of its own; what it found."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    env = {**os.environ, **ONE_THREAD, "PYTHONPATH": path}
    command = [sys.executable, "-m", "bench.bench_mapping", *arguments]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8", env=env).stdout)


def run(arguments: list[str] | None = None) -> int:
    """Measure and print; 1 when below the ratio or when a year costs more in a long series than in a short one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9, help="alternating runs of each, side by side")
    parser.add_argument("--side-by-side", action="store_true", help="only print this measurement, as JSON")
    parser.add_argument("--years", type=int, help="only print the measurement of so many years, as JSON")
    options = parser.parse_args(arguments)
    if options.side_by_side or options.years:
        found = side_by_side(options.runs) if options.side_by_side else many_years(options.years)
        sys.stdout.write(json.dumps(found) + "\n")
        return 0
    times = in_own_process("--side-by-side", "--runs", str(options.runs))
    own = times["clusterkit"]
    ratios = {name: {kind: found[kind] / own[kind] for kind in found} for name, found in times.items()}
    for name, found in times.items():
        sys.stdout.write(
            f"{name:16} {1e3 * found['wall']:7.0f} ms clock ({ratios[name]['wall']:4.1f} x) "
            f"{1e3 * found['cpu']:7.0f} ms processor ({ratios[name]['cpu']:4.1f} x)\n"
        )
    series = {n_years: in_own_process("--years", str(n_years)) for n_years in YEARS}
    for n_years, found in series.items():
        sys.stdout.write(
            f"{n_years:2} years         {found['wall']:5.2f} s clock, {found['cpu']:5.2f} s processor, "
            f"{1e3 * found['cpu'] / n_years:4.0f} ms a year, {found['peak_mb']:,.0f} MB peak "
            f"({found['kept_mb']:,.0f} MB of results kept)\n"
        )
    growth = (series[YEARS[-1]]["cpu"] / YEARS[-1]) / (series[YEARS[0]]["cpu"] / YEARS[0])
    slow = min(ratios["py-ecomplexity"].values()) < LEAST_RATIO
    return int(slow or growth > MOST_GROWTH)


if __name__ == "__main__":
    sys.exit(run())
