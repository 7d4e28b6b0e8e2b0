"""A matplotlib drawing as SVG text: laid out and drawn in one pass, with texts measured once in a process, and short paths."""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Hashable, Sequence
from typing import Any, Literal

import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font
from matplotlib.textpath import TextToPath

DPI = 72  # pixels to an inch, as SVG counts
MOST_TEXTS = 20_000  # results that are kept, about a hundred bytes each
MOST_PATHS = 500  # the longest, outlines of Europe, are of some hundred kilobytes

_CURVES = re.compile("[A-KN-Za-y]")  # any command but move, line and close
_LONG_NUMBER = re.compile(r"-?[0-9]+[.][0-9]{2,}")
_COMMAND = re.compile("[MLz]")
_AS_SPACE = str.maketrans("MLz", "   ")


class _Texts(TextToPath):
    """Sizes and glyphs of texts as matplotlib finds them, each found once; a drawing asks for each several times."""

    def _get_font(self, prop: FontProperties) -> Any:
        font = get_font(_files(prop.copy()))
        font.set_size(self.FONT_SCALE, self.DPI)
        return font

    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: bool | Literal["TeX"]
    ) -> tuple[float, float, float]:
        return _size(s, prop.copy(), ismath)

    def get_glyphs_with_font(
        self, font: Any, s: str, glyph_map: Any = None, return_new_glyphs_only: bool = False, **more: Any
    ) -> tuple[list[Any], dict[str, Any], list[Any]]:
        key = (font.fname, font.style_flags, s, tuple(more.items()))
        if key not in _glyphs:
            if len(_glyphs) >= MOST_TEXTS:
                _glyphs.clear()
            _glyphs[key] = super().get_glyphs_with_font(font, s, **more)
        places, shapes, rects = _glyphs[key]
        known = glyph_map or {}
        new = {name: shape for name, shape in shapes.items() if name not in known}
        return places, new if return_new_glyphs_only else {**known, **new}, rects


_glyphs: dict[Hashable, Any] = {}


@functools.lru_cache(MOST_TEXTS)
def _files(prop: FontProperties) -> Sequence[str]:
    """Files of the fonts, as matplotlib finds them anew for every text."""
    return fontManager._find_fonts_by_props(prop)


@functools.lru_cache(MOST_TEXTS)
def _size(s: str, prop: FontProperties, ismath: bool | Literal["TeX"]) -> tuple[float, float, float]:
    return TextToPath().get_text_width_height_descent(s, prop, ismath)


@functools.lru_cache(MOST_TEXTS)
def _heights(prop: FontProperties) -> tuple[float | None, float | None, float | None]:
    """Ascent, descent and gap between lines (pixels) as ``Text`` reads them; None: it is to find them itself."""
    font = get_font(findfont(prop))
    table, head = font.get_sfnt_table("OS/2"), font.get_sfnt_table("head")
    if table is None or head is None:
        return None, None, None
    scale = 1 / head["unitsPerEm"] * prop.get_size_in_points() * DPI / 72
    return table["sTypoAscender"] * scale, -table["sTypoDescender"] * scale, table["sTypoLineGap"] * scale


class _Renderer(RendererSVG):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._text2path = _Texts()

    def _get_font_height_metrics(self, prop: FontProperties) -> tuple[float | None, float | None, float | None]:
        """Where matplotlib asks for it (from 3.11), it saves looking into the font for every text again."""
        return _heights(prop.copy())


class _Canvas(FigureCanvasSVG):
    """Where a layout measures: with the texts of the drawing itself."""

    def get_renderer(self) -> _Renderer:
        return self._measuring

    @functools.cached_property
    def _measuring(self) -> _Renderer:
        return _renderer(self.figure, io.StringIO())


def _renderer(figure: Figure, file: io.StringIO) -> _Renderer:
    width, height = figure.get_size_inches() * DPI
    return _Renderer(width, height, file, image_dpi=DPI, metadata={"Date": None, "Creator": None})


def _fix_empty_labels(figure: Figure) -> None:
    """Give the axes that have no label a place for it: else every layout looks for one beside all names of ticks."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if not axis.label.get_text():
                axis.set_label_coords(0.5, 0.5)


def draw(figure: Figure) -> str:
    """The drawing as SVG text.

    ``savefig`` draws everything twice for the sake of the layout, which needs no drawing; the result is the same.
    """
    _Canvas(figure)
    figure.dpi = DPI
    _fix_empty_labels(figure)
    file = io.StringIO()
    renderer = _renderer(figure, file)
    figure.draw(renderer)
    renderer.finalize()
    return file.getvalue()


@functools.lru_cache(MOST_PATHS)
def compact(path: str) -> str:
    """The same path to a tenth of a pixel; outlines in relative steps, at half the bytes.

    Glyphs keep their own fine scale.

    Examples
    --------
    >>> compact("M 1.04 2 L 1.06 2.5 L 4 2.5 z")
    'M1 2l.1 .5l2.9 0z'
    """
    if _CURVES.search(path):
        return _LONG_NUMBER.sub(lambda value: _tenth(round(float(value[0]) * 10)), path)
    # In tenths of a pixel, so that rounding never adds up.
    places = np.rint(np.array(path.translate(_AS_SPACE).split(), dtype=float) * 10).astype(int).reshape(-1, 2)
    steps = np.diff(places, axis=0, prepend=0).tolist()
    out: list[str] = []
    place = 0
    for letter in _COMMAND.findall(path):
        if letter == "z":
            out.append("z")
            continue
        if letter == "M":
            x, y = places[place].tolist()
            out.append(f"M{_tenth(x)} {_tenth(y)}")
        elif steps[place] != [0, 0]:
            x, y = steps[place]
            out.append(f"l{_tenth(x)} {_tenth(y)}")
        place += 1
    return "".join(out)


@functools.lru_cache(MOST_TEXTS)
def _tenth(tenths: int) -> str:
    whole, rest = divmod(abs(tenths), 10)
    text = f"{whole or ''}.{rest}" if rest else str(whole)
    return f"-{text}" if tenths < 0 else text
