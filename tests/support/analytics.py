"""Analytics as a process, and the streams that it reads."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from prosa.contracts import subjects
from prosa.contracts.events import Event
from prosa.contracts.inbound import Inbound
from prosa.jetstream.connection import JetStream
from tests.support.eventually import eventually
from tests.support.ingress import a_bot
from tests.support.nats import BOT, NatsServer, free_port


async def tell(jetstream: JetStream, *records: Event | Inbound) -> None:
    """Put messages into their streams, in this order."""
    await asyncio.gather(
        *(
            jetstream.publish_soon(
                _subject(record), msgspec.json.encode(record), message_id=record.id
            )
            for record in records
        )
    )


def _subject(record: Event | Inbound) -> str:
    if isinstance(record, Inbound):
        return subjects.inbound(BOT, record.contact)
    return subjects.event(BOT, record.kind, record.contact)


class Analytics:
    """One process after another on the same data."""

    def __init__(self, folder: Path, server: NatsServer, **settings: str) -> None:
        self.data = folder / "records"
        self.file = self.data / BOT / "analytics.duckdb"
        self.log = folder / "analytics.log"
        self.health = free_port()
        chatbots = a_bot(folder / "chatbots")
        _without_a_model(chatbots / BOT / "chatbot.yaml")
        away = folder / "postgres-url"
        away.write_text(f"postgresql://prosa:secret@127.0.0.1:{free_port()}/prosa")
        self._environment = {
            **os.environ,
            "PROSA_CHATBOTS": str(chatbots),
            "PROSA_NATS_URL": server.url,
            "PROSA_HEALTH_PORT": str(self.health),
            "PROSA_DATABASE": str(away),
            "PROSA_ANALYTICS_DATA": str(self.data),
            "PROSA_ANALYTICS_PORT": "0",
            "PROSA_ANALYTICS_PAUSE": "50ms",
            "PROSA_ANALYTICS_MEMORY": "256MB",
            "PROSA_LOG_FORMAT": "json",
            **settings,
        }
        self.process: asyncio.subprocess.Process | None = None

    async def start(self, *before: str, **settings: str) -> None:
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *before,
                sys.executable,
                "-m",
                "services.analytics",
                stdout=log,
                stderr=log,
                env=self._environment | settings,
            )

    async def kill(self) -> None:
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """End it as Kubernetes does; gives its exit code."""
        return await self._end(signal.SIGTERM)

    async def ends(self, within: float = 60) -> int:
        """Wait until it ends by itself; gives its exit code."""
        assert self.process is not None
        return await asyncio.wait_for(self.process.wait(), within)

    async def says(self, path: str) -> dict[str, Any] | None:
        """Ask a health check; None while nothing answers."""
        try:
            async with (
                aiohttp.ClientSession() as http,
                http.get(f"http://127.0.0.1:{self.health}{path}") as answer,
            ):
                found: dict[str, Any] = await answer.json()
                return found
        except aiohttp.ClientError:
            return None

    async def is_ready(self) -> bool:
        """Tell whether records are kept; the console may wait for PostgreSQL."""
        said = await self.says("/readyz")
        return said is not None and not any(name.startswith("records") for name in said["reasons"])

    async def metric(self, name: str) -> float:
        """Give the sum of a metric over its labels, 0 while nothing answers."""
        try:
            async with (
                aiohttp.ClientSession() as http,
                http.get(f"http://127.0.0.1:{self.health}/metrics") as answer,
            ):
                lines = (await answer.text()).splitlines()
        except aiohttp.ClientError:
            return 0.0
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name + "{"))

    async def _end(self, how: signal.Signals) -> int:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(how)
        return await asyncio.wait_for(self.process.wait(), 60)


@asynccontextmanager
async def analytics(
    folder: Path, server: NatsServer, settings: Mapping[str, str] | None = None
) -> AsyncIterator[Analytics]:
    """Run analytics until it is ready; ends it at last, whatever became of it."""
    running = Analytics(folder, server, **(settings or {}))
    await running.start()
    try:
        await eventually(running.is_ready, within=60)
        yield running
    finally:
        await running.kill()


def _without_a_model(chatbot: Path) -> None:
    """Understand by TF-IDF (the process starts two seconds sooner), and keep what is old."""
    document = msgspec.json.decode(chatbot.read_bytes())
    document["spec"]["understanding"] = {"provider": "tfidf"}
    document["spec"]["components"] = {"analytics": {"retention": {"messages": "36500d"}}}
    chatbot.write_bytes(msgspec.json.encode(document))


def at_random(seed: int) -> random.Random:
    """Give chance that a failure can be repeated with."""
    return random.Random(seed)  # noqa: S311 - a test's chance
