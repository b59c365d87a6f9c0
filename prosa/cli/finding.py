"""Finds a contact by what a person knows of her."""

import re
from collections.abc import Iterator

from prosa.contracts import subjects
from prosa.contracts.identity import (
    BotToken,
    ContactKey,
    is_contact_key,
    phone_alias,
    user_alias,
)
from prosa.errors import ProsaError
from prosa.jetstream.buckets import Bucket
from prosa.jetstream.connection import JetStream

_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{5,24}")
_BRAZIL, _NINE_AT, _WITH_NINE = "55", 4, 13


class UnknownContact(ProsaError):
    """Nobody has this phone, user id or key."""


async def find(jetstream: JetStream, bot: BotToken, who: str) -> ContactKey:
    """Find a contact's key by what a person knows of her. Raises UnknownContact."""
    aliases = Bucket(jetstream, subjects.bucket(bot, "aliases"), str)
    for alias in spellings(who):
        if entry := await aliases.get(alias):
            return ContactKey(entry.value)
    if is_contact_key(who):
        return ContactKey(who)
    raise UnknownContact(f"{who} is unknown to {bot}; give a phone with its country code")


def spellings(who: str) -> Iterator[str]:
    """Give the aliases under which somebody may be known.

    WhatsApp's ids of Brazilian phones may lack the ninth digit that people dial (Meta, "Phone
    numbers").
    """
    if not _PHONE.fullmatch(who):
        yield user_alias(who)
        return
    digits = re.sub(r"\D", "", who)
    yield phone_alias(digits)
    if digits.startswith(_BRAZIL) and len(digits) == _WITH_NINE:
        yield phone_alias(digits[:_NINE_AT] + digits[_NINE_AT + 1 :])
    elif digits.startswith(_BRAZIL) and len(digits) == _WITH_NINE - 1:
        yield phone_alias(f"{digits[:_NINE_AT]}9{digits[_NINE_AT:]}")
