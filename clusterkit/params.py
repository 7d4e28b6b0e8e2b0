"""Parameters: one default file, one file per region with its differences, checked before use.

A region file is merged over ``params/default.yaml``, checked as a whole, and handed to a
notebook as plain values. Nothing runs on a file that has a problem.
"""

from __future__ import annotations

import difflib
import inspect
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    Field,
    StrictInt,
    StrictStr,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from clusterkit import yamlfile
from clusterkit.errors import ClusterkitError, ParamError, Problem
from clusterkit.files import DEVICES
from clusterkit.paths import Project
from clusterkit.typed import Strict, problems_of

if TYPE_CHECKING:
    from clusterkit.data.own import Kind, Owner

RULE = "params/schema.json"
DIVISIONS = "nace-divisions"  # taxonomy that names the divisions, whatever other categories are chosen
REGION_ID = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"  # small letters, digits and hyphens: it becomes a file name
ID_LENGTH = 60  # characters of it at most
OWN = ("region", "name", "nuts_ids")  # what only a region's own file can say
RESERVED_ID = "home"  # folder of the home page's data
EUROPE_ID = "europe"  # page of all regions, and folder of its data
COMPARE_ID = "compare"  # page of the regions side by side, and folder of its data
SYNTHESIS_ID = "synthesis"  # page of what the regions share, and folder of its data
EXPLORER_ID = "explorer"  # page to look up and compare all regions, and folder of its data
EXAMPLE_ID = "stress-test-example"  # page of a stress test with illustrative answers, and folder of its data
# Pages on no single region, in the order of the site.
WHOLE_IDS = (COMPARE_ID, EXPLORER_ID, SYNTHESIS_ID, EUROPE_ID, EXAMPLE_ID)
Percent = Annotated[float, Field(ge=0, le=100)]


class MappingParams(Strict):
    """Parameters of the cluster mapping page."""

    taxonomy: Annotated[StrictStr, Field(pattern=REGION_ID, max_length=60)] = Field(
        "nace-divisions",
        description="Categories that have a section of their own on the mapping page: name of a file in "
        "params/taxonomies; nace-divisions for none besides the divisions.",
    )
    strong_lq: Annotated[float, Field(gt=0)] = Field(1.5, description="Least location quotient of a strong sector.")
    min_share_pct: Percent = Field(1.0, description="Least share of the region's jobs (percent) of a strong sector.")
    highlight: Annotated[list[StrictStr], Field(min_length=1, max_length=2)] = Field(
        ["C29"], description="One or two NACE divisions to map over Europe."
    )
    star_scheme: Annotated[StrictStr, Field(min_length=1)] = Field(
        "eccp-2021", description="Rule of the cluster stars: name of a file in params/star_schemes."
    )


