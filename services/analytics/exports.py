"""Days gone by as Parquet files, for other tools: one file a table and UTC day.

    export/<table>/bot=<bot>/date=2026-11-24/part.parquet

A file is written beside its place and renamed, so that a reader never sees half of one. A day that
got late rows (a status, an answer) is written again, once a day at most. Vectors stay in the
records: they are of use with their model only.
"""

import datetime as dt
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
import msgspec

from prosa.contracts.identity import BotToken
from services.analytics.erasure import IS_NAMED

EXPORTED: dict[str, str] = {
    "messages": "happened_at",
    "turns": "happened_at",
    "steps": "happened_at",
    "sessions": "started_at",
    "statuses": "happened_at",
    "failures": "happened_at",
    "handoffs": "happened_at",
    "owners": "happened_at",
    "ticket_changes": "happened_at",
    "tickets": "opened_at",
    "campaign_sends": "sent_at",
    "campaign_runs": "happened_at",
    "preferences": "happened_at",
    "catalogue_changes": "happened_at",
}
"""Each table and the instant that puts a row into its day."""

AGAIN_AFTER = dt.timedelta(days=1)
_PART = "part.parquet"

_DUE = """
select day, days.changed from (
    select cast(hour at time zone 'UTC' as date) as day, max(changed) as changed
    from hours group by day
) as days left join exports using (day)
where day < $today and day >= $oldest
  and (exports.day is null
       or (days.changed > exports.changed and exports.exported_at < $before))
order by day
"""


class Day(msgspec.Struct, frozen=True):
    """A day that is to be exported, and the latest commit in it."""

    day: dt.date
    changed: int


def due(connection: duckdb.DuckDBPyConnection, now: dt.datetime, keep: dt.timedelta) -> list[Day]:
    """List the days that are over and not in Parquet as they are now, oldest first.

    Days past the retention of the records are left out: their rows are gone, or about to be.
    """
    today = now.astimezone(dt.UTC).date()
    rows = connection.execute(
        _DUE, {"today": today, "oldest": today - keep, "before": now - AGAIN_AFTER}
    ).fetchall()
    return [Day(*row) for row in rows]


def export(
    connection: duckdb.DuckDBPyConnection, folder: Path, bot: str, day: Day, now: dt.datetime
) -> None:
    """Write all tables of one day, and note that it is done."""
    rows = size = 0
    for table, column in EXPORTED.items():
        file = folder / table / f"bot={bot}" / f"date={day.day}" / _PART
        count = _write_day(connection, table, column, day.day, file)
        rows += count
        size += file.stat().st_size if count else 0
    connection.execute(
        "insert or replace into exports values (?, ?, ?, ?, ?)",
        [day.day, day.changed, now, rows, size],
    )


def drop_before(folder: Path, oldest: dt.date) -> int:
    """Remove the files of days before `oldest`; gives how many."""
    removed = 0
    for file in files(folder):
        if dt.date.fromisoformat(file.parent.name.removeprefix("date=")) < oldest:
            file.unlink()
            file.parent.rmdir()
            removed += 1
    return removed


def erase(
    connection: duckdb.DuckDBPyConnection, folder: Path, bot: BotToken, digests: list[str]
) -> int:
    """Write every file that names one of these contacts again without her; gives how many."""
    changed = 0
    named = {"bot": bot, "digests": digests}
    for file in files(folder):
        if "contact" not in _columns(connection, file):
            continue
        held = f"(select distinct contact from read_parquet('{_quoted(file)}'))"  # noqa: S608 - our own file's name
        found = f"select contact from {held} where {IS_NAMED}"  # noqa: S608 - our own file's name
        contacts = [contact for (contact,) in connection.execute(found, named).fetchall()]
        if contacts:
            hers = "contact in (select unnest($contacts))"
            kept = f"from read_parquet('{_quoted(file)}') where contact is null or not ({hers})"
            _copy(connection, kept, {"contacts": contacts}, file)
            changed += 1
    return changed


def files(folder: Path) -> Iterator[Path]:
    """List the files of all days."""
    yield from sorted(folder.glob(f"*/bot=*/date=*/{_PART}"))


def size(folder: Path) -> int:
    """Give the bytes of all files."""
    return sum(file.stat().st_size for file in files(folder))


def _write_day(
    connection: duckdb.DuckDBPyConnection, table: str, column: str, day: dt.date, file: Path
) -> int:
    begins = dt.datetime.combine(day, dt.time(), dt.UTC)
    between = {"begins": begins, "ends": begins + dt.timedelta(days=1)}
    rows = f"from {table} where {column} >= $begins and {column} < $ends"
    ((count,),) = connection.execute(f"select count(*) {rows}", between).fetchall()
    if count == 0:
        file.unlink(missing_ok=True)
        return 0
    _copy(connection, f"{rows} order by {column}", between, file)
    return int(count)


def _copy(
    connection: duckdb.DuckDBPyConnection, rows: str, parameters: Mapping[str, object], file: Path
) -> None:
    """Write rows beside a file's place, and put them there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    connection.execute(
        f"copy (select * {rows}) to '{_quoted(fresh)}' (format parquet, compression zstd)",
        dict(parameters),
    )
    with fresh.open("rb") as written:
        os.fsync(written.fileno())
    fresh.replace(file)


def _columns(connection: duckdb.DuckDBPyConnection, file: Path) -> set[str]:
    rows = connection.execute(
        f"select name from parquet_schema('{_quoted(file)}')"  # noqa: S608 - our own file's name
    ).fetchall()
    return {name for (name,) in rows}


def _quoted(file: Path) -> str:
    return str(file).replace("'", "''")
