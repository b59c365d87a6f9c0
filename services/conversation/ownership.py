"""Who speaks with the customer: bot, queue, human or standby, and how that changes.

Pure. Each change raises the owner revision, so that a bot's answer computed before it is dropped by
the sender. When the bot gets a conversation back it keeps the slots and forgets the open question:
what people settled meanwhile is not asked again.

People keep what they hold: another app, Meta's own agent included, takes a conversation from the
bot alone and gives back only what it took. docs/reference/ownership.md draws the whole machine.
"""

from datetime import UTC, datetime, timedelta, tzinfo

import msgspec

from prosa.contracts.contact import Contact
from prosa.contracts.events import Owner, OwnerChanged
from prosa.contracts.session import Session
from prosa.dialogue.hours import SEARCHED_DAYS, Hours

_MILLISECOND = timedelta(milliseconds=1)

Change = tuple[Contact, tuple[OwnerChanged, ...]]


class Resume(msgspec.Struct, frozen=True):
    """When people have been silent for so long that the bot answers again.

    `hours` are theirs, local to `time_zone`; None: they answer at any time.
    """

    idle: timedelta
    hours: Hours | None
    time_zone: tzinfo


def claim(contact: Contact, agent: str, now_ms: int) -> Change:
    """Give the conversation to an agent; said by who has it already, it is a sign of life."""
    contact, told = change(contact, "human", by=agent, now_ms=now_ms, agent=agent)
    return heard_people(contact, now_ms), told


def echo(contact: Contact, now_ms: int) -> Change:
    """Take an echo as a person's word: who has the conversation keeps it, else a person does."""
    if contact.owner == "human":
        return heard_people(contact, now_ms), ()
    return change(contact, "human", by="echo", now_ms=now_ms)


def requeue(contact: Contact, agent: str, team: str, now_ms: int) -> Change:
    """Put the conversation into a team's queue, whoever had it."""
    contact, told = change(contact, "queue", by=agent, now_ms=now_ms, team=team)
    contact = msgspec.structs.replace(contact, team=team or contact.team)
    return heard_people(contact, now_ms), told


def stand_by(contact: Contact, now_ms: int) -> Change:
    """Leave the bot's conversation to another app."""
    if contact.owner != "bot":
        return contact, ()
    return change(contact, "standby", by="meta", now_ms=now_ms)


def take_back(contact: Contact, now_ms: int) -> Change:
    """Take from another app what it had taken."""
    if contact.owner != "standby":
        return contact, ()
    return change(contact, "bot", by="meta", now_ms=now_ms)


def change(
    contact: Contact, owner: Owner, *, by: str, now_ms: int, agent: str = "", team: str = ""
) -> Change:
    """Give the conversation to another owner; nothing happens when it has it already."""
    if contact.owner == owner and contact.agent == agent:
        return contact, ()
    revision = contact.owner_revision + 1
    to_bot = owner == "bot"
    changed = msgspec.structs.replace(
        contact,
        owner=owner,
        owner_revision=revision,
        owner_since_ms=now_ms,
        agent=agent,
        team="" if to_bot else team or contact.team,
        human_spoke_at_ms=now_ms if owner == "human" else contact.human_spoke_at_ms,
        session=_without_question(contact.session) if to_bot else contact.session,
    )
    event = OwnerChanged(
        id=f"{contact.key}:owner:{revision}",
        contact=contact.key,
        at_ms=now_ms,
        owner=owner,
        previous=contact.owner,
        owner_revision=revision,
        by=by,
        human_spoke_at_ms=changed.human_spoke_at_ms,
    )
    return changed, (event,)


def heard_people(contact: Contact, now_ms: int) -> Contact:
    """Note that people spoke."""
    return msgspec.structs.replace(
        contact, human_spoke_at_ms=max(contact.human_spoke_at_ms, now_ms)
    )


def is_abandoned(contact: Contact, resume: Resume, at_ms: int) -> bool:
    """Tell whether people were silent for so long that what she says at `at_ms` is the bot's.

    A person's silence is counted from the last human word. Who waits in the queue was told when
    people answer, so there only the hours count in which they do: a weekend is no silence.
    """
    idle_ms = resume.idle // _MILLISECOND
    match contact.owner:
        case "human":
            return at_ms - max(contact.human_spoke_at_ms, contact.owner_since_ms) >= idle_ms
        case "queue":
            return _waited_ms(contact.owner_since_ms, at_ms, resume) >= idle_ms
        case _:
            return False


def must_hear_closed(contact: Contact, resume: Resume, at_ms: int) -> bool:
    """Tell whether she waits in the queue while people are away, and has not heard so yet.

    Once for each time that they are away: who was told in the evening is not told at night again.
    """
    hours = resume.hours
    if contact.owner != "queue" or hours is None:
        return False
    now = _local(at_ms, resume)
    if hours.open_at(now):
        return False
    reopened = hours.next_opening(_local(contact.told_closed_at_ms, resume))
    return not contact.told_closed_at_ms or (reopened is not None and reopened <= now)


def _waited_ms(since_ms: int, until_ms: int, resume: Resume) -> int:
    """Measure how much of a time people were there."""
    if resume.hours is None:
        return until_ms - since_ms
    since, until = _local(since_ms, resume), _local(until_ms, resume)
    waited = timedelta(0)
    for ahead in range(min((until.date() - since.date()).days, SEARCHED_DAYS) + 1):
        day = since.date() + timedelta(days=ahead)
        for interval in resume.hours.of(day):
            opens, closes = (
                datetime.combine(day, time, tzinfo=resume.time_zone) for time in interval
            )
            waited += max(timedelta(0), min(closes, until) - max(opens, since))
    return waited // _MILLISECOND


def _local(at_ms: int, resume: Resume) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(resume.time_zone)


def _without_question(session: Session | None) -> Session | None:
    return session and msgspec.structs.replace(session, question=None, stack=())
