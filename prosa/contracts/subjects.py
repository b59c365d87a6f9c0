"""Every subject, stream and bucket name. Nobody else builds one.

`<b>` is the bot's token, `<c>` the contact's key; see `identity`.
"""

from prosa.contracts.identity import NO_CONTACT, BotToken, ContactKey, is_contact_key
from prosa.contracts.outbound import Priority

PRIORITIES: tuple[Priority, ...] = ("high", "default", "low")

UNROUTED_STREAM = "PROSA_UNROUTED"
"""Webhooks that no Chatbot claims: a number that nobody configured yet."""


def inbound(bot: BotToken, contact: ContactKey | str) -> str:
    """`prosa.<b>.in.<c>`; pass `*` for all contacts."""
    return f"prosa.{bot}.in.{contact}"


def outbound(bot: BotToken, priority: Priority | str, contact: ContactKey | str) -> str:
    """`prosa.<b>.out.<high|default|low>.<c>`."""
    return f"prosa.{bot}.out.{priority}.{contact}"


def event(bot: BotToken, kind: str, contact: ContactKey | str) -> str:
    """`prosa.<b>.evt.<kind>.<c>`."""
    return f"prosa.{bot}.evt.{kind}.{contact}"


def dead_letter(bot: BotToken, service: str, contact: ContactKey | str) -> str:
    """`prosa.<b>.dlq.<service>.<c>`."""
    return f"prosa.{bot}.dlq.{service}.{contact}"


def contact_of(subject: str) -> ContactKey:
    """Read the contact key at the end of a subject; `NO_CONTACT` when none stands there."""
    token = subject.rpartition(".")[2]
    return ContactKey(token) if is_contact_key(token) else NO_CONTACT


def unrouted(account: str) -> str:
    """`prosa_unrouted.<WABA id>`: outside `prosa.>`, because it belongs to no bot."""
    return f"prosa_unrouted.{account or '_'}"


def in_stream(bot: BotToken) -> str:
    """Stream of what goes into the mailboxes."""
    return f"PROSA_{bot}_IN"


def out_stream(bot: BotToken) -> str:
    """Stream of what must be sent."""
    return f"PROSA_{bot}_OUT"


def evt_stream(bot: BotToken) -> str:
    """Stream of facts."""
    return f"PROSA_{bot}_EVT"


def dlq_stream(bot: BotToken) -> str:
    """Stream of dead letters."""
    return f"PROSA_{bot}_DLQ"


def bucket(bot: BotToken, name: str) -> str:
    """`prosa_<b>_<name>`: a key-value bucket."""
    return f"prosa_{bot}_{name}"


CONVERSATION_CONSUMER = "conversation"
"""Durable on IN: wake-ups."""

STATUS_CONSUMER = "sender-status"
"""Durable on EVT: statuses, for the sender's documents."""

HANDOFF_CONSUMER = "handoff"
"""Durable on EVT (what `HANDOFF_KINDS` names) and on IN (the customer's words)."""

HANDOFF_KINDS = ("handoff", "owner", "sent", "failed", "status", "reaction", "echo")
"""Kinds of events that a ticket's timeline and state are made of."""


def sender_consumer(priority: Priority) -> str:
    """Durable on OUT of one priority class."""
    return f"sender-{priority}"
