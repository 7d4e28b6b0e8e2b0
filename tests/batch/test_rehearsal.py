"""The warm process imports what pages need, and spares what only tests of libraries do."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

import pytest

from clusterkit.batch import rehearsal

ROOT = Path(__file__).parents[2]


def test_the_warm_process_spares_what_no_page_needs_and_leaves_it_to_be_imported() -> None:
    code = f"""
import importlib.util, sys
from pathlib import Path
from clusterkit.batch.rehearsal import SPARED, rehearse
rehearse(Path({str(ROOT)!r}))
print("spared", *sorted(set(SPARED) & set(sys.modules)), *sorted({{"sklearn", "esda"}} & set(sys.modules)))
print("there", *(name for name in ("clusterkit.show", "matplotlib", "pandas", "nbformat") if name in sys.modules))
import hypothesis
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert found.stdout.splitlines() == ["spared", "there clusterkit.show matplotlib pandas nbformat"]


def test_a_package_is_spared_for_a_while_only_and_never_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "wave", raising=False)
    with rehearsal._spared(("wave", "gc")):
        assert sys.modules["gc"] is gc
        with pytest.raises(ImportError):
            import wave
    import wave

    assert wave.open


def test_garbage_is_looked_for_again_afterwards() -> None:
    assert gc.isenabled()
    with rehearsal._uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()
