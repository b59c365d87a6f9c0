"""What NATS says of queues and campaigns becomes gauges."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from prosa.clock import SystemClock
from prosa.contracts import subjects
from prosa.contracts.chatbot import ChatbotSpec
from prosa.contracts.events import CampaignRan
from prosa.contracts.identity import NO_CONTACT
from prosa.jetstream.connection import JetStream
from prosa.telemetry.metrics import Registry
from services.analytics.console.gauges import Gauges
from services.analytics.console.metrics import QueueMetrics
from services.analytics.console.runs import Runs
from services.analytics.console.sampler import Sampler, Watch
from tests.support.eventually import eventually
from tests.support.nats import BOT, NatsServer, provisioned

QUICK = timedelta(milliseconds=50)
HOUR_MS = 3_600_000
SPEC = msgspec.convert(
    {
        "whatsapp": {
            "phoneNumberId": "1",
            "businessAccountId": "2",
            "credentialsSecretRef": {"name": "whatsapp"},
        },
        "dialogue": {"inline": "{}"},
        "campaigns": [
            {
                "name": name,
                "trigger": {"inactive": "48h"},
                "schedule": "0 9 * * *",
                "template": {"name": "volta", "language": "pt_BR"},
                "suspend": name == "resting",
            }
            for name in ("daily", "resting")
        ],
    },
    ChatbotSpec,
)


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[tuple[NatsServer, JetStream]]:
    async with provisioned(tmp_path) as both:
        yield both


@asynccontextmanager
async def gauges(jetstream: JetStream) -> AsyncIterator[Registry]:
    """Run sampler and gauges as the process does."""
    registry = Registry()
    watch = Watch(jetstream, BOT, SystemClock())
    sampler = Sampler([watch], QUICK)
    shown = Gauges([(watch, Runs(jetstream, BOT, SPEC))], QueueMetrics(registry), QUICK)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(part.run()) for part in (sampler, shown)]
        try:
            yield registry
        finally:
            sampler.stop()
            shown.stop()
            await asyncio.wait(tasks)


def value(registry: Registry, series: str) -> float | None:
    """Read one series as Prometheus would; None while there is none."""
    for line in registry.render()[0].decode().splitlines():
        if line.startswith(f"{series} "):
            return float(line.rpartition(" ")[2])
    return None


def shows(registry: Registry, series: str, wanted: float) -> bool:
    return value(registry, series) == wanted


async def ran(jetstream: JetStream, campaign: str, at_ms: int) -> None:
    event = CampaignRan(
        id=f"{campaign}:{at_ms}",
        contact=NO_CONTACT,
        at_ms=at_ms,
        campaign=campaign,
        run=str(at_ms),
        considered=1,
        queued=1,
    )
    await jetstream.publish(
        subjects.event(BOT, event.kind, event.contact), msgspec.json.encode(event)
    )


async def test_what_waits_is_told_by_stream_and_consumer(
    running: tuple[NatsServer, JetStream],
) -> None:
    _, jetstream = running
    for _ in range(3):
        await jetstream.publish(subjects.inbound(BOT, "p1"), b"{}")
    series = 'prosa_queue_waiting{bot="bots_test",consumer="conversation",stream="IN"}'
    oldest = 'prosa_queue_oldest_seconds{bot="bots_test",consumer="conversation",stream="IN"}'
    async with gauges(jetstream) as registry:
        await eventually(lambda: shows(registry, series, 3))
        await eventually(lambda: (value(registry, oldest) or 0) > 0)

    assert shows(registry, 'prosa_queue_stored{bot="bots_test",stream="IN"}', 3)


async def test_dead_letters_are_told(running: tuple[NatsServer, JetStream]) -> None:
    _, jetstream = running
    await jetstream.publish(subjects.dead_letter(BOT, "sender", "p1"), b"{}")
    async with gauges(jetstream) as registry:
        await eventually(lambda: shows(registry, 'prosa_queue_dead_letters{bot="bots_test"}', 1))


async def test_a_campaigns_last_run_and_longest_rest_are_told(
    running: tuple[NatsServer, JetStream],
) -> None:
    _, jetstream = running
    await jetstream.publish(subjects.event(BOT, "campaign", NO_CONTACT), b"no event")
    for hour in (0, 24, 48):
        await ran(jetstream, "daily", hour * HOUR_MS)
        await ran(jetstream, "resting", hour * HOUR_MS)
        await ran(jetstream, "gone", hour * HOUR_MS)
    labels = '{bot="bots_test",campaign="daily"}'
    async with gauges(jetstream) as registry:
        await eventually(
            lambda: shows(registry, f"prosa_campaign_ran_timestamp_seconds{labels}", 48 * 3600)
        )
        await ran(jetstream, "daily", 78 * HOUR_MS)
        await eventually(lambda: shows(registry, f"prosa_campaign_gap_seconds{labels}", 30 * 3600))
    told = registry.render()[0].decode()

    assert 'campaign="resting"' not in told
    assert 'campaign="gone"' not in told


async def test_nats_that_is_away_is_told_and_comes_back(
    running: tuple[NatsServer, JetStream],
) -> None:
    server, jetstream = running
    unknown = 'prosa_queue_unknown{bot="bots_test"}'
    async with gauges(jetstream) as registry:
        await eventually(lambda: shows(registry, unknown, 0))
        await server.stop()
        await eventually(lambda: shows(registry, unknown, 1))
        await server.start()
        await eventually(lambda: shows(registry, unknown, 0))
