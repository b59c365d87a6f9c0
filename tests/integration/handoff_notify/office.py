"""Notifiers at work on a real table, for the tests beside."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from prosa.clock import SystemClock
from prosa.jetstream.connection import JetStream
from prosa.jetstream.dead_letters import DeadLetters, Parked
from prosa.postgres.migrations import Migration, migrate
from prosa.postgres.pool import Pool
from prosa.telemetry.metrics import Registry
from services.handoff.notify import planning, postgres
from services.handoff.notify.mail import Mail
from services.handoff.notify.metrics import NotificationMetrics
from services.handoff.notify.notification import (
    CHANNELS,
    Channel,
    ChannelName,
    Handoff,
    Mark,
    Notification,
)
from services.handoff.notify.notifier import Notifier
from services.handoff.notify.postgres import Rows
from services.handoff.notify.settings import SmtpSettings
from tests.support.metrics import ROOT
from tests.unit.handoff_notify.builders import BOT, PORTUGUESE, a_handoff, a_team

QUICK = timedelta(milliseconds=20)
TABLE = ROOT / "services" / "handoff" / "migrations" / "0002_notifications.sql"
MAILED = a_team(email=["vendas@shop.example"])


async def migrated(connections: Pool) -> None:
    """Make the table of notifications, empty, and nothing else of the schema."""
    file = [Migration(1, TABLE.name, TABLE.read_text())]
    async with connections.acquire() as connection:
        await migrate(connection, "handoff", file)  # type: ignore[arg-type]  # the pool's proxy is a connection
        await connection.execute("truncate notifications")


class Pigeon:
    """A channel that only remembers, or fails as it is told; with `marks`, like e-mail."""

    def __init__(self, *errors: Exception, marks: bool = True) -> None:
        self._marks = marks
        self.carried: list[Notification] = []
        self._errors = list(errors)
        self.gate: asyncio.Event | None = None

    async def deliver(self, notification: Notification, mark: Mark) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self._errors:
            raise self._errors.pop(0)
        if self._marks:
            await mark()
        self.carried.append(notification)


class Office:
    """The table, what is parked, what is counted."""

    def __init__(self, table: Pool, jetstream: JetStream) -> None:
        self.table = table
        self.letters = DeadLetters(jetstream, BOT)
        self.registry = Registry()
        self.metrics = NotificationMetrics(self.registry)

    async def opened(self, handoff: Handoff | None = None, team: Any = MAILED) -> int:
        """Open a ticket; gives how many are to be told."""
        rows = planning.planned(handoff or a_handoff(), team)
        async with self.table.acquire() as connection, connection.transaction():
            return await postgres.insert(connection, rows)

    @asynccontextmanager
    async def notifier(
        self, channels: Mapping[ChannelName, Channel] | Channel, *, lease: timedelta | None = None
    ) -> AsyncIterator[Notifier]:
        """Run a notifier, in this process."""
        if not isinstance(channels, Mapping):
            channels = dict.fromkeys(CHANNELS, channels)
        notifier = Notifier(
            bot=BOT,
            rows=Rows(self.table, BOT),
            channels=channels,
            dead_letters=self.letters,
            metrics=self.metrics,
            clock=SystemClock(),
            chance=lambda: 0.0,
            first_pause=QUICK,
            lease=lease or timedelta(seconds=60),
            look=QUICK,
        )
        async with self.at_work(notifier):
            yield notifier

    @asynccontextmanager
    async def at_work(self, notifier: Notifier) -> AsyncIterator[None]:
        """Run a notifier that was built elsewhere."""
        async with asyncio.TaskGroup() as group:
            task = group.create_task(notifier.run())
            try:
                yield
            finally:
                notifier.stop()
                await task

    async def states(self) -> list[str]:
        rows = await self.table.fetch("select state from notifications order by channel, target")
        return [row["state"] for row in rows]

    async def are(self, *states: str) -> bool:
        return await self.states() == list(states)

    async def parked(self) -> list[Parked]:
        return [letter async for letter in self.letters.walk()]

    def counted(self, name: str) -> float:
        """Add up a metric over its labels."""
        text = self.registry.render()[0].decode()
        lines = (line for line in text.splitlines() if line.startswith(f"{name}{{"))
        return sum(float(line.rpartition(" ")[2]) for line in lines)


def by_mail(smtp: SmtpSettings) -> Mail:
    return Mail(smtp, PORTUGUESE, SystemClock())
