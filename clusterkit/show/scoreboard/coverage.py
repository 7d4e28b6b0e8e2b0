"""What is measured, how old it is, and what the data say of the framework."""

from __future__ import annotations

from clusterkit.params import RegionParams
from clusterkit.scoreboard.audit import Audit
from clusterkit.scoreboard.region import RegionScoreboard
from clusterkit.show import words
from clusterkit.show.output import Column, Downloads, Table, Text
from clusterkit.show.scoreboard import phrases

LEAST_ALPHA = 0.6  # Cronbach, no unit; the usual least for one thing


def say_coverage(board: RegionScoreboard, p: RegionParams) -> Text:
    """How many indicators of the framework the region has, how old they are, and which parts are empty."""
    table, framework = board.coverage(), board.framework
    noun = phrases.part_noun(framework)
    n, known, estimated = (int(table[name].sum()) for name in ("n_indicators", "n_known", "n_estimated"))
    years = board.observed.years.loc[board.region].dropna()
    which = {0: "none is", 1: "one is", n: "all are"}.get(known, f"{known} are")
    first = f"The framework has {words.count(len(framework.at(framework.levels[-2])), noun)} with {words.count(n, 'indicator')}; for {p.name} **{which} known**"
    some = (
        "" if not estimated else " (estimated)" if known == 1 else f" ({words.cardinal(estimated)} of them estimated)"
    )
    age = (
        ""
        if years.empty
        else f"{'It is' if len(years) == 1 else 'All are'} of {years.min():.0f}."
        if years.nunique() == 1
        else f"Half of them are of {years.median():.0f} or later; the oldest is of {years.min():.0f}, the newest of {years.max():.0f}."
    )
    empty = framework.empty
    without = (
        f"For {words.count(len(empty), noun)} there are no open figures by region: "
        f"{phrases.listing([phrases.phrase(framework.name(code)) for code in empty])}. {'It stays' if len(empty) == 1 else 'They stay'} in the framework, empty, and {'counts' if len(empty) == 1 else 'count'} for nobody."
        if empty
        else ""
    )
    missing = board.observed.values.loc[board.region].isna()
    lacking = [framework.name(code) for code in missing.index[missing]]
    lack = f"Not known for {p.name}: {phrases.first_of(lacking, 6)}." if lacking else ""
    merged = ""
    if len(p.nuts_ids) > 1:
        merged = (
            f"{p.name} is {words.count(len(p.nuts_ids), 'NUTS 2 region')} taken together: a rate is the mean of theirs, weighted by what it is "
            "a rate of (inhabitants, product, employment, enterprises), an amount their sum; unknown in one is unknown in the whole."
        )
    return Text((phrases.joined([f"{first}{some}.", age]), without, phrases.joined([lack, merged])))


def table_coverage(board: RegionScoreboard, p: RegionParams, downloads: Downloads, name: str = "coverage") -> Table:
    """Indicators known and their years, dimension by dimension."""
    table = board.coverage()
    has_parts = phrases.part_noun(board.framework) != "dimension"
    rows = [
        (
            board.framework.name(part),
            *([f"{row['n_parts'] - row['n_empty']:.0f} of {row['n_parts']:.0f}"] if has_parts else []),
            f"{row['n_known']:.0f} of {row['n_indicators']:.0f}",
            words.number(row["n_estimated"]),
            _years(row["oldest"], row["newest"]),
        )
        for part, row in table.iterrows()
    ]
    known, asked = int(table["n_known"].sum()), int(table["n_indicators"].sum())
    return Table(
        title=f"{p.name} has {known} of {asked} indicators",
        columns=[
            Column("Dimension", numeric=False),
            *([Column("Sub-dimensions with figures")] if has_parts else []),
            Column("Indicators known"),
            Column("of these estimated"),
            Column("Years"),
        ],
        rows=rows,
        note=phrases.note(
            board, p, more="Estimated: a part of the region, or a neighbouring level, stands in (docs/indicators.md)."
        ),
        link=downloads.save(name, table.assign(name=[board.framework.name(part) for part in table.index])),
    )


