"""What `preview`, `report` and `list` print: JSON, a document a line, for the `prosa` command."""

import sys
from collections import Counter
from datetime import timedelta
from typing import Any

import msgspec

from prosa.contracts.chatbot import Campaign, Trigger
from prosa.contracts.outbound import Message, Template, Text
from services.campaigns import costs, walking
from services.campaigns.candidates import Candidate
from services.campaigns.parts import Parts
from services.campaigns.planning import Left, Planned


def say(document: Any) -> None:
    """Print one document."""
    sys.stdout.write(msgspec.json.encode(document).decode() + "\n")


async def preview(parts: Parts, campaign: Campaign, most: int) -> None:
    """Print a line for each contact, at most `most` of either kind (0: all), then the summary."""
    await parts.feed.catch_up()
    got = 0
    left: Counter[str] = Counter()
    async for batch in walking.decisions(parts, campaign):
        for candidate, decision in batch:
            if isinstance(decision, Planned):
                got += 1
                shown = got
            else:
                left[decision.reason] += 1
                shown = sum(left.values())
            if not most or shown <= most:
                say({"contact": _row(parts, candidate, decision)})
    pause = await parts.pauses.find(campaign.name)
    say(
        {
            "summary": {
                "bot": parts.bot,
                "campaign": campaign.name,
                "considered": got + sum(left.values()),
                "gets": got,
                "left_out": dict(left.most_common()),
                "suspended": campaign.suspend,
                "paused": pause,
            }
        }
    )


def _row(parts: Parts, candidate: Candidate, decision: Planned | Left) -> dict[str, Any]:
    row = {
        "contact": candidate.contact,
        "name": candidate.name,
        "phone": candidate.address.phone or "",
        "gets": isinstance(decision, Planned),
    }
    if isinstance(decision, Left):
        return row | {"reason": decision.reason, "detail": decision.detail}
    outbound = decision.outbound
    leaves_at = parts.clock.now() + timedelta(milliseconds=decision.wait_ms)
    return row | {
        "message": words(outbound.messages[0]),
        "occasion": outbound.occasion,
        "covers": len(decision.occasions),
        "leaves_at": leaves_at.isoformat(timespec="seconds") if decision.wait_ms else "",
        "time_zone": outbound.time_zone or parts.spec.time_zone,
    }


def words(message: Message) -> str:
    """Write a message down in a line: a text as it is, a template with its parameters."""
    match message:
        case Text(body=body):
            return body
        case Template(name=name, language=language, body=parameters):
            return f"{name} ({language}): {' · '.join(parameters)}" if parameters else name
        case _:
            return str(type(message).__name__).lower()


async def report(parts: Parts, campaign: Campaign, days: int) -> None:
    """Print what became of a campaign's messages in the last days."""
    await parts.feed.catch_up()
    since = parts.clock.now() - timedelta(days=days)
    counts = await parts.results.of(campaign.name, since)
    say(
        {
            "bot": parts.bot,
            "campaign": campaign.name,
            "days": days,
            "since": since.isoformat(timespec="seconds"),
            **msgspec.to_builtins(counts),
            "cost": costs.cost(counts.billed, parts.spec.whatsapp.prices),
            "paused": await parts.pauses.find(campaign.name),
        }
    )


async def overview(parts: Parts) -> None:
    """Print a line for each campaign: its rule, whether it is paused, its last run."""
    runs = await parts.runs.last()
    for campaign in parts.spec.campaigns:
        say(
            {
                "bot": parts.bot,
                "campaign": campaign.name,
                "trigger": cause_words(campaign.trigger),
                "schedule": campaign.schedule,
                "template": f"{campaign.template.name} ({campaign.template.language})",
                "suspended": campaign.suspend,
                "paused": await parts.pauses.find(campaign.name),
                "last_run": runs.get(campaign.name),
            }
        )


def cause_words(trigger: Trigger) -> str:
    """Write a trigger down as its Chatbot does, in a line."""
    if trigger.inactive is not None:
        return f"inactive {trigger.inactive}"
    if trigger.catalogue == "priceDrop":
        return f"priceDrop {trigger.at_least}"
    return trigger.catalogue or f"audience {trigger.audience}"
