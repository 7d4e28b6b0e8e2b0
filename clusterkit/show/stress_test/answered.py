"""Who answered, when, and how complete the answers are."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from clusterkit.data.nuts import country_phrase
from clusterkit.scoreboard.region import RegionScoreboard
from clusterkit.show import words
from clusterkit.show.output import Column, Pointer, Table, Text
from clusterkit.show.scoreboard import phrases
from clusterkit.show.stress_test.look import Look
from clusterkit.stress_test.agreement import LEAST_ANSWERS
from clusterkit.stress_test.gaps import GAPS, NO_EVIDENCE

HOME_PAGE = "index.html"


def say_first(board: RegionScoreboard, name: str) -> Text:
    """What the scoreboard alone says of a region, as long as the rest of its stress test is being worked out.

    Parameters
    ----------
    board
        Its scoreboard, with or without rank intervals.
    name
        Of the region.
    """
    seen = _seen(board.parts[board.parts["verdict"] == "bottleneck"], name)
    return Text((phrases.joined([seen, phrases.NOT_SURE_YET if board.doubt is None else ""]),), role="lead")


def _seen(weak: pd.DataFrame, name: str) -> str:
    if weak.empty:
        return f"The scoreboard puts no sub-dimension of {name} in the worst third of regions."
    n = words.count(len(weak), "sub-dimension")
    return f"The scoreboard puts {n} of {name} in the worst third of regions: {phrases.named(weak)}."


def say_state(look: Look) -> Text:
    """The page in a few sentences: that nobody answered yet and what it shows all the same, or what was found."""
    test, name = look.test, look.name
    if not test.is_answered:
        gaps = test.gaps
        weak = gaps[gaps["verdict"] == "bottleneck"]
        blind = int((gaps["verdict"] == "unknown").sum())
        seen = _seen(weak, name)
        return Text(
            (
                f"**Nobody has answered for {name} yet.** {seen} For {words.cardinal(blind)} {'more ' if len(weak) else 'of them '}there are no figures, so that only answers can tell.",
                "What follows is the half that needs no answers: what the evidence asks of policy, which questions to put to whom, and what the region’s sectors "
                "say to its choice of priorities.",
            ),
            role="lead",
        )
    gaps = test.gaps
    counted = gaps["gap"].value_counts()
    blind = gaps[gaps["gap"] == GAPS[0]]
    sure = blind[blind["is_sure"].fillna(False).astype(bool)]
    first = (
        f"**{words.sentence(words.count(len(blind), 'blind spot'))}** of {name}: {phrases.named(blind)}; {_how_sure(len(sure), len(blind))}."
        if len(blind)
        else f"**No blind spot** of {name}: every weakness that the scoreboard shows is ranked high by its respondents."
    )
    others = [
        words.count(
            int(counted[gap]),
            gap,
            {"addressed weakness": "addressed weaknesses"}.get(gap, gap.replace("strength", "strengths")),
        )
        for gap in GAPS[1:]
        if counted.get(gap)
    ]
    unseen = int(counted.get(NO_EVIDENCE, 0))
    second = f"Besides, {words.listing(others)}." if others else ""
    third = (
        f"For {words.count(unseen, 'sub-dimension')} with answers there are no figures to hold them against."
        if unseen
        else ""
    )
    return Text((phrases.joined([first, second, third]),), role="lead")


def _how_sure(n: int, total: int) -> str:
    if total == 1:
        return (
            "the weakness is sure under other choices of method" if n else "the weakness depends on choices of method"
        )
    return f"{'none' if n == 0 else 'all' if n == total else words.cardinal(n)} of the weaknesses {'is' if n == 1 else 'are'} sure under other choices of method"


def say_illustrative(look: Look, region: pd.DataFrame) -> Text | None:
    """That the answers are made up, and whose evidence stands beside them; nothing where they are not.

    Parameters
    ----------
    region
        Table ``region``.
    """
    if not look.test.is_illustrative:
        return None
    home = _evidence_of(look.p.nuts_ids, region)
    return Text(
        (
            "**Illustrative page.** The answers, programmes and priority domains are made up to show how the tool works. The evidence beside them is "
            f"that of {home}; the answers say nothing of {home} or its policy.",
        ),
        "warning",
    )


def _evidence_of(nuts_ids: Sequence[str], region: pd.DataFrame) -> str:
    """The region behind the evidence: a country where the codes are all it has, else their names."""
    names = region.set_index("nuts_id")["name_latin"]
    country = nuts_ids[0][:2]
    whole = {code for code in names.index if len(code) == 4 and code.startswith(country)}
    return country_phrase(country) if set(nuts_ids) == whole else phrases.listing([names[code] for code in nuts_ids])


def point_to_example(look: Look) -> Pointer | None:
    """The way to the example, from a page without answers: by the home page, which knows whether there is one."""
    if look.test.is_answered:
        return None
    has_site = look.downloads.folder is not None
    before, label = (
        "How the page looks once people have answered is shown by an example with illustrative answers, on the ",
        "home page",
    )
    return Pointer(before, label, ".", HOME_PAGE if has_site else "")


def say_respondents(look: Look) -> Text | None:
    """How many answered, of which groups, when, and how much is open or not known."""
    answers = look.test.inputs.answers
    if not answers.sheets:
        return None
    questions = answers.questionnaire
    groups = [name for code, name in questions.groups.items() if any(sheet.group == code for sheet in answers.sheets)]
    absent = [
        phrases.phrase(name)
        for code, name in questions.groups.items()
        if not any(sheet.group == code for sheet in answers.sheets)
    ]
    states = answers.table["state"].value_counts()
    total = len(answers.table)
    done = int(states.get("answered", 0))
    unsure, left = int(states.get("don't know", 0)), int(states.get("unanswered", 0))
    first = (
        f"**{words.sentence(words.count(len(answers.sheets), 'respondent'))}** of {words.count(len(groups), 'group')} answered, {look.days()}: "
        f"{phrases.listing([phrases.phrase(name) for name in groups])}."
    )
    second = f"Of {words.number(total)} questions put to them, {words.number(done)} have a step, {words.number(unsure)} a “don’t know”, and {words.number(left)} are open."
    missing = f"Not asked, or silent: {phrases.listing(absent)}." if absent else ""
    few = ""
    if len(answers.sheets) == 1:
        few = "With one respondent, what follows is one person’s view: nothing can be said of agreement."
    elif len(answers.sheets) < LEAST_ANSWERS:
        few = f"With fewer than {words.cardinal(LEAST_ANSWERS)} respondents nothing is said of agreement."
    return Text((phrases.joined([first, second, missing]), few))


def table_respondents(look: Look) -> Table | None:
    """One row per group: respondents, and how many of their answers are steps, "don't know", open."""
    answers = look.test.inputs.answers
    if not answers.sheets:
        return None
    states = answers.table.groupby(["group", "state"]).size().unstack(fill_value=0)
    states = states.reindex(columns=["answered", "don't know", "unanswered"], fill_value=0)
    n = answers.table.groupby("group")["respondent"].nunique()
    codes = [code for code in answers.questionnaire.groups if code in states.index]
    rows = [
        (
            answers.questionnaire.groups[code],
            words.number(int(n[code])),
            *(words.number(int(states.loc[code, state])) for state in states.columns),
        )
        for code in codes
    ]
    table = states.loc[codes].assign(respondents=n)
    return Table(
        title=look.title(f"Who answered for {look.name}, and how far they came"),
        columns=[
            Column("Group", numeric=False),
            Column("Respondents"),
            Column("Steps"),
            Column("Don’t know"),
            Column("Open"),
        ],
        rows=rows,
        note=look.note(
            f"{words.number(len(answers.questionnaire.scales))} questions per respondent. Respondents are kept by an identifier, without name."
        ),
        link=look.save("respondents", table),
    )
