"""The shapes of the inbox' API, as `web/contract.ts` tells them to the pages.

They are also what an entry of a timeline is stored as, and what `TicketChanged` carries, so that
one shape serves the database, the stream and the browser. Times are UTC milliseconds. A test holds
this module and the TypeScript together.
"""

from typing import Any, Literal

import msgspec

ShownOwner = Literal["queue", "human", "bot", "standby", "closed"]
View = Literal["queue", "mine", "open", "bot", "closed", "all"]
VIEWS: tuple[View, ...] = ("queue", "mine", "open", "bot", "closed", "all")
Tick = Literal["queued", "sent", "delivered", "read", "failed"]
Sender = Literal["customer", "bot", "agent", "campaign", "note", "event"]
Kind = Literal[
    "text",
    "media",
    "location",
    "contacts",
    "choice",
    "buttons",
    "list",
    "link",
    "template",
    "order",
    "form",
    "unsupported",
    "event",
]
LateFor = Literal["first_reply", "resolution"]


class _Shape(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    pass


class _Sparse(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Optional members are left out, as the TypeScript has them."""


class PersonShape(_Shape, frozen=True):
    """Somebody who works here."""

    id: str
    name: str


class ContactShape(_Shape, frozen=True):
    """The customer; `phone` has its plus, or is empty when Meta hides it."""

    id: str
    name: str
    phone: str


class Agent(_Shape, frozen=True):
    """Somebody who may be handed a ticket; `load` counts her open tickets."""

    id: str
    name: str
    available: bool
    teams: tuple[str, ...]
    load: int


class Conversation(_Shape, frozen=True):
    """One row of the inbox."""

    id: str
    revision: int
    contact: ContactShape
    owner: ShownOwner
    assignee: PersonShape | None
    team: str
    tags: tuple[str, ...]
    unread: int
    last_text: str
    last_from: Literal["customer", "bot", "agent", "campaign"]
    last_at: int
    window_ends_at: int
    waiting_since: int | None
    first_reply_due_at: int | None
    resolution_due_at: int | None
    first_reply_at: int | None
    late: tuple[LateFor, ...]
    reason: str
    summary: str
    slots: dict[str, Any]
    opened_at: int
    rating: int | None


class MediaShape(_Sparse, frozen=True):
    """A file in a bubble; its bytes are at `media/<message id>`."""

    kind: Literal["image", "video", "audio", "document", "sticker"]
    mime_type: str
    filename: str
    voice: bool = False


class Place(_Sparse, frozen=True):
    """A pin, in degrees."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class Card(_Sparse, frozen=True):
    """A shared contact."""

    name: str
    phone: str = ""


class Message(_Sparse, frozen=True):
    """One bubble, note or event of a timeline."""

    id: str
    at: int
    sender: Sender = msgspec.field(name="from")
    kind: Kind
    text: str
    tick: Tick | None = None
    reason: str = ""
    author: str = ""
    event: str = ""
    to: str = ""
    reply_to: str = ""
    options: tuple[str, ...] = ()
    media: MediaShape | None = None
    location: Place | None = None
    contacts: tuple[Card, ...] = ()
    url: str = ""
    reaction: str = ""
    edited: bool = False
    revoked: bool = False


class History(_Shape, frozen=True):
    """An earlier ticket of the same customer."""

    id: str
    opened_at: int
    closed_at: int | None
    summary: str


class Page(_Shape, frozen=True):
    """A stretch of the list; `after` is the stream sequence up to which it is true."""

    items: tuple[Conversation, ...]
    total: int
    next: str | None
    counts: dict[View, int]
    after: int


class Messages(_Shape, frozen=True):
    """A stretch of a timeline, oldest first."""

    messages: tuple[Message, ...]
    more: bool


class Opened(_Shape, frozen=True):
    """A conversation as it is opened."""

    conversation: Conversation
    messages: tuple[Message, ...]
    more: bool
    history: tuple[History, ...]
    after: int


class TemplateShape(_Shape, frozen=True):
    """An approved template; `parameters` counts those of its body."""

    name: str
    language: str
    category: str
    header: str
    body: str
    footer: str
    buttons: tuple[str, ...]
    parameters: int


class CannedReplyShape(_Shape, frozen=True):
    """A text that agents send often."""

    name: str
    text: str


class AuditEntry(_Shape, frozen=True):
    """Who did what, when."""

    id: str
    at: int
    who: str
    action: str
    conversation: str | None
    detail: dict[str, Any]


class AuditPage(_Shape, frozen=True):
    """A stretch of the audit, newest first."""

    items: tuple[AuditEntry, ...]
    next: str | None


# --- what a page sends ----------------------------------------------------------------------------


class _Body(msgspec.Struct, frozen=True, kw_only=True, rename="camel", tag_field="kind"):
    id: str


class TextReply(_Body, frozen=True, tag="text"):
    """Words."""

    text: str
    reply_to: str = ""


class TemplateReply(_Body, frozen=True, tag="template"):
    """An approved template, with its body's parameters in order."""

    name: str
    language: str
    parameters: tuple[str, ...] = ()


class MediaReply(_Body, frozen=True, tag="media"):
    """A file that was uploaded before."""

    upload: str
    caption: str = ""


Reply = TextReply | TemplateReply | MediaReply


class Note(_Shape, frozen=True):
    """A word among colleagues."""

    id: str
    text: str


class Transfer(_Shape, frozen=True):
    """`to` is an agent's id or `team:<name>`."""

    to: str
    note: str = ""


class Close(_Shape, frozen=True):
    """`ask`: the satisfaction question goes out."""

    ask: bool = False


class Tags(_Shape, frozen=True):
    """All labels of a ticket."""

    tags: tuple[str, ...]


class Availability(_Shape, frozen=True):
    """Whether new tickets are given to me."""

    available: bool


class Boot(Page, frozen=True):
    """The first data of the page."""

    view: View
    bot: dict[str, str]
    bots: tuple[dict[str, str], ...]
    agents: tuple[Agent, ...]
    teams: tuple[str, ...]
    available: bool
    asks: bool
