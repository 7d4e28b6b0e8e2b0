"""Rules by which clusters get stars: one YAML file per scheme, checked before use."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr, ValidationError, model_validator

from clusterkit import cached, yamlfile
from clusterkit.errors import ClusterkitError, ParamError, Problem

RULE = "docs/methods.md#cluster-stars"
EXAMPLE = "params/star_schemes/eco-2007.yaml"

Measure = Literal["persons_employed", "lq", "wages_to_country", "wages_to_area", "growth_pct", "focus_pct"]
_Finite = Annotated[float, Field(allow_inf_nan=False)]
_Text = Annotated[StrictStr, Field(min_length=1)]
_StarName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Condition(_Strict):
    """One test of one measure: against a number, or against the other regions."""

    measure: Measure
    at_least: _Finite | None = Field(None, description="Least value, in the measure's unit; equality passes.")
    top_share: Annotated[float, Field(gt=0, lt=1)] | None = Field(None, description="Share of cells that pass (0-1).")
    among: Literal["sector", "area"] = Field(
        "sector", description="top_share: of the sector's regions, or of all cells."
    )
    confirmed: StrictBool = Field(description="Whether a source at hand states the threshold.")

    @model_validator(mode="after")
    def _one_test(self) -> Condition:
        if (self.at_least is None) == (self.top_share is None):
            message = "a condition has either at_least or top_share"
            raise ValueError(message)
        return self


class CriticalMass(_Strict):
    """Fewest persons employed of a cell that can have any star."""

    persons_employed: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    confirmed: StrictBool


class Scheme(_Strict):
    """Stars by name, and what a cell has to reach for each: all conditions of a star."""

    schema_version: Literal[1]
    id: _Text
    title: _Text
    source: _Text
    critical_mass: CriticalMass
    stars: Annotated[dict[_StarName, Annotated[list[Condition], Field(min_length=1)]], Field(min_length=1)]


def load_scheme(path: Path) -> Scheme:
    """Read and check a star scheme.

    Parameters
    ----------
    path
        A file in ``params/star_schemes``.

    Raises
    ------
    ParamError
        All at once: an unknown or missing key, an unknown measure, a threshold that is no number
        or not between 0 and 1 where it is a share, a condition with two tests or none, an ``id``
        that is not the name of the file.
    """
    return _load(path)


@cached.by_file
def _load(path: Path) -> Scheme:
    data, locate = yamlfile.read(path)
    try:
        scheme = Scheme.model_validate(data)
    except ValidationError as exc:
        raise ParamError([_from_pydantic(error, locate) for error in exc.errors()]) from exc
    if scheme.id != path.stem:
        raise ParamError(
            Problem(
                what=f"The file {path.name} says id: {scheme.id!r}.",
                where=locate(("id",)),
                rule="a scheme's identifier is the name of its file",
                fix=f"write id: {path.stem}, or rename the file",
            )
        )
    return scheme


def scaled(scheme: Scheme, factor: float, *, measure: str | None = None) -> Scheme:
    """The same scheme with the thresholds of one measure, or of all, multiplied by ``factor``.

    Parameters
    ----------
    scheme
        A scheme; it is not changed.
    factor
        Above 0 (no unit). A share of the best stays below 1. The critical mass is not scaled.
    measure
        Name of a measure; None means all.

    Examples
    --------
    >>> rule = [{"measure": "lq", "at_least": 1.5, "confirmed": True}]
    >>> toy = Scheme.model_validate({"schema_version": 1, "id": "toy", "title": "Toy", "source": "none",
    ...     "critical_mass": {"persons_employed": 0, "confirmed": True}, "stars": {"specialised": rule}})
    >>> scaled(toy, 2.0).stars["specialised"][0].at_least
    3.0
    """

    def changed(test: Condition) -> Condition:
        if measure not in (None, test.measure):
            return test
        name = "top_share" if test.at_least is None else "at_least"
        return Condition.model_validate(test.model_dump() | {name: factor * getattr(test, name)})

    stars = {name: [changed(test) for test in tests] for name, tests in scheme.stars.items()}
    return scheme.model_copy(update={"stars": stars})


def list_schemes(folder: Path) -> dict[str, Scheme]:
    """Every star scheme of a folder, by identifier, in alphabetical order.

    Parameters
    ----------
    folder
        Usually ``params/star_schemes``.

    Raises
    ------
    ParamError
        Every problem of every file at once, or no file at all.
    """
    problems: list[Problem] = []
    loaded = {}
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        problems.append(
            Problem(
                what="There is no star scheme.",
                where=str(folder),
                rule="one YAML file per scheme",
                fix="check the folder's name; a fresh checkout has params/star_schemes",
            )
        )
    for path in paths:
        try:
            loaded[path.stem] = load_scheme(path)
        except ClusterkitError as exc:
            problems += exc.problems
    if problems:
        raise ParamError(problems)
    return loaded


def _from_pydantic(error: Mapping[str, Any], locate: yamlfile.Locate) -> Problem:
    keys = tuple(key for key in error["loc"] if key != "[key]")
    name = ".".join(str(key) for key in keys) or "the file"
    fix = f"see {RULE} and {EXAMPLE}"
    if error["type"] == "extra_forbidden":
        close = difflib.get_close_matches(str(keys[-1]), _fields(keys[:-1]), n=1)
        what = f"Unknown key {name}."
        fix = f"did you mean {close[0]}?" if close else f"remove it; the keys are {', '.join(_fields(keys[:-1]))}"
    elif error["type"] == "missing":
        what = f"{name} is missing."
    elif error["type"] == "value_error":
        what = f"{name}: {error['msg'].removeprefix('Value error, ')}."
    else:
        what = f"{name} is {error['input']!r}: {error['msg'][0].lower()}{error['msg'][1:]}."
    return Problem(what=what, where=locate(keys), rule=RULE, fix=fix)


def _fields(keys: tuple[Any, ...]) -> list[str]:
    models: dict[str, type[BaseModel]] = {"critical_mass": CriticalMass, "stars": Condition}
    return list(models.get(keys[0] if keys else "", Scheme).model_fields)
