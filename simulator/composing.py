"""What a customer does with her phone, as Meta's webhook tells it and as her screen shows it. Pure.

An `Utterance` is what the phone page and the control API take; `compose` turns it into the part of
`messages[]` that depends on its kind, and into the bubble. Ids, times and the sender's names are
added by `people`.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from msgspec import Struct

from simulator import screen
from simulator.errors import Impossible, failure
from simulator.media import File
from simulator.rendering import cards
from simulator.world import Thread

UtteranceKind = Literal[
    "text",
    "button",
    "list",
    "image",
    "video",
    "audio",
    "document",
    "sticker",
    "location",
    "contacts",
    "reaction",
    "order",
    "unsupported",
    "edit",
    "revoke",
    "raw",
]


class MediaData(Struct, rename="camel", forbid_unknown_fields=True):
    """A file in a request; `data` is base64."""

    data: bytes
    mime_type: str
    filename: str | None = None


class Utterance(Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """One thing that a customer does. `who` names her by id, phone or user id."""

    who: str
    kind: UtteranceKind = "text"
    id: str | None = None
    """The client's own id: the same id again does nothing and answers the same wamid."""
    text: str = ""
    """Words, a caption, or the new words of an edit."""
    reply_to: str | None = None
    message_id: str | None = None
    """The message tapped, reacted to, edited or revoked."""
    button_id: str | None = None
    row_id: str | None = None
    media: MediaData | None = None
    sample: bool = False
    """Send a small file of ours instead of `media`."""
    location: screen.Location | None = None
    contacts: list[screen.Card] = []
    emoji: str = ""
    order: dict[str, Any] | None = None
    raw: dict[str, Any] | None = None
    """Merged over the message, `null` removes a key; with kind `raw` it is the message's part."""
    referral: dict[str, Any] | None = None
    forwarded: bool = False
    business: str | None = None
    """The phone number id she writes to; the first one when absent."""


Parts = tuple[dict[str, Any], screen.Message | None]


def compose(said: Utterance, thread: Thread, file: File | None, wamid: str, at: int) -> Parts:
    """Make the part of Meta's message that depends on the kind, and the bubble if there is one.

    Raises Impossible.
    """
    bubble = screen.Message(id=wamid, at=at, side="out", kind="text", text=said.text, state="sent")
    bubble.quotes = said.reply_to
    message, shown = _COMPOSE[said.kind](said, thread, file, bubble)
    if said.reply_to is not None:
        message.setdefault("context", _context(thread, said.reply_to))
    if said.forwarded:
        message["context"] = {"forwarded": True}
    if said.referral is not None:
        message["referral"] = said.referral
    for key, each in (said.raw or {}).items():
        message[key] = each
    return {key: each for key, each in message.items() if each is not None}, shown


def _context(thread: Thread, wamid: str) -> dict[str, Any]:
    quoted = thread.messages.get(wamid)
    author = thread.number.phone
    if quoted is not None and quoted.side == "out":
        author = thread.customer.wa_id
    return {"from": author, "id": wamid}


def _target(said: Utterance, thread: Thread) -> screen.Message:
    found = thread.messages.get(said.message_id or "")
    if found is None:
        raise Impossible(f"messageId: this conversation has no message {said.message_id!r}")
    return found


def _text(said: Utterance, _: Thread, __: File | None, bubble: screen.Message) -> Parts:
    if not said.text:
        raise Impossible("text: there are no words to send")
    return {"type": "text", "text": {"body": said.text}}, bubble


def _button(said: Utterance, thread: Thread, _: File | None, bubble: screen.Message) -> Parts:
    tapped = _target(said, thread)
    button = next((each for each in tapped.buttons or [] if each.id == said.button_id), None)
    if button is None:
        raise Impossible(f"buttonId: the message has no button {said.button_id!r}")
    bubble.text, bubble.quotes = button.title, tapped.id
    context = _context(thread, tapped.id)
    if tapped.kind == "template":
        part = {"payload": button.id, "text": button.title}
        return {"context": context, "type": "button", "button": part}, bubble
    if button.id == "request_contact_info":
        own = [screen.Card(name=thread.customer.name, phone=f"+{thread.customer.phone}")]
        bubble.kind, bubble.text, bubble.contacts = "contacts", "", own
        contacts = [{**_card(each), "origin": "contact_request"} for each in own]
        return {"context": context, "type": "contacts", "contacts": contacts}, bubble
    reply = {"type": "button_reply", "button_reply": {"id": button.id, "title": button.title}}
    return {"context": context, "type": "interactive", "interactive": reply}, bubble


def _list(said: Utterance, thread: Thread, _: File | None, bubble: screen.Message) -> Parts:
    tapped = _target(said, thread)
    rows = [row for section in tapped.sections or [] for row in section.rows]
    row = next((each for each in rows if each.id == said.row_id), None)
    if row is None:
        raise Impossible(f"rowId: the message has no row {said.row_id!r}")
    bubble.text, bubble.quotes = row.title, tapped.id
    chosen = {"id": row.id, "title": row.title}
    if row.description:
        chosen["description"] = row.description
    reply = {"type": "list_reply", "list_reply": chosen}
    context = _context(thread, tapped.id)
    return {"context": context, "type": "interactive", "interactive": reply}, bubble


