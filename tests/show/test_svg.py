"""Drawing in one pass gives what matplotlib's own savefig gives, byte for byte."""

from __future__ import annotations

import io
from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

from clusterkit.show import svg, theme


def lines() -> Figure:
    theme.use()
    figure, panels = plt.subplots(1, 2, figsize=(9, 4), layout="constrained", sharey=True)
    for axes in panels:
        axes.plot([1, 2, 3], [3, 1, 2], label="A first line")
        axes.set_title("Two lines\nof a title", loc="left", fontweight="bold")
        axes.set_xlabel("Łódź and Île-de-France")
        axes.annotate("a mark", (2, 1), xytext=(5, 5), textcoords="offset points", rotation=30)
        theme.name_rows(axes, ["Textiles", "Vehicles, $5", "Textiles"])
    panels[0].legend()
    return figure


def bars() -> Figure:
    theme.use()
    figure, axes = plt.subplots(figsize=(6, 4))
    axes.bar(range(4), [1, 10, 100, 1000], hatch="//")
    axes.set_yscale("log")
    axes.scatter(np.arange(30.0), np.arange(30.0) + 1, s=12, alpha=0.5)
    figure.supylabel("Persons employed")
    return figure


@pytest.mark.parametrize("plot", [lines, bars])
def test_the_drawing_is_that_of_savefig(plot: Callable[[], Figure]):
    figure, buffer = plot(), io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    for _ in range(2):  # the second time with texts that are known
        figure = plot()
        assert svg.draw(figure) == buffer.getvalue()
        plt.close(figure)


@pytest.mark.parametrize(
    ("path", "short"),
    [
        ("M 0.04 0.06 L 1.06 2.55 L 1.06 2.56 z", "M0 .1l1.1 2.5z"),
        ("M -0.06 -1.2 L 3 4 M 5 5 L 5 5", "M-.1 -1.2l3.1 5.2M5 5"),
        ("M 0 0 Q 1.234 2.345 3 4.56 z", "M 0 0 Q 1.2 2.3 3 4.6 z"),
        ("", ""),
    ],
)
def test_short_paths(path: str, short: str):
    assert svg.compact(path) == short
