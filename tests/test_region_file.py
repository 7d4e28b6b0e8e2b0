"""A region's file is written with what differs from the defaults, and nobody's comment is lost."""

from __future__ import annotations

import copy
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clusterkit import params, region_file, yamlfile
from clusterkit.errors import ParamError, RunError
from clusterkit.paths import Project, project
from clusterkit.region_file import write_region

ROOT = Path(__file__).resolve().parents[1]
NEW = {"region": "tyrol", "name": "Tirol", "nuts_ids": ["AT33"]}
BY_HAND = """\
# yaml-language-server: $schema=../schema.json
# Written by hand: two codes since 2016.

region: lithuania
name: 'Lietuva'      # as it writes itself
nuts_ids:            # quoted
  - "LT01"           # the capital
  - "LT02"
# How it is measured
mapping:
    # furniture
    highlight: ["C31"]   # one is enough
    strong_lq: 2.0       # stricter than elsewhere

# What it is compared with
scoreboard:
    peers: [saxony, "ITC4"]
# The end
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "params", root / "params")
    (root / "notebooks").mkdir()
    (root / "data").mkdir()
    (root / "data" / "processed").symlink_to(ROOT / "data" / "processed")
    return project(root)


@pytest.fixture
def place(folder: Project) -> Project:
    shutil.rmtree(folder.params / "regions")
    shutil.copytree(ROOT / "params" / "regions", folder.params / "regions")
    return folder


@pytest.fixture
def rewrite(place: Project) -> Callable[..., str]:
    """Put a text in the place of Lithuania's file, write values, give the text after."""

    def rewrite(text: str, **values: Any) -> str:
        path = place.params / "regions" / "lithuania.yaml"
        path.write_bytes(text.encode())
        write_region(place, {"region": "lithuania", **values}, replace=True)
        return path.read_bytes().decode()

    return rewrite


def test_a_new_file_holds_what_differs_from_the_defaults(place: Project) -> None:
    values = {
        **NEW,
        "reference_year": 2013,
        "base_year": 2011,  # the default
        "mapping": {"strong_lq": 1.75, "min_share_pct": 1.0, "highlight": ["C16", "I55"], "star_scheme": "eco-2007"},
        "scoreboard": {"peers": ["saxony", "AT32"], "framework": "eocic-8"},
        "stress_test": {"answers": None},
    }
    before = copy.deepcopy(values)
    path = write_region(place, values)
    assert path == place.params / "regions" / "tyrol.yaml"
    assert path.read_text("utf-8") == (
        "# yaml-language-server: $schema=../schema.json\n"
        "region: tyrol\n"
        'name: "Tirol"\n'
        'nuts_ids: ["AT33"]\n'
        "reference_year: 2013\n"
        "mapping:\n"
        "  strong_lq: 1.75\n"
        '  highlight: ["C16", "I55"]\n'
        "  star_scheme: eco-2007\n"
        "scoreboard:\n"
        '  peers: ["saxony", "AT32"]\n'
    )
    assert values == before
    (found,) = params.load_regions(place, ["tyrol"])
    assert (found.mapping.strong_lq, found.scoreboard.peers) == (1.75, ["saxony", "AT32"])


def test_the_files_of_the_project_are_as_they_would_be_written(place: Project) -> None:
    for region in params.region_ids(place):
        path = place.params / "regions" / f"{region}.yaml"
        before = path.read_text("utf-8")
        values, _ = yamlfile.read(path)
        path.unlink()
        write_region(place, values)
        assert path.read_text("utf-8") == "".join(
            line for line in before.splitlines(keepends=True) if not line.startswith("# ") or "schema" in line
        )


def test_a_file_by_hand_keeps_all_but_the_values_that_change(rewrite: Callable[..., str]) -> None:
    after = rewrite(
        BY_HAND,
        name="Lietuva",
        base_year=2012,
        mapping={"strong_lq": 1.5, "star_scheme": "eco-2007", "highlight": ["C31", "C16"]},
        scoreboard={"peers": "auto", "draws": 500},
    )
    assert after == BY_HAND.replace('  - "LT02"\n', '  - "LT02"\nbase_year: 2012\n').replace(
        '["C31"]   # one', '["C31", "C16"]   # one'
    ).replace("    strong_lq: 2.0       # stricter than elsewhere\n", "    star_scheme: eco-2007\n").replace(
        '    peers: [saxony, "ITC4"]\n', "    draws: 500\n"
    )


