"""The file when it is broken, held, old or to be forgotten from."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from prosa.errors import ConfigError
from services.analytics import store
from services.analytics.store import open_file
from tests.support.records import ANA, IN, Kept, a_message

AT_ONCE = timedelta()


def opened(file: Path) -> store.Opened:
    return open_file(file, memory="256MB", stamp=lambda: "now", patience=AT_ONCE)


def test_a_broken_log_is_put_aside_and_its_end_is_read_again(kept: Kept) -> None:
    """The file says how far it is: what the log held comes from the streams once more."""
    kept.opened.root.execute("checkpoint")
    message = a_message(ANA, 1)
    kept.takes(message)
    wal = kept.file.with_name("analytics.duckdb.wal")
    file, torn = kept.file.read_bytes(), bytearray(wal.read_bytes())
    torn[60] ^= 0xFF
    kept.close()
    kept.file.write_bytes(file)  # as a crash leaves both: closing has cleared the log
    wal.write_bytes(torn)

    kept.reopen()
    assert kept.opened.recovered == ["analytics.duckdb.wal.bad-now"]
    assert kept.writer.readings[IN].sequence == 0
    kept.takes(message)
    assert kept.value("select count(*) from messages") == 1


def test_a_broken_file_is_put_aside_and_begun_anew(kept: Kept) -> None:
    kept.takes(a_message(ANA, 1))
    kept.close()
    kept.file.write_bytes(b"garbage" * 10_000)

    kept.reopen()
    assert kept.opened.recovered == ["analytics.duckdb.bad-now"]
    assert kept.value("select count(*) from messages") == 0


def test_a_held_file_names_who_holds_it(kept: Kept) -> None:
    """Another process opens it: within one, DuckDB shares the database."""
    program = (
        "import sys; from datetime import timedelta; from pathlib import Path;"
        "from services.analytics.store import open_file;"
        "open_file(Path(sys.argv[1]), memory='256MB', stamp=str, patience=timedelta())"
    )
    other = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program, str(kept.file)], capture_output=True, text=True, check=False
    )

    assert "(PID " in other.stderr
    assert "one process writes the records of a bot" in other.stderr
    assert not list(kept.file.parent.glob("*.bad-*"))


def test_a_folder_that_is_not_ours_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ConfigError, match="PROSA_ANALYTICS_DATA"):
        opened(tmp_path / "file" / "analytics.duckdb")


def test_a_copy_that_a_crash_left_unfinished_is_removed(kept: Kept) -> None:
    half = kept.file.with_suffix(".new")
    half.write_bytes(b"half")

    kept.reopen()
    assert not half.exists()


def test_a_rewritten_file_holds_nothing_that_was_deleted(kept: Kept) -> None:
    kept.takes(*(a_message(ANA, number, f"segredo {number}") for number in range(100)))
    kept.opened.root.cursor().execute("delete from message_rows")
    kept.writer.close()
    kept.opened = store.rewrite(kept.opened, memory="256MB")

    assert b"segredo" not in kept.file.read_bytes()
    assert kept.value("select count(*) from duckdb_constraints() where table_name = 'turns'") > 0


def test_an_older_schema_is_migrated(tmp_path: Path) -> None:
    file = tmp_path / "analytics.duckdb"
    with duckdb.connect(file) as empty:
        empty.execute("create table migrations (number integer primary key, name text)")

    records = opened(file)
    assert records.root.execute("select max(number) from migrations").fetchall() == [(1,)]
    assert not file.with_name("analytics.duckdb.wal").exists()
    records.close()
