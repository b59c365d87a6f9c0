"""PostgreSQL's copy: figures, contacts and campaigns' results; away for a while, and back."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from pydantic import SecretStr

from prosa import chatbots
from prosa.clock import SystemClock
from prosa.contracts import subjects
from prosa.contracts.contact import Contact
from prosa.contracts.events import SendFailed
from prosa.contracts.identity import Address, ContactKey
from prosa.contracts.session import Frame, Session
from prosa.jetstream.buckets import Bucket
from prosa.jetstream.connection import JetStream
from prosa.telemetry.metrics import Registry
from services.analytics.metrics import AnalyticsMetrics
from services.analytics.mirror import Mirror
from services.analytics.records import Records
from tests.support.eventually import eventually
from tests.support.ingress import a_bot
from tests.support.nats import BOT, provisioned
from tests.support.postgres import a_postgres
from tests.support.records import ANA, NOON_MS, Kept, a_message, a_sent, a_status

CAMPAIGN = f"{ANA}-campaign-x-1/0"


@dataclass
class Mirrored:
    """A mirror at work between a file, a bucket and a database."""

    kept: Kept
    jetstream: JetStream
    url: SecretStr
    mirror: Mirror

    @property
    def contacts(self) -> Bucket[Contact]:
        return Bucket(self.jetstream, subjects.bucket(BOT, "contacts"), Contact)

    async def rows(self, sql: str) -> list[dict[str, Any]]:
        connection = await asyncpg.connect(self.url.get_secret_value())
        try:
            return [dict(row) for row in await connection.fetch(sql)]
        except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
            return []
        finally:
            await connection.close()

    async def shows(self, sql: str, **expected: Any) -> None:
        """Wait until the one row that a query gives is as expected."""

        async def seen() -> bool:
            return await self.rows(sql) == [expected]

        await eventually(seen, within=60)


@pytest.fixture
async def mirrored(kept: Kept, tmp_path: Path) -> AsyncIterator[Mirrored]:
    async with provisioned(tmp_path) as (_, jetstream), a_postgres(tmp_path) as url:
        records = Records()
        records.open(kept.opened.root)
        (bot,) = chatbots.load(a_bot(tmp_path / "chatbots"), needs=())
        mirror = Mirror(
            bot,
            lambda: url,
            jetstream=jetstream,
            records=records,
            metrics=AnalyticsMetrics(Registry()),
            clock=SystemClock(),
            every=timedelta(milliseconds=100),
        )
        async with asyncio.TaskGroup() as group:
            group.create_task(mirror.run())
            try:
                yield Mirrored(kept, jetstream, url, mirror)
            finally:
                mirror.stop()
        records.shut_down()


async def test_a_contact_is_mirrored_and_goes_with_her_document(mirrored: Mirrored) -> None:
    document = Contact(
        key=ANA,
        address=Address(ANA[1:]),
        marketing="granted",
        last_inbound_at_ms=NOON_MS,
        tags=("vip",),
        session=Session(program="p", stack=(Frame("buscar"),), slots={"modelo": "a\x00b"}),
    )
    await mirrored.contacts.put(ANA, document)
    sql = "select phone, flow_open, marketing, tags, slots->>'modelo' as modelo from contacts"
    await mirrored.shows(
        sql.replace("from contacts", "from analytics.contacts"),
        phone=ANA[1:],
        flow_open=True,
        marketing="granted",
        tags=["vip"],
        modelo="ab",
    )

    await mirrored.contacts.delete(ANA)
    await mirrored.shows("select count(*) as left from analytics.contacts", left=0)


async def test_a_campaigns_result_follows_its_statuses(mirrored: Mirrored) -> None:
    sql = (
        "select campaign, occasion, delivered_at is not null as delivered,"
        " replied_at is not null as replied from analytics.campaign_results"
    )
    send = a_sent(CAMPAIGN, author="campaign", campaign="volta", occasion="o")
    mirrored.kept.takes(send)
    told = {"campaign": "volta", "occasion": "o"}
    await mirrored.shows(sql, **told, delivered=False, replied=False)

    mirrored.kept.takes(a_status(CAMPAIGN, "delivered"), a_message(ANA, 1))
    await mirrored.shows(sql, **told, delivered=True, replied=True)


async def test_when_a_message_failed_is_told_with_why(mirrored: Mirrored) -> None:
    outbound = CAMPAIGN.removesuffix("/0")
    mirrored.kept.takes(
        SendFailed(
            id=f"{outbound}:failed",
            contact=ANA,
            at_ms=NOON_MS,
            outbound=outbound,
            index=0,
            reason="expired",
            campaign="volta",
            occasion="o",
        )
    )

    await mirrored.shows(
        "select failed_at is not null as told, sent_at, failed_reason"
        " from analytics.campaign_results",
        told=True,
        sent_at=None,
        failed_reason="expired",
    )


async def test_figures_of_an_hour_are_replaced_when_it_changes(mirrored: Mirrored) -> None:
    sql = (
        "select sum(value)::int as value, count(distinct period)::int as periods"
        " from analytics.rollups where metric = 'messages' and labels->>'direction' = 'in'"
    )
    mirrored.kept.takes(a_message(ANA, 1))
    await mirrored.shows(sql, value=2, periods=2)  # an hour and a day: minutes are kept for a week

    mirrored.kept.takes(a_message(ANA, 2))
    await mirrored.shows(sql, value=4, periods=2)


async def test_a_day_begins_at_midnight_where_the_bot_is(mirrored: Mirrored) -> None:
    mirrored.kept.takes(a_message(ANA, 1))

    await mirrored.shows(
        "select to_char(starts_at at time zone 'UTC', 'YYYY-MM-DD HH24') as starts"
        " from analytics.rollups where period = 'day' and metric = 'messages'",
        starts="2025-11-24 03",
    )


async def test_after_a_lost_connection_it_catches_up(mirrored: Mirrored) -> None:
    await mirrored.contacts.put(ANA, Contact(key=ANA))
    count = "select count(*)::int as n from analytics.contacts"
    await mirrored.shows(count, n=1)

    connection = await asyncpg.connect(mirrored.url.get_secret_value())
    with contextlib.suppress(asyncpg.PostgresError):
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name = 'prosa-analytics'"
        )
    await connection.close()
    await mirrored.contacts.put(ContactKey("p2"), Contact(key=ContactKey("p2")))
    await mirrored.shows(count, n=2)


async def test_a_bucket_made_anew_is_mirrored_as_it_is_now(mirrored: Mirrored) -> None:
    for text in ("one", "two", "three"):  # revisions that the new bucket does not reach
        await mirrored.contacts.put(ANA, Contact(key=ANA, name=text))
    await mirrored.contacts.put(ContactKey("p2"), Contact(key=ContactKey("p2"), name="left behind"))
    names = "select string_agg(name, ',' order by name) as names from analytics.contacts"
    await mirrored.shows(names, names="left behind,three")

    stream = f"KV_{mirrored.contacts.name}"
    config = (await mirrored.jetstream.api(f"STREAM.INFO.{stream}"))["config"]
    await mirrored.jetstream.api(f"STREAM.DELETE.{stream}")
    await mirrored.jetstream.api(f"STREAM.CREATE.{stream}", config)
    await mirrored.contacts.put(ANA, Contact(key=ANA, name="anew"))

    await mirrored.shows(names, names="anew")
