"""Why a campaign would write to a contact now: her silence, news, or an audience. Pure.

A cause carries its occasions: what the ledger is kept by, so that each is used once.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from prosa.campaigns import audience
from prosa.campaigns.rules import LeftOut
from prosa.contracts.chatbot import ChatbotSpec, Trigger
from prosa.contracts.durations import duration
from prosa.dialogue.expressions import Expression
from services.campaigns.candidates import Candidate
from services.campaigns.matching import Match, Matcher
from services.campaigns.news import News

NEWS_FOR = "3d"
"""How long a change of the catalogue is news, unless `within` says: over a weekend."""

SILENT_FOR = "30d"
"""The longest silence that is broken, unless `within` says: a campaign that is new must not wake up
all who have ever written."""

_MS = timedelta(milliseconds=1)


class Cause(msgspec.Struct, frozen=True):
    """Occasions, the best first, and the news behind each where there are any."""

    occasions: tuple[str, ...]
    news: tuple[News, ...] = ()


class Silence:
    """She talked to the bot, and has been silent for so long."""

    def __init__(self, trigger: Trigger) -> None:
        self._least_ms = duration(trigger.inactive or "0s") // _MS
        self._most_ms = duration(trigger.within or SILENT_FOR) // _MS

    def cause(self, candidate: Candidate, now_ms: int) -> Cause | LeftOut:
        """Give her silence, named by the message that it began after."""
        last_ms = candidate.last_inbound_at_ms
        if not last_ms:
            return "never_talked"
        silent_ms = now_ms - last_ms
        if silent_ms < self._least_ms:
            return "not_silent"
        if self._most_ms and silent_ms > max(self._least_ms, self._most_ms):
            return "silent_too_long"
        return Cause((str(last_ms),))


class Newness:
    """Something became new or cheaper that concerns her."""

    def __init__(self, trigger: Trigger, news: Sequence[News]) -> None:
        usual: Match = "lastSearch" if trigger.catalogue == "added" else "seenOrSearch"
        self._matcher = Matcher(news, trigger.match or usual)

    def cause(self, candidate: Candidate, now_ms: int) -> Cause | LeftOut:
        """Give the news that concern her."""
        del now_ms
        news = self._matcher.concerning(candidate.searched, candidate.seen)
        if news:
            return Cause(tuple(each.occasion for each in news), news)
        asked = self._matcher.asks(candidate.searched, candidate.seen)
        return "no_match" if asked else "no_search"


class Audience:
    """A condition holds for her."""

    def __init__(self, condition: Expression, every: str, where: tzinfo) -> None:
        self._condition = condition
        self._every = every
        self._where = where

    def cause(self, candidate: Candidate, now_ms: int) -> Cause | LeftOut:
        """Give the day, week or month, or the one occasion that there is."""
        now = datetime.fromtimestamp(now_ms / 1000, UTC)
        if not audience.holds(self._condition, fields(candidate), now):
            return "not_in_audience"
        return Cause((period(self._every, now.astimezone(self._where)),))


def trigger_of(
    trigger: Trigger, spec: ChatbotSpec, news: Sequence[News]
) -> Silence | Newness | Audience:
    """Make a campaign's trigger; `news` are what the catalogue has lately. Raises BadAudience."""
    if trigger.audience is not None:
        condition = audience.compile_audience(trigger.audience)
        return Audience(condition, trigger.occasion, ZoneInfo(spec.time_zone))
    if trigger.catalogue is not None:
        return Newness(trigger, news)
    return Silence(trigger)


def period(every: str, local: datetime) -> str:
    """Name the occasion of a time: `2026-11-24`, `2026-W48`, `2026-11`, or `once`."""
    if every == "day":
        return local.date().isoformat()
    if every == "week":
        year, week, _ = local.isocalendar()
        return f"{year}-W{week:02}"
    if every == "month":
        return f"{local:%Y-%m}"
    return "once"


def fields(candidate: Candidate) -> dict[str, Any]:
    """Give what an audience may ask of a contact."""
    return {
        "name": candidate.name,
        "phone": candidate.address.phone or "",
        "locale": candidate.locale,
        "tags": list(candidate.tags),
        "attributes": dict(candidate.attributes),
        "slots": dict(candidate.slots),
        "marketing": candidate.marketing,
        "owner": candidate.owner,
        "first_inbound_at": _at(candidate.first_inbound_at_ms),
        "last_inbound_at": _at(candidate.last_inbound_at_ms),
        "searched": dict(candidate.searched),
        "searched_at": candidate.searched_at,
        "seen": list(candidate.seen),
    }


def _at(ms: int) -> datetime | None:
    return datetime.fromtimestamp(ms / 1000, UTC) if ms else None
