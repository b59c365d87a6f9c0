"""The page of failure modes is true: its tests exist, every fault has its row, names are real."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.metrics import ROOT, declared, services

PAGE = ROOT / "docs" / "operations" / "failure-modes.md"
TESTS = ROOT / "tests"
CELLS = ("what breaks", "customers see", "what carries the guarantee", "you see", "test")
LINK = re.compile(r"\[`(?P<path>[\w/]+\.py)::(?P<name>\w+)`\]\(\.\./\.\./tests/(?P<target>[^)]+)\)")
METRIC = re.compile(r"`(prosa_\w+)")
WORD = re.compile(r"`([a-z]+(?:_[a-z]+)*)`")


class Row(NamedTuple):
    breaks: str
    seen: str
    carried: str
    shown: str
    tests: str


def rows() -> list[Row]:
    lines = (line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| "))
    cells = [tuple(cell.strip() for cell in line[1:-1].split(" | ")) for line in lines]
    return [Row(*row) for row in cells if row != CELLS]


ROWS = rows()
LINKS = [link for row in ROWS for link in LINK.finditer(row.tests)]


@cache
def functions_in(path: Path) -> frozenset[str]:
    """Name the functions of a file; none when there is no such file."""
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text("utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in tree.body if isinstance(node, kinds))


@cache
def sources() -> str:
    """Join what all parts are written in: an event's name stands there in quotes."""
    parts = ("prosa", "services", "operator")
    files = (file for folder in parts for file in (ROOT / folder).rglob("*.py"))
    return "\n".join(file.read_text("utf-8") for file in files)


def told(pattern: re.Pattern[str]) -> Iterator[str]:
    return (found for row in ROWS for found in pattern.findall(row.shown))


def test_the_page_has_rows() -> None:
    assert len(ROWS) > 50


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.breaks)
def test_a_row_has_all_its_cells_and_a_test(row: Row) -> None:
    assert all(row)
    assert LINK.sub("", row.tests).replace("<br>", "") == ""


@pytest.mark.parametrize("link", LINKS, ids=lambda link: link["name"])
def test_a_linked_test_exists(link: re.Match[str]) -> None:
    assert link["target"] == link["path"]
    assert link["name"] in functions_in(TESTS / link["path"])


def test_every_fault_has_its_row() -> None:
    faults = {path.relative_to(TESTS).as_posix() for path in TESTS.glob("**/faults/test_*.py")}

    assert faults - {link["path"] for link in LINKS} == set()


def test_metrics_that_are_named_are_declared() -> None:
    known = {metric.name for service in services() for metric in declared(service)}

    assert set(told(METRIC)) - known == set()


def test_events_that_are_named_are_logged() -> None:
    assert {word for word in told(WORD) if not word.startswith("prosa_")} > {"channel_paused"}
    assert [word for word in told(WORD) if f'"{word}"' not in sources()] == []
