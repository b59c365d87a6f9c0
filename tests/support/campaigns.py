"""Campaigns between a real PostgreSQL, nats-server, sender and simulator, and what tests do there.

    async with a_market(url, tmp_path, campaigns=[COMEBACK]) as market, market.world.sender():
        await market.knows(ANA, silent_hours=50)
        await market.run("volta")
        await eventually(lambda: market.world.said_to(ANA))

The market does what analytics does for a campaign: it fills the contact read model and the results
of messages, in the tables that analytics makes.
"""

import asyncio
import os
import sys
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
from pydantic import SecretStr

from prosa import chatbots
from prosa.clock import SystemClock
from prosa.contracts import subjects
from prosa.contracts.catalogue import Item
from prosa.contracts.events import CampaignRan, Event, ItemAdded, ItemRemoved, PriceChanged
from prosa.contracts.identity import NO_CONTACT
from prosa.jetstream.connection import JetStream, connect
from prosa.postgres import migrations
from services.campaigns import job
from services.campaigns.job import Outcome
from services.campaigns.parts import Parts, join
from services.campaigns.postgres.database import Database, open_database
from tests.support.nats import BOT, NatsServer, provisioned
from tests.support.sender import ANY_HOUR, World, a_world_on, key_of, now_ms
from tests.support.simulator import NUMBER_ID, ROOT

_numbers = count(1)

ANALYTICS = ROOT / "services" / "analytics" / "postgres" / "migrations"
"""The tables that analytics writes, as analytics makes them."""

COMEBACK: Mapping[str, Any] = {
    "name": "volta",
    "trigger": {"inactive": "48h"},
    "schedule": "*/15 9-17 * * *",
    "template": {
        "name": "volta_ai",
        "language": "pt_BR",
        "parameters": ["{contact.name|first}"],
    },
}
NEW_CARS: Mapping[str, Any] = {
    "name": "novos",
    "trigger": {"catalogue": "added", "match": "lastSearch"},
    "schedule": "0 10 * * *",
    "template": {
        "name": "chegou",
        "language": "pt_BR",
        "parameters": ["{contact.name|first}", "{item.modelo}", "{item.preco|brl}"],
    },
}
CHEAPER: Mapping[str, Any] = {
    "name": "baixou",
    "trigger": {"catalogue": "priceDrop", "atLeast": "3%"},
    "schedule": "0 * * * *",
    "template": {
        "name": "baixou",
        "language": "pt_BR",
        "parameters": ["{contact.name|first}", "{item.modelo}", "{previous|brl}", "{price|brl}"],
    },
}
CATALOGUE: Mapping[str, Any] = {
    "source": {"configMapRef": {"name": "c", "key": "catalogue.csv"}},
    "price": "preco",
    "fields": {"preco": {"type": "money"}, "modelo": {}},
}


def a_car(key: str, modelo: str, preco: float) -> Item:
    """Build a car of the catalogue."""
    return Item(key, {"id": key, "modelo": modelo, "preco": preco})


