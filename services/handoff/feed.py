"""Takes what the streams tell into PostgreSQL: the edge of both consumers.

Deliveries that wait at the same time become one transaction, so that a burst costs a few and not
thousands; each is acked after the commit. A batch that fails for a reason of its own is taken one
by one, so that one bad record holds nobody up. While PostgreSQL is away nothing is acked and
everything comes again.

Messages are kept for contacts who have, or had, a ticket; the rest passes by for the price of one
question. What passed by just before a ticket opened is read back by `keeping`.
"""

import asyncio
from collections.abc import Callable, Sequence

import msgspec
import structlog

from prosa.clock import Clock
from prosa.contracts.contact import Contact
from prosa.contracts.events import HandoffRequested, SendFailed
from prosa.contracts.identity import ContactKey
from prosa.contracts.inbound import Inbound, Media, Text
from prosa.errors import Reject, Unavailable
from prosa.jetstream.buckets import Bucket, Undecodable
from prosa.jetstream.consumer import Delivery
from prosa.postgres.database import Connection, Database
from services.handoff import records, threads, timeline
from services.handoff.history import History
from services.handoff.metrics import HandoffMetrics
from services.handoff.notify import planning
from services.handoff.notify import postgres as notifications
from services.handoff.notify.notification import Handoff, Line
from services.handoff.postgres import entries, recording, tickets
from services.handoff.records import Record
from services.handoff.rules import Rules
from services.handoff.threads import Thread
from services.handoff.tickets import Step
from services.handoff.timeline import Change, Entry, Telling

log = structlog.get_logger(__name__)

BATCH = 256


class Item(msgspec.Struct, frozen=True):
    """One record in hand. `again` names the notification whose dead letter was replayed."""

    record: Record
    at_ms: int = 0
    sequence: int = 0
    again: str = ""


class _Opening(msgspec.Struct, frozen=True):
    """What a record that may open a ticket needs from elsewhere."""

    contact: Contact | None = None
    words: tuple[Inbound, ...] = ()


