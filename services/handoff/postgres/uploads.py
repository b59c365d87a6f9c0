"""Files that agents have brought to Meta, as long as it keeps them for a reply."""

from datetime import timedelta
from typing import Literal

import msgspec

from prosa.contracts.identity import BotToken
from prosa.postgres.database import Connection

KEPT = timedelta(days=30)
"""Meta deletes uploaded media after 30 days ("Media", business phone numbers)."""


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file at Meta; `file` is its source in an outbound."""

    id: str
    ticket: str
    file: str
    kind: Literal["image", "video", "audio", "document", "sticker"]
    mime: str
    filename: str
    bytes: int
    agent: str
    at_ms: int


async def add(connection: Connection, bot: BotToken, upload: Upload) -> None:
    """Keep an upload."""
    await connection.execute(
        "insert into uploads (bot, id, ticket, file, kind, mime, filename, bytes, agent, at_ms)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        bot,
        *msgspec.structs.astuple(upload),
    )


async def get(connection: Connection, bot: BotToken, ticket: str, upload: str) -> Upload | None:
    """Find an upload of this ticket."""
    row = await connection.fetchrow(
        "select id, ticket, file, kind, mime, filename, bytes, agent, at_ms from uploads"
        " where bot = $1 and ticket = $2 and id = $3",
        bot,
        ticket,
        upload,
    )
    return msgspec.convert(dict(row), Upload) if row else None


async def forget(connection: Connection, bot: BotToken, now_ms: int) -> None:
    """Forget uploads that Meta has deleted by now."""
    await connection.execute(
        "delete from uploads where bot = $1 and at_ms <= $2",
        bot,
        now_ms - KEPT // timedelta(milliseconds=1),
    )
