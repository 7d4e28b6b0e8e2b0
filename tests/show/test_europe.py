"""The page on Europe: words that follow from the numbers, also when these are few, equal or absent."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterkit.data.nuts import EU28
from clusterkit.params import EuropeParams, RegionParams
from clusterkit.show import Downloads, europe, europe_charts, home, linkages
from clusterkit.show.words import NBSP

P = EuropeParams()
NOTHING = Downloads("europe")


def text(shown: object) -> str:
    return str(shown).replace(NBSP, " ")


@pytest.mark.parametrize(
    ("countries", "words"),
    [
        ([*EU28, "NO"], "the 28 EU members of 2014 and Norway"),
        (EU28, "the 28 EU members of 2014"),
        ([code for code in EU28 if code != "UK"], "the 27 EU members"),
        ([code for code in EU28 if code != "MT"], "the EU members of 2014 without Malta"),
        (["SI", "EE"], "Estonia and Slovenia"),
    ],
)
def test_the_countries_of_the_page_in_words(countries: list[str], words: str) -> None:
    assert europe.area_phrase(countries) == words


def premium(values: dict[str, float], n: int = 9) -> pd.DataFrame:
    table = pd.DataFrame({"premium_pct": values, "n_compared": n})
    return table.assign(premium_low_pct=table["premium_pct"] - 2, premium_high_pct=table["premium_pct"] + 1)


def test_a_premium_below_zero_is_told_as_such() -> None:
    table = premium({"others": 20.24, "sector": 2.4, "sector and country": -3.0})
    said = text(europe.say_premium(table))
    assert "Wages per person employed in clusters are 20.2 % higher than in all other jobs (+18.2 % to +21.2 % " in said
    assert (
        "in the same country they are 3.0 % lower than there** (−5.0 % to −2.0 % when any one country is left" in said
    )
    cells = pd.DataFrame({"country": ["EE", "SI"]})
    figure = europe_charts.plot_premium(table, cells, P, NOTHING)
    assert text(figure.title) == "Clusters pay 3.0 % less than the same sector elsewhere in the same country"


def test_without_wages_there_is_no_premium_to_tell() -> None:
    table = premium({"others": np.nan}, n=0)
    assert text(europe.say_premium(table)) == "No cluster publishes wages that could be set beside others."
    assert europe_charts.plot_premium(table, pd.DataFrame({"country": ["EE"]}), P, NOTHING) is None


def test_few_clusters_give_no_premium_of_a_country() -> None:
    table = pd.DataFrame(
        {"n_clusters": [9, 2, 1], "n_all_regions": [3, 2, 1], "persons_employed": [9e5, 2e5, 1e5],
         "share_pct": [30.0, 20.0, 10.0], "premium_pct": [5.0, 7.0, np.nan], "n_compared": [8, 2, 0]},
        index=["IT", "SI", "EE"],
    )  # fmt: skip
    rows = europe.table_countries(table, pd.DataFrame({"country": ["EE", "IT", "SI"]}), P, NOTHING).rows
    assert [text(row[-1]) for row in rows] == ["+5.0 %", "too few to compare", "nothing to compare"]


def test_one_country_is_not_compared() -> None:
    table = pd.DataFrame({"share_pct": [10.0]}, index=["EE"])
    assert text(europe.say_countries(table)) == "There is one country only, so none can be compared."
    assert europe_charts.plot_countries(table, pd.DataFrame({"country": ["EE"]}), P, NOTHING) is None


def test_no_country_is_left_out_without_a_word_or_with_too_many() -> None:
    assert text(europe.say_left_out([], P)) == ""
    assert text(europe.say_left_out(["NO"], P)).startswith("**Norway** is left out of this page: for 2014 ")
    assert text(europe.say_left_out(["NL", "NO"], P)).startswith("**The Netherlands and Norway** are left out")


def test_without_figures_of_manufacturing_words_stand_in_their_place() -> None:
    empty = pd.DataFrame({"country": [], "is_published": []})
    said = europe.say_manufacturing(empty, pd.DataFrame(), pd.Series({"n_regions": 0.0}), P)
    assert text(said) == "There are no figures of manufacturing for 2022."
    assert europe_charts.plot_manufacturing(pd.DataFrame(), empty, P, None, NOTHING) is None


def variants(**counts: float) -> pd.DataFrame:
    index = pd.MultiIndex.from_tuples([tuple(key.split("_")) for key in counts], names=["part", "variant"])
    return pd.DataFrame({"n_clusters": list(counts.values())}, index=index)


def test_the_threshold_that_counts_most_is_named() -> None:
    table = variants(hidden_estimate=100, hidden_certain=95, hidden_possible=104)
    steps = variants(**{"lq_0.9": 130, "lq_1.1": 80, "focus_0.9": 110, "focus_1.1": 91, "all_0.9": 140, "all_1.1": 70})
    sure = pd.Series({"certain": 80, "likely": 15, "doubtful": 5, "near_misses": 12, "expected": 101.4})
    said = text(europe.say_sensitivity(pd.concat([table, steps]), sure))
    assert "95 clusters stand wherever these lie in their 90 % intervals, and 104 are possible" in said
    assert "gives between 70 and 140; of single ones the location quotient counts most (130 at −10 %)" in said
    assert "**80 of 100** clusters pass in at least nine of ten draws" in said


@pytest.mark.parametrize(
    ("size", "word"), [(5_000, "smaller than"), (19_000, "of about the size of"), (30_000, "larger than")]
)
def test_our_clusters_beside_published_ones(size: float, word: str) -> None:
    published = pd.DataFrame({"clusters": [3000, 2950, 1501], "jobs_million": [54, 61.8, np.nan]})
    total = pd.DataFrame({"n_clusters": [1000], "persons_employed": [1000 * size]}, index=["Europe"])
    said = text(europe.say_published(published, total))
    assert f"our clusters are {word} those published with their jobs (18,000 and 20,949)" in said
    assert said.startswith("Our count is 33 % of the 3,000, 34 % of the 2,950 and 67 % of the 1,501 ")


def test_the_way_to_the_page_is_shown_where_there_is_a_page() -> None:
    assert home.say_europe({})._repr_markdown_() == ""
    shown = home.say_europe({"europe": {"": "europe.html"}})._repr_markdown_()
    assert '<a href="europe.html">clusters of Europe</a>' in shown


# Linkages


def links(rank: tuple[float, float, float], within: tuple[float, float, float], n: int = 200) -> pd.DataFrame:
    names = ["estimate", "low", "high", "n_regions", "n_countries"]
    rows = {
        ("share_in_clusters_pct", o.key): dict(zip([f"rank_{x}" for x in names], [*rank, n, 20], strict=True))
        | dict(zip([f"within_{x}" for x in names], [*within, n, 20], strict=True))
        for o in linkages.DRAWN
    }
    return pd.DataFrame(rows).T.rename_axis(["measure", "outcome"])


def test_associations_are_told_with_their_direction() -> None:
    said = text(linkages.say_linkages(links((-0.3, -0.5, -0.1), (0.2, 0.1, 0.3))))
    assert "Of three indicators, **three** rank with the share of jobs" in said
    assert "lower where clusters are stronger: patenting per inhabitant (−0.30)" in said
    assert "three associations are left; higher where clusters are stronger: " in said


def test_no_association_is_a_finding_too() -> None:
    table = links((0.1, -0.1, 0.3), (0.0, -0.2, 0.2))
    said = text(linkages.say_linkages(table))
    assert "**none** rank" in said
    assert "no association is left that chance does not explain." in said
    figure = linkages.plot_linkages(table, NOTHING)
    assert figure.title.startswith("None of three indicators goes with")
    assert "New enterprises, % of enterprises: 0.10 (−0.10 to 0.30) over all regions" in figure.alt


def test_few_regions_are_not_spoken_of() -> None:
    few = links((-0.3, -0.5, -0.1), (0.2, 0.1, 0.3), n=linkages.ENOUGH - 1)
    assert "No indicator has figures for enough regions" in text(linkages.say_linkages(few))


def test_without_figures_words_stand_in_the_place_of_pictures() -> None:
    empty = links((np.nan,) * 3, (np.nan,) * 3)
    assert "No indicator has figures for enough regions" in text(linkages.say_linkages(empty))
    assert linkages.plot_linkages(empty, NOTHING) is None
    assert linkages.table_linkages(empty, NOTHING) is None


REGION = RegionParams(region="here", name="Hier & $x$", nuts_ids=["AA01"])
STRENGTH = pd.DataFrame({"share_in_clusters_pct": [10.0, 20.0, 30.0, 40.0]}, index=["R1", "here", "R2", "R3"])
VALUES = pd.DataFrame(
    {"patents": [0.0, 50.0, 5.0, 500.0], "births": [1.0, np.nan, 3.0, 2.0], "gdp_growth": [1.0, 9.0, 2.0, 3.0]},
    index=STRENGTH.index,
)


def test_a_region_beside_all_others() -> None:
    table = links((0.3, 0.1, 0.5), (0.0, -1.0, 1.0), n=40)
    said = text(linkages.say_place(STRENGTH, VALUES, table, REGION))
    assert (
        "20 % of the jobs of Hier & $x$ are in specialised clusters, more than in 33 % of the regions of Europe."
        in said
    )
    assert "In patenting per inhabitant it is ahead of 67 % and in growth of GDP per head it is ahead of 100 %" in said
    assert "For the birth rate of enterprises it has no figure." in said
    assert "Over 40 regions, patenting per inhabitant is higher where more jobs are in clusters (rank" in said
    assert "(rank correlation 0.30, 95 % interval 0.10 to 0.50)." in said
    figure = linkages.plot_place(STRENGTH, VALUES, table, REGION, NOTHING)
    assert figure.alt.startswith("Three scatter plots of all regions against the share of jobs")
    assert "New enterprises, % of enterprises: not published" in figure.alt
    assert figure.title.startswith("More jobs in clusters go with higher patenting per inhabitant")


def test_a_region_that_is_not_counted_is_not_drawn() -> None:
    table = links((0.3, 0.1, 0.5), (0.0, -1.0, 1.0))
    without = STRENGTH.drop(index="here")
    assert "There are no figures to set the clusters of" in text(linkages.say_place(without, VALUES, table, REGION))
    assert linkages.plot_place(without, VALUES, table, REGION, NOTHING) is None