def test_a_section_without_keys_goes_and_its_neighbours_stay(rewrite: Callable[..., str]) -> None:
    after = rewrite(BY_HAND, scoreboard={"peers": "auto"})
    assert after == BY_HAND.replace('scoreboard:\n    peers: [saxony, "ITC4"]\n', "")


def test_a_list_with_an_item_a_line_is_exchanged_whole(rewrite: Callable[..., str]) -> None:
    after = rewrite(BY_HAND, nuts_ids=["LT02"])
    old = 'nuts_ids:            # quoted\n  - "LT01"           # the capital\n  - "LT02"\n'
    assert after == BY_HAND.replace(old, 'nuts_ids: ["LT02"]            # quoted\n')


def test_what_the_file_has_already_is_left_as_it_is(place: Project) -> None:
    path = place.params / "regions" / "lithuania.yaml"
    text = BY_HAND.replace("strong_lq: 2.0", "strong_lq: 1.5")  # the default, spelled out
    path.write_text(text, "utf-8")
    before = path.stat()
    write_region(place, {"region": "lithuania", "mapping": {"strong_lq": 1.5}, "seed": 20141}, replace=True)
    assert path.read_text("utf-8") == text
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize(
    "text",
    [
        BY_HAND.replace("\n", "\r\n"),
        "\ufeff" + BY_HAND,
        BY_HAND.removesuffix("\n# The end\n"),
        f"---\n{BY_HAND}...\n",
        BY_HAND.replace('scoreboard:\n    peers: [saxony, "ITC4"]', 'scoreboard: {peers: [saxony, "ITC4"]}'),
        BY_HAND.replace("    strong_lq: 2.0 ", "    ? strong_lq\n    : 2.0 "),
        BY_HAND.replace("'Lietuva' ", "|-\n  Lietuva\n#"),
        BY_HAND.replace("'Lietuva' ", "Lie\n  tuva"),
        BY_HAND.replace("mapping:", "stress_test:\n    answers:\n    programmes: null # none\nmapping:"),
        '{region: lithuania, name: "Lietuva", nuts_ids: ["LT01", "LT02"]} # short\n',
        'name: "x"\nnuts_ids: [LT01,\n  LT02]\nregion: lithuania',
    ],
)  # fmt: skip
def test_every_way_to_write_it_can_be_changed(text: str, rewrite: Callable[..., str]) -> None:
    values = {"base_year": 2012, "mapping": {"strong_lq": 3.0}, "scoreboard": {"peers": ["saxony"], "draws": 500}}
    after = rewrite(text, **values)
    found, _ = yamlfile.parse(after.encode(), Path("after"))
    assert (found["base_year"], found["mapping"]["strong_lq"], found["scoreboard"]) == (2012, 3.0, values["scoreboard"])
    assert re.findall("#.*", after) == re.findall("#.*", text)
    assert after.startswith("\ufeff") == text.startswith("\ufeff")
    assert after.count("\r\n") == (after.count("\n") if "\r" in text else 0)
    again = rewrite(after, base_year=2011, mapping={"strong_lq": 1.5}, scoreboard={"peers": "auto", "draws": 1000})
    found, _ = yamlfile.parse(again.encode(), Path("again"))
    assert not {"base_year", "scoreboard"} & set(found)
    assert re.findall("#.*", again) >= re.findall("# [ACHTWqo].*", text)


CHOICES = st.fixed_dictionaries(
    {},
    optional={
        "base_year": st.sampled_from([2011, 2012]),
        "name": st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20),
        "nuts_ids": st.sampled_from([["LT01"], ["LT01", "LT02"]]),
        "mapping": st.fixed_dictionaries(
            {},
            optional={
                "strong_lq": st.sampled_from([1.5, 2.0, 1e-07, 1e30]),
                "highlight": st.sampled_from([["C29"], ["C31", "C13"]]),
                "star_scheme": st.sampled_from(["eccp-2021", "eco-2007"]),
            },
        ),
        "scoreboard": st.fixed_dictionaries(
            {}, optional={"peers": st.sampled_from(["auto", ["saxony"], ["saxony", "ITC4"]])}
        ),
    },
)


