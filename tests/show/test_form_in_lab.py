"""The answer form in a real JupyterLab and a real browser, by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from lab import Lab, Page, browser, jupyter_lab, until, write_json

from clusterkit.stress_test.answer_files import read_answers
from clusterkit.stress_test.questionnaire import DONT_KNOW, load_questionnaire

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FOLDER = Path(__file__).resolve().parents[2] / "params" / "stress_test"
CELL = f"""\
from pathlib import Path
from clusterkit.show.form import answer_form
from clusterkit.stress_test.questionnaire import load_questionnaire
folder = Path({str(FOLDER)!r})
answer_form(Path("r1.yaml"), load_questionnaire(folder), region="piemonte", languages_from=folder)"""
EVIDENCE = "Regional law 8 of 2021, article 3; budget of 2.5 million a year (see the annex)"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("lab")
    cell = {"cell_type": "code", "id": "form", "metadata": {}, "execution_count": None, "outputs": [], "source": CELL}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    write_json(folder / "work" / "form.ipynb", notebook)
    with jupyter_lab(folder, folder / "work") as lab:
        yield lab


class FormPage(Page):
    """The notebook with the form."""

    def run_cell(self, lab: Lab) -> None:
        self.open(lab, "form.ipynb")
        until(lambda: self.run_first_cell(lambda: self.count(".ck-body textarea") == 3), self.words)

    @property
    def status(self) -> str:
        return self.all(".ck-status")[0].text

    def section(self, number: str) -> Any:
        return next(button for button in self.all("button.ck-section") if f" {number} " in button.text)


def test_answers_given_by_keyboard_are_on_disk_and_come_back(lab: Lab, tmp_path: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    questions = load_questionnaire(FOLDER)
    path = lab.folder / "r1.yaml"

    with browser(tmp_path / "first", FormPage) as page:
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
    with browser(tmp_path / "second", FormPage) as page:
        page.run_cell(lab)
        assert "4 of 62 answered, 1 of them “Don’t know”" in page.status
        assert "The answers of r1.yaml are shown." in page.status
        steps = [each.get_attribute("value").replace("\u200b", "") for each in page.all(".ck-body select")[:3]]
        assert steps == ["3 – A goal of its own with budget and someone in charge", "1 – By single projects in one sector", "Don’t know"]  # fmt: skip
        assert page.all(".ck-body textarea")[0].get_attribute("value") == EVIDENCE
        assert page.section("2.1").text == "▸ 2.1 General questions (1 of 2)"
        assert path.read_bytes() == before
