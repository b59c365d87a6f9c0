"""What goes into a contact's mailbox: her messages, and all that may change her document.

Ordered by the stream `PROSA_<b>_IN`; only conversation acts on it. The customer's own words come
from Meta's `messages` webhook; the rest are facts that must be ordered against them (an agent's
claim, an echo, a stopped subscription, a send that Meta refused).
"""

from typing import Literal

import msgspec

from prosa.contracts.identity import Address, ContactKey

MediaKind = Literal["image", "video", "document", "audio", "sticker"]


class _Body(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type"):
    pass


# --- the customer's own ---------------------------------------------------------------------------


class Text(_Body, frozen=True, tag="text"):
    """Words."""

    body: str


class Media(_Body, frozen=True, tag="media"):
    """A file at Meta: `id` is good for 7 days (Meta, "Media")."""

    kind: MediaKind
    id: str
    mime_type: str = ""
    sha256: str = ""
    caption: str = ""
    filename: str = ""
    voice: bool = False
    animated: bool = False


class Location(_Body, frozen=True, tag="location"):
    """A place in degrees; live pins carry neither name nor address."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class ContactCard(msgspec.Struct, frozen=True, omit_defaults=True):
    """One shared contact."""

    name: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    organisation: str = ""


class ContactCards(_Body, frozen=True, tag="contacts"):
    """Shared contacts; `requested` when she answered our request for her number."""

    cards: tuple[ContactCard, ...]
    requested: bool = False


class Choice(_Body, frozen=True, tag="choice"):
    """A tap: a reply button, a row of a list, or a quick reply on a template."""

    source: Literal["button", "list", "template"]
    id: str
    title: str = ""
    description: str = ""


class FlowReply(_Body, frozen=True, tag="flow_reply"):
    """A filled WhatsApp Flow or address form; `response` is Meta's JSON text, as it came."""

    name: str
    response: str


class OrderItem(msgspec.Struct, frozen=True, omit_defaults=True):
    """One product of an order, priced in `currency`."""

    product: str
    quantity: float
    price: float = 0.0
    currency: str = ""


class Order(_Body, frozen=True, tag="order"):
    """A cart sent from a WhatsApp catalogue."""

    catalog: str
    items: tuple[OrderItem, ...]
    text: str = ""


class Reaction(_Body, frozen=True, tag="reaction"):
    """An emoji on a message; an empty one takes it back. Not a conversational turn."""

    message: str
    emoji: str = ""


class Edit(_Body, frozen=True, tag="edit"):
    """She changed a message that she had sent."""

    message: str
    text: str = ""


class Revoke(_Body, frozen=True, tag="revoke"):
    """She took back a message that she had sent."""

    message: str


class Unsupported(_Body, frozen=True, tag="unsupported"):
    """Meta says that it cannot pass this message on (131051), or not yet (131060)."""

    kind: str = ""
    code: int = 0


class Unknown(_Body, frozen=True, tag="unknown"):
    """A message type we have no name for; the whole of it is in `Inbound.raw`."""

    kind: str


# --- facts about the contact ----------------------------------------------------------------------


class IdentityChanged(_Body, frozen=True, tag="identity_changed"):
    """She changed her number or Meta gave her a new user id; `address` is the new one.

    `previous` names the contact that the new address had begun as, when a message under it came
    first.
    """

    address: Address
    previous: ContactKey | None = None


class Echo(_Body, frozen=True, tag="echo"):
    """The business wrote to her from its own phone (`smb_message_echoes`): a person took over."""

    kind: str
    text: str = ""


class Standby(_Body, frozen=True, tag="standby"):
    """Another app holds the conversation (`standby`); `text` was said there."""

    text: str = ""
    from_business: bool = False


class Handover(_Body, frozen=True, tag="handover"):
    """Control over the conversation passed (`messaging_handovers`): to us, or away."""

    to_us: bool


class Preference(_Body, frozen=True, tag="preference"):
    """She stopped or resumed the business's marketing in WhatsApp (`user_preferences`)."""

    value: Literal["stop", "resume"]
    category: str = "marketing_messages"


class Claim(_Body, frozen=True, tag="claim"):
    """An agent takes the conversation, from the bot, the queue or another agent.

    Said again by the agent who has it, it changes nothing but the time of the last human word,
    which `handoff.resume.idle` is counted from: the inbox says one with each reply, so that a
    conversation in which people still write is not given back.
    """

    agent: str


class Requeue(_Body, frozen=True, tag="requeue"):
    """A person puts the conversation into the queue, of `team` if named, whoever had it.

    A transfer to a team, an escalation. Who asked for it is `agent`.
    No `HandoffRequested` is told: the ticket exists. A transfer to a person is that agent's Claim.
    """

    agent: str
    team: str = ""


class Return(_Body, frozen=True, tag="return"):
    """An agent gives the conversation back to the bot, or closes it."""

    agent: str
    closed: bool = False


class SendRefused(_Body, frozen=True, tag="send_refused"):
    """Meta refused what we sent, for a reason that lies with the contact."""

    code: int
    effect: Literal["window_closed", "unreachable", "marketing_stopped", "marketing_capped"]
    outbound: str = ""


CustomerBody = (
    Text
    | Media
    | Location
    | ContactCards
    | Choice
    | FlowReply
    | Order
    | Reaction
    | Edit
    | Revoke
    | Unsupported
    | Unknown
)
FactBody = (
    IdentityChanged
    | Echo
    | Standby
    | Handover
    | Preference
    | Claim
    | Requeue
    | Return
    | SendRefused
)


class Referral(msgspec.Struct, frozen=True, omit_defaults=True):
    """The advertisement that she came from (Meta, messages/text webhook reference)."""

    source_type: str = ""
    source_id: str = ""
    source_url: str = ""
    headline: str = ""
    click_id: str = ""


class Inbound(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One message to a mailbox. `id` is its dedup key: the wamid, or a name derived from the fact.

    `at_ms` is Meta's time (whole seconds, so two messages may tie), `received_at_ms` ours; order is
    the stream's. `raw` keeps Meta's own object where `body` could not hold all of it. `replay`
    counts how often the message was brought back from the dead letters: each return is a new
    delivery of an old id.
    """

    id: str
    contact: ContactKey
    phone_number_id: str
    at_ms: int
    received_at_ms: int
    body: CustomerBody | FactBody
    address: Address = Address()
    name: str = ""
    username: str = ""
    reply_to: str | None = None
    forwarded: bool = False
    product: str | None = None
    referral: Referral | None = None
    raw: msgspec.Raw = msgspec.Raw()  # empty: msgspec cannot decode `Raw | None`
    replay: int = 0
    v: int = 1


SUPPORT_DESK = "csat:"
"""Choices whose id begins so answer a question of the support desk's: the dialogue is deaf to them,
and handoff reads them."""

_TURNS = (Text, Media, Location, ContactCards, Choice, FlowReply, Order, Unsupported, Unknown)
_TYPED = (Text, Media, Location, ContactCards)


def opens_window(body: CustomerBody | FactBody) -> bool:
    """Tell whether this is a message of hers, which opens the 24-hour service window anew."""
    return isinstance(body, _TURNS)


def deserves_quiet_time(body: CustomerBody | FactBody) -> bool:
    """Tell whether more may follow at once, so that the turn waits: a tap is complete."""
    return isinstance(body, _TYPED)


def is_for_support_desk(body: CustomerBody | FactBody) -> bool:
    """Tell whether a tap answers a question that people asked, such as how content she was."""
    return isinstance(body, Choice) and body.id.startswith(SUPPORT_DESK)


def silences_bot(body: CustomerBody | FactBody) -> bool:
    """Tell whether this fact takes the conversation from the bot."""
    match body:
        case Claim() | Requeue() | Echo() | Standby() | Handover(to_us=False):
            return True
        case _:
            return False
