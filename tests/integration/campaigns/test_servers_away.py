"""PostgreSQL or NATS goes away in the middle of a run: it goes on, or the next run does."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from prosa.errors import Unavailable
from services.campaigns import job
from tests.support.campaigns import Market, a_market
from tests.support.eventually import eventually
from tests.support.simulator import ANA, BRUNO, CARLA

EVERYBODY = (ANA, BRUNO, CARLA)


class Disturbed:
    """A queue before whose first use something happens."""

    def __init__(self, queue: Any, happens: Any) -> None:
        self._queue = queue
        self._happens = happens

    def __getattr__(self, name: str) -> Any:
        return getattr(self._queue, name)

    async def put(self, outbounds: Any) -> None:
        await self._happens()
        await self._queue.put(outbounds)


async def run(market: Market, happens: Any) -> job.Outcome:
    """Run the campaign, with something happening before the first outbound is queued."""
    queue: Any = Disturbed(market.parts.queue, happens)
    return await job.run(replace(market.parts, queue=queue), market.parts.campaign("volta"))


async def test_postgresql_that_goes_away_ends_the_run_and_the_next_finishes_it(
    url: SecretStr, tmp_path: Path
) -> None:
    async with a_market(url, tmp_path) as market, market.world.sender():
        for who in EVERYBODY:
            await market.knows(who)

        async def cut() -> None:
            async with market.parts.database.connection() as connection:
                await connection.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where datname = current_database() and pid <> pg_backend_pid()"
                )

        with pytest.raises(Unavailable, match="PostgreSQL is away"):
            await run(market, cut)
        await market.run("volta")
        await eventually(market.world.done)

        assert [len(await market.world.said_to(who)) for who in EVERYBODY] == [1, 1, 1]


async def test_nats_that_restarts_is_waited_for(url: SecretStr, tmp_path: Path) -> None:
    async with a_market(url, tmp_path) as market, market.world.sender():
        for who in EVERYBODY:
            await market.knows(who)
        starting: list[asyncio.Task[None]] = []

        async def restart() -> None:
            await market.world.server.kill()
            starting.append(asyncio.get_running_loop().create_task(market.world.server.start()))

        outcome = await run(market, restart)
        await eventually(market.world.done)

        assert outcome.queued == 3
        assert [len(await market.world.said_to(who)) for who in EVERYBODY] == [1, 1, 1]
