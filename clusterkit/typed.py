"""Typed models of files and parameters: what pydantic finds is said in four parts, with the line it stands in."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from clusterkit.errors import Problem, did_you_mean
from clusterkit.yamlfile import Locate


class Strict(BaseModel):
    """A model that knows all its keys, changes no types and is never changed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def problems_of(
    exc: ValidationError,
    model: type[BaseModel],
    locate: Locate,
    *,
    rule: str,
    example: str,
    noun: str = "parameter",
    see: str = "",
) -> list[Problem]:
    """Everything that a model found wrong, one problem each.

    Parameters
    ----------
    exc
        What the model raised.
    model
        The model.
    locate
        Tells where a key stands.
    rule
        Where the rules are written down.
    example
        A file that has it right.
    noun
        What a key of the file is called.
    see
        The fix where nothing nearer is known; default the rule and the example.
    """
    otherwise = see or f"see {rule} and {example}"
    found: dict[tuple[Any, ...], Problem] = {}
    for error in exc.errors():
        # One problem a place: a union says what is wrong by each of the ways that it tried.
        found.setdefault(_keys(error), _problem(error, model, locate, rule, example, noun, otherwise))
    return list(found.values())


def _keys(error: Mapping[str, Any]) -> tuple[Any, ...]:
    """Where an error lies, by the keys of the file: a union adds the name of the way that was tried to the place."""
    keys = tuple(key for key in error["loc"] if not (isinstance(key, str) and ("[" in key or "(" in key)))
    return keys[:-1] if len(keys) > 1 and keys[-1] in ("bool", "float", "int", "str") else keys


def _problem(
    error: Mapping[str, Any], model: type[BaseModel], locate: Locate, rule: str, example: str, noun: str, fix: str
) -> Problem:
    keys = _keys(error)
    name = ".".join(str(key) for key in keys) or "the file"
    if error["type"] == "extra_forbidden":
        known = _fields(model, keys[:-1])
        fix = did_you_mean(keys[-1], known, f"remove it; the keys are {', '.join(known)}")
        what = f"Unknown {noun} {name}."
    elif error["type"] == "missing":
        what = f"The {noun} {name} is missing."
        fix = f"add {name}; see {example}"
    elif error["type"] == "value_error":
        what = f"{error['msg'].removeprefix('Value error, ')}."
    else:
        what = f"{name} is {_shown(error['input'])}: {error['msg'][0].lower()}{error['msg'][1:]}."
    return Problem(what=what, where=locate(keys), rule=rule, fix=fix)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _fields(model: type[BaseModel], keys: tuple[Any, ...]) -> list[str]:
    """Keys that stand at a place of a model."""
    kind: Any = model
    for key in keys:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            field = kind.model_fields.get(str(key))
            kind = field.annotation if field else None
        else:  # one of a list, or a value of a mapping
            kind = (typing.get_args(kind) or (None,))[-1]
        kind = _only(kind)
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return []
    return [field.alias or name for name, field in kind.model_fields.items()]


def _only(kind: Any) -> Any:
    """The type itself, of ``X | None`` and ``Annotated[X, ...]``."""
    if typing.get_origin(kind) is typing.Annotated:
        return _only(typing.get_args(kind)[0])
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return _only(next((part for part in typing.get_args(kind) if part is not type(None)), None))
    if typing.get_origin(kind) in (tuple,):
        return typing.get_args(kind)[0]
    return kind
