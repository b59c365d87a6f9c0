"""What a webhook means: one change of Meta's becomes inbounds and events of ours. Pure.

Nothing is dropped. What has no name here, or does not fit, becomes `WebhookUnknown` with the item
as it came; a message of a customer's with a type of tomorrow goes to her mailbox as `Unknown`,
because she waits for an answer. Each item is translated on its own: a broken one costs itself
alone.

Contacts are provisional: `Update.person` says whose it is, and the caller replaces `record.contact`
once it knows under which key she is kept. Group messages are kept as unknown: no bot of ours speaks
in groups.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from prosa.contracts import events, inbound
from prosa.contracts.identity import NO_CONTACT, Address, ContactKey, contact_key, is_contact_key
from prosa.contracts.outbound import read_tracker
from services.ingress import bodies, meta, people
from services.ingress.meta import UNREADABLE, Raw, said
from services.ingress.people import NOBODY, Person

Record = inbound.Inbound | events.Event
Read = Callable[["Raw", "Origin"], Iterator["Update"]]

ACCOUNT_FIELDS = frozenset(
    {
        "account_alerts",
        "account_review_update",
        "account_settings_update",
        "account_update",
        "business_capability_update",
        "business_username_update",
        "message_template_components_update",
        "message_template_quality_update",
        "message_template_status_update",
        "partner_solutions",
        "payment_configuration_update",
        "phone_number_name_update",
        "phone_number_quality_update",
        "security",
        "template_category_update",
        "template_correct_category_detection",
    }
)
"""Fields about a number, an account or a template (Meta, "Webhooks" overview)."""

_NO_TURNS = frozenset({"reaction", "edit", "revoke"})
"""She says nothing new with these: one that cannot be read deserves no answer."""

_LATEST_SECONDS = 4_102_444_800  # the year 2100: later is no timestamp
_LONGEST_ID = 250
_OLD_AND_NEW = re.compile(r" from (\S+) to (\S+)$")


class Update(msgspec.Struct, frozen=True, gc=False):
    """One thing that happened. `kind` names it in metrics and is one of few words.

    `person` is whose it is; `NOBODY` when `record.contact` stands already. A person who is met here
    for the first time becomes a contact, unless `known_only`: a status makes nobody a contact.
    """

    record: Record
    kind: str
    person: Address = NOBODY
    known_only: bool = False


class Origin(msgspec.Struct, frozen=True, gc=False):
    """Where a change came from. `number` is empty for fields that have none.

    `stamp` is Meta's time of the entry as it came, which tells two equal notices apart.
    """

    field: str
    account: str
    number: str
    stamp: str
    at_ms: int
    received_at_ms: int


def origin(change: meta.Change, entry: meta.Entry, number: str, received_at_ms: int) -> Origin:
    """Say where a change came from."""
    return Origin(
        change.field,
        said(entry.id),
        number,
        said(entry.time),
        _milliseconds(entry.time, received_at_ms),
        received_at_ms,
    )


def updates(value: Raw, origin: Origin) -> list[Update]:
    """Translate one change; at least one update comes out of each."""
    read = _FIELDS.get(origin.field)
    if read is None:
        known = origin.field in ACCOUNT_FIELDS
        return [_account(value, origin) if known else unknown(value, origin, "field")]
    if not origin.number:
        return [unknown(value, origin, "no_number")]
    return _guarded(read, value, origin) or [unknown(value, origin, "empty")]


def unknown(item: Raw, origin: Origin, kind: str) -> Update:
    """Keep an item as it came."""
    record = events.WebhookUnknown(
        id=_named("unknown", origin.account, origin.field, item),
        contact=NO_CONTACT,
        at_ms=origin.at_ms,
        field=origin.field,
        account=origin.account,
        value=item,
    )
    return Update(record, f"unknown_{kind}")


# --- field by field -------------------------------------------------------------------------------


def _messages(value: Raw, origin: Origin) -> Iterator[Update]:
    content = meta.read_messages(value)
    yield from _each(content.messages, origin, _message_of(content))
    yield from _each(content.statuses, origin, _status)
    yield from _each(content.errors, origin, _error)


def _standby(value: Raw, origin: Origin) -> Iterator[Update]:
    content = meta.read_standby(value).standby
    yield from _each(content.messages, origin, _standby_message_of(content))
    yield from _each(content.message_echoes, origin, _standby_echo)
    yield from _each(content.statuses, origin, _status)


def _echoes(value: Raw, origin: Origin) -> Iterator[Update]:
    yield from _each(meta.read_messages(value).message_echoes, origin, _echo)


def _preferences(value: Raw, origin: Origin) -> Iterator[Update]:
    yield from _each(meta.read_preferences(value).user_preferences, origin, _preference)


def _user_ids(value: Raw, origin: Origin) -> Iterator[Update]:
    yield from _each(meta.read_user_id_updates(value).user_id_update, origin, _user_id_update)


def _account(value: Raw, origin: Origin) -> Update:
    record = events.AccountNotified(
        id=_named("account", origin.account, origin.field, origin.stamp, value),
        contact=NO_CONTACT,
        at_ms=origin.at_ms,
        field=origin.field,
        account=origin.account,
        value=value,
    )
    return Update(record, "account")


def _each(items: list[Raw] | None, origin: Origin, read: Read) -> Iterator[Update]:
    for item in items or ():
        yield from _guarded(read, item, origin)


def _guarded(read: Read, item: Raw, origin: Origin) -> list[Update]:
    """Translate an item; one that does not fit, or that we fail at, is kept as it came."""
    try:
        return list(read(item, origin))
    except UNREADABLE:
        return [unknown(item, origin, "shape")]
    except Exception:  # noqa: BLE001 - a fault of ours in one item must not cost the other 999
        return [unknown(item, origin, "fault")]


# --- her messages ---------------------------------------------------------------------------------


def _message_of(content: meta.Messages) -> Read:
    contacts = meta.contacts(content.contacts)
    alone = len(content.messages or ()) == 1

    def read(item: Raw, origin: Origin) -> Iterator[Update]:
        message = meta.read_message.or_none(item)
        head = message or meta.read_head(item)
        if head.group_id:
            yield unknown(item, origin, "group")
        elif head.type == "system":
            yield _system(item, head, origin)
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
    record = _inbound(
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


def _inbound(
    head: meta.Head,
    person: Person,
    origin: Origin,
    item: Raw,
    body: inbound.CustomerBody | inbound.FactBody,
) -> inbound.Inbound:
    return inbound.Inbound(
        id=_wamid(head.id) or _named("message", origin.number, item),
        contact=contact_key(person.address),
        phone_number_id=origin.number,
        at_ms=_milliseconds(head.timestamp, origin.received_at_ms),
        received_at_ms=origin.received_at_ms,
        body=body,
        address=person.address,
        name=person.name,
        username=person.username,
    )


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


# --- who she is -----------------------------------------------------------------------------------


def _system(item: Raw, head: meta.Head, origin: Origin) -> Update:
    """Read a change of number or user id; others (a new security code) are kept as unknown.

    `from` is the old number, `system` has the new ids, and a user id's old value may stand in the
    sentence only (Meta, messages/system and "Business-scoped user IDs").
    """
    message = meta.read_message(item)
    system = message.system or meta.System()
    if system.type in ("user_changed_number", "customer_changed_number"):
        old = people.address(head.from_, head.from_user_id)
    elif system.type == "user_changed_user_id":
        old = people.address(head.from_, said(system.previous_user_id) or head.from_user_id)
    else:
        return unknown(item, origin, "system")
    new = people.address(said(system.wa_id) or system.new_wa_id, system.user_id)
    return _identity_changed(head, _without(old, new, system.body), new, item, origin)


def _without(old: Address, new: Address, sentence: str | None) -> Address:
    """Leave in the old address what differs from the new; if nothing does, ask the sentence."""
    phone = old.phone if old.phone != new.phone else None
    user_id = old.user_id if old.user_id != new.user_id else None
    if phone or user_id:
        return Address(phone, user_id)
    found = _OLD_AND_NEW.search(sentence or "")
    if found is None or found[2] not in (new.user_id, new.phone):
        return NOBODY
    return people.address(found[1], None)


def _user_id_update(item: Raw, origin: Origin) -> Iterator[Update]:
    update = meta.read_user_id_update(item)
    old = people.address(None, update.user_id.previous)
    new = people.address(update.wa_id, update.user_id.current)
    name = _named("user_id", origin.number, update.user_id.previous, update.user_id.current)
    yield _identity_changed(meta.Head(id=name, timestamp=update.timestamp), old, new, item, origin)


def _identity_changed(
    head: meta.Head, old: Address, new: Address, item: Raw, origin: Origin
) -> Update:
    if NOBODY in (old, new) or old == new:
        return unknown(item, origin, "identity")
    record = _inbound(head, Person(old), origin, item, inbound.IdentityChanged(new))
    return Update(record, "identity_changed", old)


# --- what others said and did ---------------------------------------------------------------------


def _echo(item: Raw, origin: Origin) -> Iterator[Update]:
    echo = meta.read_echo(item)
    person = Person(people.address(echo.to, echo.to_user_id))
    if person.address == NOBODY:
        yield unknown(item, origin, "nobody")
        return
    body = inbound.Echo(kind=echo.type or "", text=bodies.words(echo))
    head = meta.Head(id=echo.id, timestamp=echo.timestamp)
    record = _inbound(head, person, origin, item, body)
    yield Update(record, "echo", person.address)
    seen = events.EchoSeen(
        id=record.id,
        contact=record.contact,
        at_ms=record.at_ms,
        message=record.id,
        text=body.text,
    )
    yield Update(seen, "echo_event", person.address)


def _standby_echo(item: Raw, origin: Origin) -> Iterator[Update]:
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
    record = _inbound(head, person, origin, item, body)
    yield Update(record, "standby", person.address)


def _standby_message_of(content: meta.Messages) -> Read:
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
        yield Update(_inbound(head, person, origin, item, body), "standby", person.address)

    return read


def _handover(value: Raw, origin: Origin) -> Iterator[Update]:
    handover = meta.read_handover(value)
    known = handover.type in ("control_passed", "control_taken")
    who = handover.sender or meta.HandoverSender()
    person = Person(people.address(said(who.phone_number) or who.wa_id, who.user_id))
    if not known or person.address == NOBODY:
        yield unknown(value, origin, "nobody" if known else "handover")
        return
    name = _named(
        "handover",
        origin.number,
        handover.type,
        said(handover.timestamp),
        contact_key(person.address),
    )
    head = meta.Head(id=name, timestamp=handover.timestamp)
    body = inbound.Handover(to_us=handover.type == "control_passed")
    yield Update(_inbound(head, person, origin, value, body), "handover", person.address)


def _preference(item: Raw, origin: Origin) -> Iterator[Update]:
    preference = meta.read_preference(item)
    person = Person(people.address(preference.wa_id, preference.user_id))
    if preference.value not in ("stop", "resume") or person.address == NOBODY:
        yield unknown(item, origin, "preference")  # `signup` has been seen too
        return
    value: Literal["stop", "resume"] = "stop" if preference.value == "stop" else "resume"
    category = preference.category or "marketing_messages"
    name = _named(
        "preference",
        origin.number,
        contact_key(person.address),
        category,
        value,
        said(preference.timestamp),
    )
    head = meta.Head(id=name, timestamp=preference.timestamp)
    record = _inbound(head, person, origin, item, inbound.Preference(value, category))
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


# --- what became of ours --------------------------------------------------------------------------


def _status(item: Raw, origin: Origin) -> Iterator[Update]:
    status = meta.read_status(item)
    tracker = status.biz_opaque_callback_data or ""
    tracked = _tracked_contact(tracker)
    group = status.recipient_type == "group"
    person = NOBODY if tracked or group else _recipient(status)
    parts = (status.id, status.status, said(status.recipient_participant_id))
    record = events.StatusReceived(
        id=_safe("/".join(filter(None, parts))) or _named("status", *parts),
        contact=tracked or (NO_CONTACT if person == NOBODY else contact_key(person)),
        at_ms=_milliseconds(status.timestamp, origin.received_at_ms),
        wamid=status.id,
        status=status.status,
        phone_number_id=origin.number,
        tracker=tracker,
        errors=tuple(_status_error(error) for error in status.errors or ()),
        billable_as=_billable_as(status.pricing),
    )
    yield Update(record, "status", person, known_only=True)


def _tracked_contact(tracker: str) -> ContactKey | None:
    """Read the contact out of `<c>-<sequence>-<n>/<index>`, the tracker of a turn's message."""
    read = read_tracker(tracker)
    if read is None:
        return None
    contact, *numbers = read[0].rsplit("-", 2)
    ours = len(numbers) == 2 and all(number.isdecimal() for number in numbers)  # noqa: PLR2004 - sequence and n
    if not ours or not is_contact_key(contact):
        return None
    return ContactKey(contact)


