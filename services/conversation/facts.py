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


def apply(contact: Contact, fact: Inbound, body: FactBody, now_ms: int) -> Change:
    """Give the document after one fact, and the events that tell of it."""
    match body:
        case inbound.Echo() | inbound.Standby(from_business=True):
            return _people_spoke(contact, body, now_ms)
        case inbound.Standby():
            return ownership.change(contact, "standby", by="meta", now_ms=now_ms)
        case inbound.Handover(to_us=to_us):
            owner: Literal["bot", "standby"] = "bot" if to_us else "standby"
            return ownership.change(contact, owner, by="meta", now_ms=now_ms)
        case inbound.Claim(agent=agent):
            return ownership.change(contact, "human", by=agent, now_ms=now_ms, agent=agent)
        case inbound.Return(agent=agent):
            return ownership.change(contact, "bot", by=agent, now_ms=now_ms)
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


def _people_spoke(contact: Contact, body: inbound.Echo | inbound.Standby, now_ms: int) -> Change:
    """Take it as a person's word: the business wrote from its phone, or another app answered."""
    if isinstance(body, inbound.Standby):
        return ownership.change(contact, "standby", by="meta", now_ms=now_ms)
    if contact.owner == "human":
        return msgspec.structs.replace(contact, human_spoke_at_ms=now_ms), ()
    return ownership.change(contact, "human", by="echo", now_ms=now_ms, agent=contact.agent)


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
