"""A server that gives a catalogue over HTTP, in all the ways in which servers go wrong."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass
class FeedServer:
    """What it answers is set from outside; what it was asked is kept."""

    url: str = ""
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    etag: str = ""
    location: str = ""
    cut_at: int | None = None
    hangs: bool = False
    asked: list[dict[str, str]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        self.asked.append(dict(request.headers))
        if self.hangs:
            await asyncio.Event().wait()
        if self.location and request.path != "/moved":
            return web.Response(status=302, headers={"Location": self.location})
        if self.etag and request.headers.get("If-None-Match") == self.etag:
            return web.Response(status=304)
        headers = {"Content-Type": "text/csv", **self.headers}
        if self.etag:
            headers["ETag"] = self.etag
        return web.Response(status=self.status, body=self.body[: self.cut_at], headers=headers)

    def gives(self, text: str, *, etag: str = "", content_type: str = "text/csv") -> None:
        """Give a text from now on."""
        self.body, self.etag, self.headers = text.encode(), etag, {"Content-Type": content_type}

    def packs(self) -> None:
        """Send what it gives packed."""
        self.body = gzip.compress(self.body)
        self.headers["Content-Encoding"] = "gzip"


@asynccontextmanager
async def feed_server() -> AsyncIterator[FeedServer]:
    """Run a server, and end it."""
    server = FeedServer()
    app = web.Application()
    app.router.add_get("/{path:.*}", server.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"{site.name}/stock.csv"
    try:
        yield server
    finally:
        await runner.cleanup()
