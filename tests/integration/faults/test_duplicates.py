"""Meta delivers again: in the same instant, late, after the dedup window, out of order."""

import random
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from tests.integration.faults.conftest import Crowd, crowded
from tests.support.laptop import SECRETS, Laptop, a_bot, laptop
from tests.support.webhooks import signed


async def repeat_all(running: Laptop, chance: random.Random) -> None:
    """Post every webhook with a message again, signed, in any order."""
    bodies: list[Any] = [entry["body"] for entry in await running.simulator.webhooks("text")]
    chance.shuffle(bodies)
    async with aiohttp.ClientSession() as http:
        for body in bodies:
            payload = msgspec.json.encode(body)
            headers = {"X-Hub-Signature-256": signed(payload, SECRETS["app-secret"])}
            url = running.ready["webhook"]
            async with http.post(url, data=payload, headers=headers) as response:
                assert response.status == 200


async def test_every_webhook_twice_in_the_same_instant_is_answered_once(tmp_path: Path) -> None:
    async with crowded(tmp_path) as (running, crowd):
        await running.simulator.faults(duplicate=True)
        await crowd.writes(100)

        await crowd.assert_answered_once_in_order()


async def test_webhooks_repeated_after_the_dedup_window_have_no_effect(tmp_path: Path) -> None:
    bot = a_bot(tmp_path / "bot", {"messaging": {"inboundWindow": "200ms"}})
    async with laptop(bot, tmp_path / "data") as running:
        crowd = await Crowd.gather(running, 10)
        await crowd.writes(60)
        await crowd.assert_answered_once_in_order()

        await repeat_all(running, random.Random(7))  # noqa: S311 - an order, no secret
        await crowd.writes(10)

        await crowd.assert_answered_once_in_order()
