"""Builders of the sender's unit tests."""

from typing import Any

from prosa.contracts.contact import Contact
from prosa.contracts.identity import Address, ContactKey
from prosa.contracts.outbound import Message, Outbound, OutboundId, Text

NOON = 1_794_571_200_000
HOUR = 3_600_000
ANA = ContactKey("p5519999990001")


def an_outbound(*messages: Message, **details: Any) -> Outbound:
    """Build a bot's outbound to Ana."""
    return Outbound(
        **{
            "id": OutboundId("o-1"),
            "contact": ANA,
            "address": Address(phone="5519999990001"),
            "phone_number_id": "106540352242922",
            "messages": messages or (Text(body="oi"),),
            "author": "bot",
            "owner_revision": 3,
            "created_at_ms": NOON,
            **details,
        }
    )


def a_contact(**details: Any) -> Contact:
    """Build Ana's document; she wrote an hour ago."""
    return Contact(
        **{"key": ANA, "owner_revision": 3, "last_inbound_at_ms": NOON - HOUR, **details}
    )
