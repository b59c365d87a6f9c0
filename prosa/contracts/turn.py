"""What a mailbox hands to a decision and gets back. Never stored, never sent."""

import msgspec

from prosa.contracts.contact import Contact
from prosa.contracts.dead_letter import DeadLetter
from prosa.contracts.events import Event
from prosa.contracts.inbound import Inbound
from prosa.contracts.outbound import Outbound

OutboxItem = Outbound | Event | DeadLetter


class Received(msgspec.Struct, frozen=True):
    """One inbound and its place in the stream; `at_ms` is when the stream stored it."""

    inbound: Inbound
    sequence: int
    at_ms: int


class Turn(msgspec.Struct, frozen=True):
    """What was decided.

    The contact's cursor and outbox are the mailbox's to set, and it adds the turn's ids to the
    recent ones.
    """

    contact: Contact
    outbox: tuple[OutboxItem, ...] = ()
