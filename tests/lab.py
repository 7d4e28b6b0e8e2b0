"""JupyterLab and a browser for tests, without any request to other hosts."""

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
from typing import Any, NamedTuple, TypeVar

import pytest

TOKEN = "only-for-this-test"
WAIT = 60  # seconds for anything to appear, on a machine that does much else


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


@contextmanager
def jupyter_lab(folder: Path, work: Path, **variables: str) -> Iterator[Lab]:
    """A JupyterLab that shows the folder ``work``; own files are in ``folder``, ``variables`` are of its kernels."""
    if importlib.util.find_spec("jupyterlab") is None:
        pytest.skip("needs JupyterLab: pip install 'clusterkit[lab]'")
    needed("chromium"), needed("chromedriver")
    names = {"DATA": "data", "RUNTIME": "runtime", "CONFIG": "config"}
    env = {**os.environ, **{f"JUPYTER_{name}_DIR": str(folder / part) for name, part in names.items()}}
    env |= {f"JUPYTERLAB_{name}_DIR": str(folder / name) for name in ("SETTINGS", "WORKSPACES")}
    env |= {"IPYTHONDIR": str(folder / "ipython"), **variables}
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
    log = folder / "log"
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={work}"]
    with log.open("w", encoding="utf-8") as out:
        server = subprocess.Popen(command, env=env, cwd=folder, stdout=out, stderr=subprocess.STDOUT)
        try:
            info = folder / "runtime" / f"jpserver-{server.pid}.json"
            until(lambda: info.is_file() or server.poll() is not None)
            assert server.poll() is None, log.read_text("utf-8")
            url = until(lambda: json.loads(info.read_text("utf-8") or "{}").get("url"))
            lab = Lab(url.rstrip("/"), work)
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
    while not (found := _asked(there)) and time.monotonic() < end:
        time.sleep(0.1)
    return found


def _asked(there: Callable[[], Any]) -> Any:
    """The answer; None where the page put another element in the place of the one that is asked."""
    from selenium.common.exceptions import StaleElementReferenceException

    try:
        return there()
    except StaleElementReferenceException:
        return None


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

    def open(self, lab: Lab, name: str) -> None:
        """Open a notebook, and wait until its kernel does."""
        self.driver.get(f"{lab.url}/lab/tree/{name}?token={TOKEN}&reset")
        until(lambda: not self.count("#jupyterlab-splash") and self.count(".jp-Notebook .cm-content"), self.words)
        until(lab.has_kernel, self.words)
        until(lambda: self.count(".jp-Notebook-ExecutionIndicator[data-status=idle]"), self.words)

    def run_first_cell(self, has_run: Callable[[], Any]) -> bool:
        """Shift+Enter in the first cell, and whether it has run: JupyterLab forgets it while it is not quite ready."""
        from selenium.webdriver.common.action_chains import ActionChains
        from selenium.webdriver.common.keys import Keys

        if not self.click(".jp-Notebook .cm-content"):
            return False
        ActionChains(self.driver).key_down(Keys.SHIFT).send_keys(Keys.ENTER).key_up(Keys.SHIFT).perform()
        return bool(comes_true(has_run, seconds=WAIT / 4))

    def count(self, selector: str) -> int:
        """How many are in sight or within scrolling; asked at once, for JupyterLab moves its parts while it starts."""
        return self.driver.execute_script(
            "return [...document.querySelectorAll(arguments[0])].filter(each => each.getClientRects().length).length",
            selector,
        )

    def text(self, selector: str) -> str:
        """Words of the first one, "" without one; asked at once, for a redraw puts others in its place."""
        return self.driver.execute_script(
            "return document.querySelector(arguments[0])?.innerText.trim() ?? ''", selector
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

    def requests(self) -> set[str]:
        """Addresses asked for since the last time."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return {each["params"]["request"]["url"] for each in events if each["method"] == "Network.requestWillBeSent"}


AnyPage = TypeVar("AnyPage", bound=Page)


@contextmanager
def browser(profile: Path, page: type[AnyPage]) -> Iterator[AnyPage]:
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
        yield page(driver)
    finally:
        driver.quit()
