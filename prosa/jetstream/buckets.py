"""Typed key-value buckets with compare-and-set.

A bucket is a stream whose subjects are its keys; these are the few operations that services need,
over direct gets and fenced publishes. Provisioning makes the buckets; nothing here creates one.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Generic, TypeVar

import msgspec

from prosa.errors import ProsaError
from prosa.jetstream import wire
from prosa.jetstream.connection import Conflict, JetStream, PubAck, Stored

T = TypeVar("T")

_FIRST_BATCH = 256
_LARGEST_BATCH = 4_096
_BATCH_BYTES = 4_000_000
"""A server counts what is left for each batch: 100,000 small entries by 4,096 cost it a seventh of
the CPU that they cost by 256. A batch has no flow control, so it stays far below 64 MB, at which a
server takes its reader for dead."""


class Entry(msgspec.Struct, Generic[T], frozen=True):
    """A value and the revision that fences the next write of it."""

    value: T
    revision: int


class Undecodable(ProsaError):
    """A stored value does not have the shape that this version expects."""


class Bucket(Generic[T]):
    """One bucket of values of type `T`, stored as JSON."""

    def __init__(self, jetstream: JetStream, name: str, value_type: type[T]) -> None:
        self.name = name
        self._jetstream = jetstream
        self._stream = f"KV_{name}"
        self._prefix = f"$KV.{name}."
        self._decode = msgspec.json.Decoder(value_type).decode
        self._encode = msgspec.json.Encoder().encode

    async def get(self, key: str) -> Entry[T] | None:
        """Read a key; None when it is absent. Raises Unavailable or Undecodable."""
        stored = await self._jetstream.read_last(self._stream, self._prefix + key)
        return None if stored is None or _is_deleted(stored) else self._entry(stored)

    async def create(self, key: str, value: T) -> int:
        """Write a key that is absent; returns its revision. Raises Conflict when it is there."""
        try:
            return await self.update(key, value, 0)
        except Conflict:
            stored = await self._jetstream.read_last(self._stream, self._prefix + key)
            if stored is None or not _is_deleted(stored):
                raise
            return await self.update(key, value, stored.sequence)

    async def update(self, key: str, value: T, revision: int) -> int:
        """Write a key still at `revision`; returns the new one. Raises Conflict, Unavailable."""
        ack = await self._jetstream.publish(
            self._prefix + key, self._encode(value), expect_last=revision
        )
        return ack.sequence

    async def put(self, key: str, value: T) -> int:
        """Write a key, whatever it held; returns its revision. Raises Unavailable."""
        ack = await self._jetstream.publish(self._prefix + key, self._encode(value))
        return ack.sequence

    def put_soon(self, key: str, value: T) -> asyncio.Future[PubAck]:
        """Write a key with this loop turn's other writes; see `JetStream.publish_soon`."""
        return self._jetstream.publish_soon(self._prefix + key, self._encode(value))

    async def delete(self, key: str) -> None:
        """Mark a key as deleted. Raises Unavailable."""
        await self.delete_soon(key)

    def delete_soon(self, key: str) -> asyncio.Future[PubAck]:
        """Mark a key as deleted with this loop turn's other writes."""
        return self._jetstream.publish_soon(
            self._prefix + key, b"", headers={"KV-Operation": "DEL"}
        )

    async def entries(self, *, after: int = 0) -> AsyncIterator[tuple[str, Entry[T] | None]]:
        """Walk all keys by revision, from `after` on; None stands for one that was deleted."""
        limit = _FIRST_BATCH
        while True:
            batch = await self._jetstream.read(
                self._stream, self._prefix + ">", after=after, limit=limit
            )
            for stored in batch:
                key = stored.subject.removeprefix(self._prefix)
                yield key, None if _is_deleted(stored) else self._entry(stored)
                after = stored.sequence
            if len(batch) < limit:
                return
            size = sum(len(stored.payload) for stored in batch) // limit
            limit = max(_FIRST_BATCH // 4, min(_LARGEST_BATCH, _BATCH_BYTES // max(1, size)))

    async def last_revision(self) -> int:
        """Give the newest revision of any key, 0 when the bucket is empty."""
        return (await self._jetstream.stream_state(self._stream)).last_sequence

    def _entry(self, stored: Stored) -> Entry[T]:
        try:
            return Entry(self._decode(stored.payload), stored.sequence)
        except msgspec.MsgspecError as error:
            raise Undecodable(f"{stored.subject} at revision {stored.sequence}: {error}") from error


def _is_deleted(stored: Stored) -> bool:
    return wire.header(stored.raw_headers, b"KV-Operation") in ("DEL", "PURGE")
