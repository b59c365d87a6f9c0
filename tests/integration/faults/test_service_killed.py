"""Any service is killed at random moments, under load: nothing is lost, doubled or out of order."""

import asyncio
import random

import pytest

from tests.integration.faults.conftest import Crowd
from tests.support.laptop import Laptop


@pytest.mark.parametrize("service", ["conversation", "sender", "ingress"])
async def test_a_killed_service_loses_and_doubles_nothing(
    platform: tuple[Laptop, Crowd], service: str
) -> None:
    running, crowd = platform
    chance = random.Random(service)  # noqa: S311 - moments, not secrets

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(crowd.writes(300))
        for _ in range(3):
            await asyncio.sleep(chance.uniform(0.3, 1.5))
            await running.kill(service)

    await crowd.assert_answered_once_in_order()


async def test_all_services_killed_at_once_lose_and_double_nothing(
    platform: tuple[Laptop, Crowd],
) -> None:
    running, crowd = platform

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(crowd.writes(200))
        await asyncio.sleep(1)
        for service in ("ingress", "sender", "conversation"):
            await running.kill(service)

    await crowd.assert_answered_once_in_order()
