"""The console with everything real behind it: nats-server, PostgreSQL, the records' own writer."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from prosa import chatbots, signin
from prosa.clock import SystemClock
from prosa.contracts.identity import BotToken
from prosa.jetstream.connection import JetStream, connect
from prosa.jetstream.dead_letters import DeadLetters
from prosa.service import Part
from prosa.settings import NatsSettings
from prosa.signin import SignInSettings
from prosa.signin.people import Role
from prosa.telemetry.metrics import Registry
from services.analytics.console.app import Console, app
from services.analytics.console.finding import Meaning
from services.analytics.keeper import Keeper
from services.analytics.metrics import AnalyticsMetrics
from services.analytics.records import Records
from services.analytics.settings import AnalyticsSettings
from tests.support.door import served
from tests.support.eventually import eventually
from tests.support.nats import BOT, NatsServer, provisioned
from tests.support.signin import SignedIn, signed_in

SPEC: dict[str, Any] = {
    "whatsapp": {
        "phoneNumberId": "1",
        "businessAccountId": "2",
        "credentialsSecretRef": {"name": "whatsapp"},
        "prices": {"currency": "BRL", "perMessage": {"marketing": 0.35, "utility": 0.04}},
    },
    "dialogue": {"inline": "flows: {}"},
}


@dataclass
class Running:
    """One console and what stands behind it."""

    address: str
    app: Console
    server: NatsServer
    jetstream: JetStream
    database: SecretStr
    records: Records
    letters: DeadLetters
    bot: BotToken = BOT

    @property
    def page(self) -> str:
        """Where the bot's page is."""
        return f"{self.address}/{self.bot}/"

    async def person(self, role: Role = "supervisor", name: str = "") -> SignedIn:
        """Sign somebody in."""
        return await signed_in(self.database, role=role, display_name=name or "Ana Ribeiro")

    @asynccontextmanager
    async def client(
        self, role: Role | None = "supervisor", **headers: str
    ) -> AsyncIterator[httpx.AsyncClient]:
        """Ask the API as somebody, or as nobody."""
        cookies = (await self.person(role)).pair if role else {}
        async with httpx.AsyncClient(
            base_url=self.page, cookies=cookies, headers=headers, timeout=30
        ) as client:
            yield client

    async def count(self, table: str) -> int:
        """Count the rows of a table of the records."""
        rows = await self.records.query(f"select count(*) as n from {table}")  # noqa: S608 - a test's own words
        return int(rows[0]["n"])

    async def holds(self, table: str, rows: int) -> None:
        """Wait until the writer has written so many rows."""

        async def enough() -> str:
            found = await self.count(table)
            return "enough" if found >= rows else ""

        await eventually(enough, within=60)


def chatbots_of(folder: Path, spec: Mapping[str, Any] | None = None, *names: str) -> Path:
    """Write the folders of bots in the namespace `bots`; `test` unless named."""
    for name in names or ("test",):
        own = folder / f"bots_{name}"
        own.mkdir(parents=True, exist_ok=True)
        document = {
            "apiVersion": "prosa.dev/v1alpha1",
            "kind": "Chatbot",
            "metadata": {"name": name, "namespace": "bots"},
            "spec": {**SPEC, **(spec or {})},
        }
        (own / "chatbot.yaml").write_text(json.dumps(document))
    return folder


@asynccontextmanager
async def a_console(
    folder: Path,
    database: SecretStr,
    *,
    spec: Mapping[str, Any] | None = None,
    meaning: Meaning | None = None,
    names: tuple[str, ...] = ("test",),
) -> AsyncIterator[Running]:
    """Run the console of one bot, or of several, with the writer of the first one's records."""
    bots = chatbots.load(chatbots_of(folder / "chatbots", spec, *names), needs=())
    tokens = tuple(bot.token for bot in bots)
    clock = SystemClock()
    async with (
        provisioned(folder, *tokens) as (server, _),
        connect(NatsSettings(url=server.url), "analytics") as jetstream,
        signin.open(SignInSettings(), database, clock, registry=Registry()) as door,
        asyncio.TaskGroup() as tasks,
    ):
        records = {token: Records() for token in tokens}
        settings = AnalyticsSettings(
            analytics_data=folder / "records",
            analytics_memory="256MB",
            analytics_pause=timedelta(milliseconds=50),
        )
        metrics = AnalyticsMetrics(Registry())
        keepers = [
            Keeper(
                bot,
                settings,
                jetstream=jetstream,
                records=records[bot.token],
                metrics=metrics,
                clock=clock,
            )
            for bot in bots
        ]
        console = app(
            bots,
            records,
            jetstream,
            door,
            clock,
            meanings=dict.fromkeys(tokens, meaning) if meaning else None,
        )
        parts: list[Part] = [console.sampler, *keepers]
        for part in parts:
            tasks.create_task(part.run())
        async with served(console) as address:
            await eventually(lambda: all(not one.why_closed for one in records.values()))
            yield Running(
                address=address,
                app=console,
                server=server,
                jetstream=jetstream,
                database=database,
                records=records[tokens[0]],
                letters=DeadLetters(jetstream, tokens[0]),
                bot=tokens[0],
            )
            for part in parts:
                part.stop()
