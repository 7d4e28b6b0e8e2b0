"""YAML 1.2 files, read with safe types and with the line of every key; and values as such a file takes them."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent

from clusterkit import cached
from clusterkit.errors import ParamError, Problem

Locate = Callable[[tuple[Any, ...]], str]


def read(path: Path) -> tuple[dict[str, Any], Locate]:
    """Plain values of a YAML mapping, and a function that tells where a key stands.

    Parameters
    ----------
    path
        Of the file.

    Returns
    -------
    tuple
        The mapping as plain dicts, lists and scalars, and ``locate(("mapping", "highlight"))``,
        which gives text such as ``params/default.yaml, line 7``.

    Raises
    ------
    ParamError
        The file is absent, not YAML, holds a key twice, or is not a mapping.
    """
    return _read(path)


def _read_once(path: Path) -> tuple[dict[str, Any], Locate]:
    try:
        return parse(path.read_bytes(), path)
    except OSError as exc:
        raise ParamError(
            Problem(
                what=f"The file {path.name} cannot be read: {exc.strerror or exc}.",
                where=str(path),
                rule="parameters are YAML files under params/",
                fix="check the name and the rights of the file",
            )
        ) from exc


def parse(data: bytes, path: Path) -> tuple[dict[str, Any], Locate]:
    """What :func:`read` would give for a file of these bytes, UTF-8 with or without a byte order mark.

    Parameters
    ----------
    data
        Of the file.
    path
        Name of the file, for messages.

    Raises
    ------
    ParamError
        The text is not YAML, holds a key twice, or is not a mapping.
    """
    try:
        text = data.decode("utf-8-sig")
        # Looked for only where there can be one: it reads the text twice.
        events = YAML().parse(text) if "*" in text else ()
        alias = next((event for event in events if isinstance(event, AliasEvent)), None)
        loaded = None if alias else YAML(typ="rt").load(text)
    except DuplicateKeyError as exc:
        raise ParamError(
            Problem(
                what=f"{(exc.problem or 'A key stands twice').split(' with value')[0].capitalize()}.",
                where=f"{path}{_line(exc)}",
                rule="each key stands once in a YAML mapping",
                fix="remove one of the two",
            )
        ) from exc
    # The last four come from tags that do not fit, such as !!bool before what is none.
    except (YAMLError, ValueError, RecursionError, ArithmeticError, AttributeError, LookupError, TypeError) as exc:
        raise ParamError(
            Problem(
                what=f"{path.name} is not valid YAML: {getattr(exc, 'problem', None) or exc}.",
                where=f"{path}{_line(exc)}",
                rule="parameters are YAML 1.2",
                fix="mend the line; text with a colon or a leading special sign needs quotes",
            )
        ) from exc
    if alias:
        raise ParamError(
            Problem(
                what=f"{path.name} refers to another place of the file: *{alias.anchor}.",
                where=f"{path}, line {alias.start_mark.line + 1}",
                rule="every value is written where it stands: references can make a small file endless",
                fix="write the value itself",
            )
        )
    if not isinstance(loaded, dict):
        raise ParamError(
            Problem(
                what=f"{path.name} holds {'nothing' if loaded is None else 'a list or a text'}, not keys and values.",
                where=str(path),
                rule="a parameter file is a mapping: key, colon, value",
                fix="see params/default.yaml for the keys",
            )
        )

    def locate(keys: tuple[Any, ...]) -> str:
        node: Any = loaded
        line = None
        for key in keys:
            try:
                line = node.lc.key(key)[0] if isinstance(node, CommentedMap) else node.lc.item(key)[0]
                node = node[key]
            except (KeyError, IndexError, TypeError, AttributeError):
                break
        return str(path) if line is None else f"{path}, line {line + 1}"

    return _plain(loaded), locate


def line_in(where: str) -> int | None:
    """The line that a text of ``locate`` names; None where it names the file alone.

    Parameters
    ----------
    where
        A place as :func:`read` tells it.

    Examples
    --------
    >>> line_in("params/default.yaml, line 7"), line_in("params/default.yaml")
    (7, None)
    """
    number = where.rpartition(", line ")[2]
    return int(number) if number.isdigit() else None


_read = cached.by_file(_read_once, own=lambda found: (copy.deepcopy(found[0]), found[1]))


def _line(exc: Exception) -> str:
    """Where in the file, as it follows the file's name; "" where the parser does not say."""
    mark = exc.problem_mark if isinstance(exc, MarkedYAMLError) else None
    return "" if mark is None else f", line {mark.line + 1}"


def _plain(node: Any) -> Any:
    if isinstance(node, dict):
        return {_plain(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    if isinstance(node, bool) or node is None:
        return node
    for kind in (str, int, float):
        if isinstance(node, kind):
            return kind(node)
    return node


def quoted(value: Any) -> str:
    """A text, or a list or mapping of such, as YAML takes it whatever is in it.

    Parameters
    ----------
    value
        The text.
    """
    escaped = json.dumps(value, ensure_ascii=False)
    return re.sub("[\x7f-\x9f\u2028\u2029\ufeff]", lambda found: f"\\u{ord(found[0]):04x}", escaped)
