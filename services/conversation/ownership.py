"""Who speaks with the customer: bot, queue, human or standby, and how that changes.

Pure. Each change raises the owner revision, so that a bot's answer computed before it is dropped by
the sender. When the bot gets a conversation back it keeps the slots and forgets the open question:
what people settled meanwhile is not asked again.
"""

from datetime import timedelta

import msgspec

from prosa.contracts.contact import Contact
from prosa.contracts.events import Owner, OwnerChanged
from prosa.contracts.session import Session

_MILLISECOND = timedelta(milliseconds=1)


def change(
    contact: Contact, owner: Owner, *, by: str, now_ms: int, agent: str = "", team: str = ""
) -> tuple[Contact, tuple[OwnerChanged, ...]]:
    """Give the conversation to another owner; nothing happens when it has it already."""
    if contact.owner == owner and contact.agent == agent:
        return contact, ()
    revision = contact.owner_revision + 1
    changed = msgspec.structs.replace(
        contact,
        owner=owner,
        owner_revision=revision,
        owner_since_ms=now_ms,
        agent=agent,
        team=team or contact.team,
        human_spoke_at_ms=now_ms if owner == "human" else contact.human_spoke_at_ms,
        session=_without_question(contact.session) if owner == "bot" else contact.session,
    )
    event = OwnerChanged(
        id=f"{contact.key}:owner:{revision}",
        contact=contact.key,
        at_ms=now_ms,
        owner=owner,
        previous=contact.owner,
        owner_revision=revision,
        by=by,
    )
    return changed, (event,)


def is_abandoned(contact: Contact, idle: timedelta, now_ms: int) -> bool:
    """Tell whether people have been silent for so long that her next message goes to the bot."""
    if contact.owner not in ("queue", "human"):
        return False
    last_word = max(contact.human_spoke_at_ms, contact.owner_since_ms)
    return now_ms - last_word >= idle // _MILLISECOND


def _without_question(session: Session | None) -> Session | None:
    return session and msgspec.structs.replace(session, question=None, stack=())
