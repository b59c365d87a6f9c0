"""Meta's callback address: verification and delivery, as a plain ASGI application.

No framework between the socket and the signature: FastAPI's routing and validation cost 240 µs a
webhook, more than all of this (docs/performance.md). What Meta reads is the status alone, so bodies
are empty.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import structlog

from prosa.errors import ProsaError, Unavailable
from prosa.telemetry import tracing
from services.ingress import signatures
from services.ingress.bots import Bots
from services.ingress.envelope import NotJson
from services.ingress.intake import Intake
from services.ingress.metrics import IngressMetrics, Outcome

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = Sequence[tuple[bytes, bytes]]

log = structlog.get_logger(__name__)

BODY_LIMIT = 3 * 1024 * 1024
"""Bytes. Meta, "Webhooks": payloads can be up to 3 MB."""

BODY_PATIENCE = timedelta(seconds=10)
"""For a body to arrive: who sends it drop by drop holds memory."""

SIGNATURE = b"x-hub-signature-256"

_ALLOW = ((b"allow", b"GET, POST"),)
_RETRY_AFTER = ((b"retry-after", b"5"),)
_TEXT = ((b"content-type", b"text/plain; charset=utf-8"), (b"x-content-type-options", b"nosniff"))
_STATUS: dict[Outcome, int] = {"stored": 200, "unsigned": 401, "not_json": 400}


class TooLarge(Exception):
    """The body is longer than Meta's limit."""


class Gone(Exception):
    """The client went away in mid-request."""


class Webhooks:
    """The application. Answers 200 when stored; 400, 401, 403, 405, 408, 413 or 503 else."""

    def __init__(
        self,
        bots: Bots,
        intake: Intake,
        metrics: IngressMetrics,
        *,
        patience: timedelta,
        body_patience: timedelta = BODY_PATIENCE,
    ) -> None:
        self._bots = bots
        self._intake = intake
        self._metrics = metrics
        self._patience = patience.total_seconds()
        self._body_patience = body_patience.total_seconds()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        match scope["method"]:
            case "POST":
                await self._deliver(scope, receive, send)
            case "GET":
                await self._verify(scope, send)
            case _:
                await self._answer(send, 405, "wrong_method", headers=_ALLOW)

    async def _verify(self, scope: Scope, send: Send) -> None:
        """Prove to Meta that the address is ours (Meta, "Create a webhook endpoint")."""
        query = _query(scope)
        self._bots.refresh()
        token = query.get("hub.verify_token", "").encode()
        known = signatures.is_token_of_any(token, self._bots.verify_tokens)
        if known and query.get("hub.mode") == "subscribe":
            challenge = query.get("hub.challenge", "").encode()
            await self._answer(send, 200, "verified", body=challenge, headers=_TEXT)
        else:
            await self._answer(send, 403, "not_verified")

    async def _deliver(self, scope: Scope, receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        arrived_at = None
        try:
            async with asyncio.timeout(self._body_patience) as limit:
                body = await _read(scope, receive)
                arrived_at = loop.time()
                limit.reschedule(arrived_at + self._patience)
                with tracing.span("webhook", bytes=len(body)):
                    outcome = await self._take(body, _header(scope, SIGNATURE))
        except TooLarge:
            await self._answer(send, 413, "too_large")
        except Gone:
            self._metrics.outcomes["gone"].inc()
        except TimeoutError:
            if arrived_at is None:
                await self._answer(send, 408, "too_slow")
            else:
                await self._answer(send, 503, "unavailable", headers=_RETRY_AFTER)
        except ProsaError as error:
            if not isinstance(error, Unavailable):  # that is NATS away, which is told elsewhere
                problem = type(error).__name__
                log.error("webhook_not_stored", error=problem, problem=str(error))  # noqa: TRY400 - the message says it
            await self._answer(send, 503, "unavailable", headers=_RETRY_AFTER)
        else:
            if outcome == "stored":
                self._metrics.ack_seconds.observe(loop.time() - arrived_at)
            await self._answer(send, _STATUS[outcome], outcome)

    async def _take(self, body: bytes, signature: bytes | None) -> Outcome:
        speaks_for = signatures.speaks_for(signature, body, self._bots.keys)
        if not speaks_for and signature is not None and self._bots.refresh():
            speaks_for = signatures.speaks_for(signature, body, self._bots.keys)
        if not speaks_for:
            return "unsigned"
        try:
            await self._intake.store(body, self._bots.routes, speaks_for)
        except NotJson:
            return "not_json"
        return "stored"

    async def _answer(
        self,
        send: Send,
        status: int,
        outcome: Outcome,
        *,
        body: bytes = b"",
        headers: Headers = (),
    ) -> None:
        self._metrics.outcomes[outcome].inc()
        length = (b"content-length", b"%d" % len(body))
        await send({"type": "http.response.start", "status": status, "headers": [length, *headers]})
        await send({"type": "http.response.body", "body": body})


async def _read(scope: Scope, receive: Receive) -> bytes:
    """Read the body, and no more of it than Meta may send. Raises TooLarge or Gone."""
    announced = _header(scope, b"content-length")
    if announced is not None and announced.isdigit() and int(announced[:20]) > BODY_LIMIT:
        raise TooLarge
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        body: bytes = message.get("body", b"")
        if len(body) > BODY_LIMIT:
            raise TooLarge
        return body
    chunks, size = [], 0
    while True:
        if message["type"] == "http.disconnect":
            raise Gone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > BODY_LIMIT:
            raise TooLarge
        chunks.append(chunk)
        if not message.get("more_body"):
            return b"".join(chunks)
        message = await receive()


def _header(scope: Scope, wanted: bytes) -> bytes | None:
    """Give a header; ASGI has names in lower case. None when it is missing or comes twice."""
    found = [value for name, value in scope["headers"] if name == wanted]
    return found[0] if len(found) == 1 else None


def _query(scope: Scope) -> dict[str, str]:
    try:
        return dict(parse_qsl(scope["query_string"].decode("latin-1"), max_num_fields=20))
    except ValueError:
        return {}
