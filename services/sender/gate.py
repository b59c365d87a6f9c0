"""May this outbound leave now? The last gate before a customer's phone.

Pure: the caller brings the contact document and the time. Asked at send time and nowhere earlier,
because minutes can pass after the turn: an agent takes over, the customer stops marketing, her
service window closes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from prosa.contracts.contact import Contact, window_open
from prosa.contracts.outbound import MarkRead, Message, Outbound, Template

DropReason = Literal[
    "owner_changed", "opted_out", "no_consent", "marketing_capped", "unreachable", "window_closed"
]

MARKETING_REST_MS = 24 * 3600 * 1000
"""Meta, "Per-user marketing template message limits": wait so long after 131049."""


@dataclass(frozen=True, slots=True)
class Pass:
    """Send `messages`; `outside_window` counts against the messaging limit."""

    messages: Sequence[Message]
    outside_window: bool = False
    instead: bool = False
    """Whether `messages` is the fallback in place of what was meant."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Send nothing more of it."""

    reason: DropReason


def judge(
    outbound: Outbound,
    remaining: Sequence[Message],
    contact: Contact | None,
    now_ms: int,
    *,
    consent_required: bool,
) -> Pass | Drop:
    """Judge what is left of an outbound: by owner, consent, reach and window, in that order.

    Somebody without a document has never written to us: her window is closed and she is free of any
    owner, but marketing needs her consent where consent is required.
    """
    if reason := _reason_to_drop(outbound, contact, now_ms, consent_required=consent_required):
        return Drop(reason)
    if contact is not None and window_open(contact, now_ms):
        return Pass(remaining)
    if all(isinstance(message, Template | MarkRead) for message in remaining):
        initiates = any(isinstance(message, Template) for message in remaining)
        return Pass(remaining, outside_window=initiates)
    if outbound.fallback is not None:
        return Pass((outbound.fallback,), outside_window=True, instead=True)
    return Drop("window_closed")


def _reason_to_drop(
    outbound: Outbound, contact: Contact | None, now_ms: int, *, consent_required: bool
) -> DropReason | None:
    marketing = outbound.category == "marketing"
    if contact is None:
        return "no_consent" if marketing and consent_required else None
    if outbound.author == "bot" and outbound.owner_revision < contact.owner_revision:
        return "owner_changed"
    if marketing and contact.marketing == "stopped":
        return "opted_out"
    if marketing and consent_required and contact.marketing != "granted":
        return "no_consent"
    if marketing and now_ms - contact.marketing_capped_at_ms < MARKETING_REST_MS:
        return "marketing_capped"
    if outbound.author == "campaign" and contact.unreachable:
        return "unreachable"
    return None
