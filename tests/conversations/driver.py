"""What plays a customer: writes, taps, sends files, and sees what she would see.

A script is played against any `Driver`: within this process, or over HTTP through the simulator.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

import msgspec

Kind = Literal[
    "image",
    "video",
    "audio",
    "document",
    "sticker",
    "location",
    "contacts",
    "reaction",
    "unsupported",
]
Act = Literal["claim", "write", "return"]
"""What people of the business do: take the conversation, write to her, give it back to the bot."""


class Option(msgspec.Struct, frozen=True):
    """A button or row that she can tap; a template's quick reply carries its words as its id."""

    source: Literal["button", "list", "template"]
    id: str
    title: str
    description: str = ""


class Bubble(msgspec.Struct, frozen=True):
    """One message of the bot as it stands on her screen; `kind` as Meta names message types."""

    kind: str
    text: str = ""
    options: tuple[Option, ...] = ()


class State(msgspec.Struct, frozen=True):
    """What the contact document says after a turn."""

    owner: str
    team: str
    marketing: str
    tags: tuple[str, ...]
    slots: dict[str, Any]


class Driver(Protocol):
    """One customer in conversation with one bot; each act gives the bubbles that answer it."""

    async def say(self, texts: Sequence[str]) -> list[Bubble]:
        """Write messages in one burst."""
        ...

    async def tap(self, option: Option) -> list[Bubble]:
        """Tap an option that some bubble showed, however old."""
        ...

    async def send(self, kind: Kind, caption: str = "") -> list[Bubble]:
        """Send something that is no text."""
        ...

    async def people(self, act: Act) -> list[Bubble]:
        """Let a person of the business act."""
        ...

    async def wait_until(self, moment: datetime) -> None:
        """Let time pass; `moment` is local to the bot."""
        ...

    async def state(self) -> State:
        """Tell what is known of her now."""
        ...
