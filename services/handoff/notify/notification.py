"""What is told to whom: a handoff as people need it, and one notification of it.

Nothing here knows how a channel works; the channels know nothing of tables.
"""

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable
from typing import Literal, Protocol, get_args

import msgspec

from prosa.contracts.events import HandoffRequested
from prosa.contracts.identity import BotToken
from prosa.contracts.outbound import OutboundId

ChannelName = Literal["email", "whatsapp", "webhook", "chatwoot"]
CHANNELS: tuple[ChannelName, ...] = get_args(ChannelName)

_ID_BYTES = 15
_OUTBOUND = re.compile(r"(notify-[a-z2-7]+)(?:-([0-9]{1,6}))?")


class Line(msgspec.Struct, frozen=True):
    """One of her last messages, as text."""

    at_ms: int
    text: str


class Handoff(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A conversation that was put into the queue, told to people.

    `name` and `phone` (digits) are hers; a contact known by her user id alone has no phone.
    `messages` are her last ones, oldest first. `in_hours` says whether the team is at work;
    otherwise `opens_at_ms` is when it will be (0: not soon).
    """

    bot: BotToken
    ticket: str
    request: HandoffRequested
    name: str = ""
    phone: str = ""
    messages: tuple[Line, ...] = ()
    in_hours: bool = True
    opens_at_ms: int = 0


class Planned(msgspec.Struct, frozen=True):
    """A row to be: one ticket told to one target."""

    id: str
    channel: ChannelName
    target: str
    team: str
    handoff: Handoff


class Notification(msgspec.Struct, frozen=True):
    """One delivery that is due. `repeat`: an earlier attempt may have come through.

    `id` is the same for all attempts: channels derive from it what makes a repeat recognisable.
    `replays` counts how often a person brought it back after it had been given up.
    """

    id: str
    channel: ChannelName
    target: str
    team: str
    handoff: Handoff
    repeat: bool = False
    replays: int = 0


Mark = Callable[[], Awaitable[None]]
"""Called before the instant in which a death leaves it open whether the notification went out.

Writes that down, or raises LeaseLost when another worker has the row by now.
"""


class Channel(Protocol):
    """A way to reach people."""

    async def deliver(self, notification: Notification, mark: Mark) -> None:
        """Deliver, or raise RetryLater (not now), Reject (never so), Unanswered (perhaps)."""
        ...


class Unanswered(Exception):
    """The notification was handed over and no answer came: it may have been delivered."""


class LeaseLost(Exception):
    """Another worker has taken the row over."""


def outbound_id(notification: str, replays: int) -> OutboundId:
    """Name the WhatsApp message of a notification; a replay is another, or it would be a repeat."""
    return OutboundId(f"{notification}-{replays}" if replays else notification)


def read_outbound_id(outbound: str) -> tuple[str, int] | None:
    """Undo `outbound_id`; None for another's."""
    found = _OUTBOUND.fullmatch(outbound)
    return (found[1], int(found[2] or 0)) if found else None


def notification_id(bot: BotToken, ticket: str, channel: ChannelName, target: str) -> str:
    """Name one ticket, channel and target: letters and digits, the same each time."""
    named = f"{bot}\0{ticket}\0{channel}\0{target}".encode()
    digest = hashlib.blake2b(named, digest_size=_ID_BYTES).digest()
    return "notify-" + base64.b32encode(digest).decode().lower()
