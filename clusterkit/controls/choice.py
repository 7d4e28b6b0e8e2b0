"""The parameters chosen now: those of a region's file, with what the analyst has changed, checked as a file is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from clusterkit import params
from clusterkit.errors import ParamError, Problem
from clusterkit.paths import Project
from clusterkit.region_file import region_path, write_region

Values = dict[str, Any]  # name of a parameter, as a notebook has it, to its value
FIRST = ("region", "name", "nuts_ids")  # which region it is

_SECTION_OF = {name: section for section, model in params.SECTIONS.items() for name in model.model_fields}


def flat(p: params.RegionParams | params.EuropeParams, *, declared: bool = False) -> Values:
    """Values of parameters side by side, as a notebook has them; ``declared``: only those that were given."""
    values = p.model_dump(exclude={"schema_version"}, exclude_unset=declared)
    sections = {name: values.pop(name) for name in params.SECTIONS if name in values}
    return values | {name: value for section in sections.values() for name, value in section.items()}


def nested(values: Mapping[str, Any]) -> Values:
    """The same as a region file has them."""
    found: Values = {}
    for name, value in values.items():
        if name in _SECTION_OF:
            found.setdefault(_SECTION_OF[name], {})[name] = value
        else:
            found[name] = value
    return found


class Step(NamedTuple):
    """A choice in short: a region that has a file, or a set of codes of one's own, and what is changed of its values."""

    region: str
    own: Values | None
    changed: Values


class _Changes:
    """What was chosen of the values that there are."""

    base: Values
    changed: Values

    def change(self, name: str, value: Any) -> None:
        """Choose a value; one that is the base's is no change."""
        self.changed.pop(name, None)
        if self.base.get(name) != value:
            self.changed[name] = value

    @property
    def values(self) -> Values:
        """All parameters, those of other pages too."""
        return {**self.base, **self.changed}


class Choice(_Changes):
    """What is chosen for the page of one region.

    Parameters
    ----------
    place
        The project.
    p
        What the notebook starts with; what it declares is what can be chosen.

    Attributes
    ----------
    declared
        Names of the parameters of the page.
    base
        Values of the region's file, or the defaults where the region has none.
    source
        Identifier of the region whose file is the base; None where it has none.
    changed
        What differs from the base: it stays when another region is chosen.
    """

    def __init__(self, place: Project, p: params.RegionParams) -> None:
        self.place = place
        given = flat(p, declared=True)
        self.declared = tuple(given)
        self.source: str | None = None
        self.changed = {}
        self._before: bytes | None = None  # the file, as it was read
        own = {name: given[name] for name in FIRST}
        self.take_own(own)
        if p.region in params.region_ids(place):
            base = self._read(p.region)
            if base is not None and {name: base[name] for name in FIRST} == own:
                self._take(p.region, base)
        self.changed = {name: value for name, value in given.items() if value != self.base[name]}

    def take_region(self, region: str) -> None:
        """Choose a region that has a file.

        Raises
        ------
        ParamError
            What is wrong with the file.
        """
        self._take(region, flat(params.load_regions(self.place, [region])[0]))

    @classmethod
    def of(cls, place: Project, step: Step, declared: Sequence[str]) -> Choice:
        """What would be chosen one step from here.

        Raises
        ------
        ParamError
            What is wrong with the file of its region.
        """
        choice = cls.__new__(cls)
        choice.place, choice.declared, choice.changed = place, tuple(declared), dict(step.changed)
        if step.own is None:
            choice.take_region(step.region)
        else:
            choice.take_own(step.own)
        return choice

    def step(self, region: str | None = None, **changed: Any) -> Step:
        """The choice of now, but for another region that has a file, or for values of some parameters."""
        own = {name: self.base[name] for name in FIRST}
        is_own = region is None and self.source is None
        return Step(region or self.source or "", own if is_own else None, {**self.changed, **changed})

    def take_own(self, own: Mapping[str, Any]) -> None:
        """Choose a set of codes of one's own: ``region``, ``name`` and ``nuts_ids``."""
        self.base, self.source = {**flat(params.load_default(self.place)), **own}, None

    def check(self) -> Values:
        """The values that the page declares.

        Raises
        ------
        ParamError
            Everything that ``clusterkit params check`` would say; ``where`` names the parameter, "" for several.
        """
        values = self.values
        path = self.place.params / "regions" / f"{values['region']}.yaml"
        params.check_region(self.place, nested(values), path, _name)
        return {name: values[name] for name in self.declared}

    # The file

    def needs_leave(self, region: str) -> Problem | None:
        """Why a file is not written unasked; None where nothing of anybody else would go."""
        path = region_path(self.place, region)
        if not path.exists():
            return None
        if region != self.source:
            what, rule = (
                f"There is already a file {path.name}, of another region.",
                "it would get the values chosen here",
            )
        elif path.read_bytes() != self._before:
            what, rule = (
                f"Somebody has changed {path.name} since it was read.",
                "values chosen here go over those in it",
            )
        else:
            return None
        return Problem(what, str(path), rule, "press again to write it all the same, or choose another identifier")

    def write(self, region: str) -> Path:
        """Write the parameters under an identifier, and go on with that file.

        Raises
        ------
        ParamError, RunError
            As :func:`clusterkit.region_file.write_region` raises them; nothing was written.
        """
        values = {**self.values, "region": region}
        if region == self.source:  # what others wrote there meanwhile stays
            values = {name: values[name] for name in ("region", *self.changed)}
        else:  # what a region hands in names it
            values = {name: value for name, value in values.items() if _stays(name)}
        path = write_region(self.place, nested(values), replace=True)
        self.take_region(region)
        self.changed = {}
        return path

    def _take(self, region: str, base: Values) -> None:
        self._before = region_path(self.place, region).read_bytes()
        self.base, self.source = base, region
        self.changed = {name: value for name, value in self.changed.items() if _stays(name) and base[name] != value}

    def _read(self, region: str) -> Values | None:
        """Values of a region's file; None where it has a problem."""
        try:
            return flat(params.load_regions(self.place, [region])[0])
        except ParamError:
            return None


class EuropeChoice(_Changes):
    """What is chosen for the page of all regions; as :class:`Choice`, without a region and a file.

    Parameters
    ----------
    place
        The project.
    p
        What the notebook starts with.
    """

    source = None

    def __init__(self, place: Project, p: params.EuropeParams) -> None:
        self.place, self.base = place, flat(params.load_europe(place))
        given = flat(p)
        self.declared = tuple(given)
        self.changed = {name: value for name, value in given.items() if value != self.base[name]}

    def check(self) -> Values:
        """The values that the page declares.

        Raises
        ------
        ParamError
            Everything that is wrong; ``where`` names the parameter.
        """
        try:
            return flat(params.check_europe(self.values))
        except ParamError as exc:  # lists offer nothing wrong but years in the wrong order
            raise ParamError([Problem(each.what, "base_year", each.rule, each.fix) for each in exc.problems]) from exc


def _stays(name: str) -> bool:
    """Whether a value can be another region's too."""
    return _SECTION_OF.get(name) not in params.HANDED_IN


def _name(keys: tuple[Any, ...]) -> str:
    """The parameter that a place in a file is of; "" for none."""
    return next((key for key in keys if isinstance(key, str) and key not in params.SECTIONS), "")
