"""What the streams tell, as bubbles of a timeline and changes of them.

Pure. A record either adds a line or changes one (a tick, a reaction, an edit, a revoke). Changes
may come before the line that they are about, twice, and in any order: a tick counts by its rank,
the rest by its time.
"""

from typing import assert_never

import msgspec

from prosa.contracts import inbound, outbound
from prosa.contracts.events import EchoSeen, MessageSent, ReactionSeen, SendFailed, StatusReceived
from prosa.contracts.inbound import CustomerBody, Inbound
from prosa.contracts.outbound import read_tracker
from services.handoff.contract import Card, MediaShape, Message, Place, Sender, Tick

Telling = Inbound | MessageSent | SendFailed | StatusReceived | ReactionSeen | EchoSeen
"""Records that a timeline is made of."""

RANKS: dict[str, int] = {"": 0, "queued": 1, "sent": 2, "delivered": 3, "read": 4, "failed": 5}
"""Meta's webhooks are not in order and leave `delivered` out: the highest rank wins."""

_TICKS: dict[str, Tick] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
}
_LATE_MS = 60_000
"""A webhook that is older than this when it comes is shown at Meta's time, not at ours."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a timeline: what is shown, and what finds it.

    `wamid` is WhatsApp's id once it has one; `outbound` and `index` name what we sent; `file` is
    where its bytes are (`id:<media id>`, or a source of ours). `changed_at_ms` is the time of the
    newest reaction or edit that counted.
    """

    message: Message
    wamid: str = ""
    outbound: str = ""
    index: int = 0
    file: str = ""
    changed_at_ms: int = 0


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What becomes of a line that is found by `wamid`, or by `outbound` and `index`."""

    wamid: str = ""
    outbound: str = ""
    index: int = 0
    at_ms: int = 0
    tick: Tick | None = None
    reason: str = ""
    reaction: str | None = None
    text: str | None = None
    revoked: bool = False


def read(record: Telling) -> Entry | Change | None:
    """Say what a record does to the timeline; None for what is not shown."""
    match record:
        case Inbound(body=body):
            return _customers(record, body) if isinstance(body, CustomerBody) else None
        case MessageSent():
            return _sent(record)
        case SendFailed():
            return Change(
                outbound=record.outbound,
                index=record.index,
                at_ms=record.at_ms,
                tick="failed",
                reason=record.reason,
            )
        case StatusReceived():
            return _status(record)
        case ReactionSeen():
            return Change(wamid=record.message, at_ms=record.at_ms, reaction=record.emoji)
        case EchoSeen():
            shown = Message(
                id=record.id,
                at=record.at_ms,
                sender="agent",
                kind="text" if record.text else "unsupported",
                text=record.text,
                tick="sent",
            )
            return Entry(message=shown, wamid=record.message)
        case _:
            assert_never(record)


def is_about(told: Change, entry: Entry) -> bool:
    """Tell whether a change is of this line."""
    if told.wamid and told.wamid == entry.wamid:
        return True
    return bool(told.outbound) and (told.outbound, told.index) == (entry.outbound, entry.index)


def change(entry: Entry, told: Change) -> Entry:
    """Give the line after a change; the same line when the change is old news."""
    message, changed_at = entry.message, entry.changed_at_ms
    if told.tick and RANKS[told.tick] > RANKS[message.tick or ""]:
        reason = told.reason if told.tick == "failed" else ""
        message = msgspec.structs.replace(message, tick=told.tick, reason=reason)
    if told.revoked:
        message = msgspec.structs.replace(message, revoked=True, text="", media=None)
    if told.reaction is not None and told.at_ms >= changed_at:
        message, changed_at = msgspec.structs.replace(message, reaction=told.reaction), told.at_ms
    if told.text is not None and not message.revoked and told.at_ms >= changed_at:
        message = msgspec.structs.replace(message, text=told.text, edited=True)
        changed_at = told.at_ms
    if message is entry.message and changed_at == entry.changed_at_ms:
        return entry
    file = "" if message.revoked else entry.file
    return msgspec.structs.replace(entry, message=message, changed_at_ms=changed_at, file=file)


def merged(known: Entry, told: Entry) -> Entry:
    """Join the line that an agent's reply made at once with what the sender tells of it."""
    joined = msgspec.structs.replace(
        known, wamid=told.wamid or known.wamid, file=known.file or told.file
    )
    return change(joined, Change(tick=told.message.tick, at_ms=told.message.at))


