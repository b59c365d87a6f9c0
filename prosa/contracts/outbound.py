"""What leaves: WhatsApp messages, and the outbound that carries a turn's list of them.

Field limits are Meta's (OpenAPI v23.0, "Service messages"); the sender leaves their judgement to
Meta, the dialogue compiler checks them before a customer can meet them.
"""

from typing import Literal, NewType

import msgspec

from prosa.contracts.identity import Address, ContactKey

OutboundId = NewType("OutboundId", str)
"""`<c>-<sequence of the turn's last inbound>-<n>` for a bot's turn; others derive their own."""

Author = Literal["bot", "agent", "campaign", "platform"]
Priority = Literal["high", "default", "low"]
Category = Literal["service", "utility", "marketing", "authentication"]


class _Message(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", kw_only=True):
    reply_to: str | None = None
    """wamid that the bubble quotes."""


class Text(_Message, frozen=True, tag="text"):
    """Words, at most 4,096 characters."""

    body: str
    preview_url: bool = False


class Media(_Message, frozen=True, tag="media"):
    """A file: `source` is an https address, a path below the bot's assets, or `id:<media id>`."""

    kind: Literal["image", "video", "document", "audio", "sticker"]
    source: str
    caption: str = ""
    filename: str = ""
    voice: bool = False


class Button(msgspec.Struct, frozen=True):
    """A reply button or a quick reply: title at most 20 characters, id at most 256."""

    id: str
    title: str


class Header(msgspec.Struct, frozen=True, omit_defaults=True):
    """Above an interactive message: 60 characters of text, or a file."""

    text: str = ""
    media: Media | None = None


class Buttons(_Message, frozen=True, tag="buttons"):
    """One to three reply buttons under a body of at most 1,024 characters."""

    body: str
    buttons: tuple[Button, ...]
    header: Header | None = None
    footer: str = ""


class Row(msgspec.Struct, frozen=True, omit_defaults=True):
    """A row of a list: title 24 characters, description 72, id 200."""

    id: str
    title: str
    description: str = ""


class Section(msgspec.Struct, frozen=True, omit_defaults=True):
    """Rows under a title of at most 24 characters, needed when there is more than one section."""

    rows: tuple[Row, ...]
    title: str = ""


class List(_Message, frozen=True, tag="list"):
    """A button that opens a list of at most ten rows in all."""

    body: str
    button: str
    sections: tuple[Section, ...]
    header: Header | None = None
    footer: str = ""


class Link(_Message, frozen=True, tag="link"):
    """A button that opens an address (Meta: `cta_url`)."""

    body: str
    title: str
    url: str
    header: Header | None = None
    footer: str = ""


class Location(_Message, frozen=True, tag="location"):
    """A pin, in degrees."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class LocationRequest(_Message, frozen=True, tag="location_request"):
    """A button that asks for her location."""

    body: str


class ContactRequest(_Message, frozen=True, tag="contact_request"):
    """A button that asks for the number behind a username (Meta: `contact_request`)."""

    body: str


class ContactCard(msgspec.Struct, frozen=True, omit_defaults=True):
    """One contact to share; `phone` with its plus."""

    name: str
    phone: str
    organisation: str = ""


class ContactCards(_Message, frozen=True, tag="contacts"):
    """Contacts to share."""

    cards: tuple[ContactCard, ...]


class Reaction(_Message, frozen=True, tag="reaction"):
    """An emoji on a message of hers; empty takes it back."""

    message: str
    emoji: str


class TemplateButton(msgspec.Struct, frozen=True, omit_defaults=True):
    """The variable part of a template's button at `index` (0 to 9)."""

    index: int
    kind: Literal["quick_reply", "url", "copy_code", "flow"]
    value: str


class Template(_Message, frozen=True, tag="template"):
    """An approved message. `body` holds positional parameters, `named` named ones: never both."""

    name: str
    language: str
    body: tuple[str, ...] = ()
    named: dict[str, str] = {}
    header: Header | None = None
    buttons: tuple[TemplateButton, ...] = ()


class MarkRead(_Message, frozen=True, tag="mark_read"):
    """Blue ticks on her message (and all before), with the typing indicator when `typing`.

    A courtesy: sent at most once, never retried, dropped when older than a few seconds.
    """

    message: str
    typing: bool = False


Message = (
    Text
    | Media
    | Buttons
    | List
    | Link
    | Location
    | LocationRequest
    | ContactRequest
    | ContactCards
    | Reaction
    | Template
    | MarkRead
)


class Outbound(
    msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag_field="type", tag="outbound"
):
    """One turn's messages to one contact, sent in order.

    `owner_revision` is the contact's when this was computed: a bot's outbound under an old one is
    dropped. `repeat` marks one that is published again after a crash: the sender looks into its own
    records before it sends. `fallback` goes out instead when the service window is closed. `agent`
    is the person who wrote it, when the author is `agent`. `campaign`, `occasion` and `time_zone`
    (IANA, hers; empty: the bot's) belong to a campaign's: one is sent a contact, campaign and
    occasion, and none if she has written after `heard_until_ms`, the last message of hers that its
    plan knew of (0: none). After `expires_at_ms` it is dropped; 0: never.
    """

    id: OutboundId
    contact: ContactKey
    address: Address
    phone_number_id: str
    messages: tuple[Message, ...]
    author: Author
    owner_revision: int
    created_at_ms: int
    priority: Priority = "default"
    category: Category = "service"
    fallback: Template | None = None
    agent: str = ""
    campaign: str = ""
    occasion: str = ""
    time_zone: str = ""
    heard_until_ms: int | None = None
    expires_at_ms: int = 0
    repeat: bool = False
    replay: int = 0
    v: int = 1


def tracker(outbound: OutboundId, index: int) -> str:
    """Name one message of an outbound in `biz_opaque_callback_data`, so that a status finds it.

    Meta keeps at most 512 characters; ours stay under 200.
    """
    return f"{outbound}/{index}"


def read_tracker(text: str) -> tuple[OutboundId, int] | None:
    """Undo `tracker`; None for a text that it did not make."""
    outbound, slash, index = text.rpartition("/")
    if not slash or not outbound or not index.isdecimal():
        return None
    return OutboundId(outbound), int(index)
