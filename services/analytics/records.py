"""Reads the records of one bot: what the console and the search ask, never on the writer's way.

Each read has a cursor of its own in a small pool of threads (one connection shared by threads gives
one thread another's rows), an end in time and an end in rows. SQL is ours, values are parameters.
The tables are services/analytics/schema/*.sql; docs/reference/records.md explains them.
"""

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

import duckdb
import pyarrow as pa  # type: ignore[import-untyped]

from prosa.errors import ProsaError, Unavailable

Parameters = Sequence[Any] | dict[str, Any]


class TooMuch(ProsaError):
    """A read took longer, or found more rows, than it may."""


class Records:
    """The records of one bot, for readers. Closed until the writer has opened the file."""

    def __init__(
        self,
        *,
        threads: int = 4,
        seconds: timedelta = timedelta(seconds=10),
        rows: int = 10_000,
    ) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="records")
        self._seconds = seconds.total_seconds()
        self._rows = rows
        self._lock = threading.Condition()
        self._root: duckdb.DuckDBPyConnection | None = None
        self._reading: set[duckdb.DuckDBPyConnection] = set()
        self._why_closed = "the records are being opened"
        self.openings = 0
        """How often the file was opened: what was kept of an earlier time may be erased."""

    async def query(
        self,
        sql: str,
        parameters: Parameters = (),
        *,
        rows: int | None = None,
        seconds: timedelta | None = None,
    ) -> list[dict[str, Any]]:
        """Give the rows of a select, a dictionary by column each.

        Instants are aware datetimes in UTC, JSON columns are text. Raises Unavailable while the
        file is opened, recovered or rewritten, and TooMuch beyond `rows` (10,000) or `seconds` (10)
        unless others are given.
        """
        found: list[dict[str, Any]] = (
            await self.table(sql, parameters, rows=rows, seconds=seconds)
        ).to_pylist()
        return found

    async def table(
        self,
        sql: str,
        parameters: Parameters = (),
        *,
        rows: int | None = None,
        seconds: timedelta | None = None,
    ) -> pa.Table:
        """Give the same as an Arrow table: for many rows, or vectors."""
        limit = self._rows if rows is None else rows
        patience = self._seconds if seconds is None else seconds.total_seconds()
        cursor = self._cursor()
        loop = asyncio.get_running_loop()
        alarm = loop.call_later(patience, cursor.interrupt)
        try:
            return await loop.run_in_executor(self._pool, _read, cursor, sql, parameters, limit)
        except duckdb.InterruptException:
            self._raise_if_closed()
            raise TooMuch(f"the read took longer than {patience:g} s") from None
        except duckdb.FatalException as error:
            raise Unavailable(f"the records are broken: {error}") from error
        finally:
            alarm.cancel()
            self._done(cursor)

    @property
    def why_closed(self) -> str:
        """Say why nothing can be read now; empty while all is well."""
        return self._why_closed

    # --- the writer's side ------------------------------------------------------------------------

    def open(self, root: duckdb.DuckDBPyConnection) -> None:
        """Let readers in: each gets a cursor of this connection. For the writer's thread."""
        with self._lock:
            self._root = root
            self._why_closed = ""
            self.openings += 1

    def close(self, why: str) -> None:
        """Turn readers away, end what they read, and wait until they are gone."""
        with self._lock:
            self._root = None
            self._why_closed = why
            while self._reading:
                for cursor in self._reading:
                    cursor.interrupt()
                self._lock.wait(0.05)

    def shut_down(self) -> None:
        """Close for good."""
        self.close("the process stops")
        self._pool.shutdown()

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        with self._lock:
            if self._root is None:
                raise Unavailable(self._why_closed)
            cursor = self._root.cursor()
            self._reading.add(cursor)
            return cursor

    def _done(self, cursor: duckdb.DuckDBPyConnection) -> None:
        with self._lock:
            self._reading.discard(cursor)
            self._lock.notify_all()
        with suppress(duckdb.Error):
            cursor.close()

    def _raise_if_closed(self) -> None:
        if self._why_closed:
            raise Unavailable(self._why_closed)


def _read(
    cursor: duckdb.DuckDBPyConnection, sql: str, parameters: Parameters, limit: int
) -> pa.Table:
    relation = cursor.sql(sql, params=parameters or None)
    table = relation.limit(limit + 1).to_arrow_table()
    if table.num_rows > limit:
        raise TooMuch(f"the read found more than {limit} rows")
    return table
