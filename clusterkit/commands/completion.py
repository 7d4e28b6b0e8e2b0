"""``clusterkit completion``: what a shell offers after Tab, and the script that makes it ask.

A shell starts the command at every Tab: nothing here imports pandas, and whatever cannot be read offers nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import click
from click.shell_completion import CompletionItem, get_completion_class

from clusterkit import params as parameters
from clusterkit import yamlfile
from clusterkit.commands.answers import say
from clusterkit.errors import ClusterkitError
from clusterkit.paths import Project, project

COMMAND, VARIABLE = "clusterkit", "_CLUSTERKIT_COMPLETE"  # the variable's name is click's, from that of the command
SHELLS = ("bash", "zsh", "fish")
HOW = {
    "bash": """# Tab completes what clusterkit takes. Now: eval "$(clusterkit completion bash)"
# Always: clusterkit completion bash > ~/.clusterkit-complete.bash
#         echo '. ~/.clusterkit-complete.bash' >> ~/.bashrc
""",
    "zsh": """# Tab completes what clusterkit takes. Now: eval "$(clusterkit completion zsh)"
# Always: clusterkit completion zsh > ~/.clusterkit-complete.zsh
#         echo '. ~/.clusterkit-complete.zsh' >> ~/.zshrc
""",
    "fish": """# Tab completes what clusterkit takes. Now: clusterkit completion fish | source
# Always: clusterkit completion fish > ~/.config/fish/completions/clusterkit.fish
""",
}


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS), required=False)
@click.pass_context
def completion(context: click.Context, shell: str | None) -> None:
    """Print the script that lets a shell complete regions, pages, codes and options.

    The shell is bash, zsh or fish; without one, that of the environment. The first lines of the script say how to use
    it.
    """
    chosen = shell or Path(os.environ.get("SHELL", "")).name
    if chosen not in SHELLS:
        message = f"Name the shell: {', '.join(SHELLS)}."
        raise click.UsageError(message)
    made = get_completion_class(chosen)
    if made is None:  # of a click that was changed: it has these three
        message = f"This click completes nothing for {chosen}."
        raise click.UsageError(message)
    root = context.find_root()
    say(HOW[chosen] + made(root.command, {}, COMMAND, VARIABLE).source())


def complete_regions(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Regions that have a file, without those that the command line has already."""
    if (place := _project(context)) is None:
        return []
    return _items(_new(context, parameter, parameters.region_ids(place)), incomplete)


def complete_reports(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Regions that have a file, and pages on no single region."""
    if (place := _project(context)) is None:
        return []
    return _items(_new(context, parameter, [*parameters.region_ids(place), *parameters.WHOLE_IDS]), incomplete)


def complete_nuts(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """NUTS 2 codes, each with the name of its region."""
    names = {} if (place := _project(context)) is None else _nuts_names(place)
    left = _new(context, parameter, names)
    return _items({code: names[code] for code in left}, incomplete.upper())


def complete_divisions(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """NACE divisions, each with its name."""
    if (place := _project(context)) is None:
        return []
    try:
        # As YAML: the loader of taxonomies comes with pandas.
        names = yamlfile.read(place.params / "taxonomies" / "nace-divisions.yaml")[0]["categories"]
        helps = {code: str(names[code]) for code in _new(context, parameter, names)}
    except (ClusterkitError, LookupError, TypeError):
        return []
    return _items(helps, incomplete.upper())


def complete_taxonomies(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Taxonomies that have a file."""
    return _files(context, "taxonomies", incomplete)


def complete_frameworks(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Frameworks that have a file."""
    return _files(context, "frameworks", incomplete)


def complete_star_schemes(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Star schemes that have a file."""
    return _files(context, "star_schemes", incomplete)


def _files(context: click.Context, folder: str, incomplete: str) -> list[CompletionItem]:
    if (place := _project(context)) is None:
        return []
    return _items(sorted(path.stem for path in (place.params / folder).glob("*.yaml")), incomplete)


def _project(context: click.Context) -> Project | None:
    """The project that the command line names; None where there is none: a shell has no place for an error."""
    try:
        return project(context.find_root().params.get("root"))
    except ClusterkitError:
        return None


def _new(context: click.Context, parameter: click.Parameter, names: Iterable[str]) -> list[str]:
    given = context.params.get(parameter.name or "") or ()
    taken = {given} if isinstance(given, str) else set(given)
    return [name for name in names if name not in taken]


def _items(names: Iterable[str] | Mapping[str, str], incomplete: str) -> list[CompletionItem]:
    helps = names if isinstance(names, Mapping) else {}
    return [CompletionItem(name, help=helps.get(name)) for name in names if name.startswith(incomplete)]


def _nuts_names(place: Project) -> dict[str, str]:
    """Names of the regions with business statistics, by NUTS 2 code; nothing where the tables cannot be read."""
    from clusterkit.data.code_lists import read_names

    try:
        return read_names(place.processed)
    except ClusterkitError:
        return {}
