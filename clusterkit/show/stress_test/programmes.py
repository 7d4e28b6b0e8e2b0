"""The region's cluster programmes beside those of others, and who they serve."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from clusterkit.show import words
from clusterkit.show.output import Column, Table, Text
from clusterkit.show.scoreboard import phrases
from clusterkit.show.stress_test.look import Look
from clusterkit.stress_test.programmes import ALL_SECTORS, compare_programmes, is_across


def say_programmes(look: Look) -> Text:
    """How many there are, what they aim at, whether they cross sectors; or how to hand them in."""
    table = look.test.inputs.programmes
    if table is None or table.empty:
        return Text(
            (
                f"No table of the cluster programmes of {look.name} was handed in{'' if table is None else ' that names any'}. The command **clusterkit stress-test init {look.p.region} --what programmes --output FILE** makes one to fill in; "
                "then programmes of several regions can be laid side by side.",
            )
        )
    words_of = look.test.instrument.vocabulary.objectives
    counted = pd.Series([code for codes in table["objectives"] for code in codes]).value_counts()
    top = [phrases.phrase(words_of[code]) for code in counted.index[counted == counted.iloc[0]]]
    across = sum(is_across(one) for _, one in table.iterrows())
    budget = table["budget_meur"]
    money = (
        f" The {words.count(int(budget.notna().sum()), 'programme')} whose budget is known {'has' if budget.notna().sum() == 1 else 'have'} {words.number(budget.sum(), 1)} million euro."
        if budget.notna().any()
        else " No budget is known."
    )
    first = (
        f"**{words.sentence(words.count(len(table), 'programme'))}** of {look.name}; the most common {'objective is' if len(top) == 1 else 'objectives are'} {phrases.listing(top[:3])}. "
        f"Across sectors, by objective or by the sectors they are open to: {words.out_of(across, len(table))}.{money}"
    )
    served = {part for parts in table["serves"] for part in parts}
    weak = look.test.gaps[look.test.gaps["verdict"] == "bottleneck"]
    unserved = weak[~weak.index.isin(list(served))]
    second = (
        f"No programme is said to serve {phrases.named(unserved)}, where the scoreboard shows a weakness."
        if len(unserved)
        else ""
    )
    return Text((first, phrases.joined([second, _named(look, table)])))


def _named(look: Look, table: pd.DataFrame) -> str:
    """How many of the programmes respondents named, and what they named that is not in the table."""
    if not look.test.is_answered:
        return ""
    said = set(look.test.inputs.answers.programmes["programme"])
    known = {str(code) for code in table.index} | set(table["name"])
    n = sum(bool({str(code), row["name"]} & said) for code, row in table.iterrows())
    others = sorted(said - known)
    beyond = (
        f"; they also named {phrases.first_of([f'“{name}”' for name in others], 3)}, not in the table" if others else ""
    )
    return f"Respondents named {words.out_of(n, len(table))}{beyond}."


def table_programmes(look: Look) -> Table | None:
    """One row per programme, with how many respondents named it; None without a table."""
    table = look.test.inputs.programmes
    if table is None or table.empty:
        return None
    vocabulary = look.test.instrument.vocabulary
    parts = look.test.instrument.parts
    rows = []
    for _, row in table.iterrows():
        years = (
            f"{row['first_year']:.0f}–{row['last_year']:.0f}"
            if words.is_known(row["last_year"])
            else f"since {row['first_year']:.0f}"
        )
        rows.append(
            (
                f"{row['name']} ({phrases.phrase(vocabulary.levels[row['level']])}, {years})",
                words.number(row["budget_meur"], 1) if words.is_known(row["budget_meur"]) else "not known",
                _listed(row["objectives"], vocabulary.objectives),
                _listed(row["instruments"], vocabulary.instruments),
                _listed(row["target_groups"], vocabulary.target_groups),
                "all" if row["sectors"] == (ALL_SECTORS,) else _sectors(look, row["sectors"]),
                _listed(row["serves"], parts),
            )
        )
    headings = ("Programme", "Million euro", "Objectives", "Instruments", "For whom", "Sectors", "Serves")
    return Table(
        title=look.title(f"Cluster programmes of {look.name}"),
        columns=[Column(name, numeric=name == "Million euro") for name in headings],
        rows=rows,
        note=look.note("As handed in; budgets over the whole period.", answers=False),
        link=look.save("programmes", table),
    )


def _sectors(look: Look, codes: tuple[str, ...]) -> str:
    if not codes:
        return "not known"
    sections = {code[0] for code in codes}
    return (
        look.sectors(codes)
        if len(codes) <= 4
        else f"{words.count(len(codes), 'division')} of {words.count(len(sections), 'section')}"
    )


def _listed(codes: tuple[str, ...], names: Mapping[str, str]) -> str:
    return "; ".join(names[code] for code in codes) or "–"


def table_comparison(look: Look, others: Mapping[str, pd.DataFrame], names: Mapping[str, str]) -> Table | None:
    """Objectives of the programmes of several regions side by side; None where no other region has a table.

    Parameters
    ----------
    others
        Other regions to their programmes.
    names
        Identifier to name.
    """
    own = look.test.inputs.programmes
    if own is None or own.empty or not others:
        return None
    found = compare_programmes({look.p.region: own, **others})
    words_of = look.test.instrument.vocabulary.objectives
    objectives = [code for code in words_of if f"objective:{code}" in found]
    rows = [
        (words_of[code], *(_share(found.loc[region, f"objective:{code}"]) for region in found.index))
        for code in objectives
    ]
    rows.insert(0, ("Programmes", *(words.number(found.loc[region, "n_programmes"]) for region in found.index)))
    rows.insert(1, ("Across sectors", *(words.number(found.loc[region, "n_across"]) for region in found.index)))
    return Table(
        title=look.title(f"Objectives of the cluster programmes of {words.count(len(found), 'region')}"),
        columns=[
            Column("Objective", numeric=False),
            *(Column({look.p.region: look.name, **names}.get(region, region)) for region in found.index),
        ],
        rows=rows,
        note=look.note(
            "Share of the programmes of a region that have the objective. Tables are as each region hands them in, and need not be complete."
        ),
        link=look.save("programmes-compared", found),
    )


def _share(percent: float) -> str:
    return words.percent(percent) if percent else "–"
