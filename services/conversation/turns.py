"""One turn, decided: the contact's document, what came in, what goes out.

Pure: a generator that asks for what only the outside knows (the rankings of texts, a tool's answer,
another document) and returns the turn. Facts change the document in stream order, each at the time
when the stream stored it; the customer's messages that are left to the bot are heard together, as
one turn of the dialogue.
"""

from collections.abc import Generator, Sequence
from typing import Any, assert_never

import msgspec

from prosa.contracts.contact import Contact, digest
from prosa.contracts.events import Event, HandoffRequested, TurnTaken
from prosa.contracts.identity import Address, ContactKey
from prosa.contracts.inbound import (
    CustomerBody,
    IdentityChanged,
    Inbound,
    is_for_support_desk,
    opens_window,
)
from prosa.contracts.outbound import MarkRead, Message, Outbound, OutboundId
from prosa.contracts.turn import OutboxItem, Received, Turn
from prosa.dialogue import interpreter
from prosa.dialogue import turns as dialogue
from prosa.dialogue.language import Program
from prosa.dialogue.turns import Call, CallResult, Heard, Ranking, Scene, Utterance
from services.conversation import facts, hearing, lookups, merging, ownership

TYPED = ("text", "image", "video", "document")
"""Utterances whose words are understood."""


class Rank(msgspec.Struct, frozen=True):
    """Please rank these texts in this language: one Ranking each is expected back."""

    texts: tuple[str, ...]
    locale: str


class Recall(msgspec.Struct, frozen=True):
    """Please read this contact's document: it, or None, is expected back."""

    key: ContactKey


