"""What migration files must look like, and which of them are missing in a database."""

from pathlib import Path

import pytest

from prosa.postgres.migrations import (
    Applied,
    Migration,
    MigrationError,
    check_schema,
    missing,
    read,
)

FIRST = Migration(1, "0001_a.sql", "select 1")
SECOND = Migration(2, "0002_b.sql", "select 2")


def applied(*migrations: Migration) -> list[Applied]:
    return [Applied(m.number, m.name, m.checksum) for m in migrations]


def test_files_are_read_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    (tmp_path / "0002_b.sql").write_text("select 2")
    (tmp_path / "0001_a.sql").write_text("select 1")

    assert read(tmp_path) == (FIRST, SECOND)


def test_a_gap_in_the_numbers_is_refused(tmp_path: Path) -> None:
    (tmp_path / "0002_b.sql").write_text("select 2")

    with pytest.raises(MigrationError, match=r"0002_b\.sql stands at place 1"):
        read(tmp_path)


def test_a_name_that_tells_no_number_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tickets.sql").write_text("select 1")

    with pytest.raises(MigrationError, match="name it like 0001_what_it_does"):
        read(tmp_path)


def test_only_what_a_database_lacks_is_missing() -> None:
    assert missing([FIRST, SECOND], applied(FIRST)) == (SECOND,)


def test_a_database_that_is_newer_than_the_code_is_accepted() -> None:
    assert missing([FIRST], applied(FIRST, SECOND)) == ()


@pytest.mark.parametrize("name", ["Handoff", "a b", "x;drop", "", "1st"])
def test_a_schema_that_would_need_quotes_is_refused(name: str) -> None:
    with pytest.raises(MigrationError, match="use a-z"):
        check_schema(name)
