"""What is still to be told to the streams."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec

from prosa.contracts.identity import BotToken, ContactKey
from prosa.postgres.database import Connection
from services.handoff.telling import Telling


class Row(msgspec.Struct, frozen=True):
    """One message to publish; `tried` when that was begun before and its end is not known."""

    id: int
    contact: ContactKey
    subject: str
    message_id: str
    payload: bytes
    tried: bool

    @property
    def is_outbound(self) -> bool:
        """Whether it goes to a customer's phone."""
        return self.subject.split(".")[2] == "out"


async def add(
    connection: Connection, bot: BotToken, tellings: Iterable[tuple[str, Telling]]
) -> None:
    """Add tellings, each with its contact. Their order holds per contact: her lock is held."""
    await connection.executemany(
        "insert into outbox (bot, contact, subject, message_id, payload)"
        " values ($1, $2, $3, $4, $5)",
        [(bot, contact, t.subject, t.message_id, t.payload) for contact, t in tellings],
    )


@asynccontextmanager
async def alone(connection: Connection, bot: BotToken, what: str) -> AsyncIterator[bool]:
    """Be the only replica that does this for the bot; gives False when another one is.

    The lock belongs to the connection, so that a process that dies gives it back.
    """
    async with AsyncExitStack() as stack:
        mine = await connection.fetchval(
            "select pg_try_advisory_lock(hashtextextended($1, 0))", f"prosa.handoff.{what}.{bot}"
        )
        if mine:
            stack.push_async_callback(
                connection.execute,
                "select pg_advisory_unlock(hashtextextended($1, 0))",
                f"prosa.handoff.{what}.{bot}",
            )
        yield bool(mine)


async def take(connection: Connection, bot: BotToken, limit: int) -> list[Row]:
    """Give the oldest rows and mark them as tried, which is committed before they are published."""
    rows = await connection.fetch(
        "with oldest as (select id, tried from outbox where bot = $1 order by id limit $2),"
        " marked as (update outbox set tried = true from oldest"
        "  where outbox.id = oldest.id and not outbox.tried)"
        " select o.id, o.contact, o.subject, o.message_id, o.payload, oldest.tried"
        " from outbox o join oldest using (id) order by o.id",
        bot,
        limit,
    )
    return [Row(**row) for row in rows]


async def drop(connection: Connection, rows: Sequence[int]) -> None:
    """Remove what is published."""
    await connection.execute("delete from outbox where id = any($1)", list(rows))
