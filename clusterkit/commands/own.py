"""``clusterkit own``: data that an analyst brings, with a template and a check for each kind."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from clusterkit import params as parameters
from clusterkit.commands.answers import refuse_in_full, refuse_to_overwrite, refuse_wrong_input, say
from clusterkit.commands.completion import complete_regions
from clusterkit.errors import ParamError, Problem, did_you_mean
from clusterkit.paths import Project, project

if TYPE_CHECKING:
    from clusterkit.data.own import Kind, Owner

region_option = click.option(
    "--region", default=None, shell_complete=complete_regions, help="Region that the file is for; default any."
)


@click.group("own")
def own() -> None:
    """Own data: categories, tables and shapes that an analyst brings."""


@own.command("list")
def list_kinds() -> None:
    """The kinds of own data, where a region names each, and its guide."""
    from clusterkit.data.own import KINDS

    width = max(len(name) for name in KINDS)
    for name, kind in KINDS.items():
        say(f"{name.ljust(width)}  {kind.meaning} ({', '.join(kind.endings)})")
        say(f"{' ' * width}  named under {kind.parameter} in the file of a region; {kind.guide}")


@own.command("template")
@click.argument("kind")
@click.option("--output", type=click.Path(path_type=Path), required=True, help="File to make; its ending says how.")
@region_option
@click.pass_obj
@refuse_wrong_input
def template(root: Path | None, kind: str, output: Path, region: str | None) -> None:
    """Make a file to fill in; one that exists is left alone. `clusterkit own list` has the kinds."""
    from clusterkit.files import write_whole

    place, chosen = project(root), _kind(kind)
    owner = _owner(place, region)
    if output.suffix.lower() not in chosen.endings:
        raise ParamError(
            Problem(
                f"The name {output.name} says no kind of file that holds {chosen.name}.",
                str(output),
                f"{chosen.guide}: {' or '.join(chosen.endings)}",
                "let the name end in " + ("one of these" if len(chosen.endings) > 1 else chosen.endings[0]),
            )
        )
    refuse_to_overwrite(output, rule="what somebody filled in is never overwritten")
    write_whole(output, chosen.template(output, place, owner))
    say(f"{output} is ready to fill in. Check it with: clusterkit own check {chosen.name} {output}")
    say(f"Then name it under {chosen.parameter} in the file of a region ({chosen.guide}).")


@own.command("check")
@click.argument("kind")
@click.argument("file", type=click.Path(path_type=Path))
@region_option
@click.pass_obj
@refuse_in_full
def check(root: Path | None, kind: str, file: Path, region: str | None) -> None:
    """Check a file: every problem at once, exit status 2; else what was read."""
    place, chosen = project(root), _kind(kind)
    for line in chosen.check(file, place, _owner(place, region)):
        say(line)
    say("In order.")


def _kind(name: str) -> Kind:
    # Imported here: pandas takes half a second that `--help` should not cost.
    from clusterkit.data.own import KINDS

    if name not in KINDS:
        raise ParamError(
            Problem(
                f"There is no kind of own data {name!r}.",
                "command line",
                f"the kinds are {', '.join(KINDS)}",
                did_you_mean(name, list(KINDS)),
            )
        )
    return KINDS[name]


def _owner(place: Project, region: str | None) -> Owner | None:
    # Without its files: one of them may be what is being mended.
    return None if region is None else parameters.load_region_alone(place, region).owner
