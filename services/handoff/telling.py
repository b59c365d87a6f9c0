"""What a step has to tell the streams: facts for the mailbox, messages to send, `TicketChanged`.

Pure. Every telling has an id that the step gives it, so that one published twice is one.
"""

from collections.abc import Iterator

import msgspec

from prosa.contracts import subjects
from prosa.contracts.events import TicketChanged
from prosa.contracts.identity import BotToken
from prosa.contracts.inbound import Inbound
from prosa.contracts.outbound import Outbound
from services.handoff import tickets
from services.handoff.tickets import Step

LINES_AT_ONCE = 50
"""Lines in one event at most: 50 of WhatsApp's longest texts are a fifth of what NATS takes."""

_encode = msgspec.json.Encoder().encode


class Telling(msgspec.Struct, frozen=True):
    """One message for a stream."""

    subject: str
    message_id: str
    payload: bytes


def tellings(bot: BotToken, step: Step) -> Iterator[Telling]:
    """Give what a step tells, in order: first what it does, then that it was done."""
    for told in step.tells:
        if isinstance(told, Inbound):
            yield Telling(subjects.inbound(bot, told.contact), told.id, _encode(told))
        else:
            yield outbound(bot, told)
    ticket = step.ticket
    row = msgspec.to_builtins(tickets.conversation(ticket))
    lines = [msgspec.to_builtins(message) for message in step.entries]
    for start in range(0, max(1, len(lines)), LINES_AT_ONCE):
        event = TicketChanged(
            id=f"{ticket.id}:{ticket.revision}:{step.change}" + (f":{start}" if start else ""),
            contact=ticket.contact,
            at_ms=step.at_ms,
            ticket=ticket.id,
            revision=ticket.revision,
            change=step.change,
            status=ticket.status,
            team=ticket.team,
            agent=ticket.agent,
            by=step.by,
            opened_at_ms=ticket.opened_at_ms,
            rating=ticket.rating,
            late_for=step.late_for,
            conversation=row,
            entries=tuple(lines[start : start + LINES_AT_ONCE]),
        )
        yield Telling(subjects.event(bot, event.kind, event.contact), event.id, _encode(event))


def outbound(bot: BotToken, told: Outbound) -> Telling:
    """Give what goes to her phone."""
    subject = subjects.outbound(bot, told.priority, told.contact)
    return Telling(subject, told.id, _encode(told))


def as_repeat(payload: bytes) -> bytes:
    """Mark an outbound that may have been published before: the sender looks before it sends."""
    told = msgspec.json.decode(payload, type=Outbound)
    return _encode(msgspec.structs.replace(told, repeat=True))
