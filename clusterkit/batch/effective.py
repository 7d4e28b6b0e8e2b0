"""The parameters in effect: each value, where it comes from, and what it means; and the files behind a region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from clusterkit import params as parameters
from clusterkit import yamlfile
from clusterkit.batch.jobs import region_job
from clusterkit.batch.pages import pages_for
from clusterkit.errors import ClusterkitError
from clusterkit.params import HANDED_IN, SECTIONS, RegionParams
from clusterkit.paths import Project

Source = Literal["region", "default", "built-in"]


@dataclass(frozen=True)
class Effective:
    """One parameter as it is in effect.

    Parameters
    ----------
    name
        As the files nest it, joined by dots.
    value
        Plain value.
    source
        ``region``: the region's file; ``default``: ``params/default.yaml``; ``built-in``: neither says it.
    file, line
        Where it stands, from the project folder; None where it is built in.
    meaning
        What it decides.
    allowed
        Values that it can have, where the schema lists or bounds them; else "".
    """

    name: str
    value: Any
    source: Source
    file: str | None
    line: int | None
    meaning: str
    allowed: str


@dataclass(frozen=True)
class Dependence:
    """One file that pages of a region are made from.

    Parameters
    ----------
    file
        From the project folder.
    what
        What kind of file it is.
    parameter
        Name of the parameter that chooses it; "" where every region reads it.
    pages
        Kinds of the pages that are made from it, in the order of the site.
    """

    file: str
    what: str
    parameter: str
    pages: tuple[str, ...]


def effective(project: Project, region: str | None = None) -> list[Effective]:
    """Every parameter of a region with its origin, or, without a region, those that all regions start from.

    Parameters
    ----------
    region
        Identifier; None: the values of ``params/default.yaml`` and the built-in ones.

    Raises
    ------
    ParamError
        What is wrong with a file: a value that is not allowed is in effect nowhere.
    """
    default_path = project.params / "default.yaml"
    default, locate_default = yamlfile.read(default_path)
    own: dict[str, Any] = {}
    locate_own: yamlfile.Locate = str
    path = None
    if region is None:
        values = parameters.load_default(project).model_dump(exclude=set(parameters.OWN))
    else:
        (params,) = parameters.load_regions(project, [region])
        values = params.model_dump()
        path = project.params / "regions" / f"{region}.yaml"
        own, locate_own = yamlfile.read(path)
    allowed = _allowed()
    found = []
    for keys, value in _leaves(values):
        source, file, line = _origin(project, keys, (path, own, locate_own), (default_path, default, locate_default))
        name = ".".join(keys)
        found.append(Effective(name, value, source, file, line, meaning(keys), allowed.get(name, "")))
    return found


def _leaves(values: Mapping[str, Any], before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*before, key))
        else:
            yield (*before, key), value


def _origin(
    project: Project,
    keys: tuple[str, ...],
    own: tuple[Path | None, dict[str, Any], yamlfile.Locate],
    default: tuple[Path, dict[str, Any], yamlfile.Locate],
) -> tuple[Source, str | None, int | None]:
    origins: tuple[tuple[Source, tuple[Path | None, dict[str, Any], yamlfile.Locate]], ...]
    origins = (("region", own), ("default", default))
    for source, (path, data, locate) in origins:
        if path is not None and parameters.has_keys(data, keys):
            return source, path.relative_to(project.root).as_posix(), yamlfile.line_in(locate(keys))
    return "built-in", None, None


def meaning(keys: tuple[str, ...]) -> str:
    """What a parameter decides, in one sentence."""
    model = SECTIONS[keys[0]] if len(keys) > 1 else RegionParams
    return model.model_fields[keys[-1]].description or ""


def _allowed() -> dict[str, str]:
    """Values that each parameter can have, by its dotted name, where the schema lists or bounds them."""
    model = RegionParams.model_json_schema()
    found = {}
    for name, field in model["properties"].items():
        if name in SECTIONS:
            section = model["$defs"][SECTIONS[name].__name__]["properties"]
            found.update({f"{name}.{key}": _bounds(inner) for key, inner in section.items()})
        else:
            found[name] = _bounds(field)
    return found


def _bounds(field: Mapping[str, Any]) -> str:
    if "enum" in field:
        return ", ".join(str(value) for value in field["enum"])
    if "const" in field:
        return str(field["const"])
    parts = []
    for key, word in (("minimum", "at least"), ("exclusiveMinimum", "more than"), ("maximum", "at most")):
        if key in field:
            parts.append(f"{word} {field[key]:g}")
    return ", ".join(parts)


def dependences(project: Project, region: str) -> tuple[list[Dependence], list[str]]:
    """Files that the pages of a region are made from, and regions whose files could not be read.

    Returns
    -------
    tuple
        The files: where the parameters stand, those that they choose, then the others by name; and identifiers of
        other regions whose programmes would stand beside its own, had their parameter files no problem.

    Raises
    ------
    ParamError
        What is wrong with the region's file.
    """
    (params,) = parameters.load_regions(project, [region])
    others, left_out = _others(project, region)
    pages: dict[str, list[str]] = {}
    for page in pages_for(params):
        job = region_job(project, params, page, others)
        for file in (job.notebook.relative_to(project.root).as_posix(), *job.reads):
            pages.setdefault(file, []).append(page.kind)
    chosen = _chosen(project, params)
    for file in ("params/default.yaml", f"params/regions/{region}.yaml"):
        pages[file] = [page.kind for page in pages_for(params)]
    found = [Dependence(file, _what(file, chosen), chosen.get(file, ""), tuple(on)) for file, on in pages.items()]
    found.sort(key=lambda one: (one.what not in ("region", "defaults"), not one.parameter, one.file))
    return found, left_out


def _others(project: Project, region: str) -> tuple[list[RegionParams], list[str]]:
    read, left_out = [], []
    for other in parameters.region_ids(project):
        try:
            read += parameters.load_regions(project, [other]) if other != region else []
        except ClusterkitError:
            left_out.append(other)  # said by the caller: `clusterkit params check` tells what is wrong
    return read, left_out


def _chosen(project: Project, params: RegionParams) -> dict[str, str]:
    """Files that the values of parameters name, each with the parameter."""
    board, mapping = params.scoreboard, params.mapping
    named = {
        params.taxonomy_path(project): "mapping.taxonomy",
        project.params / "star_schemes" / f"{mapping.star_scheme}.yaml": "mapping.star_scheme",
        params.older_framework_path(project): "scoreboard.older_framework",
        params.framework_path(project): "scoreboard.framework",
    }
    named |= {
        project.params / "regions" / f"{peer}.yaml": "scoreboard.peers"
        for peer in ([] if board.peers == "auto" else board.peers)
    }
    for (section, key), value in params.named_files.items():
        path = project.root / value
        inner = sorted(path.rglob("*")) if path.is_dir() else [path]
        named |= {file: f"{section}.{key}" for file in inner if file.is_file()}
    return {path.relative_to(project.root).as_posix(): name for path, name in named.items()}


KINDS_OF_FILES = {
    "data/processed/": "table",
    "notebooks/": "notebook",
    "params/frameworks/": "framework",
    "params/regions/": "region",
    "params/star_schemes/": "star scheme",
    "params/stress_test/": "stress test",
    "params/taxonomies/": "taxonomy",
    "params/default.yaml": "defaults",
    "params/indicators.yaml": "indicators",
}


def _what(file: str, chosen: Mapping[str, str]) -> str:
    section, _, key = chosen.get(file, "").partition(".")
    if section in HANDED_IN:
        return key.replace("_", " ")
    return next((what for start, what in KINDS_OF_FILES.items() if file.startswith(start)), "file")
