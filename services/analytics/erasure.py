"""Forgets one contact in the file of the records (LGPD, articles 16 and 18).

First her rows are deleted, in the transaction that reads the order. Then the Parquet files and the
logs put aside, and last the file is rewritten without its unused blocks: until that is done the
order is open in `erasures`, and whoever starts next goes on with it. Only a digest names her there.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

import duckdb

from prosa.contracts.identity import BotToken

IS_NAMED = "left(sha256($bot || ':' || contact), 32) in (select unnest($digests))"
"""`prosa.contracts.identity.contact_digest`, in SQL."""


def forget(
    connection: duckdb.DuckDBPyConnection, bot: BotToken, digest: str, erased_ms: int
) -> list[str]:
    """Delete every row about a contact, and note that the files have to follow; gives her key.

    Nobody has this digest: nothing to delete, but what may still be under way is kept out.
    """
    tables = tables_about_contacts(connection)
    everybody = " union ".join(f"select contact from {table}" for table in tables)  # noqa: S608 - names from the catalog
    rows = connection.execute(
        f"select contact from ({everybody}) where {IS_NAMED}",  # noqa: S608 - the same
        {"bot": bot, "digests": [digest]},
    ).fetchall()
    contacts = [contact for (contact,) in rows]
    for contact in contacts:
        for table in tables:
            connection.execute(f"delete from {table} where contact = ?", [contact])  # noqa: S608 - the same
        connection.execute("delete from oddities where ends_with(subject, ?)", [f".{contact}"])
    erased_at = datetime.fromtimestamp(erased_ms / 1000, UTC)
    connection.execute("insert or ignore into erasures values (?, ?, null)", [digest, erased_at])
    return contacts


def tables_about_contacts(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """List the tables that have a column `contact`."""
    rows = connection.execute(
        "select table_name from duckdb_columns() where column_name = 'contact'"
        " and table_name in (select table_name from duckdb_tables()) order by table_name"
    ).fetchall()
    return [name for (name,) in rows]


def pending(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """List those of whom files, or unused blocks of this one, may still hold something."""
    rows = connection.execute("select digest from erasures where done_at is null").fetchall()
    return [digest for (digest,) in rows]


def finish(connection: duckdb.DuckDBPyConnection, digests: list[str], done_at: datetime) -> None:
    """Note that nothing is left of them."""
    connection.execute(
        "update erasures set done_at = $done_at"
        " where done_at is null and digest in (select unnest($digests))",
        {"done_at": done_at, "digests": digests},
    )


def digests(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Give who was erased, and when last, in milliseconds since 1970."""
    rows = connection.execute(
        "select digest, epoch_ms(max(erased_at)) from erasures group by digest"
    ).fetchall()
    return {name: int(at_ms) for name, at_ms in rows}


def messages_of(connection: duckdb.DuckDBPyConnection, contacts: Iterable[str]) -> frozenset[str]:
    """Name the messages that the file holds of some contacts."""
    rows = connection.execute(
        "select id from message_rows where contact in (select unnest($contacts))",
        {"contacts": list(contacts)},
    ).fetchall()
    return frozenset(key for (key,) in rows)
