"""Reads what others said to a customer, and what Meta tells of the two of us. Pure.

Echoes, standby, handovers and preferences: facts for her mailbox, ordered against her own messages.
"""

from collections.abc import Iterator
from typing import Literal

from prosa.contracts import events, inbound
from prosa.contracts.identity import contact_key
from services.ingress import bodies, meta, people
from services.ingress.meta import Raw, said
from services.ingress.people import NOBODY, Person
from services.ingress.updates import Origin, Read, Update, named, to_mailbox, unknown


def read_echo(item: Raw, origin: Origin) -> Iterator[Update]:
    """Read what the business wrote from its own phone (Meta, smb_message_echoes)."""
    echo = meta.read_echo(item)
    person = Person(people.address(echo.to, echo.to_user_id))
    if person.address == NOBODY:
        yield unknown(item, origin, "nobody")
        return
    body = inbound.Echo(kind=echo.type or "", text=bodies.words(echo))
    head = meta.Head(id=echo.id, timestamp=echo.timestamp)
    record = to_mailbox(head, person, origin, item, body)
    yield Update(record, "echo", person.address)
    seen = events.EchoSeen(
        id=record.id,
        contact=record.contact,
        at_ms=record.at_ms,
        message=record.id,
        text=body.text,
    )
    yield Update(seen, "echo_event", person.address)


def read_standby_echo(item: Raw, origin: Origin) -> Iterator[Update]:
    """Read what the app that holds the conversation wrote: its send request, as it was made."""
    echo = meta.read_echo(item)
    said_there = echo.message or echo
    person = Person(
        people.address(said_there.to, said(said_there.recipient) or said_there.to_user_id)
    )
    if person.address == NOBODY:
        yield unknown(item, origin, "nobody")
        return
    head = meta.Head(id=echo.id, timestamp=echo.timestamp)
    body = inbound.Standby(text=bodies.words(said_there), from_business=True)
    record = to_mailbox(head, person, origin, item, body)
    yield Update(record, "standby", person.address)


def standby_reader(content: meta.Messages) -> Read:
    """Give a reader of what she wrote while another app holds the conversation."""
    contacts = meta.contacts(content.contacts)
    alone = len(content.messages or ()) == 1

    def read(item: Raw, origin: Origin) -> Iterator[Update]:
        message = meta.read_message.or_none(item)
        head = message or meta.read_head(item)
        person = people.sender(head, contacts, alone=alone)
        if head.group_id or person.address == NOBODY:
            yield unknown(item, origin, "group" if head.group_id else "nobody")
            return
        body = inbound.Standby(text=bodies.words(message))
        yield Update(to_mailbox(head, person, origin, item, body), "standby", person.address)

    return read


def read_handover(value: Raw, origin: Origin) -> Iterator[Update]:
    """Read who holds the conversation now (Meta, messaging_handovers)."""
    handover = meta.read_handover(value)
    known = handover.type in ("control_passed", "control_taken")
    who = handover.sender or meta.HandoverSender()
    person = Person(people.address(said(who.phone_number) or who.wa_id, who.user_id))
    if not known or person.address == NOBODY:
        yield unknown(value, origin, "nobody" if known else "handover")
        return
    name = named(
        "handover",
        origin.number,
        handover.type,
        said(handover.timestamp),
        contact_key(person.address),
    )
    head = meta.Head(id=name, timestamp=handover.timestamp)
    body = inbound.Handover(to_us=handover.type == "control_passed")
    yield Update(to_mailbox(head, person, origin, value, body), "handover", person.address)


def read_preference(item: Raw, origin: Origin) -> Iterator[Update]:
    """Read that she stopped or resumed our marketing (Meta, user_preferences)."""
    preference = meta.read_preference(item)
    person = Person(people.address(preference.wa_id, preference.user_id))
    if preference.value not in ("stop", "resume") or person.address == NOBODY:
        yield unknown(item, origin, "preference")  # `signup` has been seen too
        return
    value: Literal["stop", "resume"] = "stop" if preference.value == "stop" else "resume"
    category = preference.category or "marketing_messages"
    name = named(
        "preference",
        origin.number,
        contact_key(person.address),
        category,
        value,
        said(preference.timestamp),
    )
    head = meta.Head(id=name, timestamp=preference.timestamp)
    record = to_mailbox(head, person, origin, item, inbound.Preference(value, category))
    yield Update(record, "preference", person.address)
    changed = events.PreferenceChanged(
        id=name,
        contact=record.contact,
        at_ms=record.at_ms,
        value=value,
        source="meta",
        category=category,
    )
    yield Update(changed, "preference_event", person.address)
