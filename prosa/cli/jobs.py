"""Runs the campaigns of a laptop's bots on their schedules, as CronJobs do in a cluster.

A run is a process that ends by itself. One that is still at work when its next moment comes lets
that moment pass (`concurrencyPolicy: Forbid`); one that fails is told and comes again at its next.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from prosa.cli.processes import die_with_parent
from prosa.clock import Clock
from prosa.contracts.chatbot import Campaign, Chatbot
from prosa.errors import ConfigError

_LOOK_SECONDS = 20.0
_GRACE_SECONDS = 10.0


class Told(Protocol):
    """Who hears of runs."""

    def line(self, name: str, line: str) -> None:
        """Hear that a run wrote a line."""
        ...

    def warns(self, message: str) -> None:
        """Hear that a run failed."""
        ...


class Jobs:
    """The schedules of all campaigns of some bots."""

    def __init__(
        self,
        chatbots: Iterable[Chatbot],
        environment: Mapping[str, str],
        log: Path,
        told: Told,
        clock: Clock,
    ) -> None:
        self._environment = environment
        self._log = log
        self._told = told
        self._clock = clock
        self._planned = [
            (chatbot, campaign)
            for chatbot in chatbots
            for campaign in chatbot.spec.campaigns
            if not campaign.suspend
        ]

    async def run(self) -> None:
        """Run what is due, for ever. Raises ConfigError for a schedule that nobody can read."""
        async with asyncio.TaskGroup() as group:
            for chatbot, campaign in self._planned:
                group.create_task(self._follow(chatbot, campaign))

    async def _follow(self, chatbot: Chatbot, campaign: Campaign) -> None:
        zone = ZoneInfo(chatbot.spec.time_zone)
        while True:
            moment = next_moment(campaign, self._now(zone))
            await self._until(moment)
            await self._run(chatbot, campaign)

    async def _until(self, moment: datetime) -> None:
        """Wait by the wall's clock, which no event tells: a laptop that sleeps wakes up late."""
        while left := max(0.0, (moment - self._clock.now()).total_seconds()):  # noqa: ASYNC110
            await asyncio.sleep(min(left, _LOOK_SECONDS))

    async def _run(self, chatbot: Chatbot, campaign: Campaign) -> None:
        async with self._started("run", campaign.name, "--bot", chatbot.token) as job:
            assert job.stdout is not None  # noqa: S101 - PIPE was asked for
            with self._log.open("ab") as log:
                async for line in job.stdout:
                    log.write(line)
                    self._told.line("campaigns", line.decode("utf-8", "replace").rstrip())
            code = await job.wait()
        if code:
            self._told.warns(f"campaign {campaign.name} ended with code {code}; see {self._log}")

    @asynccontextmanager
    async def _started(self, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
        job = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.campaigns", *arguments),
            env=dict(self._environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent(),
        )
        try:
            yield job
        finally:
            if job.returncode is None:  # we are stopped: the run goes on at its next moment
                job.terminate()
                try:
                    async with asyncio.timeout(_GRACE_SECONDS):
                        await job.wait()
                except TimeoutError:
                    job.kill()
                    await job.wait()

    def _now(self, zone: ZoneInfo) -> datetime:
        return self._clock.now().astimezone(zone)


def next_moment(campaign: Campaign, after: datetime) -> datetime:
    """Give the first moment of a campaign's schedule behind `after`, in the same time zone.

    Raises ConfigError when the schedule is no cron expression, or none of its moments ever comes.
    """
    try:
        return next(CronSim(campaign.schedule, after))
    except (CronSimError, StopIteration) as error:
        raise ConfigError(
            f"campaign {campaign.name}: schedule {campaign.schedule!r} is no cron expression"
            ' that comes due; write for example "0 10 * * *"'
        ) from error
