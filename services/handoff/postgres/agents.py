"""The people who answer, as of their last visit: whom a ticket may be given to."""

from datetime import timedelta

import asyncpg
import msgspec

from prosa.contracts.identity import BotToken
from prosa.postgres.database import Connection

PRESENT = timedelta(minutes=3)
"""Who has an inbox open is seen every minute; longer ago, she is away."""

_COLUMNS = "id, name, login, email, role, teams, available, seen_at_ms, assigned_at_ms"


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """One person who has used the inbox."""

    id: str
    name: str
    login: str
    email: str
    role: str
    teams: tuple[str, ...]
    available: bool
    seen_at_ms: int
    assigned_at_ms: int

    def present(self, now_ms: int) -> bool:
        """Tell whether she is there and takes tickets."""
        return self.available and now_ms - self.seen_at_ms < PRESENT // timedelta(milliseconds=1)


async def seen(
    connection: Connection,
    bot: BotToken,
    *,
    id: str,  # noqa: A002 - the person's own word
    name: str,
    login: str,
    email: str,
    role: str,
    teams: tuple[str, ...],
    now_ms: int,
) -> None:
    """Note that somebody is here, with what her account says now."""
    await connection.execute(
        "insert into agents (bot, id, name, login, email, role, teams, seen_at_ms)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (bot, id) do update set"
        " name = excluded.name, login = excluded.login, email = excluded.email,"
        " role = excluded.role, teams = excluded.teams,"
        " seen_at_ms = greatest(agents.seen_at_ms, excluded.seen_at_ms)",
        bot,
        id,
        name,
        login,
        email,
        role,
        list(teams),
        now_ms,
    )


async def set_available(
    connection: Connection, bot: BotToken, agent: str, *, available: bool
) -> None:
    """Note whether somebody takes new tickets."""
    await connection.execute(
        "update agents set available = $3 where bot = $1 and id = $2", bot, agent, available
    )


async def set_assigned(connection: Connection, bot: BotToken, agent: str, now_ms: int) -> None:
    """Note that somebody was given a ticket now."""
    await connection.execute(
        "update agents set assigned_at_ms = $3 where bot = $1 and id = $2", bot, agent, now_ms
    )


async def everybody(connection: Connection, bot: BotToken) -> list[Known]:
    """List all who have used the inbox, by name."""
    rows = await connection.fetch(
        f"select {_COLUMNS} from agents where bot = $1 order by name, id",  # noqa: S608 - names of our own columns
        bot,
    )
    return [_known(row) for row in rows]


async def get(connection: Connection, bot: BotToken, agent: str) -> Known | None:
    """Read one."""
    row = await connection.fetchrow(
        f"select {_COLUMNS} from agents where bot = $1 and id = $2",  # noqa: S608 - names of our own columns
        bot,
        agent,
    )
    return _known(row) if row else None


def _known(row: asyncpg.Record) -> Known:
    return msgspec.convert(dict(row), Known)
