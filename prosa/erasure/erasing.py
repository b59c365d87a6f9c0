"""The order of an erasure, so that one which is broken off is simply made again.

1. What is about to leave, then what came, then her document and the sender's: nothing new begins.
2. PostgreSQL.
3. All of it once more: what was in hand meanwhile (a turn, a send) has ended and may have written.
4. The event, for the records. It carries a digest, not her key, which is made of her phone.
5. Her aliases, by which she is found, last.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec

from prosa.clock import Clock
from prosa.contracts import subjects
from prosa.contracts.events import ContactErased
from prosa.contracts.identity import NO_CONTACT, BotToken, ContactKey, contact_digest
from prosa.erasure import streams
from prosa.erasure.postgres import Tables
from prosa.jetstream.connection import JetStream

SETTLE = timedelta(seconds=3)
"""What was in hand when the first round ended is done by then: a turn, a send, a batch."""


class Erased(msgspec.Struct, frozen=True):
    """What was removed from one store: a stream, a bucket or a table."""

    store: str
    removed: int


class Erasure:
    """Erases contacts of one bot. `tables` is None where no PostgreSQL is."""

    def __init__(
        self,
        jetstream: JetStream,
        bot: BotToken,
        tables: Tables | None,
        clock: Clock,
        *,
        settle: timedelta = SETTLE,
    ) -> None:
        self._jetstream, self._bot, self._tables, self._clock = jetstream, bot, tables, clock
        self._settle = settle.total_seconds()

    async def erase(self, contact: ContactKey) -> AsyncIterator[Erased]:
        """Forget a contact, store by store. Raises Unavailable: then do it again."""
        async for erased in self._round(contact):
            yield erased
        await asyncio.sleep(self._settle)
        async for erased in self._round(contact):
            if erased.removed:
                yield erased
        await self._tell(contact)
        aliases = await streams.purge_aliases(self._jetstream, self._bot, contact)
        yield Erased(subjects.bucket(self._bot, streams.ALIASES), aliases)

    async def _round(self, contact: ContactKey) -> AsyncIterator[Erased]:
        for stream, subject in streams.streams_of(self._bot, contact).items():
            yield Erased(stream, await streams.delete(self._jetstream, stream, subject))
        for name in streams.BUCKETS:
            count = await streams.purge(self._jetstream, self._bot, contact, name)
            yield Erased(subjects.bucket(self._bot, name), count)
        if self._tables is not None:
            for table, count in (await self._tables.delete(self._bot, contact)).items():
                yield Erased(table, count)

    async def _tell(self, contact: ContactKey) -> None:
        now_ms = self._clock.now_ms()
        digest = contact_digest(self._bot, contact)
        event = ContactErased(
            id=f"{digest}:erased:{now_ms}", contact=NO_CONTACT, at_ms=now_ms, digest=digest
        )
        await self._jetstream.publish(
            subjects.event(self._bot, event.kind, event.contact),
            msgspec.json.encode(event),
            message_id=event.id,
        )
