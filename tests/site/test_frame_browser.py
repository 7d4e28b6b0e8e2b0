"""The frame of the site in a real browser: widths, themes, keyboard, search, and what a checker of access finds."""

from __future__ import annotations

import importlib.util
import itertools
import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from clusterkit.batch.documents import DOCUMENTS
from clusterkit.batch.pages import COMMON_PAGES, WHOLE_PAGES
from clusterkit.paths import Project

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDTHS = (320, 768, 1440)  # and 1024, between a menu that unfolds and contents beside the text
WHOLE = [page.name for page in WHOLE_PAGES]
OF_REGION = [page.name("piemonte") for page in COMMON_PAGES]
OF_OTHER = [page.name("saxony") for page in COMMON_PAGES]
ALL_DOCUMENTS = [document.name for document in DOCUMENTS]
TYPES = ["index", *OF_REGION, *WHOLE, "methods", "glossary", "assumptions", "references", "cite"]
PAGES = ["index", *OF_REGION, *OF_OTHER, *WHOLE, *ALL_DOCUMENTS]
WIDE, NARROW = 1440, 320
WAIT = 20  # seconds for anything to appear, on a machine that does much else
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

each_type = pytest.mark.parametrize("name", TYPES)
each_page = pytest.mark.parametrize("name", PAGES)
each_width = pytest.mark.parametrize("width", [*WIDTHS, 1024])


def needed(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"needs {name}: on Debian, apt install chromium chromium-driver")
    return found


