"""How time per region and memory grow from ten regions to 250: each a NUTS 2 region of its own, from the real tables.

Run with ``python -m bench.bench_regions``; ``--many`` says how many, ``--page`` which kinds of pages (default cluster
mapping and stress test). Times are those of the command, with the site; memory is the sum over all its processes of
what each has for itself (unique set size), sampled twice a second, first and last third of the run.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from clusterkit.data.tables import load_industry, load_region
from clusterkit.paths import Project, project

COMMAND = Path(sys.executable).parent / "clusterkit"
FEW = 10


def copy_with(place: Project, target: Path, codes: list[str]) -> Project:
    """A project whose regions are these NUTS 2 codes, each one region."""
    copy = Project(target)
    for name in ("params", "notebooks", "data/processed", "reports/theme"):
        shutil.copytree(place.root / name, copy.root / name)
    shutil.copy(place.reports / "_quarto.yml", copy.reports / "_quarto.yml")
    names = load_region(place.processed).set_index("nuts_id")["name_latin"]
    for path in (copy.params / "regions").glob("*.yaml"):
        path.unlink()
    for code in codes:
        values = {"region": f"r-{code.lower()}", "name": str(names[code]), "nuts_ids": [code]}
        path = copy.params / "regions" / f"{values['region']}.yaml"
        path.write_text(json.dumps(values, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
    return copy


def run(copy: Project, kinds: list[str]) -> dict[str, float]:
    """Seconds, and megabytes early and late."""
    pages = [part for kind in kinds for part in ("--page", kind)]
    start = time.monotonic()
    process = subprocess.Popen(
        [COMMAND, "--project", str(copy.root), "report", "--all", *pages, "--renderer", "nbconvert"],
        stdout=subprocess.DEVNULL,
    )
    used = []
    while process.poll() is None:
        used.append((time.monotonic() - start, memory_mb(process.pid)))
        time.sleep(0.5)
    seconds = time.monotonic() - start
    if process.returncode:
        message = f"the command ended with status {process.returncode}"
        raise SystemExit(message)
    third = seconds / 3
    return {
        "seconds": seconds,
        "early_mb": statistics.median(mb for at, mb in used if at < third),
        "late_mb": statistics.median(mb for at, mb in used if at > 2 * third),
        "most_mb": max(mb for _, mb in used),
    }


def memory_mb(pid: int) -> float:
    """Unique memory of a process and of all that it started."""
    total = 0
    try:
        parent = psutil.Process(pid)
        for one in [parent, *parent.children(recursive=True)]:
            try:
                total += one.memory_full_info().uss
            except psutil.Error:
                continue  # it has just ended
    except psutil.Error:
        return 0.0
    return total / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--many", type=int, default=250)
    parser.add_argument("--page", action="append", default=[])
    chosen = parser.parse_args()
    kinds = chosen.page or ["cluster-mapping", "stress-test"]
    place = project()
    industry = load_industry(place.processed)
    # Regions of the scoreboard: those of the 28 members of 2014.
    is_region = industry["nuts_id"].str.len().eq(4) & ~industry["nuts_id"].str.startswith("NO")
    year = industry[industry["year"].eq(2014) & is_region]
    codes = sorted(year.loc[year["persons_employed"].notna(), "nuts_id"].unique())
    step = max(len(codes) // FEW, 1)
    found = {}
    for name, some in (("few", codes[::step][:FEW]), ("many", codes[: chosen.many])):
        with tempfile.TemporaryDirectory() as folder:
            copy = copy_with(place, Path(folder) / "project", some)
            found[name] = {"regions": len(some), **run(copy, kinds)}
            left = [path.name for path in copy.reports.glob(".work-*")]
        one = found[name]
        print(
            f"{name}: {one['regions']} regions, {one['seconds']:.0f} s, "
            f"{one['seconds'] / one['regions']:.2f} s a region; "
            f"memory early {one['early_mb']:.0f}, late {one['late_mb']:.0f}, most {one['most_mb']:.0f} MB; "
            f"left behind: {left or 'nothing'}",
            flush=True,
        )
    few, many = (found[name]["seconds"] / found[name]["regions"] for name in ("few", "many"))
    print(f"seconds a region, many / few: {many / few:.2f}")


if __name__ == "__main__":
    main()
