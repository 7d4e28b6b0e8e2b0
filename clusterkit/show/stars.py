"""The stars of a region's sectors: how many, how sure, and whether other schemes agree."""

from __future__ import annotations

import pandas as pd

from clusterkit.data.industries import Taxonomy
from clusterkit.data.star_schemes import Condition, Scheme
from clusterkit.mapping import RegionStars
from clusterkit.params import RegionParams
from clusterkit.show import words
from clusterkit.show.output import Column, Downloads, Table, Text
from clusterkit.show.tables import source_note

TOP = 12  # sectors in the table
SAME_RULE = "eccp-2021"  # the scheme whose rule the strong sectors follow, docs/assumptions.md#A8
SURE = 0.95  # share of draws; a star that comes up this often is called sure
HALF = 0.5  # of the stars that the other schemes can give: enough for a place in the table

_MEASURES = {
    "persons_employed": "persons employed",
    "lq": "location quotient",
    "focus_pct": "share of the region’s jobs",
    "wages_to_country": "wages per person beside the same sector of the country",
    "wages_to_area": "wages per person beside the same sector of Europe",
    "growth_pct": "growth of persons employed",
}


def say_stars(stars: RegionStars, ranked: pd.DataFrame, p: RegionParams, taxonomy: Taxonomy) -> Text:
    """How many sectors have how many stars by the chosen scheme, how sure, and whether other schemes agree.

    Parameters
    ----------
    ranked
        Portfolio with ``is_strong``: where the scheme has the same rule, differences are explained.
    """
    rule = f"By the scheme “{stars.chosen.title}” a sector has {_stars(stars.chosen)}: {_rules(stars.chosen)}."
    strength = stars.strength
    certain = strength[strength["n_stars_low"] > 0]
    open_ones = strength[(strength["n_stars_low"] == 0) & (strength["n_stars_high"] > 0)]
    count = f"{words.sentence(_counts(certain, stars.chosen))} in {p.name} in {p.reference_year}"
    noun = ("other", "others") if len(certain) else ("sector", "sectors")
    left = f"; for {words.count(len(open_ones), *noun)} it cannot be told from published figures"
    first = f"{rule} {count}{left if len(open_ones) else ''}.{_beside_strong(certain, ranked, p, taxonomy)}"
    if certain.empty:
        return Text((first,))
    return Text((first, f"{_sureness(strength.loc[certain.index], stars, taxonomy)} {_agreement(certain, stars)}"))


def _beside_strong(certain: pd.DataFrame, ranked: pd.DataFrame, p: RegionParams, taxonomy: Taxonomy) -> str:
    """Why a sector has the star and is not called strong, or the other way round."""
    strong = ranked.index[ranked["is_strong"]]
    odd = certain.index.symmetric_difference(strong)
    if p.mapping.star_scheme != SAME_RULE or odd.empty:
        return ""
    named = words.listing([taxonomy.phrase(str(code)) for code in odd])
    return (
        f" {words.sentence(named)} {'is' if len(odd) == 1 else 'are'} told otherwise here than among the strong sectors: stars take "
        "the 90\u00a0% intervals of hidden figures, “strong” only what published totals leave no doubt about."
    )


def _counts(certain: pd.DataFrame, scheme: Scheme) -> str:
    if len(scheme.stars) == 1 or certain.empty:
        return f"{words.count(len(certain), 'sector has', 'sectors have')} {'the' if len(scheme.stars) == 1 else 'any'} star"
    numbers = certain["n_stars_low"].value_counts().sort_index(ascending=False)
    nouns = [("sector has", "sectors have"), *[("has", "have")] * len(numbers)]
    parts = [
        f"{words.count(int(n), *noun)} {words.cardinal(int(number))}"
        for noun, (number, n) in zip(nouns, numbers.items(), strict=False)
    ]
    return f"{words.listing(parts)} of the {words.cardinal(len(scheme.stars))} stars"


def _sureness(certain: pd.DataFrame, stars: RegionStars, taxonomy: Taxonomy) -> str:
    chance = certain["p_any_star"].dropna()
    if chance.empty:
        return "How sure these are cannot be told: a measure that the scheme needs is not published."
    sure = int((chance >= SURE).sum())
    least = str(chance.idxmin())
    what = "the star" if len(stars.chosen.stars) == 1 else "at least one star"
    text = (
        f"When hidden cells move within their intervals and each threshold by 10 %, {words.out_of(sure, len(chance))} "
        f"{'keeps' if sure < 2 else 'keep'} {what} in at least {SURE:.0%} of the draws".replace(
            "95%", f"95{words.NBSP}%"
        )
    )
    tail = f"; the least sure is {taxonomy.phrase(least)} with {_percent(chance[least])}" if sure < len(chance) else ""
    return f"{text}{tail}."


def _agreement(certain: pd.DataFrame, stars: RegionStars) -> str:
    others = [table for key, table in stars.by_scheme.items() if key != stars.chosen.id]
    if not others:
        return ""
    everywhere = pd.concat([table["n_stars_low"].reindex(certain.index) > 0 for table in others], axis=1).all(axis=1)
    n = int(everywhere.sum())
    each = f"each of the {words.count(len(others), 'other scheme')}" if len(others) > 1 else "the other scheme"
    where = f"at least one star in {each} too"
    if len(certain) == 1:
        return f"It has {where}." if n else f"It does not have {where.removesuffix(' too')}."
    which = f"All {words.cardinal(n)}" if n == len(certain) else f"{words.sentence(words.cardinal(n))} of the {words.cardinal(len(certain))}"  # fmt: skip
    return f"{which} {'has' if n < 2 else 'have'} {where}."


