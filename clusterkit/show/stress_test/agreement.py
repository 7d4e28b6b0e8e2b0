"""Where respondents agree, where they do not, and whether groups of stakeholders see things alike."""

from __future__ import annotations

from clusterkit.show import words
from clusterkit.show.output import Column, Quoted, Table, Text
from clusterkit.show.scoreboard import phrases
from clusterkit.show.stress_test.look import Look, share, step
from clusterkit.stress_test.agreement import LEAST_ANSWERS

LOW = 0.5  # consensus (0 to 1) under which respondents contradict each other
ROWS = 10  # of the table; the file has all


def say_agreement(look: Look) -> Text | None:
    """How far the respondents agree, on what least, and where groups lie apart."""
    if not look.test.is_answered:
        return None
    table = look.test.groups
    known = table.dropna(subset=["consensus"])
    if known.empty:
        return Text(
            (f"Nothing is said of agreement: no question has {words.cardinal(LEAST_ANSWERS)} answers or more.",)
        )
    low = known[known["consensus"] < LOW]
    first = f"**The median consensus over {words.number(len(known))} questions is {share(known['consensus'].median())},** where 1 is full agreement and 0 two camps at the ends of the scale."
    second = (
        f"Respondents contradict each other (below {LOW:g}) on {words.count(len(low), 'question')}: {phrases.listing([_question(look, key) for key in low.sort_values('consensus').index[:4]])}{' and others' if len(low) > 4 else ''}."
        if len(low)
        else f"On no question do they contradict each other (below {LOW:g})."
    )
    apart = table[table["apart"] >= 2].sort_values("apart", ascending=False)
    third = (
        f"Groups of stakeholders lie two steps or more apart on {words.count(len(apart), 'question')}, furthest on {_question(look, apart.index[0])}."
        if len(apart)
        else "No two groups of stakeholders lie two steps or more apart."
        if table["apart"].notna().any()
        else ""
    )
    return Text((phrases.joined([first, second, third]),))


def _question(look: Look, key: tuple[str, str]) -> str:
    item, aspect = key
    questions = look.test.instrument.questionnaire
    name = phrases.phrase(questions.items[item].name)
    return name if aspect == "quality" else f"{name} ({phrases.phrase(questions.aspects[aspect].label)})"


def table_agreement(look: Look) -> Table | None:
    """The questions with the least consensus, with the median of each group."""
    if not look.test.is_answered:
        return None
    table = look.test.groups
    known = table.dropna(subset=["consensus"]).sort_values("consensus", kind="stable")
    if known.empty:
        return None
    questions = look.test.instrument.questionnaire
    groups = [code for code in questions.groups if code in table]
    rows = [
        (
            words.sentence(_question(look, key)),
            share(row["consensus"]),
            words.number(row["n"]),
            "; ".join(f"{phrases.phrase(questions.groups[code])} {step(row[code])}" for code in groups),
        )
        for key, row in known.head(ROWS).iterrows()
    ]
    return Table(
        title=look.title(
            f"The {words.count(min(ROWS, len(known)), 'question')} on which respondents for {look.name} agree least"
        ),
        columns=[
            Column("Question", numeric=False),
            Column("Consensus"),
            Column("Answers"),
            Column("Median of each group", numeric=False),
        ],
        rows=rows,
        note=look.note(
            "Medians of the groups, steps from 0 to 4. Consensus after Tastle and Wierman. A group of one respondent shows that respondent’s answer. The file has all questions."
        ),
        link=look.save("agreement", table.reset_index().set_index("item")),
    )


def table_given(look: Look) -> Table | None:
    """What respondents wrote beside their answers, as they wrote it."""
    table = look.test.inputs.answers.evidence
    if table.empty:
        return None
    questions = look.test.instrument.questionnaire
    rows = []
    for (respondent, group, item), own in table.groupby(["respondent", "group", "item"], sort=False):
        texts = Quoted(" – ".join(str(text) for text in own["text"]), own["language"].iloc[0])
        rows.append((questions.items[item].name, texts, f"{respondent}, {phrases.phrase(questions.groups[group])}"))
    return Table(
        title=look.title(f"What respondents for {look.name} gave as evidence"),
        columns=[
            Column("Question", numeric=False),
            Column("In their words", numeric=False),
            Column("Respondent", numeric=False),
        ],
        rows=rows,
        note=look.note("As written; not checked."),
        link=look.save("given-evidence", table.set_index("respondent")),
    )
