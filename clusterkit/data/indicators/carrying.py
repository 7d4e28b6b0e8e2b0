"""Figures in the codes of any NUTS version, carried to the base version.

An amount is shared out and added up, a rate is inherited and averaged; unknown in any part is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from clusterkit.data import nuts, nuts_codes, sources
from clusterkit.data.indicator_register import DataFile
from clusterkit.errors import Problem, SourceError, some

NOT_IN_BASE = frozenset({"NO0B"})  # Jan Mayen and Svalbard: in NUTS 2021, without a counterpart in NUTS 2016
LEFT_OUT, UNKNOWN = -1, -2  # ranks of codes that get no place in the table: known as such, or not
KEYS = ["nuts_id", "year"]


@dataclass(frozen=True)
class Geography:
    """Which codes each NUTS version has, and how they lie in the base version.

    Parameters
    ----------
    pieces
        ``from_version``, ``from_id``, ``to_id``, ``share`` (of the origin's population, 0 to 1) and
        ``people`` (inhabitants of the origin in 2011; 1 where unknown). Levels 0 and 2.
    other_levels
        Codes of levels 1 and 3 by version: the regions above and below.
    """

    pieces: pd.DataFrame
    other_levels: Mapping[int, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def codes(self) -> dict[int, frozenset[str]]:
        """Codes of levels 0 and 2 by NUTS version."""
        return {int(version): frozenset(rows["from_id"]) for version, rows in self.pieces.groupby("from_version")}

    @cached_property
    def twins(self) -> dict[str, str]:
        """The other code of a country that is one NUTS 2 region in the base version: both ways."""
        base = pd.Series(sorted(code for code in self.codes[nuts.BASE_VERSION] if len(code) == 4), dtype="str")
        single = base[~base.str[:2].duplicated(keep=False)]
        pairs = dict(zip(single.str[:2], single, strict=True))
        return pairs | {region: country for country, region in pairs.items()}

    @cached_property
    def origins(self) -> pd.DataFrame:
        """The pieces as ``to_base`` needs them, with the number of origins of each region and their least share."""
        groups = self.pieces.groupby(["from_version", "to_id"])["share"]
        pieces = self.pieces.assign(n=groups.transform("size"), least=groups.transform("min"))
        return pieces.rename(columns={"from_version": "version", "from_id": "nuts_id"})

    def of_level(self, version: int, length: int) -> list[str]:
        """Codes of a NUTS version by their length: 2, 3, 4 and 5 are levels 0 to 3."""
        codes = self.codes[version] if length in (2, 4) else self.other_levels.get(version, frozenset())
        return sorted(code for code in codes if len(code) == length)


def geography(raw: Path, codes: Mapping[int, pd.DataFrame], crosswalk: pd.DataFrame) -> Geography:
    """All NUTS versions in the base version, with the inhabitants of the origins.

    Parameters
    ----------
    raw
        Folder with the raw files: the converter matrices of the Joint Research Centre.
    codes
        Lists of codes by version (``nuts.read_codes``).
    crosswalk
        The table ``crosswalk``, levels 0 to 2.
    """
    base = set(codes[nuts.BASE_VERSION].query("level in (0, 2)")["nuts_id"])
    frames = [
        crosswalk[crosswalk["from_id"].str.len().isin([2, 4]) & crosswalk["to_id"].isin(base)],
        nuts.unchanged_pieces(base, nuts.BASE_VERSION, nuts.BASE_VERSION),
    ]
    people = []
    for version, source in sources.MATRICES.items():
        path = raw / source.path
        if not path.is_file():
            continue
        matrix = nuts.read_csv(path, [f"code_v{version}", "pop11"])
        matrix = matrix.assign(people=pd.to_numeric(matrix["pop11"]), from_version=version)
        matrix = matrix.rename(columns={f"code_v{version}": "from_id"})
        people.append(matrix.groupby(["from_version", "from_id"], as_index=False)["people"].sum())
    pieces = pd.concat(frames, ignore_index=True).rename(columns={"weight_population": "share"})
    pieces = pieces[["from_version", "from_id", "to_id", "share"]].astype({"from_version": int})
    pieces = pieces.merge(pd.concat(people), how="left") if people else pieces.assign(people=1.0)
    pieces["people"] = pieces["people"].fillna(1.0).clip(lower=1.0)
    others = {version: frozenset(table.query("level in (1, 3)")["nuts_id"]) for version, table in codes.items()}
    return Geography(pieces, others)


def with_versions(table: pd.DataFrame, file: DataFile, places: Geography) -> pd.DataFrame:
    """The NUTS version that each code of a file belongs to.

    Parameters
    ----------
    table
        ``nuts_id`` and ``version`` (the version that the file declares), as read.

    Returns
    -------
    pandas.DataFrame
        The same rows; ``version`` is that of the code, ``rank`` 0 for the declared version, growing with
        the distance, and -1 for codes that the table has no place for: groups of countries, extra-regio
        codes, NUTS 2006, levels 1 and 3, and the register's ``drop_codes``.

    Raises
    ------
    SourceError
        A code is in no NUTS version.
    """
    pairs = table[["nuts_id", "version"]].drop_duplicates()
    found = [_version_of(code, declared, file, places) for code, declared in pairs.itertuples(index=False)]
    pairs = pairs.assign(**dict(zip(("actual", "rank"), np.array(found, dtype=int).reshape(-1, 2).T, strict=True)))
    unknown = sorted(pairs.loc[pairs["rank"] == UNKNOWN, "nuts_id"])
    if unknown:
        raise SourceError(
            Problem(
                what=f"{len(unknown)} region codes of {Path(file.file).name} are in no NUTS version: {some(unknown)}.",
                where=f"{file.file}, {table['nuts_id'].isin(unknown).sum():,} of {len(table):,} rows",
                rule=nuts.RULE,
                fix="check the file; a slip of the publisher goes by name under drop_codes in params/indicators.yaml",
            )
        )
    merged = table.merge(pairs, on=["nuts_id", "version"], how="left")
    return merged.drop(columns="version").rename(columns={"actual": "version"})


def _version_of(code: str, declared: int, file: DataFile, places: Geography) -> tuple[int, int]:
    """The nearest version that has the code, and how many are nearer."""
    if _is_left_out(code, file):
        return declared, LEFT_OUT
    order = sorted(places.codes, key=lambda version: (abs(version - declared), -version))
    found = ((version, rank) for rank, version in enumerate(order) if code in places.codes[version])
    return next(found, (declared, UNKNOWN))


def _is_left_out(code: str, file: DataFile) -> bool:
    """Codes known by name or form that have no place in the table."""
    return code in file.drop_codes or code in NOT_IN_BASE or nuts_codes.is_ignored(code) or len(code) in (3, 5)


def to_base(
    rows: pd.DataFrame,
    places: Geography,
    *,
    kind: str,
    weights: Mapping[str, float] | None = None,
    overlap: str = "first",
) -> pd.DataFrame:
    """Figures in the codes of the base version.

    Parameters
    ----------
    rows
        ``nuts_id``, ``version``, ``rank``, ``year``, ``value`` (NaN is unknown), ``flag`` and
        ``estimated`` (bool: not the region's own figure).
    kind
        ``absolute``: shared out by population and added up. ``relative`` or ``index``: inherited by
        the parts of a split region, the weighted mean of the parts of a merged one.
    weights
        Denominator of a rate by origin code; regions of which one is absent are weighted by
        inhabitants in 2011.
    overlap
        What to do when codes of several versions give a figure for one region and year:
        ``first`` takes the declared version, ``add`` adds amounts up.

    Returns
    -------
    pandas.DataFrame
        ``nuts_id``, ``year``, ``value``, ``status`` (reported, estimated, hidden, missing), ``flag``.
        A region that was only renamed keeps its figure to the bit; unknown in any part is unknown.
    """
    merged = rows.merge(places.origins, on=["version", "nuts_id"])
    same = merged["n"].eq(1) & merged["least"].eq(1.0)
    merged = merged.drop(columns="nuts_id").rename(columns={"to_id": "nuts_id"}).assign(origin=merged["nuts_id"])
    result = merged.loc[same, [*KEYS, "rank", "value", "flag", "estimated"]]
    if not same.all():
        result = pd.concat([result, _mixed(merged[~same], kind, weights or {})], ignore_index=True)
    if overlap == "add":
        groups = result.assign(estimated=result["estimated"] & result["value"].ne(0)).groupby(KEYS)
        added = pd.DataFrame({"value": groups["value"].sum(min_count=1), "estimated": groups["estimated"].any()})
        result = with_flags(added, result, KEYS)
    else:
        result = result.assign(unknown=result["value"].isna()).sort_values(["unknown", "rank"], kind="stable")
        result = result.drop_duplicates(KEYS)
    hidden = result["value"].isna() & result["flag"].str.contains("c")
    states = [hidden, result["value"].isna(), result["estimated"].astype(bool)]
    result = result.assign(status=np.select(states, ["hidden", "missing", "estimated"], "reported"))
    return result[[*KEYS, "value", "status", "flag"]].sort_values(KEYS, ignore_index=True)


def _mixed(merged: pd.DataFrame, kind: str, weights: Mapping[str, float]) -> pd.DataFrame:
    """Regions that were split or merged, one row per new region, version and year."""
    keys = [*KEYS, "version", "rank"]
    weight = merged["share"]
    if kind != "absolute":
        own = merged["origin"].map(dict(weights)).astype("float64")
        complete = own.notna().groupby([merged[key] for key in keys]).transform("all")
        weight = own.where(complete, merged["people"]) * weight
    groups = merged.assign(part=merged["value"] * weight, weight=weight).groupby(keys, sort=False)
    value = groups["part"].sum()
    estimated = pd.Series(data=True, index=value.index)
    if kind == "absolute":
        estimated = groups["least"].first().lt(1.0) | groups["estimated"].any()
    else:
        # One origin only: its own value, without a rounding error.
        value = (value / groups["weight"].sum()).where(groups.size() > 1, groups["value"].first())
    complete = groups["part"].count() == groups["n"].first()
    result = with_flags(pd.DataFrame({"value": value.where(complete), "estimated": estimated}), merged, keys)
    return result.drop(columns="version")


def with_flags(sums: pd.DataFrame, table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """What groups of the table came to (index ``keys``), with all letters of each group's flags."""
    flagged = table.loc[table["flag"].ne(""), [*keys, "flag"]]
    flags = letters(flagged.groupby(keys, sort=False)["flag"].agg("sum"))
    return sums.assign(flag=flags).fillna({"flag": ""}).reset_index()


def letters(texts: pd.Series) -> pd.Series:
    """Each text with every letter once, in alphabetical order."""
    return texts.map({text: "".join(sorted(set(text))) for text in texts.unique()}).astype("str")
