"""The tables in docs/frameworks.md are those of the files and the figures at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from clusterkit.scoreboard import page

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_that_of_the_files(capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.stdout.reconfigure", lambda **_: None, raising=False)
    page.main()
    text = (ROOT / "docs" / "frameworks.md").read_text(encoding="utf-8")
    assert capsys.readouterr().out == text, "run: make docs"
    assert "42 indicators in 15 of 19 parts of level sub-dimension. 281 regions." in text
    assert "32 indicators in 11 of 17 parts of level sub-dimension. 281 regions." in text


def test_what_people_wrote_stays():
    text = "before\n<!-- tables of own -->\nold\n<!-- end of tables -->\nafter\n"
    new = page.renewed(text, {"own": "made \\1 anew\n", "other": "x\n"})
    assert new == "before\n<!-- tables of own -->\n\nmade \\1 anew\n\n<!-- end of tables -->\nafter\n"
    assert page.renewed(new, {"own": "made \\1 anew\n"}) == new
