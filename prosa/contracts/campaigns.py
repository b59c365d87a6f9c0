"""What the sender keeps about campaigns: who got which message, how many left, what is paused.

KV `prosa_<b>_campaigns`. A contact's document has her key; the other keys hold a dot, which no
contact key does.
"""

import base64
import hashlib

import msgspec

from prosa.contracts.identity import ContactKey
from prosa.contracts.outbound import OutboundId


class Reached(msgspec.Struct, frozen=True, omit_defaults=True):
    """A campaign message that left, or is about to.

    `sequence` is the message on OUT that it left by: an outbound that was queued twice may lie
    there twice, and only one of both may send it.
    """

    campaign: str
    occasion: str
    outbound: OutboundId
    at_ms: int
    sequence: int = 0


class Contacted(msgspec.Struct, frozen=True, omit_defaults=True):
    """A contact's campaign messages, oldest first. Written before the first of them is posted."""

    messages: tuple[Reached, ...] = ()
    v: int = 1


class Tally(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many messages of a campaign were allowed to leave, by hour since 1970."""

    hours: dict[str, int] = {}
    v: int = 1


class Pause(msgspec.Struct, frozen=True, omit_defaults=True):
    """A campaign that is not to send.

    `by` is a person or `sender`; `reason` a word such as `meta_132001`, or what the person gave.
    """

    at_ms: int
    by: str
    reason: str = ""
    v: int = 1


def tally_key(campaign: str) -> str:
    """Key of a campaign's `Tally`."""
    return f"count.{campaign}"


def pause_key(campaign: str) -> str:
    """Key of a campaign's `Pause`; it is there while the campaign is paused."""
    return f"paused.{campaign}"


_MARK = "-campaign-"
_DIGEST_BYTES = 9


def outbound_id(contact: ContactKey, campaign: str, occasion: str, attempt: int) -> OutboundId:
    """Name a campaign's outbound by its cause, so that one queued twice is one.

    `attempt` counts the times that the occasion was used in vain: the message was dropped unsent.
    """
    cause = f"{campaign}\0{occasion}".encode()
    hashed = hashlib.blake2b(cause, digest_size=_DIGEST_BYTES).digest()
    name = base64.urlsafe_b64encode(hashed).decode()
    return OutboundId(f"{contact}{_MARK}{name}-{attempt}")


def is_campaigns(outbound: OutboundId) -> bool:
    """Tell whether an outbound is a campaign's, by its id."""
    return _MARK in outbound