def gist(message: Message) -> str:
    """Say a line in the few words that a list shows."""
    if message.text:
        return message.text
    if message.media is not None:
        return message.media.filename
    if message.options:
        return ", ".join(message.options)
    return ""


# --- hers -----------------------------------------------------------------------------------------


def _customers(told: Inbound, body: CustomerBody) -> Entry | Change | None:
    match body:
        case inbound.Reaction(message=wamid, emoji=emoji):
            return Change(wamid=wamid, at_ms=told.at_ms, reaction=emoji)
        case inbound.Edit(message=wamid, text=text):
            return Change(wamid=wamid, at_ms=told.at_ms, text=text)
        case inbound.Revoke(message=wamid):
            return Change(wamid=wamid, at_ms=told.at_ms, revoked=True)
        case _:
            return _her_line(told, body)


_Shown = (
    inbound.Text
    | inbound.Media
    | inbound.Location
    | inbound.ContactCards
    | inbound.Choice
    | inbound.FlowReply
    | inbound.Order
    | inbound.Unsupported
    | inbound.Unknown
)


def _her_line(told: Inbound, body: _Shown) -> Entry:
    base = Message(
        id=told.id,
        at=_shown_at(told),
        sender="customer",
        kind="text",
        text="",
        reply_to=told.reply_to or "",
    )
    file = ""
    match body:
        case inbound.Text(body=text):
            shown = _like(base, text=text)
        case inbound.Media():
            file = f"id:{body.id}"
            media = MediaShape(
                kind=body.kind, mime_type=body.mime_type, filename=body.filename, voice=body.voice
            )
            shown = _like(base, kind="media", text=body.caption, media=media)
        case inbound.Location():
            place = Place(
                latitude=body.latitude,
                longitude=body.longitude,
                name=body.name,
                address=body.address,
            )
            shown = _like(base, kind="location", text=body.name or body.address, location=place)
        case inbound.ContactCards(cards=cards):
            contacts = tuple(
                Card(name=c.name, phone=c.phones[0] if c.phones else "") for c in cards
            )
            names = ", ".join(card.name for card in cards)
            shown = _like(base, kind="contacts", text=names, contacts=contacts)
        case inbound.Choice():
            shown = _like(base, kind="choice", text=body.title or body.id)
        case inbound.FlowReply():
            shown = _like(base, kind="form", text=body.name)
        case inbound.Order(items=items):
            lines = tuple(f"{item.quantity:g} × {item.product}" for item in items)
            shown = _like(base, kind="order", text=body.text, options=lines)
        case inbound.Unsupported(kind=kind) | inbound.Unknown(kind=kind):
            shown = _like(base, kind="unsupported", text=kind)
        case _:
            assert_never(body)
    return Entry(message=shown, wamid=told.id, file=file)


def _shown_at(told: Inbound) -> int:
    """Give a message's place in time.

    Meta's time has whole seconds, so that her answer could stand before the question; ours is finer
    unless the webhook came late.
    """
    late = told.received_at_ms - told.at_ms > _LATE_MS
    return told.at_ms if late or not told.received_at_ms else told.received_at_ms


# --- ours -----------------------------------------------------------------------------------------


