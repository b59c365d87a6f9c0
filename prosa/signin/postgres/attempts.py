"""Failures in a row. A try is counted before it is judged, so that many at once gain nothing."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from prosa.postgres.database import Database
from prosa.signin.delays import FORGOTTEN, Policy


class Attempts:
    """The table `attempts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, keys: Mapping[bytes, Policy], now: datetime) -> timedelta | None:
        """Count a try under each key; gives how long to wait when it comes too early, else None.

        Who waits is not counted: impatience makes nothing worse.
        """
        async with self._database.connection() as connection, connection.transaction():
            await connection.execute("delete from attempts where last_at < $1", now - FORGOTTEN)
            for key in sorted(keys):  # in one order: no two transactions wait for each other
                await connection.execute(
                    "insert into attempts (key, failures, last_at, until) values ($1, 0, $2, $2)"
                    " on conflict (key) do nothing",
                    *(key, now),
                )
            rows = await connection.fetch(
                "select key, failures, last_at, until from attempts where key = any($1)"
                " order by key for update",
                list(keys),
            )
            # without a delay `until` is `last_at`, by the clock of whichever process wrote it
            waits = (row["until"] - now for row in rows if row["until"] > row["last_at"])
            wait = max(waits, default=timedelta())
            if wait > timedelta():
                return wait
            for row in rows:
                failures = row["failures"] + 1
                await connection.execute(
                    "update attempts set failures = $2, last_at = $3, until = $4 where key = $1",
                    *(row["key"], failures, now, now + keys[row["key"]].after(failures)),
                )
        return None

    async def forget(self, keys: Mapping[bytes, Policy]) -> None:
        """Start the counts over: the password was right."""
        async with self._database.connection() as connection:
            await connection.execute("delete from attempts where key = any($1)", list(keys))
