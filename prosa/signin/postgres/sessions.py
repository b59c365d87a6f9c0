"""Sessions: what a browser's token opens, until when. Each look joins the account as it is now."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

import asyncpg
import msgspec

from prosa.postgres.database import Database
from prosa.signin.people import HowSignedIn, Person
from prosa.signin.postgres.accounts import person

_SEEN_EVERY = timedelta(minutes=1)  # a write for each request would cost more than it tells
_KEPT = timedelta(days=7)  # an ended session is still known: the page says that it has ended
_ID_BYTES = 8
_SELECT = (
    "select s.id as session, s.how, s.created_at, s.seen_at, s.ends_at, s.checked_until, s.refresh,"
    " s.address, s.browser, a.id, a.name, a.display_name, a.email, a.role, a.teams"
    " from sessions s join accounts a on a.id = s.account"
)


class Session(msgspec.Struct, frozen=True):
    """One open session of a person.

    `checked_until` is when the identity provider must be asked again (None: never), `refresh` the
    sealed means to do so.
    """

    id: str
    person: Person
    how: HowSignedIn
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    checked_until: datetime | None
    refresh: bytes | None
    address: str
    browser: str


class Sessions:
    """The table `sessions`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(
        self,
        token_hash: bytes,
        account: str,
        how: HowSignedIn,
        *,
        now: datetime,
        ends_at: datetime,
        address: str,
        browser: str,
        checked_until: datetime | None = None,
        refresh: bytes | None = None,
    ) -> None:
        """Open a session; ended ones of a week ago go."""
        async with self._database.connection() as connection, connection.transaction():
            await connection.execute("delete from sessions where ends_at < $1", now - _KEPT)
            await connection.execute(
                "insert into sessions (token_hash, id, account, how, created_at, seen_at, ends_at,"
                " checked_until, refresh, address, browser)"
                " values ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9, $10)",
                *(token_hash, secrets.token_hex(_ID_BYTES), account, how, now, ends_at),
                *(checked_until, refresh, address, browser),
            )

    async def look(self, token_hash: bytes) -> Session | None:
        """Find a session, open or ended, of an account that is not disabled."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(
                f"{_SELECT} where s.token_hash = $1 and not a.disabled",
                token_hash,
            )
        return _session(row) if row else None

    async def seen(self, token_hash: bytes, session: Session, now: datetime) -> None:
        """Note that a session is used, once a minute."""
        if now - session.seen_at < _SEEN_EVERY:
            return
        async with self._database.connection() as connection:
            await connection.execute(
                "update sessions set seen_at = $2 where token_hash = $1", token_hash, now
            )

    async def end(self, token_hash: bytes) -> Person | None:
        """End a session; gives whose it was."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(
                "delete from sessions s using accounts a"
                " where s.token_hash = $1 and a.id = s.account"
                " returning a.id, a.name, a.display_name, a.email, a.role, a.teams",
                token_hash,
            )
        return person(row) if row else None

    async def close(self, token_hash: bytes, now: datetime) -> None:
        """End a session and keep its row for a while, so that the page can say that it ended."""
        async with self._database.connection() as connection:
            await connection.execute(
                "update sessions set ends_at = least(ends_at, $2), refresh = null"
                " where token_hash = $1",
                *(token_hash, now),
            )

    async def end_one(self, account: str, session: str) -> bool:
        """End one of somebody's own sessions, by its public id; whether there was one."""
        async with self._database.connection() as connection:
            done = await connection.execute(
                "delete from sessions where account = $1 and id = $2", account, session
            )
        return not done.endswith(" 0")

    async def end_all(self, account: str) -> int:
        """End all sessions of an account; gives how many."""
        async with self._database.connection() as connection:
            done = await connection.execute("delete from sessions where account = $1", account)
        return int(done.rsplit(" ", 1)[1])

    async def of(self, account: str, now: datetime, idle: timedelta) -> Sequence[Session]:
        """List somebody's open sessions, used within `idle`, the last used first."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(
                f"{_SELECT} where s.account = $1 and s.ends_at > $2 and s.seen_at > $3"
                " order by s.seen_at desc",
                *(account, now, now - idle),
            )
        return [_session(row) for row in rows]

    async def take_check(self, token_hash: bytes, now: datetime, until: datetime) -> bool:
        """Take the turn to ask the identity provider; False while another process has it."""
        async with self._database.connection() as connection:
            done = await connection.execute(
                "update sessions set checking_until = $3 where token_hash = $1"
                " and (checking_until is null or checking_until <= $2)",
                *(token_hash, now, until),
            )
        return not done.endswith(" 0")

    async def checked(self, token_hash: bytes, until: datetime, refresh: bytes | None) -> None:
        """Note what the identity provider said: its word holds until then."""
        async with self._database.connection() as connection:
            await connection.execute(
                "update sessions set checked_until = $2, refresh = $3, checking_until = null"
                " where token_hash = $1",
                *(token_hash, until, refresh),
            )


def _session(row: asyncpg.Record) -> Session:
    return Session(
        id=row["session"],
        person=person(row),
        how=row["how"],
        created_at=row["created_at"],
        seen_at=row["seen_at"],
        ends_at=row["ends_at"],
        checked_until=row["checked_until"],
        refresh=row["refresh"],
        address=row["address"],
        browser=row["browser"],
    )
