"""What the sender knows and writes about campaigns: who got what, how many left, what is paused.

A campaign message is written into the contact's document before it is posted, by compare-and-set:
two campaigns that reach for the same contact at the same time get one message through. One that did
not leave after all is taken out again; a death in between leaves it in, and she gets one fewer.
Nothing here is asked for messages of others.
"""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import structlog

from prosa.campaigns import send_window
from prosa.clock import Clock
from prosa.contracts import subjects
from prosa.contracts.campaigns import Contacted, Pause, Reached, Tally, pause_key, tally_key
from prosa.contracts.chatbot import ChatbotSpec
from prosa.contracts.identity import BotToken, ContactKey
from prosa.contracts.outbound import Outbound, OutboundId
from prosa.jetstream.buckets import Bucket
from prosa.jetstream.connection import Conflict, JetStream
from services.sender import pacing
from services.sender.gate import Record

log = structlog.get_logger(__name__)

KEPT = 64
"""Messages remembered a contact; with one a week, more than a year of them."""

_PAUSE_FRESH_MS = 1000
_PERMITS_FRESH_MS = 60_000


class Campaigns:
    """The campaigns of one bot. All methods raise Unavailable."""

    def __init__(
        self, jetstream: JetStream, bot: BotToken, spec: ChatbotSpec, clock: Clock
    ) -> None:
        name = subjects.bucket(bot, "campaigns")
        self._contacted = Bucket(jetstream, name, Contacted)
        self._tallies = Bucket(jetstream, name, Tally)
        self._pauses = Bucket(jetstream, name, Pause)
        self._bot = bot
        self._time_zone = spec.time_zone
        self._most: Mapping[str, int] = {c.name: c.max_per_day for c in spec.campaigns}
        self._clock = clock
        self._paused: dict[str, tuple[bool, int]] = {}
        self._permits: dict[str, tuple[int, int]] = {}

    async def record(self, outbound: Outbound) -> Record:
        """Read what the gate asks about a campaign's outbound."""
        entry = await self._contacted.get(outbound.contact)
        return Record(
            contacted=entry.value if entry else Contacted(),
            revision=entry.revision if entry else 0,
            paused=await self._is_paused(outbound.campaign),
            zone=self._zone(outbound.time_zone),
        )

    async def reserve(self, outbound: Outbound, sequence: int, record: Record) -> bool:
        """Write that it leaves now, by this message of OUT.

        False when the document has changed since it was read.
        """
        others = (m for m in record.contacted.messages if m.outbound != outbound.id)
        now_ms = self._clock.now_ms()
        own = Reached(outbound.campaign, outbound.occasion, outbound.id, now_ms, sequence)
        try:
            await self._write(outbound.contact, Contacted((*others, own)[-KEPT:]), record.revision)
        except Conflict:
            return False
        return True

    async def release(
        self, contact: ContactKey, outbound: OutboundId, sequence: int | None = None
    ) -> None:
        """Take out what did not leave after all (by this message of OUT), or did not arrive."""
        while (entry := await self._contacted.get(contact)) is not None:
            kept = tuple(
                m
                for m in entry.value.messages
                if m.outbound != outbound or sequence not in (None, m.sequence)
            )
            if len(kept) == len(entry.value.messages):
                return
            try:
                await self._contacted.update(contact, Contacted(kept), entry.revision)
            except Conflict:
                continue
            return

    async def allow(self, outbound: Outbound, record: Record) -> bool:
        """Count one more message of its campaign; False when `maxPerDay` is used up.

        Replicas lease a few at a time; what a stopped one had left over counts as sent.
        """
        campaign = outbound.campaign
        most = self._most.get(campaign, 0)
        if most == 0 or record.of(outbound.id) is not None:
            return True
        now_ms = self._clock.now_ms()
        left, until_ms = self._permits.get(campaign, (0, 0))
        if left == 0 or now_ms >= until_ms:
            left = await self._lease(campaign, most, now_ms)
            until_ms = now_ms + _PERMITS_FRESH_MS
        self._permits[campaign] = (max(0, left - 1), until_ms)
        return left > 0

    def give_back(self, campaign: str) -> None:
        """Return a message that `allow` counted and that does not leave now."""
        if campaign in self._permits:
            left, until_ms = self._permits[campaign]
            self._permits[campaign] = (left + 1, until_ms)

    async def pause(self, campaign: str, reason: str) -> None:
        """Stop a campaign until a person resumes it: Meta will refuse all of it alike."""
        pause = Pause(at_ms=self._clock.now_ms(), by="sender", reason=reason)
        try:
            await self._pauses.create(pause_key(campaign), pause)
        except Conflict:
            return
        self._paused.pop(campaign, None)
        log.error("campaign_paused", bot=self._bot, campaign=campaign, reason=reason)

    async def _is_paused(self, campaign: str) -> bool:
        now_ms = self._clock.now_ms()
        paused, until_ms = self._paused.get(campaign, (False, 0))
        if now_ms >= until_ms:
            paused = await self._pauses.get(pause_key(campaign)) is not None
            self._paused[campaign] = (paused, now_ms + _PAUSE_FRESH_MS)
        return paused

    async def _lease(self, campaign: str, most: int, now_ms: int) -> int:
        while True:
            entry = await self._tallies.get(tally_key(campaign))
            tally = entry.value if entry else Tally()
            hours, taken = pacing.permits(tally.hours, most, now_ms)
            if taken == 0:
                return 0
            try:
                await self._tallies.update(
                    tally_key(campaign), Tally(hours), entry.revision if entry else 0
                )
            except Conflict:
                continue
            return taken

    async def _write(self, contact: ContactKey, value: Contacted, revision: int) -> None:
        if revision:
            await self._contacted.update(contact, value, revision)
        else:
            await self._contacted.create(contact, value)

    def _zone(self, name: str) -> ZoneInfo:
        return send_window.zone(name, self._time_zone)
