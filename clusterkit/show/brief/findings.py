"""Five findings about a region as sentences, what policy does about them, and how sure they are."""

from __future__ import annotations

from typing import Any

import pandas as pd

from clusterkit.data.industries import Taxonomy
from clusterkit.mapping import QUADRANTS, OwnSectors, growth_quadrants, region_total, summary
from clusterkit.params import RegionParams
from clusterkit.portrait import Portrait
from clusterkit.scoreboard.profile import is_sure
from clusterkit.show import words
from clusterkit.show.categories import sentence_chosen
from clusterkit.show.output import Downloads, Listing, Text
from clusterkit.show.scoreboard import phrases
from clusterkit.show.stars import SURE

NAMED = 3  # sectors, dimensions or questions in a sentence
QUESTIONS = 5  # that a region without answers is told to ask
NOT_ASKED = "Nobody in the region has answered the stress test yet"


def say_findings(of: Portrait, taxonomy: Taxonomy, names: dict[str, str]) -> Listing:
    """The five findings, each one sentence or two: strength, change, conditions, policy, possibilities.

    Parameters
    ----------
    of
        The region.
    taxonomy
        Names of its sectors.
    names
        Name of every region by code.
    """
    return Listing(
        (
            f"{_strength(of.summary, of.economy.ranked, of.p, taxonomy)} {sentence_chosen(of.chosen)}".strip(),
            _change(of.economy.quadrants, of.summary, of.p, taxonomy),
            _conditions(of),
            _policy(of),
            _possibilities(of, taxonomy, names),
        ),
        role="findings",
    )


def say_first(own: OwnSectors, p: RegionParams, taxonomy: Taxonomy) -> Listing:
    """The findings that need no other region: strength and change.

    Parameters
    ----------
    own
        Sectors of the region.
    p
        Its parameters.
    taxonomy
        Names of its sectors.
    """
    total = region_total(own.cells).loc[p.reference_year]
    found, quadrants = summary(own.ranked, total), growth_quadrants(own.ranked, strong_lq=p.mapping.strong_lq)
    return Listing((_strength(found, own.ranked, p, taxonomy), _change(quadrants, found, p, taxonomy)), role="findings")


def _strength(found: pd.Series, ranked: pd.DataFrame, p: RegionParams, taxonomy: Taxonomy) -> str:
    if not found["n_strong"]:
        if ranked.empty:
            return f"**No sector of {p.name} can be compared with Europe**: too few of its figures are published."
        code, row = str(ranked.index[0]), ranked.iloc[0]
        return (
            f"**No sector of {p.name} stands out in Europe** by the rule used here; the most specialised is "
            f"{taxonomy.phrase(code)} with {words.times_of(row)} the European share of jobs."
        )
    top = ranked[ranked["is_strong"]].head(NAMED)
    listed = "; ".join(f"{taxonomy.phrase(str(code))}, {words.times_of(row)}" for code, row in top.iterrows())
    n = int(found["n_strong"])
    which = f"it is {listed}" if n == 1 else f"above all {listed}" if n > len(top) else listed
    return (
        f"**{words.sentence(words.count(n, 'sector'))} of {p.name} {'is' if n == 1 else 'are'} strong in Europe**: {which} the European "
        f"share of jobs. {'It employs' if n == 1 else 'Together they employ'} {words.number(float(found['persons_strong']))} persons, "
        f"{words.percent(float(found['share_strong_pct']))} of the region’s jobs in {p.reference_year}."
    )


