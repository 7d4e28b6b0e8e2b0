"""The sentences that say what was found.

The words are chosen from the numbers, also when the finding is dull.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from clusterkit.data.industries import Taxonomy
from clusterkit.data.nuts import country_phrase
from clusterkit.mapping import undecided
from clusterkit.params import RegionParams
from clusterkit.show import words
from clusterkit.show.output import Text

LISTED = 3  # sectors named in a sentence


def say_where(p: RegionParams, region: pd.DataFrame, parents: Sequence[str], origins: pd.DataFrame) -> Text:
    """Which codes make up the region, and under which codes its figures were published."""
    names = region.set_index("nuts_id")["name_latin"]
    codes = [f"{names[code]} ({code})" for code in p.nuts_ids]
    country = country_phrase(p.nuts_ids[0][:2])
    level = words.count(len(codes), "NUTS 2 region")
    whole = f" Together they are the whole of {country}." if p.nuts_ids[0][:2] in parents else ""
    one = f"{p.name} is the NUTS 2 region {codes[0]} in {country}."
    many = f"{p.name} is made up of {level}: {words.listing(codes)}.{whole}"
    text = one if len(codes) == 1 else many
    older = sorted(set(origins["from_id"]) - set(p.nuts_ids))
    if older:
        were = "was" if len(older) == 1 else "were"
        text += (
            f" In NUTS 2013, the version in which Eurostat published these figures, it {were} {words.listing(older)}."
        )
    if len(codes) > 1 and len(parents) and len(older) != 1:
        text += (
            f" Where one of the parts is hidden, the figure published for {parents[0]}, the same territory, is used."
        )
    return Text((text,))


def say_coverage(sectors: pd.DataFrame, total: pd.Series, p: RegionParams) -> Text:
    """How many sectors are published, and what is hidden or missing."""
    status = sectors["persons_employed_status"]
    n_known = int(sectors["persons_employed"].notna().sum())
    n_hidden = int(status.isin(["hidden", "partly hidden"]).sum())
    n_missing = int((status == "missing").sum())
    visible = float(sectors["persons_employed"].sum())
    rest = max(0.0, 100 * (1 - visible / total["size"]))
    first = (
        f"Of {len(sectors)} sectors of the business economy, **{n_known} are published** for {p.reference_year}; "
        f"{words.count(n_hidden, 'is', 'are').replace('no is', 'none is')} hidden to protect single firms"
        + (f" and {words.count(n_missing, 'is', 'are')} missing" if n_missing else "")
        + "."
    )
    known = f"The published sectors employ {words.number(visible)} persons"
    if rest < 0.05:
        second = f"{known}, practically all jobs of the business economy."
    else:
        second = f"{known}; the others together hold about {words.percent(rest)} of all jobs."
    third = "A hidden figure is not a zero: its range is worked out from the totals that are published, and shown."
    return Text((f"{first} {second} {third if n_hidden else ''}".strip(),))


def say_distortion(sectors: pd.DataFrame, p: RegionParams, taxonomy: Taxonomy) -> Text:
    """Which sectors could be strong, or stronger or weaker than they look, because of hidden cells."""
    unsure = undecided(sectors, strong_lq=p.mapping.strong_lq)
    own = unsure[unsure["persons_employed"].isna()]
    elsewhere = unsure[unsure["persons_employed"].notna()]
    parts = []
    for code, row in elsewhere.head(LISTED).iterrows():
        hidden = [country_phrase(country) for country in str(row["hidden_countries"]).split()]
        parts.append(
            f"{words.sentence(taxonomy.label(str(code)))} counts {words.number(row['persons_employed'])} persons here, but is "
            f"hidden for {_some(hidden)}: the published country "
            f"figures alone would give {words.times(row['lq'])} the European share; with what may be hidden it lies "
            f"{words.times(row['lq'], row['lq_low'], row['lq_high'], certain=False)} that share."
        )
    for code, row in own[own["lq_low"] >= p.mapping.strong_lq].iterrows():
        parts.append(
            f"{words.sentence(taxonomy.label(str(code)))} is hidden in the region, but holds at least "
            f"{words.number(row['persons_employed_low'])} persons and at least {words.decimal(row['lq_low'])} times the European share."
        )
    unclear = [taxonomy.phrase(str(code)) for code in own.index[own["lq_low"] < p.mapping.strong_lq]]
    if unclear:
        one = len(unclear) == 1
        parts.append(
            f"{words.sentence(_some(unclear))} {'is' if one else 'are'} hidden in the region itself and could reach "
            f"{p.mapping.strong_lq:g} times the European share or more; whether {'it does' if one else 'they do'} cannot be told "
            "from published figures."
        )
    if not parts:
        parts.append(
            "No hidden cell could change the list of strong sectors: every sector that might reach the threshold is published."
        )
    return Text((" ".join(parts),))


def _some(items: Sequence[str], limit: int = 6) -> str:
    """A list cut after ``limit`` items, with the count of the rest."""
    if len(items) <= limit:
        return words.listing(items)
    return f"{', '.join(items[:limit])} and {words.count(len(items) - limit, 'other')}"


def say_strength(sectors: pd.DataFrame, p: RegionParams, taxonomy: Taxonomy) -> Text:
    """The strongest sectors, one sentence each, and how many there are."""
    strong = sectors[sectors["is_strong"]]
    if strong.empty:
        if sectors.empty:
            return Text(
                (
                    f"No sector of {p.name} with a published figure holds {words.percent(p.mapping.min_share_pct)} of its jobs.",
                )
            )
        code, row = str(sectors.index[0]), sectors.iloc[0]
        return Text(
            (
                f"No sector of {p.name} reaches {p.mapping.strong_lq:g} times the European share. The nearest is "
                f"{taxonomy.phrase(code)} with {words.times_of(row)}.",
            )
        )
    sentences = [_strong_sentence(str(code), row, p, taxonomy) for code, row in strong.head(LISTED).iterrows()]
    jobs = words.number(strong["persons_employed"].sum())
    share = words.percent(strong["share_pct"].sum())
    total = (
        f"{words.sentence(words.count(len(strong), 'sector'))} {'is' if len(strong) == 1 else 'are'} strong by this measure and "
        f"{'employs' if len(strong) == 1 else 'together employ'} {jobs} persons, {share} of the region’s business economy."
    )
    paid = strong.dropna(subset=["wages_eur_per_person", "wages_europe_eur_per_person"])
    above = int((paid["wages_eur_per_person"] > paid["wages_europe_eur_per_person"]).sum())
    wages = ""
    if len(paid) == 1:
        wages = f" Its wages per person are {'above' if above else 'below'} the European average of the sector."
    elif len(paid):
        wages = f" Wages per person are above the European average of the sector in {words.out_of(above, len(paid))}."
    return Text((" ".join(sentences), total + wages))


def _strong_sentence(code: str, row: pd.Series, p: RegionParams, taxonomy: Taxonomy) -> str:
    lq = words.times_of(row)
    growth = ""
    if words.is_known(row["growth_pct"]):
        word = words.change(row["growth_pct"])
        growth = f", {word} {'as' if word == 'as many' else 'than'} in {p.base_year}"
    return (
        f"**{taxonomy.label(code)}** has {lq} the European share of jobs: "
        f"{words.number(row['persons_employed'])} persons in {p.reference_year}{growth}."
    )


def say_growth(sectors: pd.DataFrame, p: RegionParams, taxonomy: Taxonomy) -> Text:
    """Whether strong sectors grow, beside Europe; with the break said where there is one."""
    known = sectors[sectors["is_strong"] & sectors["growth_pct"].notna() & sectors["growth_europe_pct"].notna()]
    if not sectors["is_strong"].any():
        return Text(("Without a strong sector there is no strength whose growth could be told.",))
    if known.empty:
        return Text((f"For no strong sector are both years, {p.base_year} and {p.reference_year}, published.",))
    ahead = known[known["growth_pct"] > known["growth_europe_pct"]]
    best = (known["growth_pct"] - known["growth_europe_pct"]).idxmax()
    worst = (known["growth_pct"] - known["growth_europe_pct"]).idxmin()
    first = (
        f"{words.sentence(words.out_of(len(ahead), len(known)))} strong sectors with figures for both years did better than the same sector in Europe."
        if len(known) > 1
        else f"The only strong sector with figures for both years did {'better' if len(ahead) else 'worse'} than in Europe."
    )
    second = _compare("The widest lead", str(best), known.loc[best], taxonomy) if len(ahead) else ""
    third = _compare("The widest gap", str(worst), known.loc[worst], taxonomy) if len(ahead) < len(known) else ""
    fourth = ""
    if known["growth_has_break"].any():
        fourth = (
            "Eurostat marks a break in the series between the two years: part of each change may be a change of method, "
            "so these rates are indications, not findings."
        )
    return Text((" ".join(part for part in (first, second, third, fourth) if part),))


def _compare(what: str, code: str, row: pd.Series, taxonomy: Taxonomy) -> str:
    return (
        f"{what} is in {taxonomy.phrase(code)}: {words.signed_percent(row['growth_pct'])} against "
        f"{words.signed_percent(row['growth_europe_pct'])}."
    )


def summary(sectors: pd.DataFrame, p: RegionParams, taxonomy: Taxonomy, more: str = "") -> Text:
    """The page in one sentence, and ``more`` where there is something to add."""
    strong = sectors[sectors["is_strong"]]
    if strong.empty:
        text = f"No sector of {p.name} stands out in Europe by the measure used here. {more}"
        return Text((text.strip(),), role="lead")
    named = [
        f"{taxonomy.categories[str(code)].lower()} ({code}, {words.times_of(row)} the European share)"
        for code, row in strong.head(LISTED).iterrows()
    ]
    text = f"{p.name} stands out in Europe for its jobs in {words.listing(named)}. {more}"
    return Text((text.strip(),), role="lead")