def _auto_or_codes(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
    try:
        return check(value)
    except ValidationError as exc:
        # One sentence: pydantic would say what is wrong by each of the two ways to write it.
        error_type, message = "auto_or_codes", "Input should be 'auto', or a list of one to five texts"
        raise PydanticCustomError(error_type, message) from exc


FrameworkName = Annotated[StrictStr, Field(pattern=REGION_ID, max_length=ID_LENGTH)]
PeerList = Annotated[list[StrictStr], Field(min_length=1, max_length=5)]


class ScoreboardParams(Strict):
    """Parameters of the scoreboard page."""

    framework: FrameworkName = Field("eocic-8", description="Framework: name of a file in params/frameworks.")
    older_framework: FrameworkName = Field("res-6", description="Framework shown beside it: another file there.")
    normalisation: Literal["minmax", "zscore", "rank", "percentile_rank"] = Field(
        "minmax", description="How indicators of different units come to one scale."
    )
    aggregation: Literal["arithmetic", "geometric"] = Field(
        "arithmetic", description="Mean that makes one score of several."
    )
    min_coverage: Annotated[float, Field(ge=0, le=1)] = Field(
        0.5, description="Least share (0 to 1) of the parts of a score that are known; below it there is no score."
    )
    peers: Annotated[Literal["auto"] | PeerList, WrapValidator(_auto_or_codes)] = Field(
        "auto", description="Regions to compare with: auto, or one to five region identifiers or NUTS 2 codes."
    )
    draws: Annotated[StrictInt, Field(ge=100, le=10_000)] = Field(
        1000, description="Scoreboards drawn at random for the intervals of scores and ranks."
    )
    sobol_base: Literal[16, 32, 64, 128, 256, 512, 1024, 2048, 4096] = Field(
        256, description="Base sample of the sensitivity analysis, a power of two."
    )


# Inside the project, so that a page names no folder of somebody's machine and the project can move.
ProjectFile = Annotated[StrictStr, Field(min_length=1, max_length=300)]


class StressTestParams(Strict):
    """Parameters of the stress test page: what the region hands in, each a file of the project or none."""

    answers: ProjectFile | None = Field(
        None, description="File or folder with the answers of the respondents, from the project folder; null for none."
    )
    earlier_answers: ProjectFile | None = Field(None, description="The same of an earlier round, to tell the change.")
    programmes: ProjectFile | None = Field(None, description="Table of the region's cluster programmes.")
    domains: ProjectFile | None = Field(None, description="Table of its priority domains of smart specialisation.")
    earlier_scoreboard: ProjectFile | None = Field(
        None, description="File evidence.csv beside an earlier stress test page, to tell the change."
    )


class OwnParams(Strict):
    """Tables and shapes of the region's own, each a file of the project or none."""

    own_industry: ProjectFile | None = Field(
        None,
        description="Table of the region's own figures of industries, from the project folder; null for none.",
    )
    own_indicators: ProjectFile | None = Field(None, description="Table of indicators of the region's own.")
    own_geometry: ProjectFile | None = Field(None, description="Boundaries of the region's own, to draw on its maps.")
    own_organisations: ProjectFile | None = Field(
        None, description="Table of cluster organisations, with their places."
    )


class RegionParams(Strict):
    """Everything that a report of one region depends on."""

    schema_version: Literal[1] = Field(1, description="Version of the layout of parameter files.")
    region: Annotated[StrictStr, Field(pattern=REGION_ID, max_length=ID_LENGTH)] = Field(
        description="Identifier of the region and name of its file: small letters, digits, hyphens."
    )
    name: Annotated[StrictStr, Field(min_length=1, max_length=300)] = Field(
        description="Name as the region writes it; shown in titles."
    )
    nuts_version: Literal[2016] = Field(2016, description="NUTS version of nuts_ids and of the embedded tables.")
    nuts_ids: Annotated[list[StrictStr], Field(min_length=1)] = Field(
        description="NUTS 2 codes that make up the region, in quotes."
    )
    base_year: StrictInt = Field(2011, description="First year of growth figures.")
    reference_year: StrictInt = Field(2014, description="Year of all other figures.")
    seed: Annotated[StrictInt, Field(ge=1)] = Field(20141, description="Seed of everything that is drawn at random.")
    mapping: MappingParams = MappingParams()
    scoreboard: ScoreboardParams = ScoreboardParams()
    stress_test: StressTestParams = StressTestParams()
    own: OwnParams = OwnParams()

    @property
    def score_options(self) -> dict[str, Any]:
        """How scores are made, as ``scoreboard.region_scoreboard`` takes it."""
        return self.scoreboard.model_dump(include={"normalisation", "aggregation", "min_coverage"})

    def framework_path(self, project: Project) -> Path:
        """File of the framework that the scoreboard uses."""
        return project.params / "frameworks" / f"{self.scoreboard.framework}.yaml"

    def older_framework_path(self, project: Project) -> Path:
        """File of the framework that is shown beside it."""
        return project.params / "frameworks" / f"{self.scoreboard.older_framework}.yaml"

    @property
    def strong_rule(self) -> dict[str, Any]:
        """The two thresholds of a strong sector, as ``mapping.rank_sectors`` takes them."""
        return {"strong_lq": self.mapping.strong_lq, "min_share_pct": self.mapping.min_share_pct}

    @property
    def named_files(self) -> dict[tuple[str, str], str]:
        """Files and folders that the region hands in, from the project folder, by section and key."""
        return {
            (section, key): name
            for section in HANDED_IN
            for key, name in getattr(self, section).model_dump().items()
            if name is not None
        }

    def handed_in(self, project: Project) -> list[Path]:
        """Files that the region hands in, those inside folders too; absent ones are left out."""
        named = [project.root / name for name in self.named_files.values()]
        files = [inner for path in named for inner in (sorted(path.rglob("*")) if path.is_dir() else [path])]
        return [path for path in files if path.is_file()]

    @property
    def owner(self) -> Owner:
        """The region as readers of its own data take it."""
        # Imported here: parameters are read before pandas is needed.
        from clusterkit.data.own import Owner

        return Owner(self.region, tuple(self.nuts_ids), self.own.own_indicators)

    def taxonomy_path(self, project: Project) -> Path:
        """File of the chosen taxonomy; names of divisions are in :func:`divisions_path`."""
        return project.params / "taxonomies" / f"{self.mapping.taxonomy}.yaml"

    @model_validator(mode="after")
    def _consistent(self) -> RegionParams:
        taken = {
            RESERVED_ID: "the home page",
            EUROPE_ID: "the page of all regions",
            COMPARE_ID: "the comparison",
            EXPLORER_ID: "the explorer",
            SYNTHESIS_ID: "the synthesis",
            **dict.fromkeys(DEVICES, "a device of Windows, where no file can have it"),
        }
        if self.region in taken:
            message = f"the identifier {self.region!r} is taken by {taken[self.region]}"
            raise ValueError(message)
        if self.base_year >= self.reference_year:
            message = f"base_year {self.base_year} is not before reference_year {self.reference_year}"
            raise ValueError(message)
        return self


# Sections of RegionParams. A name stands in one section only: in a notebook all stand side by side.
SECTIONS: dict[str, type[Strict]] = {
    "mapping": MappingParams,
    "scoreboard": ScoreboardParams,
    "stress_test": StressTestParams,
    "own": OwnParams,
}
HANDED_IN = ("stress_test", "own")  # sections whose values name files that the region hands in
COMMON = ("region", "name", "nuts_version", "nuts_ids", "reference_year", "seed")  # what every page of a region takes


class EuropeParams(Strict):
    """Everything that the page of all regions depends on."""

    nuts_version: Literal[2016] = Field(2016, description="NUTS version of the embedded tables.")
    base_year: StrictInt = Field(2011, description="First year of growth figures.")
    reference_year: StrictInt = Field(2014, description="Year of the whole business economy.")
    manufacturing_year: StrictInt = Field(2022, description="Newest year of manufacturing.")
    star_scheme: Annotated[StrictStr, Field(pattern=REGION_ID)] = Field(
        "eccp-2021", description="File in params/star_schemes that says what a cluster is."
    )
    seed: Annotated[StrictInt, Field(ge=1)] = Field(20141, description="Seed of all draws.")

    @model_validator(mode="after")
    def _consistent(self) -> EuropeParams:
        if self.base_year >= self.reference_year:
            message = f"base_year {self.base_year} is not before reference_year {self.reference_year}"
            raise ValueError(message)
        return self


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


def divisions_path(project: Project) -> Path:
    """File of the taxonomy that names the NACE divisions: the sectors of every page."""
    return project.params / "taxonomies" / f"{DIVISIONS}.yaml"


def shared_framework_path(listed: Sequence[RegionParams], project: Project) -> Path:
    """File of the framework that most of some regions have and that names no indicator of a single region.

    Parameters
    ----------
    listed
        At least one region.
    project
        Whose file it is.
    """
    names = [p.scoreboard.framework for p in listed if not p.own.own_indicators]
    chosen = max(names, key=names.count) if names else ScoreboardParams().framework
    return project.params / "frameworks" / f"{chosen}.yaml"


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
        star_schemes=_names(project.params / "star_schemes"),
        regions=_names(project.params / "regions"),
        frameworks=_names(frameworks) if frameworks.is_dir() else None,
        taxonomies=_names(project.params / "taxonomies"),
    )


