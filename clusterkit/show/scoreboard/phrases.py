"""Words that several sections of the scoreboard page share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from clusterkit.data.frameworks import Framework
from clusterkit.data.nuts import COUNTRY_NAMES, country_phrase
from clusterkit.params import RegionParams
from clusterkit.scoreboard.profile import is_sure
from clusterkit.scoreboard.region import RegionScoreboard
from clusterkit.show import words

MARKS = {"strength": "▲", "middle": "●", "bottleneck": "▼", "unknown": "–"}  # beside the words, never instead of them
UNKNOWN = "unknown"
OWN_NAMED = 3  # own figures that a note names with their source
OWN_MARK = "own figure"  # beside the name of an indicator that the region hands in
UNION = "EU\N{NON-BREAKING HYPHEN}28"  # as a heading, which must not break

NOT_SURE_YET = "How sure these readings are is still being worked out."


def names_of(p: RegionParams, region: pd.DataFrame, chosen: Mapping[str, str] | None = None) -> dict[str, str]:
    """Name of every region as it writes it in Latin letters; the report region, and peers of several codes, as one.

    Parameters
    ----------
    chosen
        Identifier to name of peers that are regions of this project.
    """
    return {**region.set_index("nuts_id")["name_latin"], **(chosen or {}), p.region: p.name}


def in_thirds(name: str, dimensions: pd.DataFrame) -> str:
    """In how many dimensions a region is in the best and in the worst third of regions, as a title."""
    n_best, n_worst = (int((dimensions["verdict"] == verdict).sum()) for verdict in ("strength", "bottleneck"))
    return (
        f"{name} is in the best third of regions in {words.count(n_best, 'dimension')} and in the worst third in "
        f"{words.cardinal(n_worst)}"
    )


def place(row: pd.Series, *, noun: str = "") -> str:
    """A rank among the ranked, ``33rd of 266``, with a noun ``33rd of 266 regions``; unknown where there is none."""
    if not words.is_known(row["rank"]):
        return UNKNOWN
    return f"{words.ordinal(row['rank'])} of {words.number(row['n_ranked'])}{noun and ' ' + noun}"


def interval(row: pd.Series) -> str:
    """The rank interval, ``21–58``; a dash where there is none."""
    if not words.is_known(row["rank_low"]):
        return "–"
    low, high = words.number(row["rank_low"]), words.number(row["rank_high"])
    return low if low == high else f"{low}–{high}"


def place_with_interval(row: pd.Series, *, noun: str = "") -> str:
    """A rank never without its interval: ``33rd of 266 (21–58)``."""
    if not words.is_known(row["rank"]):
        return place(row)
    # One indicator that stands for a whole part leaves little to choose, and is no surer for it.
    alone, ends = row.get("n_known") == 1, interval(row)
    within = ends if not alone else "one indicator" if "–" not in ends[1:] else f"{ends}, one indicator known"
    return f"{place(row, noun=noun)} ({within})"


def margin(row: pd.Series) -> str:
    """What a rank in a sentence stands on: ``between 21 and 58 under other choices of method``."""
    if row["n_known"] == 1 and row["rank_low"] == row["rank_high"]:
        return "from one indicator"
    low, high = words.number(row["rank_low"]), words.number(row["rank_high"])
    return f"{low} whatever is chosen" if low == high else f"between {low} and {high} under other choices of method"


def is_outside(row: pd.Series) -> bool:
    """Whether the rank on the page lies outside its own interval."""
    return bool(row["rank"] < row["rank_low"] or row["rank"] > row["rank_high"])


def score(value: float) -> str:
    """Points without decimals, ``unknown`` where there is none."""
    return words.number(value) if words.is_known(value) else UNKNOWN


def scored(value: float) -> str:
    """A score with its unit, ``33 points``.

    >>> scored(33.4), scored(1.2)
    ('33 points', '1 point')
    """
    text = score(value)
    return f"{text} point{'' if text == '1' else 's'}"


def figure(value: float | None) -> str:
    """A figure of an indicator with as many decimals as its size asks for.

    >>> figure(3.456), figure(34.56), figure(3456.7), figure(0.0123)
    ('3.5', '35', '3,457', '0.01')
    """
    if not words.is_known(value):
        return "–"
    size = abs(value)
    return words.number(value, 0 if size >= 19.95 else 1 if size >= 0.95 else 2)


def points(value: float) -> str:
    """Points in a table; a dash where there are none."""
    return words.number(value) if words.is_known(value) else "–"


def signed_points(value: float) -> str:
    """Points more or less, with their sign; a dash where there are none."""
    if not words.is_known(value):
        return "–"
    return f"{'+' if round(value) > 0 else ''}{words.number(value)}"


def sure(row: pd.Series) -> str:
    """Whether a verdict holds over the whole rank interval: ``yes``, ``no``; from one indicator nobody can tell."""
    if pd.isna(row["is_robust"]) or not words.is_known(row["rank"]):
        return "–"
    return "one indicator" if row["n_known"] == 1 else "yes" if row["is_robust"] and not is_outside(row) else "no"


def named(parts: pd.DataFrame, *, bold: bool = False) -> str:
    """Names of parts in a sentence, small letters first."""
    mark = "**" if bold else ""
    return f"{mark}{listing([phrase(name) for name in parts['name']])}{mark}"


def part_noun(framework: Framework) -> str:
    """What the parts that hold the indicators are called: sub-dimensions, or dimensions where nothing lies between."""
    return "dimension" if framework.levels[-2] == framework.levels[1] else "sub-dimension"


def parts_of(framework: Framework, dimension: str) -> list[str]:
    """Parts of the lowest level in a dimension, at whatever depth; the dimension itself where it holds the indicators."""
    lowest = set(framework.at(framework.levels[-2]))
    below = [dimension]
    while below and not lowest.intersection(below):
        below = [child for part in below for child in framework.children(part)]
    return [part for part in below if part in lowest]


def listing(names: Sequence[str]) -> str:
    """Names joined by commas and a last "and"; by semicolons where a name holds a comma or an "and" itself.

    >>> listing(["design", "trade and foreign investment"])
    'design; and trade and foreign investment'
    """
    if len(names) > 1 and any("," in name or " and " in name for name in names):
        return f"{'; '.join(names[:-1])}; and {names[-1]}"
    return words.listing(names)


def first_of(names: Sequence[str], n: int) -> str:
    """The first names of many as in a sentence, and how many more there are.

    >>> first_of(["Design", "Skills", "Trade"], 2)
    'design, skills and one more'
    """
    more = [f"{words.cardinal(len(names) - n)} more"] if len(names) > n else []
    return listing([*map(phrase, names[:n]), *more])


def phrase(name: str) -> str:
    """A name inside a sentence: a small first letter, unless the first word is an abbreviation."""
    first = name.split(" ", 1)[0]
    return name if len(first) > 1 and first.upper() == first else name[:1].lower() + name[1:]


def country_of(board: RegionScoreboard) -> str:
    """Name of the region's country; "" for a region that is a whole country or lies in several."""
    alone = (board.observed.country == board.country).sum() == 1
    return "" if alone or board.country not in COUNTRY_NAMES else COUNTRY_NAMES[board.country]


