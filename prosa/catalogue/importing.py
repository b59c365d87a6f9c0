"""Imports a catalogue: what a source says becomes what the bot sells, or nothing changes.

    outcome = await import_document(jetstream, bot, spec, Document("stock.csv", text, "csv"))

In this order: the diff is told on EVT, the bucket is made to hold the items, the version is noted
as current. Killed anywhere, the next import of the same items ends what this one began, under the
same event ids. A source that is wrong, empty or has lost most of its items is refused, and the
version before goes on being served: why stands in the bot's record of imports, where
`prosa catalogue show` reads it.
"""

import asyncio
from typing import NamedTuple, Protocol

import msgspec

from prosa.catalogue import diffs, loading, reading
from prosa.catalogue.diffs import Diff, Stock
from prosa.catalogue.record import Record
from prosa.clock import Clock, SystemClock
from prosa.contracts.catalogue import HISTORY, Feed, Imports, Problem, Version
from prosa.contracts.chatbot import CatalogueSpec
from prosa.contracts.identity import BotToken
from prosa.errors import ConfigError, Unavailable
from prosa.jetstream.connection import Conflict, JetStream

_FEW = 10
"""So many items may always vanish: a small shop sells half of what it has on a good day."""

_RACES = 5


class Document(msgspec.Struct, frozen=True):
    """What a source said, and what it is called where a person reads it. `feed` is the server's."""

    source: str
    text: str
    kind: reading.Kind
    feed: Feed | None = None


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What an import may do.

    `skip_wrong_rows` imports the right rows of a source with wrong ones; an item whose row is wrong
    stays as it was. `most_vanished` is the part of the items that may vanish at once without
    `force`: a feed that broke must not empty a shop.
    """

    skip_wrong_rows: bool = False
    most_vanished: float = 0.5
    force: bool = False


class Imported(msgspec.Struct, frozen=True, tag="imported"):
    """The items are those of the source. `problem` names rows that were left out."""

    version: Version
    problem: Problem | None = None


class Unchanged(msgspec.Struct, frozen=True, tag="unchanged"):
    """The source holds what is served already."""

    version: Version


Outcome = Imported | Unchanged


class ImportRefused(ConfigError):
    """A source was not taken over; what was served goes on being served."""

    def __init__(self, problem: Problem) -> None:
        super().__init__("\n".join((problem.summary, *problem.rows)))
        self.problem = problem


class Told(Protocol):
    """Who is told how far an import is."""

    def __call__(self, step: str, done: int, of: int, /) -> None:
        """Hear that of a step (`telling`, `writing`) so much is done."""
        ...


def nobody(_step: str, _done: int, _of: int, /) -> None:
    """Tell nobody."""


async def import_document(
    jetstream: JetStream,
    bot: BotToken,
    spec: CatalogueSpec,
    document: Document,
    options: Options | None = None,
    *,
    told: Told = nobody,
    clock: Clock | None = None,
) -> Outcome:
    """Make the bot's catalogue hold exactly the items of a document.

    Raises ImportRefused with what is wrong and what to do, Unavailable when NATS is away or another
    import is under way: then it may be repeated.
    """
    clock = clock or SystemClock()
    record = Record(jetstream, bot)
    options = options or Options()
    try:
        source = await asyncio.to_thread(_read, document, spec, options, clock.now_ms())
        importer = _Importer(jetstream, bot, record, source, options, told, clock)
        for _ in range(_RACES):
            try:
                return await importer.run()
            except Conflict:
                continue
    except ImportRefused as refused:
        await record.note(refused.problem, clock)
        raise
    raise Unavailable("another import of this catalogue is under way; try again")


async def is_served(jetstream: JetStream, bot: BotToken) -> bool:
    """Tell whether the bucket holds anything; made anew, it must be filled. Raises Unavailable."""
    return await loading.items(jetstream, bot).last_revision() > 0


# --- deciding -------------------------------------------------------------------------------------


class _Source(NamedTuple):
    """A document as read, the field of its prices, and the problem of rows that are left out."""

    document: Document
    rows: reading.Reading
    price: str
    problem: Problem | None


def _read(document: Document, spec: CatalogueSpec, options: Options, now_ms: int) -> _Source:
    try:
        rows = reading.parse(document.text, document.source, document.kind, spec)
    except ConfigError as error:
        raise _refused(document, str(error), now_ms) from error
    if not rows.problems:
        return _Source(document, rows, spec.price, None)
    total = len(rows.items) + rows.wrong
    problem = Problem(
        at_ms=now_ms,
        source=document.source,
        summary=f"{document.source}: {rows.wrong:,} of {total:,} rows are wrong",
        rows=reading.told(rows.problems),
        wrong=rows.wrong,
    )
    if options.skip_wrong_rows and rows.items:
        return _Source(document, rows, spec.price, problem)
    raise ImportRefused(problem)


def _refused(document: Document, summary: str, now_ms: int) -> ImportRefused:
    return ImportRefused(Problem(at_ms=now_ms, source=document.source, summary=summary))


def _compare(before: Stock, source: _Source, now_ms: int) -> tuple[Version, Diff]:
    after = diffs.stock(source.rows.items)
    wrong = {diffs.bucket_key(key) for key in source.rows.wrong_keys}
    kept = {key: before[key] for key in wrong & before.keys()}
    after |= kept
    diff = diffs.compare(before, after, source.price)
    version = Version(
        id=diffs.content(after),
        number=0,
        source=source.document.source,
        at_ms=now_ms,
        items=len(after),
        added=len(diff.added),
        changed=len(diff.changed),
        removed=len(diff.removed),
        prices=len(diff.prices),
        skipped=source.rows.wrong,
        kept=len(kept),
    )
    return version, diff


def _check_loss(document: Document, before: int, diff: Diff, options: Options, now_ms: int) -> None:
    """Refuse a source that would empty the shop. Raises ImportRefused."""
    lost = len(diff.removed)
    if options.force or not lost:
        return
    if lost == before and not diff.added:
        summary = f"{document.source} has no items; the {before:,} that are served stay"
    elif lost > _FEW and lost > options.most_vanished * before:
        summary = f"{document.source} lacks {lost:,} of the {before:,} items that are served"
    else:
        return
    raise _refused(document, f"{summary}; if that is meant, import it with --force", now_ms)


def _numbered(version: Version, imports: Imports, before: Stock) -> Version:
    """Give a version its number; one that began and never ended is taken up as it was."""
    current, pending = imports.current, imports.pending
    if pending is not None and pending.id == version.id:
        return pending
    numbers = [each.number for each in (current, pending) if each is not None]
    first = current is None or not before or (pending is not None and pending.first)
    return msgspec.structs.replace(version, number=max(numbers, default=0) + 1, first=first)


# --- doing ----------------------------------------------------------------------------------------


class _Importer(NamedTuple):
    """One import under way."""

    jetstream: JetStream
    bot: BotToken
    record: Record
    source: _Source
    options: Options
    told: Told
    clock: Clock

    async def run(self) -> Outcome:
        """Import. Raises Conflict when another import came between."""
        now_ms, document = self.clock.now_ms(), self.source.document
        imports, revision = await self.record.read()
        before = await loading.stored(self.jetstream, self.bot)
        version, diff = await asyncio.to_thread(_compare, before, self.source, now_ms)
        current, pending = imports.current, imports.pending
        found = msgspec.structs.replace(
            imports, feed=document.feed, checked_at_ms=now_ms, problem=self.source.problem
        )
        if not diff and pending is None and current is not None and current.id == version.id:
            await self.record.write(found, revision)
            return Unchanged(current)
        if pending is None or pending.id != version.id:  # else it was allowed when it began
            _check_loss(document, len(before), diff, self.options, now_ms)
        version = _numbered(version, imports, before)
        if version != pending:
            began = msgspec.structs.replace(imports, pending=version)
            revision = await self.record.write(began, revision)
        await self._take_over(diff, version)
        history = (*imports.history, version)[-HISTORY:]
        done = msgspec.structs.replace(found, current=version, pending=None, history=history)
        await self.record.write(done, revision)
        return Imported(version, self.source.problem)

    async def _take_over(self, diff: Diff, version: Version) -> None:
        """Tell what changes, change it, tell that it is done."""

        def step(name: str) -> loading.Done:
            return lambda done, of: self.told(name, done, of)

        await loading.tell(self.jetstream, self.bot, diff, version, step("telling"))
        await loading.store(self.jetstream, self.bot, diff, step("writing"))
        await loading.tell_soon(self.jetstream, self.bot, diffs.imported(version))
