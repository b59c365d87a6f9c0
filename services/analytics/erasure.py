"""Forgets one contact in the file of the records (LGPD, articles 16 and 18).

First her rows are deleted, in the transaction that reads the order. Then the Parquet files and the
logs put aside; until that is done, the order stands in `erasures` with her key. Last the file is
rewritten without its unused blocks, and the order is done. Whoever starts next goes on with it.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

import duckdb


def digest(contact: str) -> str:
    """Name a contact whose key, made of her phone or user id, is not to be kept."""
    return hashlib.blake2b(contact.encode(), digest_size=16).hexdigest()


def forget(connection: duckdb.DuckDBPyConnection, contact: str, erased_ms: int) -> None:
    """Delete every row about a contact, and note that the files have to follow."""
    for table in tables_about_contacts(connection):
        connection.execute(f"delete from {table} where contact = ?", [contact])  # noqa: S608 - names from the catalog
    connection.execute("delete from oddities where ends_with(subject, ?)", [f".{contact}"])
    erased_at = datetime.fromtimestamp(erased_ms / 1000, UTC)
    connection.execute(
        "insert or ignore into erasures values (?, ?, ?, null)",
        [digest(contact), erased_at, contact],
    )


def tables_about_contacts(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """List the tables that have a column `contact`, but for the list of erasures itself."""
    rows = connection.execute(
        "select table_name from duckdb_columns() where column_name = 'contact'"
        " and table_name in (select table_name from duckdb_tables())"
        " and table_name <> 'erasures' order by table_name"
    ).fetchall()
    return [name for (name,) in rows]


def pending(connection: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether files, or unused blocks of this one, may still hold something of somebody."""
    ((count,),) = connection.execute(
        "select count(*) from erasures where done_at is null"
    ).fetchall()
    return bool(count)


def named(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """List the contacts of whom the Parquet files may still hold something."""
    rows = connection.execute("select contact from erasures where contact is not null").fetchall()
    return [contact for (contact,) in rows]


def forget_names(connection: duckdb.DuckDBPyConnection) -> None:
    """Take her key out of the list: nothing but this file may still hold it."""
    connection.execute("update erasures set contact = null where contact is not null")


def finish(connection: duckdb.DuckDBPyConnection, done_at: datetime) -> int:
    """Note that nothing is left; gives of how many contacts."""
    ((count,),) = connection.execute(
        "update erasures set done_at = ? where done_at is null and contact is null", [done_at]
    ).fetchall()
    return int(count)


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
