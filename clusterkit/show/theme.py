"""One look for all figures: colours by role, type, and pictures that follow light and dark.

A picture is drawn in the light colours; the frame colours (ink, lines, paper) and the classes of maps are then
turned into variables inside the SVG, with a second set for readers who prefer dark pages. All other colours of the
data stay the same in both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, cast

import matplotlib as mpl

mpl.use("agg")  # no window, also under JupyterLab: figures are SVG text

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure as MplFigure
from matplotlib.transforms import Bbox

from clusterkit.show import svg as svg_text
from clusterkit.show.output import Figure

# Frame: light value, dark value (contrast of ink and muted on paper at least 7:1 and 4.5:1).
FRAME = {
    "ink": ("#1d2329", "#e7eaed"),
    "muted": ("#57606a", "#a3adb8"),
    "line": ("#c9d0d6", "#48515b"),
    "paper": ("#fefefe", "#14181c"),
    "land": ("#e4e7ea", "#2b3138"),
}
INK, MUTED, LINE, PAPER, LAND = (light for light, _ in FRAME.values())

ACCENT = "#0a6ebd"  # the region of the page; 4.6:1 or more on both papers would need two blues
STRONG = "#d55e00"  # Okabe and Ito (2008), vermillion: what is strong
OTHER = "#7f8b96"  # what it is compared with

# Location quotients: purple under 1, orange above, after ColorBrewer's PuOr (colour-blind safe). Light value, dark value:
# on either page the middle is near the paper, and what is strong stands out most.
LQ_CLASSES = {
    "lq0": ("#a79dd0", "#7f76b8"),
    "lq1": ("#dcd7ee", "#565080"),
    "lq2": ("#fdd9a8", "#7c5a2e"),
    "lq3": ("#f5a04a", "#b9701f"),
    "lq4": ("#d0690f", "#ee9433"),
    "lq5": ("#8c3f06", "#ffd7a1"),
}
LQ_COLOURS = tuple(light for light, _ in LQ_CLASSES.values())
LQ_BOUNDS = (0.5, 1.0, 1.5, 2.0, 4.0)  # location quotient, no unit
LQ_LABELS = (
    "under half the European share",
    "half to the European share",
    "1 to 1.5 times",
    "1.5 to 2 times",
    "2 to 4 times",
    "4 times and more",
)

# Counts and shares: one blue, away from the paper; the least differs from land in both light and dark.
COUNT_CLASSES = {
    "count0": ("#cfe3f3", "#234a6b"),
    "count1": ("#9cc7e6", "#2f6a9c"),
    "count2": ("#5b9fd2", "#4a93cc"),
    "count3": ("#2873b2", "#86bfe9"),
    "count4": ("#0b4a83", "#d3e9fb"),
}
COUNT_COLOURS = tuple(light for light, _ in COUNT_CLASSES.values())
ROLES = {**FRAME, **LQ_CLASSES, **COUNT_CLASSES}
LQ_TICKS = (0.1, 0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64)
LEAST_LQ = 0.1  # no unit; a logarithmic scale has no zero
EDGE_LQ = 0.09  # where such an axis begins, so that a mark at 0.1 is off the names of the rows

WIDTH_IN = 10.0  # inches; 72 pixels to an inch in SVG: the width of the text on a wide screen
FONT_PT = 12
HASH_SALT = "clusterkit"  # makes the ids inside an SVG the same in every run


def plain(name: str, limit: int = 30) -> str:
    """A name as matplotlib is to draw it: no formula, no hidden label, not too long for a legend."""
    short = name if len(name) <= limit else f"{name[: limit - 1]}…"
    return f"\N{ZERO WIDTH SPACE}{short}".replace("$", r"\$") if short[:1] == "_" else short.replace("$", r"\$")


def use() -> None:
    """Set the drawing defaults; called by every plot, so that no order of cells matters."""
    sns.set_theme(
        context="paper",
        style="white",
        rc={
            "font.family": "DejaVu Sans",
            "font.size": FONT_PT,
            "axes.labelsize": FONT_PT,
            "xtick.labelsize": FONT_PT,
            "ytick.labelsize": FONT_PT,
            "legend.fontsize": FONT_PT - 0.5,
            "axes.edgecolor": LINE,
            "axes.labelcolor": MUTED,
            "xtick.color": MUTED,
            "ytick.color": INK,
            "text.color": INK,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.spines.left": False,
            "grid.color": LINE,
            "grid.linewidth": 0.7,
            "figure.facecolor": "none",
            "axes.facecolor": "none",
            "savefig.facecolor": "none",
            "hatch.linewidth": 0.7,
            "svg.hashsalt": HASH_SALT,
            "svg.fonttype": "path",
        },
    )


def to_svg(figure: MplFigure) -> tuple[str, int, int]:
    """The drawing as SVG text that follows the page's colours, with its size in CSS pixels."""
    svg = svg_text.draw(figure)
    svg = svg[svg.index("<svg") :]
    width, height = (round(float(size)) for size in re.findall(r'(?:width|height)="([\d.]+)pt"', svg)[:2])
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    # A tenth of a pixel is enough for a path, at a third of the bytes.
    svg = re.sub(r' d="([^"]*)"', lambda found: f' d="{svg_text.compact(found[1])}"', svg)
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r"\s*\n\s*", " ", svg)
    used = {}
    for role, pair in ROLES.items():
        svg, n = re.subn(pair[0], f"var(--{role})", svg, flags=re.IGNORECASE)
        if n or role in FRAME:
            used[role] = pair
    light = "".join(f"--{role}:{pair[0]};" for role, pair in used.items())
    dark = "".join(f"--{role}:{pair[1]};" for role, pair in used.items())
    svg, rules = _classes(re.sub(r' clip-path="[^"]*"', "", svg))
    style = f"<style>:root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}{rules}</style>"
    return svg.replace(">", f">{style}", 1), width, height


