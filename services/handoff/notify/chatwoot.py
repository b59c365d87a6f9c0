"""Tells Chatwoot by its Application API: a conversation of the customer with a private note.

Endpoints and fields are those of Chatwoot's OpenAPI description (`swagger/` in its repository, tag
group `application`), below `/api/v1/accounts/{account_id}`, with the header `api_access_token`.

Chatwoot takes no idempotency key, so each thing is looked for before it is made: the contact by its
phone, the conversation by the custom attribute `prosa_ticket`, the note by the reference in its
last line. A note is private: some inboxes would send any other message to the customer.
"""

from typing import Any, TypeVar

import aiohttp
import msgspec

from prosa.chatbots import RunningBot
from prosa.errors import ConfigError, Reject, RetryLater
from services.handoff.notify import calls, wording
from services.handoff.notify.notification import Handoff, Mark, Notification
from services.handoff.notify.retries import BY_SCHEDULE
from services.handoff.notify.wording import Voice

_T = TypeVar("_T")

TICKET = "prosa_ticket"
"""The conversation's custom attribute that holds our ticket."""

_TAKEN = 422

_encode = msgspec.json.Encoder().encode


class _Inbox(msgspec.Struct):
    id: int = 0


class _ContactInbox(msgspec.Struct):
    source_id: str = ""
    inbox: _Inbox = msgspec.field(default_factory=_Inbox)


class _Contact(msgspec.Struct):
    id: int
    phone_number: str | None = None
    identifier: str | None = None
    contact_inboxes: list[_ContactInbox] = []


class _Contacts(msgspec.Struct):
    payload: list[_Contact]


class _Created(msgspec.Struct):
    contact: _Contact
    contact_inbox: _ContactInbox | None = None


class _ContactCreated(msgspec.Struct):
    payload: _Created


class _Conversation(msgspec.Struct):
    id: int
    inbox_id: int = 0
    custom_attributes: dict[str, Any] = {}


class _Conversations(msgspec.Struct):
    payload: list[_Conversation]


class _Message(msgspec.Struct):
    content: str | None = None
    private: bool = False


class _Messages(msgspec.Struct):
    payload: list[_Message]


class Chatwoot:
    """The channel `chatwoot`. Its target is the name of a Secret of the bot.

    Keys: `url`, `account-id`, `inbox-id`, `access-token` (of an agent or a bot of that account).
    """

    def __init__(self, http: aiohttp.ClientSession, bot: RunningBot, voice: Voice) -> None:
        self._http = http
        self._bot = bot
        self._voice = voice

    async def deliver(self, notification: Notification, mark: Mark) -> None:  # noqa: ARG002 - what was made before is found
        """Find or make contact, conversation and note. Raises RetryLater, Reject."""
        account = self._account(notification.target)
        handoff = notification.handoff
        contact = await account.find_contact(handoff) or await account.make_contact(handoff)
        conversation = await account.find_conversation(contact, handoff.ticket)
        if conversation is None:
            conversation = await account.make_conversation(contact, handoff.ticket)
        elif await account.has_note(conversation, notification.id):
            return
        told = wording.tell(handoff, notification.team, self._voice)
        text = f"{told.subject}\n\n{wording.plain(told)}\n\n{reference(notification.id)}"
        await account.make_note(conversation, text)

    def _account(self, name: str) -> "_Account":
        try:
            secret = self._bot.read_secret(name)
            account, inbox = (
                secret.need(key).get_secret_value() for key in ("account-id", "inbox-id")
            )
            url, token = secret.need("url"), secret.need("access-token")
        except ConfigError as error:
            raise Reject("crm_secret", str(error)) from None
        if not (account.isdecimal() and inbox.isdecimal()):
            raise Reject("crm_secret", f"Secret {name}: account-id and inbox-id are numbers")
        root = f"{calls.base_url(url)}/api/v1/accounts/{account}"
        return _Account(self._http, root, int(inbox), token.get_secret_value())


def reference(notification: str) -> str:
    """Give the last line of a note, by which a repeat is recognised."""
    return f"Prosa · {notification}"


class _Account:
    """The calls, each as Chatwoot documents it."""

    def __init__(self, http: aiohttp.ClientSession, root: str, inbox: int, token: str) -> None:
        self._http = http
        self._root = root
        self._inbox = inbox
        self._headers = {"api_access_token": token}

    async def find_contact(self, handoff: Handoff) -> _Contact | None:
        """Search by phone; by our key for somebody without one. The search matches parts too."""
        wanted = _phone(handoff) or handoff.request.contact
        found = await self._get("contacts/search", _Contacts, q=wanted)
        return next((c for c in found.payload if wanted in (c.phone_number, c.identifier)), None)

    async def make_contact(self, handoff: Handoff) -> _Contact:
        phone = _phone(handoff)
        name = wording.clean(handoff.name) or phone or handoff.request.contact
        named = {"phone_number": phone} if phone else {"identifier": handoff.request.contact}
        answer = await self._post("contacts", {"inbox_id": self._inbox, "name": name, **named})
        if answer.status == _TAKEN:  # somebody made it since we looked, or Chatwoot dislikes it
            raise RetryLater(BY_SCHEDULE, "crm_422")
        created = _read(answer, _ContactCreated).payload
        contact = created.contact
        if created.contact_inbox is not None:
            contact.contact_inboxes.append(created.contact_inbox)
        return contact

    async def find_conversation(self, contact: _Contact, ticket: str) -> int | None:
        found = await self._get(f"contacts/{contact.id}/conversations", _Conversations)
        return next(
            (c.id for c in found.payload if c.custom_attributes.get(TICKET) == ticket), None
        )

    async def make_conversation(self, contact: _Contact, ticket: str) -> int:
        conversation = {
            "source_id": await self._source(contact),
            "inbox_id": self._inbox,
            "contact_id": contact.id,
            "status": "open",
            "custom_attributes": {TICKET: ticket},
        }
        return _read(await self._post("conversations", conversation), _Conversation).id

    async def has_note(self, conversation: int, notification: str) -> bool:
        messages = await self._get(f"conversations/{conversation}/messages", _Messages)
        mark = reference(notification)
        return any(m.private and mark in (m.content or "") for m in messages.payload)

    async def make_note(self, conversation: int, text: str) -> None:
        note = {"content": text, "message_type": "outgoing", "private": True}
        calls.accepted(await self._post(f"conversations/{conversation}/messages", note))

    async def _source(self, contact: _Contact) -> str:
        """Give the id that ties the contact to the inbox; tie it when nothing does."""
        for known in contact.contact_inboxes:
            if known.inbox.id == self._inbox and known.source_id:
                return known.source_id
        tied = await self._post(f"contacts/{contact.id}/contact_inboxes", {"inbox_id": self._inbox})
        return _read(tied, _ContactInbox).source_id

    async def _get(self, path: str, kind: type[_T], **query: str) -> _T:
        url = f"{self._root}/{path}"
        return _read(
            await calls.call(self._http, "GET", url, headers=self._headers, query=query), kind
        )

    async def _post(self, path: str, body: dict[str, Any]) -> calls.Answer:
        url = f"{self._root}/{path}"
        return await calls.call(self._http, "POST", url, headers=self._headers, body=_encode(body))


def _phone(handoff: Handoff) -> str:
    return f"+{handoff.phone}" if handoff.phone else ""


def _read(answer: calls.Answer, kind: type[_T]) -> _T:
    try:
        return msgspec.json.decode(calls.accepted(answer), type=kind)
    except msgspec.MsgspecError:
        raise Reject(
            "crm_answer", "the CRM's answer has no shape that Chatwoot documents"
        ) from None
