"""How long a file of 14 million cells takes to read, chunk by chunk, and how much memory.

The file is invented: NUTS 3 regions x NACE classes x years in Eurostat's old bulk TSV, with hidden,
missing and flagged cells in about the shares of the regional business statistics. It is read with
``eurostat.read_chunks`` and written as parquet; the process fails when it needs more than the limit.

Run it from the project folder: ``python -m bench.bench_reader`` (options: ``--help``).
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

ROOT = Path(__file__).resolve().parent.parent
N_REGIONS, N_CLASSES, N_YEARS = 1500, 620, 15  # NUTS 3 regions of Europe, NACE Rev. 2 classes, years 2008-2022
LIMIT_MB = 2000  # peak resident memory, 10**6 bytes: half of a small laptop's
KNOWN_SHARE, HIDDEN_SHARE = 0.73, 0.07  # of the cells of sbs_r_nuts06_r2, 2008-2015; the rest is ":"
SEED = 20141


def write_file(path: Path, n_regions: int, n_classes: int, n_years: int) -> int:
    """Write an invented bulk TSV file, packed; the number of its cells."""
    random = np.random.default_rng(SEED)
    years = range(2008 + n_years - 1, 2007, -1)
    regions = [f"{chr(65 + number // 300)}{chr(65 + number // 30 % 10)}{number:04}" for number in range(n_regions)]
    with gzip.open(path, "wt", compresslevel=1, encoding="utf-8", newline="") as file:
        file.write("\t".join(["nace_r2,indic_sb,geo\\time", *(f"{year} " for year in years)]) + "\n")
        for number in range(n_classes):
            jobs = np.exp(random.normal(5, 2, (n_regions, n_years))).astype(int).astype(str)
            flags = random.choice(["", "b", "d", "p"], (n_regions, n_years), p=[0.94, 0.02, 0.02, 0.02])
            kind = random.random((n_regions, n_years))
            cells = np.char.add(np.char.add(jobs, " "), flags)
            cells = np.where(kind > KNOWN_SHARE + HIDDEN_SHARE, ": ", np.where(kind > KNOWN_SHARE, ": c", cells))
            sector = f"C{number // 100 + 10}{number % 100:02}"
            for region, row in zip(regions, cells.tolist(), strict=True):
                file.write("\t".join([f"{sector},V16110,{region}", *row]) + "\n")
    return n_regions * n_classes * n_years


def convert(source: Path, target: Path) -> dict[str, float]:
    """Read a file chunk by chunk and write it as parquet: rows, known values, seconds, peak memory (10**6 bytes)."""
    from clusterkit.data import eurostat

    started, busy = time.perf_counter(), time.process_time()
    n_rows = n_known = 0
    writer = None
    for chunk in eurostat.read_chunks(source):
        table = pa.Table.from_pandas(chunk, preserve_index=False)
        if writer is None:
            writer = parquet.ParquetWriter(target, table.schema, compression="zstd")
        writer.write_table(table)
        n_rows += len(chunk)
        n_known += int(chunk["value"].notna().sum())
    if writer is not None:
        writer.close()
    seconds, cpu = time.perf_counter() - started, time.process_time() - busy
    return {
        "rows": n_rows,
        "known": n_known,
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu, 1),  # does not depend on what else the machine does
        "peak_mb": round(peak_mb()),
    }


def peak_mb() -> float:
    """Largest resident memory of this process so far, in 10**6 bytes."""
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB on Linux
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def run(arguments: list[str] | None = None) -> int:
    """Write the file, convert it in a process of its own, print the figures; 1 when above the limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--regions", type=int, default=N_REGIONS)
    parser.add_argument("--classes", type=int, default=N_CLASSES)
    parser.add_argument("--years", type=int, default=N_YEARS)
    parser.add_argument("--limit-mb", type=float, default=LIMIT_MB, help="peak memory allowed, in 10**6 bytes")
    parser.add_argument("--convert", nargs=2, metavar=("FILE", "PARQUET"), help="only convert this file")
    options = parser.parse_args(arguments)
    if options.convert:
        sys.stdout.write(json.dumps(convert(*map(Path, options.convert))) + "\n")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "classes.tsv.gz", Path(folder) / "classes.parquet"
        started = time.perf_counter()
        n_cells = write_file(source, options.regions, options.classes, options.years)
        size = source.stat().st_size / 1e6
        seconds = time.perf_counter() - started
        sys.stdout.write(f"written  {n_cells:,} cells, {size:.0f} MB packed, {seconds:.0f} s\n")
        # A process of its own, so that writing the file does not count as memory of the reader.
        command = [sys.executable, __file__, "--convert", str(source), str(target)]
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        env = {**os.environ, "PYTHONPATH": path}
        figures = json.loads(subprocess.run(command, check=True, capture_output=True, encoding="utf-8", env=env).stdout)
        sys.stdout.write(
            f"read     {figures['rows']:,} rows, {figures['known']:,} known, {figures['seconds']} s "
            f"({figures['cpu_seconds']} s of processor time), "
            f"{figures['peak_mb']:,} MB peak (limit {options.limit_mb:,.0f}), "
            f"parquet {target.stat().st_size / 1e6:.0f} MB\n"
        )
    return int(figures["peak_mb"] > options.limit_mb or figures["rows"] != n_cells)


if __name__ == "__main__":
    sys.exit(run())
