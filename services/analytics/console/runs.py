"""When a bot's campaigns ran, read from EVT: last run, and the longest rest between two.

The events of a month tell how long a campaign rests by its schedule without reading the schedule
again, nights and weekends included.
"""

import msgspec

from prosa.contracts import subjects
from prosa.contracts.chatbot import ChatbotSpec
from prosa.contracts.events import CampaignRan
from prosa.contracts.identity import BotToken
from prosa.jetstream.connection import JetStream

_BATCH = 500
_decode = msgspec.json.Decoder(CampaignRan).decode


class Rhythm(msgspec.Struct):
    """One campaign's runs: milliseconds."""

    last_ms: int
    gap_ms: int = 0

    def ran(self, at_ms: int) -> None:
        """Take in another run."""
        self.gap_ms = max(self.gap_ms, at_ms - self.last_ms)
        self.last_ms = max(self.last_ms, at_ms)


class Runs:
    """The runs of one bot's campaigns, followed."""

    def __init__(self, jetstream: JetStream, bot: BotToken, spec: ChatbotSpec) -> None:
        self.bot = bot
        self._jetstream = jetstream
        self._wanted = {c.name for c in spec.campaigns if not c.suspend}
        self._rhythms: dict[str, Rhythm] = {}
        self._after = 0

    async def look(self) -> dict[str, Rhythm]:
        """Read what is new; gives campaigns that should run and have. Raises Unavailable, Refused.

        Events of another shape are passed over: the records keep them as oddities.
        """
        stream = subjects.evt_stream(self.bot)
        subject = subjects.event(self.bot, CampaignRan.kind, "*")
        while batch := await self._jetstream.read(stream, subject, after=self._after, limit=_BATCH):
            for stored in batch:
                self._take(stored.payload)
                self._after = stored.sequence
        return self._rhythms

    def _take(self, payload: bytes) -> None:
        try:
            run = _decode(payload)
        except msgspec.MsgspecError:
            return
        if run.campaign not in self._wanted:
            return
        if known := self._rhythms.get(run.campaign):
            known.ran(run.at_ms)
        else:
            self._rhythms[run.campaign] = Rhythm(run.at_ms)
