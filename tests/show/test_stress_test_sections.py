"""Words, figures and tables of the stress test page, on answers made up for each test."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from clusterkit.data.nuts import country_phrase
from clusterkit.params import RegionParams
from clusterkit.paths import project
from clusterkit.show import Downloads, Figure, Text
from clusterkit.show import stress_test as show
from clusterkit.show.output import SVG_DATA, Pointer, Several, Table
from clusterkit.stress_test import AnswerSheet, Economy, Inputs, StressTest, blank, collect, load_instrument
from clusterkit.stress_test.domains import CLASSES
from clusterkit.stress_test.programmes import COLUMNS as PROGRAMME_COLUMNS

NAN = float("nan")
INSTRUMENT = load_instrument(project(Path(__file__).resolve().parents[2]).params)
QUESTIONS = INSTRUMENT.questionnaire
P = RegionParams(region="north", name="Nørre & Co", nuts_ids=["AT11"])
HOSTILE = (
    "<script>alert(1)</script> \"x\" | `y` **b** $z$ &amp; \u202eשלום\u202c 'q' [l](//evil.example) " + "long " * 60
)[:300]
ALL_SAYS = (
    show.say_state, show.say_evidence, show.say_respondents, show.say_priorities, show.say_approach, show.say_quality,
    show.say_gaps, show.say_agreement, show.say_questions, show.say_programmes, show.say_domains,
    show.say_recommendations, show.say_change,
)  # fmt: skip
ALL_SHOWN = (
    show.plot_evidence, show.table_evidence, show.table_respondents, show.plot_priorities, show.plot_approach,
    show.plot_quality, show.table_quality, show.plot_gaps, show.table_matrix, show.table_gaps, show.table_agreement,
    show.table_given, show.table_questions, show.table_programmes, show.table_domains, show.table_footing,
    show.table_recommendations, show.plot_change, show.table_change,
)  # fmt: skip
NEED_ANSWERS = {
    show.say_respondents, show.say_priorities, show.say_approach, show.say_quality, show.say_gaps, show.say_agreement,
    show.say_recommendations, show.say_change, show.table_respondents, show.plot_priorities, show.plot_approach,
    show.plot_quality, show.table_quality, show.plot_gaps, show.table_matrix, show.table_gaps, show.table_agreement,
    show.table_given, show.table_programmes, show.table_domains, show.table_recommendations, show.plot_change,
    show.table_change,
}  # fmt: skip


def parts(**verdicts: str) -> pd.DataFrame:
    """Sub-dimensions of a scoreboard: each named one with that verdict, "sure" or "unsure" or "alone"; others empty."""
    ranks = {"bottleneck": (90.0, 80.0, 95.0), "middle": (50.0, 45.0, 55.0), "strength": (10.0, 5.0, 20.0)}
    rows = {}
    for code in INSTRUMENT.parts:
        verdict, _, how = verdicts.get(code.replace("-", "_"), "unknown").partition(" ")
        known = verdict != "unknown"
        rank, low, high = ranks.get(verdict, (NAN, NAN, NAN))
        n_known = 0 if not known else 1 if how == "alone" else 3
        robust = pd.NA if not known else how != "unsure"
        rows[code] = [verdict, rank, 100, low, high, robust, n_known, INSTRUMENT.framework.leaves(code) == []]
    columns = ["verdict", "rank", "n_ranked", "rank_low", "rank_high", "is_robust", "n_known", "is_empty"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).astype({"is_robust": "boolean"})


def classes(**footings: str) -> pd.DataFrame:
    """All divisions with their footing; those not named are "other"."""
    from clusterkit.data.industries.nace import NACE_DIVISIONS

    table = pd.DataFrame(index=pd.Index(NACE_DIVISIONS, name="nace_code"))
    table["footing"] = [footings.get(code, "other") for code in table.index]
    return table.assign(persons_employed=1000.0, share_pct=1.0, lq=1.7, growth_pct=2.0)


def answered(respondent: str = "r1", *, group: str = "firm", default: Any = None, **steps: Any) -> AnswerSheet:
    """A sheet: of a sub-dimension priority, vertical and horizontal, of a practice its step; ``default`` for the rest."""
    sheet = blank(QUESTIONS, region="north", respondent=respondent, group=group, date=dt.date(2026, 3, 16))
    given = dict.fromkeys(sheet.steps, default)
    for name, values in steps.items():
        code = name.replace("_", "-")
        aspects = QUESTIONS.set_of[code].aspects
        given |= dict(
            zip([(code, aspect) for aspect in aspects], values if isinstance(values, tuple) else (values,), strict=True)
        )
    return replace(sheet, steps=given)


def look(
    *sheets: AnswerSheet,
    evidence: pd.DataFrame | None = None,
    earlier: tuple[AnswerSheet, ...] = (),
    economy: pd.DataFrame | None = None,
    folder: Path | None = None,
    p: RegionParams = P,
    **inputs: Any,
) -> show.Look:
    table = classes(C13="strong", C28="strong", J62="emerging", C14="related") if economy is None else economy
    strong = list(table.index[table["footing"] == "strong"])
    quotients = pd.DataFrame(1.0, index=["AT11", "AT12"], columns=table.index)
    test = StressTest(
        region="north",
        name=p.name,
        instrument=INSTRUMENT,
        inputs=Inputs(collect(sheets, QUESTIONS), collect(earlier, QUESTIONS) if earlier else None, **inputs),
        parts=parts() if evidence is None else evidence,
        scores=pd.DataFrame(50.0, index=["AT11", "AT12"], columns=list(INSTRUMENT.parts)),
        country=pd.Series("AT", ["AT11", "AT12"]),
        economy=Economy(table, strong, quotients, int((table["footing"] == "related").sum())),
        sector_names={code: f"sector {code[0].lower()} ({code})" for code in table.index},
    )
    return show.Look(test, p, Downloads("north", str(folder) if folder else None, "stress-test"), (2013, 2023))


def programmes(*rows: Mapping[str, Any]) -> pd.DataFrame:
    usual = {"level": "regional", "first_year": 2021.0, "last_year": NAN, "budget_meur": NAN, "objectives": ("skills",),
             "instruments": (), "target_groups": (), "sectors": (), "serves": (), "source": "", "link": ""}  # fmt: skip
    table = [
        {**usual, "id": f"p{number}", "name": f"Programme {number}", **row} for number, row in enumerate(rows, start=1)
    ]
    return pd.DataFrame(table, columns=list(PROGRAMME_COLUMNS)).set_index("id")


def domains(**sectors: tuple[str, ...]) -> pd.DataFrame:
    table = pd.DataFrame({"name": list(sectors), "sectors": list(sectors.values()), "source": "", "link": ""})
    return table.set_index("name")


def shown(made: Any) -> BeautifulSoup:
    return BeautifulSoup(made._repr_markdown_(), "html.parser")


def words_of(made: Any) -> str:
    source = re.sub(r"(</t[hd]>)", r"\1 ", made._repr_markdown_())
    return " ".join(BeautifulSoup(source, "html.parser").get_text().replace("\u00a0", " ").split())


def outputs(made: Any) -> Iterator[Any]:
    if isinstance(made, Several):
        yield from made.parts
    elif made is not None:
        yield made


def everything(view: show.Look) -> list[Any]:
    return [part for section in (*ALL_SAYS, *ALL_SHOWN) for part in outputs(section(view))]


# Nobody has answered


def test_without_answers_the_page_says_so_and_shows_the_evidence_half() -> None:
    view = look(evidence=parts(human_resources="bottleneck", openness="bottleneck alone", private_demand="strength"))
    text = words_of(show.say_state(view))
    assert text.startswith(
        "Nobody has answered for Nørre & Co yet. The scoreboard puts two sub-dimensions of Nørre & Co in the worst third of regions: "
    )
    assert "human resources and openness of the region." in text
    assert "For 14 more there are no figures" in text
    assert words_of(show.say_evidence(view)).endswith(
        "there only people in the region can tell."
    ) or "Too little is published" in words_of(show.say_evidence(view))
    assert show.plot_evidence(view) is not None
    assert [row[0] for row in show.table_evidence(view).rows][:2] == ["Human resources", "Openness of the region"]
    assert words_of(show.say_questions(view)).startswith(
        "16 questions to put first, two because the scoreboard shows a weakness and 14 because figures are lacking."
    )
    assert "clusterkit stress-test init north --output FILE" in words_of(show.say_questions(view))


@pytest.mark.parametrize(
    "section", sorted(NEED_ANSWERS, key=lambda section: section.__name__), ids=lambda section: section.__name__
)
def test_without_answers_a_section_on_answers_shows_nothing(section: Callable[[show.Look], Any]) -> None:
    assert section(look(evidence=parts(human_resources="bottleneck"))) is None


def test_without_a_weakness_the_page_says_so() -> None:
    view = look(evidence=parts(human_resources="strength"))
    assert "The scoreboard puts no sub-dimension of Nørre & Co in the worst third of regions." in words_of(
        show.say_state(view)
    )
    assert words_of(show.say_evidence(view)).startswith(
        "No sub-dimension of Nørre & Co is in the worst third of regions, as far as there are figures."
    )


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("", "It is so whatever the choice of method."),
        (" unsure", "That depends on choices of method or rests on one indicator."),
        (" alone", "That depends on choices of method or rests on one indicator."),
    ],
)
def test_a_single_weakness_is_sure_or_not(how: str, said: str) -> None:
    text = words_of(show.say_evidence(look(evidence=parts(human_resources=f"bottleneck{how}"))))
    assert text.startswith(f"One sub-dimension of Nørre & Co is in the worst third of regions: human resources. {said}")


def test_nobody_gets_a_way_to_the_example_that_leads_nowhere(tmp_path: Path) -> None:
    assert show.point_to_example(look())._repr_markdown_() == ""  # by hand there is no site
    pointer = show.point_to_example(look(folder=tmp_path))
    assert isinstance(pointer, Pointer)
    assert pointer.href == "index.html"
    assert show.point_to_example(look(answered(openness=(3, 1, 1)), folder=tmp_path)) is None


# Answers


def test_one_blind_spot_and_one_of_each_other_kind_in_words() -> None:
    evidence = parts(
        human_resources="bottleneck", openness="bottleneck", private_demand="strength", public_funds="strength unsure"
    )
    view = look(
        answered(human_resources=(1, 1, 1), openness=(4, 3, 3), private_demand=(4, 1, 3), public_funds=(0, 3, 1)),
        evidence=evidence,
    )
    text = words_of(show.say_state(view))
    assert text.startswith(
        "One blind spot of Nørre & Co: human resources; the weakness is sure under other choices of method."
    )
    assert "Besides, one addressed weakness, one maintained strength and one reinforced strength." in text
    gaps = words_of(show.say_gaps(view))
    assert "One blind spot (weakness that policy does not rank high): human resources." in gaps
    assert "One reinforced strength (strength that policy ranks high): private demand." in gaps
    approach = words_of(show.say_approach(view))
    assert approach.startswith("One of four sub-dimensions is met systemically")
    assert (
        "One is served by vertical measures only, the pattern of silos: availability of funds from public sector."
        in approach
    )
    assert words_of(show.say_respondents(view)).endswith(
        "With one respondent, what follows is one person’s view: nothing can be said of agreement."
    )
    assert words_of(show.say_agreement(view)) == "Nothing is said of agreement: no question has three answers or more."
    rows = {row[0]: row for row in show.table_gaps(view).rows}
    assert rows["Human resources"][1:5] == ("▼\u00a090th of 100 (80–95), sure", "blind spot", "1", "neither")
    assert rows["Availability of funds from public sector"][1] == "▲\u00a010th of 100 (5–20), not sure"
    matrix = {row[0]: row[1:] for row in show.table_matrix(view).rows}
    assert matrix["Worst third"][:2] == ("Human resources*", "Openness of the region*")
    assert matrix["Best third"][:2] == ("Availability of funds from public sector", "Private demand*")


def test_no_blind_spot_is_good_news_and_said() -> None:
    view = look(answered(human_resources=(4, 3, 3)), evidence=parts(human_resources="bottleneck"))
    assert words_of(show.say_state(view)).startswith(
        "No blind spot of Nørre & Co: every weakness that the scoreboard shows is ranked high"
    )
    assert "No blind spot" in words_of(show.say_gaps(view))
    assert show.plot_gaps(view).title == "Policy ranks the one weakness of Nørre & Co high"


def test_all_dont_know_is_an_answer_but_no_step() -> None:
    view = look(answered(default="dont_know"), evidence=parts(human_resources="bottleneck"))
    assert words_of(show.say_state(view)).startswith("Nobody has answered")
    assert "Of 62 questions put to them, 0 have a step, 62 a “don’t know”, and 0 are open." in words_of(
        show.say_respondents(view)
    )
    assert show.plot_priorities(view) is show.plot_quality(view) is show.plot_gaps(view) is None


def test_contradicting_respondents_are_named_with_their_groups() -> None:
    sheets = [
        answered(f"r{n}", group=group, openness=(step, 2, 2))
        for n, (group, step) in enumerate([("firm", 0), ("firm", 0), ("public-authority", 4), ("public-authority", 4)])
    ]
    view = look(*sheets)
    text = words_of(show.say_agreement(view))
    assert "Respondents contradict each other (below 0.5) on one question: openness of the region (priority)." in text
    assert (
        "Groups of stakeholders lie two steps or more apart on one question, furthest on openness of the region (priority)."
        in text
    )
    first = show.table_agreement(view).rows[0]
    assert first[:3] == ("Openness of the region (priority)", "0.00", "4")
    assert first[3] == "public authority 4; firm or business association 0"
    assert "Leaving out one respondent would change the reading of openness of the region." in words_of(
        show.say_priorities(view)
    )


def test_a_stage_without_enough_answers_has_no_score() -> None:
    view = look(
        answered(
            target_areas=3, vertical_priorities=1, review=2, instruments=4, programme_integration=2, target_of_support=3
        )
    )
    text = words_of(show.say_quality(view))
    assert text.startswith("Strategy is the weakest stage, with 38 of 100; action is the strongest, with 75.")
    assert "Too few answers for a score of analysis." in text
    assert show.plot_quality(view).title == "Cluster policy of Nørre & Co: strategy 38 and action 75 of 100"
    rows = {row[0]: row for row in show.table_quality(view).rows}
    assert rows["Instruments of cluster policy"][3] == "the highest step is reached"
    assert rows["Sectors and vertical priorities"][2:] == ("A long list of sectors", "A few single sectors")


def test_what_respondents_wrote_is_shown_as_text() -> None:
    sheet = replace(
        answered(openness=(3, 1, 1)),
        texts={("openness", "evidence"): HOSTILE, ("openness", "link"): "https://example.org/?a=<b>"},
    )
    made = show.table_given(look(sheet))
    tree = shown(made)
    assert tree.find("script") is None
    assert tree.find("a", href=re.compile("evil")) is None
    assert "<script>alert(1)</script>" in tree.get_text()
    assert "**b**" in tree.get_text()


def test_words_in_another_language_are_marked_with_it() -> None:
    said = {("openness", "evidence"): "Deux foires par an", ("private-demand", "link"): "https://example.org"}
    french = replace(answered(openness=(3, 1, 1)), language="fr", texts=said)
    english = replace(answered("r2", openness=(2, 1, 1)), texts={("openness", "evidence"): "Two fairs a year"})
    tree = shown(show.table_given(look(french, english)))
    cells = {row.td.get_text(): row.td for row in tree.tbody.find_all("tr")}
    assert [span["lang"] for span in cells["Deux foires par an"].find_all("span")] == ["fr"]
    assert cells["Two fairs a year"].find("span") is None


def test_hostile_names_break_nothing(tmp_path: Path) -> None:
    p = RegionParams(region="north", name=HOSTILE, nuts_ids=["AT11"])
    listed = programmes({"name": HOSTILE[:200], "objectives": ("cross-sector",)})
    view = look(
        *(answered(f"r{n}", openness=(3, n, 1), target_areas=n) for n in range(4)),
        evidence=parts(openness="bottleneck"), earlier=(replace(answered(openness=(1, 1, 1)), date=dt.date(2024, 1, 1)),),
        p=p, folder=tmp_path, programmes=listed, domains=domains(**{HOSTILE[:200]: ("C13", "Q86")}),
    )  # fmt: skip
    for made in everything(view):
        tree = shown(made)
        assert tree.find("script") is None
        for image in tree.find_all("img"):
            ElementTree.fromstring(unquote(image["src"].removeprefix(SVG_DATA)))
    for path in tmp_path.glob("*.csv"):
        for value in pd.read_csv(path, dtype=str).to_numpy().ravel():
            assert not isinstance(value, str) or not re.match(r"[=+@\t\r]|-(?![\d.])", value), (path.name, value)


# Made-up answers


def test_made_up_answers_say_so_on_every_figure_table_and_file(tmp_path: Path) -> None:
    sheets = [
        replace(answered(f"r{n}", openness=(n, 3, 1), target_areas=n, default=2), illustrative=True) for n in range(3)
    ]
    sheets[0] = replace(sheets[0], texts={("openness", "evidence"): "x"})
    earlier = (replace(answered(default=1), illustrative=True, date=dt.date(2024, 1, 1)),)
    view = look(
        *sheets, evidence=parts(openness="bottleneck", human_resources="strength"), earlier=earlier, folder=tmp_path,
        programmes=programmes({}), domains=domains(one=("C13",), two=("C30",)),
    )  # fmt: skip
    made = [part for section in ALL_SHOWN for part in outputs(section(view))]
    assert {type(part) for part in made} == {Figure, Table}
    assert len(made) >= 17
    for part in made:
        assert part.title.startswith("Illustrative: ")
        assert part.note.startswith("Illustrative answers, made up to show how the tool works; not those of a region.")
    files = list(tmp_path.glob("*.csv"))
    assert len(files) >= 15
    for path in files:
        assert pd.read_csv(path)["illustrative"].all(), path.name


def test_the_page_of_made_up_answers_names_whose_evidence_it_is() -> None:
    region = pd.DataFrame(
        {"nuts_id": ["AT11", "AT12", "SI03", "SI04"], "name_latin": ["Burgenland", "Niederösterreich", "V", "Z"]}
    )
    view = look(replace(answered(openness=(1, 1, 1)), illustrative=True))
    made = show.say_illustrative(view, region)
    assert made.role == "warning"
    assert (
        "The evidence beside them is that of Burgenland; the answers say nothing of Burgenland or its policy."
        in words_of(made)
    )
    whole = look(
        replace(answered(), illustrative=True), p=RegionParams(region="x", name="X", nuts_ids=["SI03", "SI04"])
    )
    assert f"that of {country_phrase('SI')};" in words_of(show.say_illustrative(whole, region))
    assert show.say_illustrative(look(answered()), region) is None


def test_real_answers_are_never_called_illustrative(tmp_path: Path) -> None:
    view = look(answered(openness=(1, 1, 1)), folder=tmp_path)
    assert not [part for part in everything(view) if "llustrative" in words_of(part)]
    assert not [path for path in tmp_path.glob("*.csv") if "illustrative" in pd.read_csv(path)]


# Programmes, domains, recommendations, change


def test_programmes_beside_answers_and_evidence() -> None:
    listed = programmes(
        {
            "objectives": ("skills", "innovation"),
            "budget_meur": 2.5,
            "serves": ("human-resources",),
            "sectors": ("C13", "C14"),
        },
        {"objectives": ("skills",), "sectors": ("all",), "last_year": 2027.0},
    )
    sheet = replace(answered(human_resources=(4, 3, 3)), programmes={"human-resources": ("p1", "Another fund")})
    view = look(sheet, evidence=parts(human_resources="bottleneck", openness="bottleneck"), programmes=listed)
    text = words_of(show.say_programmes(view))
    assert text.startswith(
        "Two programmes of Nørre & Co; the most common objective is skills. Across sectors, by objective or by the sectors they are open to: one of two."
    )
    assert "The one programme whose budget is known has 2.5 million euro." in text
    assert "No programme is said to serve openness of the region, where the scoreboard shows a weakness." in text
    assert "Respondents named one of two; they also named “Another fund”, not in the table." in text
    rows = show.table_programmes(view).rows
    assert rows[0][:3] == ("Programme 1 (regional, since 2021)", "2.5", "Innovation; Skills") or rows[0][:3] == (
        "Programme 1 (regional, since 2021)",
        "2.5",
        "Skills; Innovation",
    )
    assert rows[1][0] == "Programme 2 (regional, 2021–2027)"
    assert rows[1][5] == "all"
    assert show.table_comparison(view, {}, {}) is None
    made = show.table_comparison(view, {"south": programmes({"objectives": ("green",)})}, {"south": "South"})
    assert [column.heading for column in made.columns] == ["Objective", "Nørre & Co", "South"]
    assert {row[0]: row[1:] for row in made.rows}["Skills"] == ("100\u00a0%", "–")


def test_without_a_table_of_programmes_the_page_says_how_to_make_one() -> None:
    assert "clusterkit stress-test init north --what programmes --output FILE" in words_of(show.say_programmes(look()))
    assert "was handed in that names any." in words_of(show.say_programmes(look(programmes=programmes())))


def test_domains_by_what_they_rest_on() -> None:
    view = look(domains=domains(Textiles=("C13",), Digital=("J62",), Clothing=("C14", "C15"), Space=("C30",), Health=("Q86",)),
                economy=classes(C13="strong", C28="strong", J62="emerging", C14="related", Q86="not observed"))  # fmt: skip
    text = words_of(show.say_domains(view))
    assert text.startswith(
        "Of five priority domains, one on strong sectors, one on sectors that gain ground, one on sectors within reach of the strong ones, one on nothing that these figures show and one on sectors outside these statistics, each by the best of its sectors."
    )
    assert "No domain covers one strong sector of Nørre & Co: sector c (C28)." in text
    assert [row[0] for row in show.table_domains(view).rows] == ["Textiles", "Digital", "Clothing", "Space", "Health"]
    assert "Sector c (C28)" in [row[0] for row in show.table_footing(view).rows]
    without = words_of(show.say_domains(look()))
    assert "Its figures offer two strong sectors, one sector that gains ground, and one more within reach" in without
    assert "clusterkit stress-test init north --what domains --output FILE" in without
    bare = look(economy=classes())
    assert show.table_footing(bare).rows == [("None", "–", "–", "–", "–")]


def test_every_class_of_sectors_has_words() -> None:
    for footing in CLASSES:
        view = look(domains=domains(One=("C13",)), economy=classes(C13=footing))
        assert words_of(show.say_domains(view)).startswith("Of one priority domain, one on ")
        assert len(show.table_domains(view).rows) == 1


def test_recommendations_show_the_facts_that_made_them_apply() -> None:
    view = look(
        answered(human_resources=(1, 1, 1), openness=(4, 0, 0)),
        evidence=parts(human_resources="bottleneck", openness="bottleneck"),
    )
    made = show.table_recommendations(view)
    act = next(part for part in made.parts if "Act:" in part.title)
    rows = {row[0].split(":")[0]: row for row in act.rows}
    assert (
        rows["Put human resources on the agenda"][1]
        == "disparity: blind spot; sure under other choices of method: yes; rank: 90th of 100 (80–95)"
    )
    assert "European Cluster Observatory, stress test" in rows["Put human resources on the agenda"][2]
    assert rows["Give openness of the region measures"][1].startswith(
        "disparity: addressed weakness; approach: neither"
    )
    assert "Ask more people" in words_of(made)
    assert re.match(r"[A-Z0-9].* recommendations: \w+ to act on", words_of(show.say_recommendations(view)))


def test_several_subjects_of_a_rule_stand_in_one_row() -> None:
    view = look(answered(starting_a_business=(3, 3, 3), legal_framework=(4, 3, 3)))
    check = next(part for part in show.table_recommendations(view).parts if "Find out first" in part.title)
    (row,) = [row for row in check.rows if row[0].startswith("Collect figures on")]
    assert "policy ranks them high" in row[0]
    assert row[1].count("disparity: no evidence") == 2


def test_change_between_two_rounds() -> None:
    evidence = parts(human_resources="bottleneck", openness="bottleneck")
    earlier = (
        replace(answered(human_resources=(4, 1, 1), openness=(1, 1, 1), target_areas=1), date=dt.date(2024, 5, 1)),
    )
    view = look(
        answered(human_resources=(1, 1, 1), openness=(3, 1, 1), target_areas=1), evidence=evidence, earlier=earlier
    )
    text = words_of(show.say_change(view))
    assert text.startswith(
        "Since 1 May 2024, one priority rose (openness of the region) and one priority fell (human resources) by half a step or more."
    )
    assert "human resources, addressed weakness then, blind spot now" in text
    assert "Then one respondent answered, now one, one of them in both rounds" in text
    assert show.plot_change(view).title == "One priority of Nørre & Co rose and one fell since 1 May 2024"
    still = look(
        answered(openness=(1, 1, 1)), earlier=(replace(answered(openness=(1, 1, 1)), date=dt.date(2024, 5, 1)),)
    )
    assert words_of(show.say_change(still)).startswith(
        "Since 1 May 2024, no priority moved by half a step or more. No disparity is read otherwise than then."
    )


def test_change_of_the_scoreboard_alone() -> None:
    before = parts(human_resources="strength", openness="middle")
    view = look(evidence=parts(human_resources="bottleneck", openness="middle"), earlier_scoreboard=before)
    assert (
        words_of(show.say_change(view)) == "On the scoreboard, beyond the margins of the ranks: human resources worse."
    )
    (table,) = show.table_change(view).parts
    assert {row[0]: row[3] for row in table.rows}["Openness of the region"] == "within the margin"


# All sections


CASES = {
    "nobody": lambda: look(),
    "nobody, weak": lambda: look(evidence=parts(human_resources="bottleneck")),
    "one, all": lambda: look(
        answered(default=3), evidence=parts(**{c.replace("-", "_"): "bottleneck" for c in INSTRUMENT.parts})
    ),
    "one, nothing": lambda: look(answered(default=0), evidence=parts(openness="strength")),
    "don't know": lambda: look(answered(default="dont_know")),
    "first set only": lambda: look(answered(openness=(3, 2, None))),
    "second set only": lambda: look(answered(policy_in_place=3)),
    "many": lambda: look(
        *(answered(f"r{n}", group=group, default=n % 5) for n, group in enumerate([*QUESTIONS.groups] * 2))
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_every_section_speaks_in_words_or_shows_nothing(case: str) -> None:
    for made in everything(CASES[case]()):
        text = words_of(made)
        assert not re.search(
            r"(?i:\bnan\b|<NA>)|\bNone\b(?! of | –)|\[\]|\(\)|,,|\.\.|\s[,;.](?:\s|$)|: \.|  ", text
        ), text
        if isinstance(made, Text):
            assert all(re.match(r"(?:\*\*)?[A-Z0-9]", paragraph) for paragraph in made.paragraphs if paragraph), text
            assert all(paragraph.rstrip("*").endswith(".") for paragraph in made.paragraphs if paragraph), text
        if isinstance(made, Figure):
            assert len(made.alt.split()) > 8
        if isinstance(made, Table):
            assert all(
                all(str(cell) for cell in row) for number, row in enumerate(made.rows) if number not in made.headings
            ), made.title
