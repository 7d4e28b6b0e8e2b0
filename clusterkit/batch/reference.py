"""Reference pages made of docstrings: a page for each package, with the names that other code calls.

The source is read, not run, by griffe. A package whose ``__init__`` exports names shows those; of the others the
modules in :data:`PARTS` are shown whole. All other public names stand in a table at the end, with their meaning.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import clusterkit

if TYPE_CHECKING:
    import griffe

SOURCE = "docs/api.md"  # page that leads to the others; without it there are none
PACKAGE = Path(clusterkit.__file__).parent
MAX_SIGNATURE = 88  # characters; a longer one has a line for each parameter


@dataclass(frozen=True)
class Part:
    """A package of the reference.

    Parameters
    ----------
    name
        As imported from ``clusterkit``; "" for the modules that are in no package.
    label
        In the navigation.
    modules
        Modules and packages in it whose names are shown in full; none: those that the package exports.
    """

    name: str
    label: str
    modules: tuple[str, ...] = ()

    @property
    def page(self) -> str:
        """Name of the page, without ending."""
        return f"api-{self.name.replace('_', '-') or 'clusterkit'}"

    @property
    def title(self) -> str:
        """How it is imported."""
        return f"clusterkit.{self.name}" if self.name else "clusterkit"


PARTS = (
    Part(
        "data",
        "data",
        ("tables", "industries", "nuts", "territory", "hidden", "star_schemes", "frameworks", "indicator_register",
         "sources", "fetch", "raw_folder", "build", "eurostat"),
    ),
    Part("mapping", "mapping"),
    Part("scoreboard", "scoreboard"),
    Part("stress_test", "stress test"),
    Part("params", "params"),
    Part("portrait", "portrait"),
    Part("show", "show", ("output", "charts", "maps", "tables")),
    Part("controls", "controls"),
    Part("batch", "batch", ("pages", "jobs", "runner", "state")),
    Part("", "other modules",
         ("region_file", "paths", "results", "provenance", "errors", "files", "cached", "yamlfile")),
)  # fmt: skip


def key() -> str:
    """Of the package's source: the same key, the same pages."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def load() -> griffe.Module:
    """The package as griffe reads it, with docstrings in the form of numpydoc."""
    # Imported here, as everything that only a changed source needs.
    import griffe

    found = griffe.load(
        "clusterkit", search_paths=[PACKAGE.parent], docstring_parser="numpy", docstring_options={"warnings": False},
        allow_inspection=False, try_relative_path=False,  # not the copy in the folder where the command runs
    )  # fmt: skip
    assert isinstance(found, griffe.Module)
    return found


def homes(package: griffe.Module, part: Part) -> list[tuple[str, griffe.Module, list[griffe.Object]]]:
    """What a part shows in full, by the module that it is written in.

    Parameters
    ----------
    package
        As of :func:`load`.

    Returns
    -------
    list of tuple
        Path of a module inside the part (``reading.py``, ``eurostat/reading.py``), the module, and its functions and
        classes in the order of the source. Constants are left to the table of other names.
    """
    root = package[part.name] if part.name else package
    wanted = [root[name] for name in part.modules] or [root]
    found: dict[str, tuple[griffe.Module, list[griffe.Object]]] = {}
    for module in wanted:
        for one in _interface(module):
            home = one.parent
            place = found.setdefault(_place(home, root), (home, []))
            if one not in place[1]:
                place[1].append(one)
    in_order = found.items() if part.modules else sorted(found.items())
    return [(name, home, sorted(own, key=lambda one: one.lineno or 0)) for name, (home, own) in in_order]


def _place(module: griffe.Module, root: griffe.Module) -> str:
    inner = module.path.removeprefix(f"{root.path}.").removeprefix("clusterkit.").replace(".", "/")
    return f"{inner}/__init__.py" if module.is_init_module else f"{inner}.py"


def _interface(module: griffe.Module) -> list[griffe.Object]:
    """Functions and classes that a module exports; without a list of exports those that it defines."""
    if lazy := _HOMES.findall(_source(module)):
        named = [(home, name) for home, text in lazy for name in re.findall(r'"(\w+)"', text)]
        found = [module[home].members.get(name) for home, name in named]
    elif module.exports is not None:
        found = [module.members.get(str(name)) for name in module.exports]
    else:
        found = _own(module)
    targets = [one.final_target if one is not None and one.is_alias else one for one in found]
    # A function may have the name of its module, which then stands in its place.
    targets = [one.members.get(one.name) if one is not None and one.is_module else one for one in targets]
    return [one for one in targets if one is not None and (one.is_function or one.is_class)]


# The table of a package that imports its names when they are first used.
_HOMES = re.compile(r'^    "(\w+)": \(([^)]*)\),$', re.MULTILINE)


def _source(module: griffe.Module) -> str:
    return Path(module.filepath).read_text(encoding="utf-8") if module.is_init_module else ""