def _names(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))


def region_ids(project: Project) -> list[str]:
    """Identifiers of all region files, in alphabetical order."""
    return list(_names(project.params / "regions"))


def load_regions(project: Project, regions: Sequence[str] | None = None) -> list[RegionParams]:
    """Read, merge and check the parameters of some or all regions.

    Parameters
    ----------
    regions
        Identifiers; default all files in ``params/regions``.

    Returns
    -------
    list of RegionParams
        In the order asked for.

    Raises
    ------
    ParamError
        Every problem of every file at once: unknown or duplicate key, unknown region, wrong
        type or range, a code that is not in the NUTS version, an unknown sector.
    """
    problems: list[Problem] = []
    known = region_ids(project)
    wanted = list(dict.fromkeys(known if regions is None else regions))
    problems += [_unknown_region(region, known) for region in wanted if region not in known]
    if not wanted:
        problems.append(
            Problem(
                what="There is no region file.",
                where=str(project.params / "regions"),
                rule="one YAML file per region",
                fix="add a file; params/regions of a fresh checkout holds ten to start from",
            )
        )
    loaded: list[tuple[RegionParams, yamlfile.Locate]] = []
    for region in (region for region in wanted if region in known):
        try:
            loaded.append(_load(project, region))
        except ClusterkitError as exc:
            problems += exc.problems
    if loaded:
        codes = known_codes(project)
        for params, locate in loaded:
            problems += _check_codes(params, locate, codes)
            problems += _check_taxonomy(params, codes, project)
            problems += _check_handed_in(params, locate, project) or _check_frameworks(params, project)
    if problems:
        raise ParamError(list(dict.fromkeys(problems)))
    return [params for params, _ in loaded]