def _change(quadrants: pd.DataFrame, found: pd.Series, p: RegionParams, taxonomy: Taxonomy) -> str:
    span = f"from {p.base_year} to {p.reference_year}"
    strong = quadrants[quadrants["is_strong"]] if len(quadrants) else quadrants
    if strong.empty:
        missing = "strong sector" if found["n_strong"] else "sector"
        return f"**Whether its strength grew cannot be told**: no {missing} has comparable figures of {p.base_year} and {p.reference_year}."
    gained = strong[strong["quadrant"] == QUADRANTS[0]].sort_values("lead_points", ascending=False)
    lost = strong.drop(gained.index).sort_values("lead_points")
    n = len(strong)
    head = f"**{words.sentence(words.out_of(len(gained), n))} {'strong sector' if n == 1 else 'strong sectors'} gained ground on Europe** {span}"
    best = f"{', most of all' if len(gained) > 1 else ':'} {_led(gained, taxonomy)}" if len(gained) else ""
    worst = f"{'; ' if best else ', and '}{_led(lost, taxonomy)} lost most" if len(lost) else ""
    note = (
        " Eurostat marks a break in some of these series."
        if strong["growth_has_break"].fillna(value=False).any()
        else ""
    )
    return f"{head}{best}{worst} (growth of jobs less that of the sector in Europe).{note}"


def _led(rows: pd.DataFrame, taxonomy: Taxonomy) -> str:
    value = float(rows["lead_points"].iloc[0])
    sign = "+" if value >= 0 else "−"
    size = words.number(abs(value), 0 if abs(value) >= 9.95 else 1)
    return f"{taxonomy.phrase(str(rows.index[0]))} ({sign}{size} points)"


def _conditions(of: Portrait) -> str:
    known = of.board.dimensions.dropna(subset=["rank"])
    if known.empty:
        return (
            f"**The conditions for clusters in {of.p.name} cannot be scored**: too few of its indicators are published."
        )
    bad, good = (known[known["verdict"] == verdict] for verdict in ("bottleneck", "strength"))
    order = (known["rank"] / known["n_ranked"]).sort_values(kind="stable")
    best, worst = known.loc[order.index[0]], known.loc[order.index[-1]]
    if len(bad):
        head = f"**{words.sentence(words.out_of(len(bad), len(known)))} conditions hold it back**: {_places(bad)}"
    else:
        head = f"**None of its {words.cardinal(len(known))} conditions is in the worst third of regions**; the lowest is {phrases.phrase(worst['name'])}, {phrases.place_with_interval(worst)}"
    tail = f" In the best third: {_places(good)}." if len(good) else f" Its best is {phrases.phrase(best['name'])}, {phrases.place_with_interval(best)}."  # fmt: skip
    return f"{head}.{tail} In brackets: nine in ten of the ranks under other choices of method."


def _places(rows: pd.DataFrame) -> str:
    order = (rows["rank"] / rows["n_ranked"]).sort_values(
        ascending=rows["verdict"].iloc[0] == "strength", kind="stable"
    )
    shown = rows.loc[order.index[:NAMED]]
    texts = [f"{phrases.phrase(row['name'])}, {phrases.place_with_interval(row)}" for _, row in shown.iterrows()]
    more = [f"{words.cardinal(len(rows) - NAMED)} more"] if len(rows) > NAMED else []
    return "; ".join([*texts, *more])


def _policy(of: Portrait) -> str:
    gaps = of.test.gaps
    if not of.test.is_answered:
        weak = int((gaps["verdict"] == "bottleneck").sum())
        return (
            f"**What cluster policy does about this is not known**: nobody in the region has answered the stress test. Its evidence half names "
            f"{words.count(weak, 'weak condition')} to ask about."
        )
    blind, met = (gaps[gaps["gap"] == kind] for kind in ("blind spot", "addressed weakness"))
    mark = "Illustrative answers: " if of.test.is_illustrative else ""
    n_weak = len(blind) + len(met)
    if n_weak == 0:
        return f"{mark}**No weak condition of {of.p.name} was asked about and answered**, so that no blind spot can be told."
    head = f"{mark}**{words.sentence(words.out_of(len(blind), n_weak))} weak conditions {'is a blind spot' if len(blind) == 1 else 'are blind spots'} of policy**"
    which = f": {phrases.first_of(list(blind['name']), NAMED)}" if len(blind) else ""
    return f"{head}{which}."