def _own(module: griffe.Module) -> list[griffe.Object]:
    """Public functions and classes that a module defines."""
    own = [one for name, one in module.members.items() if not name.startswith("_") and not one.is_alias]
    return [one for one in own if one.is_function or one.is_class]


def inner_names(package: griffe.Module, part: Part) -> list[tuple[str, griffe.Object]]:
    """The other public functions and classes of a part: path of the module, and the name."""
    root = package[part.name] if part.name else package
    full = {one.path for _, _, own in homes(package, part) for one in own}
    elsewhere = {"commands", "cli", *(other.name for other in PARTS if other.name)} if not part.name else set()
    modules = [root, *(one for name, one in _inside(root) if name not in elsewhere)]
    return [
        (_place(module, root), one)
        for outer in modules
        for module in ([outer] if outer is root else _modules(outer))
        for one in _own(module)
        if one.path not in full
    ]


def _inside(module: griffe.Module) -> list[tuple[str, griffe.Module]]:
    return [(name, one) for name, one in module.members.items() if not one.is_alias and one.is_module]


def _modules(root: griffe.Module) -> Iterator[griffe.Module]:
    yield root
    for _, one in _inside(root):
        yield from _modules(one)


def public_members(one: griffe.Object) -> list[griffe.Object]:
    """Public methods and properties of a class, in the order of the source; none of a function."""
    if not one.is_class:
        return []
    own = [member for name, member in one.members.items() if not name.startswith("_") and not member.is_alias]
    return [member for member in own if member.is_function or "property" in member.labels]


def to_markdown(package: griffe.Module, part: Part) -> str:
    """The page of a part, as Markdown with its title on the first line."""
    root = package[part.name] if part.name else package
    lines = [f"# {part.title}", "", _text(root.docstring.value if root.docstring else ""), ""]
    for place, home, own in homes(package, part):
        about = _text(home.docstring.value) if home.docstring and home is not root else ""
        lines += [f"## {place}", "", about, "", f"```python\nfrom {_import_from(home, part)}\n```", ""]
        for one in own:
            lines += _object(one, 3)
    rest = inner_names(package, part)
    if rest:
        lines += ["## Other names", "", "What the modules of this package share with one another.", ""]
        lines += ["| module | name | meaning |", "|---|---|---|"]
        lines += [f"| `{place}` | `{one.name}` | {_cell(meaning(one))} |" for place, one in rest]
    return "\n".join(lines) + "\n"


def _import_from(home: griffe.Module, part: Part) -> str:
    if part.name and not part.modules:
        return f"clusterkit import {part.name}"
    *above, last = home.path.split(".")
    if home.is_init_module or not part.name or above[-1] == part.name:
        return f"{'.'.join(above)} import {last}"
    return f"{'.'.join(above[:-1])} import {above[-1]}"


def meaning(one: griffe.Object) -> str:
    """First sentence or paragraph of a docstring, on one line; "" without one."""
    text = one.docstring.value if one.docstring else ""
    return " ".join(text.strip().split("\n\n")[0].split())


def _object(one: griffe.Object, level: int) -> list[str]:
    title = one.name if level == 3 else f"{one.parent.name}.{one.name}"
    lines = [f"{'#' * level} `{title}`", "", f"```python\n{signature(one)}\n```", ""]
    lines += _docstring(one)
    if one.is_class:
        members = public_members(one)
        simple = [member for member in members if not member.is_function]
        if simple:
            lines += ["| property | type | meaning |", "|---|---|---|"]
            lines += [f"| `{m.name}` | {_type(_of(m))} | {_cell(meaning(m))} |" for m in simple] + [""]
        for member in members:
            if member.is_function:
                lines += _object(member, level + 1)
    return lines


def _of(one: Any) -> Any:
    return getattr(one, "annotation", None) or getattr(one, "returns", None)


def signature(one: griffe.Object) -> str:
    """How a function or class is called, with types; on several lines where it is long."""
    if one.is_class:
        init = one.members.get("__init__")
        parameters = list(init.parameters)[1:] if init is not None else list(_fields(one))
        returns = None
    else:
        parameters = [p for p in one.parameters if p.name not in ("self", "cls")]
        returns = one.returns
    shown, star = [], False
    for parameter in parameters:
        kind = parameter.kind.value if parameter.kind else ""
        if kind == "keyword-only" and not star:
            shown.append("*")
            star = True
        mark = {"variadic positional": "*", "variadic keyword": "**"}.get(kind, "")
        star = star or kind == "variadic positional"
        annotation = f": {parameter.annotation}" if parameter.annotation is not None else ""
        default = f" = {parameter.default}" if parameter.default is not None and not mark else ""
        shown.append(f"{mark}{parameter.name}{annotation}{default}")
    arrow = f" -> {returns}" if returns is not None else ""
    line = f"{one.name}({', '.join(shown)}){arrow}"
    if len(line) <= MAX_SIGNATURE or not shown:
        return line
    inner = "".join(f"    {text},\n" for text in shown)
    return f"{one.name}(\n{inner}){arrow}"


