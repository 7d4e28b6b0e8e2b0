"""The answer form in a real JupyterLab and a real browser, by keyboard alone."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from clusterkit.stress_test.answer_files import read_answers
from clusterkit.stress_test.questionnaire import DONT_KNOW, load_questionnaire

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FOLDER = Path(__file__).resolve().parents[2] / "params" / "stress_test"
TOKEN = "only-for-this-test"
WAIT = 60  # seconds for anything to appear, on a machine that does much else
CELL = f"""\
from pathlib import Path
from clusterkit.show.form import answer_form
from clusterkit.stress_test.questionnaire import load_questionnaire
folder = Path({str(FOLDER)!r})
answer_form(Path("r1.yaml"), load_questionnaire(folder), region="piemonte", languages_from=folder)"""
EVIDENCE = "Regional law 8 of 2021, article 3; budget of 2.5 million a year (see the annex)"


def needed(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"needs {name}: on Debian, apt install chromium chromium-driver")
    return found


class Lab(NamedTuple):
    """A JupyterLab with one notebook."""

    url: str
    folder: Path

    def request(self, method: str, path: str) -> Any:
        headers = {"Authorization": f"token {TOKEN}"}
        request = urllib.request.Request(f"{self.url}{path}", method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=WAIT) as answer:
            return json.loads(answer.read() or b"null")

    def has_kernel(self) -> bool:
        """Whether one is there, has a page connected, and waits."""
        try:
            found = self.request("GET", "/api/kernels")
        except urllib.error.URLError:  # it is just starting
            return False
        return bool(found) and found[0]["connections"] > 0 and found[0]["execution_state"] == "idle"

    def end_kernels(self) -> None:
        for session in self.request("GET", "/api/sessions"):
            self.request("DELETE", f"/api/sessions/{session['id']}")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    if importlib.util.find_spec("jupyterlab") is None:
        pytest.skip("needs JupyterLab: pip install 'clusterkit[lab]'")
    needed("chromium"), needed("chromedriver")
    folder = tmp_path_factory.mktemp("lab")
    names = {"DATA": "data", "RUNTIME": "runtime", "CONFIG": "config"}
    env = {**os.environ, **{f"JUPYTER_{name}_DIR": str(folder / part) for name, part in names.items()}}
    env |= {f"JUPYTERLAB_{name}_DIR": str(folder / name) for name in ("SETTINGS", "WORKSPACES")}
    env["IPYTHONDIR"] = str(folder / "ipython")
    quiet = folder / "SETTINGS" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    write_json(quiet, {"fetchNews": "false", "checkForUpdates": False})  # no request to other hosts
    write_json(
        folder / "config" / "jupyter_lab_config.json",
        {
            "LabApp": {
                "extension_manager": "readonly",
                "news_url": None,
                "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
            },
            "ServerApp": {"ip": "127.0.0.1", "port": 0, "open_browser": False, "allow_root": True},
            "IdentityProvider": {"token": TOKEN},
        },
    )
    cell = {"cell_type": "code", "id": "form", "metadata": {}, "execution_count": None, "outputs": [], "source": CELL}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    write_json(folder / "work" / "form.ipynb", notebook)
    log = folder / "log"
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder / 'work'}"]
    with log.open("w", encoding="utf-8") as out:
        server = subprocess.Popen(command, env=env, cwd=folder, stdout=out, stderr=subprocess.STDOUT)
        try:
            info = folder / "runtime" / f"jpserver-{server.pid}.json"
            until(lambda: info.is_file() or server.poll() is not None)
            assert server.poll() is None, log.read_text("utf-8")
            url = until(lambda: json.loads(info.read_text("utf-8") or "{}").get("url"))
            lab = Lab(url.rstrip("/"), folder / "work")
            yield lab
            lab.end_kernels()
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def write_json(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")


def comes_true(there: Callable[[], Any], seconds: float = WAIT) -> Any:
    """The first true answer, or the last one after a while."""
    end = time.monotonic() + seconds
    while not (found := there()) and time.monotonic() < end:
        time.sleep(0.1)
    return found


def until(there: Callable[[], Any], what: Callable[[], Any] = lambda: "") -> Any:
    """The first true answer; fails with ``what`` after a while."""
    found = comes_true(there)
    assert found, what()
    return found


class Page:
    """The notebook in Chromium."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def press(self, *keys: str) -> None:
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self.driver).send_keys(*keys).perform()

    def run_cell(self, lab: Lab) -> None:
        self.driver.get(f"{lab.url}/lab/tree/form.ipynb?token={TOKEN}&reset")
        until(lambda: not self.count("#jupyterlab-splash") and self.count(".jp-Notebook .cm-content"), self.words)
        until(lab.has_kernel, self.words)
        until(lambda: self.count(".jp-Notebook-ExecutionIndicator[data-status=idle]"), self.words)
        until(self.shows_form, self.words)

    def shows_form(self) -> bool:
        """Shift+Enter in the first cell, and whether it has run: JupyterLab forgets it while it is not quite ready."""
        from selenium.webdriver.common.action_chains import ActionChains
        from selenium.webdriver.common.keys import Keys

        if not self.click(".jp-Notebook .cm-content"):
            return False
        ActionChains(self.driver).key_down(Keys.SHIFT).send_keys(Keys.ENTER).key_up(Keys.SHIFT).perform()
        return comes_true(lambda: self.count(".ck-body textarea") == 3, seconds=WAIT / 4)

    def count(self, selector: str) -> int:
        """How many are in sight or within scrolling; asked at once, for JupyterLab moves its parts while it starts."""
        return self.driver.execute_script(
            "return [...document.querySelectorAll(arguments[0])].filter(each => each.getClientRects().length).length",
            selector,
        )

    def click(self, selector: str) -> bool:
        """Whether the first one could be clicked."""
        from selenium.common.exceptions import WebDriverException

        try:
            self.all(selector)[0].click()
        except (IndexError, WebDriverException):
            return False
        return True

    def words(self) -> str:
        return self.driver.find_element("css selector", "body").text

    def all(self, selector: str) -> list[Any]:
        return self.driver.find_elements("css selector", selector)

    @property
    def focus(self) -> Any:
        return self.driver.switch_to.active_element

    @property
    def status(self) -> str:
        return self.all(".ck-status")[0].text

    def section(self, number: str) -> Any:
        return next(button for button in self.all("button.ck-section") if f" {number} " in button.text)

    def requests(self) -> set[str]:
        """Addresses asked for since the last time."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return {each["params"]["request"]["url"] for each in events if each["method"] == "Network.requestWillBeSent"}


@contextmanager
def browser(profile: Path) -> Iterator[Page]:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = needed("chromium")
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--window-size=1280,1000", f"--user-data-dir={profile}",
    ):  # fmt: skip
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(executable_path=needed("chromedriver")))
    try:
        yield Page(driver)
    finally:
        driver.quit()


def test_answers_given_by_keyboard_are_on_disk_and_come_back(lab: Lab, tmp_path: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    questions = load_questionnaire(FOLDER)
    path = lab.folder / "r1.yaml"

    with browser(tmp_path / "first") as page:
        page.run_cell(lab)
        assert "Nothing is saved yet: the first change makes r1.yaml." in page.status
        assert not path.exists()
        page.all(".ck-form h3")[0].click()  # into the output: JupyterLab now takes keys for commands

        page.section("1.1").send_keys(Keys.TAB)
        assert page.focus.accessible_name == "Priority: How high a priority is this in regional policy?"
        page.press("3", Keys.TAB)
        assert page.focus.accessible_name.startswith("Vertical measures: ")
        page.press(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.TAB)
        page.press("d", Keys.TAB, Keys.TAB)
        assert page.focus.accessible_name.startswith("Evidence")
        page.press(EVIDENCE, Keys.TAB, "law")
        until(lambda: "1 field is not saved yet" in page.status, lambda: page.status)
        assert "an address that starts with https:// or http://" in page.all(".ck-body")[0].text
        until(lambda: "3 of 62 answered, 1 of them “Don’t know”" in page.status, lambda: page.status)
        assert "Saved to r1.yaml at " in page.status

        page.section("2.1").send_keys(Keys.SPACE)
        until(lambda: page.count(".ck-body textarea") == 5)
        page.press(Keys.TAB)
        assert page.focus.accessible_name.startswith("Does the region have a cluster policy")
        page.press("4")
        until(lambda: "4 of 62 answered" in page.status, lambda: page.status)
        assert page.section("2.1").text == "▾ 2.1 General questions (1 of 2)"
        assert len(page.all(".jp-CodeCell")) == 2  # that with the form, and the one that Shift+Enter adds
        bar, status = page.all(".jp-Notebook")[0].rect["y"], page.all(".ck-status")[0].rect["y"]
        assert abs(status - bar) < 40  # px; the status stays in sight however far one has scrolled

        (sheet,) = read_answers([path], questions, region="piemonte")
        given = {key: answer for key, answer in sheet.steps.items() if answer is not None}
        assert given == {
            ("starting-a-business", "priority"): 3,
            ("starting-a-business", "vertical"): 1,
            ("starting-a-business", "horizontal"): DONT_KNOW,
            ("policy-in-place", "quality"): 4,
        }
        assert sheet.texts == {("starting-a-business", "evidence"): EVIDENCE}

        asked = page.requests()
        assert any("/api/kernels" in address for address in asked)
        addresses = [urlsplit(address) for address in asked if not address.startswith(("chrome", "data:", "blob:"))]
        assert {each.netloc for each in addresses} == {urlsplit(lab.url).netloc}
        assert not [each.path for each in addresses if each.path in ("/lab/api/news", "/lab/api/update")]

    before = path.read_bytes()
    lab.end_kernels()
    with browser(tmp_path / "second") as page:
        page.run_cell(lab)
        assert "4 of 62 answered, 1 of them “Don’t know”" in page.status
        assert "The answers of r1.yaml are shown." in page.status
        steps = [each.get_attribute("value").replace("\u200b", "") for each in page.all(".ck-body select")[:3]]
        assert steps == ["3 – A goal of its own with budget and someone in charge", "1 – By single projects in one sector", "Don’t know"]  # fmt: skip
        assert page.all(".ck-body textarea")[0].get_attribute("value") == EVIDENCE
        assert page.section("2.1").text == "▸ 2.1 General questions (1 of 2)"
        assert path.read_bytes() == before