def table_stars(stars: RegionStars, p: RegionParams, taxonomy: Taxonomy, downloads: Downloads) -> Table | None:
    """Sector by scheme: number of stars in each, and the chance of the chosen scheme's; None without any star."""
    strength = stars.strength
    order = [stars.chosen.id, *(key for key in stars.schemes if key != stars.chosen.id)]
    shown = _shown(stars, order)
    if shown.empty:
        return None
    single = len(stars.chosen.stars) == 1
    rows = [
        (
            taxonomy.label(str(code)),
            _number(stars.by_scheme[order[0]].loc[code]),
            _percent(strength["p_any_star"][code]) if single else _expected(strength["expected_stars"][code]),
            *(_number(stars.by_scheme[key].loc[code]) for key in order[1:]),
        )
        for code in shown
    ]
    unsure = [key for key in order if not _is_confirmed(stars.schemes[key])]
    doubt = f" Thresholds of {words.listing(unsure)} are not confirmed by a source (A40, rated red)." if unsure else ""
    names = "; ".join(f"{key}: {_names(stars.schemes[key])}" for key in order)
    return Table(
        title=f"Stars of {words.count(len(rows), 'sector')} of {p.name} by {words.count(len(order), 'scheme')}, {p.reference_year}",
        columns=[
            Column("Sector", numeric=False),
            Column(_heading(order[0], stars)),
            Column("Chance of the star" if single else "Stars expected"),
            *(Column(_heading(key, stars)) for key in order[1:]),
        ],
        rows=rows,
        note=f"Two numbers: a hidden or missing figure leaves the number of stars open. {names}.{doubt} Chance: share of draws in which hidden "
        f"cells and thresholds vary. {source_note(p)}",
        link=downloads.save("stars", _file(stars, order, taxonomy)),
    )


def _shown(stars: RegionStars, order: list[str]) -> pd.Index:
    """Sectors with a star by the chosen scheme, then those to which the others give many."""
    low, high = (
        pd.DataFrame({key: stars.by_scheme[key][f"n_stars_{end}"] for key in order}).astype(float)
        for end in ("low", "high")
    )
    others = order[1:]
    possible = sum(len(stars.schemes[key].stars) for key in others) or 1
    elsewhere = low[others].sum(axis=1) / possible
    rank = pd.DataFrame(
        {
            "certain": low[order[0]],
            "possible": high[order[0]],
            "chance": stars.strength["expected_stars"].fillna(0.0),
            "elsewhere": elsewhere,
            "lq": stars.strength["lq"],
        }
    )
    chosen = rank[(rank["possible"] > 0) | (rank["elsewhere"] >= HALF)]
    return chosen.sort_values(list(rank.columns), ascending=False).index[:TOP]


def _file(stars: RegionStars, order: list[str], taxonomy: Taxonomy) -> pd.DataFrame:
    counts = {
        f"{key}_{column}": stars.by_scheme[key][column] for key in order for column in ("n_stars_low", "n_stars_high")
    }
    chances = stars.chances.add_prefix(f"{stars.chosen.id}_")
    names = [taxonomy.categories[str(code)] for code in stars.chances.index]
    return pd.DataFrame(counts).join(chances).assign(name=names)


def _heading(key: str, stars: RegionStars) -> str:
    return f"{key}, of {words.count(len(stars.schemes[key].stars), 'star')}"


def _number(row: pd.Series) -> str:
    low, high = int(row["n_stars_low"]), int(row["n_stars_high"])
    return str(low) if low == high else f"{low}–{high}"


def _percent(chance: float) -> str:
    return f"{100 * chance:.0f}{words.NBSP}%" if words.is_known(chance) else "unknown"


def _expected(stars: float) -> str:
    return words.number(stars, 1) if words.is_known(stars) else "unknown"


def _stars(scheme: Scheme) -> str:
    n = len(scheme.stars)
    return "one star" if n == 1 else f"up to {words.cardinal(n)} stars"


def _names(scheme: Scheme) -> str:
    return words.listing([name.replace("_", " ") for name in scheme.stars])


def _rules(scheme: Scheme) -> str:
    mass = scheme.critical_mass.persons_employed
    enough = f", all with at least {words.number(mass)} persons employed" if mass else ""
    rules = [f"{name.replace('_', ' ')} ({words.listing([_rule(test) for test in tests])})" for name, tests in scheme.stars.items()]  # fmt: skip
    return words.listing(rules) + enough


def _rule(test: Condition) -> str:
    measure = _MEASURES[test.measure]
    if test.at_least is not None:
        return f"{measure} of at least {test.at_least:g}{f'{words.NBSP}%' if test.measure.endswith('_pct') else ''}"
    among = "regions in the sector" if test.among == "sector" else "all sectors of all regions"
    return f"{measure} in the top {100 * (test.top_share or 0):g}{words.NBSP}% of {among}"


def _is_confirmed(scheme: Scheme) -> bool:
    return scheme.critical_mass.confirmed and all(test.confirmed for tests in scheme.stars.values() for test in tests)
