"""Parameter files: one with the defaults, one per region with its differences; read, merged and checked as a whole."""

from __future__ import annotations

import difflib
import inspect
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from clusterkit import yamlfile
from clusterkit.errors import ClusterkitError, ParamError, Problem
from clusterkit.params.checks import (
    Codes,
    check_codes,
    check_frameworks,
    check_handed_in,
    check_taxonomy,
    known_codes,
    names_in,
    schema_problems,
)
from clusterkit.params.models import EXAMPLE_ID, WHOLE_IDS, EuropeParams, RegionParams, ScoreboardParams
from clusterkit.paths import Project


def region_ids(project: Project) -> list[str]:
    """Identifiers of all region files, in alphabetical order."""
    return list(names_in(project.params / "regions"))


def load_regions(project: Project, regions: Sequence[str] | None = None) -> list[RegionParams]:
    """Read, merge and check the parameters of some or all regions.

    Parameters
    ----------
    regions
        Identifiers; default all files in ``params/regions``.

    Returns
    -------
    list of RegionParams
        In the order asked for.

    Raises
    ------
    ParamError
        Every problem of every file at once: unknown or duplicate key, unknown region, wrong
        type or range, a code that is not in the NUTS version, an unknown sector.
    """
    problems: list[Problem] = []
    known = region_ids(project)
    wanted = list(dict.fromkeys(known if regions is None else regions))
    problems += [_unknown_region(region, known) for region in wanted if region not in known]
    if not wanted:
        problems.append(
            Problem(
                what="There is no region file.",
                where=str(project.params / "regions"),
                rule="one YAML file per region",
                fix="add a file; params/regions of a fresh checkout holds ten to start from",
            )
        )
    loaded: list[tuple[RegionParams, yamlfile.Locate]] = []
    for region in (region for region in wanted if region in known):
        try:
            loaded.append(_load(project, region))
        except ClusterkitError as exc:
            problems += exc.problems
    if loaded:
        codes = known_codes(project)
        problems += [problem for params, locate in loaded for problem in _problems(project, params, locate, codes)]
    if problems:
        raise ParamError(list(dict.fromkeys(problems)))
    return [params for params, _ in loaded]


def load_default(project: Project) -> RegionParams:
    """What every region starts from: ``params/default.yaml``, and what is built in.

    Returns
    -------
    RegionParams
        Those of ``OWN`` are placeholders: only a region has them.

    Raises
    ------
    ParamError
        What is wrong with ``params/default.yaml``.
    """
    default, locate = yamlfile.read(project.params / "default.yaml")
    try:
        params = RegionParams.model_validate({**default, "region": "any", "name": "Any", "nuts_ids": ["any"]})
    except ValidationError as exc:
        raise ParamError(schema_problems(exc, RegionParams, locate)) from exc
    problems = check_codes(params.model_copy(update={"nuts_ids": []}), locate, known_codes(project))
    problems += check_handed_in(params, locate, project)
    if problems:
        raise ParamError(problems)
    return params


def load_region_alone(project: Project, region: str) -> RegionParams:
    """Read and check the parameters of one region, but not the files that it hands in.

    Parameters
    ----------
    project
        Whose files are read.
    region
        Identifier of the region.

    Raises
    ------
    ParamError
        Every problem of its file.
    """
    known = region_ids(project)
    if region not in known:
        raise ParamError(_unknown_region(region, known))
    params, locate = _load(project, region)
    if problems := check_codes(params, locate, known_codes(project)):
        raise ParamError(problems)
    return params


def _unknown_region(region: str, known: list[str]) -> Problem:
    others = [name for name in (*known, *WHOLE_IDS) if name != region]
    close = difflib.get_close_matches(region, others, n=1)
    hint = f"did you mean {close[0]}?" if close else f"choose from {', '.join(known[:12])}, or add a file"
    return Problem(
        what=f"There is no region {region!r}.",
        where="command line",
        rule="a region is a file params/regions/REGION.yaml",
        fix=hint,
    )


def _load(project: Project, region: str) -> tuple[RegionParams, yamlfile.Locate]:
    path = project.params / "regions" / f"{region}.yaml"
    _refuse_example(region, path)
    return _load_file(project, path)


def _refuse_example(region: str, path: Path) -> None:
    if region == EXAMPLE_ID:
        raise ParamError(
            Problem(
                what=f"The identifier {region!r} is taken by the example of a stress test.",
                where=str(path),
                rule="a page has one name",
                fix="rename the file and the identifier in it",
            )
        )


def check_region(project: Project, own: Mapping[str, Any], path: Path, locate: yamlfile.Locate) -> RegionParams:
    """The parameters that a region file with these values gives: what :func:`load_regions` would say of it.

    Parameters
    ----------
    own
        The values of the file; what it leaves out is that of ``params/default.yaml``.
    path
        The file; it need not exist.
    locate
        Where a key stands, for messages, as :func:`clusterkit.yamlfile.parse` gives it.

    Raises
    ------
    ParamError
        Every problem at once.
    """
    _refuse_example(path.stem, path)
    return _checked(project, *_merged(project, dict(own), locate, path))


def _checked(project: Project, params: RegionParams, locate: yamlfile.Locate) -> RegionParams:
    """Parameters in which nothing is wrong, nor in the files that they name."""
    if problems := _problems(project, params, locate, known_codes(project)):
        raise ParamError(problems)
    return params