@settings(deadline=None, derandomize=True, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=CHOICES, second=CHOICES)
def test_whatever_is_chosen_is_what_the_file_then_means(place: Project, first: Any, second: Any) -> None:
    path = place.params / "regions" / "lithuania.yaml"
    path.write_text(BY_HAND, "utf-8")
    for values in (first, second):
        (before,) = params.load_regions(place, ["lithuania"])
        write_region(place, {"region": "lithuania", **values}, replace=True)
        (after,) = params.load_regions(place, ["lithuania"])
        expected = before.model_dump()
        for key, value in values.items():
            expected[key] = {**expected[key], **value} if isinstance(value, dict) else value
        assert after.model_dump() == expected
        assert {"# Written by hand: two codes since 2016.", "# What it is compared with", "# The end"} <= set(
            path.read_text("utf-8").splitlines()
        )


def test_a_file_that_is_there_is_not_overwritten_unasked(place: Project) -> None:
    path = place.params / "regions" / "saxony.yaml"
    before = path.read_bytes()
    with pytest.raises(ParamError, match=r"There is already a file saxony\.yaml") as caught:
        write_region(place, {**NEW, "region": "saxony"})
    assert "fix:   choose another identifier, or remove the file" in str(caught.value)
    assert path.read_bytes() == before


@pytest.mark.parametrize("region", ["../x", "Tirol", "a--b", "", "-a", "a\n", "x" * 61, None])
def test_an_identifier_that_can_be_no_file_name_is_refused(place: Project, region: Any) -> None:
    with pytest.raises(ParamError, match="is no identifier of a region"):
        write_region(place, {**NEW, "region": region})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"nuts_ids": ["AT99"]}, "'AT99' is not a NUTS 2 code of NUTS 2016"),
        ({"nuts_ids": []}, "nuts_ids is []"),
        ({"name": ""}, "name is ''"),
        ({"mapping": {"strong_lq": 0.0}}, "mapping.strong_lq is 0.0"),
        ({"mapping": {"stong_lq": 2.0}}, "did you mean strong_lq?"),
        ({"mapping": {"star_scheme": "eco-2008"}}, "There is no star scheme 'eco-2008'"),
        ({"scoreboard": {"peers": ["tyrol"]}}, "The peer tyrol is the region itself"),
        ({"base_year": 2014}, "base_year 2014 is not before reference_year 2014"),
        ({"stress_test": {"answers": "no/such/file.yaml"}}, "There is no file or folder"),
        ({"region": "europe"}, "the identifier 'europe' is taken by the page of all regions"),
        ({"region": "stress-test-example"}, "is taken by the example of a stress test"),
    ],
)
def test_what_the_check_of_parameters_refuses_is_not_written(
    place: Project, values: dict[str, Any], message: str
) -> None:
    before = sorted(path.name for path in (place.params / "regions").iterdir())
    with pytest.raises(ParamError, match=re.escape(message)):
        write_region(place, {**NEW, **values})
    assert sorted(path.name for path in (place.params / "regions").iterdir()) == before


def test_all_problems_are_said_at_once(place: Project) -> None:
    with pytest.raises(ParamError) as caught:
        write_region(place, {**NEW, "nuts_ids": ["AT99"], "scoreboard": {"peers": ["atlantis"]}})
    assert len(caught.value.problems) == 2


def test_a_broken_file_is_not_touched(place: Project) -> None:
    path = place.params / "regions" / "saxony.yaml"
    path.write_text("region: saxony\nname: [", "utf-8")
    with pytest.raises(ParamError, match="is not valid YAML"):
        write_region(place, {"region": "saxony", "base_year": 2012}, replace=True)
    assert path.read_text("utf-8") == "region: saxony\nname: ["


def test_a_text_that_would_lose_something_is_left(place: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    path = place.params / "regions" / "saxony.yaml"
    before = path.read_bytes()
    monkeypatch.setattr(region_file, "_changed", lambda text, keys, value: text + "seed: 7\n")
    with pytest.raises(RunError, match="cannot be changed without losing something") as caught:
        write_region(place, {"region": "saxony", "base_year": 2012}, replace=True)
    assert "change the values by hand" in str(caught.value)
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_written_is_said(place: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("clusterkit.files.os.replace", refuse)
    with pytest.raises(RunError, match="cannot be written: No space left on device"):
        write_region(place, NEW)
    assert not (place.params / "regions" / "tyrol.yaml").exists()
    assert not list((place.params / "regions").glob(".*"))
