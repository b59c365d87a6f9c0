"""Makes a bot's catalogue bucket hold exactly the items that a file names."""

import asyncio
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping

import msgspec

from prosa.contracts import subjects
from prosa.contracts.catalogue import Item
from prosa.contracts.identity import BotToken
from prosa.jetstream.buckets import Bucket
from prosa.jetstream.connection import JetStream

_SAFE = re.compile(r"[A-Za-z0-9_-]{1,100}")
_IN_FLIGHT = 200
"""Writes under way at a time: 5,000 items take a second, and the server's queue stays short."""


class Changes(msgspec.Struct, frozen=True):
    """What loading a file did, as counts."""

    added: int
    changed: int
    removed: int
    unchanged: int


def bucket_key(item_key: str) -> str:
    """Name an item in the bucket: by its own key where NATS allows it, else by a digest of it."""
    if _SAFE.fullmatch(item_key):
        return item_key
    return "x." + hashlib.blake2b(item_key.encode(), digest_size=15).hexdigest()


def changes(stored: Mapping[str, Item], items: Iterable[Item]) -> tuple[dict[str, Item], set[str]]:
    """Decide what to write, by bucket key, and which keys to delete."""
    wanted = {bucket_key(item.key): item for item in items}
    written = {key: item for key, item in wanted.items() if stored.get(key) != item}
    return written, set(stored) - set(wanted)


async def load(
    jetstream: JetStream,
    bot: BotToken,
    items: Iterable[Item],
    done: Callable[[int, int], None] = lambda _done, _of: None,
) -> Changes:
    """Write what differs and delete what vanished; `done` is told how many of how many are done.

    May be repeated: a load that broke off is finished by the next. Raises Unavailable.
    """
    bucket = Bucket(jetstream, subjects.bucket(bot, "catalogue"), Item)
    stored = {key: e.value async for key, e in bucket.entries() if e is not None}
    items = tuple(items)
    written, removed = changes(stored, items)
    total = len(written) + len(removed)
    finished = 0
    gate = asyncio.Semaphore(_IN_FLIGHT)

    async def one(key: str, item: Item | None) -> None:
        nonlocal finished
        async with gate:
            await (bucket.delete(key) if item is None else bucket.put(key, item))
        finished += 1
        done(finished, total)

    async with asyncio.TaskGroup() as group:
        for key, item in written.items():
            group.create_task(one(key, item))
        for key in removed:
            group.create_task(one(key, None))
    added = sum(key not in stored for key in written)
    return Changes(
        added=added,
        changed=len(written) - added,
        removed=len(removed),
        unchanged=len(items) - len(written),
    )
