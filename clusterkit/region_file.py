"""Writes the parameter file of a region: only what differs from the defaults, and nothing else of the file changes.

A file that somebody wrote by hand keeps its comments, its order and its spelling: single values are exchanged in its
text. What the file would mean is checked before it is written, by the same rules as when it is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node

from clusterkit import params, yamlfile
from clusterkit.errors import ParamError, Problem, RunError
from clusterkit.files import write_whole
from clusterkit.paths import Project

HEAD = "# yaml-language-server: $schema=../schema.json\n"  # of a new file: editors then know the keys
NO_TEXT = ("null", "true", "false")  # words that YAML takes for something else where they stand without quotes
_ABSENT = object()  # in the place of a value: the key is to go, or is not there

Keys = tuple[str, ...]


def region_path(project: Project, region: str) -> Path:
    """The parameter file of a region, whether it is there or not.

    Parameters
    ----------
    project
        Whose folder ``params/regions`` it is in.
    region
        Identifier of the region.

    Raises
    ------
    ParamError
        The identifier cannot be the name of a file.
    """
    if not isinstance(region, str) or not re.fullmatch(params.REGION_ID, region) or len(region) > params.ID_LENGTH:
        rule = f"small letters, digits and single hyphens, a letter first, at most {params.ID_LENGTH} characters"
        what = f"{region!r} is no identifier of a region."
        raise ParamError(Problem(what, "region", rule, "write it like north-middle-sweden"))
    return project.params / "regions" / f"{region}.yaml"


def write_region(project: Project, values: Mapping[str, Any], *, replace: bool = False) -> Path:
    """Write the parameter file of a region, or change the one that is there; whole or not at all.

    Parameters
    ----------
    project
        Whose folder ``params/regions`` gets the file, and whose ``params/default.yaml`` gives the defaults.
    values
        As a region file holds them, with the sections as mappings inside: ``region`` at least, for a new file ``name``
        and ``nuts_ids`` too. A value that is the default is left out of the file, and taken out where it stood. What
        is not given stays as the file has it. The caller's mapping is not changed.
    replace
        Whether a file that is there may be changed. A file that has all the values already is left as it is.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ParamError
        What ``clusterkit params check`` would say of the new file; or the file is there and ``replace`` is False.
        Nothing was written.
    RunError
        The folder cannot be written, or the text of the file is such that it cannot be changed; the old file is as it
        was.
    """
    path = region_path(project, values.get("region", ""))
    is_there = path.exists()
    if is_there and not replace:
        raise ParamError(
            Problem(
                what=f"There is already a file {path.name}.",
                where=str(path),
                rule="the parameters of a region are not overwritten unasked",
                fix="choose another identifier, or remove the file",
            )
        )
    own, _ = yamlfile.read(path) if is_there else ({}, None)
    defaults, changes = dict(_flat(params.load_default(project).model_dump(exclude=set(params.OWN)))), {}
    for keys, value in _flat(values):
        found = _at(own, keys)
        if found != value or found is _ABSENT:
            is_default = keys in defaults and defaults[keys] == value
            changes[keys] = _ABSENT if is_default else value
    old = path.read_bytes() if is_there else HEAD.encode()
    new = _edited(old, changes, path)
    found, locate = yamlfile.parse(new, path)
    if found != _with(own, changes):
        raise _cannot_change(path)
    params.check_region(project, found, path, locate)
    if new != old or not is_there:
        write_whole(path, new)
    return path


def _flat(values: Mapping[str, Any], above: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    """Each value with its keys, from the section inwards."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, (*above, key))
        else:
            yield (*above, key), list(value) if isinstance(value, tuple) else value


def _at(values: Any, keys: Keys) -> Any:
    for key in keys:
        if not isinstance(values, dict) or key not in values:
            return _ABSENT
        values = values[key]
    return values


def _with(own: Mapping[str, Any], changes: Mapping[Keys, Any]) -> dict[str, Any]:
    """The values of the file after the changes; a section that has lost all its keys has gone."""
    after: dict[str, Any] = {key: dict(value) if isinstance(value, dict) else value for key, value in own.items()}
    for (*above, key), value in changes.items():
        place = after
        for name in above:
            place = place.setdefault(name, {})
        if value is _ABSENT:
            place.pop(key, None)
            if not place and above:
                after.pop(above[0])
        else:
            place[key] = value
    return after


# The text of the file


def _edited(data: bytes, changes: Mapping[Keys, Any], path: Path) -> bytes:
    """The bytes of a file with some values exchanged, added or taken out, and all else as it stood."""
    mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    text = data.decode("utf-8-sig")
    newline = "\r\n" if "\r\n" in text else "\n"
    text = text.replace("\r\n", "\n")
    try:
        # What goes goes last: a section is not lost for keys that are yet to come.
        for keys, value in sorted(changes.items(), key=lambda change: change[1] is _ABSENT):
            text = _changed(text, keys, value)
    except (IndexError, KeyError, ValueError, AttributeError) as exc:  # a way to write YAML that is not foreseen here
        raise _cannot_change(path) from exc
    return mark + text.replace("\n", newline).encode()


