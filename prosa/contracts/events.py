"""Facts on EVT, past tense: what analytics, handoff and dashboards read.

An event's id is its `Nats-Msg-Id`: derived from what happened, so that one told twice is one.
"""

from typing import Any, ClassVar, Literal

import msgspec

from prosa.contracts.catalogue import Item
from prosa.contracts.identity import ContactKey
from prosa.contracts.outbound import Message

Owner = Literal["bot", "queue", "human", "standby"]
StatusName = Literal["sent", "delivered", "read", "played", "failed"]


class _Event(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag_field="type"):
    """`at_ms` is when it happened, by whoever saw it happen."""

    kind: ClassVar[str]
    """The subject token under which the event is told: `prosa.<b>.evt.<kind>.<c>`."""

    id: str
    contact: ContactKey
    at_ms: int
    v: int = 1


class StatusError(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why Meta says that a message failed."""

    code: int
    title: str = ""
    details: str = ""


class StatusReceived(_Event, frozen=True, tag="status_received"):
    """Meta reported on a message that was sent; in no reliable order.

    `tracker` is the `biz_opaque_callback_data` that we sent along. `status` may be a word that Meta
    adds one day. `billable_as` is `<pricing type>/<category>`, such as `regular/marketing`.
    """

    kind: ClassVar[str] = "status"
    wamid: str
    status: str
    phone_number_id: str = ""
    tracker: str = ""
    errors: tuple[StatusError, ...] = ()
    billable_as: str = ""


class TurnTaken(_Event, frozen=True, tag="turn_taken"):
    """Conversation committed a turn: which inbounds it took, what it decided, step by step."""

    kind: ClassVar[str] = "turn"
    inbounds: tuple[str, ...]
    cursor: int
    owner: Owner
    messages: int = 0
    steps: tuple[dict[str, Any], ...] = ()
    session: str = ""


class MessageSent(_Event, frozen=True, tag="message_sent"):
    """Meta accepted one message of an outbound.

    `message` is its type and `content` all of it, for whoever keeps records. `agent` wrote it, when
    `author` is `agent`; `campaign` and `occasion` sent it, when that is `campaign`.
    """

    kind: ClassVar[str] = "sent"
    outbound: str
    index: int
    wamid: str
    message: str
    author: str
    category: str
    campaign: str = ""
    ambiguous: bool = False
    agent: str = ""
    content: Message | None = None
    occasion: str = ""


class SendFailed(_Event, frozen=True, tag="send_failed"):
    """An outbound, or what was left of it from `index` on, will not be sent: `reason` is a word."""

    kind: ClassVar[str] = "failed"
    outbound: str
    index: int
    reason: str
    code: int = 0
    author: str = "bot"
    campaign: str = ""
    occasion: str = ""


class HandoffRequested(_Event, frozen=True, tag="handoff_requested"):
    """The conversation was put into the queue for people."""

    kind: ClassVar[str] = "handoff"
    team: str
    reason: str
    summary: str = ""
    slots: dict[str, Any] = {}
    owner_revision: int = 0


class OwnerChanged(_Event, frozen=True, tag="owner_changed"):
    """Another owner speaks now; `by` is an agent, `echo`, `idle`, `dialogue` or `meta`.

    `human_spoke_at_ms` is the last sign of people that this was decided knowing of: whoever has
    told the mailbox of a later one knows that another change follows.
    """

    kind: ClassVar[str] = "owner"
    owner: Owner
    previous: Owner
    owner_revision: int
    by: str
    human_spoke_at_ms: int = 0


class PreferenceChanged(_Event, frozen=True, tag="preference_changed"):
    """The customer stopped or resumed what she accepts; `source` is `words`, `meta` or `send`."""

    kind: ClassVar[str] = "preference"
    value: Literal["stop", "resume"]
    source: str
    category: str = "marketing_messages"


class EchoSeen(_Event, frozen=True, tag="echo_seen"):
    """The business wrote from its own phone."""

    kind: ClassVar[str] = "echo"
    message: str
    text: str = ""


class ReactionSeen(_Event, frozen=True, tag="reaction_seen"):
    """The customer put an emoji on a message, or took it back."""

    kind: ClassVar[str] = "reaction"
    message: str
    emoji: str = ""


TicketChange = Literal[
    "opened",
    "assigned",
    "claimed",
    "first_reply",
    "transferred",
    "escalated",
    "breached",
    "noted",
    "tagged",
    "read",
    "returned",
    "closed",
    "rated",
    "timeline",
]
TicketStatus = Literal["queue", "open", "closed"]


class TicketChanged(_Event, frozen=True, tag="ticket_changed"):
    """A ticket of the support team changed: what the inbox shows live and analytics counts.

    `ticket` is its id and `revision` counts its changes: whoever has seen a later one ignores this.
    `conversation` is the inbox's row as of now, `entries` what its timeline gained or changed, both
    in the shape of the inbox' API. `rating` is the customer's, 1 to 5, when `change` is `rated`;
    `late_for` names the clock of a breach, `first_reply` or `resolution`.
    """

    kind: ClassVar[str] = "ticket"
    ticket: str
    revision: int
    change: TicketChange
    status: TicketStatus
    team: str = ""
    agent: str = ""
    by: str = ""
    opened_at_ms: int = 0
    rating: int = 0
    late_for: str = ""
    conversation: dict[str, Any] = {}
    entries: tuple[dict[str, Any], ...] = ()


class ItemAdded(_Event, frozen=True, tag="item_added"):
    """The catalogue has an item that it had not; `version` names the import that brought it."""

    kind: ClassVar[str] = "catalogue"
    version: str
    item: Item


class ItemRemoved(_Event, frozen=True, tag="item_removed"):
    """An item is no longer in the catalogue; `item` is as it was last."""

    kind: ClassVar[str] = "catalogue"
    version: str
    item: Item


class PriceChanged(_Event, frozen=True, tag="price_changed"):
    """An item's price fell or rose from `previous` to `price`; `item` is as it is now."""

    kind: ClassVar[str] = "catalogue"
    version: str
    item: Item
    previous: float
    price: float


class CatalogueImported(_Event, frozen=True, tag="catalogue_imported"):
    """A source was read whole; the first import ever tells no items one by one (`first`)."""

    kind: ClassVar[str] = "catalogue"
    version: str
    source: str
    items: int
    added: int
    changed: int
    removed: int
    first: bool = False


class CampaignRan(_Event, frozen=True, tag="campaign_ran"):
    """A run of a campaign ended; `skipped` counts contacts by the reason they were left out."""

    kind: ClassVar[str] = "campaign"
    campaign: str
    run: str
    considered: int
    queued: int
    skipped: dict[str, int] = {}


class ContactErased(_Event, frozen=True, tag="contact_erased"):
    """All that was known of a contact up to `at_ms` is to be forgotten (LGPD, articles 16 and 18).

    `contact` is `_`: she is named by `digest` (`identity.contact_digest`), because her key is made
    of her phone or user id and would stay in the stream. A message that she writes afterwards makes
    her a new contact, even under the same key.
    """

    kind: ClassVar[str] = "erased"
    digest: str


class AccountNotified(_Event, frozen=True, tag="account_notified"):
    """Meta told something of a number, account or template: `field`, and `value` as it came."""

    kind: ClassVar[str] = "account"
    field: str
    account: str
    value: msgspec.Raw


class WebhookUnknown(_Event, frozen=True, tag="webhook_unknown"):
    """An update that this version has no name for, kept as it came."""

    kind: ClassVar[str] = "unknown"
    field: str
    account: str
    value: msgspec.Raw


Event = (
    StatusReceived
    | TurnTaken
    | MessageSent
    | SendFailed
    | HandoffRequested
    | OwnerChanged
    | PreferenceChanged
    | EchoSeen
    | ReactionSeen
    | TicketChanged
    | ItemAdded
    | ItemRemoved
    | PriceChanged
    | CatalogueImported
    | CampaignRan
    | ContactErased
    | AccountNotified
    | WebhookUnknown
)

EVENT_KINDS = (
    "status",
    "turn",
    "sent",
    "failed",
    "handoff",
    "owner",
    "preference",
    "echo",
    "reaction",
    "ticket",
    "catalogue",
    "campaign",
    "erased",
    "account",
    "unknown",
)
"""Every `kind` above, for permissions and documentation; a test holds the two together."""
