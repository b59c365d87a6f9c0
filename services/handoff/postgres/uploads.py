"""Files that agents have brought to Meta, until a reply carries them."""

from typing import Literal

import msgspec

from prosa.contracts.identity import BotToken
from prosa.postgres.database import Connection


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
