"""Meta's webhook as it arrives: the envelope, and each kind of item in it.

Read layer by layer: an item stays raw bytes until its turn, so that one which does not fit costs
itself alone and can be kept as it came. Everything is optional and loose (numbers arrive as texts,
texts as numbers, anything as null), because a webhook that is refused here is lost after a week.
Names and shapes: Meta's OpenAPI v23.0, WebhookPayload, and the "Webhooks" reference pages, each
named where it is used. Meaning is given to them in `bodies`, `people` and `translate`.
"""

from typing import Generic, TypeVar

import msgspec

Raw = msgspec.Raw

Loose = str | int | float | None
"""A text that may come as a number: ids and timestamps do."""

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding raises: wrong JSON or a wrong shape, wrong UTF-8, nesting beyond all reason."""

T = TypeVar("T")


class Decoder(Generic[T]):
    """Decodes one shape, loosely."""

    def __init__(self, shape: type[T]) -> None:
        self._decode = msgspec.json.Decoder(shape, strict=False).decode

    def __call__(self, raw: bytes | Raw) -> T:
        """Raise what `UNREADABLE` lists."""
        return self._decode(raw)

    def or_none(self, raw: bytes | Raw) -> T | None:
        """Decode, or give None for what is absent or does not fit."""
        if not raw:
            return None
        try:
            return self._decode(raw)
        except UNREADABLE:
            return None


class _Loose(msgspec.Struct, frozen=True, gc=False):
    pass


# --- the envelope ---------------------------------------------------------------------------------


class Envelope(_Loose, frozen=True, gc=False):
    """One POST: up to 1,000 updates (Meta, "Create a webhook endpoint")."""

    entry: list[Raw]


class NamelessEntry(_Loose, frozen=True, gc=False):
    """Updates of an account that cannot be read."""

    changes: list[Raw]


class Entry(NamelessEntry, frozen=True, gc=False):
    """The updates of one WhatsApp Business Account; `time` comes with account fields."""

    id: Loose = None
    time: Loose = None


class Change(_Loose, frozen=True, gc=False):
    """One field's value."""

    field: str
    value: Raw


class Number(_Loose, frozen=True, gc=False):
    """A business number."""

    phone_number_id: Loose = None


class Addressee(_Loose, frozen=True, gc=False):
    """Where a value says which number it is for: `recipient` in messaging_handovers only."""

    metadata: Number | None = None
    recipient: Number | None = None


# --- people ---------------------------------------------------------------------------------------


class Profile(_Loose, frozen=True, gc=False):
    """What she shows of herself."""

    name: str | None = None
    username: str | None = None


class Contact(_Loose, frozen=True, gc=False):
    """An item of `contacts`; a hidden phone's `wa_id` is missing or empty."""

    profile: Profile | None = None
    wa_id: Loose = None
    user_id: Loose = None


# --- messages -------------------------------------------------------------------------------------


class Text(_Loose, frozen=True, gc=False):
    """`text`."""

    body: str


class Media(_Loose, frozen=True, gc=False):
    """`image`, `video`, `document`, `audio` or `sticker`."""

    id: Loose = None
    mime_type: str | None = None
    sha256: str | None = None
    caption: str | None = None
    filename: str | None = None
    voice: bool | None = None
    animated: bool | None = None


class Location(_Loose, frozen=True, gc=False):
    """`location`: a live pin has neither name nor address."""

    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None


class CardName(_Loose, frozen=True, gc=False):
    """A shared contact's name."""

    formatted_name: str | None = None


class CardPhone(_Loose, frozen=True, gc=False):
    """A shared contact's phone."""

    phone: Loose = None
    wa_id: Loose = None


class CardEmail(_Loose, frozen=True, gc=False):
    """A shared contact's email address."""

    email: str | None = None


class CardOrganisation(_Loose, frozen=True, gc=False):
    """A shared contact's company."""

    company: str | None = None


class Card(_Loose, frozen=True, gc=False):
    """An item of a `contacts` message; `origin` is `contact_request` when we had asked for it."""

    name: CardName | None = None
    phones: list[CardPhone] | None = None
    emails: list[CardEmail] | None = None
    org: CardOrganisation | None = None
    origin: str | None = None


