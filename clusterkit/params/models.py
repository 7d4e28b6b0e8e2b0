"""What a report depends on: the parameters of a region and of the page of all regions, with their rules."""

from __future__ import annotations

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

from clusterkit.files import DEVICES
from clusterkit.paths import Project
from clusterkit.typed import Strict

if TYPE_CHECKING:
    from clusterkit.data.own import Owner

EMERGING = "emerging-industries"  # taxonomy in which regions are compared, whatever they choose
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


def divisions_path(project: Project) -> Path:
    """File of the taxonomy that names the NACE divisions: the sectors of every page."""
    return project.params / "taxonomies" / f"{DIVISIONS}.yaml"
