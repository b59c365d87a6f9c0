"""Reads a customer's messages into her mailbox. Pure.

Group messages are kept as unknown: no bot of ours speaks in groups.
"""

from collections.abc import Iterator

import msgspec

from prosa.contracts import events, inbound
from prosa.contracts.identity import Address
from services.ingress import bodies, meta, moves, people
from services.ingress.meta import Raw, said
from services.ingress.people import NOBODY, Person
from services.ingress.updates import Origin, Read, Update, to_mailbox, unknown

_NO_TURNS = frozenset({"reaction", "edit", "revoke"})
"""She says nothing new with these: one that cannot be read deserves no answer."""


def reader(content: meta.Messages) -> Read:
    """Give a reader of the messages of one value, which knows its contacts."""
    contacts = meta.contacts(content.contacts)
    alone = len(content.messages or ()) == 1

    def read(item: Raw, origin: Origin) -> Iterator[Update]:
        message = meta.read_message.or_none(item)
        head = message or meta.read_head(item)
        if head.group_id:
            yield unknown(item, origin, "group")
        elif head.type == "system":
            yield moves.read_system(item, head, origin)
        else:
            person = people.sender(head, contacts, alone=alone)
            yield from _message(item, message, head, person, origin)

    return read


def _message(
    item: Raw, message: meta.Message | None, head: meta.Head, person: Person, origin: Origin
) -> Iterator[Update]:
    body = bodies.read(message) if message is not None else None
    if person.address == NOBODY:
        yield unknown(item, origin, "nobody")
        return
    if body is None and head.type in _NO_TURNS:
        yield unknown(item, origin, "shape")
        return
    if isinstance(body, inbound.ContactCards) and body.requested:
        person = _with_shared_phone(person, body)
    record = to_mailbox(
        head,
        person,
        origin,
        item,
        body or inbound.Unknown(kind=_full_type(message, head)),
    )
    if isinstance(record.body, inbound.Unknown | inbound.Unsupported):
        record = msgspec.structs.replace(record, raw=item)
    if message is not None:
        record = _with_surroundings(record, message)
    yield Update(record, _kind_of(record), person.address)
    if isinstance(body, inbound.Reaction):
        seen = events.ReactionSeen(
            id=record.id,
            contact=record.contact,
            at_ms=record.at_ms,
            message=body.message,
            emoji=body.emoji,
        )
        yield Update(seen, "reaction_event", person.address)


def _with_surroundings(record: inbound.Inbound, message: meta.Message) -> inbound.Inbound:
    """Add what a message says of its context and of the advertisement before it."""
    context, referral = message.context, message.referral
    if context is None and referral is None:
        return record
    context = context or meta.Context()
    product = context.referred_product
    return msgspec.structs.replace(
        record,
        reply_to=said(context.id) or None,
        forwarded=bool(context.forwarded or context.frequently_forwarded),
        product=(said(product.product_retailer_id) or None) if product is not None else None,
        referral=_referral(referral) if referral is not None else None,
    )


def _referral(referral: meta.Referral) -> inbound.Referral:
    return inbound.Referral(
        source_type=referral.source_type or "",
        source_id=said(referral.source_id),
        source_url=referral.source_url or "",
        headline=referral.headline or "",
        click_id=referral.ctwa_clid or "",
    )


def _with_shared_phone(person: Person, body: inbound.ContactCards) -> Person:
    """Take the phone that she shared on request as hers (Meta: it is her own, not any card's)."""
    shared = people.phone(body.cards[0].phones[0]) if body.cards[0].phones else None
    if person.address.phone or shared is None:
        return person
    return Person(Address(shared, person.address.user_id), person.name, person.username)


def _full_type(message: meta.Message | None, head: meta.Head) -> str:
    kind = head.type or ""
    if message is not None and message.interactive is not None and message.interactive.type:
        return f"{kind}/{message.interactive.type}"
    return kind


def _kind_of(record: inbound.Inbound) -> str:
    body = record.body
    return body.kind if isinstance(body, inbound.Media) else str(type(body).__struct_config__.tag)
