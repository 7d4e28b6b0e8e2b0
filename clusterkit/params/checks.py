"""What is wrong with parameters: against the schema, the embedded tables, and the files that they name."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from clusterkit import yamlfile
from clusterkit.errors import ClusterkitError, Problem
from clusterkit.params.models import DIVISIONS, RegionParams, ScoreboardParams, divisions_path
from clusterkit.paths import Project
from clusterkit.typed import Strict, problems_of

if TYPE_CHECKING:
    from clusterkit.data.own import Kind

RULE = "params/schema.json"


@dataclass(frozen=True)
class Codes:
    """What the embedded tables know: valid codes, and what other codes became."""

    nuts2: frozenset[str]
    successors: Mapping[str, tuple[str, ...]]  # code of another NUTS version to codes of the base version
    divisions: frozenset[str]
    years: tuple[int, ...]
    star_schemes: tuple[str, ...]
    regions: tuple[str, ...]  # identifiers of the region files
    frameworks: tuple[str, ...] | None  # None: the project has no folder of frameworks to look into
    taxonomies: tuple[str, ...] = ()


def known_codes(project: Project) -> Codes:
    """Codes and years of the embedded tables, to check parameters against.

    Raises
    ------
    ContractError
        A table is absent or broken.
    """
    # Imported here: parameters are also read where nothing is checked.
    from clusterkit.data.code_lists import read_code_lists
    from clusterkit.data.industries import load_taxonomy

    nuts2, successors, years = read_code_lists(project.processed)
    taxonomy = load_taxonomy(divisions_path(project))
    frameworks = project.params / "frameworks"
    return Codes(
        nuts2=nuts2,
        successors=successors,
        divisions=frozenset(taxonomy.categories),
        years=years,
        star_schemes=names_in(project.params / "star_schemes"),
        regions=names_in(project.params / "regions"),
        frameworks=names_in(frameworks) if frameworks.is_dir() else None,
        taxonomies=names_in(project.params / "taxonomies"),
    )


def names_in(folder: Path) -> tuple[str, ...]:
    """Names of the YAML files in a folder, without ending, in alphabetical order."""
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))


def schema_problems(exc: ValidationError, model: type[Strict], locate: yamlfile.Locate) -> list[Problem]:
    """What a model finds wrong with values, each problem with its place in the file.

    Parameters
    ----------
    exc
        What the model raised.
    model
        Its class.
    locate
        As :func:`clusterkit.yamlfile.parse` gives it.
    """
    see = f"see {RULE} and params/default.yaml"
    return problems_of(exc, model, locate, rule=RULE, example="params/regions/piemonte.yaml", see=see)


def check_codes(params: RegionParams, locate: yamlfile.Locate, codes: Codes) -> list[Problem]:
    """Codes, years and names that the embedded tables and the folders of parameters do not know."""
    problems = []
    for position, code in enumerate(params.nuts_ids):
        if code not in codes.nuts2:
            problems.append(_unknown_nuts(code, locate(("nuts_ids", position)), params.nuts_version, codes))
        elif code in params.nuts_ids[:position]:
            problems.append(
                Problem(
                    what=f"The code {code} stands twice in nuts_ids.",
                    where=locate(("nuts_ids", position)),
                    rule="a region is a set of codes",
                    fix="remove one of the two",
                )
            )
    for position, code in enumerate(params.mapping.highlight):
        if code not in codes.divisions:
            problems.append(
                Problem(
                    what=f"{code!r} is not a division of the taxonomy {DIVISIONS}.",
                    where=locate(("mapping", "highlight", position)),
                    rule=f"params/taxonomies/{DIVISIONS}.yaml",
                    fix=_close_code(code, codes.divisions),
                )
            )
    for key, kind, file, known in (
        ("star_scheme", "star scheme", "star_schemes/SCHEME.yaml", codes.star_schemes),
        ("taxonomy", "taxonomy", "taxonomies/TAXONOMY.yaml", codes.taxonomies),
    ):
        if (name := getattr(params.mapping, key)) not in known:
            problems.append(_unknown_name(kind, name, locate(("mapping", key)), file, known))
    problems += _check_scoreboard(params, locate, codes)
    for key in ("base_year", "reference_year"):
        if (year := getattr(params, key)) not in codes.years:
            problems.append(
                Problem(
                    what=f"{key} is {year}; the tables hold {codes.years[0]} to {codes.years[-1]}.",
                    where=locate((key,)),
                    rule="docs/data_log.md",
                    fix=f"choose a year from {codes.years[0]} to {codes.years[-1]}",
                )
            )
    return problems


def check_taxonomy(params: RegionParams, codes: Codes, project: Project) -> list[Problem]:
    """What is wrong with the file of the chosen taxonomy, where there is one."""
    from clusterkit.data.industries import load_taxonomy

    if params.mapping.taxonomy not in codes.taxonomies:
        return []
    try:
        load_taxonomy(params.taxonomy_path(project))
    except ClusterkitError as exc:
        return list(exc.problems)
    return []


def _check_scoreboard(params: RegionParams, locate: yamlfile.Locate, codes: Codes) -> list[Problem]:
    problems = []
    for key in ("framework", "older_framework"):
        name = getattr(params.scoreboard, key)
        if codes.frameworks is not None and name not in codes.frameworks:
            where = locate(("scoreboard", key))
            problems.append(_unknown_name("framework", name, where, "frameworks/FRAMEWORK.yaml", codes.frameworks))
    peers = [] if params.scoreboard.peers == "auto" else params.scoreboard.peers
    for position, peer in enumerate(peers):
        where = locate(("scoreboard", "peers", position))
        if peer == params.region or peer in params.nuts_ids:
            problems.append(
                Problem(
                    what=f"The peer {peer} is {'' if peer == params.region else 'in '}the region itself.",
                    where=where,
                    rule="a region is compared with others",
                    fix="remove it, or write peers: auto",
                )
            )
        elif peer in peers[:position]:
            problems.append(
                Problem(
                    what=f"The peer {peer} stands twice in peers.",
                    where=where,
                    rule="peers are a set of regions",
                    fix="remove one of the two",
                )
            )
        elif peer not in codes.regions and peer not in codes.nuts2:
            problems.append(_unknown_peer(peer, where, params.nuts_version, codes))
    return problems


def _unknown_peer(peer: str, where: str, version: int, codes: Codes) -> Problem:
    if peer in codes.successors:  # a code of another version, or one without statistics
        return _unknown_nuts(peer, where, version, codes)
    close = difflib.get_close_matches(peer, codes.regions, n=1)
    fix = f"did you mean {close[0]}?" if close else _close_code(peer, codes.nuts2)
    return Problem(
        what=f"The peer {peer!r} is neither a region nor a NUTS 2 code of NUTS {version}.",
        where=where,
        rule="a peer is the name of a file in params/regions, or a NUTS 2 code",
        fix=fix,
    )


def _unknown_nuts(code: str, where: str, version: int, codes: Codes) -> Problem:
    became = codes.successors.get(code)
    if became == (code,):
        return Problem(
            what=f"The region {code!r} has no business statistics in the embedded tables.",
            where=where,
            rule="docs/data_log.md: the statistics cover the 28 EU members of 2014 and Norway",
            fix="choose another region, or build the tables with data for this one",
        )
    fix = f"NUTS {version} has {' and '.join(became)} in its place" if became else _close_code(code, codes.nuts2)
    return Problem(
        what=f"{code!r} is not a NUTS 2 code of NUTS {version}.",
        where=where,
        rule="docs/methods.md#nuts-versions",
        fix=fix,
    )


def _close_code(code: str, valid: Collection[str]) -> str:
    close = difflib.get_close_matches(code.upper(), sorted(valid), n=3)
    return f"did you mean {' or '.join(close)}?" if close else "check the code"


def _unknown_name(kind: str, name: str, where: str, file: str, known: Sequence[str]) -> Problem:
    """A name that no file has; ``file`` tells below ``params`` where those of its kind are."""
    close = difflib.get_close_matches(name, known, n=1)
    fix = f"did you mean {close[0]}?" if close else f"choose from {', '.join(known)}, or add a file"
    return Problem(f"There is no {kind} {name!r}.", where, f"a {kind} is a file params/{file}", fix)


# What to do about a file that cannot be had, by section.
_COPY_TO = {"stress_test": "params/stress_test/answers", "own": "params/own"}
_MAKE_IT = {"stress_test": "`clusterkit stress-test init`", "own": "`clusterkit own template`"}


def check_handed_in(params: RegionParams, locate: yamlfile.Locate, project: Project) -> list[Problem]:
    """Files that the region hands in: inside the project, there, and right."""
    named = params.named_files
    problems = []
    for (section, key), value in named.items():
        path = _resolved(project, value)
        if path is not None and (Path(value).is_absolute() or not path.is_relative_to(project.root.resolve())):
            what = f"{section}.{key} is {value!r}, outside of the project."
            fix = f"copy it into the project, such as {_COPY_TO[section]}, and name it from there"
            problems.append(Problem(what, locate((section, key)), "a report is made from files of the project", fix))
        elif path is None or not path.exists():
            what = f"There is no file or folder {value!r}."
            fix = f"correct the name, or write null; {_MAKE_IT[section]} makes a file to fill in"
            problems.append(Problem(what, locate((section, key)), "names start from the project folder", fix))
    if problems or not named:
        return problems
    return [*_check_stress_test(params, project), *_check_own(params, project)]


def _check_stress_test(params: RegionParams, project: Project) -> list[Problem]:
    given = {key: value for (section, key), value in params.named_files.items() if section == "stress_test"}
    if not given:
        return []
    # Imported here: most regions hand in nothing, and pandas takes its time.
    from clusterkit.stress_test.inputs import load_inputs, load_instrument

    try:
        load_inputs(load_instrument(project.params), project.root, given, region=params.region)
    except ClusterkitError as exc:
        return list(exc.problems)
    return []


def _check_own(params: RegionParams, project: Project) -> list[Problem]:
    given = {f"own.{key}": name for (section, key), name in params.named_files.items() if section == "own"}
    if not given:
        return []
    # Imported here, as above.
    from clusterkit.data.own import KINDS

    files = [(kind, project.root / given[kind.parameter]) for kind in KINDS.values() if kind.parameter in given]
    return _problems_of_kinds(files, params, project)


def _problems_of_kinds(files: Iterable[tuple[Kind, Path]], params: RegionParams, project: Project) -> list[Problem]:
    """What is wrong with files that the region uses, each as the check of its kind says it."""
    problems: list[Problem] = []
    for kind, path in files:
        try:
            kind.check(path, project, params.owner)
        except ClusterkitError as exc:
            problems += exc.problems
    return problems


def check_frameworks(params: RegionParams, project: Project) -> list[Problem]:
    """Frameworks that are not those of every region, or may name indicators that the region hands in."""
    names = {params.scoreboard.framework, params.scoreboard.older_framework}
    if not params.own.own_indicators:
        names -= {ScoreboardParams().framework, ScoreboardParams().older_framework}
    paths = [project.params / "frameworks" / f"{name}.yaml" for name in sorted(names)]
    if not any(path.is_file() for path in paths):
        return []
    # Imported here: most regions have the frameworks of the project, and pandas takes its time.
    from clusterkit.data.own import KINDS

    return _problems_of_kinds([(KINDS["framework"], path) for path in paths], params, project)


def _resolved(project: Project, name: str) -> Path | None:
    """Where a name leads; None where no file can have it."""
    try:
        path = (project.root / name).resolve()
        path.exists()
    except (OSError, ValueError):  # too long a name, or a zero byte in it
        return None
    return path
