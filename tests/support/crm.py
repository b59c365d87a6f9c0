"""CRMs for tests, over HTTP: one that checks our webhook, and a strict stand-in for Chatwoot.

The stand-in knows the endpoints of Chatwoot's Application API that the connector uses, as its
OpenAPI description and its controllers have them (`swagger/paths/application`, `app/controllers`):
paths, required fields, types, what is unique, page sizes. What is not documented is a 404 or a 422.
"""

import asyncio
import hashlib
import hmac
import json
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

SIGNING_KEY = "signing-key-of-the-crm"
ACCESS_TOKEN = "access-token-of-chatwoot"
ACCOUNT, INBOX = 1, 7


class Hook:
    """Takes signed webhooks, each key once, as the how-to asks of a receiver."""

    def __init__(self, answers: Sequence[int | Callable[[], web.StreamResponse]]) -> None:
        self.url = ""
        self._answers = list(answers)
        self.posted: list[dict[str, Any]] = []
        self.taken: dict[str, dict[str, Any]] = {}
        self.headers: list[dict[str, str]] = []
        self.gate: asyncio.Event | None = None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.headers.append(dict(request.headers))
        if not _signed(request.headers.get("Prosa-Signature", ""), body):
            return web.Response(status=401)
        document = json.loads(body)
        self.posted.append(document)
        if self.gate is not None:
            await self.gate.wait()
        answer = self._answers.pop(0) if self._answers else 200
        if callable(answer):
            return answer()
        if answer == 200:
            self.taken.setdefault(request.headers["Idempotency-Key"], document)
        return web.Response(status=answer)


def _signed(header: str, body: bytes) -> bool:
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    signed = parts.get("t", "").encode() + b"." + body
    expected = hmac.new(SIGNING_KEY.encode(), signed, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, parts.get("v1", ""))


@asynccontextmanager
async def a_hook(
    *answers: int | Callable[[], web.StreamResponse], tls: Path | None = None
) -> AsyncIterator[Hook]:
    """Serve a receiver; `answers` are its first ones, then 200. `tls`: a certificate's folder."""
    hook = Hook(answers)
    app = web.Application()
    app.router.add_post("/hook", hook.handle)
    async with _served(app, tls) as root:
        hook.url = f"{root}/hook"
        yield hook


