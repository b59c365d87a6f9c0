"""Whom a team wants told. Pure."""

from collections.abc import Iterator

import msgspec

from prosa.contracts.chatbot import Team
from services.handoff.notify.notification import (
    ChannelName,
    Handoff,
    Line,
    Planned,
    notification_id,
)

MESSAGES = 5
"""Of her last messages: enough to see what it is about, little enough for a phone's screen."""

LONGEST_TEXT = 500


def planned(handoff: Handoff, team: Team | None) -> tuple[Planned, ...]:
    """Give the rows of a ticket: each target of its team once, however often it is listed.

    Only the last messages are kept, and of each its beginning. Without a team nobody is told.
    """
    if team is None:
        return ()
    told = _shortened(handoff)
    targets = dict.fromkeys(_targets(team))
    return tuple(
        Planned(
            id=notification_id(handoff.bot, handoff.ticket, channel, target),
            channel=channel,
            target=target,
            team=team.name,
            handoff=told,
        )
        for channel, target in targets
    )


def _targets(team: Team) -> Iterator[tuple[ChannelName, str]]:
    notify = team.notify
    yield from (("email", address.strip()) for address in notify.email)
    yield from (("whatsapp", "".join(filter(str.isdecimal, phone))) for phone in notify.whatsapp)
    if notify.crm is not None:
        yield notify.crm.kind, notify.crm.webhook_secret_ref.name


def _shortened(handoff: Handoff) -> Handoff:
    messages = tuple(Line(m.at_ms, _cut(m.text)) for m in handoff.messages[-MESSAGES:])
    return msgspec.structs.replace(handoff, messages=messages)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
