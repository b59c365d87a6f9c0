"""A run that dies between any two of its steps, and the next one too: each message once."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pydantic import SecretStr

from prosa.contracts import subjects
from prosa.contracts.outbound import Outbound
from services.campaigns import job
from services.campaigns.parts import Parts
from tests.support.campaigns import Market, a_market
from tests.support.nats import BOT

PEOPLE = [f"+551190000{n:04}" for n in range(4)]
STEPS = ("ledger.plan", "queue.put", "ledger.queued", "queue.tell", "runs.end")
MOMENTS = ("before", "halfway", "after")
DEATHS = tuple(product(STEPS, MOMENTS))
SECOND_DEATHS = DEATHS[1::4]
"""Enough of them: one of each kind after each of the first."""


class Died(Exception):
    """Stands for SIGKILL: nothing after it is done."""


class Mortal:
    """A part that dies at one of its calls: before it, after it, or with half of it done."""

    def __init__(self, part: Any, method: str, moment: str) -> None:
        self._part = part
        self._method = method
        self._moment = moment

    def __getattr__(self, name: str) -> Any:
        done = getattr(self._part, name)
        return self._dying(done) if name == self._method else done

    def _dying(self, call: Any) -> Any:
        async def until_death(*arguments: Any, **named: Any) -> Any:
            if self._moment == "after":
                await call(*arguments, **named)
            elif self._moment == "halfway" and isinstance(arguments[0], Iterable):
                several = list(arguments[0])
                if not isinstance(arguments[0], str):
                    await call(several[: len(several) // 2], *arguments[1:], **named)
            raise Died

        return until_death


def dying(parts: Parts, step: str, moment: str) -> Parts:
    """Give the parts of a process that will die there."""
    part, method = step.split(".")
    mortal: Any = Mortal(getattr(parts, part), method, moment)
    return replace(parts, **{part: mortal})


async def test_however_two_runs_die_the_third_queues_each_message_once(
    url: SecretStr, tmp_path: Path
) -> None:
    async with a_market(url, tmp_path) as market:
        campaign = market.parts.campaign("volta")
        for number, (first, second) in enumerate(product(DEATHS, SECOND_DEATHS)):
            await _begin_anew(market, number)
            for death in (first, second):
                with suppress(Died):  # a step that has nothing left to do is not reached
                    await job.run(dying(market.parts, *death), campaign)
            await market.run("volta")

            queued = await _queued(market)
            assert sorted(each.contact for each in queued) == sorted(_keys()), (first, second)
            assert {row[2] for row in await market.ledger()} == {"queued"}, (first, second)


async def test_a_death_halfway_is_told_to_the_sender_as_a_repeat(
    url: SecretStr, tmp_path: Path
) -> None:
    async with a_market(url, tmp_path) as market:
        await _begin_anew(market)
        with pytest.raises(Died):
            await job.run(
                dying(market.parts, "queue.put", "before"), market.parts.campaign("volta")
            )

        outcome = await market.run("volta")

        assert (outcome.queued, outcome.again) == (0, len(PEOPLE))
        assert all(each.repeat for each in await _queued(market))


async def _begin_anew(market: Market, silence: int = 0) -> None:
    """Forget what was sent; another silence is another occasion, under another id."""
    async with market.parts.database.connection() as connection:
        await connection.execute("truncate ledger, runs")
    await market.world.jetstream.api(f"STREAM.PURGE.{subjects.out_stream(BOT)}")
    for phone in PEOPLE:
        await market.knows(phone, silent_hours=50 + silence)  # hours, for time passes here too


async def _queued(market: Market) -> list[Outbound]:
    stored = await market.world.jetstream.read(
        subjects.out_stream(BOT), subjects.outbound(BOT, "low", "*"), limit=256
    )
    return [msgspec.json.decode(each.payload, type=Outbound) for each in stored]


def _keys() -> list[str]:
    return [f"p{phone.lstrip('+')}" for phone in PEOPLE]