def _cannot_change(path: Path) -> RunError:
    return RunError(
        Problem(
            what=f"The text of {path.name} cannot be changed without losing something.",
            where=str(path),
            rule="each key of a region file stands on a line of its own, with its value behind it",
            fix="write it so, as in params/regions/piemonte.yaml, or change the values by hand",
        )
    )


def _changed(text: str, keys: Keys, value: Any) -> str:
    root = YAML().compose(text)
    if root is None:  # comments alone
        return text if value is _ABSENT else f"{text.rstrip()}\n{_lines(keys, value, '')}\n".lstrip("\n")
    parent, depth = _innermost(root, keys[:-1])
    if parent.flow_style:  # in braces: written anew
        changed = _with(_plain(parent), {keys[depth:]: value})
        return _exchanged(text, parent, _flow(changed)) if changed else _changed(text, keys[:depth], _ABSENT)
    found = _pair(parent, keys[depth]) if depth == len(keys) - 1 else None
    if value is not _ABSENT:
        return _added(text, parent, keys, depth, value) if found is None else _set(text, *found, keys, value)
    if found is None:
        return text
    if len(parent.value) == 1 and depth:
        return _changed(text, keys[:-1], _ABSENT)
    return text[: _line_start(text, found[0])] + text[_line_end(text, found[1]) + 1 :]


def _innermost(node: MappingNode, keys: Keys) -> tuple[MappingNode, int]:
    """The mapping that holds what the keys lead to, or the last one on the way, and how many keys led to it."""
    for depth, key in enumerate(keys):
        found = _pair(node, key)
        if found is None or node.flow_style:
            return node, depth
        node = cast("MappingNode", found[1])  # what is no mapping has no keys: _edited tells of it
    return node, len(keys)


def _pair(node: MappingNode, key: str) -> tuple[Node, Node] | None:
    return next((pair for pair in node.value if pair[0].value == key), None)


def _set(text: str, key: Node, node: Node, keys: Keys, value: Any) -> str:
    written = _scalar(keys[-1], value)
    if isinstance(node, CollectionNode) and not node.flow_style:  # a list with an item a line
        colon = text.index(":", key.end_mark.index) + 1
        first = text.rindex("\n", 0, node.start_mark.index)
        return f"{text[:colon]} {written}{text[colon:first]}{text[_line_end(text, node) :]}"
    return _exchanged(text, node, written)


def _exchanged(text: str, node: Node, written: str) -> str:
    start = node.start_mark.index
    gap = "" if text[start - 1 : start] in ("", " ", "\n") else " "
    return f"{text[:start]}{gap}{written}{text[max(_end(text, node), start) :]}"


def _added(text: str, parent: MappingNode, keys: Keys, depth: int, value: Any) -> str:
    """With a key more in a mapping, where the defaults have it in their order."""
    lines = _lines(keys[depth:], value, " " * parent.value[0][0].start_mark.column)
    order = _order(keys[:depth])
    own = order.index(keys[depth]) if keys[depth] in order else len(order)
    before = [pair for pair in parent.value if pair[0].value not in order[own:]]
    if not before:
        start = _line_start(text, parent.value[0][0])
        return f"{text[:start]}{lines}\n{text[start:]}"
    end = _line_end(text, before[-1][1])
    return f"{text[:end]}\n{lines}{text[end:] or chr(10)}"


def _order(section: Keys) -> list[str]:
    """Keys of a section, or of the file, in their order."""
    model = params.SECTIONS[section[0]] if section else params.RegionParams
    return list(model.model_fields)


def _line_start(text: str, node: Node) -> int:
    return text.rfind("\n", 0, node.start_mark.index) + 1


def _line_end(text: str, node: Node) -> int:
    """Where the line ends on which a node ends, its comment included; the line break is not."""
    found = text.find("\n", max(_end(text, node), node.start_mark.index))
    return len(text) if found < 0 else found


def _end(text: str, node: Node) -> int:
    """Where the last sign of a node stands: marks of YAML go on to whatever follows."""
    if isinstance(node, CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    start = node.start_mark.index
    return start + len(text[start : node.end_mark.index].rstrip())


def _plain(node: Node) -> Any:
    """What a node means."""
    yaml = YAML(typ="safe", pure=True)
    return yaml.constructor.construct_document(node)


# Values as YAML has them


def _lines(keys: Keys, value: Any, indent: str) -> str:
    """A key and its value, inside of its section where that is new."""
    *above, key = keys
    lines = [f"{indent}{'  ' * depth}{name}:" for depth, name in enumerate(above)]
    return "\n".join([*lines, f"{indent}{'  ' * len(above)}{key}: {_scalar(key, value)}"])


def _scalar(key: str, value: Any) -> str:
    """A value as the region files of the project write it."""
    is_word = isinstance(value, str) and re.fullmatch(params.REGION_ID, value) and value not in NO_TEXT
    return str(value) if is_word and key != "name" else yamlfile.quoted(value)


def _flow(values: Mapping[str, Any]) -> str:
    parts = [f"{key}: {_flow(each) if isinstance(each, dict) else _scalar(key, each)}" for key, each in values.items()]
    return f"{{{', '.join(parts)}}}"
