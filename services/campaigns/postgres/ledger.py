"""The ledger: who got which campaign's message for which occasion, and what came of it."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from prosa.contracts.identity import BotToken, ContactKey
from prosa.contracts.outbound import Outbound, OutboundId
from services.campaigns.candidates import History
from services.campaigns.planning import Planned
from services.campaigns.postgres.database import Database

_BATCH = 500

_HISTORY = """
select contact, campaign, occasion, outbound, attempt, state, lead, planned_at
from ledger
where bot = $1 and contact = any($2::text[])
  and (campaign = $3 or (planned_at > $4 and state in ('planned', 'queued')))
"""
_PLAN = """
insert into ledger (bot, campaign, contact, occasion, outbound, attempt, lead, run, state,
                    message, planned_at)
select $1, $2, contact, occasion, outbound, attempt, lead, $3, 'planned', message, $4
from unnest($5::text[], $6::text[], $7::text[], $8::int[], $9::bool[], $10::bytea[])
     as row (contact, occasion, outbound, attempt, lead, message)
where exists (select from analytics.contacts as known
              where known.bot = $1 and known.contact = row.contact)
on conflict (bot, campaign, contact, occasion) do update
    set outbound = excluded.outbound, attempt = excluded.attempt, lead = excluded.lead,
        run = excluded.run, state = 'planned', reason = '', message = excluded.message,
        planned_at = excluded.planned_at
    where ledger.state = 'dropped' and excluded.attempt > ledger.attempt
returning outbound, lead
"""  # a contact who was erased since the run began to read is not written down again
_UNFINISHED = """
select message from ledger
where bot = $1 and campaign = $2 and state = 'planned' and lead and message is not null
order by outbound
limit $3
"""
_QUEUED = """
update ledger set state = 'queued', message = null
where bot = $1 and outbound = any($2::text[]) and state = 'planned'
"""
_TODAY = """
select count(*) from ledger
where bot = $1 and campaign = $2 and lead and state in ('planned', 'queued') and planned_at > $3
"""
_FORGET = "delete from ledger where bot = $1 and contact = $2"

_decode = msgspec.json.Decoder(Outbound).decode
_encode = msgspec.json.Encoder().encode


class Ledger:
    """The ledger of one bot."""

    def __init__(self, database: Database, bot: BotToken) -> None:
        self._database = database
        self._bot = bot

    async def histories(
        self, contacts: Sequence[ContactKey], campaign: str, since: datetime
    ) -> Mapping[ContactKey, History]:
        """Give what campaigns wrote to these contacts: this one ever, all of them since."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_HISTORY, self._bot, contacts, campaign, since)
        lately: dict[str, dict[str, int]] = defaultdict(dict)
        used: dict[str, set[str]] = defaultdict(set)
        attempts: dict[str, dict[str, int]] = defaultdict(dict)
        for row in rows:
            contact, state = row["contact"], row["state"]
            if state in ("planned", "queued") and row["lead"] and row["planned_at"] > since:
                lately[contact][row["outbound"]] = int(row["planned_at"].timestamp() * 1000)
            if row["campaign"] != campaign:
                continue
            if state == "dropped":
                attempts[contact][row["occasion"]] = row["attempt"] + 1
            else:
                used[contact].add(row["occasion"])
        return {
            ContactKey(contact): History(
                tuple(lately[contact].values()), frozenset(used[contact]), attempts[contact]
            )
            for contact in {row["contact"] for row in rows}
        }

    async def plan(
        self, campaign: str, run: str, planned: Iterable[Planned], now: datetime
    ) -> list[Outbound]:
        """Write down what is to be queued; gives what was not written before."""
        planned = tuple(planned)
        outbounds = {each.outbound.id: each.outbound for each in planned}
        rows = [
            (
                each.outbound.contact,
                occasion,
                each.outbound.id,
                attempt,
                place == 0,
                _encode(each.outbound) if place == 0 else None,
            )
            for each in planned
            for place, (occasion, attempt) in enumerate(
                zip(each.occasions, each.attempts, strict=True)
            )
        ]
        if not rows:
            return []
        async with self._database.connection() as connection:
            written = await connection.fetch(
                _PLAN, self._bot, campaign, run, now, *map(list, zip(*rows, strict=True))
            )
        return [outbounds[OutboundId(row["outbound"])] for row in written if row["lead"]]

    async def unfinished(self, campaign: str) -> AsyncIterator[list[Outbound]]:
        """Walk what a run that died has planned and perhaps not queued.

        Each batch must be marked as `queued` before the next is asked for.
        """
        while True:
            async with self._database.connection() as connection:
                rows = await connection.fetch(_UNFINISHED, self._bot, campaign, _BATCH)
            if not rows:
                return
            yield [_decode(row["message"]) for row in rows]

    async def queued(self, outbounds: Iterable[Outbound]) -> None:
        """Write down that these are on the queue, and forget their words."""
        async with self._database.connection() as connection:
            await connection.execute(_QUEUED, self._bot, [each.id for each in outbounds])

    async def sent_today(self, campaign: str, now: datetime) -> int:
        """Count a campaign's messages of the last 24 hours."""
        since = now - timedelta(days=1)
        async with self._database.connection() as connection:
            return int(await connection.fetchval(_TODAY, self._bot, campaign, since))

    async def forget(self, contact: ContactKey) -> None:
        """Delete all that is known of a contact."""
        async with self._database.connection() as connection:
            await connection.execute(_FORGET, self._bot, contact)


def since(now_ms: int, span_ms: int) -> datetime:
    """Give the instant so long before another."""
    return datetime.fromtimestamp((now_ms - span_ms) / 1000, UTC)
