"""docs/stress-test-rules.md has every rule and every fact as the files have them."""

from __future__ import annotations

from pathlib import Path

from clusterkit.stress_test import load_instrument
from clusterkit.stress_test.page import markdown

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_that_of_the_files() -> None:
    instrument = load_instrument(ROOT / "params")
    text = markdown(instrument)
    assert (ROOT / "docs" / "stress-test-rules.md").read_text(encoding="utf-8") == text, "run: make docs"
    for rule in instrument.rules:
        assert text.count(f"| `{rule.code}` |") == 1
        for condition in rule.when:
            assert condition.fact in instrument.facts[rule.scope]  # explained further down
    for facts in instrument.facts.values():
        assert all(f"| `{name}` | {fact.label} |" in text for name, fact in facts.items())
