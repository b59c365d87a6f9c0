"""Stored webhooks of Meta's, their signature, and a client that drives an ASGI application."""

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

FOLDER = Path(__file__).parent.parent / "data" / "webhooks"

NUMBER = "106540352242922"
ACCOUNT = "102290129340398"
"""The business number and the account of the stored webhooks."""

APP_SECRET = "test_app_secret"
VERIFY_TOKEN = "test_verify_token"

App = Callable[[Any, Any, Any], Awaitable[None]]
Break = Literal["stalls", "cut off"]


def stored(name: str) -> bytes:
    """Give one stored webhook, as compact as Meta sends it."""
    text = (FOLDER / f"{name}.json").read_bytes()
    return msgspec.json.encode(msgspec.json.decode(text))


def names() -> list[str]:
    """Name all stored webhooks."""
    return sorted(file.stem for file in FOLDER.glob("*.json"))


def signed(body: bytes, secret: str = APP_SECRET) -> str:
    """Sign a body as Meta does."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def a_webhook(*messages: dict[str, Any], number: str = NUMBER, account: str = ACCOUNT) -> bytes:
    """Make a webhook of messages; a message without a sender is Ana's."""
    items = [{"from": "5519987654321", "timestamp": "1764000000", **m} for m in messages]
    value = {"metadata": {"phone_number_id": number}, "messages": items}
    return a_change("messages", value, account=account)


def a_change(field: str, value: object, *, account: str = ACCOUNT) -> bytes:
    """Make a webhook of one change."""
    entry = {"id": account, "changes": [{"field": field, "value": value}]}
    return msgspec.json.encode({"object": "whatsapp_business_account", "entry": [entry]})


def a_text(wamid: str, body: str = "oi", **more: object) -> dict[str, Any]:
    """Make a text message."""
    return {"id": wamid, "type": "text", "text": {"body": body}, **more}


@dataclass(frozen=True)
class Answer:
    """What an application answered."""

    status: int
    headers: dict[str, str]
    body: bytes


async def post(
    app: App, body: bytes, signature: str | None = "", *, announced: int | None = -1
) -> Answer:
    """Post a webhook, signed by the test app unless another `signature` is given (None: none).

    `announced` is its Content-Length: the true one unless given, None for a chunked body.
    """
    headers = []
    if signature is not None:
        headers.append((b"x-hub-signature-256", (signature or signed(body)).encode()))
    if announced is not None:
        length = len(body) if announced < 0 else announced
        headers.append((b"content-length", b"%d" % length))
    return await request(app, "POST", headers=headers, body=body)


async def request(
    app: App,
    method: str,
    *,
    query: str = "",
    headers: list[tuple[bytes, bytes]] | None = None,
    body: bytes = b"",
    path: str = "/webhook",
    body_breaks: Break | None = None,
) -> Answer:
    """Send one request to an ASGI application in this process; a long body comes in pieces.

    Status 0 stands for no answer. `body_breaks` after its first piece: it stalls, or is cut off.
    """
    scope: MutableMapping[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": headers or [],
        "client": ("127.0.0.1", 40000),
        "server": ("127.0.0.1", 8000),
    }
    pieces = [body[at : at + 65536] for at in range(0, len(body), 65536)] or [b""]
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        if not pieces and body_breaks == "stalls":
            await asyncio.Event().wait()
        if not pieces:
            return {"type": "http.disconnect"}
        piece = pieces.pop(0)
        more = bool(pieces) or body_breaks is not None
        return {"type": "http.request", "body": piece, "more_body": more}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    if not sent:
        return Answer(0, {}, b"")
    start, *rest = sent
    return Answer(
        start["status"],
        {name.decode(): value.decode() for name, value in start["headers"]},
        b"".join(message.get("body", b"") for message in rest),
    )