def _possibilities(of: Portrait, taxonomy: Taxonomy, names: dict[str, str]) -> str:
    candidates, partners = of.economy.within.candidates, of.partners
    if candidates.empty:
        first = f"**No further sector is close to what {of.p.name} is strong in**"
    else:
        code, row = str(candidates.index[0]), candidates.iloc[0]
        first = f"**Nearest to its strengths is {taxonomy.phrase(code)}**, close to {words.count(int(row['n_close']), 'strong sector')}"
    if partners.empty:
        return f"{first}; no region of Europe is linked with it by strong sectors."
    best = partners.iloc[0]
    n = int(best["n_linked"])
    return (
        f"{first}; the region of Europe with most links to its strong sectors is {names.get(str(partners.index[0]), str(partners.index[0]))}: "
        f"{words.count(len(best['shared']), 'sector')} strong in both, {words.count(n - len(best['shared']), 'more', 'more')} strong in one and close to the other."
    )


def say_policy(of: Portrait) -> Text | Listing:
    """Blind spots and what is addressed; without answers, the five questions to ask first."""
    gaps = of.test.gaps
    if of.test.is_answered:
        return _answered(of, gaps)
    weak = gaps[gaps["verdict"].isin(["bottleneck", "middle"])].dropna(subset=["rank"])
    weak = weak.assign(share=weak["rank"] / weak["n_ranked"]).sort_values("share", ascending=False, kind="stable")
    if weak.empty:
        return Text((f"{NOT_ASKED}, and the scoreboard names no weak condition to ask about first.",))
    items = tuple(
        f"**{row['name']}**, {phrases.place_with_interval(row)}" for _, row in weak.head(QUESTIONS).iterrows()
    )
    return Listing(
        items,
        intro=f"{NOT_ASKED}. Of the weakest conditions of {of.p.name} ask first: is it a priority of policy, and who works on it?",
    )


def _answered(of: Portrait, gaps: pd.DataFrame) -> Listing:
    mark = "Illustrative: " if of.test.is_illustrative else ""
    kinds = {
        "blind spot": "Blind spots (weak, low priority)",
        "addressed weakness": "Addressed weaknesses (weak, high priority)",
        "maintained strength": "Maintained strengths (strong, low priority)",
        "reinforced strength": "Reinforced strengths (strong, high priority)",
    }
    items = []
    for kind, label in kinds.items():
        rows = gaps[gaps["gap"] == kind]
        named = phrases.first_of(list(rows["name"]), NAMED) if len(rows) else "none"
        items.append(f"**{label}**: {named}.")
    n = len(of.test.inputs.answers.sheets)
    return Listing(
        tuple(items), intro=f"{mark}{words.sentence(words.count(n, 'respondent'))} answered the stress test."
    )


def say_sureness(of: Portrait, taxonomy: Taxonomy) -> Text:
    """How much is published, and which of the findings would change under other choices."""
    sectors, strength = of.economy.sectors, of.stars.strength
    n_known = int(sectors["persons_employed"].notna().sum())
    hidden = max(0.0, 100 * (1 - float(sectors["persons_employed"].sum()) / of.total["size"]))
    first = (
        f"{words.sentence(words.out_of(n_known, len(sectors)))} sectors are published; the others hold "
        f"{'practically none' if hidden < 0.05 else 'about ' + words.percent(hidden)} of the region’s jobs."
    )
    chance = strength["p_any_star"].reindex(of.economy.strong).dropna()
    shaky = chance[chance < SURE].sort_values()
    second = (
        ""
        if chance.empty
        else f"All {words.cardinal(len(chance))} strong sectors stay so when hidden figures and thresholds vary."
        if shaky.empty and len(chance) > 1
        else "The strong sector stays so when hidden figures and thresholds vary."
        if shaky.empty
        else f"When hidden figures and thresholds vary, {words.listing([f'{taxonomy.phrase(str(code))} stays strong in {words.number(100 * value)}{words.NBSP}% of the draws' for code, value in shaky.head(NAMED).items()])}."
    )
    read = of.board.dimensions[of.board.dimensions["verdict"].isin(["strength", "bottleneck"])]
    alone = read[read["n_known"] == 1]
    flip = read[~is_sure(read)].drop(alone.index)
    third = (
        ""
        if read.empty
        else f"Of {words.count(len(read), 'reading')} of conditions, {words.cardinal(len(flip))} could change under other choices of method"
        f"{': ' + phrases.first_of(list(flip['name']), NAMED) if len(flip) else ''}"
        f"{_untested(alone)}."
    )
    known = of.board.observed.years.loc[of.p.region].notna()
    fourth = (
        f"The conditions rest on {words.number(int(known.sum()))} of {words.number(len(known))} indicators{_span(of)}."
    )
    return Text((phrases.joined([first, second]), phrases.joined([third, fourth])))


