"""Readers beside the writer: their own rows, and no more than they may."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, timedelta

import pytest

from prosa.errors import Unavailable
from services.analytics.records import Records, TooMuch
from tests.support.records import ANA, Kept, a_message


@pytest.fixture
def records(kept: Kept) -> Iterator[Records]:
    readers = Records()
    readers.open(kept.opened.root)
    yield readers
    readers.shut_down()


async def test_instants_are_aware_and_in_utc(kept: Kept, records: Records) -> None:
    kept.takes(a_message(ANA, 1))

    (row,) = await records.query("select happened_at from messages where contact = ?", [ANA])
    assert row["happened_at"].utcoffset() == timedelta()
    assert row["happened_at"].astimezone(UTC).isoformat() == "2025-11-24T16:00:00+00:00"


async def test_each_reader_gets_its_own_rows(records: Records) -> None:
    answers = await asyncio.gather(
        *(records.query("select $n as n from range(1000) limit 1", {"n": n}) for n in range(50))
    )

    assert [rows[0]["n"] for rows in answers] == list(range(50))


async def test_too_many_rows_are_refused(records: Records) -> None:
    with pytest.raises(TooMuch, match="more than 10 rows"):
        await records.query("from range(11)", rows=10)


async def test_a_read_ends_in_time(records: Records) -> None:
    endless = "select count(*) from range(10000000000) a where a.range % 7 = 3"
    with pytest.raises(TooMuch, match="took longer"):
        await records.query(endless, seconds=timedelta(milliseconds=200))


async def test_while_the_file_is_closed_readers_are_told_why(records: Records) -> None:
    records.close("the records are rewritten")

    with pytest.raises(Unavailable, match="rewritten"):
        await records.query("select 1")
