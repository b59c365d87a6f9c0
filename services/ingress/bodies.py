"""What a customer's message says: Meta's shapes become ours. Pure.

None means that this version has no name for it; the caller keeps the whole as it came.
"""

import math
from collections.abc import Callable
from typing import Literal

from prosa.contracts import inbound
from prosa.contracts.inbound import CustomerBody, MediaKind
from services.ingress import meta
from services.ingress.meta import said

_CANNOT_PASS_ON = frozenset({131051, 131052, 131060})
"""Meta, "Error codes": unsupported type, media that cannot be downloaded, not available yet."""


def read(message: meta.Message) -> CustomerBody | None:
    """Read a message by its type."""
    reader = _READERS.get(message.type or "")
    body = reader(message) if reader is not None else None
    return body if body is not None else _refused(message)


def _refused(message: meta.Message) -> CustomerBody | None:
    """Meta says why there is nothing to read: `interactive` may come with `errors` alone."""
    for error in message.errors or ():
        if error.code in _CANNOT_PASS_ON:
            return inbound.Unsupported(kind=message.type or "", code=error.code)
    return None


def _text(message: meta.Message) -> CustomerBody | None:
    if message.edit is not None:
        return _edit(message)
    return inbound.Text(message.text.body) if message.text is not None else None


def _media(kind: MediaKind) -> Callable[[meta.Message], CustomerBody | None]:
    def read_media(message: meta.Message) -> CustomerBody | None:
        media: meta.Media | None = getattr(message, kind)
        if media is None or not said(media.id):
            return None
        return inbound.Media(
            kind=kind,
            id=said(media.id),
            mime_type=media.mime_type or "",
            sha256=media.sha256 or "",
            caption=media.caption or "",
            filename=media.filename or "",
            voice=bool(media.voice),
            animated=bool(media.animated),
        )

    return read_media


def _location(message: meta.Message) -> CustomerBody | None:
    place = message.location
    if place is None or not (math.isfinite(place.latitude) and math.isfinite(place.longitude)):
        return None
    return inbound.Location(
        place.latitude, place.longitude, name=place.name or "", address=place.address or ""
    )


def _contacts(message: meta.Message) -> CustomerBody | None:
    if not message.contacts:
        return None
    return inbound.ContactCards(
        tuple(_card(card) for card in message.contacts),
        requested=any(card.origin == "contact_request" for card in message.contacts),
    )


def _card(card: meta.Card) -> inbound.ContactCard:
    return inbound.ContactCard(
        name=(card.name.formatted_name or "") if card.name else "",
        phones=tuple(said(p.wa_id) or said(p.phone) for p in card.phones or ()),
        emails=tuple(e.email for e in card.emails or () if e.email),
        organisation=(card.org.company or "") if card.org else "",
    )


def _interactive(message: meta.Message) -> CustomerBody | None:
    reply = message.interactive
    if reply is None:
        return None
    if reply.button_reply is not None:
        return _choice("button", reply.button_reply)
    if reply.list_reply is not None:
        return _choice("list", reply.list_reply)
    if reply.nfm_reply is not None:
        return inbound.FlowReply(
            name=reply.nfm_reply.name or "", response=reply.nfm_reply.response_json
        )
    return None  # call_permission_reply, and what may come


def _choice(source: Literal["button", "list"], reply: meta.Reply) -> CustomerBody | None:
    if not said(reply.id):
        return None
    return inbound.Choice(
        source=source,
        id=said(reply.id),
        title=reply.title or "",
        description=reply.description or "",
    )


def _button(message: meta.Message) -> CustomerBody | None:
    if message.button is None:
        return None
    title = message.button.text or ""
    key = said(message.button.payload) or title
    return inbound.Choice(source="template", id=key, title=title) if key else None


def _order(message: meta.Message) -> CustomerBody | None:
    order = message.order
    if order is None:
        return None
    items = tuple(_item(product) for product in order.product_items)
    return inbound.Order(catalog=said(order.catalog_id), items=items, text=order.text or "")


def _item(product: meta.Product) -> inbound.OrderItem:
    return inbound.OrderItem(
        product=said(product.product_retailer_id),
        quantity=_finite(product.quantity, 1.0),
        price=_finite(product.item_price, 0.0),
        currency=product.currency or "",
    )


def _finite(number: float | None, default: float) -> float:
    return number if number is not None and math.isfinite(number) else default


def _reaction(message: meta.Message) -> CustomerBody | None:
    if message.reaction is None or not said(message.reaction.message_id):
        return None
    return inbound.Reaction(
        message=said(message.reaction.message_id), emoji=message.reaction.emoji or ""
    )


def _edit(message: meta.Message) -> CustomerBody | None:
    edit = message.edit
    if edit is None or not said(edit.original_message_id):
        return None
    return inbound.Edit(message=said(edit.original_message_id), text=words(edit.message))


def _revoke(message: meta.Message) -> CustomerBody | None:
    if message.revoke is None or not said(message.revoke.original_message_id):
        return None
    return inbound.Revoke(message=said(message.revoke.original_message_id))


def _unsupported(message: meta.Message) -> CustomerBody | None:
    kind = (message.unsupported.type or "") if message.unsupported else ""
    code = message.errors[0].code if message.errors else 0
    return inbound.Unsupported(kind=kind, code=code)


def words(message: meta.Edited | meta.EchoedMessage | meta.Message | None) -> str:
    """Give what a message says in words: its text, or its caption."""
    if message is None:
        return ""
    if message.text is not None:
        return message.text.body
    captioned = message.image or message.video or message.document
    return (captioned.caption or "") if captioned is not None else ""


_READERS: dict[str, Callable[[meta.Message], CustomerBody | None]] = {
    "text": _text,
    "image": _media("image"),
    "video": _media("video"),
    "document": _media("document"),
    "audio": _media("audio"),
    "sticker": _media("sticker"),
    "location": _location,
    "contacts": _contacts,
    "interactive": _interactive,
    "button": _button,
    "order": _order,
    "reaction": _reaction,
    "edit": _edit,
    "revoke": _revoke,
    "unsupported": _unsupported,
    "unknown": lambda message: _unsupported(message) if message.errors else None,
}
"""`unknown` is an older name of `unsupported` (Meta's OpenAPI maps both to one schema)."""
