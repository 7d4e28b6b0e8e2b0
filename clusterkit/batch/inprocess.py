"""A papermill engine that runs a notebook's cells in this process: no kernel is started, no socket opened.

For a process that was forked for one notebook and ends with it. What a cell shows is what it shows in a kernel:
values through IPython's formatters, streams, displays, errors with their traceback. Not there: comms and widgets that
need a front end, ``input()``, and kernel messages.
"""

from __future__ import annotations

import sys
from typing import Any

import nbformat
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines
from traitlets.config import Config

ENGINE = "clusterkit"


def _output(kind: str, **fields: Any) -> nbformat.NotebookNode:
    """An output of a cell; checked with the whole notebook, once, when papermill writes it."""
    return nbformat.NotebookNode(output_type=kind, **fields)


class _Stream:
    """Standard output or error of a cell: what is written between two displays is one output, as from a kernel."""

    def __init__(self, name: str, outputs: list[nbformat.NotebookNode]) -> None:
        self.name, self.outputs, self.encoding, self.errors = name, outputs, "utf-8", "strict"

    def write(self, text: str) -> int:
        for output in reversed(self.outputs):
            if output.output_type != "stream":
                break
            if output.name == self.name:
                output.text += text
                return len(text)
        if text:
            self.outputs.append(_output("stream", name=self.name, text=text))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Nothing waits."""

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True


class _Values(DisplayHook):
    """The value of a cell's last line, as an output."""

    shell: Shell

    def __call__(self, result: Any = None) -> None:
        self.check_for_underscore()
        if result is None or self.quiet():
            return
        data, metadata = self.compute_format_data(result)
        self.update_user_ns(result)
        self.fill_exec_result(result)
        if data:
            count = self.shell.number
            self.shell.outputs.append(_output("execute_result", data=data, metadata=metadata, execution_count=count))


class _Displays(DisplayPublisher):
    """What a cell displays before its end."""

    shell: Shell

    def publish(  # type: ignore[override]  # transient data and the rest go unseen here
        self, data: dict[str, Any], metadata: dict[str, Any] | None = None, *, update: bool = False, **_: Any
    ) -> None:
        if not update:
            self.shell.outputs.append(_output("display_data", data=data, metadata=metadata or {}))

    def clear_output(self, wait: bool = False) -> None:  # noqa: ARG002
        self.shell.outputs.clear()


class Shell(InteractiveShell):
    """IPython without a terminal, a history or a kernel: outputs of the cell that runs are in ``outputs``."""

    outputs: list[nbformat.NotebookNode]
    number: int  # of the cell that runs; IPython counts on before the value is shown

    def __init__(self, **traits: Any) -> None:
        self.outputs, self.number = [], 0
        super().__init__(displayhook_class=_Values, display_pub_class=_Displays, **traits)

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self.outputs.append(_output("error", ename=etype.__name__, evalue=str(evalue), traceback=stb))

    def init_virtualenv(self) -> None:
        """The environment is that of the process; there is nothing to find."""


def make_shell() -> Shell:
    """A new shell for this process, with the settings of a kernel: it shares no names with one before."""
    config = Config()
    config.HistoryManager.enabled = False  # a history has a database and a thread
    config.InteractiveShell.colors = "nocolor"
    Shell.clear_instance()
    shell = Shell.instance(config=config)
    if shell.display_formatter is not None:
        shell.display_formatter.active_types = shell.display_formatter.format_types
    return shell


def language_info() -> dict[str, Any]:
    """What a notebook records of its language, as a kernel tells it."""
    from ipykernel.ipkernel import IPythonKernel

    return dict(IPythonKernel.language_info)


class InProcessEngine(Engine):  # type: ignore[misc]  # papermill has no types
    """Runs the cells one after the other in the shell of this process."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: NotebookExecutionManager, kernel_name: str, **_: Any) -> None:  # noqa: ARG003
        """Run the cells of a notebook in this process, as papermill asks an engine to."""
        shell = make_shell()
        nb_man.nb.metadata["language_info"] = language_info()
        streams = sys.stdout, sys.stderr
        try:
            for index, cell in enumerate(nb_man.nb.cells):
                nb_man.cell_start(cell, index)
                try:
                    if cell.cell_type == "code" and cell.source.strip() and not cls._run(shell, cell):
                        nb_man.cell_exception(cell, cell_index=index)
                        break
                finally:
                    nb_man.cell_complete(cell, cell_index=index)
        finally:
            sys.stdout, sys.stderr = streams

    @staticmethod
    def _run(shell: Shell, cell: nbformat.NotebookNode) -> bool:
        shell.outputs = []
        sys.stdout, sys.stderr = _Stream("stdout", shell.outputs), _Stream("stderr", shell.outputs)
        cell.execution_count = shell.number = shell.execution_count
        result = shell.run_cell(cell.source, store_history=True)
        cell.outputs = shell.outputs
        return result.success


papermill_engines.register(ENGINE, InProcessEngine)