def _problems(project: Project, params: RegionParams, locate: yamlfile.Locate, codes: Codes) -> list[Problem]:
    """What is wrong with the parameters of a region, and with the files that they name."""
    problems = [*check_codes(params, locate, codes), *check_taxonomy(params, codes, project)]
    return [*problems, *(check_handed_in(params, locate, project) or check_frameworks(params, project))]


def _load_file(project: Project, path: Path, region: str | None = None) -> tuple[RegionParams, yamlfile.Locate]:
    return _merged(project, *yamlfile.read(path), path, region)


def _merged(
    project: Project, own: dict[str, Any], locate_own: yamlfile.Locate, path: Path, region: str | None = None
) -> tuple[RegionParams, yamlfile.Locate]:
    region = region or path.stem
    default, locate_default = yamlfile.read(project.params / "default.yaml")

    def locate(keys: tuple[Any, ...]) -> str:
        return locate_own(keys) if has_keys(own, keys) or not has_keys(default, keys) else locate_default(keys)

    merged = _merge(default, own)
    try:
        params = RegionParams.model_validate(merged)
    except ValidationError as exc:
        raise ParamError(schema_problems(exc, RegionParams, locate)) from exc
    if params.region != region:
        raise ParamError(
            Problem(
                what=f"The file {path.name} says region: {params.region!r}.",
                where=locate(("region",)),
                rule="the region's identifier is the name of its file",
                fix=f"write region: {region!r}, or rename the file",
            )
        )
    return params, locate


def has_keys(data: Any, keys: tuple[Any, ...]) -> bool:
    """Whether nested mappings and lists hold something under these keys, one inside the other.

    Parameters
    ----------
    data
        Mappings and lists, as read from YAML.
    keys
        Keys and positions, from the outside in.
    """
    for key in keys:
        if (isinstance(data, dict) and key in data) or (
            isinstance(data, list) and isinstance(key, int) and key < len(data)
        ):
            data = data[key]
        else:
            return False
    return True


def _merge(default: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    merged = dict(default)
    for key, value in own.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both else value
    return merged


def shared_framework_path(listed: Sequence[RegionParams], project: Project) -> Path:
    """File of the framework that most of some regions have and that names no indicator of a single region.

    Parameters
    ----------
    listed
        At least one region.
    project
        Whose file it is.
    """
    names = [p.scoreboard.framework for p in listed if not p.own.own_indicators]
    chosen = max(names, key=names.count) if names else ScoreboardParams().framework
    return project.params / "frameworks" / f"{chosen}.yaml"


def has_example(project: Project) -> bool:
    """Whether the project has an example of a stress test."""
    return _example_path(project).is_file()


def _example_path(project: Project) -> Path:
    return project.params / "stress_test" / "example.yaml"


def load_example(project: Project) -> RegionParams:
    """The parameters of the example of a stress test, whose answers are made up.

    Raises
    ------
    ParamError
        What is wrong with ``params/stress_test/example.yaml``, or with a file that it names.
    """
    return _checked(project, *_load_file(project, _example_path(project), EXAMPLE_ID))


def load_europe(project: Project) -> EuropeParams:
    """The parameters of the page of all regions: the years of ``params/default.yaml``.

    Raises
    ------
    ParamError
        A value of the default file is not what the page can take.
    """
    default, locate = yamlfile.read(project.params / "default.yaml")
    values = {name: default[name] for name in EuropeParams.model_fields if name in default}
    try:
        return EuropeParams.model_validate(values)
    except ValidationError as exc:
        raise ParamError(schema_problems(exc, EuropeParams, locate)) from exc


@dataclass(frozen=True)
class ChosenPeers:
    """The analyst’s own peers: identifiers (None: found by structure), codes and names of this project’s regions."""

    ids: list[str] | None
    territories: dict[str, list[str]]
    names: dict[str, str]


def chosen_peers(params: RegionParams, project: Project) -> ChosenPeers:
    """The regions that a region is to be compared with; peers that are region files with their codes.

    Raises
    ------
    ParamError
        What is wrong with the file of a peer.
    """
    if params.scoreboard.peers == "auto":
        return ChosenPeers(None, {}, {})
    ids = list(params.scoreboard.peers)
    known = [peer for peer in ids if peer in region_ids(project)]
    files = load_regions(project, known) if known else []
    return ChosenPeers(ids, {peer.region: peer.nuts_ids for peer in files}, {peer.region: peer.name for peer in files})


def programmes_of_others(params: RegionParams, project: Project) -> tuple[dict[str, Any], dict[str, str]]:
    """Programmes of the other regions that have a table of them, and the names of these regions.

    Raises
    ------
    ParamError
        What is wrong with the file of a region, or with its table.
    """
    # Imported here: parameters are read before pandas is needed.
    from clusterkit.stress_test import load_instrument, read_programmes

    others = [region for region in region_ids(project) if region != params.region]
    listed = [other for other in load_regions(project, others) if other.stress_test.programmes] if others else []
    if not listed:
        return {}, {}
    instrument = load_instrument(project.params)
    tables = {
        other.region: read_programmes(
            project.root / str(other.stress_test.programmes), instrument.vocabulary, parts=instrument.parts
        )
        for other in listed
    }
    return tables, {other.region: other.name for other in listed}


def schema() -> str:
    """JSON schema of a region file, as text, for editors and for ``params/schema.json``."""
    model = RegionParams.model_json_schema()
    model["title"] = "clusterkit region parameters"
    model["description"] = inspect.cleandoc(RegionParams.__doc__ or "")
    return json.dumps(model, indent=2, ensure_ascii=False) + "\n"
