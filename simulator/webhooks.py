"""Meta's webhooks: the envelope, the values in it, and the signature over its bytes. Pure.

Sources: Meta, "Webhooks" and "Create a webhook endpoint"; Meta's OpenAPI (v23.0), WebhookPayload.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from simulator.clock import seconds
from simulator.world import Customer, Number, user_id

StatusName = Literal["sent", "delivered", "read", "failed", "played"]
CONVERSATION_GONE: Final = 24  # from this version on, statuses carry no `conversation`


@dataclass(frozen=True, slots=True)
class Change:
    """One update: an account's field and its value."""

    waba: str
    field: str
    value: dict[str, Any]


def envelope(changes: Iterable[Change]) -> dict[str, Any]:
    """Wrap updates: one entry per account, in the order in which they come."""
    entries: dict[str, list[dict[str, Any]]] = {}
    for change in changes:
        item = {"value": change.value, "field": change.field}
        entries.setdefault(change.waba, []).append(item)
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": waba, "changes": items} for waba, items in entries.items()],
    }


def signature(secret: str, body: bytes) -> str:
    """Sign the raw bytes of a body for the header X-Hub-Signature-256."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def value(number: Number, **content: Any) -> dict[str, Any]:
    """Make a value: what identifies the number, then the content."""
    return {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": number.phone, "phone_number_id": number.id},
        **content,
    }


def profile(customer: Customer, number: Number, *, hidden: bool) -> dict[str, Any]:
    """Make an item of `contacts`; a hidden customer's has no `wa_id`."""
    shown = {} if hidden else {"wa_id": customer.wa_id}
    return {
        "profile": {"name": customer.name},
        **shown,
        "user_id": user_id(customer, number.waba.portfolio),
    }


def sender(
    customer: Customer, number: Number, *, hidden: Literal["no", "missing", "empty"]
) -> dict[str, Any]:
    """Say who wrote: `from` and `from_user_id`. Hidden phones are seen missing and as ""."""
    shown = {"no": {"from": customer.wa_id}, "missing": {}, "empty": {"from": ""}}[hidden]
    return {**shown, "from_user_id": user_id(customer, number.waba.portfolio)}


@dataclass(frozen=True, slots=True)
class Sent:
    """What a message's statuses say about it besides their name."""

    wamid: str
    number: Number
    customer: Customer | None
    """None: the recipient has no WhatsApp."""
    recipient: str
    """As the business named it: digits of a phone, or a user id."""
    by_user_id: bool
    tracker: str | None
    category: str
    free: bool


def status(
    sent: Sent,
    name: StatusName,
    at: datetime,
    *,
    hidden: bool,
    errors: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Make the value of one status.

    `contacts` comes with all but `failed`; on `failed`, `recipient_user_id` is absent when the
    message was sent to a phone (Meta, "Business-scoped user IDs").
    """
    item: dict[str, Any] = {"id": sent.wamid, "status": name, "timestamp": seconds(at)}
    if not hidden and not sent.by_user_id:
        item["recipient_id"] = sent.customer.wa_id if sent.customer else sent.recipient
    if sent.customer and (name != "failed" or sent.by_user_id):
        item["recipient_user_id"] = user_id(sent.customer, sent.number.waba.portfolio)
    if name in ("sent", "delivered"):
        item |= _conversation(sent, at) | {"pricing": _pricing(sent)}
    if errors:
        item["errors"] = errors
    if sent.tracker is not None:
        item["biz_opaque_callback_data"] = sent.tracker
    people = {}
    if sent.customer and name != "failed":
        shown = not hidden and not sent.by_user_id
        people = {"contacts": [profile(sent.customer, sent.number, hidden=not shown)]}
    return value(sent.number, **people, statuses=[item])


def _conversation(sent: Sent, at: datetime) -> dict[str, Any]:
    if sent.number.waba.app.webhook_version >= CONVERSATION_GONE:
        return {}
    return {
        "conversation": {
            "id": hashlib.sha256(sent.wamid.encode()).hexdigest()[:32],  # unique per message
            "expiration_timestamp": seconds(at + timedelta(hours=24)),
            "origin": {"type": sent.category},
        }
    }


def _pricing(sent: Sent) -> dict[str, Any]:
    kind = "free_customer_service" if sent.free else "regular"
    return {
        "billable": not sent.free,
        "pricing_model": "PMP",
        "type": kind,
        "category": sent.category,
    }
