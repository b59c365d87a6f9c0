"""Walks all contacts and decides about each: what `preview` shows and `run` does."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta

from prosa.campaigns import checks
from prosa.contracts.chatbot import Campaign, Trigger
from prosa.contracts.durations import duration
from prosa.errors import ConfigError
from services.campaigns import causes, news
from services.campaigns.candidates import NOTHING, Candidate
from services.campaigns.news import News
from services.campaigns.parts import Parts
from services.campaigns.planning import Left, Planned, Planner
from services.campaigns.postgres.ledger import since

Decision = tuple[Candidate, Planned | Left]

_MS = timedelta(milliseconds=1)


async def decisions(parts: Parts, campaign: Campaign) -> AsyncGenerator[list[Decision], None]:
    """Give the decision about every contact, in batches. Raises ConfigError, Unavailable."""
    refuse_faults(parts, campaign)
    now = parts.clock.now()
    now_ms = parts.clock.now_ms()
    planner = Planner(
        parts.spec,
        campaign,
        causes.trigger_of(campaign.trigger, parts.spec, await _news(parts, campaign.trigger)),
        now_ms=now_ms,
        sent_today=await parts.ledger.sent_today(campaign.name, now),
        on_queue=await parts.queue.depth(),
    )
    lately = since(now_ms, duration(parts.spec.frequency.per_contact.per) // _MS)
    async with aclosing(parts.people.batches()) as batches:
        async for batch in batches:
            contacts = [each.contact for each in batch]
            known = await parts.ledger.histories(contacts, campaign.name, lately)
            yield [(each, planner.plan(each, known.get(each.contact, NOTHING))) for each in batch]


async def _news(parts: Parts, trigger: Trigger) -> tuple[News, ...]:
    """Give what is worth telling of the catalogue; nothing for a campaign about something else."""
    if trigger.catalogue is None:
        return ()
    span_ms = duration(trigger.within or causes.NEWS_FOR) // _MS
    after = since(parts.clock.now_ms(), span_ms)
    found = (
        await parts.news.added(after)
        if trigger.catalogue == "added"
        else await parts.news.prices(after)
    )
    return news.worth_telling(found, trigger)


def refuse_faults(parts: Parts, campaign: Campaign) -> None:
    """Refuse a campaign that cannot work as it is written. Raises ConfigError that says all."""
    place = parts.spec.campaigns.index(campaign)
    own = [
        fault
        for fault in checks.faults(parts.spec)
        if fault.path[:2] == ("campaigns", place) or fault.path[0] != "campaigns"
    ]
    if own:
        raise ConfigError("\n".join(map(str, own)))
