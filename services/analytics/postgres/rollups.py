"""Figures by minute, hour and day: whole periods, replaced at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from prosa.postgres.database import Connection


async def replace(
    connection: Connection,
    bot: str,
    period: str,
    *,
    starts_at: datetime,
    ends_at: datetime,
    rows: Sequence[dict[str, Any]],
) -> None:
    """Put the figures of all periods between two instants in place of what stood there."""
    await connection.execute(
        "delete from rollups where bot = $1 and period = $2 and starts_at >= $3 and starts_at < $4",
        bot,
        period,
        starts_at,
        ends_at,
    )
    await connection.executemany(
        "insert into rollups (bot, period, starts_at, metric, labels, value)"
        " values ($1, $2, $3, $4, $5, $6)",
        [
            (
                bot,
                period,
                row["starts_at"],
                row["metric"],
                msgspec.json.decode(row["labels"]),
                row["value"],
            )
            for row in rows
        ],
    )


async def drop_minutes(connection: Connection, bot: str, before: datetime) -> None:
    """Delete figures by minute that nobody looks at any more; hours and days stay."""
    await connection.execute(
        "delete from rollups where bot = $1 and period = 'minute' and starts_at < $2", bot, before
    )
