"""The stress test of one region: answers beside the evidence, with all that follows from the two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import pandas as pd

from clusterkit import mapping
from clusterkit.data.industries import Taxonomy
from clusterkit.data.industries.nace import OUTSIDE_NAMES
from clusterkit.scoreboard.region import RegionScoreboard
from clusterkit.stress_test.change import change_in_answers, change_in_evidence, change_in_quality
from clusterkit.stress_test.concerned import by_part, clusters_concerned
from clusterkit.stress_test.domains import check_domains, outside_domains, sector_classes
from clusterkit.stress_test.facts import gather_facts
from clusterkit.stress_test.gaps import policy_gaps
from clusterkit.stress_test.inputs import Inputs, Instrument
from clusterkit.stress_test.rules import Recommendation, recommend
from clusterkit.stress_test.scoring import by_group, score_policy_quality, score_priorities


class Economy(NamedTuple):
    """The sectors of a region as the mapping finds them.

    ``classes`` as ``sector_classes`` gives them, ``strong`` the codes of the strong sectors, ``quotients`` location
    quotients of all regions (no unit), ``n_within_reach`` the number of sectors close to the strong ones.
    """

    classes: pd.DataFrame
    strong: list[str]
    quotients: pd.DataFrame
    n_within_reach: int


def sector_evidence(economy: mapping.RegionEconomy) -> Economy:
    """What a stress test needs of a region's economy.

    Parameters
    ----------
    economy
        As the mapping page has it.
    """
    quadrants = mapping.growth_quadrants(economy.sectors, strong_lq=economy.strong_lq)
    unsure = list(mapping.undecided(economy.sectors, strong_lq=economy.strong_lq).index)
    candidates = economy.within.candidates
    classes = sector_classes(economy.sectors, economy.strong, quadrants, list(candidates.index), unsure)
    return Economy(classes, economy.strong, economy.now.lq, len(candidates))


@dataclass(frozen=True)
class StressTest:
    """Answers and evidence of one region, side by side.

    Parameters
    ----------
    region, name
        Identifier and name.
    instrument, inputs
        The questions, and what the region handed in.
    parts
        Sub-dimensions of its scoreboard (``RegionScoreboard.parts``).
    scores
        Scores of all regions, for what goes with what; shape (n_regions, n_parts).
    country
        Country of each region.
    economy
        Its sectors.
    sector_names
        NACE code to a name as it stands in a sentence.
    span
        First and last year of the figures behind the scoreboard; None without any.
    own
        Indicators behind the scoreboard that the region hands in (``RegionScoreboard.own``).
    """

    region: str
    name: str
    instrument: Instrument
    inputs: Inputs
    parts: pd.DataFrame
    scores: pd.DataFrame
    country: pd.Series
    economy: Economy
    sector_names: Mapping[str, str]
    span: tuple[int, int] | None = None
    own: pd.DataFrame | None = None

    @property
    def is_answered(self) -> bool:
        """Whether anybody answered anything."""
        return bool(self.inputs.answers.table["value"].notna().any())

    @property
    def is_illustrative(self) -> bool:
        """Whether the answers are made up to show how the tool works."""
        return self.inputs.answers.is_illustrative

    @cached_property
    def priorities(self) -> pd.DataFrame:
        """As :func:`score_priorities` gives them."""
        return score_priorities(self.inputs.answers.table, self.instrument.questionnaire)

    @cached_property
    def quality(self) -> pd.DataFrame:
        """As :func:`score_policy_quality` gives it."""
        return score_policy_quality(self.inputs.answers.table, self.instrument.questionnaire)

    @cached_property
    def groups(self) -> pd.DataFrame:
        """As :func:`by_group` gives them."""
        return by_group(self.inputs.answers.table, self.instrument.questionnaire)

    @cached_property
    def concerned(self) -> pd.DataFrame:
        """As :func:`clusters_concerned` gives them."""
        known = self.parts.index[~self.parts["is_empty"]].intersection(self.scores.columns, sort=False)
        return clusters_concerned(
            self.scores[list(known)], self.economy.quotients, self.economy.strong, country=self.country
        )

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """As :func:`policy_gaps` gives them."""
        return policy_gaps(self.parts, self.priorities, self.quality, concerned=by_part(self.concerned))

    @cached_property
    def domains(self) -> pd.DataFrame | None:
        """As :func:`check_domains` gives them; None where the region declares none."""
        return None if self.inputs.domains is None else check_domains(self.inputs.domains, self.economy.classes)

    @property
    def outside_domains(self) -> pd.DataFrame | None:
        """Strong and emerging sectors in no declared domain; None where the region declares none."""
        return None if self.inputs.domains is None else outside_domains(self.inputs.domains, self.economy.classes)

    @cached_property
    def recommendations(self) -> list[Recommendation]:
        """Rules that apply, with their evidence."""
        subjects = gather_facts(
            self.inputs.answers,
            self.gaps,
            self.priorities,
            self.quality,
            self.economy.classes,
            region=self.region,
            name=self.name,
            domains=self.inputs.domains,
            checked_domains=self.domains,
            programmes=self.inputs.programmes,
            n_within_reach=self.economy.n_within_reach,
        )
        return recommend(self.instrument.rules, subjects, self.instrument.facts)

    @cached_property
    def changed_answers(self) -> pd.DataFrame | None:
        """As :func:`change_in_answers` gives them; None without an earlier round."""
        if self._before is None:
            return None
        then = policy_gaps(self.parts, *self._before)
        return change_in_answers(then, self.gaps)

    @cached_property
    def changed_quality(self) -> pd.DataFrame | None:
        """As :func:`change_in_quality` gives it; None without an earlier round."""
        return None if self._before is None else change_in_quality(self._before[1], self.quality)

    @cached_property
    def changed_evidence(self) -> pd.DataFrame | None:
        """As :func:`change_in_evidence` gives it; None without an earlier scoreboard."""
        if self.inputs.earlier_scoreboard is None:
            return None
        return change_in_evidence(self.inputs.earlier_scoreboard, self.gaps)

    @cached_property
    def _before(self) -> tuple[pd.DataFrame, pd.DataFrame] | None:
        if self.inputs.earlier is None:
            return None
        table, questions = self.inputs.earlier.table, self.instrument.questionnaire
        return score_priorities(table, questions), score_policy_quality(table, questions)


def region_stress_test(
    instrument: Instrument, inputs: Inputs, board: RegionScoreboard, economy: Economy, *, name: str, taxonomy: Taxonomy
) -> StressTest:
    """The stress test of one region.

    Parameters
    ----------
    instrument, inputs
        The questions, and what the region handed in.
    board
        Its scoreboard by the framework of the questionnaire.
    economy
        As :func:`sector_evidence` gives it.
    name
        Of the region.
    taxonomy
        Names of the sectors.
    """
    return StressTest(
        region=board.region,
        name=name,
        instrument=instrument,
        inputs=inputs,
        parts=board.parts,
        scores=board.board.scores,
        country=board.observed.country,
        economy=economy,
        sector_names=_sector_names(taxonomy),
        span=board.span,
        own=board.own,
    )


def _sector_names(taxonomy: Taxonomy) -> dict[str, str]:
    """Names as they stand in a sentence, also of divisions that the statistics do not have."""
    outside = {code: f"{name[:1].lower()}{name[1:]} ({code})" for code, name in OUTSIDE_NAMES.items()}
    return {**outside, **{code: taxonomy.phrase(code) for code in taxonomy.categories}}
