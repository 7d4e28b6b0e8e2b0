"""The explorer in a real browser: the figures of the other pages, by keyboard, at any width, and at once."""

from __future__ import annotations

import re
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from clusterkit import mapping
from clusterkit.data import tables, territory
from clusterkit.data.industries import load_taxonomy
from clusterkit.params import load_regions, region_ids
from clusterkit.paths import Project, project
from clusterkit.show import theme, words

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PLACE = project(Path(__file__).resolve().parents[2])
PILOTS = region_ids(PLACE)
WAIT = 60  # seconds for anything to appear, on a machine that does much else
ANSWER_MS = 100  # a choice is answered in less
FEWEST_TRIES, MOST_TRIES = 10, 40  # more than the fewest on a machine that does much else
SECTORS = load_taxonomy(PLACE.params / "taxonomies" / "nace-divisions.yaml")
YEARS = {"base_year": 2011, "reference_year": 2014}
NUMBERS = {"no": 0, **{words.cardinal(n): n for n in range(1, 13)}}
VIEWS = ("#view=sector&code=C13", "#view=region&region=saxony", "#view=regions&regions=piemonte+saxony+lithuania")
# The table that is shown, and a function that finds elements in it.
SHOWN = """
const table = [...document.querySelectorAll(".explorer-table")].find((found) => found.offsetParent);
const all = (selector) => [...table.querySelectorAll(selector)];
"""
PLOTS = "const plots = [...document.querySelectorAll('.explorer-plot')].filter((found) => found.offsetParent);"
each_pilot = pytest.mark.parametrize("pilot", PILOTS)


def needed(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"needs {name}: on Debian, apt install chromium chromium-driver")
    return found


class Page:
    """The explorer, opened from a folder."""

    def __init__(self, driver: Any, url: str) -> None:
        self.driver, self.url = driver, url

    def __call__(self, script: str, *arguments: object) -> Any:
        return self.driver.execute_script(script, *arguments)

    def open(self, view: str = "") -> None:
        self.driver.get("about:blank")
        self.driver.get(self.url + view)
        self.until(lambda: self("return document.getElementById('explorer').dataset.state") == "ready")
        self.settle()

    def settle(self) -> None:
        """Until the rows below the first ones are there too."""
        self.driver.execute_async_script("const done = arguments[0]; requestAnimationFrame(() => setTimeout(done, 50))")

    def until(self, there: Callable[[], Any]) -> Any:
        end = time.monotonic() + WAIT
        while not (found := there()):
            assert time.monotonic() < end, self.driver.get_log("browser")
            time.sleep(0.05)
        return found

    def choose(self, name: str, value: str) -> None:
        self(
            "const select = document.getElementById(`explorer-${arguments[0]}`); select.value = arguments[1];"
            "select.dispatchEvent(new Event('change', { bubbles: true }))",
            name,
            value,
        )
        self.settle()

    def press(self, *keys: str) -> None:
        from selenium.webdriver import ActionChains

        ActionChains(self.driver).send_keys(*keys).perform()

    @property
    def finding(self) -> str:
        return self("return document.getElementById('explorer-finding').textContent").replace(words.NBSP, " ")

    @property
    def rows(self) -> dict[str, list[str]]:
        """Cells of the shown table by the name of the row; without its mark."""
        found = self(
            SHOWN + "const text = (part) => part.textContent;"
            "return all('tbody tr').map((tr) => [tr.querySelector('a'), ...tr.querySelectorAll('td')].map(text))"
        )
        return {name: [cell.replace(words.NBSP, " ").replace("\u2060", "") for cell in cells] for name, *cells in found}

    @property
    def heading(self) -> list[str]:
        return self(SHOWN + "return all('thead th').map((th) => th.textContent)")

    @property
    def orders(self) -> list[str]:
        return self(SHOWN + "return all('thead th').map((th) => th.ariaSort)")

    def header(self, text: str, action: str) -> None:
        """Do something to the button of a column: focus or click."""
        self(
            SHOWN + "all('thead button').find((b) => b.textContent.startsWith(arguments[0]))[arguments[1]]()",
            text,
            action,
        )
        self.settle()

    @property
    def focused(self) -> str:
        return self("return document.activeElement.getAttribute('aria-label') || document.activeElement.textContent")

    @cached_property
    def keys(self) -> Any:
        from selenium.webdriver import Keys

        return Keys


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, copy_project, clusterkit) -> Project:
    needed("chromium"), needed("chromedriver")
    made = copy_project(tmp_path_factory.mktemp("explorer"))
    done = clusterkit(made, "report", "explorer", "--renderer", "nbconvert")
    assert done.returncode == 0, done.stdout + done.stderr
    return made


