"""Facts on EVT, past tense: what analytics, handoff and dashboards read.

An event's id is its `Nats-Msg-Id`: derived from what happened, so that one told twice is one.
"""

from typing import Any, ClassVar, Literal

import msgspec

from prosa.contracts.identity import ContactKey

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
    """Meta accepted one message of an outbound."""

    kind: ClassVar[str] = "sent"
    outbound: str
    index: int
    wamid: str
    message: str
    author: str
    category: str
    campaign: str = ""
    ambiguous: bool = False


class SendFailed(_Event, frozen=True, tag="send_failed"):
    """An outbound, or what was left of it from `index` on, will not be sent: `reason` is a word."""

    kind: ClassVar[str] = "failed"
    outbound: str
    index: int
    reason: str
    code: int = 0
    author: str = "bot"
    campaign: str = ""


class HandoffRequested(_Event, frozen=True, tag="handoff_requested"):
    """The conversation was put into the queue for people."""

    kind: ClassVar[str] = "handoff"
    team: str
    reason: str
    summary: str = ""
    slots: dict[str, Any] = {}
    owner_revision: int = 0


class OwnerChanged(_Event, frozen=True, tag="owner_changed"):
    """Another owner speaks now; `by` is an agent, `echo`, `idle`, `dialogue` or `meta`."""

    kind: ClassVar[str] = "owner"
    owner: Owner
    previous: Owner
    owner_revision: int
    by: str


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
    "account",
    "unknown",
)
"""Every `kind` above, for permissions and documentation; a test holds the two together."""
