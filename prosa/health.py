"""What a machine asks a component: is it alive, may it get work, what does it count.

    GET /livez    200, or 503 with what has stopped: restart me
    GET /readyz   200, or 503 with what is missing: give me no work, I may come back by myself
    GET /metrics  Prometheus' text format, or OpenMetrics when that is accepted

A few lines over asyncio instead of a web framework, because the sender and conversation need no
other HTTP. Not for the internet: it reads the head of a request and answers.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from http import HTTPStatus

from prosa.errors import ConfigError
from prosa.telemetry.metrics import Registry

Check = Callable[[], str]
"""Gives the reason why not, as a person wants to read it; empty when all is well."""

_PATIENCE_SECONDS = 5
_LINE_LIMIT = 4096


class Progress:
    """Notices a loop that stands still while its process lives: each turn calls `mark`."""

    def __init__(self, limit: timedelta, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit.total_seconds()
        self._monotonic = monotonic
        self._marked = monotonic()

    def mark(self) -> None:
        """Say that the loop turned."""
        self._marked = self._monotonic()

    def __call__(self) -> str:
        """Be a check: the reason when the last turn is longer ago than the limit."""
        silent = self._monotonic() - self._marked
        return f"no progress for {silent:.0f} s" if silent > self._limit else ""


class Health:
    """The named checks of one process, and what serves them."""

    def __init__(self, registry: Registry | None = None) -> None:
        self._registry = registry or Registry()
        self._live: dict[str, Check] = {}
        self._ready: dict[str, Check] = {}

    @property
    def registry(self) -> Registry:
        """The metrics that /metrics shows."""
        return self._registry

    def live(self, name: str, check: Check) -> None:
        """Restart the process when this check fails: for what only a restart mends."""
        self._live[name] = check

    def ready(self, name: str, check: Check) -> None:
        """Give the process no work while this check fails."""
        self._ready[name] = check

    def reasons_dead(self) -> dict[str, str]:
        """Ask the liveness checks; empty when all is well."""
        return _failed(self._live)

    def reasons_unready(self) -> dict[str, str]:
        """Ask all checks: what is dead is not ready either. Empty when all is well."""
        return _failed(self._live) | _failed(self._ready)

    @asynccontextmanager
    async def serve(self, host: str, port: int) -> AsyncIterator[int]:
        """Answer until the block ends; gives the port, which matters when 0 was asked for.

        Raises ConfigError when the port is taken.
        """
        try:
            server = await asyncio.start_server(self._answer, host, port, limit=_LINE_LIMIT)
        except OSError as error:
            raise ConfigError(
                f"PROSA_HEALTH_PORT: {host}:{port} cannot be opened ({error.strerror});"
                " choose another, or 0 for any"
            ) from error
        async with server:
            yield server.sockets[0].getsockname()[1]

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                request = (await reader.readline()).split()
                accept = ""
                while line := (await reader.readline()).decode("latin-1").strip():
                    name, _, value = line.partition(":")
                    if name.lower() == "accept":
                        accept = value
                path = request[1].decode("latin-1").partition("?")[0] if len(request) > 1 else ""
                writer.write(self._response(path, accept))
                await writer.drain()
        except (OSError, TimeoutError, ValueError):
            pass  # who asks badly, or goes away, gets no answer
        finally:
            writer.close()

    def _response(self, path: str, accept: str) -> bytes:
        match path:
            case "/livez":
                return _verdict(self.reasons_dead())
            case "/readyz":
                return _verdict(self.reasons_unready())
            case "/metrics":
                body, kind = self._registry.render(accept)
                return _http(HTTPStatus.OK, body, kind)
            case _:
                return _http(HTTPStatus.NOT_FOUND, b'{"paths":["/livez","/readyz","/metrics"]}\n')


def _failed(checks: dict[str, Check]) -> dict[str, str]:
    return {name: reason for name, check in checks.items() if (reason := check())}


def _verdict(reasons: dict[str, str]) -> bytes:
    status = HTTPStatus.SERVICE_UNAVAILABLE if reasons else HTTPStatus.OK
    return _http(status, json.dumps({"ok": not reasons, "reasons": reasons}).encode() + b"\n")


def _http(status: HTTPStatus, body: bytes, kind: str = "application/json") -> bytes:
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: {kind}\r\n"
        f"content-length: {len(body)}\r\ncache-control: no-store\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body
