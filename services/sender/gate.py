"""May this outbound leave now? The last gate before a customer's phone.

Pure: the caller brings the contact document and the time. Asked at send time and nowhere earlier,
because minutes can pass after the turn: an agent takes over, the customer stops marketing, her
service window closes. A campaign's message is asked most: between its planning and its leaving lie
hours, and other campaigns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from prosa.campaigns import rules as campaign_rules
from prosa.campaigns import send_window
from prosa.campaigns.rules import Bar, Rules
from prosa.contracts.campaigns import Contacted, Reached
from prosa.contracts.contact import Contact, window_open
from prosa.contracts.outbound import MarkRead, Message, Outbound, OutboundId, Template

DropReason = (
    Bar
    | Literal[
        "expired", "owner_changed", "paused", "unknown_contact", "window_closed", "wrote_since"
    ]
)


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of campaigns when one of their messages is judged.

    `contacted` is the contact's document, at `revision` (0: none yet); `zone` is her time zone.
    """

    contacted: Contacted
    revision: int
    paused: bool
    zone: ZoneInfo

    def of(self, outbound: OutboundId) -> Reached | None:
        """Find what stands there of an outbound itself."""
        return next((each for each in self.contacted.messages if each.outbound == outbound), None)


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


@dataclass(frozen=True, slots=True)
class Wait:
    """Not at this hour of her day: ask again then."""

    after_ms: int


def judge(
    outbound: Outbound,
    remaining: Sequence[Message],
    contact: Contact | None,
    now_ms: int,
    *,
    rules: Rules,
    record: Record | None = None,
) -> Pass | Drop | Wait:
    """Judge what is left of an outbound: by owner, consent, reach and window, in that order.

    `record` belongs to a campaign's outbound. Somebody without a document has never written to us,
    or is forgotten: her window is closed and she is free of any owner, but marketing needs her
    consent where consent is required, and campaigns leave her alone.
    """
    if outbound.expires_at_ms and now_ms >= outbound.expires_at_ms:
        return Drop("expired")
    if record is not None:
        held = _hold_campaign(outbound, contact, now_ms, rules, record)
    else:
        held = _hold(outbound, contact, now_ms, rules)
    if held is not None:
        return held
    if contact is not None and window_open(contact, now_ms):
        return Pass(remaining)
    if all(isinstance(message, Template | MarkRead) for message in remaining):
        initiates = any(isinstance(message, Template) for message in remaining)
        return Pass(remaining, outside_window=initiates)
    if outbound.fallback is not None:
        return Pass((outbound.fallback,), outside_window=True, instead=True)
    return Drop("window_closed")


def _hold(outbound: Outbound, contact: Contact | None, now_ms: int, rules: Rules) -> Drop | None:
    marketing = outbound.category == "marketing"
    if contact is None:
        return Drop("no_consent") if marketing and rules.consent_required else None
    if outbound.author == "bot" and outbound.owner_revision < contact.owner_revision:
        return Drop("owner_changed")
    if marketing:
        reason = campaign_rules.consent_bar(campaign_rules.person(contact), rules, now_ms)
        return Drop(reason) if reason else None
    return None


def _hold_campaign(
    outbound: Outbound, contact: Contact | None, now_ms: int, rules: Rules, record: Record
) -> Drop | Wait | None:
    if contact is None:
        return Drop("unknown_contact")
    person = campaign_rules.person(contact)
    marketing = outbound.category == "marketing"
    if reason := campaign_rules.bar(person, rules, now_ms, marketing=marketing):
        return Drop(reason)
    if record.paused:
        return Drop("paused")
    if contact.last_inbound_at_ms > _heard_until_ms(outbound):
        return Drop("wrote_since")
    if reason := _repeats(outbound, now_ms, rules, record):
        return Drop(reason)
    wait_ms = send_window.moment(rules.window, record.zone, now_ms).wait_ms
    if wait_ms:
        left_ms = outbound.expires_at_ms - now_ms if outbound.expires_at_ms else wait_ms
        return Wait(min(wait_ms, left_ms))
    return None


def _heard_until_ms(outbound: Outbound) -> int:
    """Give her last message that the plan knew of: it reads a copy, which may be hours behind."""
    known = outbound.heard_until_ms
    return outbound.created_at_ms if known is None else known


def _repeats(outbound: Outbound, now_ms: int, rules: Rules, record: Record) -> Bar | None:
    """Say whether she got this already, or enough of others; an outbound never bars itself."""
    if record.of(outbound.id) is not None:
        return None
    others = record.contacted.messages
    occasion = (outbound.campaign, outbound.occasion)
    if any((each.campaign, each.occasion) == occasion for each in others):
        return "already_sent"
    if campaign_rules.too_often((each.at_ms for each in others), rules, now_ms):
        return "contacted_recently"
    return None
