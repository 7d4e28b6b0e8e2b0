"""What the forms in notebooks have in common: one style, controls that keys reach, and problems in words.

Native controls only: lists, fields and buttons, each with its label. JupyterLab takes keys that are pressed in a list or
on a button for its own (an arrow goes to the next cell, d d deletes this one), unless the control is marked; ``KEYS``
marks it when it gets the focus.

Needs ipywidgets, which only the extra ``lab`` installs: it is imported when a control is made, not before.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from clusterkit.errors import Problem
from clusterkit.show.output import Text

if TYPE_CHECKING:
    import ipywidgets

_Own = TypeVar("_Own")
_Rest = ParamSpec("_Rest")
_Result = TypeVar("_Result")

ROOT = "ck-form"  # class of the outermost box of a form: the style is of what is within
FIELD = "ck-field"  # class of a control with its label above
STYLE = """<style>
.ck-form { width: 100%; max-width: 46rem; container-type: inline-size; line-height: 1.45; font-size: 14px;
  color: var(--jp-content-font-color1, inherit); font-family: var(--jp-content-font-family, sans-serif); }
.ck-form .jupyter-widgets { margin: 0; }
.ck-form.widget-box, .ck-form .widget-box { overflow: visible; }
.ck-form .widget-html, .ck-form .widget-html-content { height: auto; line-height: 1.45; font-size: 14px; }
.ck-form .widget-html-content { overflow-wrap: anywhere; }
.ck-form h3, .ck-form h4, .ck-form h5, .ck-form p { margin: 0; padding: 0; font-weight: 600; }
.ck-form h3 { font-size: 22px; line-height: 1.25; } .ck-form h4 { font-size: 18px; line-height: 1.3; }
.ck-form h5 { font-size: 15px; line-height: 1.35; } .ck-form p { font-weight: 400; margin-top: 4px; }
.ck-form .ck-soft, .ck-form .ck-soft p { color: var(--jp-content-font-color2, #555); }
.jp-Cell:not(.jp-mod-outputsScrolled) :is(.jp-OutputArea, .jp-OutputArea-child, .jp-OutputArea-output):has(.ck-form) {
  overflow: visible; }
.ck-form .ck-status { position: sticky; top: 0; z-index: 2; padding: 8px 0 10px; gap: 2px;
  background: var(--jp-layout-color0, white); border-bottom: 1px solid var(--jp-border-color2, #ccc); }
.ck-form select, .ck-form input, .ck-form textarea, .ck-form button { scroll-margin: 110px 0 24px; }
.ck-form .ck-bad { border-left: 4px solid #b3261e; padding: 6px 12px; margin: 6px 0 2px; }
.ck-form .ck-note { border-left: 4px solid var(--jp-border-color1, #bbb); padding: 6px 12px; margin: 6px 0 2px; }
.ck-form progress { display: block; width: 100%; height: 8px; margin-top: 6px;
  accent-color: var(--jp-brand-color1, #1976d2); }
.ck-form .ck-head { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr));
  gap: 12px 20px; padding: 16px 0 8px; }
.ck-form .ck-field { width: 100%; height: auto; display: flex; flex-direction: column; align-items: stretch; }
.ck-form .ck-field > .widget-label { width: auto; max-width: none; height: auto; text-align: left; white-space: normal;
  line-height: 1.4; font-size: 14px; padding: 0 0 3px; color: inherit; }
.ck-form .ck-field > select, .ck-form .ck-field > input, .ck-form .ck-field > textarea { flex: none; width: 100%; margin: 0;
  box-sizing: border-box; font-size: 14px; font-family: inherit; line-height: 1.4; min-width: 0; }
.ck-form .ck-field > select { appearance: none; height: auto; min-height: 32px; white-space: normal;
  padding: 5px 28px 5px 8px; background-repeat: no-repeat; background-size: 5px 5px;
  background-position: right 14px center, right 9px center; background-image:
  linear-gradient(45deg, transparent 50%, currentcolor 50%), linear-gradient(135deg, currentcolor 50%, transparent 50%); }
.ck-form .ck-field > input { height: 32px; }
.ck-form .ck-field > textarea { min-height: 64px; resize: vertical; padding: 5px 8px; }
.ck-form select:focus-visible, .ck-form input:focus-visible, .ck-form textarea:focus-visible,
.ck-form button:focus-visible { outline: 2px solid var(--jp-brand-color1, #1976d2) !important; outline-offset: 1px; }
.ck-form button.ck-plain { width: auto; height: auto; min-height: 32px; padding: 5px 14px; line-height: 1.4;
  white-space: normal; text-align: left; align-self: flex-start; margin-top: 10px; }
.ck-form .jupyter-widgets-disconnected::before { content: none; }
.ck-form .ck-status.jupyter-widgets-disconnected::before { display: block; color: inherit; padding: 6px 12px;
  content: "The notebook’s kernel has gone: what you change here is not saved any more. Run the cell again.";
  border-left: 4px solid #b3261e; font: 600 14px/1.45 var(--jp-content-font-family, sans-serif); }
</style>"""
KEYS = """<img src="data:," alt="" hidden onerror="window.ckKeys ??= document.addEventListener('focusin', event => {
const at = event.target; if (at.closest?.('.ck-form') &amp;&amp; at.matches('select, button')) at.dataset.lmSuppressShortcuts = 'true'; }) ?? true;
this.remove();">"""


def missing(what: str, without: str) -> Text | None:
    """A text for those who have no ipywidgets; None where it is installed.

    Parameters
    ----------
    what
        What needs it, as a sentence starts with it.
    without
        What can be done without; a sentence.
    """
    try:
        import ipywidgets  # noqa: F401
    except ImportError:
        return Text(
            (
                f"{what} **ipywidgets**, which is not installed here.",
                "Open the notebooks with **make lab**, or install it with **pip install 'clusterkit[lab]'**; then run the cell again.",
                without,
            )
        )
    return None


def html(value: str, name: str = "ck-html") -> ipywidgets.HTML:
    """Words; ``name`` is their class."""
    import ipywidgets

    widget = ipywidgets.HTML(value)
    widget.add_class(name)
    return widget


def box(children: Sequence[Any], name: str) -> ipywidgets.VBox:
    """Controls one below the other; ``name`` is the class of the box."""
    import ipywidgets

    widget = ipywidgets.VBox(children)
    widget.add_class(name)
    return widget


def grid(children: Sequence[Any]) -> ipywidgets.Box:
    """Controls side by side, as many as there is room for."""
    import ipywidgets

    widget = ipywidgets.Box(children)
    widget.add_class("ck-head")
    return widget


def one_at_a_time(
    action: Callable[Concatenate[_Own, _Rest], _Result],
) -> Callable[Concatenate[_Own, _Rest], _Result]:
    """A method that begins when no other such method of its object is at work.

    JupyterLab hands in what is entered through more than one thread of a kernel (its subshells, from ipykernel 7 on):
    two keys that follow each other closely can be at work at once.

    Parameters
    ----------
    action
        The method; its object has a lock that a thread may take again, ``_alone`` (``threading.RLock``).
    """

    @functools.wraps(action)
    def alone(self: _Own, /, *args: _Rest.args, **kwargs: _Rest.kwargs) -> _Result:
        with self._alone:  # type: ignore[attr-defined]  # as said above
            return action(self, *args, **kwargs)

    return alone


def button(description: str, tooltip: str, action: Callable[[], None]) -> ipywidgets.Button:
    """A button, and what it does."""
    import ipywidgets

    widget = ipywidgets.Button(description=description, tooltip=tooltip)
    widget.add_class("ck-plain")
    widget.on_click(lambda _: action())
    return widget


def choice(description: str, options: Sequence[tuple[str, Any]], value: Any) -> ipywidgets.Dropdown:
    """A list to choose one from, of names with their values."""
    import ipywidgets

    return labelled(ipywidgets.Dropdown(options=options, value=value, description=description))


def labelled(control: Any, about: str = "") -> Any:
    """The control itself, with its label above it, whole and in the width of the form."""
    control.add_class(FIELD)
    control.style.description_width = "initial"
    control.tooltip = about or control.description
    return control


def in_words(problem: Problem, *, where: bool = True) -> str:
    """The four parts of a problem as one paragraph of safe HTML."""
    place = f" Where: {problem.where}." if where else ""
    return escape(f"{problem.what}{place} Rule: {problem.rule}. What to do: {problem.fix.rstrip('.')}.")


def bad(problem: Problem, before: str = "", after: str = "") -> str:
    """A problem that is read out, with words before and after."""
    words = f"{escape(before)} {in_words(problem)} {escape(after)}".strip()
    return f'<div class="ck-bad" role="alert">{words}</div>'


def breakable(text: str) -> str:
    """A line of a list that may wrap: ipywidgets makes no-break spaces of its spaces."""
    return text.replace(" ", " \u200b")


def close(widget: Any) -> None:
    """Close a widget and all within, so that the kernel keeps none of them."""
    for child in getattr(widget, "children", ()):
        close(child)
    for part in (widget, widget.layout, getattr(widget, "style", None)):
        if part is not None:
            part.close()