class Reply(_Loose, frozen=True, gc=False):
    """A tapped reply button or row."""

    id: Loose = None
    title: str | None = None
    description: str | None = None


class FlowReply(_Loose, frozen=True, gc=False):
    """A filled Flow or address form (`nfm_reply`)."""

    response_json: str
    name: str | None = None


class Interactive(_Loose, frozen=True, gc=False):
    """`interactive`."""

    type: str | None = None
    button_reply: Reply | None = None
    list_reply: Reply | None = None
    nfm_reply: FlowReply | None = None


class Button(_Loose, frozen=True, gc=False):
    """`button`: a quick reply on a template."""

    payload: Loose = None
    text: str | None = None


class Product(_Loose, frozen=True, gc=False):
    """One line of an order."""

    product_retailer_id: Loose = None
    quantity: float | None = None
    item_price: float | None = None
    currency: str | None = None


class Order(_Loose, frozen=True, gc=False):
    """`order`."""

    product_items: list[Product]
    catalog_id: Loose = None
    text: str | None = None


class Reaction(_Loose, frozen=True, gc=False):
    """`reaction`: without an emoji it is taken back."""

    message_id: Loose = None
    emoji: str | None = None


class System(_Loose, frozen=True, gc=False):
    """`system`: her number or user id changed; the new ones."""

    type: str | None = None
    body: str | None = None
    wa_id: Loose = None
    new_wa_id: Loose = None
    user_id: Loose = None
    previous_user_id: Loose = None


class Unsupported(_Loose, frozen=True, gc=False):
    """`unsupported`: what Meta could not pass on."""

    type: str | None = None


class Edited(_Loose, frozen=True, gc=False):
    """The message inside an `edit`."""

    text: Text | None = None
    image: Media | None = None
    video: Media | None = None
    document: Media | None = None


class Edit(_Loose, frozen=True, gc=False):
    """`edit`."""

    original_message_id: Loose = None
    message: Edited | None = None


class Revoke(_Loose, frozen=True, gc=False):
    """`revoke`."""

    original_message_id: Loose = None


class ReferredProduct(_Loose, frozen=True, gc=False):
    """The product that a message asks about."""

    product_retailer_id: Loose = None


class Context(_Loose, frozen=True, gc=False):
    """What a message answers or forwards; a forward has no `id` (Meta, messages/text)."""

    id: Loose = None
    forwarded: bool | None = None
    frequently_forwarded: bool | None = None
    referred_product: ReferredProduct | None = None


class Referral(_Loose, frozen=True, gc=False):
    """The advertisement that led here (Meta, messages/text)."""

    source_type: str | None = None
    source_id: Loose = None
    source_url: str | None = None
    headline: str | None = None
    ctwa_clid: str | None = None


class ErrorData(_Loose, frozen=True, gc=False):
    """The readable part of an error."""

    details: str | None = None


class Error(_Loose, frozen=True, gc=False):
    """An error of Meta's: `code` and `details` count (Meta, "Error codes")."""

    code: int
    title: str | None = None
    error_data: ErrorData | None = None


class Head(_Loose, frozen=True, gc=False, rename={"from_": "from"}):
    """What every message says of itself. `from` may be missing or empty."""

    type: str | None = None
    id: Loose = None
    timestamp: Loose = None
    from_: Loose = None
    from_user_id: Loose = None
    group_id: Loose = None


class Message(Head, frozen=True, gc=False):
    """One message of a customer's."""

    context: Context | None = None
    referral: Referral | None = None
    errors: list[Error] | None = None
    text: Text | None = None
    image: Media | None = None
    video: Media | None = None
    document: Media | None = None
    audio: Media | None = None
    sticker: Media | None = None
    location: Location | None = None
    contacts: list[Card] | None = None
    interactive: Interactive | None = None
    button: Button | None = None
    order: Order | None = None
    reaction: Reaction | None = None
    system: System | None = None
    unsupported: Unsupported | None = None
    edit: Edit | None = None
    revoke: Revoke | None = None


# --- the other items ------------------------------------------------------------------------------


class Pricing(_Loose, frozen=True, gc=False):
    """How a message is billed; `type` is absent up to v22."""

    type: str | None = None
    category: str | None = None


