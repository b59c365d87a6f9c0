"""Whom a message is addressed to. Pure.

Sources: Meta, "Service messages" (phones) and "Business-scoped user IDs" (user ids).
"""

import re
from dataclasses import dataclass
from typing import Any, Final, Literal

from simulator.errors import Refusal

USER_ID: Final = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
PHONE_DIGITS: Final = range(7, 16)  # E.164 has at most 15
COUNTRY_DIGITS: Final = 3  # at most (ITU E.164)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a body is addressed to: digits of a phone or a user id, and the words it was said in."""

    kind: Literal["phone", "user_id"]
    name: str
    said: str


def recipient(body: dict[str, Any], business_display: str) -> Recipient:
    """Read the recipient. `to` wins over `recipient` (Meta, "Business-scoped user IDs").

    A phone without a plus sign that is not one of the business's own country gets that country's
    code in front, and so goes astray (Meta, "Service messages"). Raises Refusal.
    """
    said = body.get("to")
    if not said:
        said = body["recipient"]
        if not USER_ID.fullmatch(said):
            raise Refusal(100, "Param recipient must be a business-scoped user id.")
        return Recipient("user_id", said, said)
    phone = re.sub(r"[\s().-]", "", said)
    if not re.fullmatch(r"\+?[0-9]+", phone):
        raise Refusal(100, "Param to must be a phone number.")
    country = country_code(business_display)
    if phone[0] == "+":
        phone = phone[1:]
    elif not phone.startswith(country) or len(phone) - len(country) < min(PHONE_DIGITS):
        phone = country + phone
    if len(phone) not in PHONE_DIGITS:
        raise Refusal(100, "Param to must be a phone number of 7 to 15 digits.")
    return Recipient("phone", phone, said)


def country_code(display: str) -> str:
    """Read the country code from a number as it is displayed: +55 19 3333-0000 has 55."""
    first = re.split(r"[\s().-]", display.lstrip("+"), maxsplit=1)[0]
    return first if len(first) <= COUNTRY_DIGITS else first[: 1 if first[0] in "17" else 2]