def _years(oldest: float, newest: float) -> str:
    if not words.is_known(oldest):
        return "–"
    return f"{oldest:.0f}" if oldest == newest else f"{oldest:.0f}–{newest:.0f}"


def say_coherence(found: Audit, board: RegionScoreboard) -> Text:
    """Whether the indicators of each part measure one thing, as far as correlations can tell."""
    framework = board.board.framework
    noun = phrases.part_noun(framework)
    lowest = [code for code in framework.at(framework.levels[-2]) if len(framework.leaves(code)) > 1]
    alpha = found.groups.loc[lowest, "alpha"].dropna()
    low = alpha[alpha < LEAST_ALPHA].sort_values()
    against = found.flags.loc[found.flags["flag"] == "against its parent", "part"]
    who = (
        f"the indicators of {words.out_of(len(alpha) - len(low), len(alpha))} {noun}s with several indicators hang"
        if len(alpha) > 1
        else f"the indicators of the one {noun} with several indicators {'do not hang' if len(low) else 'hang'}"
    )
    first = (
        f"Over all regions, {who} together well enough to be one thing (Cronbach’s alpha of at least 0.6)."
        if len(alpha)
        else f"No {noun} has several indicators that can be held against each other."
    )
    second = (
        f"They do least in {phrases.listing([f'{phrases.phrase(framework.name(code))} ({words.number(value, 2)})' for code, value in low.head(3).items()])}: "
        "there, look at the single indicators rather than at the score."
        if len(low)
        else ""
    )
    upper = framework.at(framework.levels[1]) if noun != "dimension" else []  # told as the lowest level already
    dimensions = found.groups.loc[upper, "alpha"].dropna()
    apart = dimensions[dimensions < LEAST_ALPHA].sort_values()
    fourth = (
        f"The sub-dimensions of {phrases.listing([phrases.phrase(framework.name(code)) for code in apart.index])} do not measure one thing "
        f"either{' and partly run against each other' if (apart < 0).any() else ''}: read {'it' if len(apart) == 1 else 'them'} part by part rather than by the rank of the whole."
        if len(apart)
        else ""
    )
    third = (
        f"{words.sentence(words.count(len(against), 'indicator runs', 'indicators run'))} against the part that it belongs to: "
        f"{phrases.first_of([framework.name(code) for code in against], 4)}."
        if len(against)
        else "No indicator runs against the part that it belongs to."
    )
    return Text((phrases.joined([first, second, third]), fourth))


def table_coherence(found: Audit, board: RegionScoreboard, p: RegionParams, downloads: Downloads) -> Table:
    """How far the parts of each dimension hang together; the file has every part."""
    framework = board.framework
    table = found.groups.loc[framework.at(framework.levels[1])]
    rows = [
        (
            framework.name(str(code)),
            words.number(row["n_parts"]),
            _or_dash(row["alpha"]),
            "–" if not words.is_known(row["first_axis"]) else f"{100 * row['first_axis']:.0f}{words.NBSP}%",
        )
        for code, row in table.iterrows()
    ]
    low = int((table["alpha"] < LEAST_ALPHA).sum())
    return Table(
        title=f"{words.sentence(words.out_of(low, len(rows)))} dimensions {'does' if low < 2 else 'do'} not hang together"
        if low
        else "No dimension falls apart",
        columns=[
            Column("Dimension", numeric=False),
            Column("Parts with figures"),
            Column("Cronbach’s alpha"),
            Column("On one axis"),
        ],
        rows=rows,
        note=phrases.note(
            board,
            p,
            more="Alpha: 1 where the parts measure one thing, below 0 where they run against each other. On one axis: share of the variance on the first "
            "principal component. –: a single part.",
        ),
        link=downloads.save(
            "coherence", found.groups.assign(name=[framework.name(str(code)) for code in found.groups.index])
        ),
    )


def _or_dash(value: float) -> str:
    return words.number(value, 2) if words.is_known(value) else "–"
