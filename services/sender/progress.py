"""The `sends` documents: read through a cache, changed by compare-and-set.

The cache is what this replica read or wrote last. It may be stale: a change decided on it is made
again on the newest document when the write loses, and what must not act on a stale one writes
first. Changes of one contact that wait for each other leave in one write.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable

from prosa.contracts.identity import ContactKey
from prosa.contracts.sends import Sends
from prosa.errors import Unavailable
from prosa.jetstream.buckets import Bucket, Entry
from prosa.jetstream.connection import Conflict
from services.sender import ledger

Change = Callable[[Sends], Sends]

_CACHED = 10_000
"""Contacts; a document of a few outbounds is about a kilobyte."""

_INSIST_SECONDS = 60.0
_PAUSE_SECONDS = 0.25


class _Wanted:
    __slots__ = ("change", "result")

    def __init__(self, change: Change) -> None:
        self.change = change
        self.result: Sends | None = None


class _Lane:
    __slots__ = ("lock", "users", "wanted")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.users = 0
        self.wanted: list[_Wanted] = []


class Documents:
    """The `sends` documents of one bot."""

    def __init__(self, bucket: Bucket[Sends]) -> None:
        self._bucket = bucket
        self._cache: OrderedDict[ContactKey, Entry[Sends] | None] = OrderedDict()
        self._lanes: dict[ContactKey, _Lane] = {}

    async def load(self, contact: ContactKey) -> Sends:
        """Give a contact's document, perhaps a stale one. Raises Unavailable."""
        entry = await self._entry(contact)
        return entry.value if entry else ledger.NOTHING

    async def change(self, contact: ContactKey, change: Change) -> Sends:
        """Apply a change to the newest document and give what stands then.

        A change that returns its argument writes nothing, and then proves nothing about staleness.
        Raises Unavailable: the change may have been written all the same.
        """
        lane = self._lanes.setdefault(contact, _Lane())
        wanted = _Wanted(change)
        lane.wanted.append(wanted)
        lane.users += 1
        try:
            async with lane.lock:
                if wanted.result is None:
                    await self._write(contact, lane)
        finally:
            lane.users -= 1
            if wanted in lane.wanted:
                lane.wanted.remove(wanted)
            if lane.users == 0:
                del self._lanes[contact]
        assert wanted.result is not None  # noqa: S101 - written by us, or along with another's
        return wanted.result

    async def insist(self, contact: ContactKey, change: Change) -> Sends:
        """Change what must not be lost (Meta has accepted): outlast a NATS that is away.

        Raises Unavailable after a minute.
        """
        loop = asyncio.get_running_loop()
        ends = loop.time() + _INSIST_SECONDS
        while True:
            try:
                return await self.change(contact, change)
            except Unavailable:
                if loop.time() > ends:
                    raise
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _write(self, contact: ContactKey, lane: _Lane) -> None:
        """Write all that is wanted at this moment; who fails leaves the others' to them."""
        while True:
            entry = await self._entry(contact)
            batch = list(lane.wanted)
            before = entry.value if entry else ledger.NOTHING
            after = before
            results = []
            for wanted in batch:
                after = wanted.change(after)
                results.append(after)
            if after is not before and not await self._put(contact, entry, after):
                continue
            for wanted, result in zip(batch, results, strict=True):
                wanted.result = result
                if wanted in lane.wanted:
                    lane.wanted.remove(wanted)
            return

    async def _put(self, contact: ContactKey, entry: Entry[Sends] | None, value: Sends) -> bool:
        try:
            if entry is None:
                revision = await self._bucket.create(contact, value)
            else:
                revision = await self._bucket.update(contact, value, entry.revision)
        except Conflict:
            self._cache.pop(contact, None)
            return False
        except BaseException:
            self._cache.pop(contact, None)  # written or not: who knows
            raise
        self._remember(contact, Entry(value, revision))
        return True

    async def _entry(self, contact: ContactKey) -> Entry[Sends] | None:
        if contact in self._cache:
            self._cache.move_to_end(contact)
            return self._cache[contact]
        entry = await self._bucket.get(contact)
        self._remember(contact, entry)
        return entry

    def _remember(self, contact: ContactKey, entry: Entry[Sends] | None) -> None:
        self._cache[contact] = entry
        self._cache.move_to_end(contact)
        if len(self._cache) > _CACHED:
            self._cache.popitem(last=False)
