"""What became of campaigns' messages: a row an outbound, as the records have it."""

from collections.abc import Sequence
from typing import Any

from prosa.postgres.database import Connection

NAMES = (
    "campaign",
    "occasion",
    "contact",
    "outbound",
    "sent_at",
    "delivered_at",
    "read_at",
    "replied_at",
    "opted_out_at",
    "failed_at",
    "failed_reason",
    "billable_as",
)
_TAKE = (
    f"insert into campaign_results (bot, {', '.join(NAMES)})"  # noqa: S608 - our own names
    f" values ($1, {', '.join(f'${n}' for n in range(2, len(NAMES) + 2))})"
    " on conflict (bot, outbound) do update set "
    + ", ".join(f"{name} = excluded.{name}" for name in NAMES)
)


async def take(connection: Connection, bot: str, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows, whatever stood there."""
    await connection.executemany(_TAKE, [(bot, *(row[name] for name in NAMES)) for row in rows])
