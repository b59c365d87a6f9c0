"""Takes batches of stream messages into one bot's file: the one that writes it, in one thread.

A transaction holds a batch's rows and the sequences up to which the streams were read: after a
crash between any two lines the file says where to go on, and nothing is there twice or not at all.

What cannot be read becomes an oddity. A batch that the file refuses is halved until the one message
is found that it refuses, and that one becomes an oddity too. A full disk or a broken file are
another matter: `Broken`, and the process ends to begin anew.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import duckdb
import msgspec
import pyarrow as pa  # type: ignore[import-untyped]
import structlog

from prosa.contracts import subjects
from prosa.contracts.events import ContactErased, Event
from prosa.contracts.identity import BotToken, ContactKey, contact_digest
from prosa.contracts.inbound import Inbound
from prosa.errors import ProsaError
from prosa.jetstream.connection import Stored
from services.analytics import erasure, facts, inbounds, store, tables
from services.analytics.conversations import ContactState
from services.analytics.reading import Reading
from services.analytics.rows import Batch, Place, Row
from services.analytics.streams import Verdict
from services.analytics.tables import Table

log = structlog.get_logger(__name__)

CACHED = 20_000
"""Contacts whose state is kept in memory, about 1 kB each."""

T = TypeVar("T")

_decode_event = msgspec.json.Decoder(Event).decode
_decode_inbound = msgspec.json.Decoder(Inbound).decode


class Broken(ProsaError):
    """The file cannot be written any more by this process: the disk is full, or DuckDB gave up."""


@dataclass(slots=True)
class Taken:
    """What one transaction did."""

    messages: dict[str, int] = field(default_factory=dict)
    oddities: dict[str, int] = field(default_factory=dict)
    erased: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Read:
    """A message and what was read in it; `record` is None when nothing could be, and `why`."""

    stored: Stored
    stream: str
    record: Event | Inbound | None
    why: str = ""


class Writer:
    """Writes on a cursor of its own. Every method belongs to one thread."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        *,
        bot: BotToken,
        idle: timedelta,
    ) -> None:
        self._connection, self._bot = connection, bot
        self._evt, self._in = subjects.evt_stream(bot), subjects.in_stream(bot)
        self._idle_ms = idle // timedelta(milliseconds=1)
        self._contacts: OrderedDict[str, ContactState] = OrderedDict()
        self._erased = erasure.digests(connection)
        self.erasing = erasure.pending(connection)
        """Digests of contacts whose erasure the files have to follow."""
        self._commits = _last_commit(connection)
        self.readings = _readings(connection, (self._evt, self._in))

    def take(self, events: Sequence[Stored], mailbox: Sequence[Stored]) -> Taken:
        """Take messages of both streams, each in its order. Raises Broken."""
        began = time.perf_counter()
        taken = Taken()
        read = [
            *(_read(self._evt, stored) for stored in self._new(self._evt, events)),
            *(_read(self._in, stored) for stored in self._new(self._in, mailbox)),
        ]
        for part in _parted(read):
            self._take_all(part, taken)
        taken.seconds = time.perf_counter() - began
        return taken

    def go_to(self, stream: str, verdict: Verdict) -> None:
        """Go on where a look at the stream says. Raises Broken."""
        reading = self.readings[stream]
        reading.born, reading.sequence = verdict.born, verdict.after
        reading.missed += verdict.missed
        self._transact(self._write_progress)

    def close(self) -> None:
        """Let go of the file."""
        with suppress(duckdb.Error):
            self._connection.close()

    def keep_vectors(self, rows: Iterable[Row], mark: tuple[str, int, str]) -> None:
        """Keep the vectors of messages, and up to which message they reach. Raises Broken."""

        def keep() -> None:
            self._commits += 1
            self._put(tables.EMBEDDINGS, rows)
            self._connection.execute("insert or replace into embedded values (?, ?, ?)", list(mark))

        self._transact(keep)

    def do(self, work: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """Do something else in a transaction of its own. Raises Broken, or what the work raises."""
        return self._transact(lambda: work(self._connection))

    # --- one transaction --------------------------------------------------------------------------

    def _new(self, stream: str, messages: Sequence[Stored]) -> Iterator[Stored]:
        after = self.readings[stream].sequence
        return (stored for stored in messages if stored.sequence > after)

    def _take_all(self, read: Sequence[Read], taken: Taken) -> None:
        """Take a part of a batch, by halves when the file refuses it."""
        before = {name: replace(reading) for name, reading in self.readings.items()}
        try:
            odd = self._transact(lambda: self._take_part(read, taken))
        except (duckdb.Error, pa.ArrowException, OverflowError, ValueError, TypeError) as error:
            self.readings = before
            self._contacts.clear()  # their states had moved
            if len(read) > 1:
                middle = len(read) // 2
                self._take_all(read[:middle], taken)
                self._take_all(read[middle:], taken)
                return
            why = type(error).__name__
            log.warning("record_refused", stream=read[0].stream, problem=why)
            odd = self._transact(lambda: self._keep_oddity(read[0], why))
        for each in read:
            taken.messages[each.stream] = taken.messages.get(each.stream, 0) + 1
        for stream in odd:
            taken.oddities[stream] = taken.oddities.get(stream, 0) + 1

    def _take_part(self, read: Sequence[Read], taken: Taken) -> list[str]:
        """Write the rows of a part; gives the streams of what could not be read, one each."""
        self._commits += 1
        first = read[0].record
        if isinstance(first, ContactErased):
            taken.erased += self._erase(first)
            self._advance(read)
            return []
        batch = self._batch(read)
        odd = []
        for each in read:
            if why := _take_one(batch, each):
                odd.append(each.stream)
                place = (each.stream, each.stored.sequence)
                batch.add("oddities", place, _oddity(each, why))
        self._write(batch)
        self._advance(read)
        return odd

    def _keep_oddity(self, read: Read, why: str) -> list[str]:
        self._put(tables.TABLES["oddities"], [_oddity(read, why)])
        self._advance([read])
        return [read.stream]

    def _erase(self, event: ContactErased) -> list[str]:
        contacts = erasure.forget(self._connection, self._bot, event.digest, event.at_ms)
        self._erased[event.digest] = event.at_ms
        self.erasing = erasure.pending(self._connection)
        for contact in contacts:
            self._contacts.pop(contact, None)
        return contacts

    def _batch(self, read: Sequence[Read]) -> Batch:
        """Begin a batch with the states of everybody named in it."""
        named = {str(each.record.contact) for each in read if each.record is not None}
        self._contacts.update(_states(self._connection, named - self._contacts.keys()))
        forgotten: dict[str, int] = {}
        if self._erased:
            digests = {name: contact_digest(self._bot, ContactKey(name)) for name in named}
            forgotten = {c: at for c, d in digests.items() if (at := self._erased.get(d))}
        known = erasure.messages_of(self._connection, forgotten) if forgotten else frozenset()
        return Batch(self._contacts, self._idle_ms, forgotten=forgotten, known=known)

    def _write(self, batch: Batch) -> None:
        campaigns: dict[str, int] = {}
        for name, table in tables.TABLES.items():
            rows = batch.tables.get(name, {}).values()
            told = self._put(table, rows)
            if name == "advanced":
                for happened_ms, outbound in told:
                    if happened_ms is not None:
                        batch.happened(happened_ms)
                        if outbound is not None:
                            campaigns[outbound] = happened_ms
        self._follow_campaigns(batch, campaigns)
        states = [batch.contacts[contact] for contact in batch.touched]
        self._put(tables.CONTACTS, map(tables.contact_row, states))
        self._put(tables.SESSIONS, map(tables.session_row, batch.sessions.values()))
        self._put(tables.HOURS, ({"hour": hour} for hour in batch.hours))
        for state in states:
            self._contacts.move_to_end(state.contact)
        while len(self._contacts) > CACHED:
            self._contacts.popitem(last=False)

    def _follow_campaigns(self, batch: Batch, told: Mapping[str, int]) -> None:
        """Take over into campaigns' rows what statuses, answers and stops say."""
        sends = batch.tables.get("campaign_sends", {})
        for statement, outbounds in (
            (tables.FOLLOW_STATUSES, told),
            (
                tables.ANSWERED_BEFORE,
                {o: row["sent_at"] for o, row in sends.items() if "sent_at" in row},
            ),
        ):
            if outbounds:
                parameters = {
                    "changed": self._commits,
                    "outbounds": list(outbounds),
                    "since": datetime.fromtimestamp(min(outbounds.values()) // 1000, UTC),
                }
                self._connection.execute(statement, parameters)
        for name, table in tables.ANSWERED.items():
            for (sent_ms,) in self._put(table, batch.tables.get(name, {}).values()):
                batch.happened(sent_ms)

    def _put(self, table: Table, rows: Iterable[Row]) -> list[Any]:
        batch = table.arrow(rows, self._commits)
        if batch.num_rows == 0:
            return []
        self._connection.register("batch", batch)
        try:  # what it returns is read while the batch is there: results stream
            return self._connection.execute(table.statement).fetchall()
        finally:
            self._connection.unregister("batch")

    def _advance(self, read: Sequence[Read]) -> None:
        for each in read:
            reading = self.readings[each.stream]
            reading.sequence = each.stored.sequence
            reading.taken += 1
        self._write_progress()

    def _write_progress(self) -> None:
        for reading in self.readings.values():
            self._connection.execute(
                "insert or replace into progress values (?, ?, ?, ?, ?)", list(astuple(reading))
            )

    def _transact(self, work: Callable[[], T]) -> T:
        """Do all of it or nothing. Raises Broken, or what the work raises."""
        try:
            self._connection.begin()
            result = work()
            self._connection.commit()
        except BaseException as error:
            with suppress(duckdb.Error):
                self._connection.rollback()
            if isinstance(error, duckdb.Error) and (why := store.breakage(error)):
                raise Broken(why) from error
            raise
        return result


# --- pieces ---------------------------------------------------------------------------------------


def _read(stream: str, stored: Stored) -> Read:
    decode = _decode_event if ".evt." in stored.subject else _decode_inbound
    try:
        return Read(stored, stream, decode(stored.payload))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return Read(stored, stream, None, str(error))


def _parted(read: Sequence[Read]) -> Iterator[Sequence[Read]]:
    """Give each erasure alone: what follows it is taken into a file that has forgotten her."""
    begins = 0
    for at, each in enumerate(read):
        if isinstance(each.record, ContactErased):
            if begins < at:
                yield read[begins:at]
            yield read[at : at + 1]
            begins = at + 1
    if begins < len(read):
        yield read[begins:]


def _take_one(batch: Batch, read: Read) -> str:
    """Take one message into the batch; gives why not, or nothing."""
    record = read.record
    if record is None:
        return read.why
    place = Place(read.stored.sequence, read.stored.at_ms)
    if isinstance(record, Inbound):
        inbounds.take(batch, record, place)
    else:
        facts.take(batch, record, place)
    return ""


def _oddity(read: Read, why: str) -> Row:
    stored = read.stored
    return {
        "stream": read.stream,
        "sequence": stored.sequence,
        "subject": stored.subject,
        "received_at": stored.at_ms,
        "reason": why,
        "payload": stored.payload,
    }


def _readings(connection: duckdb.DuckDBPyConnection, streams: Sequence[str]) -> dict[str, Reading]:
    rows = connection.execute("select stream, sequence, born, taken, missed from progress")
    known = {row[0]: Reading(*row) for row in rows.fetchall()}
    return {stream: known.get(stream) or Reading(stream) for stream in streams}


def _last_commit(connection: duckdb.DuckDBPyConnection) -> int:
    ((number,),) = connection.execute(
        "select greatest((select coalesce(max(changed), 0) from hours),"
        " (select coalesce(max(changed), 0) from embeddings),"
        " (select coalesce(max(changed), 0) from message_rows))"
    ).fetchall()
    return int(number)


def _states(
    connection: duckdb.DuckDBPyConnection, contacts: Iterable[str]
) -> dict[str, ContactState]:
    """Read what the file knows of contacts; who is not in it is left out."""
    listed = list(contacts)
    if not listed:
        return {}
    rows = connection.execute(tables.READ_CONTACTS, {"contacts": listed}).fetchall()
    sessions = connection.execute(tables.READ_SESSIONS, {"contacts": listed}).fetchall()
    by_id = {row[0]: tables.session_of(row) for row in sessions}
    return {row[0]: tables.contact_of(row, by_id) for row in rows}
