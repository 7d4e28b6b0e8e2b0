"""Which cells below the controls show an older choice: told by the cells as they run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Below:
    """Cells that have shown something, each with the choice that it showed.

    Parameters
    ----------
    ignored
        What a cell shows that is not counted: the controls themselves.
    """

    def __init__(self, ignored: type) -> None:
        self._ignored = ignored
        self._shown: dict[str, str] = {}
        self._choice = ""
        self._tell: Callable[[], None] = lambda: None
        self._shell = _shell()
        if self._shell is not None:
            self._shell.events.register("post_run_cell", self._ran)

    def follow(self, choice: str, tell: Callable[[], None]) -> None:
        """From now on this choice is the notebook's; ``tell`` is called when cells have caught up with it."""
        self._choice, self._tell = choice, tell

    @property
    def n_shown(self) -> int:
        """Cells that have shown something, whatever the choice."""
        return len(self._shown)

    @property
    def n_older(self) -> int:
        """Cells that show another choice than that of now."""
        return sum(choice != self._choice for choice in self._shown.values())

    def _ran(self, result: Any) -> None:
        shown = result.result
        if not result.success or shown is None or isinstance(shown, self._ignored):
            return
        # An older front end does not name its cells; two cells of one text then count as one.
        self._shown[getattr(result.info, "cell_id", None) or result.info.raw_cell] = self._choice
        self._tell()


def _shell() -> Any:
    """The IPython that runs the notebook; None outside of one."""
    try:
        from IPython import get_ipython
    except ImportError:
        return None
    return get_ipython()


def is_attended() -> bool:
    """Whether a front end runs this cell in which one can type, and so use controls: not in batch or a test."""
    kernel = getattr(_shell(), "kernel", None)
    return bool(getattr(kernel, "_allow_stdin", False))
