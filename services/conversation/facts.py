"""What facts change in the contact document: claims, echoes, preferences, refusals.

Pure. The customer's own messages are `turns`' matter.
"""

from typing import Literal, assert_never

import msgspec

from prosa.contracts import inbound
from prosa.contracts.contact import Contact
from prosa.contracts.events import Event, PreferenceChanged
from prosa.contracts.identity import Address
from prosa.contracts.inbound import FactBody, Inbound
from services.conversation import ownership

Change = tuple[Contact, tuple[Event, ...]]


def apply(contact: Contact, fact: Inbound, body: FactBody, at_ms: int) -> Change:
    """Give the document after one fact of `at_ms`, and the events that tell of it."""
    match body:
        case inbound.Echo():
            return ownership.echo(contact, at_ms)
        case inbound.Standby() | inbound.Handover(to_us=False):
            return ownership.stand_by(contact, at_ms)
        case inbound.Handover():
            return ownership.take_back(contact, at_ms)
        case inbound.Claim(agent=agent):
            return ownership.claim(contact, agent, at_ms)
        case inbound.Requeue(agent=agent, team=team):
            return ownership.requeue(contact, agent, team, at_ms)
        case inbound.Return(agent=agent):
            return ownership.change(contact, "bot", by=agent, now_ms=at_ms)
        case inbound.Preference(value=value):
            return _with_marketing(contact, value), ()  # ingress has told it already
        case inbound.IdentityChanged(address=address):
            return _moved(contact, address), ()
        case inbound.SendRefused():
            return _refused(contact, fact, body)
        case _:
            assert_never(body)


def set_marketing(
    contact: Contact,
    value: Literal["stop", "resume"],
    cause: Inbound,
    *,
    source: Literal["words", "send"],
) -> Change:
    """Note that she stopped, or agreed to, marketing; tell it."""
    event = PreferenceChanged(
        id=f"{contact.key}:preference:{cause.id}",
        contact=contact.key,
        at_ms=cause.at_ms,
        value=value,
        source=source,
    )
    return _with_marketing(contact, value), (event,)


def _with_marketing(contact: Contact, value: Literal["stop", "resume"]) -> Contact:
    marketing: Literal["stopped", "granted"] = "stopped" if value == "stop" else "granted"
    return msgspec.structs.replace(contact, marketing=marketing)


def _moved(contact: Contact, address: Address) -> Contact:
    """Follow her to a new number or user id; what the new one leaves open is kept."""
    merged = Address(
        phone=address.phone or contact.address.phone,
        user_id=address.user_id or contact.address.user_id,
    )
    return msgspec.structs.replace(contact, address=merged, unreachable="")


def _refused(contact: Contact, fact: Inbound, body: inbound.SendRefused) -> Change:
    match body.effect:
        case "window_closed":
            return msgspec.structs.replace(contact, window_closed=True), ()
        case "unreachable":
            return msgspec.structs.replace(contact, unreachable=f"meta_{body.code}"), ()
        case "marketing_stopped":
            return set_marketing(contact, "stop", fact, source="send")
        case "marketing_capped":
            return msgspec.structs.replace(contact, marketing_capped_at_ms=fact.at_ms), ()
        case _:
            assert_never(body.effect)
