"""``make lab``: JupyterLab opens among the notebooks, with a kernel of this environment, and one runs as it is."""

from __future__ import annotations

import importlib.util
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from clusterkit.paths import ROOT_VARIABLE, Project

ROOT = Path(__file__).resolve().parents[2]
WAIT = 90  # seconds for the server, and for each cell
TOKEN = "only-for-this-test"

pytestmark = pytest.mark.slow


def recipe() -> tuple[dict[str, str], list[str]]:
    """Environment and words of what ``make lab`` runs last."""
    if shutil.which("make") is None:
        pytest.skip("needs make")
    shown = subprocess.run(
        ["make", "--dry-run", "--no-print-directory", "lab"],
        check=True,
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
    )
    words = shlex.split(shown.stdout.strip().splitlines()[-1])
    env = dict(word.split("=", 1) for word in words if "=" in word and not word.startswith("-"))
    return env, [word for word in words if word not in [f"{name}={value}" for name, value in env.items()]]


@contextmanager
def lab(project: Project, folder: Path) -> Iterator[tuple[str, Path]]:
    """A JupyterLab as ``make lab`` starts it, without a browser: its address, and the folder of its connections."""
    if importlib.util.find_spec("jupyterlab") is None:
        pytest.skip("needs JupyterLab: pip install 'clusterkit[lab]'")
    own, words = recipe()
    assert words[:2] == [".venv/bin/jupyter", "lab"]
    env = {**os.environ, **own, ROOT_VARIABLE: str(project.root), "PYTHONPATH": str(ROOT)}
    env |= {f"JUPYTER_{name}_DIR": str(folder / name.lower()) for name in ("DATA", "RUNTIME", "CONFIG")}
    env |= {f"JUPYTERLAB_{name}_DIR": str(folder / name) for name in ("SETTINGS", "WORKSPACES")}
    env["IPYTHONDIR"] = str(folder / "ipython")
    # A kernel of another environment under the same name, as people have it in their home folder.
    other = folder / "data" / "kernels" / "python3" / "kernel.json"
    other.parent.mkdir(parents=True)
    spec = {"argv": ["no-such-python", "-f", "{connection_file}"], "display_name": "Another", "language": "python"}
    other.write_text(json.dumps(spec), encoding="utf-8")
    jupyter = Path(sys.executable).parent / "jupyter"
    command = [str(jupyter), *words[1:], "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"]
    command += ["--ServerApp.port=0", f"--IdentityProvider.token={TOKEN}", "--LabApp.extension_manager=readonly"]
    log = folder / "log"
    with log.open("w", encoding="utf-8") as out:
        server = subprocess.Popen(command, env=env, cwd=project.root, stdout=out, stderr=subprocess.STDOUT)
    runtime = folder / "runtime"
    try:
        end = time.monotonic() + WAIT
        while not (found := _address(runtime)) and server.poll() is None and time.monotonic() < end:
            time.sleep(0.1)
        assert found, log.read_text(encoding="utf-8")
        yield found, runtime
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _address(runtime: Path) -> str:
    for info in runtime.glob("jpserver-*.json"):
        try:
            return json.loads(info.read_text(encoding="utf-8"))["url"].rstrip("/")
        except (ValueError, KeyError):  # it is being written
            return ""
    return ""


def request(url: str, path: str, value: object = None) -> Any:
    data = None if value is None else json.dumps(value).encode()
    headers = {"Authorization": f"token {TOKEN}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{url}{path}", data, headers), timeout=WAIT) as answer:
        return json.loads(answer.read())


def test_a_notebook_runs_as_it_is(project_copy: Project, tmp_path: Path) -> None:
    from jupyter_client import BlockingKernelClient

    notebook = json.loads((project_copy.notebooks / "brief.ipynb").read_text(encoding="utf-8"))
    name = notebook["metadata"]["kernelspec"]["name"]
    with lab(project_copy, tmp_path) as (url, runtime):
        there = {entry["name"] for entry in request(url, "/api/contents")["content"]}
        assert {path.name for path in project_copy.notebooks.glob("*.ipynb")} <= there
        specs = request(url, "/api/kernelspecs")
        assert specs["default"] == name
        assert specs["kernelspecs"][name]["spec"]["display_name"] != "Another"
        wanted = {"path": "brief.ipynb", "name": "brief.ipynb", "type": "notebook", "kernel": {"name": name}}
        session = request(url, "/api/sessions", wanted)
        client = BlockingKernelClient(connection_file=str(runtime / f"kernel-{session['kernel']['id']}.json"))
        client.load_connection_file()
        client.start_channels()
        try:
            _wait_for(client)
            asked = "import sys, os; print(sys.executable, os.getcwd(), sep='\\n')"
            said = run(client, asked)
            assert said[0]["text"] == f"{sys.executable}\n{project_copy.notebooks}\n"
            shown = [run(client, "".join(c["source"])) for c in notebook["cells"] if c["cell_type"] == "code"]
        finally:
            client.stop_channels()
    errors = [output for outputs in shown for output in outputs if "ename" in output]
    assert errors == []
    pictures = [1 for outputs in shown for output in outputs if "<figure" in str(output.get("data", ""))]
    assert len(pictures) >= 2


def _wait_for(client: Any) -> None:
    """Wait until the kernel answers; on a busy machine its first beats come late, and count as none."""
    end = time.monotonic() + WAIT
    while True:
        try:
            client.wait_for_ready(WAIT)
        except RuntimeError:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)
        else:
            return


def run(client: Any, source: str) -> list[dict[str, Any]]:
    """What a cell gives: texts, results and errors."""
    found: list[dict[str, Any]] = []
    kinds = ("stream", "execute_result", "display_data", "error")
    client.execute_interactive(
        source,
        timeout=WAIT,
        output_hook=lambda message: found.append(message["content"]) if message["msg_type"] in kinds else None,
    )
    return found


def test_every_notebook_asks_for_the_kernel_of_this_environment() -> None:
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        metadata = json.loads(path.read_text(encoding="utf-8"))["metadata"]
        assert metadata["kernelspec"]["name"] == "python3", path.name
        assert metadata["kernelspec"]["language"] == "python", path.name