def _untested(alone: pd.DataFrame) -> str:
    """Readings that rest on one indicator: no choice of method can move them far, so that none tests them."""
    if alone.empty:
        return ""
    each = "rests on a single indicator" if len(alone) == 1 else "rest on a single indicator each"
    names = phrases.first_of(list(alone["name"]), NAMED)
    return f"; {words.cardinal(len(alone))} {each}, which other choices hardly test: {names}"


def _span(of: Portrait) -> str:
    return f" with figures of {of.board.span[0]} to {of.board.span[1]}" if of.board.span else ""


def facts(of: Portrait) -> dict[str, Any]:
    """The brief in figures, for other programs: numbers as they are, unknown ones None, units in the names.

    Parameters
    ----------
    of
        The region.
    """
    economy, own = of.economy, of.context.loc[of.p.name]
    sectors = economy.ranked.loc[economy.strong]
    strength = of.stars.strength.reindex(economy.strong)
    dimensions = of.board.dimensions
    return {
        "region": of.p.region,
        "name": of.p.name,
        "nuts_version": of.p.nuts_version,
        "nuts_ids": list(of.p.nuts_ids),
        "reference_year": of.p.reference_year,
        "base_year": of.p.base_year,
        "context": {str(key): _plain(value) for key, value in own.items()},
        "persons_employed": _plain(of.total["size"]),
        "n_strong": int(of.summary["n_strong"]),
        "persons_strong": _plain(of.summary["persons_strong"]),
        "share_strong_pct": _plain(of.summary["share_strong_pct"]),
        "strong_sectors": [
            {
                "nace_code": str(code),
                **{name: _plain(row[name]) for name in ("persons_employed", "share_pct", "lq", "lq_low", "lq_high", "growth_pct", "growth_europe_pct")},
                "n_stars": _plain(strength.loc[code, "n_stars"]),
                "p_any_star": _plain(strength.loc[code, "p_any_star"]),
            }
            for code, row in sectors.iterrows()
        ],
        "framework": of.board.framework.id,
        "dimensions": [
            {"part": str(part), "name": str(row["name"]), "verdict": str(row["verdict"]),
             **{name: _plain(row[name]) for name in ("score", "rank", "rank_low", "rank_high", "n_ranked", "eu", "peers_mean")}}
            for part, row in dimensions.iterrows()
        ],
        "peers": [str(peer) for peer in of.board.peers.index],
        "is_answered": of.test.is_answered,
        "is_illustrative": of.test.is_illustrative,
        "gaps": [
            {"item": str(item), "name": str(row["name"]), "gap": str(row["gap"]), "verdict": str(row["verdict"])}
            for item, row in of.test.gaps.iterrows()
        ],
        "within_reach": [
            {"nace_code": str(code), "density": _plain(row["density"]), "n_close": int(row["n_close"])}
            for code, row in economy.within.candidates.head(10).iterrows()
        ],
        "partners": [
            {"nuts_id": str(code), **{name: list(row[name]) for name in ("shared", "brings", "offers")}}
            for code, row in of.partners.head(10).iterrows()
        ],
    }  # fmt: skip


def _plain(value: Any) -> float | int | None:
    if value is None or pd.isna(value):
        return None
    number = float(value)
    return int(number) if number.is_integer() else float(f"{number:.6g}")


def save_facts(of: Portrait, downloads: Downloads) -> None:
    """Write :func:`facts` beside the page as ``summary.json``."""
    downloads.save_json("summary", facts(of))
