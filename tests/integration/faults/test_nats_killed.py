"""The NATS server is killed under load: webhooks are refused, and Meta brings them again."""

import asyncio

from tests.integration.faults.conftest import Crowd
from tests.support.laptop import Laptop


async def test_a_killed_nats_loses_and_doubles_nothing(platform: tuple[Laptop, Crowd]) -> None:
    running, crowd = platform

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(crowd.writes(250))
        for _ in range(2):
            await asyncio.sleep(1.5)
            await running.kill("nats")

    await crowd.assert_answered_once_in_order()
