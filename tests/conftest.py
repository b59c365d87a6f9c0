"""Marks by folder, so that `-m unit` and `-m browser` mean what the tree says."""

from pathlib import Path

import pytest

LEVELS = ("unit", "conversations", "integration", "browser", "cluster")
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        level = item.path.relative_to(HERE).parts[0]
        if level in LEVELS:
            item.add_marker(level)