class Chatwoot:
    """One account with one inbox."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.url = ""
        self.contacts: list[dict[str, Any]] = []
        self.conversations: list[dict[str, Any]] = []
        self.messages: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self._faults = list(faults)
        """Names of calls after which the connection breaks off: done, and unanswered."""

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._guard])
        root = "/api/v1/accounts/{account:\\d+}"
        app.router.add_get(f"{root}/contacts/search", self.search)
        app.router.add_post(f"{root}/contacts", self.create_contact)
        app.router.add_get(f"{root}/contacts/{{id:\\d+}}/conversations", self.of_contact)
        app.router.add_post(f"{root}/contacts/{{id:\\d+}}/contact_inboxes", self.tie)
        app.router.add_post(f"{root}/conversations", self.create_conversation)
        app.router.add_get(f"{root}/conversations/{{id:\\d+}}/messages", self.list_messages)
        app.router.add_post(f"{root}/conversations/{{id:\\d+}}/messages", self.create_message)
        return app

    def a_contact(self, **fields: Any) -> dict[str, Any]:
        """Put a contact there; `source` ties it to the inbox."""
        source = fields.pop("source", "")
        contact = {
            "id": len(self.contacts) + 1,
            "name": "",
            "phone_number": None,
            "identifier": None,
            "email": None,
            "custom_attributes": {},
            "contact_inboxes": [_tied(source)] if source else [],
            **fields,
        }
        self.contacts.append(contact)
        return contact

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if request.headers.get("api_access_token") != ACCESS_TOKEN:
            return _error(401, "Invalid Access Token")
        if int(request.match_info.get("account", "0")) != ACCOUNT:
            return _error(404, "Resource could not be found")
        name = handler.__name__
        self.calls.append(name)
        response: web.StreamResponse = await handler(request)
        if name in self._faults:
            self._faults.remove(name)
            assert request.transport is not None
            request.transport.abort()
        return response

    async def search(self, request: web.Request) -> web.Response:
        query = request.query.get("q", "").strip()
        if not query:
            return _error(422, "Specify search string with parameter q")
        fields = ("name", "email", "phone_number", "identifier")
        found = [c for c in self.contacts if any(query in (c[f] or "") for f in fields)]
        return web.json_response({"meta": {"count": len(found)}, "payload": found[:15]})

    async def create_contact(self, request: web.Request) -> web.Response:
        body = await request.json()
        known = {"inbox_id", "name", "email", "phone_number", "identifier", "custom_attributes"}
        if set(body) - known or body.get("inbox_id") != INBOX:
            return _error(404, "Resource could not be found")
        phone, identifier = body.get("phone_number"), body.get("identifier")
        if phone is not None and not (phone.startswith("+") and phone[1:].isdecimal()):
            return _error(422, "Phone number should be in e164 format")
        if any(phone and c["phone_number"] == phone for c in self.contacts):
            return _error(422, "Phone number has already been taken")
        if any(identifier and c["identifier"] == identifier for c in self.contacts):
            return _error(422, "Identifier has already been taken")
        contact = self.a_contact(
            name=body.get("name", ""), phone_number=phone, identifier=identifier
        )
        tied = _tied(f"source-{contact['id']}")
        answered = {**contact, "contact_inboxes": []}
        contact["contact_inboxes"].append(tied)
        return web.json_response({"payload": {"contact": answered, "contact_inbox": tied}})

    async def of_contact(self, request: web.Request) -> web.Response:
        contact = int(request.match_info["id"])
        found = [c for c in self.conversations if c["contact_id"] == contact]
        return web.json_response({"payload": found[::-1][:20]})

    async def tie(self, request: web.Request) -> web.Response:
        body = await request.json()
        if body != {"inbox_id": INBOX}:
            return _error(422, "inbox_id")
        contact = self.contacts[int(request.match_info["id"]) - 1]
        contact["contact_inboxes"].append(_tied(f"source-{contact['id']}"))
        return web.json_response(contact["contact_inboxes"][-1])

    async def create_conversation(self, request: web.Request) -> web.Response:
        body = await request.json()
        sources = {
            tied["source_id"]: contact["id"]
            for contact in self.contacts
            for tied in contact["contact_inboxes"]
        }
        if sources.get(body.get("source_id")) != body.get("contact_id"):
            return _error(404, "Resource could not be found")
        if body.get("inbox_id") != INBOX or body.get("status") not in {"open", "pending"}:
            return _error(422, "inbox_id, status")
        conversation = {
            "id": len(self.conversations) + 1,
            "account_id": ACCOUNT,
            "inbox_id": INBOX,
            "contact_id": body["contact_id"],
            "status": body["status"],
            "custom_attributes": body.get("custom_attributes", {}),
        }
        self.conversations.append(conversation)
        return web.json_response(conversation)

    async def list_messages(self, request: web.Request) -> web.Response:
        conversation = int(request.match_info["id"])
        found = [m for m in self.messages if m["conversation_id"] == conversation]
        return web.json_response({"meta": {}, "payload": found[-20:]})

    async def create_message(self, request: web.Request) -> web.Response:
        body = await request.json()
        if not isinstance(body.get("content"), str) or not isinstance(body.get("private"), bool):
            return _error(422, "content, private")
        if body.get("message_type") != "outgoing":
            return _error(422, "Incoming messages are only allowed in Api inboxes")
        message = {
            "id": len(self.messages) + 1,
            "conversation_id": int(request.match_info["id"]),
            "content": body["content"],
            "private": body["private"],
            "message_type": 1,
        }
        self.messages.append(message)
        return web.json_response(message)


def _tied(source: str) -> dict[str, Any]:
    return {"source_id": source, "inbox": {"id": INBOX, "name": "WhatsApp"}}


def _error(status: int, message: str) -> web.Response:
    return web.json_response({"error": message}, status=status)


@asynccontextmanager
async def a_chatwoot(*faults: str) -> AsyncIterator[Chatwoot]:
    """Serve a Chatwoot; `faults` are calls of which the answer is lost, once each."""
    chatwoot = Chatwoot(faults)
    async with _served(chatwoot.app()) as root:
        chatwoot.url = root
        yield chatwoot


@asynccontextmanager
async def _served(app: web.Application, tls: Path | None = None) -> AsyncIterator[str]:
    context = None
    if tls is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(tls / "ca.pem", tls / "key.pem")
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    try:
        host, port = runner.addresses[0][:2]
        yield f"http{'s' if context else ''}://{host}:{port}"
    finally:
        await runner.cleanup()
