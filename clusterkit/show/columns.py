"""What the columns of the data are called where people read them: headings with their units.

The CSV files keep the short names, which programs use; the workbooks show these headings. A name that is not known
here is shown as it is written.
"""

from __future__ import annotations

HEADINGS = {
    # codes and names
    "nuts_id": "Region (NUTS code)",
    "nuts_ids": "Regions (NUTS codes)",
    "nace_code": "Sector (NACE code)",
    "strong_nace_code": "Strong sector (NACE code)",
    "category": "Category",
    "code": "Code",
    "name": "Name",
    "territory": "Territory",
    "country": "Country",
    "region": "Region",
    "year": "Year",
    "reference_year": "Reference year",
    "item": "Item",
    "part": "Part of the framework",
    "part_name": "Part of the framework, name",
    "parent": "Part above it",
    "parent_name": "Part above it, name",
    "level": "Level in the framework",
    "dimension": "Dimension",
    "indicator": "Indicator",
    "unit": "Unit",
    "source": "Source",
    "list": "List",
    "scheme": "Star scheme",
    # size, pay and growth
    "persons_employed": "Persons employed",
    "persons_strong": "Persons employed in strong sectors",
    "persons_start": "Persons employed, first year",
    "persons_end": "Persons employed, last year",
    "population": "Population (persons)",
    "employment_thousand": "In work (thousand persons)",
    "unemployment_rate_pct": "Unemployed (% of labour force)",
    "gdp_meur": "GDP (million euro)",
    "gdp_pps_per_head": "GDP per head (purchasing power standards)",
    "gdp_growth": "Growth of GDP per head (%)",
    "wages_eur_per_person": "Wages per person employed (euro)",
    "wages_europe_eur_per_person": "Wages per person employed, Europe (euro)",
    "beside_eur_per_person": "Wages per person employed outside clusters (euro)",
    "premium_pct": "Wages in clusters above those beside them (%)",
    "budget_meur": "Budget (million euro)",
    "share_pct": "Share of jobs (%)",
    "share_strong_pct": "Share of jobs in strong sectors (%)",
    "share_in_clusters_pct": "Share of jobs in clusters (%)",
    "share_first_pct": "Share of jobs in the first regions (%)",
    "top_share_pct": "Share of jobs in the first regions (%)",
    "region_pct": "Share of jobs in the region with most (%)",
    "growth_pct": "Growth of jobs (%)",
    "growth_europe_pct": "Growth of jobs, Europe (%)",
    "growth_has_break": "Break in the series of growth",
    "has_break": "Break in the series",
    "lead_points": "Growth less that of Europe (percentage points)",
    "region_index": "Jobs in the region (first year = 100)",
    "europe_index": "Jobs in Europe (first year = 100)",
    "change": "Change (persons employed, or as the title says)",
    "national": "Change with all jobs of the area (persons employed)",
    "industry_mix": "Change with the mix of sectors (persons employed)",
    "regional": "Change of the region’s own (persons employed)",
    "quadrant": "Strength and growth",
    # specialisation, stars and nearness
    "lq": "Location quotient (no unit)",
    "lq_is_certain": "Location quotient known exactly",
    "top_lq": "Highest location quotient (no unit)",
    "top_code": "Most specialised sector (NACE code)",
    "top_lq_is_certain": "Highest location quotient known exactly",
    "locational_gini": "Locational Gini (0 to 1)",
    "is_strong": "Strong",
    "n_strong": "Strong sectors (number)",
    "n_stars": "Stars (number)",
    "p_any_star": "Chance of at least one star (0 to 1)",
    "density": "Density (share of what is related to it, 0 to 1)",
    "relatedness": "Relatedness (no unit)",
    "n_close": "Strong sectors close to it (number)",
    "closest": "Closest strong sectors (NACE codes)",
    "n_regions_with_both": "Regions with both sectors (number)",
    "shared": "Strong in both (NACE codes)",
    "brings": "It would bring (NACE codes)",
    "offers": "It would find (NACE codes)",
    "n_linked": "Linked sectors (number)",
    "linked_share": "Linked sectors (share, 0 to 1)",
    "n_clusters": "Specialised clusters (number)",
    "covered_share": "Part that divisions cover (share, 0 to 1)",
    "rating": "How well divisions show it",
    "reason": "Reason",
    # scores and ranks
    "score": "Score (scale of the scoreboard)",
    "score_pct": "Score (%)",
    "score_change": "Change of the score (points)",
    "rank": "Rank (1 = first)",
    "rank_best": "Rank, best possible",
    "rank_worst": "Rank, worst possible",
    "rank_median": "Rank, median",
    "places_gained": "Places gained",
    "place": "Place (1 = first)",
    "n_ranked": "Regions with a rank (number)",
    "n_regions": "Regions (number)",
    "n_all_regions": "All regions (number)",
    "n_sectors": "Sectors (number)",
    "n_parts": "Parts (number)",
    "n_empty": "Parts without figures (number)",
    "n_indicators": "Indicators (number)",
    "n_known": "Indicators with a figure (number)",
    "n_estimated": "Estimated figures (number)",
    "n_peers": "Peers with a score (number)",
    "eu": "European Union",
    "country_mean": "Country, mean",
    "peers": "Peers, median",
    "peers_mean": "Peers, mean",
    "over_eu": "Difference to the European Union (points)",
    "over_country": "Difference to the country (points)",
    "over_peers": "Difference to the peers (points)",
    "verdict": "Reading",
    "certainty": "How sure",
    "coverage": "Figures that are known (share, 0 to 1)",
    "alpha": "Cronbach’s alpha (no unit)",
    "value": "Value (in its unit)",
    "normalised": "Normalised value (scale of the scoreboard)",
    "direction": "Direction (1: more is better, -1: less is better)",
    "distance": "Distance in structure (no unit)",
    "oldest": "Oldest figure (year)",
    "newest": "Newest figure (year)",
    "median_year": "Median year of the figures",
    # how far to believe it
    "status": "Status",
    "is_estimated": "Estimated",
    "is_empty": "Without figures",
    "is_robust": "Holds under other choices of method",
    "is_sure": "Sure",
    "hidden_countries": "Countries that hide this sector",
    "unknown_neighbours": "Neighbours that are not known",
    # stress test
    "illustrative": "Illustrative",
    "practice": "Practice",
    "respondent": "Respondent",
    "respondents": "Respondents (number)",
    "group": "Group of respondents",
    "language": "Language",
    "priority": "Priority (0 to 4)",
    "vertical": "Vertical approach (0 to 4)",
    "horizontal": "Horizontal approach (0 to 4)",
    "consensus": "Consensus (0 to 1)",
    "gap": "Disparity",
    "approach": "Approach",
    "n_dont_know": "Answers “don’t know” (number)",
    "n_open": "Open questions (number)",
    "n_items": "Items (number)",
}
# Ends of a name that say which figure of the same thing it is.
ENDINGS = {
    "low": "lower end",
    "high": "upper end",
    "status": "status",
    "start": "first year",
    "end": "last year",
    "then": "earlier",
    "now": "now",
    "consensus": "consensus (0 to 1)",
}


def heading(name: str) -> str:
    """What a column is called in a workbook, with its unit; a name that is not known is shown as it is written.

    >>> heading("persons_employed"), heading("lq_low"), heading("eccp-2021_n_stars_high"), heading("C13")
    ('Persons employed', 'Location quotient (no unit), lower end', 'eccp-2021: Stars (number), upper end', 'C13')
    """
    if name in HEADINGS:
        return HEADINGS[name]
    base, _, end = name.rpartition("_")
    if base and end in ENDINGS and (known := heading(base)) != base:
        return f"{known}, {ENDINGS[end]}"
    scheme, _, rest = name.partition("_")
    if rest and "-" in scheme and (known := heading(rest)) != rest:
        return f"{scheme}: {known}"
    return name
