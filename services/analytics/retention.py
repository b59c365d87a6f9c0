"""What is past its time is deleted: messages and all that happened with them, then old exports.

Contacts go with their last message. Tickets, campaigns' results and erasures go by their own time.
"""

import datetime as dt

import duckdb

BY_TIME: dict[str, str] = {
    "message_rows": "happened_at",
    "turns": "happened_at",
    "steps": "happened_at",
    "sessions": "ended_at",
    "statuses": "happened_at",
    "failures": "happened_at",
    "handoffs": "happened_at",
    "owners": "happened_at",
    "ticket_changes": "happened_at",
    "tickets": "coalesce(closed_at, opened_at)",
    "campaign_sends": "coalesce(sent_at, failed_at)",
    "campaign_runs": "happened_at",
    "preferences": "happened_at",
    "catalogue_changes": "happened_at",
    "notices": "happened_at",
    "oddities": "received_at",
    "embeddings": "happened_at",
    "contacts": "greatest(last_in_at, last_out_at, last_turn_at)",
    "hours": "hour",
}
"""Each table and the instant by which its rows grow old."""

STUBS = dt.timedelta(days=30)
"""Meta tells statuses of a message for 30 days at most; what never got its message was none of
ours."""


def delete_before(
    connection: duckdb.DuckDBPyConnection, oldest: dt.datetime, now: dt.datetime
) -> int:
    """Delete what is older than `oldest`; gives how many rows."""
    deleted = 0
    for table, instant in BY_TIME.items():
        ((count,),) = connection.execute(
            f"delete from {table} where {instant} < ?",  # noqa: S608 - our own names
            [oldest],
        ).fetchall()
        deleted += count
    connection.execute(
        "delete from message_rows where author is null and coalesce(status_at, delivered_at) < ?",
        [now - STUBS],
    )
    return deleted
