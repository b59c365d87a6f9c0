"""The part of WhatsApp's webhook that the rival reads, and the check of its signature."""

import hashlib
import hmac

from pydantic import BaseModel, ConfigDict, Field


class Text(BaseModel):
    """Words."""

    body: str


class Profile(BaseModel):
    """Who writes."""

    name: str


class Contact(BaseModel):
    """A customer as a webhook names her."""

    profile: Profile
    wa_id: str


class Message(BaseModel):
    """One message; fields that are not read are kept for the task."""

    model_config = ConfigDict(populate_by_name=True, extra="allow")

    from_: str = Field(alias="from")
    id: str
    timestamp: str
    type: str
    text: Text | None = None


class Metadata(BaseModel):
    """The business number."""

    display_phone_number: str
    phone_number_id: str


class Value(BaseModel):
    """What changed."""

    messaging_product: str
    metadata: Metadata
    contacts: list[Contact] = []
    messages: list[Message] = []


class Change(BaseModel):
    """A change of one field."""

    field: str
    value: Value


class Entry(BaseModel):
    """The changes of one account."""

    id: str
    changes: list[Change]


class Webhook(BaseModel):
    """A whole webhook."""

    object: str
    entry: list[Entry]


def signature_is_valid(secret: bytes, body: bytes, header: str | None) -> bool:
    """Tell whether `header` (X-Hub-Signature-256: `sha256=<hex>`) signs `body`."""
    if not header or not header.startswith("sha256="):
        return False
    return hmac.compare_digest(hmac.new(secret, body, hashlib.sha256).hexdigest(), header[7:])
