"""Sign-ins on their way to the identity provider and back: each returns once, to its browser."""

from datetime import datetime

import msgspec

from prosa.postgres.database import Database


class Journey(msgspec.Struct, frozen=True):
    """One sign-in under way; `again` when it has come back before."""

    nonce: str
    verifier: str
    next: str
    again: bool


class Journeys:
    """The table `journeys`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(
        self,
        state_hash: bytes,
        browser_hash: bytes,
        *,
        nonce: str,
        verifier: str,
        then: str,
        now: datetime,
        ends_at: datetime,
    ) -> None:
        """Remember a sign-in that leaves; those that never came back go."""
        async with self._database.connection() as connection, connection.transaction():
            await connection.execute("delete from journeys where ends_at < $1", now)
            await connection.execute(
                "insert into journeys (state_hash, browser_hash, nonce, verifier, next, ends_at)"
                " values ($1, $2, $3, $4, $5, $6)",
                *(state_hash, browser_hash, nonce, verifier, then, ends_at),
            )

    async def back(self, state_hash: bytes, browser_hash: bytes, now: datetime) -> Journey | None:
        """Take a sign-in that comes back; None for an unknown or old one, or another browser's."""
        async with self._database.connection() as connection, connection.transaction():
            row = await connection.fetchrow(
                "select nonce, verifier, next, used_at from journeys"
                " where state_hash = $1 and browser_hash = $2 and ends_at > $3 for update",
                *(state_hash, browser_hash, now),
            )
            if row is None:
                return None
            await connection.execute(
                "update journeys set used_at = $2 where state_hash = $1", state_hash, now
            )
        return Journey(row["nonce"], row["verifier"], row["next"], row["used_at"] is not None)