class Feed:
    """The records of one bot."""

    def __init__(
        self,
        rules: Rules,
        database: Database,
        contacts: Bucket[Contact],
        *,
        history: History,
        metrics: HandoffMetrics,
        clock: Clock,
        committed: Callable[[], None],
    ) -> None:
        """Call `committed` after each change: there is something to tell, or to fill in."""
        self._rules = rules
        self._database = database
        self._contacts = contacts
        self._history = history
        self._metrics = metrics
        self._clock = clock
        self._committed = committed
        self._waiting: list[tuple[Item, asyncio.Future[None]]] = []
        self._busy = False

    async def handle(self, delivery: Delivery) -> None:
        """Take one delivery. Raises Reject for what cannot be read, Unavailable."""
        try:
            record = records.read(delivery.subject, delivery.payload)
        except msgspec.MsgspecError as error:
            raise Reject("undecodable", str(error)) from None  # names a field, never its value
        if record is None:
            return
        again = ""
        if isinstance(record, HandoffRequested):
            again = delivery.headers.get(notifications.NOTIFICATION_HEADER, "")
        await self._join(Item(record, delivery.at_ms, delivery.sequence, again))

    async def take(self, items: Sequence[Item]) -> None:
        """Take records in one transaction. Raises Unavailable: then none was taken."""
        items = sorted(items, key=lambda item: (item.at_ms, item.sequence))
        openings = await self._openings(items)
        async with self._database.transaction() as connection:
            steps = await self._apply(connection, items, openings)
        if steps:
            self._committed()
        for step in steps:
            self._metrics.step(self._rules.bot, step)

    # --- batches ----------------------------------------------------------------------------------

    async def _join(self, item: Item) -> None:
        """Wait in line; whoever finds nobody at work takes all that wait."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if not self._busy:
            self._busy = True
            try:
                while self._waiting:
                    batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
                    await self._take_batch(batch)
            finally:
                self._busy = False
        await done

    async def _take_batch(self, batch: Sequence[tuple[Item, asyncio.Future[None]]]) -> None:
        try:
            await self.take([item for item, _ in batch])
        except Unavailable as error:
            for _, done in batch:
                done.set_exception(Unavailable(str(error)))
        except Exception as error:  # noqa: BLE001 - the consumer judges it, for each delivery
            if len(batch) == 1:
                batch[0][1].set_exception(error)
                return
            log.warning("batch_failed", error=type(error).__name__, records=len(batch))
            for one in batch:
                await self._take_batch([one])
        else:
            for _, done in batch:
                done.set_result(None)

    # --- one transaction --------------------------------------------------------------------------

    async def _apply(
        self, connection: Connection, items: Sequence[Item], openings: dict[str, _Opening]
    ) -> list[Step]:
        bot = self._rules.bot
        for item in items:
            await self._tell_notifications(connection, item)
        wanted = {item.record.contact for item in items}
        locked = await tickets.lock(connection, bot, sorted(wanted), new=sorted(openings))
        mine = [item.record for item in items if item.record.contact in locked]
        if not mine:
            return []
        lines = await _lines(connection, self._rules, mine)
        known = frozenset[str]()
        if openings:
            known = await tickets.openings(connection, bot, [_id(record) for record in mine])
        steps: list[Step] = []
        for contact, (ticket, early) in locked.items():
            thread = Thread(
                self._rules, ticket, lines.get(contact, ()), early, known_openings=known
            )
            opening = openings.get(contact, _Opening())
            for record in mine:
                if record.contact == contact:
                    thread.take(record, opening.contact)
            if thread.ticket is None:
                continue
            steps += await self._record(connection, thread, opening, mine)
        return steps

    async def _record(
        self, connection: Connection, thread: Thread, opening: _Opening, mine: Sequence[Record]
    ) -> tuple[Step, ...]:
        ticket = thread.ticket
        assert ticket is not None  # noqa: S101 - the caller has asked
        steps = thread.finish(self._clock.now_ms())
        await recording.record(connection, self._rules.bot, steps, thread.lines())
        if thread.early_changed:
            await tickets.set_early(connection, self._rules.bot, ticket.contact, thread.early)
        for step in steps:
            if step.change == "opened" and step.ticket.reason != "echo":
                await self._notify(connection, step, opening, mine)
        return steps

    async def _notify(
        self, connection: Connection, step: Step, opening: _Opening, mine: Sequence[Record]
    ) -> None:
        """Write down whom the team wants told, in the transaction that opens the ticket."""
        ticket = step.ticket
        request = next(
            (r for r in mine if isinstance(r, HandoffRequested) and r.id == ticket.opened_by), None
        )
        if request is None:
            return
        now_ms = self._clock.now_ms()
        in_hours = self._rules.calendar.open_at(now_ms)
        handoff = Handoff(
            bot=self._rules.bot,
            ticket=ticket.id,
            request=request,
            name=ticket.name,
            phone=ticket.phone,
            messages=tuple(_line(word) for word in opening.words if _text(word)),
            in_hours=in_hours,
            opens_at_ms=0 if in_hours else self._rules.calendar.next_opening(now_ms),
        )
        team = self._rules.team(ticket.team)
        await notifications.insert(connection, planning.planned(handoff, team))

    async def _tell_notifications(self, connection: Connection, item: Item) -> None:
        if isinstance(item.record, HandoffRequested):
            await notifications.reopen(connection, self._rules.bot, item.record, only=item.again)
        elif isinstance(item.record, SendFailed):
            await notifications.refused(connection, self._rules.bot, item.record)

    async def _openings(self, items: Sequence[Item]) -> dict[str, _Opening]:
        """Read what the records that may open a ticket need. Raises Unavailable."""
        found = {}
        for contact in {item.record.contact for item in items if threads.opens(item.record)}:
            found[str(contact)] = _Opening(
                await self._document(contact), tuple(await self._history.words(contact))
            )
        return found

    async def _document(self, contact: ContactKey) -> Contact | None:
        try:
            entry = await self._contacts.get(contact)
        except Undecodable:
            log.warning("contact_unreadable", contact=contact)
            return None
        return entry.value if entry else None


async def _lines(
    connection: Connection, rules: Rules, mine: Sequence[Record]
) -> dict[str, list[Entry]]:
    """Find the lines that the records may change, or are."""
    told = [timeline.read(r) for r in mine if isinstance(r, Telling)]
    entry = [each for each in told if isinstance(each, Entry)]
    change = [each for each in told if isinstance(each, Change)]
    return await entries.find(
        connection,
        rules.bot,
        sorted({record.contact for record in mine}),
        ids=(each.message.id for each in entry),
        wamids=(
            *(each.wamid for each in entry),
            *(each.message.reply_to for each in entry),
            *(each.wamid for each in change),
        ),
        outbounds=(*(each.outbound for each in entry), *(each.outbound for each in change)),
    )


def _id(record: Record) -> str:
    return record.id


def _text(word: Inbound) -> str:
    match word.body:
        case Text(body=text):
            return text
        case Media(caption=caption, filename=filename):
            return caption or filename
        case _:
            told = timeline.read(word)
            return told.message.text if isinstance(told, Entry) else ""


def _line(word: Inbound) -> Line:
    return Line(word.at_ms, _text(word))