def load_default(project: Project) -> RegionParams:
    """What every region starts from: ``params/default.yaml``, and what is built in.

    Returns
    -------
    RegionParams
        Those of ``OWN`` are placeholders: only a region has them.

    Raises
    ------
    ParamError
        What is wrong with ``params/default.yaml``.
    """
    default, locate = yamlfile.read(project.params / "default.yaml")
    try:
        params = RegionParams.model_validate({**default, "region": "any", "name": "Any", "nuts_ids": ["any"]})
    except ValidationError as exc:
        raise ParamError(_problems(exc, RegionParams, locate)) from exc
    problems = _check_codes(params.model_copy(update={"nuts_ids": []}), locate, known_codes(project))
    problems += _check_handed_in(params, locate, project)
    if problems:
        raise ParamError(problems)
    return params


def load_region_alone(project: Project, region: str) -> RegionParams:
    """Read and check the parameters of one region, but not the files that it hands in.

    Parameters
    ----------
    project
        Whose files are read.
    region
        Identifier of the region.

    Raises
    ------
    ParamError
        Every problem of its file.
    """
    known = region_ids(project)
    if region not in known:
        raise ParamError(_unknown_region(region, known))
    params, locate = _load(project, region)
    if problems := _check_codes(params, locate, known_codes(project)):
        raise ParamError(problems)
    return params


def _unknown_region(region: str, known: list[str]) -> Problem:
    others = [name for name in (*known, *WHOLE_IDS) if name != region]
    close = difflib.get_close_matches(region, others, n=1)
    hint = f"did you mean {close[0]}?" if close else f"choose from {', '.join(known[:12])}, or add a file"
    return Problem(
        what=f"There is no region {region!r}.",
        where="command line",
        rule="a region is a file params/regions/REGION.yaml",
        fix=hint,
    )


def _load(project: Project, region: str) -> tuple[RegionParams, yamlfile.Locate]:
    path = project.params / "regions" / f"{region}.yaml"
    _refuse_example(region, path)
    return _load_file(project, path)


def _refuse_example(region: str, path: Path) -> None:
    if region == EXAMPLE_ID:
        raise ParamError(
            Problem(
                what=f"The identifier {region!r} is taken by the example of a stress test.",
                where=str(path),
                rule="a page has one name",
                fix="rename the file and the identifier in it",
            )
        )


