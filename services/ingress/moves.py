"""Reads how a person's phone or user id changed. Pure.

Two webhooks may tell one change, and neither always names her old address.
"""

import re
from collections.abc import Iterator

from prosa.contracts import inbound
from prosa.contracts.identity import Address
from services.ingress import meta, people
from services.ingress.meta import Raw, said
from services.ingress.people import NOBODY, Person
from services.ingress.updates import Origin, Update, named, to_mailbox, unknown

_OLD_AND_NEW = re.compile(r" from (\S+) to (\S+)$")


def read_system(item: Raw, head: meta.Head, origin: Origin) -> Update:
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


def read_user_id_update(item: Raw, origin: Origin) -> Iterator[Update]:
    """Read the one webhook that always names both user ids (Meta, user_id_update)."""
    update = meta.read_user_id_update(item)
    old = people.address(None, update.user_id.previous)
    new = people.address(update.wa_id, update.user_id.current)
    name = named("user_id", origin.number, update.user_id.previous, update.user_id.current)
    yield _identity_changed(meta.Head(id=name, timestamp=update.timestamp), old, new, item, origin)


def _identity_changed(
    head: meta.Head, old: Address, new: Address, item: Raw, origin: Origin
) -> Update:
    if NOBODY in (old, new) or old == new:
        return unknown(item, origin, "identity")
    record = to_mailbox(head, Person(old), origin, item, inbound.IdentityChanged(new))
    return Update(record, "identity_changed", old)
