"""Meta refuses, breaks, or accepts and never answers: each message is answered once, in order."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.integration.faults.conftest import Crowd, crowded


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"rate": {"next": 15}}, id="429"),
        pytest.param({"error": {"next": 15}}, id="5xx"),
        pytest.param({"error": {"next": 5, "accepted": True}}, id="5xx that hides a success"),
        pytest.param({"hang": {"next": 5}}, id="no answer after accepting"),
        pytest.param({"reset": {"next": 5}}, id="connection cut after accepting"),
    ],
)
async def test_what_meta_does_wrong_loses_and_doubles_nothing(
    tmp_path: Path, fault: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROSA_ANSWER_TIMEOUT", "2s")
    async with crowded(tmp_path) as (running, crowd):
        await running.simulator.faults(**fault)
        await crowd.writes(80)

        await crowd.assert_answered_once_in_order()


async def test_a_sender_killed_in_mid_post_sends_nothing_twice(tmp_path: Path) -> None:
    async with crowded(tmp_path) as (running, crowd):
        await running.simulator.faults(slow={"delayMs": 1500})

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(crowd.writes(60))
            for _ in range(2):
                await asyncio.sleep(1.2)
                await running.kill("sender")
        await running.simulator.faults(slow=False)

        await crowd.assert_answered_once_in_order()


async def test_an_expired_token_keeps_the_queue(tmp_path: Path) -> None:
    async with crowded(tmp_path) as (running, crowd):
        await running.simulator.faults(tokenExpired=True)
        await crowd.writes(30)
        assert await told(crowd) == 0

        await running.simulator.faults(tokenExpired=False)

        await crowd.assert_answered_once_in_order()


async def told(crowd: Crowd) -> int:
    return sum(len(answers) for answers in (await crowd.answers()).values())