def finish(figure: MplFigure, *, title: str, alt: str, note: str, link: str) -> Figure:
    """Close a drawing and give it its words."""
    svg, width, height = to_svg(figure)
    plt.close(figure)
    return Figure(svg=svg, title=title, alt=alt, note=note, link=link, width=width, height=height)


def _classes(svg: str) -> tuple[str, str]:
    """Repeated style attributes as classes, and the rules of these classes."""
    names: dict[str, str] = {}
    svg = re.sub(r'style="([^"]*)"', lambda found: f'class="{names.setdefault(found[1], f"s{len(names)}")}"', svg)
    return svg, "".join(f".{name}{{{rule}}}" for rule, name in names.items())


def wrapped(name: str, width: int) -> str:
    """A name in at most two lines, the first of about ``width`` characters."""
    lines = [""]
    for word in name.split():
        if lines[-1] and len(lines[-1]) + len(word) + 1 > width and len(lines) < 2:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def name_rows(axes: Axes, names: Sequence[str]) -> None:
    """One row a name, the first on top, with a line through each."""
    axes.set_yticks(range(len(names)), [plain(name, 60) for name in names])
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_ylabel("")
    axes.grid(axis="y", linewidth=0.7)
    axes.tick_params(length=0)


def quotient_axis(axes: Axes, values: Sequence[pd.Series]) -> None:
    """A logarithmic scale that holds all quotients and 1, with round numbers; quotients under 0.1 stand at its edge."""
    known = pd.concat(list(values)).astype(float).dropna()
    low, high = min(known.min(), 1.0) * 0.85, max(known.max(), 1.0) * 1.25
    axes.set_xscale("log", base=2)
    axes.set_xlim(max(low, EDGE_LQ), high)
    ticks = [tick for tick in LQ_TICKS if max(low, LEAST_LQ) <= tick <= high]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()


def strong_lines(axes: Axes, strong_lq: float) -> None:
    """A line at a quotient of 1, and a broken one at that of a strong sector."""
    for style, value in (("-", 1.0), ((0, (3, 3)), strong_lq)):
        axes.axvline(value, color=MUTED, linewidth=1, linestyle=style, zorder=0)


def ranges(axes: Axes, low: pd.Series, high: pd.Series, colours: np.ndarray) -> None:
    """In each row a band over what hidden cells leave open."""
    axes.hlines(np.arange(len(low)), low, high, colors=colours.tolist(), linewidth=5, alpha=0.45, zorder=1)


def right_column(axes: Axes, texts: Sequence[str], *, heading: str) -> None:
    """A column of numbers right of a chart whose rows are named."""
    place: dict[str, Any] = {
        "xycoords": ("axes fraction", "data"),
        "textcoords": "offset points",
        "ha": "right",
        "color": MUTED,
    }
    for row, text in enumerate(texts):
        axes.annotate(text, (1.0, row), xytext=(84, 0), va="center", **place)
    axes.annotate(heading, (1.0, -0.75), xytext=(84, 0), va="bottom", **place)


def place_labels(axes: Axes, points: pd.DataFrame, texts: Sequence[str], *, others: pd.DataFrame) -> None:
    """Names beside points, each on the first side where it hides neither a point nor a name, rather off the lines too.

    Parameters
    ----------
    points
        One row per point: x, then y, in the units of the axes. Names come in this order: those
        that matter most first. A name that finds no place is left out.
    others
        All points that no name may hide, in the same units.
    """
    figure = cast("MplFigure", axes.figure)  # no chart here has figures in figures
    layout = figure.get_layout_engine()
    if layout is None:
        figure.draw_without_rendering()
    else:
        layout.execute(figure)  # all that the drawing would do for the places on the axes
    where, obstacles = (axes.transData.transform(table.to_numpy(dtype=float)) for table in (points, others))
    taken = [Bbox.from_extents(x - 6, y - 6, x + 6, y + 6) for x, y in obstacles]
    taken += [text.get_window_extent() for text in axes.texts]
    lines = [line.get_window_extent() for line in axes.lines]  # upright and level ones: thresholds, and "as in Europe"
    for (x, y), name in zip(where, texts, strict=True):
        text = axes.text(0, 0, name, transform=None, ha="center", va="center", fontsize=FONT_PT - 1, color=INK,
                         parse_math=False, zorder=4)  # fmt: skip
        size = text.get_window_extent().padded(2)
        side, up = size.width / 2 + 9, size.height / 2 + 8
        spots = [size.translated(x + dx, y + dy) for dx, dy in ((side, 0), (-side, 0), (0, up), (0, -up), (side, up), (-side, -up), (side, -up), (-side, up))]  # fmt: skip
        free = [spot for spot in spots if _is_inside(spot, axes.bbox) and not any(spot.overlaps(other) for other in taken)]  # fmt: skip
        if not free:
            text.remove()
            continue
        best = min(free, key=lambda spot: any(spot.overlaps(line) for line in lines))
        text.set_position(((best.x0 + best.x1) / 2, (best.y0 + best.y1) / 2))
        text.set_in_layout(False)
        taken.append(best)


def _is_inside(box: Bbox, frame: Bbox) -> bool:
    return frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
