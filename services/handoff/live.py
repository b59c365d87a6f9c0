"""Live updates: what `TicketChanged` tells on EVT, as the ring that open inboxes read.

The ring's numbers are the stream's sequences, so that a page goes on at any replica. Each replica
follows the stream by itself; nothing is acked, and nothing is kept.
"""

from datetime import timedelta

import msgspec
import structlog

from prosa.contracts import subjects
from prosa.contracts.events import TicketChanged
from prosa.contracts.identity import BotToken
from prosa.jetstream.connection import JetStream
from prosa.jetstream.follow import follow
from prosa.web.live import Ring

log = structlog.get_logger(__name__)

PAUSE = timedelta(milliseconds=100)
"""How often the stream is looked at: pages are written to about as often."""

_read = msgspec.json.Decoder(TicketChanged).decode


class About(msgspec.Struct, frozen=True):
    """Whose matter an event is."""

    team: str
    agent: str


class Live:
    """The live updates of one bot."""

    def __init__(self, jetstream: JetStream, bot: BotToken, last: int) -> None:
        """Begin behind `last`, the stream's newest sequence as of now."""
        self._jetstream = jetstream
        self._bot = bot
        self._stopping = False
        self.ring = Ring(last=last)

    @classmethod
    async def start(cls, jetstream: JetStream, bot: BotToken) -> "Live":
        """Begin at the end of the stream. Raises Unavailable, Refused."""
        state = await jetstream.stream_state(subjects.evt_stream(bot))
        return cls(jetstream, bot, state.last_sequence)

    async def run(self) -> None:
        """Follow the stream until `stop`."""
        batches = follow(
            self._jetstream,
            subjects.evt_stream(self._bot),
            subjects.event(self._bot, TicketChanged.kind, "*"),
            after=self.ring.last,
            pause=PAUSE,
        )
        async for batch in batches:
            for stored in batch:
                self._tell(stored.payload, stored.sequence)
            if self._stopping:
                return

    def stop(self) -> None:
        """End the streams of all pages, and follow no more."""
        self._stopping = True
        self.ring.close()

    def _tell(self, payload: bytes, sequence: int) -> None:
        try:
            event = _read(payload)
        except msgspec.MsgspecError as error:
            log.warning("ticket_event_unreadable", sequence=sequence, problem=str(error))
            return
        self.ring.publish(
            {
                "type": "conversation",
                "conversation": event.conversation,
                "messages": event.entries,
            },
            at=sequence,
            about=About(event.team, event.agent),
            # to whom it was shown before: the row goes, nothing of it is told
            otherwise={"type": "gone", "conversation": event.ticket, "revision": event.revision}
            if event.change in ("transferred", "escalated", "assigned", "claimed")
            else None,
        )
