"""What was said before people were asked: read from the streams when a ticket opens.

IN holds a contact's messages for 8 days, EVT what was sent and how it fared for 30. Read from their
leader at the end, so that what was stored before the question is in the answer even where a
follower lags.
"""

from collections.abc import Sequence

import msgspec

from prosa.contracts import subjects
from prosa.contracts.identity import BotToken, ContactKey
from prosa.contracts.inbound import CustomerBody, Inbound
from prosa.jetstream.connection import JetStream, Stored
from services.handoff.records import Record, read

KINDS = ("sent", "failed", "status", "reaction", "echo")
"""Events that make lines of a timeline."""

MOST = 1000
"""Messages of one subject, at most: the newest."""

_BATCH = 256
_LAG = 16


class History:
    """The streams of one bot."""

    def __init__(self, jetstream: JetStream, bot: BotToken) -> None:
        self._jetstream = jetstream
        self._bot = bot

    async def of(self, contact: ContactKey) -> list[Record]:
        """Read all that makes a timeline, in an order that a batch may have. Raises Unavailable."""
        found = await self._read(
            subjects.in_stream(self._bot), subjects.inbound(self._bot, contact)
        )
        for kind in KINDS:
            found += await self._read(
                subjects.evt_stream(self._bot), subjects.event(self._bot, kind, contact)
            )
        found.sort(key=lambda stored: stored.at_ms)
        return _readable(found)

    async def words(self, contact: ContactKey) -> list[Inbound]:
        """Read her own messages alone, oldest first. Raises Unavailable."""
        found = await self._read(
            subjects.in_stream(self._bot), subjects.inbound(self._bot, contact)
        )
        records = _readable(found)
        return [r for r in records if isinstance(r, Inbound) and isinstance(r.body, CustomerBody)]

    async def _read(self, stream: str, subject: str) -> list[Stored]:
        found: list[Stored] = []
        after = 0
        while batch := await self._jetstream.read(stream, subject, after=after, limit=_BATCH):
            found += batch
            del found[:-MOST]
            after = batch[-1].sequence
        tail = await self._jetstream.read(stream, subject, after=after, limit=_LAG, leader=True)
        return [*found, *tail]


def _readable(found: Sequence[Stored]) -> list[Record]:
    """Read what can be read: the rest is told as dead letters by whoever consumes it."""
    records = []
    for stored in found:
        try:
            record = read(stored.subject, stored.payload)
        except msgspec.MsgspecError:
            continue
        if record is not None:
            records.append(record)
    return records