def check_region(project: Project, own: Mapping[str, Any], path: Path, locate: yamlfile.Locate) -> RegionParams:
    """The parameters that a region file with these values gives: what :func:`load_regions` would say of it.

    Parameters
    ----------
    own
        The values of the file; what it leaves out is that of ``params/default.yaml``.
    path
        The file; it need not exist.
    locate
        Where a key stands, for messages, as :func:`clusterkit.yamlfile.parse` gives it.

    Raises
    ------
    ParamError
        Every problem at once.
    """
    _refuse_example(path.stem, path)
    params, locate = _merged(project, dict(own), locate, path)
    codes = known_codes(project)
    problems = [*_check_codes(params, locate, codes), *_check_taxonomy(params, codes, project)]
    problems += _check_handed_in(params, locate, project)
    if problems:
        raise ParamError(problems)
    return params


def _load_file(project: Project, path: Path, region: str | None = None) -> tuple[RegionParams, yamlfile.Locate]:
    return _merged(project, *yamlfile.read(path), path, region)


def _merged(
    project: Project, own: dict[str, Any], locate_own: yamlfile.Locate, path: Path, region: str | None = None
) -> tuple[RegionParams, yamlfile.Locate]:
    region = region or path.stem
    default, locate_default = yamlfile.read(project.params / "default.yaml")

    def locate(keys: tuple[Any, ...]) -> str:
        return locate_own(keys) if has_keys(own, keys) or not has_keys(default, keys) else locate_default(keys)

    merged = _merge(default, own)
    try:
        params = RegionParams.model_validate(merged)
    except ValidationError as exc:
        raise ParamError(_problems(exc, RegionParams, locate)) from exc
    if params.region != region:
        raise ParamError(
            Problem(
                what=f"The file {path.name} says region: {params.region!r}.",
                where=locate(("region",)),
                rule="the region's identifier is the name of its file",
                fix=f"write region: {region!r}, or rename the file",
            )
        )
    return params, locate


def has_keys(data: Any, keys: tuple[Any, ...]) -> bool:
    """Whether nested mappings and lists hold something under these keys, one inside the other.

    Parameters
    ----------
    data
        Mappings and lists, as read from YAML.
    keys
        Keys and positions, from the outside in.
    """
    for key in keys:
        if (isinstance(data, dict) and key in data) or (
            isinstance(data, list) and isinstance(key, int) and key < len(data)
        ):
            data = data[key]
        else:
            return False
    return True


