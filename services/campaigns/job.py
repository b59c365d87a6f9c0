"""One run of one campaign: catch up, finish what a dead run left, plan, write down, queue, tell.

Killed between any two lines, the next run goes on: what is written into the ledger is queued under
an id that is made of its cause, and the sender looks before it sends anything twice.
"""

from collections import Counter
from contextlib import aclosing

import msgspec
import structlog

from prosa.contracts.chatbot import Campaign
from services.campaigns import walking
from services.campaigns.parts import Parts
from services.campaigns.planning import Planned
from services.campaigns.queue import repeated

log = structlog.get_logger(__name__)


class Outcome(msgspec.Struct, frozen=True):
    """What a run did; `again` were queued once more for a run that died."""

    run: str
    considered: int
    queued: int
    again: int
    skipped: dict[str, int]
    stopped: str = ""
    """Why it ended early, or did nothing at all: already_running, suspended, paused."""


async def run(parts: Parts, campaign: Campaign) -> Outcome:
    """Run a campaign. Raises ConfigError, Unavailable; whatever ends it, the next run goes on."""
    async with parts.database.alone(parts.bot, campaign.name) as held:
        if not held:
            return _nothing(campaign, "already_running")
        if campaign.suspend:
            return _nothing(campaign, "suspended")
        if (pause := await parts.pauses.find(campaign.name)) is not None:
            log.warning(
                "campaign_is_paused", campaign=campaign.name, by=pause.by, reason=pause.reason
            )
            return _nothing(campaign, "paused")
        await parts.feed.catch_up()
        return await _run(parts, campaign)


def _nothing(campaign: Campaign, why: str) -> Outcome:
    log.info("campaign_not_run", campaign=campaign.name, reason=why)
    return Outcome("", 0, 0, 0, {}, why)


async def _run(parts: Parts, campaign: Campaign) -> Outcome:
    name = campaign.name
    run_id = f"{parts.clock.now():%Y%m%dT%H%M%S.%f}"
    await parts.runs.begin(name, run_id, parts.clock.now())
    again = await _finish(parts, name)
    considered = queued = 0
    skipped: Counter[str] = Counter()
    stopped = ""
    async with aclosing(walking.decisions(parts, campaign)) as batches:
        async for batch in batches:
            planned = [decision for _, decision in batch if isinstance(decision, Planned)]
            considered += len(batch)
            skipped.update(d.reason for _, d in batch if not isinstance(d, Planned))
            if not planned:
                continue
            if await parts.pauses.find(name) is not None:
                stopped = "paused"
                break
            outbounds = await parts.ledger.plan(name, run_id, planned, parts.clock.now())
            await parts.queue.put(outbounds)
            await parts.ledger.queued(outbounds)
            queued += len(outbounds)
    outcome = Outcome(run_id, considered, queued, again, dict(skipped), stopped)
    await _tell(parts, name, outcome)
    return outcome


async def _finish(parts: Parts, name: str) -> int:
    """Queue what a run that died had written down; it may be on the queue already."""
    again = 0
    async for outbounds in parts.ledger.unfinished(name):
        await parts.queue.put([repeated(outbound) for outbound in outbounds])
        await parts.ledger.queued(outbounds)
        again += len(outbounds)
    return again


async def _tell(parts: Parts, name: str, outcome: Outcome) -> None:
    counts = {
        "considered": outcome.considered,
        "queued": outcome.queued + outcome.again,
        "skipped": outcome.skipped,
    }
    await parts.queue.tell(name, outcome.run, parts.clock.now_ms(), **counts)  # type: ignore[arg-type]  # each is what its name says
    await parts.runs.end(
        name,
        outcome.run,
        parts.clock.now(),
        considered=outcome.considered,
        queued=outcome.queued,
        again=outcome.again,
        skipped=outcome.skipped,
    )
    log.info("campaign_ran", campaign=name, run=outcome.run, again=outcome.again, **counts)
