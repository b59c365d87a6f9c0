"""A file of records a test, on a real DuckDB."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.records import Kept


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    records = Kept(tmp_path)
    yield records
    records.close()