def country_in_sentence(board: RegionScoreboard) -> str:
    """The same inside a sentence, ``the Netherlands``; "" where :func:`country_of` is."""
    return country_phrase(board.country) if country_of(board) else ""


def note(board: RegionScoreboard, p: RegionParams, *, more: str = "") -> str:
    """Source, years and NUTS version under every figure and table of the page."""
    span = f"figures of {board.span[0]} to {board.span[1]}" if board.span else "no figures"
    whom = f"{words.number(len(board.observed.country))} regions of NUTS 2 in the 28 EU members of 2014"
    method = f"Framework {board.framework.id}, own calculations (docs/methods.md)"
    return f"{more + ' ' if more else ''}{method}. Source: Eurostat and others (docs/indicators.md), {span}; {whom}, NUTS {p.nuts_version}.{own_note(board.own)}"


def own_note(own: pd.DataFrame | None) -> str:
    """The sources of a region's own figures that a score rests on; "" without any.

    Parameters
    ----------
    own
        As ``RegionScoreboard.own``.
    """
    if own is None:
        return ""
    shown = [f"{row['name']} ({row['source']})" for _, row in own.head(OWN_NAMED).iterrows()]
    more = f" and {words.cardinal(len(own) - OWN_NAMED)} more" if len(own) > OWN_NAMED else ""
    return f" Own figures of the region: {'; '.join(shown)}{more}."


def intervals_note(n_draws: int) -> str:
    """What a rank interval is."""
    return (
        f"Rank interval: from the 5th to the 95th percentile over {words.number(n_draws)} builds with other fillings, treatments, "
        "scales, weights and means, each without one indicator. It does not hold the sampling error of the surveys. A rank outside its interval: the "
        "choices made on this page are at the edge of those tried."
    )


def how_many_hold(parts: pd.DataFrame) -> str:
    """How many readings, strengths and bottlenecks, hold over the whole rank interval; "" where there is none."""
    n, n_sure = len(parts), int(is_sure(parts).sum())
    if n == 0:
        return ""
    if n == 1:
        return f"That reading {'holds' if n_sure else 'does not hold'} over the whole interval of its rank."
    which = {0: "none", n: "all"}.get(n_sure, words.cardinal(n_sure))
    return f"Of these {words.cardinal(n)} readings, {which} {'holds' if n_sure in (0, 1) else 'hold'} over the whole interval of the rank."


def joined(sentences: Sequence[str]) -> str:
    """Sentences that have something to say, one after the other."""
    return " ".join(sentence for sentence in sentences if sentence)
