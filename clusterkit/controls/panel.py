"""The controls themselves: fields for what a page can take, the page's main picture beneath, and a button that writes.

- **A change** is checked by the rules of a parameter file. What is wrong is said below its field, and nothing wrong
  reaches the notebook: it keeps the last choice that was right.
- **What is right** stands in the notebook's variables at once, as its parameters cell and the cell after it would have
  set them, so that running the cells below makes the whole page for it.
- **The picture** is drawn anew for every choice, once: what was drawn stays at hand as long as no file has changed.
  What is known early is shown early, above a line that says that the rest is being worked out. Leads that take long
  are worked out before they are asked for (:mod:`clusterkit.controls.beforehand`).
- **Nothing is written** to disk before the button is pressed, and no other region's file before it is pressed twice.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import MutableMapping, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clusterkit import params
from clusterkit.controls.beforehand import Beforehand
from clusterkit.controls.below import Below, is_attended
from clusterkit.controls.choice import FIRST, Choice, EuropeChoice, Step, Values
from clusterkit.errors import ClusterkitError, ParamError, Problem
from clusterkit.paths import Project, project
from clusterkit.results import sharing
from clusterkit.show import widgets
from clusterkit.show.output import Text

if TYPE_CHECKING:
    import ipywidgets

    from clusterkit.controls.leads import Shown

WRITTEN = ("name", "nuts_ids", "highlight", "peers")  # parameters with a field for text
OWN = ""  # in the list of regions: a set of codes of one's own
MOST_SEEN = 200  # leads kept at hand, about 0.1 MB each; those seen first go first
AHEAD = ("framework", "taxonomy", "normalisation", "aggregation", "star_scheme")  # lists whose other values are, too
MOST_AHEAD = 12  # other regions whose lead is worked out beforehand
AS_NOW = "Shown as the notebook’s parameters have it: nothing is changed."
BUSY = '<div role="status">Working it out …</div>'
REST = '<div role="status">Working out the rest …</div>'
RUN = "To make the whole page for this choice, select the next cell, then in the menu Run choose Run Selected Cell and All Below."
SCALES = {
    "minmax": "worst to best (minmax)",
    "zscore": "standard deviations (zscore)",
    "rank": "rank",
    "percentile_rank": "percentile rank",
}
MEANS = {"arithmetic": "arithmetic", "geometric": "geometric"}
LABELS = {
    "region": "Region",
    "name": "Name of the set",
    "nuts_ids": "Its NUTS 2 codes, with commas between them",
    "base_year": "Growth counts from",
    "reference_year": "Year of the figures",
    "manufacturing_year": "Year of manufacturing",
    "taxonomy": "Taxonomy of sectors",
    "strong_lq": "Strong: location quotient at least",
    "min_share_pct": "Strong: percent of the region’s jobs at least",
    "highlight": "One or two sectors to map, NACE codes",
    "star_scheme": "Star scheme",
    "framework": "Framework",
    "normalisation": "Scale of indicators",
    "aggregation": "Mean that makes a score",
    "peers": "Peers: auto, or one to five regions or NUTS 2 codes",
}

_STYLE = """<style>
.ck-controls.ck-form { max-width: 62rem; }
.ck-controls .ck-head { grid-template-columns: repeat(auto-fit, minmax(min(100%, 14rem), 1fr)); align-items: end;
  padding: 10px 0 4px; }
