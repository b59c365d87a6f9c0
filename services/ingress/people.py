"""Who a message is from. Pure.

A batch may carry several people, so a message is matched with `contacts` by what names her, never
by its place alone: a wrong match answers a stranger. Meta's facts behind it ("Business-scoped user
IDs"): a hidden phone is missing or empty in `from` and `wa_id`; `user_id` is always there since
April 2026; `from` and `wa_id` may differ.
"""

from collections.abc import Sequence

import msgspec

from prosa.contracts.identity import Address
from services.ingress import meta

NOBODY = Address()

_MOST_DIGITS = 20  # E.164 allows 15; WhatsApp's own ids have been longer
_MOST_CHARACTERS = 160  # `CC.ENT.` and up to 128 letters and digits
_SEPARATORS = str.maketrans("", "", "+ -().\u00a0")


class Person(msgspec.Struct, frozen=True, gc=False):
    """A customer as one update shows her; `NOBODY` when nothing names her."""

    address: Address = NOBODY
    name: str = ""
    username: str = ""


def phone(value: meta.Loose) -> str | None:
    """Read a phone as digits only; None for what is none."""
    digits = "" if isinstance(value, float) else meta.said(value)
    if not digits.isdecimal():
        digits = digits.translate(_SEPARATORS)
    known = digits.isascii() and digits.isdecimal() and len(digits) <= _MOST_DIGITS
    return digits if known else None


def user_id(value: meta.Loose) -> str | None:
    """Read a business-scoped user id, whole, with its country prefix; None for what is none."""
    text = meta.said(value)
    known = text.isascii() and text.isprintable() and " " not in text
    return text if text and known and len(text) <= _MOST_CHARACTERS else None


def address(phone_value: meta.Loose, user_id_value: meta.Loose) -> Address:
    """Name a person by what an item says of her; a user id in a phone's place is one."""
    digits, scoped = phone(phone_value), user_id(user_id_value)
    if digits is None and scoped is None and "." in meta.said(phone_value):
        scoped = user_id(phone_value)
    return Address(digits, scoped) if digits or scoped else NOBODY


def sender(message: meta.Head, contacts: Sequence[meta.Contact], *, alone: bool) -> Person:
    """Tell whose message this is. `alone`: it is the only one in its value."""
    own = address(message.from_, message.from_user_id)
    contact = _match(own, contacts, alone=alone)
    if contact is None:
        return Person(own)
    shown = address(contact.wa_id, contact.user_id)
    profile = contact.profile or meta.Profile()
    return Person(
        Address(own.phone or shown.phone, own.user_id or shown.user_id),
        profile.name or "",
        profile.username or "",
    )


def _match(own: Address, contacts: Sequence[meta.Contact], *, alone: bool) -> meta.Contact | None:
    for contact in contacts:
        if own.user_id and own.user_id == contact.user_id:
            return contact
        if own.phone and own.phone == phone(contact.wa_id):
            clash = own.user_id and contact.user_id  # both are there, and differ
            return None if clash else contact
    if len(contacts) != 1:
        return None
    only = contacts[0]
    if own == NOBODY:
        return only
    clash = bool(own.user_id and only.user_id)  # both are there, and differ
    return only if alone and not clash else None