def _sent(told: MessageSent) -> Entry | None:
    content = told.content
    if content is None or isinstance(content, outbound.MarkRead):
        return None
    if isinstance(content, outbound.Reaction):
        return None  # ours; it changes nothing that a person here must know
    shown, file = bubble(
        content, id=told.wamid, at_ms=told.at_ms, sender=_sender(told.author), tick="sent"
    )
    return Entry(
        message=shown, wamid=told.wamid, outbound=told.outbound, index=told.index, file=file
    )


def _sender(author: str) -> Sender:
    if author == "agent":
        return "agent"
    return "campaign" if author == "campaign" else "bot"


_Content = (
    outbound.Text
    | outbound.Media
    | outbound.Buttons
    | outbound.List
    | outbound.Link
    | outbound.Location
    | outbound.LocationRequest
    | outbound.ContactRequest
    | outbound.ContactCards
    | outbound.Template
)


def bubble(
    content: _Content,
    *,
    id: str,  # noqa: A002 - the message's own word
    at_ms: int,
    sender: Sender,
    tick: Tick,
    author: str = "",
) -> tuple[Message, str]:
    """Show one of our messages; gives also where its file is, "" without one."""
    base = Message(
        id=id,
        at=at_ms,
        sender=sender,
        kind="text",
        text="",
        tick=tick,
        author=author,
        reply_to=content.reply_to or "",
    )
    match content:
        case outbound.Text(body=body):
            return _like(base, text=body), ""
        case outbound.Media():
            media = MediaShape(
                kind=content.kind, mime_type="", filename=content.filename, voice=content.voice
            )
            return _like(base, kind="media", text=content.caption, media=media), content.source
        case outbound.Buttons():
            titles = tuple(button.title for button in content.buttons)
            return _with_header(
                _like(base, kind="buttons", text=content.body, options=titles), content.header
            )
        case outbound.List(sections=sections):
            titles = tuple(row.title for section in sections for row in section.rows)
            return _with_header(
                _like(base, kind="list", text=content.body, options=titles), content.header
            )
        case outbound.Link():
            link = _like(
                base, kind="link", text=content.body, options=(content.title,), url=content.url
            )
            return _with_header(link, content.header)
        case outbound.Location():
            place = Place(
                latitude=content.latitude,
                longitude=content.longitude,
                name=content.name,
                address=content.address,
            )
            return _like(base, kind="location", text=content.name, location=place), ""
        case outbound.LocationRequest(body=body) | outbound.ContactRequest(body=body):
            return _like(base, text=body), ""
        case outbound.ContactCards(cards=cards):
            contacts = tuple(Card(name=card.name, phone=card.phone) for card in cards)
            names = ", ".join(card.name for card in cards)
            return _like(base, kind="contacts", text=names, contacts=contacts), ""
        case outbound.Template():
            words = ", ".join((*content.body, *content.named.values()))
            text = f"{content.name}: {words}" if words else content.name
            return _with_header(_like(base, kind="template", text=text), content.header)
        case _:
            assert_never(content)


def _with_header(message: Message, header: outbound.Header | None) -> tuple[Message, str]:
    """Show a file above an interactive message, or the words above it."""
    if header is None:
        return message, ""
    if header.media is not None:
        media = MediaShape(kind=header.media.kind, mime_type="", filename=header.media.filename)
        return _like(message, media=media), header.media.source
    return _like(message, text=f"{header.text}\n{message.text}"), ""


def _status(told: StatusReceived) -> Change | None:
    tick = _TICKS.get(told.status)
    if tick is None:
        return None
    tracked = read_tracker(told.tracker)
    reason = f"meta_{told.errors[0].code}" if told.errors else ""
    return Change(
        wamid=told.wamid,
        outbound=tracked[0] if tracked else "",
        index=tracked[1] if tracked else 0,
        at_ms=told.at_ms,
        tick=tick,
        reason=reason,
    )


def _like(message: Message, **changes: object) -> Message:
    return msgspec.structs.replace(message, **changes)