@pytest.fixture(scope="module")
def driver(site: Project) -> Iterator[Any]:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = needed("chromium")
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(needed("chromedriver")))
    driver.set_script_timeout(WAIT)
    yield driver
    driver.quit()


@pytest.fixture
def page(driver: Any, site: Project) -> Page:
    size = {"width": 1440, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    driver.get_log("browser")
    return Page(driver, (site.site / "explorer.html").as_uri())


@pytest.fixture(scope="module")
def industry() -> pd.DataFrame:
    return tables.load_industry(PLACE.processed)


@pytest.fixture(scope="module")
def portfolios(industry: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Of each pilot, as its mapping page makes it."""
    area, growth = mapping.benchmark(industry), mapping.matched_growth(industry, **YEARS)
    ids = tables.load_region(PLACE.processed)["nuts_id"]
    return {
        p.region: mapping.portfolio(territory.combine(industry, p.nuts_ids, ids), area, growth, **YEARS)
        for p in load_regions(PLACE)
    }


# The same figures as elsewhere


@each_pilot
def test_a_region_has_the_figures_of_its_mapping_page(page: Page, portfolios, pilot: str) -> None:
    page.open(f"#view=region&region={pilot}")
    expected, rows = portfolios[pilot], page.rows
    heading = page.heading
    at = {text.split()[0].rstrip(","): place - 1 for place, text in enumerate(heading)}
    assert len(rows) == len(expected) == 68
    for code, row in expected.iterrows():
        cells = rows[SECTORS.label(str(code))]
        quotient, jobs = cells[at["Times"]], cells[at["Jobs"]]
        if np.isnan(row["persons_employed"]):
            assert quotient.startswith("≈"), (code, quotient)
            assert jobs.startswith("≈"), (code, jobs)
            continue
        shown = re.sub(r"^≈ ", "", quotient)
        assert shown.split("\n")[0] == words.decimal(row["lq"]), code
        if row["lq_is_certain"]:
            assert "(" not in shown, code
        elif words.decimal(row["lq_low"]) != words.decimal(row["lq_high"]):
            assert shown.split("\n")[1] == f"({words.decimal(row['lq_low'])}–{words.decimal(row['lq_high'])})", code
        assert re.sub(r"^≈ ", "", jobs) == words.number(row["persons_employed"]), code
        wages = words.number(row["wages_eur_per_person"] / 1000, 1)
        assert cells[at["Wages"]] == wages, code
        growth = words.signed_percent(row["growth_pct"]).replace(words.NBSP, " ")
        assert cells[at["Growth"]].removesuffix(" *") == growth, code


@each_pilot
def test_a_region_has_as_many_strong_sectors_as_on_its_mapping_page(page: Page, portfolios, pilot: str) -> None:
    page.open(f"#view=region&region={pilot}")
    strong = mapping.rank_sectors(portfolios[pilot], strong_lq=1.5, min_share_pct=1.0)["is_strong"].sum()
    found = re.match(r"[^:]+: (\S+) sectors? of 68 ha(?:s|ve) at least 1\.5 times", page.finding)
    assert found, page.finding
    assert NUMBERS.get(found[1]) == strong or found[1] == str(strong)


@pytest.mark.parametrize("code", ["C13", "C29", "J62", "B07"])
def test_a_sector_has_the_regions_that_the_maps_of_the_mapping_pages_count(page: Page, industry, code: str) -> None:
    across = mapping.sectors_across_regions(industry, mapping.benchmark(industry), nace_codes=[code], year=2014)[code]
    known = across["lq"].dropna()
    page.open(f"#view=sector&code={code}")
    found = re.match(r"[^:]+: (\S+) regions? of (\d+) with a published figure ha(?:s|ve) 2 times", page.finding)
    assert found, page.finding
    reach = int((known >= theme.LQ_BOUNDS[3]).sum())
    assert NUMBERS.get(found[1], found[1]) in (reach, str(reach))
    assert int(found[2]) == len(known)
    top = next(iter(page.rows.values()))[0]
    assert float(top.replace("≈ ", "").split("\n")[0]) >= float(words.decimal(known.max()))


def test_a_hidden_region_is_hatched_named_in_the_legend_and_marked_in_the_table(page: Page) -> None:
    page.open("#view=sector&code=H50")
    hatched = page(
        "return [...document.querySelectorAll('.explorer-regions a')]"
        ".filter((a) => a.firstChild.getAttribute('fill').startsWith('url(')).map((a) => a.ariaLabel)"
    )
    assert len(hatched) > 20
    assert sum("≈" in text for text in hatched) >= len(hatched) - 1  # of one region nothing is known
    legend = page("return document.querySelector('.explorer-legend').textContent")
    assert "hidden: class of the estimate" in legend
    assert "no figure" in legend
    marked = [name for name, cells in page.rows.items() if cells[0].startswith("≈")]
    assert len(marked) >= len(hatched) - 5  # a few are not on the map, others are pilots of several


def test_every_class_of_the_legend_has_the_regions_of_the_map(page: Page) -> None:
    for measure in ("quotient", "persons", "wages", "growth", "stars"):
        page.open(f"#view=sector&code=C28&measure={measure}")
        items = page("return [...document.querySelectorAll('.explorer-legend li')].map((li) => li.textContent)")
        counts = [int(found[1]) for item in items if (found := re.search(r" (\d+)$", item)) and "hidden" not in item]
        assert sum(counts) == 288, (measure, items)


# Plots


def test_the_plots_are_drawn_without_eval_and_nothing_is_refused(page: Page) -> None:
    page.open(VIEWS[1])
    labels = page(PLOTS + "return plots[0].querySelectorAll('.role-axis-label text').length")
    assert labels > 60
    page.open(VIEWS[2])
    points = "(plot) => plot.querySelectorAll('.mark-symbol.role-mark path').length"
    page.until(lambda: page(f"{PLOTS} return plots.map({points})")[1] > 0)
    drawn = page(f"{PLOTS} return plots.map({points})")
    assert drawn[0] >= 3 * 20 - 3
    assert drawn[1] >= 3 * 8 - 3
    assert [entry for entry in page.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")] == []
    rule = page("return document.querySelector('meta[http-equiv=Content-Security-Policy]').content")
    assert "script-src 'self'" in rule
    assert "unsafe-eval" not in rule


def test_no_request_leaves_the_folder(page: Page) -> None:
    page.open(VIEWS[1])
    names = page("return [...document.querySelectorAll('script, link, img, iframe')].map((e) => e.src || e.href)")
    assert len(names) >= 5
    assert {name.split(":")[0] for name in names} <= {"file", "data"}


# Address, back and forward


def test_a_view_is_in_the_address_and_back_and_forward_lead_through_them(page: Page) -> None:
    page.open()
    first = page.finding
    # As a person does it: browsers leave out steps that a script alone has made.
    page.driver.find_element("id", "explorer-code").send_keys("Motor veh")
    page.until(lambda: page.finding.startswith("Motor vehicles (C29): "))  # by way of others that start with M
    page.settle()
    second = page.finding
    assert "code=C29" in page.driver.current_url
    page.driver.find_element("id", "explorer-view-region").click()
    third = page.finding
    assert third.startswith("Piemonte: ")
    page.driver.back()
    page.until(lambda: page.finding == second)
    page.driver.back()
    page.until(lambda: page.finding == first)
    page.driver.forward()
    page.driver.forward()
    page.until(lambda: page.finding == third)
    address = page.driver.current_url
    page.open("#" + address.partition("#")[2])
    assert page.finding == third


def test_an_address_with_nonsense_shows_what_there_is(page: Page) -> None:
    page.open("#view=sector&code=X99&measure=luck&set=none&sort=up&order=away")
    assert page.finding.startswith("Textiles (C13): ") or ": " in page.finding
    page.open("#view=regions&regions=atlantis")
    assert len(page.heading) == 3  # the sector, and two regions
    page.open("#view=region&region=%3Cscript%3E")
    assert "<" not in page.finding


def test_a_link_to_a_place_in_the_text_leaves_the_view_as_it_is(page: Page) -> None:
    page.open("#view=sector&code=C29")
    before = page.finding
    page("document.querySelector('a.skip').click()")
    page.settle()
    assert page.finding == before


# Keyboard and words


def test_every_control_is_native_and_has_a_label(page: Page) -> None:
    for view in VIEWS:
        page.open(view)
        found = page(
            "const all = [...document.querySelectorAll('.explorer :is(select, input, button)')];"
            "return all.filter((e) => e.offsetParent)"
            ".map((e) => [e.tagName, e.labels.length ? e.labels[0].textContent : e.textContent])"
        )
        assert len(found) >= 8
        assert all(text.strip() for _, text in found), found
        assert not page(
            "return document.querySelectorAll('.explorer [onclick], .explorer div[tabindex]:not([role])').length"
        )


def test_the_finding_is_told_to_those_who_do_not_see_it(page: Page) -> None:
    page.open()
    page.choose("code", "C10")
    status = page("return [...document.querySelectorAll('.explorer [role=status]')].map((e) => e.textContent)")
    assert [text.replace(words.NBSP, " ") for text in status] == [page.finding]
    assert (
        page("return document.title")
        == f"{page('return document.getElementById(`explorer-finding`).textContent')} – clusterkit"
    )


def test_a_column_is_sorted_by_keyboard_and_says_so(page: Page) -> None:
    page.open("#view=sector&code=C13")
    page.header("Jobs", "focus")
    page.press(page.keys.ENTER)
    page.settle()
    known = [cells[1].split("\n")[0] for cells in page.rows.values() if cells[1] != "no figure"]
    jobs = [int(re.sub(r"[≈,\s]", "", text)) for text in known]
    assert len(jobs) > 280
    assert jobs == sorted(jobs, reverse=True)
    assert page.orders.count("descending") == 1
    assert page.focused.startswith("Jobs")
    page.press(page.keys.SPACE)
    page.settle()
    assert page.orders.count("ascending") == 1
    names = list(page.rows)
    page.header("Region", "click")
    assert list(page.rows) != names
    assert next(iter(page.rows)).startswith(("A", "Å"))


def test_the_map_is_walked_by_keyboard(page: Page) -> None:
    page.open("#view=sector&code=C13")
    page("document.getElementById('explorer-measure').focus()")
    page.press(page.keys.TAB)
    assert page.focused.startswith("Piemonte: ")
    tip = "const t = document.querySelector('.explorer-tip'); return t.hidden ? '' : t.textContent"
    assert "3.6 times the European share of jobs" in page(tip)
    page.press(page.keys.ARROW_RIGHT)
    assert page.focused.startswith("Lombardia: ")
    assert page(tip).startswith("Lombardia")
    page.press(page.keys.ESCAPE)
    assert page(tip) == ""
    page.press(page.keys.ARROW_DOWN)
    assert page.focused.startswith(("Emilia-Romagna: ", "Liguria: "))
    name = page.focused.partition(": ")[0]
    assert page(tip).startswith(name)
    page.press(page.keys.ENTER)
    page.until(lambda: page.finding.startswith(f"{name}: "))
    assert "view=region" in page.driver.current_url


def test_pointing_at_a_region_shows_its_figures(page: Page) -> None:
    from selenium.webdriver import ActionChains

    page.open("#view=sector&code=C13")
    region = page(
        "return [...document.querySelectorAll('.explorer-regions a')].find((a) => a.ariaLabel.startsWith('Toscana'))"
    )
    ActionChains(page.driver).move_to_element(region).perform()
    page.until(lambda: page("return document.querySelector('.explorer-tip').textContent").startswith("Toscana"))


def test_up_to_five_regions_are_compared_and_never_fewer_than_two(page: Page) -> None:
    page.open("#view=regions&regions=piemonte+saxony")
    assert page.heading[1:] == ["Piemonte ▼", "Saxony"]
    for number, code in ((2, "ITC4"), (3, "ES51"), (4, "lithuania")):
        page.choose(f"region-{number}", code)
    assert [name.removesuffix(" ▼") for name in page.heading[1:]] == [
        "Piemonte",
        "Saxony",
        "Lombardia",
        "Cataluña",
        "Lithuania",
    ]
    for number in (4, 3, 2):
        page.choose(f"region-{number}", "")
    page.choose("region-1", "piemonte")  # twice the same
    assert len(page.heading) == 3
    scores = page(
        "return [...document.querySelectorAll('.explorer .table:not(.explorer-table) tbody tr')]"
        ".filter((row) => row.offsetParent).length"
    )
    assert scores == 8


# Any width, light and dark, and without scripts


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("width", [320, 640, 720])  # 720: 1440 pixels at 200 % zoom
def test_the_page_never_scrolls_sideways(page: Page, view: str, width: int) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    page.open(view)
    assert page("return document.documentElement.scrollWidth") <= width
    assert page("return window.innerWidth") == width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_in_the_plots_follow_the_colours_of_the_page(page: Page, scheme: str) -> None:
    feature = {"name": "prefers-color-scheme", "value": scheme}
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    page.open(VIEWS[1])
    fill, ink = page(
        "const style = (selector) => getComputedStyle(document.querySelector(selector));"
        "return [style('.role-axis-label text').fill, style('body').color]"
    )
    assert fill == ink
    assert (int(re.findall(r"\d+", ink)[0]) > 128) is (scheme == "dark")


def test_focus_is_seen(page: Page) -> None:
    page.open()
    page("document.getElementById('explorer-measure').focus()")
    page.driver.switch_to.active_element.send_keys(page.keys.SHIFT, page.keys.TAB)
    style = page(
        "const element = document.activeElement; const style = getComputedStyle(element);"
        "return [element.id, style.outlineStyle, parseFloat(style.outlineWidth)]"
    )
    assert style == ["explorer-code", "solid", 3]


def test_without_scripts_the_page_leads_to_the_files(page: Page) -> None:
    page.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    page.driver.get("about:blank")
    page.driver.get(page.url)
    text = page.driver.find_element("tag name", "main").text
    assert "With scripts allowed, this page draws a map of Europe" in text
    assert "All sectors, 2014, data (CSV)" in text
    assert not page.driver.find_elements("css selector", ".explorer-map")


def test_without_its_figures_the_page_says_so(page: Page, site: Project, tmp_path: Path) -> None:
    alone = shutil.copytree(site.site, tmp_path / "alone")
    (alone / "downloads" / "explorer" / "explorer-data.js").unlink()
    page.driver.get((alone / "explorer.html").as_uri())
    warning = page.until(lambda: page.driver.find_elements("css selector", ".explorer .warning"))
    assert "could not be loaded" in warning[0].text


# Speed

CHOICES = (
    ("a sector", "explorer-code", ("C29", "C10")),
    ("a measure", "explorer-measure", ("persons", "quotient")),
    ("a region", "explorer-region", ("saxony", "ITC4")),
    ("a region beside others", "explorer-region-1", ("saxony", "ES11")),
    ("another view", "", ("explorer-view-region", "explorer-view-sector")),
)
MEASURE = """
const [id, value, done] = arguments;
const start = performance.now();
if (id) {
  const select = document.getElementById(id);
  select.value = value;
  select.dispatchEvent(new Event("change", { bubbles: true }));
} else document.getElementById(value).click();
requestAnimationFrame(() => {
  const after = new MessageChannel(); // handed over once the frame is painted
  after.port1.onmessage = () => done(performance.now() - start);
  after.port2.postMessage(0);
});
"""


def test_a_choice_is_answered_at_once(page: Page, capsys: pytest.CaptureFixture[str]) -> None:
    """From the event until the answer is painted; the best of several, since other work of the machine only adds."""
    views = {"explorer-region": VIEWS[1], "explorer-region-1": VIEWS[2]}
    best = {}
    for name, control, values in CHOICES:
        page.open(views.get(control, VIEWS[0]))
        taken: list[float] = []
        for value in values * (MOST_TRIES // len(values)):
            taken.append(page.driver.execute_async_script(MEASURE, control, value))
            page.settle()
            if len(taken) >= FEWEST_TRIES and min(taken) < ANSWER_MS:
                break
        best[name] = min(taken)
        with capsys.disabled():
            sys.stdout.write(
                f"\nexplorer, {name}: {min(taken):.0f} ms at best, median {statistics.median(taken):.0f} ms"
            )
    assert max(best.values()) < ANSWER_MS, best