class Market:
    """A world with customers, a catalogue and campaigns."""

    def __init__(self, world: World, url_file: Path, parts: Parts) -> None:
        self.world = world
        self.parts = parts
        self.url_file = url_file

    # --- before

    async def knows(
        self, who: str, *, silent_hours: float = 50, wrote: bool = False, **known: Any
    ) -> None:
        """Make a contact: her document, and her row of the read model, which agree.

        She wants marketing and talked to the bot `silent_hours` ago, unless said.
        """
        at_ms = now_ms() - int(silent_hours * 3_600_000)
        document = {
            "name": "Ana Souza",
            "marketing": "granted",
            "last_inbound_at_ms": at_ms,
            "first_inbound_at_ms": at_ms,
            **known,
        }
        await self.world.knows(who, wrote=wrote, **document)
        at = datetime.fromtimestamp(document["last_inbound_at_ms"] / 1000, UTC)
        await self.reads(
            who,
            name=document["name"],
            marketing=document["marketing"],
            owner=document.get("owner", "bot"),
            flow_open="session" in document,
            searched=document.get("searched", {}),
            seen=list(document.get("seen", ())),
            tags=list(document.get("tags", ())),
            first_inbound_at=at,
            last_inbound_at=at,
        )

    async def reads(self, who: str, **columns: Any) -> None:
        """Write a contact's row of the read model, as analytics would."""
        row = {
            "phone": who.lstrip("+"),
            "user_id": "",
            "name": "Ana Souza",
            "locale": "pt-BR",
            "time_zone": "",
            "phone_number_id": NUMBER_ID,
            "revision": 1,
            "owner": "bot",
            "flow_open": False,
            "marketing": "granted",
            "unreachable": "",
            "window_closed": False,
            "tags": [],
            "attributes": {},
            "slots": {},
            "searched": {},
            "seen": [],
            **columns,
        }
        names = ", ".join(row)
        places = ", ".join(f"${n}" for n in range(3, len(row) + 3))
        async with self.parts.database.connection() as connection:
            await connection.execute(
                f"insert into analytics.contacts (bot, contact, {names})"  # noqa: S608 - names of ours
                f" values ($1, $2, {places}) on conflict (bot, contact) do update"
                f" set {', '.join(f'{name} = excluded.{name}' for name in row)}",
                BOT,
                key_of(who),
                *row.values(),
            )

    async def adds(self, *items: Item) -> None:
        """Tell that the catalogue has new items."""
        await self._tell(
            *(
                ItemAdded(
                    id=f"added:{item.key}",
                    contact=NO_CONTACT,
                    at_ms=now_ms(),
                    version="1",
                    item=item,
                )
                for item in items
            )
        )

    async def removes(self, item: Item) -> None:
        """Tell that an item is gone."""
        await self._tell(
            ItemRemoved(
                id=f"removed:{item.key}", contact=NO_CONTACT, at_ms=now_ms(), version="2", item=item
            )
        )

    async def reprices(self, item: Item, price: float) -> None:
        """Tell that an item's price has changed."""
        previous = item.fields["preco"]
        await self._tell(
            PriceChanged(
                id=f"price:{item.key}:{previous}:{price}",
                contact=NO_CONTACT,
                at_ms=now_ms(),
                version="2",
                item=Item(item.key, {**item.fields, "preco": price}),
                previous=previous,
                price=price,
            )
        )

    async def _tell(self, *events: Event) -> None:
        for event in events:
            await self.world.jetstream.publish(
                subjects.event(BOT, event.kind, event.contact),
                msgspec.json.encode(event),
                message_id=event.id,
            )

    # --- the job

    async def run(self, campaign: str) -> Outcome:
        """Run a campaign in this process."""
        return await job.run(self.parts, self.parts.campaign(campaign))

    @asynccontextmanager
    async def process(self, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
        """Run the job as it is deployed; killed in the end."""
        told = {
            "PROSA_NATS_URL": self.world.server.url,
            "PROSA_CHATBOTS": str(self.world.folder / "chatbots"),
            "PROSA_DATABASE": str(self.url_file),
            "PROSA_LOG_FORMAT": "json",
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.campaigns", *arguments),
            cwd=ROOT,
            env={**os.environ, **told},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()

    async def says(self, *arguments: str) -> tuple[int, list[Any], str]:
        """Run the job as it is deployed to its end; gives code, documents, and its log."""
        async with self.process(*arguments) as process:
            out, log = await process.communicate()
            documents = [msgspec.json.decode(line) for line in out.splitlines()]
            assert process.returncode is not None
            return process.returncode, documents, log.decode()

    # --- after

    async def ledger(self) -> list[tuple[str, str, str, str]]:
        """Read the ledger: contact, occasion, state, reason."""
        async with self.parts.database.connection() as connection:
            rows = await connection.fetch(
                "select contact, occasion, state, reason from ledger where bot = $1"
                " order by contact, occasion",
                BOT,
            )
        return [tuple(row) for row in rows]

    async def told(self) -> list[CampaignRan]:
        """Read the runs that were told on EVT."""
        return [e for e in await self.world.events("campaign") if isinstance(e, CampaignRan)]


@asynccontextmanager
async def a_market(
    url: SecretStr,
    folder: Path,
    *,
    campaigns: Sequence[Mapping[str, Any]] = (COMEBACK,),
    frequency: Mapping[str, Any] | None = None,
    **spec: Any,
) -> AsyncIterator[Market]:
    """Start a market on a database of its own, which `url`'s server makes."""
    async with (
        provisioned(folder) as (server, jetstream),
        a_market_on(
            server, jetstream, url, folder, campaigns=campaigns, frequency=frequency, **spec
        ) as market,
    ):
        yield market


@asynccontextmanager
async def a_market_on(
    server: NatsServer,
    jetstream: JetStream,
    url: SecretStr,
    folder: Path,
    *,
    campaigns: Sequence[Mapping[str, Any]] = (COMEBACK,),
    frequency: Mapping[str, Any] | None = None,
    **spec: Any,
) -> AsyncIterator[Market]:
    """Start a market on a server that has been provisioned, to which `jetstream` is connected."""
    own = await _a_database(url)
    url_file = folder / "postgres-url"
    url_file.write_text(own.get_secret_value())
    spec.setdefault("catalogue", dict(CATALOGUE))
    async with (
        a_world_on(
            server,
            jetstream,
            folder,
            campaigns=[dict(each) for each in campaigns],
            frequency={**ANY_HOUR, **(frequency or {})},
            **spec,
        ) as world,
        open_database(own) as database,
        connect(world.server.settings, "campaigns") as own_connection,
    ):
        await _make_read_model(database)
        (bot,) = chatbots.load(world.folder / "chatbots", needs=())
        yield Market(world, url_file, join(bot, database, own_connection, SystemClock()))


async def _make_read_model(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute("create schema analytics")
        await connection.execute("set local search_path to analytics")
        for migration in migrations.read(ANALYTICS):
            await connection.execute(migration.sql)


async def _a_database(url: SecretStr) -> SecretStr:
    name = f"market_{uuid.uuid4().hex[:12]}"
    connection = await asyncpg.connect(url.get_secret_value())
    await connection.execute(f"create database {name}")
    await connection.close()
    return SecretStr(url.get_secret_value().rpartition("/")[0] + f"/{name}")


def ago(**span: float) -> datetime:
    """Give an instant so long ago."""
    return datetime.now(UTC) - timedelta(**span)  # noqa: TID251 - a test's own clock
