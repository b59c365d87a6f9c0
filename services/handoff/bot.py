"""The parts of one bot, joined: what takes in, what people do, what time does, what goes out."""

from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp

from prosa.chatbots import RunningBot
from prosa.clock import Clock
from prosa.contracts import subjects
from prosa.contracts.contact import Contact
from prosa.errors import ConfigError
from prosa.jetstream.buckets import Bucket
from prosa.jetstream.connection import JetStream
from prosa.jetstream.consumer import Consumer
from prosa.jetstream.dead_letters import DeadLetters
from prosa.postgres.database import Database
from prosa.service import Part
from prosa.signin import SignIn
from services.handoff import rules as rules_module
from services.handoff.api.serving import Served
from services.handoff.desk import Desk
from services.handoff.feed import Feed
from services.handoff.graph import Graph
from services.handoff.history import History
from services.handoff.keeping import Keeper
from services.handoff.live import Live
from services.handoff.metrics import HandoffMetrics
from services.handoff.notify.notifier import Notifier
from services.handoff.publishing import Publisher
from services.handoff.rules import Rules


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What all bots of a process share."""

    jetstream: JetStream
    database: Database
    http: aiohttp.ClientSession
    signin: SignIn
    metrics: HandoffMetrics
    clock: Clock


@dataclass(frozen=True, kw_only=True)
class Joined:
    """One bot's parts, in the order in which they stop."""

    rules: Rules
    served: Served
    consumers: Sequence[Consumer]
    live: Live
    keeper: Keeper
    publisher: Publisher

    @property
    def parts(self) -> tuple[Part, ...]:
        """First what takes in, last what hands on."""
        return (*self.consumers, self.keeper, self.publisher)


async def join(running: RunningBot, shared: Shared, notifier: Notifier) -> Joined:
    """Join one bot. Raises ConfigError for its hours or zone, Unavailable, Refused."""
    spec, token, clock = running.chatbot.spec, running.token, shared.clock
    try:
        rules = rules_module.rules(running.chatbot)
    except (ValueError, KeyError) as error:
        raise ConfigError(f"Chatbot {token}: spec.handoff: {error}") from error
    publisher = Publisher(
        token, shared.database, shared.jetstream, metrics=shared.metrics, clock=clock
    )
    history = History(shared.jetstream, token)
    waken = [publisher.wake, notifier.wake]

    def committed() -> None:
        for wake in waken:
            wake()

    feed = Feed(
        rules,
        shared.database,
        Bucket(shared.jetstream, subjects.bucket(token, "contacts"), Contact),
        history=history,
        metrics=shared.metrics,
        clock=clock,
        committed=committed,
    )
    keeper = Keeper(
        rules,
        shared.database,
        feed=feed,
        history=history,
        metrics=shared.metrics,
        clock=clock,
        committed=publisher.wake,
    )
    waken.append(keeper.wake)
    graph = Graph(
        shared.http,
        spec.whatsapp,
        running.credentials,
        clock,
        assets=spec.assets.base_url if spec.assets else "",
    )
    desk = Desk(
        rules,
        shared.database,
        graph,
        shared.jetstream,
        metrics=shared.metrics,
        clock=clock,
        committed=committed,
    )
    live = await Live.start(shared.jetstream, token)
    served = Served(
        rules=rules,
        desk=desk,
        live=live,
        graph=graph,
        signin=shared.signin,
        metrics=shared.metrics,
        clock=clock,
        canned_replies=spec.handoff.canned_replies,
    )
    consumers = [
        Consumer(
            shared.jetstream,
            service="handoff",
            stream=stream,
            names=((subjects.HANDOFF_CONSUMER, 1),),
            handle=feed.handle,
            dead_letters=DeadLetters(shared.jetstream, token),
            clock=clock,
        )
        for stream in (subjects.in_stream(token), subjects.evt_stream(token))
    ]
    return Joined(
        rules=rules,
        served=served,
        consumers=consumers,
        live=live,
        keeper=keeper,
        publisher=publisher,
    )
