"""A page's parameters are bounded, and reach the SQL as values only."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.analytics.console import asking, periods, sections
from services.analytics.console.asking import Ask, BadQuestion

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FILES = sorted(sections.SQL.glob("*.sql"), key=str)


def read(**asked: str) -> Ask:
    return asking.read(asked, periods.read("", "", "UTC", NOW), NOW)


@pytest.mark.parametrize("name", asking.TEXTS)
def test_a_text_is_kept_short(name: str) -> None:
    with pytest.raises(BadQuestion, match="too_long"):
        read(**{name: "x" * 201})
    with pytest.raises(BadQuestion, match="too_long"):
        read(**{name: "a\0b"})


@pytest.mark.parametrize("before", ["-1", "x", "1.5", "٣", "9" * 15])
def test_a_cursor_is_an_instant(before: str) -> None:
    with pytest.raises(BadQuestion, match="bad_cursor"):
        read(before=before)


@pytest.mark.parametrize(
    ("text", "figures"),
    [("+55 19 99876", "551999876"), ("19-99", "1999"), ("12", ""), ("onix 2019", ""), ("٣٣٣٣", "")],
)
def test_figures_are_a_phone_only_when_there_is_nothing_else(text: str, figures: str) -> None:
    assert asking.digits(text) == figures


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_statement_of_a_file_is_bounded(file: Path) -> None:
    whole = {"summary", "now", "totals", "tables", "progress", "storage", "person", "ratings"}
    by_step = {"verdicts", "load", "daily", "volume", "billed"}  # a row a step of the period
    for name, statement in asking.statements(file.read_text()).items():
        limited = "limit " in statement.sql or name in whole | by_step | {"outcomes"}
        assert limited, f"{file.name}: {name} has no limit"


def test_a_statement_gets_the_parameters_that_it_names_and_no_others() -> None:
    (statement,) = asking.statements("-- name: one\nselect $q, $rows;\n").values()

    assert statement.bound(read(q=" oi ")) == {"q": "oi", "rows": asking.PAGE_ROWS}
