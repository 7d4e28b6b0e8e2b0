"""Parameters as notebooks declare and check them: flat, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from clusterkit.errors import ParamError
from clusterkit.params.checks import schema_problems
from clusterkit.params.models import COMMON, SECTIONS, EuropeParams, RegionParams

_CELL = "the notebook's parameters cell"


def mapping_parameters(params: RegionParams) -> dict[str, Any]:
    """The values that the mapping notebook declares, flat, as papermill passes them on."""
    return {
        **params.model_dump(include={*COMMON, "base_year"}),
        **params.mapping.model_dump(),
        **params.own.model_dump(include={"own_geometry", "own_organisations"}),
    }


def scoreboard_parameters(params: RegionParams) -> dict[str, Any]:
    """The values that the scoreboard notebook declares, flat, as papermill passes them on."""
    return {
        **params.model_dump(include=set(COMMON)),
        **params.scoreboard.model_dump(),
        **params.own.model_dump(include={"own_indicators"}),
    }


def stress_test_parameters(params: RegionParams) -> dict[str, Any]:
    """The values that the stress test notebook declares, flat, as papermill passes them on."""
    return {
        **params.model_dump(include={*COMMON, "base_year"}),
        **params.mapping.model_dump(include={"strong_lq", "min_share_pct"}),
        **params.scoreboard.model_dump(include={"normalisation", "aggregation", "min_coverage", "draws"}),
        **params.stress_test.model_dump(),
        **params.own.model_dump(include={"own_indicators"}),
    }


def detail_parameters(params: RegionParams) -> dict[str, Any]:
    """The values that the notebook of sectors in detail declares, flat, as papermill passes them on."""
    return {
        **params.model_dump(include={*COMMON, "base_year"}),
        **params.mapping.model_dump(include={"taxonomy", "strong_lq", "min_share_pct"}),
        **params.own.model_dump(include={"own_industry"}),
    }


def brief_parameters(params: RegionParams) -> dict[str, Any]:
    """The values that the notebook of the brief declares, flat, as papermill passes them on."""
    return {
        **params.model_dump(include={*COMMON, "base_year"}),
        **params.mapping.model_dump(exclude={"highlight"}),
        **params.scoreboard.model_dump(exclude={"older_framework", "sobol_base"}),
        **params.stress_test.model_dump(),
        **params.own.model_dump(include={"own_indicators"}),
    }


def check(values: Mapping[str, Any]) -> RegionParams:
    """Check the parameter cell of a region's notebook and return it typed.

    Parameters
    ----------
    values
        The notebook's variables (``locals()``); other names than parameters are ignored. What a notebook
        does not declare, such as the section of another page, has its default.

    Raises
    ------
    ParamError
        A parameter is missing or not what the schema allows, all at once.
    """
    # A variable with the name of a section is the package of that name, not parameters.
    given = {name: values[name] for name in RegionParams.model_fields if name in values and name not in SECTIONS}
    for section, model in SECTIONS.items():
        own = {name: values[name] for name in model.model_fields if name in values}
        if own:
            given[section] = own
    try:
        return RegionParams.model_validate(given)
    except ValidationError as exc:
        raise ParamError(schema_problems(exc, RegionParams, lambda _: _CELL)) from exc


def check_europe(values: Mapping[str, Any]) -> EuropeParams:
    """Check the parameter cell of the page of all regions and return it typed.

    Parameters
    ----------
    values
        The notebook's variables (``locals()``); other names than parameters are ignored.

    Raises
    ------
    ParamError
        A parameter is not what the page can take, all at once.
    """
    known = {name: values[name] for name in EuropeParams.model_fields if name in values}
    try:
        return EuropeParams.model_validate(known)
    except ValidationError as exc:
        raise ParamError(schema_problems(exc, EuropeParams, lambda _: _CELL)) from exc


def as_table(params: RegionParams | EuropeParams) -> Iterable[tuple[str, Any]]:
    """Name and value of every parameter that was given, nested names joined by a dot.

    The defaults that ``check`` puts in the place of another page's parameters are left out:
    the page does not depend on them, and the region may have other values.
    """
    for name, value in params.model_dump(exclude={"schema_version"}, exclude_unset=True).items():
        if isinstance(value, dict):
            yield from ((f"{name}.{key}", inner) for key, inner in value.items())
        else:
            yield name, value