class Browser:
    """Chromium on the files of a site."""

    def __init__(self, driver: Any, site: Path) -> None:
        self.driver, self.site = driver, site

    def open(
        self, name: str, *, width: int = WIDE, theme: str = "light", media: str = "", scripts: bool = True
    ) -> None:
        features = [
            {"name": "prefers-color-scheme", "value": "dark" if theme == "dark" else "light"},
            {"name": "forced-colors", "value": "active" if theme == "forced" else "none"},
        ]
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})
        self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not scripts})
        for kind in ("browser", "performance"):
            self.driver.get_log(kind)  # what was before
        self.driver.get("about:blank")  # else a fragment alone would not load the page anew
        self.driver.get(f"{self.site.as_uri()}/{name}.html")

    def run(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def press(self, *keys: str) -> None:
        from selenium.webdriver.common.action_chains import ActionChains

        for key in keys:
            ActionChains(self.driver).send_keys(key).perform()

    def sees(self, css: str) -> bool:
        """Whether the first such element has its place on the page and nothing hides it."""
        return self.run("return document.querySelector(arguments[0]).checkVisibility()", css)

    def click(self, css: str) -> None:
        """A click of the mouse on the first such element, which need not be one that the driver takes for visible."""
        box = self.run(
            "const box = document.querySelector(arguments[0]).getBoundingClientRect();"
            "return [box.x + box.width / 2, box.y + box.height / 2]",
            css,
        )
        place = {"x": box[0], "y": box[1], "button": "left", "clickCount": 1}
        for kind in ("mousePressed", "mouseReleased"):
            self.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": kind, **place})

    def until(self, script: str) -> Any:
        """The first true answer of a script; fails after a while."""
        end = time.monotonic() + WAIT
        while not (found := self.run(script)) and time.monotonic() < end:
            time.sleep(0.05)
        assert found, script
        return found

    def focus(self) -> dict[str, Any]:
        """Of the element that has it: tag, name, address, and whether it can be seen."""
        return self.run("""
            const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);
            return {tag: one.localName, text: (one.getAttribute("aria-label") || one.textContent).trim(),
                    href: one.getAttribute("href"), outline: style.outlineStyle, width: parseFloat(style.outlineWidth),
                    seen: box.width > 0 && box.height > 0 && box.right > 0 && box.left < innerWidth};""")

    def requests(self) -> list[str]:
        """Addresses that the page asked for."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [
            message["params"]["request"]["url"]
            for message in messages
            if message["method"] == "Network.requestWillBeSent"
        ]


@pytest.fixture(scope="module")
def browser(two_regions: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if importlib.util.find_spec("selenium") is None:
        pytest.skip("needs selenium: pip install 'clusterkit[test]'")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = needed("chromium")
    profile = tmp_path_factory.mktemp("profile")
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(needed("chromedriver")))
    try:
        yield Browser(driver, two_regions.site)
    finally:
        driver.quit()


@each_width
@each_type
def test_no_page_scrolls_sideways_says_an_error_or_asks_another_host(browser: Browser, name: str, width: int) -> None:
    browser.open(name, width=width)
    wide = browser.run("return document.documentElement.scrollWidth")
    assert wide <= width
    assert [entry["message"] for entry in browser.driver.get_log("browser")] == []
    asked = browser.requests()
    assert any(url.endswith("/theme/site.js") for url in asked)
    assert {urlsplit(url).scheme for url in asked} <= {"file", "data", "about"}


OVERLAPS = """
    const seen = [...document.querySelectorAll(arguments[0])].filter((one) => one.checkVisibility());
    const boxes = seen.map((one) => [one.textContent.trim() || one.localName, one.getBoundingClientRect()]);
    const found = [];
    boxes.forEach(([name, a], at) => boxes.slice(at + 1).forEach(([other, b]) => {
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 0.5 && high > 0.5) found.push(`${name} on ${other}`);
    }));
    boxes.forEach(([name, box]) => {
      if (box.left < 0 || box.right > innerWidth) found.push(`${name} beyond the edge`);
    });
    return [found, boxes.length, new Set(boxes.map(([, box]) => Math.round(box.top))).size];"""
ITEMS = "header a, header summary, header input, header p"


@each_width
@each_type
def test_no_part_of_the_navigation_lies_on_another(browser: Browser, name: str, width: int) -> None:
    browser.open(name, width=width)
    found, count, _ = browser.run(OVERLAPS, ITEMS)
    assert found == []
    assert count >= (7 if width == WIDE else 3)
    if width != WIDE:
        browser.run("document.querySelector('.menu').open = true")
        for group in range(2):
            browser.run("document.querySelectorAll('.menu .group')[arguments[0]].open = true", group)
            found, count, _ = browser.run(OVERLAPS, ".menu a, .menu summary")
            assert found == []
            assert count > 5


PLANNED = ["Compare", "Explore", "Synthesis", "Europe", "Example"]  # the longest row there will be


@pytest.mark.parametrize("width", [1200, 1440])
@each_type
def test_the_menu_of_a_wide_window_is_one_row_with_all_pages_that_are_planned(
    browser: Browser, name: str, width: int
) -> None:
    browser.open(name, width=width)
    missing = [label for label in PLANNED if label not in {page.label for page in WHOLE_PAGES}]
    tops = browser.run(
        """
        const menu = document.querySelector(".menu > ul");
        arguments[0].forEach((label) => {
          const item = menu.querySelector("li:last-of-type").cloneNode(), link = document.createElement("a");
          link.textContent = label; link.href = "#"; item.append(link); menu.append(item);
        });
        return [...menu.children].map((one) => one.getBoundingClientRect().top)""",
        missing,
    )
    assert len(tops) == 4 + len({*PLANNED, *(page.label for page in WHOLE_PAGES)})
    assert max(tops) - min(tops) < 4
    assert browser.run("return document.documentElement.scrollWidth") <= width


def test_lines_of_text_are_neither_long_nor_short(browser: Browser) -> None:
    browser.open("methods", width=WIDE)
    lengths = browser.run("""
        return [...document.querySelectorAll("main p")].filter((one) => !one.querySelector("code")).map((one) => {
          const range = document.createRange(), style = getComputedStyle(one);
          range.selectNodeContents(one);
          const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.bottom / 12))).size;
          return lines > 3 ? one.textContent.length / lines : 0;
        }).filter(Boolean)""")
    assert len(lengths) > 5
    typical = sorted(lengths)[len(lengths) // 2]
    assert 50 <= typical <= 75, lengths


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_without_scripts_the_lists_unfold_and_the_search_is_absent(browser: Browser, width: int) -> None:
    browser.open("piemonte-scoreboard", width=width, scripts=False)
    assert not browser.sees(".search")
    assert browser.sees(".menu > summary") == (width == NARROW)
    if width == NARROW:
        assert not browser.sees(".group > summary")
        browser.click(".menu > summary")
    assert not browser.sees(".group a")
    browser.click(".group > summary")
    assert browser.sees(".group a[aria-current=page]")
    browser.click(".group a[href^=saxony]")
    browser.until("return location.pathname.endsWith('saxony-scoreboard.html')")
    assert browser.sees(".toc a") == (width == WIDE)
    if width == NARROW:
        browser.click(".toc summary")
        assert browser.sees(".toc a")


def test_the_keyboard_walks_through_the_navigation(browser: Browser) -> None:
    from selenium.webdriver.common.keys import Keys

    browser.open("piemonte-cluster-mapping", width=WIDE)
    names = []
    for _ in range(20):
        browser.press(Keys.TAB)
        at = browser.focus()
        assert at["seen"], at
        assert at["outline"] != "none", at
        assert at["width"] >= 2, at
        names.append(at["text"])
    assert names[:4] == ["Skip to the text", "clusterkit", "Search this site", "Home"]
    regions = names.index("Regions")
    assert names[regions + 1 : regions + 1 + len(WHOLE)] == [page.label for page in WHOLE_PAGES]
    expected = ["Method", "Guides", *(page.label for page in COMMON_PAGES)]
    assert [name for name in names if name in expected] == expected
    browser.run("document.querySelector('.group summary').focus()")
    browser.press(Keys.ENTER, Keys.TAB)
    assert browser.focus()["href"] == "piemonte-cluster-mapping.html"
    browser.press(Keys.TAB, Keys.ESCAPE)
    assert browser.focus()["text"] == "Regions"
    assert not browser.run("return document.querySelector('.group').open")


def test_only_one_list_is_open_and_a_click_beside_closes_it(browser: Browser) -> None:
    browser.open("index", width=WIDE)
    first, second, _ = browser.driver.find_elements("css selector", ".group > summary")
    first.click()
    second.click()
    assert browser.run("return [...document.querySelectorAll('.group')].map((one) => one.open)") == [False, True, False]
    browser.driver.find_element("css selector", "footer").click()
    assert browser.run("return document.querySelectorAll('.group[open]').length") == 0


def test_the_search_is_read_when_it_is_used_and_leads_to_the_place(browser: Browser) -> None:
    from selenium.webdriver.common.keys import Keys

    browser.open("index", width=WIDE)
    assert not any(url.endswith("search-index.js") for url in browser.requests())
    browser.run("document.querySelector('.search input').focus()")
    browser.until("return Boolean(window.clusterkitIndex)")
    assert any(url.endswith("search-index.js") for url in browser.requests())
    browser.press(*"weakest piemonte")
    status = browser.until("return document.querySelector('.found [role=status]').textContent")
    assert status.split()[1] in ("result", "results")
    browser.press(Keys.ARROW_DOWN)
    first = browser.focus()
    assert first["tag"] == "a"
    assert first["href"].startswith("piemonte-scoreboard.html#")
    browser.press(Keys.ARROW_UP)
    assert browser.focus()["tag"] == "input"
    browser.press(Keys.ARROW_DOWN, Keys.ENTER)
    browser.until("return location.pathname.endsWith('piemonte-scoreboard.html')")
    assert browser.run("return document.getElementById(decodeURIComponent(location.hash.slice(1))) !== null")


def test_the_search_finds_without_accents_says_when_there_is_nothing_and_closes(browser: Browser) -> None:
    from selenium.webdriver.common.keys import Keys

    browser.open("glossary", width=NARROW)
    browser.run("document.querySelector('.search input').focus()")
    browser.until("return Boolean(window.clusterkitIndex)")
    browser.press(*"QUOTIENT")
    links = browser.until("return [...document.querySelectorAll('.found a')].map((one) => one.getAttribute('href'))")
    assert "glossary.html#location-quotient" in links
    assert browser.run("return document.documentElement.scrollWidth") <= NARROW
    browser.press(*"zzz")
    assert browser.run("return document.querySelector('.found [role=status]').textContent") == "No results"
    browser.press(Keys.ESCAPE)
    assert not browser.run("return document.querySelector('.found').checkVisibility()")


def test_one_switch_shows_all_code(browser: Browser) -> None:
    shown = "return [...document.querySelectorAll('.cell-code')].filter((one) => one.checkVisibility()).length"
    browser.open("piemonte-scoreboard", width=WIDE)
    assert browser.run(shown) == 0
    browser.driver.find_element("css selector", ".switch").click()
    assert browser.run(shown) == browser.run("return document.querySelectorAll('.cell-code').length") > 10
    browser.open("methods", width=WIDE)
    assert not browser.driver.find_element("css selector", ".switch").is_displayed()


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_the_keyboard_stops_where_something_scrolls_and_only_there(browser: Browser, width: int) -> None:
    for name in ("piemonte-cluster-mapping", "assumptions"):
        browser.open(name, width=width)
        found = browser.run("""
            return [...document.querySelectorAll("main .table, main .figure, main pre")].map((one) =>
              [one.scrollWidth > one.clientWidth + 1, one.getAttribute("tabindex") === "0",
               !one.matches(".table") || (one.getAttribute("role") === "region" && Boolean(one.ariaLabel))])""")
        assert len(found) > 0
        assert all(scrolls == stops for scrolls, stops, _ in found)
        assert all(named for scrolls, _, named in found if scrolls)
        if width == NARROW:
            assert any(scrolls for scrolls, _, _ in found)


def test_a_permalink_shows_with_focus_and_is_in_no_copied_text(browser: Browser) -> None:
    browser.open("glossary", width=WIDE)
    state = """
        const link = document.querySelector("h2 .anchor");
        if (arguments[0]) link.focus({focusVisible: true});
        return [getComputedStyle(link, "::before").visibility, link.textContent, link.ariaLabel,
                link.getBoundingClientRect().height >= 24];"""
    assert browser.run(state, False) == ["hidden", "", "Link to this section", True]
    assert browser.run(state, True)[0] == "visible"


@each_type
def test_a_printed_page_is_text_alone(browser: Browser, name: str) -> None:
    browser.open(name, width=800, theme="dark", media="print")
    seen = browser.run("""
        return [...document.querySelectorAll("header.site, .side, .neighbours, .anchor, .cell-code, main, footer")]
          .filter((one) => one.checkVisibility()).map((one) => one.localName)""")
    assert seen == ["main", "footer"]
    assert browser.run("return getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


@each_type
def test_with_forced_colours_the_current_page_is_still_marked(browser: Browser, name: str) -> None:
    browser.open(name, theme="forced")
    marked = browser.run("""
        return [...document.querySelectorAll("header a[aria-current]"), ...document.querySelectorAll("summary.current")]
          .filter((one) => one.checkVisibility()).map((one) => getComputedStyle(one).textDecorationLine)""")
    assert marked
    assert set(marked) == {"underline"}


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe-core."""
    found = importlib.util.find_spec("selenium_axe_python")
    if found is None or found.origin is None:
        pytest.skip("needs axe-core: pip install 'clusterkit[test]'")
    return (Path(found.origin).parent / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def violations(browser: Browser, axe: str, within: str = "html") -> list[str]:
    """What axe-core finds against WCAG 2.2 A and AA in a part of the page, in words."""
    browser.run(axe)
    browser.driver.set_script_timeout(120)
    result = browser.driver.execute_async_script(
        """
        const done = arguments[arguments.length - 1];
        axe.run(arguments[1], {runOnly: {type: "tag", values: arguments[0]}, resultTypes: ["violations"]}).then(
          (found) => done(found.violations.map((one) => [one.id, one.nodes.map((node) => node.html.slice(0, 200))])),
          (error) => done([["error", [String(error)]]]));""",
        WCAG,
        within,
    )
    return [f"{rule}: {len(nodes)} times, first {nodes[0]}" for rule, nodes in result]


@pytest.mark.parametrize("theme", ["light", "dark"])
@each_page
def test_a_checker_of_access_finds_nothing(browser: Browser, axe: str, name: str, theme: str) -> None:
    browser.open(name, theme=theme)
    browser.run("document.getElementById('show-code').click()")
    assert violations(browser, axe) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@each_type
def test_a_checker_of_access_finds_nothing_in_the_open_menu_of_a_narrow_window(
    browser: Browser, axe: str, name: str, theme: str
) -> None:
    browser.open(name, width=NARROW, theme=theme)
    # The open menu lies over the page: what it covers is not looked at.
    browser.run("document.querySelectorAll('.menu, .group').forEach((one) => { one.open = true; })")
    assert violations(browser, axe, "nav.pages") == []
    browser.run("document.querySelectorAll('.menu, .group').forEach((one) => { one.open = false; })")
    browser.run("document.querySelectorAll('.toc details').forEach((one) => { one.open = true; })")
    assert violations(browser, axe) == []


def test_the_checker_would_find_something(browser: Browser, axe: str) -> None:
    browser.open("cite")
    browser.run("document.querySelector('main p').style.color = '#999'; document.documentElement.lang = ''")
    assert {found.partition(":")[0] for found in violations(browser, axe)} == {"color-contrast", "html-has-lang"}


def test_the_ways_on_lead_through_all_pages_in_order(browser: Browser) -> None:
    seen = ["index"]
    browser.open("index")
    while links := browser.run("return [...document.querySelectorAll('[rel=next]')].map((one) => one.href)"):
        seen.append(Path(unquote(urlsplit(links[0]).path)).stem)
        browser.open(seen[-1])
    assert seen == ["index", *OF_REGION, *OF_OTHER, *WHOLE, *ALL_DOCUMENTS]
    assert len(set(seen)) == len(seen)
    backwards: Callable[[], list[str]] = lambda: browser.run(  # noqa: E731
        "return [...document.querySelectorAll('[rel=prev]')].map((one) => one.getAttribute('href'))"
    )
    for page, before in itertools.pairwise(reversed(seen)):
        assert backwards() == [f"{before}.html"], page
        browser.open(before)
