"""The text of a cell as a value and its flags: ``1234 b``, ``: c``, ``4700p``, an empty cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

# Eurostat, "Data flags": b break in time series, d definition differs, e estimated, f forecast, i imputed (once: see
# metadata), m cannot exist, n not significant, p provisional, u low reliability; in older files also c confidential,
# r revised, s Eurostat estimate (now i), z not applicable (now m).
FLAGS = "bcdefimnprsuz"
# Eurostat's list of confidentiality status, January 2025: C confidential, N not for publication, P under secrecy
# arrangements; all three mean that the figure is hidden. F, free for publication, is no flag.
HIDDEN, FREE = "CNP", "F"
NUMBER = r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
CLOCK = r"12:00(?::00)? AM"  # how a spreadsheet shows the number 0 in a cell formatted as a time
CELL = rf"^(?:(?P<colon>:)|(?P<number>{NUMBER})|(?P<clock>{CLOCK}))?\s*(?P<flags>[a-z]*)\s*(?:@(?P<status>[A-Z]))?$"

GOOD, BAD, ODD_FLAG, SPREADSHEET_ZERO = range(4)  # what a cell is


@dataclass(frozen=True)
class Figures:
    """Parsed cells, all of the same length (n_cells)."""

    numbers: np.ndarray  # float, in the unit of the dataset; NaN is unknown
    flags: pa.DictionaryArray  # text, "" for none
    state: np.ndarray  # GOOD, BAD, ODD_FLAG or SPREADSHEET_ZERO


def parse(text: pa.Array) -> Figures:
    """Values and flags of cells.

    Parameters
    ----------
    text
        Cells as they stand in the file, shape (n_cells,).

    Returns
    -------
    Figures
        Every distinct text is parsed once. A cell that is empty or ``:`` is unknown (NaN). So is,
        for now, one that is ``BAD``, has an ``ODD_FLAG`` or is a ``SPREADSHEET_ZERO``: what to do
        with these is the reader's decision.
    """
    encoded = text.dictionary_encode()
    trimmed = pc.utf8_trim_whitespace(encoded.dictionary)
    found = pc.extract_regex(trimmed, CELL)
    flags = _present(found, "flags")
    numbers = _present(found, "number")
    values = pc.if_else(pc.equal(numbers, ""), pa.scalar(None, pa.string()), numbers).cast(pa.float64())
    values = values.to_numpy(zero_copy_only=False).copy()
    flags, known = _join(flags, _present(found, "status"))
    state = np.full(len(values), GOOD, dtype=np.int8)
    state[pc.not_equal(_present(found, "clock"), "").to_numpy(zero_copy_only=False)] = SPREADSHEET_ZERO
    state[~known] = ODD_FLAG
    # "inf" would pass for the flags i, n and f; in a re-saved file it is a division by zero.
    state[pc.or_(pc.is_null(found), pc.equal(trimmed, "inf")).to_numpy(zero_copy_only=False) | np.isinf(values)] = BAD
    values[state != GOOD] = np.nan
    places = encoded.indices.to_numpy()
    return Figures(values[places], recode(encoded, flags), state[places])


def with_flags(figures: Figures, flags: pa.Array, status: pa.Array) -> Figures:
    """Figures with the flags of columns of their own added.

    Parameters
    ----------
    figures
        Parsed cells, shape (n_cells,).
    flags, status
        Observation flags (``b``) and confidentiality status (``C``), shape (n_cells,), "" for none.

    Returns
    -------
    Figures
        The three joined as one text in alphabetical order, so that a cell reads the same in every
        format of the same dataset; a flag that Eurostat does not use makes the cell ``ODD_FLAG``.
    """
    both = pc.binary_join_element_wise(
        figures.flags.cast(pa.string()), pc.utf8_trim_whitespace(flags), "@", pc.utf8_trim_whitespace(status), ""
    ).dictionary_encode()
    pairs = [text.partition("@")[::2] for text in both.dictionary.to_pylist()]
    joined, known = _join(
        pa.array([pair[0] for pair in pairs], pa.string()), pa.array([pair[1] for pair in pairs], pa.string())
    )
    joined = pa.array(["".join(sorted(set(text))) for text in joined.to_pylist()], pa.string())
    state = figures.state.copy()
    state[(state == GOOD) & ~known[both.indices.to_numpy()]] = ODD_FLAG
    return Figures(np.where(state == ODD_FLAG, np.nan, figures.numbers), recode(both, joined), state)


def recode(encoded: pa.DictionaryArray, texts: pa.Array) -> pa.DictionaryArray:
    """A dictionary-encoded array with other texts in the place of its own, each text once."""
    unique = texts.dictionary_encode()
    return pa.DictionaryArray.from_arrays(unique.indices.take(encoded.indices), unique.dictionary)


def _present(found: pa.StructArray, name: str) -> pa.Array:
    return pc.fill_null(pc.struct_field(found, name), "")


def _join(flags: pa.Array, status: pa.Array) -> tuple[pa.Array, np.ndarray]:
    """Both kinds of flags as one text, and whether Eurostat uses them all."""
    known = pc.match_substring_regex(flags, f"^[{FLAGS}]*$")
    known = pc.and_(known, pc.match_substring_regex(status, f"^[{HIDDEN}{FREE}]?$"))
    hidden = pc.match_substring_regex(status, f"^[{HIDDEN}]$")
    if pc.any(hidden).as_py():
        both = zip(flags.to_pylist(), hidden.to_pylist(), strict=True)
        flags = pa.array(
            ["".join(sorted({*text, "c"})) if is_hidden else text for text, is_hidden in both], pa.string()
        )
    return flags, known.to_numpy(zero_copy_only=False)