def _media(said: Utterance, _: Thread, file: File | None, bubble: screen.Message) -> Parts:
    if file is None:
        raise Impossible("media: there is no file; give one, or sample: true")
    kind: Any = said.kind
    part: dict[str, Any] = {
        "id": file.id,
        "mime_type": file.mime_type,
        "sha256": file.sha256_base64,
    }
    if kind == "audio":
        part["voice"] = "opus" in file.mime_type
    elif kind == "sticker":
        part["animated"] = False
    elif said.text:
        part["caption"] = said.text
    if kind == "document":
        part["filename"] = file.filename or "document"
    bubble.kind = kind
    bubble.media = screen.Media(
        url=f"media/{file.id}",
        mime_type=file.mime_type,
        filename=file.filename,
        voice=part.get("voice"),
    )
    return {"type": kind, kind: part}, bubble


def _location(said: Utterance, _: Thread, __: File | None, bubble: screen.Message) -> Parts:
    if said.location is None:
        raise Impossible("location: there is none; give latitude and longitude")
    place = said.location
    named = {"name": place.name, "address": place.address}
    part = {"latitude": place.latitude, "longitude": place.longitude}
    bubble.kind, bubble.location = "location", place
    return {
        "type": "location",
        "location": {**part, **{key: each for key, each in named.items() if each}},
    }, bubble


def _contacts(said: Utterance, _: Thread, __: File | None, bubble: screen.Message) -> Parts:
    if not said.contacts:
        raise Impossible("contacts: there are none; give at least one with a name")
    contacts = [{**_card(each), "origin": "other"} for each in said.contacts]
    bubble.kind, bubble.contacts = "contacts", cards(contacts)
    return {"type": "contacts", "contacts": contacts}, bubble


def _card(card: screen.Card) -> dict[str, Any]:
    first, _, rest = card.name.partition(" ")
    name = {"formatted_name": card.name, "first_name": first}
    if rest:
        name["last_name"] = rest
    phones = [{"phone": card.phone, "type": "CELL"}] if card.phone else []
    return {"name": name, "phones": phones}


def _reaction(said: Utterance, thread: Thread, _: File | None, __: screen.Message) -> Parts:
    target = _target(said, thread)
    part = {"message_id": target.id}
    if said.emoji:  # a reaction that is taken back has no emoji
        part["emoji"] = said.emoji
    return {"type": "reaction", "reaction": part}, None


def _order(said: Utterance, _: Thread, __: File | None, bubble: screen.Message) -> Parts:
    if not said.order or not said.order.get("product_items"):
        raise Impossible("order: give catalog_id and product_items, in Meta's form")
    bubble.kind = "order"
    bubble.text = "\n".join(
        f"{item['quantity']} × {item['product_retailer_id']}"
        for item in said.order["product_items"]
    )
    return {"type": "order", "order": {"text": said.text, **said.order}}, bubble


def _unsupported(said: Utterance, _: Thread, __: File | None, bubble: screen.Message) -> Parts:
    bubble.kind = "unsupported"
    error = failure(131051, "Message type is currently not supported.")
    kind = {"type": said.text or "poll_creation"}
    return {"type": "unsupported", "errors": [error], "unsupported": kind}, bubble


def _own(said: Utterance, thread: Thread) -> screen.Message:
    target = _target(said, thread)
    if target.side != "out":
        raise Impossible("messageId: a customer changes her own messages only")
    return target


def _edit(said: Utterance, thread: Thread, _: File | None, __: screen.Message) -> Parts:
    target = _own(said, thread)
    inner = {"type": "text", "text": {"body": said.text}}
    return {"type": "edit", "edit": {"original_message_id": target.id, "message": inner}}, None


def _revoke(said: Utterance, thread: Thread, _: File | None, __: screen.Message) -> Parts:
    target = _own(said, thread)
    return {"type": "revoke", "revoke": {"original_message_id": target.id}}, None


def _raw(said: Utterance, _: Thread, __: File | None, bubble: screen.Message) -> Parts:
    if not said.raw or "type" not in said.raw:
        raise Impossible("raw: give the message's part with its type")
    bubble.kind = "unsupported"
    return {}, bubble


_COMPOSE: Mapping[
    UtteranceKind, Callable[[Utterance, Thread, File | None, screen.Message], Parts]
] = {
    "text": _text,
    "button": _button,
    "list": _list,
    "image": _media,
    "video": _media,
    "audio": _media,
    "document": _media,
    "sticker": _media,
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "order": _order,
    "unsupported": _unsupported,
    "edit": _edit,
    "revoke": _revoke,
    "raw": _raw,
}
