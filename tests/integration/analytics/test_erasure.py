"""One contact is forgotten: nothing in any store has her phone, her name or her words."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import duckdb
import msgspec
import pytest
from pydantic import SecretStr

from prosa.contracts import subjects
from prosa.contracts.contact import Contact
from prosa.contracts.dead_letter import DeadLetter
from prosa.contracts.identity import Address, ContactKey, phone_alias
from prosa.contracts.outbound import Outbound, OutboundId, Text
from prosa.jetstream.buckets import Bucket
from prosa.jetstream.connection import JetStream
from prosa.postgres import migrations
from services.campaigns.postgres import database as campaigns
from services.handoff.postgres import database as handoff
from tests.support.analytics import Analytics, analytics, tell
from tests.support.eventually import eventually
from tests.support.nats import BOT, NatsServer, provisioned
from tests.support.postgres import a_postgres
from tests.support.records import ANA, BIA, a_message, a_sent, a_status, a_turn

WORDS = {ANA: "segredo de ana", BIA: "segredo de bia"}
NAMES = {ANA: "Ana Esquecida", BIA: "Bia Lembrada"}
TRACES_OF_ANA = (ANA[1:], WORDS[ANA], NAMES[ANA])


@pytest.fixture
async def forgotten(tmp_path: Path) -> AsyncIterator[tuple[Analytics, JetStream, SecretStr]]:
    """Let both talk and be recorded everywhere; forget Ana by the command line."""
    async with (
        provisioned(tmp_path) as (server, jetstream),
        a_postgres(tmp_path) as url,
    ):
        (tmp_path / "url").write_text(url.get_secret_value())
        await tickets_and_ledgers(url)
        settings = {
            "PROSA_DATABASE": str(tmp_path / "url"),
            "PROSA_ANALYTICS_TIDY_EVERY": "1s",
            "PROSA_ANALYTICS_ROLL_EVERY": "1s",
        }
        async with analytics(tmp_path, server, settings) as running:
            for contact in (ANA, BIA):
                await talk(jetstream, contact)
            await eventually(lambda: exported(running), within=60)
            await eventually(lambda: mirrored(url), within=60)
            await forget(tmp_path, server)
            await eventually(
                lambda: running.metric("prosa_analytics_erased_contacts_total"), within=60
            )
            assert await running.stop() == 0
        yield running, jetstream, url


async def test_nothing_of_her_is_left_in_any_store(
    forgotten: tuple[Analytics, JetStream, SecretStr],
) -> None:
    running, jetstream, url = forgotten

    stores = {
        "files": files(running.data),
        "streams": await streams(jetstream),
        "tables": await tables(url),
    }

    for name, held in stores.items():
        assert [trace for trace in TRACES_OF_ANA if trace in held] == [], name
        assert WORDS[BIA] in held, f"{name}: who was not erased is there"


async def talk(jetstream: JetStream, contact: ContactKey) -> None:
    """Leave a contact's traces wherever a contact leaves any."""
    words = WORDS[contact]
    await tell(
        jetstream,
        a_message(contact, 1, words, name=NAMES[contact]),
        a_turn(contact, 1, messages=1),
        a_sent(f"{contact}-1-0/0", words),
        a_status(f"{contact}-1-0/0", "read"),
    )
    outbound = Outbound(
        id=OutboundId(f"{contact}-2-0"),
        contact=contact,
        address=Address(contact[1:]),
        phone_number_id="1",
        messages=(Text(body=words),),
        author="bot",
        owner_revision=0,
        created_at_ms=1,
    )
    letter = DeadLetter(
        id=contact,
        service="sender",
        contact=contact,
        reason="poison",
        origin_subject="",
        origin_stream="",
        origin_sequence=1,
        at_ms=1,
        payload=words.encode(),
    )
    for subject, record in (
        (subjects.outbound(BOT, "default", contact), outbound),
        (subjects.dead_letter(BOT, "sender", contact), letter),
    ):
        await jetstream.publish(subject, msgspec.json.encode(record))
    document = Contact(
        key=contact, address=Address(contact[1:]), name=NAMES[contact], attributes={"w": words}
    )
    await Bucket(jetstream, subjects.bucket(BOT, "contacts"), Contact).put(contact, document)
    await Bucket(jetstream, subjects.bucket(BOT, "sends"), dict[str, Any]).put(
        contact, {"w": words}
    )
    aliases = Bucket(jetstream, subjects.bucket(BOT, "aliases"), str)
    await aliases.put(phone_alias(contact[1:]), contact)


async def tickets_and_ledgers(url: SecretStr) -> None:
    """Make the other services' tables, with a line of each contact."""
    connection = await asyncpg.connect(url.get_secret_value())
    for module in (handoff, campaigns):
        await migrations.migrate(connection, module.SCHEMA, migrations.read(module.FILES))
    for contact, words in WORDS.items():
        await connection.execute(
            "insert into handoff.contacts (bot, contact, early)"
            " values ($1, $2, to_jsonb($3::text))",
            BOT,
            contact,
            words,
        )
        await connection.execute(
            "insert into campaigns.ledger values"
            " ($1, 'volta', $2, 'o', $2 || '-x', 1, true, 'r', 'planned', '', $3, now())",
            BOT,
            contact,
            words.encode(),
        )
    await connection.close()


async def forget(folder: Path, server: NatsServer) -> None:
    """Run the command as a person does."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "prosa.cli", "contacts", "erase", f"+{ANA[1:]}", "--yes", "--json"),
        *("--bot", BOT, "--nats", server.url, "--database", str(folder / "url")),
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0
    removed = {each["store"]: each["removed"] for each in msgspec.json.decode(printed)["removed"]}
    assert removed["handoff.contacts"] == removed["campaigns.ledger"] == 1


def exported(running: Analytics) -> bool:
    return len(list(running.data.glob("*/export/messages/**/*.parquet"))) == 1


async def mirrored(url: SecretStr) -> bool:
    connection = await asyncpg.connect(url.get_secret_value())
    try:
        return bool(await connection.fetchval("select count(*) = 2 from analytics.contacts"))
    except asyncpg.PostgresError:
        return False
    finally:
        await connection.close()


def files(data: Path) -> str:
    """Read every byte of the records, and every row of the exports, whose pages are compressed."""
    raw = [file.read_bytes().decode("latin-1") for file in data.rglob("*") if file.is_file()]
    exports = [duckdb.read_parquet(str(file)) for file in data.rglob("*.parquet")]
    return "\n".join([*raw, *(str(each.to_arrow_table().to_pylist()) for each in exports)])


async def streams(jetstream: JetStream) -> str:
    """Read every message of every stream, buckets included."""
    names = (await jetstream.api("STREAM.NAMES"))["streams"]
    held = [await jetstream.read(name, ">", limit=1_000) for name in names]
    return "\n".join(f"{each.subject} {each.payload!r}" for batch in held for each in batch)


async def tables(url: SecretStr) -> str:
    """Read every row of every table."""
    connection = await asyncpg.connect(url.get_secret_value())
    names = await connection.fetch(
        "select table_schema, table_name from information_schema.tables"
        " where table_schema in ('handoff', 'campaigns', 'analytics') and table_type = 'BASE TABLE'"
    )
    held = []
    for schema, name in names:
        rows = await connection.fetch(f"select * from {schema}.{name}")  # noqa: S608 - from the catalog
        held.append(str([dict(row) for row in rows]))
    await connection.close()
    return "\n".join(held)
