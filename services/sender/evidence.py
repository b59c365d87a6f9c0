"""Did a message leave whose answer never came? Its status, if there is one, says so.

Meta echoes our tracker in every status of a message (`biz_opaque_callback_data`), and ingress keeps
statuses on EVT: the subject of one contact is searched, newest included.
"""

from collections.abc import Collection

import msgspec

from prosa.contracts import subjects
from prosa.contracts.events import StatusReceived
from prosa.contracts.identity import BotToken, ContactKey
from prosa.jetstream.connection import JetStream

_PAGE = 256

_decode = msgspec.json.Decoder(StatusReceived).decode


class Evidence:
    """The statuses of one bot's contacts."""

    def __init__(self, jetstream: JetStream, bot: BotToken) -> None:
        self._jetstream = jetstream
        self._bot = bot
        self._stream = subjects.evt_stream(bot)

    async def find(self, contact: ContactKey, trackers: Collection[str]) -> StatusReceived | None:
        """Find a status of a message with one of these trackers; None: none has come yet.

        Raises Unavailable.
        """
        subject = subjects.event(self._bot, StatusReceived.kind, contact)
        needles = [tracker.encode() for tracker in trackers]
        after = 0
        while page := await self._jetstream.read(self._stream, subject, after=after, limit=_PAGE):
            for stored in page:
                if any(needle in stored.payload for needle in needles):
                    event = _decode(stored.payload)
                    if event.tracker in trackers:
                        return event
            if len(page) < _PAGE:
                return None
            after = page[-1].sequence
        return None