Question = Rank | Call | Recall
Answer = Sequence[Ranking] | CallResult | Contact | None


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What the bot brings to a turn. `scene` has no contact yet; `now_ms` is its instant again.

    `catalogue_key` is the field that names an item.
    """

    program: Program
    scene: Scene
    now_ms: int
    resume: ownership.Resume
    catalogue_key: str = "id"
    quote: bool = False


def decide(
    contact: Contact, received: Sequence[Received], rules: Rules
) -> Generator[Question, Any, Turn]:
    """Take in all that was drained and decide what follows."""
    last = received[-1]
    owner_before = contact.owner
    contact = yield from _join(contact, received)
    contact, heard, told = _take_in(contact, received, rules)
    events: list[Event] = [*told]
    messages: tuple[Message, ...] = ()
    steps: tuple[dialogue.Decision, ...] = ()
    if heard:
        spoken = yield from _answer(contact, heard, last, rules)
        contact, messages, steps = spoken.contact, spoken.messages, spoken.steps
        if rules.quote and messages:
            quoted = msgspec.structs.replace(messages[0], reply_to=heard[-1].id)
            messages = (quoted, *messages[1:])
        events += spoken.events
    elif _waits_unheard(contact, received, rules):
        messages = interpreter.say_closed(rules.program, contact.session, _scene(contact, rules))
        contact = msgspec.structs.replace(contact, told_closed_at_ms=rules.now_ms)
    events.append(
        TurnTaken(
            id=f"{contact.key}:turn:{last.sequence}",
            contact=contact.key,
            at_ms=rules.now_ms,
            inbounds=tuple(message.inbound.id for message in received),
            cursor=last.sequence,
            owner=owner_before,
            messages=len(messages),
            steps=tuple(msgspec.to_builtins(step) for step in steps),
            session=rules.program.hash,
        )
    )
    outbox: tuple[OutboxItem, ...] = tuple(events)
    if messages:
        outbox = (_outbound(contact, messages, last.sequence, rules.now_ms), *outbox)
    return Turn(contact, outbox)


def give_up(contact: Contact, received: Received, rules: Rules) -> Turn:
    """Answer a message that cannot be handled: say so, and call people.

    A fact has no one to answer, and what people have is theirs to answer: those are parked alone.
    """
    if not isinstance(received.inbound.body, CustomerBody):
        return Turn(contact)
    contact = _met(contact, received.inbound)
    if contact.owner != "bot" and not ownership.is_abandoned(contact, rules.resume, received.at_ms):
        return Turn(contact)
    words = interpreter.apologise(rules.program, _scene(contact, rules))
    contact, told = ownership.change(contact, "queue", by="dialogue", now_ms=rules.now_ms)
    contact = _told_closed(contact, rules)
    request = _handoff_event(
        contact, dialogue.Handoff("", "failed", "", {}), received.sequence, rules.now_ms
    )
    apology = _outbound(contact, words, received.sequence, rules.now_ms)
    return Turn(contact, (apology, *told, request))


def courtesy(contact: Contact, inbound: Inbound, *, typing: bool, now_ms: int) -> Outbound | None:
    """Show her that her message was seen and an answer is coming; people do that themselves."""
    if contact.owner != "bot" or not isinstance(inbound.body, CustomerBody):
        return None
    return Outbound(
        id=OutboundId(f"{inbound.contact}-{digest(inbound.id)}-read"),
        contact=inbound.contact,
        address=inbound.address,
        phone_number_id=inbound.phone_number_id,
        messages=(MarkRead(message=inbound.id, typing=typing),),
        author="platform",
        owner_revision=contact.owner_revision,
        created_at_ms=now_ms,
    )


def _join(contact: Contact, received: Sequence[Received]) -> Generator[Question, Any, Contact]:
    """Join the documents of the keys that turn out to be hers."""
    for message in received:
        body = message.inbound.body
        if isinstance(body, IdentityChanged) and body.previous:
            other: Contact | None = yield Recall(body.previous)
            if other is not None and other.key != contact.key:
                contact = merging.joined(contact, other)
    return contact


# --- whose turn it is ----------------------------------------------------------------------------


def _take_in(
    contact: Contact, received: Sequence[Received], rules: Rules
) -> tuple[Contact, list[Utterance], list[Event]]:
    """Go through what came, in stream order: the document after it, what the bot hears, events."""
    heard: list[Utterance] = []
    events: list[Event] = []
    for message in received:
        inbound, body = message.inbound, message.inbound.body
        if not isinstance(body, CustomerBody):
            contact, told = facts.apply(contact, inbound, body, message.at_ms)
            events += told
            if contact.owner != "bot":
                heard.clear()  # people have taken over: what she wrote before is theirs to answer
            continue
        contact = _met(contact, inbound)
        utterance = None if is_for_support_desk(body) else hearing.utterance(inbound, body)
        if utterance is None:
            continue
        if opens_window(body) and ownership.is_abandoned(contact, rules.resume, message.at_ms):
            contact, told = ownership.change(contact, "bot", by="idle", now_ms=message.at_ms)
            events += told
        if contact.owner == "bot":
            heard.append(utterance)
    return contact, heard, events


def _waits_unheard(contact: Contact, received: Sequence[Received], rules: Rules) -> bool:
    """Tell whether she wrote to people who are away, and does not know it."""
    last = received[-1]
    wrote = any(opens_window(message.inbound.body) for message in received)
    return wrote and ownership.must_hear_closed(contact, rules.resume, last.at_ms)


def _told_closed(contact: Contact, rules: Rules) -> Contact:
    """Note that a handoff told her when people answer, as it does while they are away."""
    if not ownership.must_hear_closed(contact, rules.resume, rules.now_ms):
        return contact
    return msgspec.structs.replace(contact, told_closed_at_ms=rules.now_ms)


# --- the dialogue's part --------------------------------------------------------------------------


class _Spoken(msgspec.Struct, frozen=True):
    contact: Contact
    messages: tuple[Message, ...]
    steps: tuple[dialogue.Decision, ...]
    events: tuple[Event, ...]


def _answer(
    contact: Contact, heard: Sequence[Utterance], last: Received, rules: Rules
) -> Generator[Question, Any, _Spoken]:
    """Let the dialogue answer, and carry out what it decides."""
    locale = contact.locale or (contact.session.locale if contact.session else "")
    understood = yield from _understand(heard, locale or rules.program.locale)
    turn = interpreter.take_turn(rules.program, contact.session, understood, _scene(contact, rules))
    reply, found = yield from lookups.observe(turn)
    contact = msgspec.structs.replace(contact, session=reply.session)
    contact = lookups.remember(contact, found, key=rules.catalogue_key, now_ms=rules.now_ms)
    events: list[Event] = []
    for action in reply.actions:
        contact, told = _carry_out(contact, action, last, rules)
        events += told
    return _Spoken(contact, reply.messages, reply.trace, tuple(events))


def _scene(contact: Contact, rules: Rules) -> Scene:
    """Put the contact into the scene."""
    person = dialogue.Person(
        name=contact.name,
        phone=contact.address.phone or "",
        tags=contact.tags,
        attributes=contact.attributes,
    )
    return msgspec.structs.replace(rules.scene, locale=contact.locale, contact=person)


def _understand(heard: Sequence[Utterance], locale: str) -> Generator[Question, Any, Heard]:
    """Rank what she typed; several texts of a burst also as one."""
    typed = [u for u in heard if u.kind in TYPED and u.text]
    if not typed:
        return Heard(tuple(heard))
    texts = [u.text for u in typed]
    if len(typed) > 1:
        texts.append("\n".join(texts))
    rankings: Sequence[Ranking] = yield Rank(tuple(texts), locale)
    by_id = {u.id: ranking for u, ranking in zip(typed, rankings, strict=False)}
    utterances = tuple(
        msgspec.structs.replace(u, ranking=by_id[u.id]) if u.id in by_id else u for u in heard
    )
    return Heard(utterances, rankings[-1] if len(typed) > 1 else None)


def _carry_out(
    contact: Contact, action: dialogue.Action, last: Received, rules: Rules
) -> tuple[Contact, tuple[Event, ...]]:
    now_ms = rules.now_ms
    match action:
        case dialogue.Handoff():
            contact, told = ownership.change(
                contact, "queue", by="dialogue", now_ms=now_ms, team=action.team
            )
            contact = _told_closed(contact, rules)
            return contact, (*told, _handoff_event(contact, action, last.sequence, now_ms))
        case dialogue.Tag(name=name):
            tags = tuple(sorted({*contact.tags, name}))
            return msgspec.structs.replace(contact, tags=tags), ()
        case dialogue.Untag(name=name):
            tags = tuple(tag for tag in contact.tags if tag != name)
            return msgspec.structs.replace(contact, tags=tags), ()
        case dialogue.SetAttribute(name=name, value=value):
            attributes = {**contact.attributes, name: value}
            if value is None:
                del attributes[name]
            return msgspec.structs.replace(contact, attributes=attributes), ()
        case dialogue.OptOut():
            return facts.set_marketing(contact, "stop", last.inbound, source="words")
        case dialogue.OptIn():
            return facts.set_marketing(contact, "resume", last.inbound, source="words")
        case dialogue.EndSession():
            return contact, ()  # the session the dialogue gave back is empty already
        case _:
            assert_never(action)


# --- pieces ---------------------------------------------------------------------------------------


def _met(contact: Contact, inbound: Inbound) -> Contact:
    """Note what a message of hers tells of her, and that it opened the service window."""
    address = Address(
        phone=inbound.address.phone or contact.address.phone,
        user_id=inbound.address.user_id or contact.address.user_id,
    )
    contact = msgspec.structs.replace(
        contact,
        address=address,
        phone_number_id=inbound.phone_number_id or contact.phone_number_id,
        name=inbound.name or contact.name,
        username=inbound.username or contact.username,
        unreachable="",
    )
    if not opens_window(inbound.body):
        return contact
    return msgspec.structs.replace(
        contact,
        first_inbound_at_ms=contact.first_inbound_at_ms or inbound.at_ms,
        last_inbound_at_ms=max(contact.last_inbound_at_ms, inbound.at_ms),
        last_inbound_id=inbound.id,
        window_closed=False,
    )


def _outbound(
    contact: Contact, messages: tuple[Message, ...], sequence: int, now_ms: int
) -> Outbound:
    return Outbound(
        id=OutboundId(f"{contact.key}-{sequence}-0"),
        contact=contact.key,
        address=contact.address,
        phone_number_id=contact.phone_number_id,
        messages=messages,
        author="bot",
        owner_revision=contact.owner_revision,
        created_at_ms=now_ms,
    )


def _handoff_event(
    contact: Contact, handoff: dialogue.Handoff, sequence: int, now_ms: int
) -> HandoffRequested:
    return HandoffRequested(
        id=f"{contact.key}:handoff:{sequence}",
        contact=contact.key,
        at_ms=now_ms,
        team=handoff.team,
        reason=handoff.reason,
        summary=handoff.summary,
        slots=handoff.slots,
        owner_revision=contact.owner_revision,
    )
