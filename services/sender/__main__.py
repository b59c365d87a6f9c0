"""Read the settings, build the parts of each Chatbot, join them, run until SIGTERM."""

import random
from contextlib import AsyncExitStack

import aiohttp

from prosa import chatbots, service
from prosa.campaigns import rules
from prosa.clock import Clock, SystemClock
from prosa.contracts import durations, subjects
from prosa.contracts.contact import Contact
from prosa.contracts.outbound import Priority
from prosa.contracts.sends import Sends
from prosa.health import Check, Health
from prosa.jetstream.buckets import Bucket
from prosa.jetstream.connection import JetStream, connect
from prosa.jetstream.consumer import Consumer
from prosa.jetstream.dead_letters import DeadLetters
from prosa.service import Part
from services.sender import pacing
from services.sender.breaker import Breaker
from services.sender.campaigns import Campaigns
from services.sender.channel import Channel, session
from services.sender.evidence import Evidence
from services.sender.facts import Facts
from services.sender.handlers import Outbounds, Statuses
from services.sender.media import Files
from services.sender.metrics import SenderMetrics
from services.sender.order import Order
from services.sender.progress import Documents
from services.sender.rates import Rates
from services.sender.runs import MS, Books
from services.sender.sending import Sending
from services.sender.settings import SenderSettings

STATUSES_AT_ONCE = 128


async def main(settings: SenderSettings) -> None:
    """Build, join, run."""
    bots = chatbots.load(settings.chatbots, needs=("access-token",))
    health = Health()
    metrics = SenderMetrics(health.registry)
    async with AsyncExitStack() as stack:
        jetstream = await stack.enter_async_context(connect(settings.nats, "sender"))
        meta = await stack.enter_async_context(
            session(
                connect_seconds=settings.connect_timeout.total_seconds(),
                answer_seconds=settings.answer_timeout.total_seconds(),
                connections=settings.in_flight * len(bots),
            )
        )
        files = await stack.enter_async_context(aiohttp.ClientSession())
        consumers: list[Part] = []
        helpers: list[Part] = []
        for bot in bots:
            pulling, helping = build(
                bot,
                settings,
                jetstream=jetstream,
                meta=meta,
                files=files,
                metrics=metrics,
                clock=SystemClock(),
            )
            consumers.extend(pulling)
            helpers.extend(helping)
            for name, consumer in zip(("outbounds", "statuses"), pulling, strict=True):
                health.live(f"{bot.token} {name}", _moves(consumer))
        health.ready("nats", lambda: "" if jetstream.connected else "NATS is away")
        await service.run(settings, *consumers, *helpers, health=health)


def build(
    bot: chatbots.RunningBot,
    settings: SenderSettings,
    *,
    jetstream: JetStream,
    meta: aiohttp.ClientSession,
    files: aiohttp.ClientSession,
    metrics: SenderMetrics,
    clock: Clock,
) -> tuple[tuple[Consumer, Consumer], tuple[Part, ...]]:
    """Join the parts of one Chatbot: its consumers, then what they need until they have drained."""
    token, spec = bot.token, bot.chatbot.spec
    number, limits = spec.whatsapp.phone_number_id, spec.whatsapp.limits
    chance = random.SystemRandom().random
    channel = Channel(meta, spec.whatsapp, bot.credentials)
    breaker = Breaker(channel, metrics, token, longest=settings.retry_pause, chance=chance)
    rates = Rates(jetstream, token, number, limits, clock)
    order = Order(jetstream, token)
    facts = Facts(jetstream, token, number, clock)
    documents = Documents(Bucket(jetstream, subjects.bucket(token, "sends"), Sends))
    contacts = Bucket(jetstream, subjects.bucket(token, "contacts"), Contact)
    campaigns = Campaigns(jetstream, token, spec, clock)
    books = Books(
        documents,
        metrics,
        token,
        clock,
        pair_step_ms=durations.duration(limits.per_contact) // MS,
    )
    sending = Sending(
        bot=token,
        spec=spec,
        contacts=contacts,
        books=books,
        channel=channel,
        files=Files(jetstream, token, spec, channel=channel, http=files, clock=clock),
        order=order,
        rates=rates,
        breaker=breaker,
        campaigns=campaigns,
        rules=rules.read(spec.frequency, spec.session),
        facts=facts,
        metrics=metrics,
        clock=clock,
        chance=chance,
        status_wait=settings.status_wait,
        doubt_wait=settings.doubt_wait,
    )
    outbounds = Consumer(
        jetstream,
        service="sender",
        stream=subjects.out_stream(token),
        names=[_durable(priority) for priority in pacing.WEIGHTS],
        handle=Outbounds(
            bot=token,
            number=number,
            books=books,
            order=order,
            evidence=Evidence(jetstream, token),
            sending=sending,
            channel=channel,
            breaker=breaker,
            facts=facts,
            metrics=metrics,
            clock=clock,
            status_wait=settings.status_wait,
        ),
        dead_letters=DeadLetters(jetstream, token),
        clock=clock,
        limit=settings.in_flight,
    )
    breaker.attach(outbounds)
    statuses = Consumer(
        jetstream,
        service="sender",
        stream=subjects.evt_stream(token),
        names=[(subjects.STATUS_CONSUMER, 1)],
        handle=Statuses(
            bot=token,
            contacts=contacts,
            documents=documents,
            rates=rates,
            breaker=breaker,
            campaigns=campaigns,
            facts=facts,
            metrics=metrics,
        ),
        dead_letters=DeadLetters(jetstream, token),
        clock=clock,
        limit=STATUSES_AT_ONCE,
    )
    return (outbounds, statuses), (rates, breaker)


def _durable(priority: Priority) -> tuple[str, int]:
    return subjects.sender_consumer(priority), pacing.WEIGHTS[priority]


def _moves(consumer: Consumer) -> Check:
    return lambda: "" if consumer.healthy() else "nothing was finished for two minutes"


if __name__ == "__main__":
    service.start("sender", SenderSettings, main)