.ck-controls .ck-alone { grid-column: 1 / -1; }
.ck-controls .ck-line { margin: 8px 0; }
.ck-controls .ck-write { display: flex; flex-flow: row wrap; align-items: flex-end; gap: 10px 16px; }
.ck-controls .ck-write > .ck-field { max-width: 24rem; flex: 1 1 16rem; }
.ck-controls .ck-write button.ck-plain { margin: 0; align-self: flex-end; }
.ck-controls .ck-lead { border-top: 1px solid var(--jp-border-color2, #ccc); margin-top: 12px; padding-top: 4px; }
.ck-controls .ck-lead p { margin: 10px 0; max-width: 46rem; }
.ck-controls .ck-lead p.lead { font-size: 17px; line-height: 1.4; }
.ck-controls .ck-lead p.note { font-size: 13px; color: var(--jp-content-font-color2, #555); }
.ck-controls .ck-lead ol { padding-left: 22px; max-width: 46rem; } .ck-controls .ck-lead li { margin: 8px 0; }
.ck-controls .ck-lead figure { margin: 18px 0 8px; } .ck-controls .ck-lead figcaption { font-weight: 600; font-size: 15px; }
.ck-controls .ck-lead img { width: 100%; height: auto; color-scheme: light; }
[data-jp-theme-light="false"] .ck-controls .ck-lead img { color-scheme: dark; }
.ck-controls .ck-busy { min-height: 21px; }
.ck-controls .ck-older { opacity: 0.55; }
.ck-controls .ck-partly { min-height: 32rem; }
</style>"""

# One for the kernel, which runs one notebook: it hears of every cell that runs.
_below: Below | None = None
_current: Controls | None = None


def controls(notebook: MutableMapping[str, Any], page: str, *, place: Project | None = None) -> Controls | Text:
    """Controls for the parameters of a notebook, to be shown by the last line of a cell below that which checks them.

    Parameters
    ----------
    notebook
        The notebook's variables (``locals()``): ``p`` is what it starts with, and gets what is chosen, as do the
        variables of the parameters cell and ``downloads``.
    page
        Kind of page: ``brief``, ``cluster-mapping``, ``detail``, ``scoreboard``, ``stress-test`` or ``europe``.
    place
        Project whose files are read and written; default the one in use.

    Returns
    -------
    Controls or Text
        The controls; where ipywidgets is not installed, a text that says so.
    """
    without = "Without it, write the parameters into a file of **params/regions**, or change the parameters cell above."
    return widgets.missing("The controls need", without) or Controls(notebook, page, place or project())


class Controls:
    """The controls of one notebook; made by :func:`controls`.

    Attributes
    ----------
    choice
        What is chosen.
    widget
        What the notebook shows.
    seconds, seconds_to_first
        How long the last redraw took, and until its first sentences stood there.
    """

    def __init__(self, notebook: MutableMapping[str, Any], page: str, place: Project) -> None:
        # The pages draw, and pandas takes its time: not where the controls are only asked whether they can be made.
        from clusterkit.controls import leads

        self._leads, self._notebook, self._page, self._place = leads, notebook, page, place
        p = notebook["p"]
        self.choice: Any  # of all regions or of one: only the latter has a file, and is asked for it
        self.choice = EuropeChoice(place, p) if page == "europe" else Choice(place, p)
        self._has_region = "region" in self.choice.declared
        self._codes = params.known_codes(place)
        self._seen: dict[tuple[str, str], Shown] = {}
        self._beforehand = Beforehand(place, page, is_attended=page in leads.SLOW and is_attended())
        self._alone = threading.RLock()
        self._is_loading = False
        self._taken = False
        self._asks_leave_for = ""
        self.seconds = self.seconds_to_first = self._begun = 0.0
        self._fields: dict[str, Any] = {}
        self._marks: dict[str, ipywidgets.HTML] = {}
        self._cells: dict[str, ipywidgets.VBox] = {}  # a field with its mark
        self._general, self._picture = widgets.html(""), widgets.html("", "ck-html")
        self._frame = widgets.box([self._picture], "ck-lead")
        self._busy = widgets.html("", "ck-busy")
        self._line, self._written = widgets.html("", "ck-line"), widgets.html("", "ck-line")
        self.widget = widgets.box(self._parts(), widgets.ROOT)
        self.widget.add_class("ck-controls")
        self._start()

    def _start(self) -> None:
        global _below, _current
        _below = _below or Below(Controls)
        if _current is not None:  # of an earlier run of the cell
            _current.close()
        _current = self
        try:
            declared = self.choice.check()
        except ParamError as exc:
            self._say_wrong(exc.problems)
            return
        _below.follow(_key(declared), self._say_line)
        self._say_line()
        self._redraw(declared)

    def close(self) -> None:
        """Take it out of the notebook, with all that it keeps."""
        widgets.close(self.widget)
        self._beforehand.close()

    # What it is

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = self.widget._repr_mimebundle_(**kwargs)
        if isinstance(bundle, dict):
            bundle["text/plain"] = repr(self)
        return bundle

    def __repr__(self) -> str:
        return f"Controls: {self._page}, {self._in_short()}"

    def _in_short(self) -> str:
        """The choice in a few words."""
        values = self.choice.values
        changed = ", ".join(f"{name} {_written(values[name])}" for name in self.choice.changed)
        if not self._has_region:
            return changed or "as in params/default.yaml"
        source = f"as in params/regions/{self.choice.source}.yaml" if self.choice.source else "codes of your own"
        but = f"{source}{', but ' if self.choice.source else '; '}{changed}" if changed else source
        return f"{values['name']} ({', '.join(values['nuts_ids'])}), {but}"

    # What is entered

    @widgets.one_at_a_time
    def _changed(self, name: str, value: Any) -> None:
        """Take over what was entered, check it, and redraw."""
        if self._is_loading:
            return
        try:
            if name == "region":
                self._take_region(value)
            elif name in FIRST:
                self.choice.take_own(self._own())
            elif name:
                self.choice.change(name, value)
            declared = self.choice.check()
        except ParamError as exc:
            self._say_wrong(exc.problems, name)
            return
        self._say_wrong(())
        self._set(declared)

    def _take_region(self, region: str) -> None:
        if region == OWN:
            values = self.choice.values
            own = {**{name: values[name] for name in FIRST}, "region": self._free_name(values["region"])}
            self.choice.take_own(own)
        else:
            self.choice.take_region(region)
        self._show_values()

    def _free_name(self, region: str) -> str:
        number, known = 2, set(params.region_ids(self._place))
        stem = region[: params.ID_LENGTH - 3]
        while (name := f"{stem}-{number}") in known:
            number += 1
        return name

    def _own(self) -> Values:
        """The set of codes that is written in."""
        name, codes = self._fields["name"].value.strip(), _codes_in(self._fields["nuts_ids"].value.upper())
        return {"region": self._identifier.value.strip(), "name": name, "nuts_ids": codes}

    def _set(self, declared: Values) -> None:
        """Put a choice that was checked into the notebook, and show it."""
        p: Any = self._leads.checked(self._page, declared)
        # What the notebook has put in the place of a parameter since, such as the table of regions, its cells need.
        plain = {name: value for name, value in declared.items() if _is_plain(self._notebook.get(name))}
        self._notebook.update(plain, p=p)
        if "downloads" in self._notebook and self._has_region:
            self._notebook["downloads"] = replace(self._notebook["downloads"], region=p.region)
        self._taken = True
        if _below is not None:
            _below.follow(_key(declared), self._say_line)
        self._say_line()
        self._redraw(declared)

    # What it shows

    def _redraw(self, declared: Values) -> None:
        self._begun = time.perf_counter()
        self.seconds_to_first = 0.0
        p, folder = self._leads.checked(self._page, declared), self._beforehand.folder
        key = (folder.name, _key(self._leads.key(p, self._place)))
        if key in self._seen:
            self._show(self._seen[key])
        else:
            self._busy.value = BUSY
            self._frame.add_class("ck-older")  # until the new one is there
            try:
                shown = self._draw(p, folder)
                self._show(shown)  # before the place that is kept for it is given up
            finally:
                self._busy.value = ""
                self._frame.remove_class("ck-older")
                self._frame.remove_class("ck-partly")
            while len(self._seen) >= MOST_SEEN:
                self._seen.pop(next(iter(self._seen)))
            self._seen[key] = shown
        self.seconds = time.perf_counter() - self._begun
        self.seconds_to_first = self.seconds_to_first or self.seconds
        if self._has_region:
            self._beforehand.wish(self._next(), self.choice.declared)

    def _show(self, shown: Shown) -> None:
        self._picture.value = "\n".join(part._repr_markdown_() for part in shown if part is not None)

    def _show_first(self, shown: Shown) -> None:
        """Show what is known early: of this choice already, though not all."""
        self._show(shown)
        self._frame.remove_class("ck-older")
        self._frame.add_class("ck-partly")  # what comes next pushes nothing down
        self._busy.value = REST
        self.seconds_to_first = time.perf_counter() - self._begun

    def _draw(self, p: Any, folder: Path) -> Shown:
        try:
            with sharing(folder):
                return self._leads.lead(self._page, p, self._place, self._show_first)
        except ClusterkitError as exc:
            reasons = str(exc).splitlines()
        except Exception as exc:  # whatever stops the page would else be seen nowhere: a callback has no cell
            reasons = [f"{type(exc).__name__}: {exc}"]
        return (Text(("**This choice is valid, but the page can say nothing of it.**", *reasons)),)

    def _next(self) -> list[Step]:
        """What may be chosen next: the regions that follow in the list, then other values of the lists."""
        regions, source = self._codes.regions, self.choice.source
        at = regions.index(source) if source in regions else -1
        after = [*regions[at + 1 :], *regions[: max(at, 0)]][:MOST_AHEAD]
        values = self.choice.values
        others = [
            self.choice.step(**{name: value})
            for name in AHEAD
            if name in self._fields
            for _, value in self._options(name) or ()
            if value != values[name]
        ]
        return [*(self.choice.step(region) for region in after), *others]

    def _say_line(self) -> None:
        """What is set in the notebook, and whether the cells below show it."""
        older, shown = (_below.n_older, _below.n_shown) if _below else (0, 0)
        said = f"Set in this notebook: {self._in_short()}." if self._taken else AS_NOW
        if older:
            cells = "1 cell below still shows" if older == 1 else f"{older} cells below still show"
            text = f'<div class="ck-note"><strong>{cells} an older choice.</strong> {escape(said)} {RUN}</div>'
        elif shown:
            text = f"{escape(said)} The cells below that have run show this choice."
        else:
            text = f"{escape(said)} {RUN}"
        self._line.value = f'<div role="status">{text}</div>'

    def _say_wrong(self, problems: Sequence[Problem], name: str = "") -> None:
        """Say what is wrong, each below its field, and that the notebook keeps what was right."""
        told: dict[str, list[Problem]] = {}
        for problem in problems:
            at = problem.where if problem.where in self._marks else name
            told.setdefault(at if at in self._marks else "", []).append(problem)
        for field, mark in self._marks.items():
            words = " ".join(widgets.in_words(each, where=False) for each in told.get(field, ()))
            mark.value = f'<div class="ck-bad">⚠ Not taken. {words}</div>' if words else ""
            mark.layout.display = "" if words else "none"
        rest = "".join(widgets.bad(each) for each in told.get("", ()))
        kept = "The notebook and the picture keep the last choice that was right." if problems else ""
        self._general.value = f'{rest}<div role="alert">{kept}</div>' if problems else ""

    # Fields

    def _parts(self) -> list[Any]:
        stays = " What you change stays when you choose another region." if self._has_region else ""
        title = widgets.html(
            f"<h3>Choose, look, write</h3><p>Each change is checked, shown below, and set in this notebook.{stays}</p>"
        )
        grid = widgets.grid([self._field(name) for name in LABELS if name in self.choice.declared])
        buttons = [self._back()]
        self._identifier = self._text("Identifier: name of the file", self.choice.values.get("region", ""))
        if self._has_region:
            self._identifier.observe(lambda _: self._renamed(), names="value")
            tooltip = "Write the parameters chosen here into a file of params/regions"
            self._write = widgets.button("Write parameters", tooltip, self._write_file)
            buttons = [self._identifier, self._write, *buttons]
        self._show_values()
        write = widgets.box(buttons, "ck-write")
        head = widgets.html(widgets.STYLE + _STYLE + widgets.KEYS)
        return [head, title, grid, self._general, self._line, write, self._written, self._busy, self._frame]

    def _back(self) -> ipywidgets.Button:
        tooltip = "Drop all that is changed here and take the values of the file"
        return widgets.button("Back to the file", tooltip, self._drop_changes)

    def _field(self, name: str) -> ipywidgets.VBox:
        control = self._control(name, self.choice.values[name])
        control.observe(lambda change: self._changed(name, self._meaning(name, change["new"])), names="value")
        self._fields[name] = control
        self._marks[name] = widgets.html("")
        self._marks[name].layout.display = "none"
        self._cells[name] = widgets.box([control, self._marks[name]], "ck-cell")
        return self._cells[name]

    def _control(self, name: str, value: Any) -> Any:
        import ipywidgets

        label = LABELS[name]
        if name == "region":
            return widgets.choice(label, self._regions(), self.choice.source or OWN)
        options = self._options(name)
        if options is not None:
            return widgets.choice(label, options, value)
        if isinstance(value, float):
            return widgets.labelled(ipywidgets.FloatText(value, step=0.1, description=label))
        return self._text(label, _written(value))

    def _options(self, name: str) -> list[tuple[str, Any]] | None:
        """What a list offers: what the parameter can be in this project; None for a field to write in."""
        codes = self._codes
        if name in ("base_year", "reference_year"):
            return [(str(year), year) for year in codes.years]
        if name == "manufacturing_year":
            return [(str(year), year) for year in dict.fromkeys([*codes.years, self.choice.base[name]])]
        if name in ("normalisation", "aggregation"):
            return [(label, value) for value, label in (SCALES if name == "normalisation" else MEANS).items()]
        folders = {"taxonomy": "taxonomies", "star_scheme": "star_schemes", "framework": "frameworks"}
        if name not in folders:
            return None
        found = sorted(path.stem for path in (self._place.params / folders[name]).glob("*.yaml"))
        return [(each, each) for each in found if _is_allowed(name, each)]

    def _regions(self) -> list[tuple[str, str]]:
        names = {}
        for region in params.region_ids(self._place):
            try:
                names[region] = f"{params.load_regions(self._place, [region])[0].name} ({region})"
            except ParamError:
                names[region] = region  # what is wrong with it is said when it is chosen
        return [*((label, region) for region, label in names.items()), ("Another set of NUTS 2 codes", OWN)]

    def _list_regions(self) -> None:
        """Offer the region files that there are now."""
        self._codes = params.known_codes(self._place)
        self._is_loading = True
        try:
            self._fields["region"].options = self._regions()
        finally:
            self._is_loading = False

    def _text(self, label: str, value: str) -> ipywidgets.Text:
        import ipywidgets

        return widgets.labelled(ipywidgets.Text(value, description=label, continuous_update=False))

    def _meaning(self, name: str, entered: Any) -> Any:
        """A parameter's value of what stands in its field."""
        if name == "highlight":
            return _codes_in(entered.upper())
        if name == "peers":
            found = [code.upper() if code.upper() in self._codes.nuts2 else code for code in _codes_in(entered)]
            return "auto" if not found or found == ["auto"] else found
        return entered

    def _show_values(self) -> None:
        """Put what is chosen into the fields, without taking it for a change."""
        values, is_own = self.choice.values, self.choice.source is None
        self._is_loading = True
        try:
            for name, control in self._fields.items():
                if name == "region":
                    control.value = self.choice.source or OWN
                else:
                    control.value = _written(values[name]) if name in WRITTEN else values[name]
            self._identifier.value = values.get("region", "")
        finally:
            self._is_loading = False
        for name in ("name", "nuts_ids"):
            if name in self._fields:
                self._cells[name].layout.display = "" if is_own else "none"
        self._ask_leave("")

    @widgets.one_at_a_time
    def _drop_changes(self) -> None:
        self.choice.changed = {}
        self._written.value = ""
        self._show_values()
        self._changed("", None)

    # The file

    @widgets.one_at_a_time
    def _renamed(self) -> None:
        """Another identifier: of a set of one's own it is the region's, else only the file's."""
        if self._is_loading:
            return
        self._ask_leave("")
        if self.choice.source is None:
            self._changed("name", None)

    def _ask_leave(self, region: str) -> None:
        """Ask for a second press of the button before a file is written; "" asks for none."""
        self._asks_leave_for = region
        if self._has_region:
            self._write.description = f"Write over {region}.yaml" if region else "Write parameters"

    @widgets.one_at_a_time
    def _write_file(self) -> None:
        region = self._identifier.value.strip()
        try:
            self.choice.check()
            found = self.choice.needs_leave(region)
            if found is not None and self._asks_leave_for != region:
                self._ask_leave(region)
                self._written.value = widgets.bad(found, "Not written yet.")
                return
            has_moved = region != self.choice.source
            path = self.choice.write(region)
        except ClusterkitError as exc:
            self._written.value = "".join(widgets.bad(each, "Not written.") for each in exc.problems)
            return
        self._list_regions()
        self._show_values()
        shown = path.relative_to(self._place.root).as_posix()
        done = f"Written to {shown}. clusterkit report {region} makes its report."
        self._written.value = f'<div role="status">{escape(done)}</div>'
        if has_moved:
            self._changed("", None)
        else:
            self._say_line()


def _is_allowed(name: str, value: str) -> bool:
    """Whether the model of the parameters takes a name, whatever files there are."""
    model = next(model for model in params.SECTIONS.values() if name in model.model_fields)
    try:
        model(**{name: value})
    except ValueError:
        return False
    return True


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | list)


def _codes_in(text: str) -> list[str]:
    """Codes or names that are written one after the other."""
    return [code for code in re.split(r"[\s,;\"'\[\]]+", text) if code]


def _written(value: Any) -> str:
    """A value as it stands in a field."""
    if isinstance(value, list):
        return ", ".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _key(values: Any) -> str:
    return json.dumps(values, sort_keys=True)
