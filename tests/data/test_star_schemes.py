"""The star schemes that ship, and every way a scheme file can be wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from clusterkit.data.star_schemes import list_schemes, load_scheme
from clusterkit.errors import ParamError

ROOT = Path(__file__).resolve().parents[2]
GOOD = """schema_version: 1
id: own
title: "Own"
source: "this test"
critical_mass: {persons_employed: 50, confirmed: true}
stars:
  size:
    - {measure: persons_employed, top_share: 0.1, confirmed: true}
"""


def refused(folder: Path, text: str, name: str = "own") -> str:
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ParamError) as caught:
        load_scheme(path)
    return str(caught.value)


def test_the_four_that_ship():
    schemes = list_schemes(ROOT / "params" / "star_schemes")
    assert list(schemes) == ["eccp-2021", "eco-2007", "eocic-2019", "panorama-2014"]
    assert list(schemes["eco-2007"].stars) == ["size", "specialisation", "focus"]
    assert list(schemes["panorama-2014"].stars) == ["size", "specialisation", "productivity", "growth"]
    (lq, share) = schemes["eccp-2021"].stars["specialised"]
    assert (lq.measure, lq.at_least, share.measure, share.at_least) == ("lq", 1.5, "focus_pct", 1.0)


def test_every_unconfirmed_threshold_points_at_the_assumptions():
    """The register says which numbers no source at hand confirms; the files name it."""
    register = (ROOT / "docs" / "assumptions.md").read_text(encoding="utf-8")
    for name, scheme in list_schemes(ROOT / "params" / "star_schemes").items():
        tests = [test for star in scheme.stars.values() for test in star]
        if not all(test.confirmed for test in (*tests, scheme.critical_mass)):
            assert "A40" in scheme.source, name
            assert f"`{name}`" in register, name


def test_a_scheme_of_ones_own_is_one_more_file(tmp_path: Path):
    (tmp_path / "own.yaml").write_text(GOOD, encoding="utf-8")
    assert list_schemes(tmp_path)["own"].critical_mass.persons_employed == 50


@pytest.mark.parametrize(
    ("old", "new", "what", "fix"),
    [
        ("top_share", "top_shares", "Unknown key stars.size.0.top_shares.", "did you mean top_share?"),
        ("top_share: 0.1", "top_share: 10", "stars.size.0.top_share is 10", "see docs/methods.md#cluster-stars"),
        ("top_share: 0.1", "top_share: .nan", "stars.size.0.top_share is nan", "see docs"),
        ("top_share: 0.1, ", "", "a condition has either at_least or top_share", "see docs"),
        ("top_share: 0.1", "top_share: 0.1, at_least: 5", "a condition has either at_least or top_share", "see docs"),
        ("measure: persons_employed", "measure: jobs", "stars.size.0.measure is 'jobs'", "see docs"),
        ("confirmed: true}\nstars", 'confirmed: "yes"}\nstars', "critical_mass.confirmed is 'yes'", "see docs"),
        ("id: own", "id: other", "The file own.yaml says id: 'other'.", "write id: own, or rename the file"),
        ("title:", "titel:", "Unknown key titel.", "did you mean title?"),
        ("schema_version: 1\n", "", "schema_version is missing.", "see docs"),
    ],
)
def test_a_wrong_scheme_is_refused(tmp_path: Path, old: str, new: str, what: str, fix: str):
    message = refused(tmp_path, GOOD.replace(old, new))
    assert what in message
    assert f"fix:   {fix}" in message
    assert "own.yaml" in message


def test_the_problems_of_all_files_come_at_once(tmp_path: Path):
    (tmp_path / "a.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "b.yaml").write_text("title: x\n", encoding="utf-8")
    with pytest.raises(ParamError) as caught:
        list_schemes(tmp_path)
    assert len(caught.value.problems) == 6
    with pytest.raises(ParamError, match="There is no star scheme"):
        list_schemes(tmp_path / "nowhere")