def _recipient(status: meta.Status) -> Address:
    return people.address(status.recipient_id, status.recipient_user_id)


def _status_error(error: meta.Error) -> events.StatusError:
    details = error.error_data.details if error.error_data is not None else None
    return events.StatusError(code=error.code, title=error.title or "", details=details or "")


def _billable_as(pricing: meta.Pricing | None) -> str:
    if pricing is None or not (pricing.type or pricing.category):
        return ""
    return f"{pricing.type or 'regular'}/{pricing.category or ''}"


def _error(item: Raw, origin: Origin) -> Iterator[Update]:
    """Read an error of the number or the app, with no message behind it (Meta, messages/errors)."""
    meta.read_error(item)
    record = events.AccountNotified(
        id=_named("error", origin.number, item),
        contact=NO_CONTACT,
        at_ms=origin.at_ms,
        field="errors",
        account=origin.account,
        value=item,
    )
    yield Update(record, "error")


# --- ids and instants -----------------------------------------------------------------------------


def _wamid(value: meta.Loose) -> str:
    return _safe(said(value))


def _safe(name: str) -> str:
    """Let a name from outside stand in a header; empty when it may not."""
    fits = 0 < len(name) <= _LONGEST_ID and name.isascii() and name.isprintable()
    return name if fits and " " not in name else ""


def _named(kind: str, *parts: str | Raw) -> str:
    """Derive an id from what happened, so that one told twice is one."""
    digest = hashlib.blake2b(digest_size=15)
    for part in parts:
        content = part.encode() if isinstance(part, str) else bytes(part)
        digest.update(b"%d:" % len(content))
        digest.update(content)
    return f"{kind}-{digest.hexdigest()}"


def _milliseconds(timestamp: meta.Loose, otherwise: int) -> int:
    """Read Meta's timestamp, whole seconds as a text or a number."""
    try:
        seconds = int(timestamp or 0)
    except (ValueError, OverflowError):
        return otherwise
    return seconds * 1000 if 0 < seconds < _LATEST_SECONDS else otherwise


_FIELDS: dict[str, Read] = {
    "messages": _messages,
    "standby": _standby,
    "smb_message_echoes": _echoes,
    "message_echoes": _echoes,
    "messaging_handovers": _handover,
    "user_preferences": _preferences,
    "user_id_update": _user_ids,
}
