"""Raw files, embedded tables and small TSV files for the tests of ``clusterkit.data``."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from tiny_raw import write_tiny_raw

from clusterkit.data import build, tables

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="session")
def processed() -> Path:
    """Folder with the tables that are part of the repository."""
    return ROOT / "data" / "processed"


@pytest.fixture(scope="session")
def industry(processed: Path) -> pd.DataFrame:
    return tables.load_industry(processed)


@pytest.fixture(scope="session")
def region_ids(processed: Path) -> list[str]:
    return list(tables.load_region(processed)["nuts_id"])


@pytest.fixture(scope="session")
def tiny_raw_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Raw files of the invented countries; do not change them, write new ones."""
    return write_tiny_raw(tmp_path_factory.mktemp("tiny") / "raw")


@pytest.fixture(scope="session")
def tiny_processed(tiny_raw_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables of the invented countries; do not change them."""
    folder = tmp_path_factory.mktemp("tiny_processed")
    build.build(tiny_raw_folder, folder, accept_changed=True)
    return folder


@pytest.fixture
def write_tsv(tmp_path: Path) -> Callable[..., Path]:
    """Write text as a file, exactly as given; gzip where the name ends in ``.gz``."""

    def write(text: str, name: str = "sample.tsv") -> Path:
        data = text.encode("utf-8")
        path = tmp_path / name
        path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
        return path

    return write