class Status(_Loose, frozen=True, gc=False):
    """An item of `statuses` (Meta, messages/status)."""

    id: str
    status: str
    timestamp: Loose = None
    recipient_id: Loose = None
    recipient_user_id: Loose = None
    recipient_type: str | None = None
    recipient_participant_id: Loose = None
    biz_opaque_callback_data: str | None = None
    pricing: Pricing | None = None
    errors: list[Error] | None = None


class EchoedMessage(_Loose, frozen=True, gc=False):
    """What an echo shows: its own keys, or those of the send request inside a standby echo."""

    type: str | None = None
    to: Loose = None
    to_user_id: Loose = None
    recipient: Loose = None
    text: Text | None = None
    image: Media | None = None
    video: Media | None = None
    document: Media | None = None


class Echo(EchoedMessage, frozen=True, gc=False):
    """An item of `message_echoes`; in standby it wraps the request (Meta, standby)."""

    id: Loose = None
    timestamp: Loose = None
    message: EchoedMessage | None = None


class Preference(_Loose, frozen=True, gc=False):
    """An item of `user_preferences`; `timestamp` is a number here (Meta, user_preferences)."""

    value: str
    category: str | None = None
    wa_id: Loose = None
    user_id: Loose = None
    timestamp: Loose = None


class Rotation(_Loose, frozen=True, gc=False):
    """The old and the new user id."""

    previous: str
    current: str


class UserIdUpdate(_Loose, frozen=True, gc=False):
    """An item of `user_id_update`: the only place that always names both user ids."""

    user_id: Rotation
    wa_id: Loose = None
    timestamp: Loose = None


class HandoverSender(_Loose, frozen=True, gc=False):
    """The customer of a handover."""

    phone_number: Loose = None
    wa_id: Loose = None
    user_id: Loose = None


# --- the values of fields -------------------------------------------------------------------------


class Messages(_Loose, frozen=True, gc=False):
    """The value of `messages`, and of `standby` inside."""

    contacts: Raw = Raw()
    messages: list[Raw] | None = None
    statuses: list[Raw] | None = None
    errors: list[Raw] | None = None
    message_echoes: list[Raw] | None = None


class Standby(_Loose, frozen=True, gc=False):
    """The value of `standby`: everything is one level deeper (Meta, standby)."""

    standby: Messages


class Preferences(_Loose, frozen=True, gc=False):
    """The value of `user_preferences`."""

    user_preferences: list[Raw]
    contacts: Raw = Raw()


class UserIdUpdates(_Loose, frozen=True, gc=False):
    """The value of `user_id_update`."""

    user_id_update: list[Raw]


class Handover(_Loose, frozen=True, gc=False):
    """The value of `messaging_handovers` (Meta, "Conversation routing")."""

    type: str
    sender: HandoverSender | None = None
    timestamp: Loose = None


read_envelope = Decoder(Envelope)
read_entry = Decoder(Entry)
read_nameless_entry = Decoder(NamelessEntry)
read_change = Decoder(Change)
read_addressee = Decoder(Addressee)
read_contact = Decoder(Contact)
read_contacts = Decoder(list[Contact])
read_raws = Decoder(list[Raw])
read_message = Decoder(Message)
read_head = Decoder(Head)
read_status = Decoder(Status)
read_error = Decoder(Error)
read_echo = Decoder(Echo)
read_preference = Decoder(Preference)
read_user_id_update = Decoder(UserIdUpdate)
read_messages = Decoder(Messages)
read_standby = Decoder(Standby)
read_preferences = Decoder(Preferences)
read_user_id_updates = Decoder(UserIdUpdates)
read_handover = Decoder(Handover)
read_raw = Decoder(Raw)


def said(value: Loose) -> str:
    """Give a loose value as text; empty for what is missing."""
    return "" if value is None else str(value)


def contacts(raw: Raw) -> list[Contact]:
    """Read `contacts`; one that does not fit is left out, the others stay."""
    whole = read_contacts.or_none(raw)
    if whole is not None:
        return whole
    return [c for item in read_raws.or_none(raw) or () if (c := read_contact.or_none(item))]