@dataclass(frozen=True)
class _Field:
    """A field of a data class, as a parameter of its call."""

    name: str
    annotation: Any
    default: Any
    kind: None = None


def _fields(one: griffe.Object) -> Iterator[_Field]:
    for name, member in one.members.items():
        is_field = member.is_attribute and member.annotation is not None and "property" not in member.labels
        if is_field and not name.startswith("_") and "ClassVar" not in str(member.annotation):
            yield _Field(name, member.annotation, member.value)


def _docstring(one: griffe.Object) -> list[str]:
    if not one.docstring:
        return []
    lines: list[str] = []
    for section in one.docstring.parsed:
        kind = section.kind.value
        if kind == "text":
            lines += [_text(section.value), ""]
        elif kind in ("parameters", "attributes"):
            lines += ["**Parameters**" if kind == "parameters" else "**Fields**", ""]
            lines += [_item(f"`{p.name}`", p.description) for p in section.value] + [""]
        elif kind in ("returns", "yields", "raises"):
            lines += [f"**{kind.capitalize()}**", ""]
            lines += [_item(_named(p), p.description) for p in section.value] + [""]
        elif kind == "examples":
            lines += ["**Examples**", ""]
            for inner, text in section.value:
                lines += [f"```python\n{text}\n```" if inner.value == "examples" else _text(text), ""]
        elif kind == "admonition":  # griffe's name for sections that it does not know: Notes, References
            title = section.title or section.value.kind.capitalize()
            lines += [f"**{title}**", "", _text(section.value.description), ""]
    return lines


def _named(entry: Any) -> str:
    name = getattr(entry, "name", "") or ""
    kind = f"`{entry.annotation}`" if entry.annotation is not None else ""
    return f"`{name}`, {kind}" if name and kind else kind or f"`{name}`"


def _item(name: str, description: str) -> str:
    """One line of a list, with what belongs to it on lines of its own."""
    text = _text(description)
    first, *rest = text.split("\n")
    more = "\n".join(f"  {line}" if line else "" for line in rest)
    return f"- {name}: {first}" + (f"\n{more}" if more else "")


def _type(annotation: Any) -> str:
    return f"`{_cell(str(annotation))}`" if annotation is not None else ""


def _cell(text: str) -> str:
    """Text for a cell of a table."""
    return _inline(text).replace("|", "\\|")


def _text(text: str) -> str:
    """A docstring's text as Markdown: its code, its references to other names and to documents."""
    return _inline(re.sub("::\n\n", ":\n\n", text.strip()))


def _inline(text: str) -> str:
    text = re.sub(r":(?:func|meth):`~?([^`<>]+)`", r"`\1()`", text)
    text = re.sub(r":\w+:`~?([^`<>]+)`", r"`\1`", text)
    text = re.sub(r"\bdocs/([\w-]+\.md)(#[\w-]+)?", r"[\1](\1\2)", text)
    return re.sub(r"``(.+?)``", r"`\1`", text, flags=re.DOTALL)


def names_of(html: Mapping[str, str]) -> dict[str, str]:
    """Where each name of the reference stands on the site.

    Parameters
    ----------
    html
        Text of the pages as HTML, by name of the page.

    Returns
    -------
    dict
        ``mapping.location_quotient`` and, where one package alone has it, ``location_quotient``, to the address.
    """
    found: dict[str, str] = {}
    bare: dict[str, list[str]] = {}
    for part in PARTS:
        for slug, code in re.findall(r'<h[34] id="([^"]+)"><code>([^<]+)</code>', html.get(part.page, "")):
            name = unescape(code)
            address = f"{part.page}.html#{slug}"
            if part.name:
                found.setdefault(f"{part.name}.{name}", address)
            bare.setdefault(name, []).append(address)
    return found | {name: places[0] for name, places in bare.items() if len(places) == 1 and name not in found}


def mentioned(code: str, names: Mapping[str, str], *, is_bare_enough: bool = False) -> str:
    """Address of the name that a piece of code in a text is; "" for others.

    Parameters
    ----------
    code
        ``mapping.theil``, ``theil(shares)`` or a class: these are names of the reference wherever they stand.
    names
        As :func:`names_of` gives them.
    is_bare_enough
        Whether ``shift_share``, without a package or a bracket, is a function there, and not a column or a parameter.
    """
    name = re.sub(r"\(.*\)$", "", code).removeprefix("clusterkit.")
    is_name = name != code or "." in name or name[:1].isupper() or (is_bare_enough and "_" in name)
    return names.get(name, "") if is_name else ""
