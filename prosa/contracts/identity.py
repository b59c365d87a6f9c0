"""Whom a message is about: tokens of bots and contacts, and the addresses Meta knows a person by.

A token is safe as one token of a NATS subject and as a key of a bucket: letters, digits, `_` and
`-`.
"""

import base64
import hashlib
import re
from typing import NewType

import msgspec

BotToken = NewType("BotToken", str)
"""`<namespace>_<name>` of a Chatbot."""

ContactKey = NewType("ContactKey", str)
"""`<c>`: one customer of one Chatbot; `u…` was made from a user id, `p…` from a phone."""

NO_CONTACT = ContactKey("_")
"""Stands in a subject where a fact concerns no single customer (a template's or an account's)."""

_SAFE = re.compile(r"[A-Za-z0-9_-]{1,140}")


class Address(msgspec.Struct, frozen=True, omit_defaults=True):
    """How Meta knows a person. At least one of both is set.

    `phone` has digits only (a webhook's `wa_id`, no plus). `user_id` is the business-scoped user
    id, whole, with its country prefix (Meta, "Business-scoped user IDs").
    """

    phone: str | None = None
    user_id: str | None = None


def bot_token(namespace: str, name: str) -> BotToken:
    """Name a Chatbot in subjects: Kubernetes names hold no `_`, so the two halves stay apart.

    Dots, which Kubernetes allows in names, become `_-_`, which it does not.
    """
    return BotToken(f"{namespace}_{name.replace('.', '_-_')}")


def contact_key(address: Address) -> ContactKey:
    """Give the key a contact gets when first met: by user id, else by phone.

    Raises ValueError when the address is empty.
    """
    if address.user_id:
        return ContactKey("u" + _token(address.user_id))
    if address.phone:
        return ContactKey("p" + _token(address.phone))
    raise ValueError("an address needs a phone or a user id")


def contact_digest(bot: BotToken, contact: ContactKey) -> str:
    """Name a contact whose key, made of her phone or user id, is not to be kept (SHA-256)."""
    return hashlib.sha256(f"{bot}:{contact}".encode()).hexdigest()[:32]


def phone_alias(phone: str) -> str:
    """Key of a phone in the aliases bucket."""
    return "p" + _token(phone)


def user_alias(user_id: str) -> str:
    """Key of a business-scoped user id in the aliases bucket."""
    return "u" + _token(user_id)


def is_contact_key(text: str) -> bool:
    """Tell whether a text from outside (a tracker, a command line) may stand as a contact key."""
    return _SAFE.fullmatch(text) is not None and text[0] in "up"


def _token(text: str) -> str:
    token = text.replace(".", "_")
    if _SAFE.fullmatch(token):
        return token
    digest = hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=15).digest()
    return "x" + base64.b32encode(digest).decode().lower()
