"""One change, written together: ticket, timeline, audit, and what is to be told."""

from collections.abc import Iterator, Sequence

from prosa.contracts.identity import BotToken
from prosa.postgres.database import Connection
from services.handoff.postgres import audit, entries, outbox, tickets
from services.handoff.telling import Telling, tellings
from services.handoff.tickets import Actor, Step
from services.handoff.timeline import Entry

PLATFORM = Actor("", "")
"""Who acts when it is nobody: the clocks, the streams."""


async def record(
    connection: Connection,
    bot: BotToken,
    steps: Sequence[Step],
    lines: Sequence[Entry] = (),
    *,
    by: Actor = PLATFORM,
) -> None:
    """Write the steps of one ticket, oldest first. Its contact is locked by the caller.

    `lines` carry what finds a line, where the steps know only what is shown.
    """
    if not steps:
        return
    ticket = steps[-1].ticket
    await tickets.save(connection, bot, ticket)
    if any(step.change == "opened" for step in steps):
        await tickets.set_newest(connection, bot, ticket)
    named = {entry.message.id for entry in lines}
    told = [m for step in steps for m in step.entries if m.id not in named]
    await entries.save(
        connection, bot, {ticket.contact: [*lines, *(Entry(message=m) for m in told)]}
    )
    for step in steps:
        if step.audited is not None:
            await audit.add(
                connection, bot, step.audited, by=by, ticket=ticket.id, at_ms=step.at_ms
            )
    await outbox.add(connection, bot, _told(bot, steps))


def _told(bot: BotToken, steps: Sequence[Step]) -> Iterator[tuple[str, Telling]]:
    for step in steps:
        for telling in tellings(bot, step):
            yield step.ticket.contact, telling
