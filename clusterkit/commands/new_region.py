"""``clusterkit new-region``: the parameter file of a region, checked before it is written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from clusterkit import params as parameters
from clusterkit.commands.answers import refuse_wrong_input, say
from clusterkit.commands.completion import (
    complete_divisions,
    complete_frameworks,
    complete_nuts,
    complete_regions,
    complete_star_schemes,
    complete_taxonomies,
)
from clusterkit.errors import ClusterkitError, ParamError, Problem
from clusterkit.paths import Project, project

# Where a value of the file comes from, for messages.
OPTIONS = {
    "region": "ID",
    "name": "--name",
    "nuts_ids": "--nuts",
    "mapping.highlight": "--highlight",
    "mapping.taxonomy": "--taxonomy",
    "mapping.star_scheme": "--star-scheme",
    "scoreboard.framework": "--framework",
    "scoreboard.peers": "--peer",
}


@click.command("new-region")
@click.argument("region", metavar="ID")
@click.option("--nuts", multiple=True, required=True, shell_complete=complete_nuts, help="NUTS 2 code; repeat it.")
@click.option("--name", default=None, help="Name as the region writes it; default that of its NUTS 2 regions.")
@click.option("--highlight", multiple=True, shell_complete=complete_divisions, help="One or two NACE divisions to map.")
@click.option("--peer", multiple=True, shell_complete=complete_regions, help="Region or NUTS 2 code to compare with.")
@click.option("--framework", default=None, shell_complete=complete_frameworks, help="File in params/frameworks.")
@click.option("--taxonomy", default=None, shell_complete=complete_taxonomies, help="File in params/taxonomies.")
@click.option("--star-scheme", default=None, shell_complete=complete_star_schemes, help="File in params/star_schemes.")
@click.option("--force", is_flag=True, help="Change a file that is there; what is not named stays as it is.")
@click.pass_obj
@refuse_wrong_input
def new_region(
    root: Path | None,
    region: str,
    nuts: tuple[str, ...],
    name: str | None,
    highlight: tuple[str, ...],
    peer: tuple[str, ...],
    framework: str | None,
    taxonomy: str | None,
    star_scheme: str | None,
    force: bool,
) -> None:
    """Write the parameter file of a region: a set of NUTS 2 codes under a name.

    ID names the file and the pages: small letters, digits and hyphens. Every code is checked before anything is
    written. The file holds only what differs from params/default.yaml.
    """
    place = project(root)
    from clusterkit.region_file import write_region

    mapping = {"highlight": list(highlight), "taxonomy": taxonomy, "star_scheme": star_scheme}
    scoreboard = {"peers": list(peer), "framework": framework}
    values: dict[str, Any] = {"region": region, "name": name, "nuts_ids": list(nuts)}
    for section, own in (("mapping", mapping), ("scoreboard", scoreboard)):
        if given := {key: value for key, value in own.items() if value}:
            values[section] = given
    is_there = _check(place, values, force=force)
    path = write_region(place, values, replace=force)
    (made,) = parameters.load_regions(place, [region])
    what = "Changed" if is_there else "Wrote"
    say(f"{what} {path.relative_to(place.root).as_posix()}: {made.name} ({', '.join(made.nuts_ids)}).")
    for line in _overlaps(place, made):
        say(line)
    say(f"Next: clusterkit report {region}")


def _check(place: Project, values: dict[str, Any], *, force: bool) -> bool:
    """Everything that is wrong, with the option that says it; sets the name where none was given.

    Returns
    -------
    bool
        Whether the file is there already.
    """
    from clusterkit.region_file import region_path

    problems: list[Problem] = []
    checked, path = dict(values), place.params / "regions" / "any.yaml"
    try:
        path = region_path(place, values["region"])
    except ParamError as exc:
        problems += [Problem(problem.what, OPTIONS["region"], problem.rule, problem.fix) for problem in exc.problems]
        checked["region"] = "any"
    is_there = path.is_file()
    if is_there and not force:
        problems.append(
            Problem(
                what=f"There is already a file {path.name}.",
                where=str(path),
                rule="the parameters of a region are not overwritten unasked",
                fix="choose another identifier, or say --force to change the values that are named here",
            )
        )
    if values["name"] is None:
        name = None if not is_there else _name_that_stays(place, values)
        checked["name"] = values["name"] = name or _name_of(place, values["nuts_ids"])
    try:
        parameters.check_region(place, checked, path, _option)
    except ClusterkitError as exc:
        problems += exc.problems
    if problems:
        raise ParamError(problems)
    return is_there


def _option(keys: tuple[Any, ...]) -> str:
    """The option that gave a value."""
    name = ".".join(key for key in keys if isinstance(key, str))
    return OPTIONS.get(name, "command line")


def _name_that_stays(place: Project, values: dict[str, Any]) -> str | None:
    """Name in the file that is changed, where it stays the same region."""
    try:
        (there,) = parameters.load_regions(place, [values["region"]])
    except ClusterkitError:
        return None  # it is wrong now, and may be mended by this
    return there.name if there.nuts_ids == values["nuts_ids"] else None


def _name_of(place: Project, codes: Sequence[str]) -> str:
    """Names of NUTS 2 regions in words, as the regions write them; of a code that is none, the code."""
    from clusterkit.data.code_lists import read_names

    known = read_names(place.processed)
    *others, last = [known.get(code, code) for code in dict.fromkeys(codes)]
    return f"{', '.join(others)} and {last}" if others else last


def _overlaps(place: Project, made: parameters.RegionParams) -> list[str]:
    """Which other regions hold the same codes: allowed, and said."""
    found = []
    for other in parameters.region_ids(place):
        try:
            (params,) = parameters.load_regions(place, [other])
        except ClusterkitError:
            continue  # `clusterkit params check` and the next report say what is wrong with it
        shared = [code for code in made.nuts_ids if code in params.nuts_ids]
        if shared and other != made.region:
            found.append(f"Note: {', '.join(shared)} {'is' if len(shared) == 1 else 'are'} in {other}, too.")
    return found
