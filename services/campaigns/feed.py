"""Brings the job's records up to date with EVT, before it plans.

EVT is read by sequence, without a consumer: the place is kept in the transaction that holds what
was made of the events, and a lock on it makes campaigns that run side by side read one after the
other, so that each plans with all that has happened.
"""

import msgspec
import structlog

from prosa.contracts import subjects
from prosa.contracts.events import Event
from prosa.contracts.identity import BotToken
from prosa.jetstream.connection import JetStream, Stored
from services.campaigns import happenings
from services.campaigns.postgres.database import Database
from services.campaigns.postgres.places import Place

log = structlog.get_logger(__name__)

_BATCH = 1000

_decode = msgspec.json.Decoder(Event).decode


class Feed:
    """The events of one bot that campaigns act on."""

    def __init__(
        self, jetstream: JetStream, database: Database, bot: BotToken, *, price_field: str
    ) -> None:
        """`price_field` is the item's field that holds its price; empty: it has none."""
        self._jetstream = jetstream
        self._database = database
        self._bot = bot
        self._price_field = price_field

    async def catch_up(self) -> None:
        """Read all that has happened. Raises Unavailable; what was read stays read."""
        stream = subjects.evt_stream(self._bot)
        born = str((await self._jetstream.api(f"STREAM.INFO.{stream}"))["created"])
        for kind in ("catalogue", "failed"):
            while await self._read(stream, kind, born) == _BATCH:
                pass

    async def _read(self, stream: str, kind: str, born: str) -> int:
        async with self._database.transaction() as connection:
            place = Place(connection, self._bot, kind)
            after = await place.take(born)
            batch = await self._jetstream.read(
                stream, subjects.event(self._bot, kind, "*"), after=after, limit=_BATCH
            )
            if not batch:
                return 0
            await self._keep(place, kind, [e for s in batch if (e := _event(s)) is not None])
            await place.move(batch[-1].sequence)
            return len(batch)

    async def _keep(self, place: Place, kind: str, events: list[Event]) -> None:
        if kind == "failed":
            await place.keep_losses(happenings.of_failures(events))
        else:
            await place.keep_items(*happenings.of_catalogue(events, self._price_field))


def _event(stored: Stored) -> Event | None:
    try:
        event: Event = _decode(stored.payload)
    except msgspec.MsgspecError:
        log.warning("event_undecodable", subject=stored.subject, sequence=stored.sequence)
        return None
    return event
