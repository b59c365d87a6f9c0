"""Tells a diff on EVT and makes the catalogue's bucket follow it, many writes under way at a time.

Either may be repeated: what was told has the same id, what was written is written again.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator

import msgspec

from prosa.catalogue import diffs
from prosa.catalogue.diffs import Diff
from prosa.contracts import subjects
from prosa.contracts.catalogue import Item, Version
from prosa.contracts.events import Event
from prosa.contracts.identity import BotToken
from prosa.jetstream.buckets import Bucket
from prosa.jetstream.connection import JetStream, PubAck

IN_FLIGHT = 1_000
"""Writes under way at a time: enough to keep a server busy, few enough for its memory."""

Done = Callable[[int, int], None]
"""Hears how many of how many are done."""

_encode = msgspec.json.Encoder().encode


def items(jetstream: JetStream, bot: BotToken) -> Bucket[Item]:
    """Give the bucket of a bot's items."""
    return Bucket(jetstream, subjects.bucket(bot, "catalogue"), Item)


async def stored(jetstream: JetStream, bot: BotToken) -> dict[str, Item]:
    """Read a bot's items by their keys in the bucket. Raises Unavailable."""
    entries = items(jetstream, bot).entries()
    return {key: entry.value async for key, entry in entries if entry is not None}


async def tell(
    jetstream: JetStream, bot: BotToken, diff: Diff, version: Version, done: Done
) -> None:
    """Tell a diff, item by item. Raises Unavailable."""
    events = diffs.events(diff, version)
    count = len(diff.added) + len(diff.removed) + len(diff.prices)
    await _in_turn((tell_soon(jetstream, bot, event) for event in events), done, count)


def tell_soon(jetstream: JetStream, bot: BotToken, event: Event) -> asyncio.Future[PubAck]:
    """Tell one event with this loop turn's others."""
    subject = subjects.event(bot, event.kind, event.contact)
    return jetstream.publish_soon(subject, _encode(event), message_id=event.id)


async def store(jetstream: JetStream, bot: BotToken, diff: Diff, done: Done) -> None:
    """Make the bucket follow a diff. Raises Unavailable."""
    bucket = items(jetstream, bot)

    def writes() -> Iterator[asyncio.Future[PubAck]]:
        for key, item in diff.written.items():
            yield bucket.put_soon(key, item)
        for key in diff.removed:
            yield bucket.delete_soon(key)

    await _in_turn(writes(), done, len(diff.written) + len(diff.removed))


async def _in_turn(writes: Iterable[asyncio.Future[PubAck]], done: Done, count: int) -> None:
    """Make writes as they are asked for, a bounded number of them under way."""
    under_way: deque[asyncio.Future[PubAck]] = deque()
    finished = 0
    try:
        for write in writes:
            under_way.append(write)
            if len(under_way) >= IN_FLIGHT:
                await under_way.popleft()
                finished += 1
                if finished % IN_FLIGHT == 0:
                    done(finished, count)
        while under_way:
            await under_way[0]
            under_way.popleft()
        done(count, count)
    finally:
        await asyncio.gather(*under_way, return_exceptions=True)
