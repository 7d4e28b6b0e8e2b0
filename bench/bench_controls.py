"""How long a page's lead takes to be redrawn after a change in the controls, for each kind of change.

Run with ``python -m bench.bench_controls``; ``--page`` makes it shorter. The kernel's part alone: from the new value of
a field to the new picture on its way to the browser. Wall and processor time, medians over the choices of a kind:

- new: a choice that nobody has seen, worked out by the kernel; with it the time until its first sentences stand there;
- ahead: one that the process beside it has worked out before it is chosen;
- seen: one that was shown before.

The limit of the design is 300 ms after the first draw.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import Any

from clusterkit import params
from clusterkit.batch.pages import REGION_PAGES
from clusterkit.controls import leads, panel
from clusterkit.controls.panel import Controls
from clusterkit.paths import project
from clusterkit.show import Downloads

START = "piemonte"
NEW = {  # control to values, one after the other
    "region": ("saxony", "wallonia", "cantabria", "lithuania"),
    "strong_lq": (1.6, 1.7, 1.8),
    "star_scheme": ("eco-2007", "panorama-2014"),
    "taxonomy": ("emerging-industries", "technology-intensity"),
    "framework": ("res-6",),
    "normalisation": ("zscore", "rank"),
    "peers": ("saxony", "slovenia, ITC4"),
    "base_year": (2012, 2013),
}
WAIT = 600  # seconds for the process beside the kernel


def start(page: str, *, is_attended: bool) -> tuple[Controls, float]:
    """Controls as a notebook makes them, and seconds until their first picture."""
    place = project()
    if page == "europe":
        notebook: dict[str, Any] = params.load_europe(place).model_dump()
    else:
        of = {each.kind: each.parameters for each in REGION_PAGES}[page]
        notebook = of(params.load_regions(place, [START])[0])
    if page == "detail":  # the only region with a table of its own: its page is measured without choosing another
        notebook["own_industry"] = "params/own/example/industry.csv"
    notebook |= {"p": leads.checked(page, notebook), "downloads": Downloads(START, None, page)}
    panel.is_attended = lambda: is_attended
    begin = time.perf_counter()
    made = panel.controls(notebook, page, place=place)
    assert isinstance(made, Controls)
    return made, time.perf_counter() - begin


def change(made: Controls, name: str, value: Any) -> tuple[float, float, float]:
    """Milliseconds on the wall until the first sentences, until the end, and of the processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    made._fields[name].value = value
    whole, used = time.perf_counter() - wall, time.process_time() - cpu
    return 1000 * (whole - made.seconds + made.seconds_to_first), 1000 * whole, 1000 * used


def say(page: str, what: str, times: list[tuple[float, float, float]]) -> None:
    first, wall, cpu = (statistics.median(each) for each in zip(*times, strict=True))
    print(f"{page:16} {what:22} {first:8.0f} {wall:7.0f} {cpu:7.0f}   {len(times)}")


def measure(page: str) -> None:
    made, seconds = start(page, is_attended=False)
    print(f"{page:16} {'first picture':22} {'':8} {1000 * seconds:7.0f}")
    for name, values in NEW.items():
        if name not in made._fields or (page == "detail" and name == "region"):
            continue
        before = made._fields[name].value
        say(page, f"new {name}", [change(made, name, value) for value in values])
        say(page, f"seen {name}", [change(made, name, value) for value in (before, *values, before)])
    if page not in leads.SLOW or page == "detail":
        return
    made, _ = start(page, is_attended=True)
    end = time.monotonic() + WAIT
    wanted = len(made._next())
    while len(list(made._beforehand.folder.glob("lead-*"))) <= wanted and time.monotonic() < end:
        time.sleep(0.5)
    say(page, "ahead region", [change(made, "region", region) for region in NEW["region"]])
    made.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--page", choices=[*leads.PAGES], action="append")
    print(f"{'page':16} {'change':22} {'first ms':>8} {'ms':>7} {'cpu ms':>7}   n")
    for page in parser.parse_args().page or leads.PAGES:
        measure(page)


if __name__ == "__main__":
    main()
