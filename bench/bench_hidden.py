"""How well hidden cells are estimated: published cells of 2014 are hidden, estimated and compared.

Run it from the project folder: ``python -m bench.bench_hidden`` (options: ``--help``).
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd

from clusterkit.data import hidden, tables
from clusterkit.data.hidden import masking
from clusterkit.data.hidden.estimates import add_up
from clusterkit.data.industry_table import EVIDENCE_YEAR
from clusterkit.data.sbs_2022 import YEAR as MANUFACTURING_YEAR

NAIVE_UNITS = "local units x national size"
ROUNDING = 0.5  # persons or million euro: figures are published as whole numbers or tenths
N_BLOCKS = 150  # of four cells each, in every repetition


def naive(cells: pd.DataFrame, rows: pd.Index, amount: str) -> dict[str, np.ndarray]:
    """Estimates by the three naive rules."""
    keyed = cells.set_index(["nuts_id", "nace_code", "year"])
    wanted = cells.loc[rows]

    def known(column: str, region: pd.Series, sector: pd.Series) -> np.ndarray:
        return keyed[column].reindex(pd.MultiIndex.from_arrays([region, sector, wanted["year"]])).to_numpy()

    region, sector = wanted["nuts_id"], wanted["nace_code"]
    country, section = region.str[:2], sector.str[0]
    national = known(amount, country, sector)
    share = national / known(amount, country, section) * known(amount, region, section)
    size = wanted["local_units"].to_numpy() * national / known("local_units", country, sector)
    return {
        "leave out": np.zeros(len(rows)),
        "national share x regional total": share,
        NAIVE_UNITS: np.where(np.isfinite(size), size, share),
    }


def cells_of(industry: pd.DataFrame, year: int) -> pd.DataFrame:
    """The cells that were estimated together with those of a year."""
    if year == MANUFACTURING_YEAR:
        is_used = industry["year"].isin([EVIDENCE_YEAR, year]) & industry["nace_code"].str.startswith("C")
        return industry[is_used & industry["nuts_id"].str.len().isin([2, 4])].reset_index(drop=True)
    return industry[industry["series"] == "2008-2020"].reset_index(drop=True)


def repetition(cells: pd.DataFrame, placement: masking.Placement, amount: str, seed: int, *, year: int) -> pd.DataFrame:
    """The masked cells of one repetition: truth, every rule's estimate, and the interval."""
    generator = np.random.default_rng(seed)
    rows = masking.blocks(cells, year=year, n_blocks=N_BLOCKS, placement=placement, generator=generator)
    rows = rows[cells.loc[rows, amount].notna()]
    masked = masking.hide(cells, rows, amount=amount, generator=generator)
    found = hidden.estimate(masked, amount=amount)
    result = pd.DataFrame({"truth": cells.loc[rows, amount], **naive(masked, rows, amount)})
    unknown = masked.index[masked[amount].isna()]
    start = pd.Series(naive(masked, unknown, amount)[NAIVE_UNITS], index=unknown).fillna(1.0)
    result["plain fitting"] = add_up(masked, start.reindex(masked.index), amount=amount).loc[rows]
    return result.join(found.loc[rows])


def error_pct(result: pd.DataFrame, rule: str) -> float:
    """Weighted absolute percentage error."""
    return 100 * (result[rule] - result["truth"]).abs().sum() / result["truth"].sum()


def main() -> None:
    """Print errors and coverage for both placements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=6)
    parser.add_argument("--amount", choices=["persons_employed", "wages_meur"], default="persons_employed")
    parser.add_argument("--year", type=int, default=2014)
    parser.add_argument("--first-seed", type=int, default=1)
    arguments = parser.parse_args()
    cells = cells_of(tables.load_industry(), arguments.year)
    for placement in ("random", "suppression"):
        seeds = range(arguments.first_seed, arguments.first_seed + arguments.repetitions)
        every = [repetition(cells, placement, arguments.amount, seed, year=arguments.year) for seed in seeds]
        report(pd.concat(every), f"{arguments.amount}, {arguments.year}, {placement}")


def report(result: pd.DataFrame, heading: str) -> None:
    """Print one placement."""
    rules = [name for name in result.columns if name not in ("truth", "low", "high")]
    errors = {rule: error_pct(result, rule) for rule in rules}
    best_naive = min(errors[rule] for rule in rules[:3])
    is_inside = result["truth"].between(result["low"] - ROUNDING, result["high"] + ROUNDING)
    print(f"\n{heading}: {len(result):,} masked cells")
    for rule, error in errors.items():
        print(f"  {rule:<34} {error:6.2f} %")
    print(f"  less error than the best naive rule {100 * (1 - errors['estimate'] / best_naive):6.1f} %")
    print(f"  less error than plain fitting       {100 * (1 - errors['estimate'] / errors['plain fitting']):6.1f} %")
    print(f"  coverage of the 90 % interval       {100 * is_inside.mean():6.1f} %")


if __name__ == "__main__":
    main()
