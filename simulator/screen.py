"""What a customer sees: the messages on her phone, as the phone page has them.

Structures only. `rendering` makes them from what a business sent, `composing` from what she writes.
"""

from typing import Literal

from msgspec import Struct

Side = Literal["in", "out"]  # seen from the phone: "out" is what the customer wrote
State = Literal["sent", "delivered", "read", "failed"]
Kind = Literal[
    "text",
    "image",
    "video",
    "audio",
    "document",
    "sticker",
    "location",
    "contacts",
    "buttons",
    "list",
    "cta",
    "template",
    "order",
    "location_request",
    "unsupported",
]
MEDIA: frozenset[Kind] = frozenset({"image", "video", "audio", "document", "sticker"})


class _Seen(Struct, rename="camel", omit_defaults=True, kw_only=True):
    """What all of them share: camelCase keys, and nothing that is not there."""


class Media(_Seen):
    """A file; `url` is relative to the phone page."""

    url: str
    mime_type: str
    filename: str | None = None
    voice: bool | None = None


class Header(_Seen):
    """A line or a picture above the text."""

    kind: Literal["text", "image", "video", "document"]
    text: str | None = None
    media: Media | None = None


class Button(_Seen):
    """A reply that one can tap."""

    id: str
    title: str


class Row(_Seen):
    """An item of a list."""

    id: str
    title: str
    description: str | None = None


class Section(_Seen):
    """A headed part of a list."""

    title: str
    rows: list[Row]


class Link(_Seen):
    """A button that opens an address."""

    title: str
    url: str


class Location(_Seen):
    """A place."""

    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None


class Card(_Seen):
    """A contact that was passed on."""

    name: str
    phone: str | None = None


class Reaction(_Seen):
    """An emoji under a message."""

    side: Side
    emoji: str


class Message(_Seen):
    """One bubble. `at` is in milliseconds since 1970."""

    id: str
    at: int
    side: Side
    kind: Kind
    text: str
    state: State
    error: str | None = None
    header: Header | None = None
    footer: str | None = None
    buttons: list[Button] | None = None
    button: str | None = None
    sections: list[Section] | None = None
    link: Link | None = None
    media: Media | None = None
    location: Location | None = None
    contacts: list[Card] | None = None
    quotes: str | None = None
    reactions: list[Reaction] | None = None

    def react(self, side: Side, emoji: str) -> None:
        """Put a reaction under the message, in the place of the same side's last; "" removes it."""
        others = [each for each in self.reactions or [] if each.side != side]
        if emoji:
            others.append(Reaction(side=side, emoji=emoji))
        self.reactions = others or None