def _merge(default: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    merged = dict(default)
    for key, value in own.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both else value
    return merged


def _problems(exc: ValidationError, model: type[Strict], locate: yamlfile.Locate) -> list[Problem]:
    see = f"see {RULE} and params/default.yaml"
    return problems_of(exc, model, locate, rule=RULE, example="params/regions/piemonte.yaml", see=see)


def _check_codes(params: RegionParams, locate: yamlfile.Locate, codes: Codes) -> list[Problem]:
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
    if params.mapping.star_scheme not in codes.star_schemes:
        problems.append(
            Problem(
                what=f"There is no star scheme {params.mapping.star_scheme!r}.",
                where=locate(("mapping", "star_scheme")),
                rule="a star scheme is a file params/star_schemes/SCHEME.yaml",
                fix=_close_name(params.mapping.star_scheme, codes.star_schemes),
            )
        )
    if params.mapping.taxonomy not in codes.taxonomies:
        problems.append(
            Problem(
                what=f"There is no taxonomy {params.mapping.taxonomy!r}.",
                where=locate(("mapping", "taxonomy")),
                rule="a taxonomy is a file params/taxonomies/TAXONOMY.yaml",
                fix=_close_name(params.mapping.taxonomy, codes.taxonomies),
            )
        )
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


def _check_taxonomy(params: RegionParams, codes: Codes, project: Project) -> list[Problem]:
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
            problems.append(
                Problem(
                    what=f"There is no framework {name!r}.",
                    where=locate(("scoreboard", key)),
                    rule="a framework is a file params/frameworks/FRAMEWORK.yaml",
                    fix=_close_name(name, codes.frameworks),
                )
            )
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


def _close_name(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else f"choose from {', '.join(known)}, or add a file"


# What to do about a file that cannot be had, by section.
_COPY_TO = {"stress_test": "params/stress_test/answers", "own": "params/own"}
_MAKE_IT = {"stress_test": "`clusterkit stress-test init`", "own": "`clusterkit own template`"}


def _check_handed_in(params: RegionParams, locate: yamlfile.Locate, project: Project) -> list[Problem]:
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


def _check_frameworks(params: RegionParams, project: Project) -> list[Problem]:
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


@dataclass(frozen=True)
class ChosenPeers:
    """The analyst’s own peers: identifiers (None: found by structure), codes and names of this project’s regions."""

    ids: list[str] | None
    territories: dict[str, list[str]]
    names: dict[str, str]


def chosen_peers(params: RegionParams, project: Project) -> ChosenPeers:
    """The regions that a region is to be compared with; peers that are region files with their codes.

    Raises
    ------
    ParamError
        What is wrong with the file of a peer.
    """
    if params.scoreboard.peers == "auto":
        return ChosenPeers(None, {}, {})
    ids = list(params.scoreboard.peers)
    known = [peer for peer in ids if peer in region_ids(project)]
    files = load_regions(project, known) if known else []
    return ChosenPeers(ids, {peer.region: peer.nuts_ids for peer in files}, {peer.region: peer.name for peer in files})


def programmes_of_others(params: RegionParams, project: Project) -> tuple[dict[str, Any], dict[str, str]]:
    """Programmes of the other regions that have a table of them, and the names of these regions.

    Raises
    ------
    ParamError
        What is wrong with the file of a region, or with its table.
    """
    # Imported here: parameters are read before pandas is needed.
    from clusterkit.stress_test import load_instrument, read_programmes

    others = [region for region in region_ids(project) if region != params.region]
    listed = [other for other in load_regions(project, others) if other.stress_test.programmes] if others else []
    if not listed:
        return {}, {}
    instrument = load_instrument(project.params)
    tables = {
        other.region: read_programmes(
            project.root / str(other.stress_test.programmes), instrument.vocabulary, parts=instrument.parts
        )
        for other in listed
    }
    return tables, {other.region: other.name for other in listed}


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
        raise ParamError(_problems(exc, RegionParams, lambda _: "the notebook's parameters cell")) from exc


def has_example(project: Project) -> bool:
    """Whether the project has an example of a stress test."""
    return _example_path(project).is_file()


def _example_path(project: Project) -> Path:
    return project.params / "stress_test" / "example.yaml"


def load_example(project: Project) -> RegionParams:
    """The parameters of the example of a stress test, whose answers are made up.

    Raises
    ------
    ParamError
        What is wrong with ``params/stress_test/example.yaml``, or with a file that it names.
    """
    params, locate = _load_file(project, _example_path(project), EXAMPLE_ID)
    codes = known_codes(project)
    problems = [*_check_codes(params, locate, codes), *_check_taxonomy(params, codes, project)]
    problems += _check_handed_in(params, locate, project)
    if problems:
        raise ParamError(problems)
    return params


def load_europe(project: Project) -> EuropeParams:
    """The parameters of the page of all regions: the years of ``params/default.yaml``.

    Raises
    ------
    ParamError
        A value of the default file is not what the page can take.
    """
    default, locate = yamlfile.read(project.params / "default.yaml")
    values = {name: default[name] for name in EuropeParams.model_fields if name in default}
    try:
        return EuropeParams.model_validate(values)
    except ValidationError as exc:
        raise ParamError(_problems(exc, EuropeParams, locate)) from exc


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
        raise ParamError(_problems(exc, EuropeParams, lambda _: "the notebook's parameters cell")) from exc


def schema() -> str:
    """JSON schema of a region file, as text, for editors and for ``params/schema.json``."""
    model = RegionParams.model_json_schema()
    model["title"] = "clusterkit region parameters"
    model["description"] = inspect.cleandoc(RegionParams.__doc__ or "")
    return json.dumps(model, indent=2, ensure_ascii=False) + "\n"


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
