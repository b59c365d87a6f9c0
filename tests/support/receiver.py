"""A webhook endpoint of a test's own: it keeps what it gets and answers as it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import web

from tests.support.simulator import VERIFY_TOKEN


@dataclass
class Received:
    """One POST as it came."""

    body: bytes
    signature: str

    @property
    def changes(self) -> list[dict[str, Any]]:
        """List the changes of all entries."""
        return [
            change
            for entry in msgspec.json.decode(self.body)["entry"]
            for change in entry["changes"]
        ]


@dataclass
class Receiver:
    """What came, and what to answer: the next statuses in turn, then 200."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    verify_token: str = VERIFY_TOKEN
    hold: asyncio.Event | None = None
    """While set to an event, answers wait for it."""

    def values(self, kind: str) -> list[dict[str, Any]]:
        """List the items of a kind that came: messages, statuses, message_echoes."""
        return [
            item
            for post in self.received
            for change in post.changes
            for item in change["value"].get(kind, ())
        ]

    def statuses_of(self, wamid: str) -> list[str]:
        """List the statuses that came for a message, in their order."""
        return [each["status"] for each in self.values("statuses") if each["id"] == wamid]

    async def _verify(self, request: web.Request) -> web.Response:
        if request.query.get("hub.verify_token") != self.verify_token:
            return web.Response(status=403)
        return web.Response(text=request.query["hub.challenge"])

    async def _receive(self, request: web.Request) -> web.Response:
        signature = request.headers.get("X-Hub-Signature-256", "")
        self.received.append(Received(await request.read(), signature))
        if self.hold is not None:
            await self.hold.wait()
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    def app(self) -> web.Application:
        """Make the application."""
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_get("/webhooks", self._verify)
        app.router.add_post("/webhooks", self._receive)
        return app


@asynccontextmanager
async def receiver(port: int = 0) -> AsyncIterator[Receiver]:
    """Listen on a port, by default a free one, and end."""
    own = Receiver()
    runner = web.AppRunner(own.app())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    own.url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhooks"
    try:
        yield own
    finally:
        await runner.cleanup()
