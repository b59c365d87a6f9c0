"""Customers under load, and what they must see whatever breaks: one answer each, in order."""

import asyncio
import contextlib
import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.eventually import eventually
from tests.support.laptop import Laptop, a_bot, laptop

NUMBERED = re.compile(r"\bm\d+\b")


class Crowd:
    """Customers who write numbered messages and are answered `Anotado: m<n>`."""

    def __init__(self, running: Laptop, phones: list[str]) -> None:
        self.phones = phones
        self.written = dict.fromkeys(phones, 0)
        self._simulator = running.simulator

    @classmethod
    async def gather(cls, running: Laptop, size: int) -> "Crowd":
        """Let customers say hello, so that the bot asks for their first message."""
        phones = [f"+55119{n:08d}" for n in range(size)]
        await running.simulator.add_customers(
            *({"name": f"Cliente {n}", "phone": phone} for n, phone in enumerate(phones))
        )
        crowd = cls(running, phones)
        await running.simulator.customers_say([{"who": phone, "text": "oi"} for phone in phones])
        await eventually(crowd.greeted, within=60)
        return crowd

    async def greeted(self) -> bool:
        threads = await self._simulator.threads()
        return all(any(m["side"] == "in" for m in threads.get(p[1:], [])) for p in self.phones)

    async def writes(self, count: int, *, every: float = 0.02) -> None:
        """Let random customers write `count` messages, one after the other."""
        chance = random.Random(count)  # noqa: S311 - load, not a secret
        for _ in range(count):
            phone = chance.choice(self.phones)
            self.written[phone] += 1
            text = f"m{self.written[phone]}"
            await self._simulator.customers_say([{"who": phone, "text": text}])
            await asyncio.sleep(every)

    async def answers(self) -> dict[str, list[str]]:
        """Give what each customer's screen shows of the bot's answers, in its order."""
        threads = await self._simulator.threads()
        return {
            phone: [
                found
                for message in threads.get(phone[1:], [])
                if message["side"] == "in" and message["text"].startswith("Anotado:")
                for found in NUMBERED.findall(message["text"])  # a burst is noted in one answer
            ]
            for phone in self.phones
        }

    async def assert_answered_once_in_order(self, *, within: float = 90) -> None:
        async def all_answered() -> bool:
            shown = await self.answers()
            return all(len(shown[p]) >= count for p, count in self.written.items())

        with contextlib.suppress(AssertionError):
            await eventually(all_answered, within=within, every=0.25)
        await asyncio.sleep(1)  # a second answer would come about now
        assert await self.wrong() == {}

    async def wrong(self) -> dict[str, str]:
        """Tell what is missing, doubled or out of order on each customer's screen."""
        return {
            phone: f"wrote m1 to m{self.written[phone]}, answered: {' '.join(shown)}"
            for phone, shown in (await self.answers()).items()
            if shown != [f"m{n + 1}" for n in range(self.written[phone])]
        }


@asynccontextmanager
async def crowded(
    tmp_path: Path, size: int = 24, *, records: bool = False
) -> AsyncIterator[tuple[Laptop, Crowd]]:
    """Run the platform with customers who have said hello."""
    async with laptop(a_bot(tmp_path / "bot"), tmp_path / "data", records=records) as running:
        yield running, await Crowd.gather(running, size)


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[tuple[Laptop, Crowd]]:
    async with crowded(tmp_path) as both:
        yield both
