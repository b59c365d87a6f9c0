"""The operator's process: `python -m prosa_operator`, settings by environment (`--help`)."""

import asyncio
import importlib.metadata
import logging
import sys
import time
from contextlib import AsyncExitStack

import aiohttp
import structlog

from prosa import service
from prosa.clock import SystemClock
from prosa.health import Health
from prosa_operator import access, cluster, handlers
from prosa_operator.channels import Channels
from prosa_operator.cleanup import Cleanup
from prosa_operator.lease import Leadership
from prosa_operator.messaging import Messaging, SigningKey
from prosa_operator.metrics import OperatorMetrics
from prosa_operator.observed import Options
from prosa_operator.plan import plan
from prosa_operator.reconcile import Reconciler
from prosa_operator.rollouts import Rollouts
from prosa_operator.running import Replica
from prosa_operator.scalers import Scalers
from prosa_operator.settings import OperatorSettings, explained
from prosa_operator.telling import Teller
from prosa_operator.vault import Vault
from prosa_operator.waking import Keeper
from prosa_operator.watched import Key, Watched
from prosa_operator.world import World

log = structlog.get_logger(__name__)


async def main(settings: OperatorSettings) -> None:
    """Build, join, run."""
    for name in ("kopf.objects", "kopf.activities"):  # a line for each event that wakes
        logging.getLogger(name).setLevel(logging.WARNING)
    log.info("versions", kopf=importlib.metadata.version("kopf"), python=sys.version.split()[0])
    clock, health = SystemClock(), Health()
    metrics = OperatorMetrics(health.registry)
    where = access.find()
    watched, kinds = Watched(), _Kinds()
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(cluster.connected(where))
        http = await stack.enter_async_context(
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        )
        await api.namespaces_watchable(settings.operator_namespaces)
        vault = Vault(api, watched)
        keeper = Keeper(
            lambda key: reconciler.reconcile(key),  # noqa: PLW0108 - it is made below
            metrics,
            resync=settings.operator_resync,
            now=lambda: clock.now_ms() / 1000,
        )
        channels = Channels(
            http, vault, metrics, every=settings.operator_channel_every, wake=keeper.wake
        )
        stack.push_async_callback(channels.close)
        messaging = Messaging(
            api,
            watched,
            vault,
            metrics,
            signing=SigningKey(settings.operator_namespace, settings.operator_nats_signing_secret),
            wake=keeper.wake,
            clock=clock,
        )
        stack.push_async_callback(messaging.close)

        teller = Teller(api, settings.operator_identity, clock)
        scalers = Scalers(
            api,
            watched,
            messaging,
            teller,
            wake=keeper.wake,
            clock=clock,
            registry=health.registry,
        )

        def forget(key: Key) -> None:
            channels.forget(key)
            scalers.forget(key)
            messaging.forget(key)

        reconciler = Reconciler(
            api,
            watched,
            World(
                watched,
                vault,
                channels=channels,
                messaging=messaging,
                scaling=scalers,
                kinds=kinds.known,
                clock=clock,
            ),
            plan=plan,
            options=options(settings),
            budget=Rollouts(settings.operator_rollouts_per_minute, time.monotonic),
            cleaner=Cleanup(api, watched, messaging, clock),
            tell=teller.tell,
            metrics=metrics,
            clock=clock,
            forget=forget,
        )
        leadership = Leadership(
            api,
            settings.operator_namespace,
            settings.operator_lease,
            identity=settings.operator_identity,
            clock=clock,
        )
        stopping = asyncio.Event()
        replica = Replica(
            api,
            leadership,
            keeper,
            watched,
            metrics,
            registry=handlers.registry(where, watched, keeper, clock),
            namespaces=settings.operator_namespaces,
            stopping=stopping,
            learn=kinds.learn,
            beside=(scalers.run,),
        )
        health.live("event loop", replica.ticks)
        health.live("lease", leadership.overdue)
        health.live("chatbots", keeper.silent)
        await service.run(settings, replica, health=health, stopping=stopping)


def options(settings: OperatorSettings) -> Options:
    """Give what plans are made with."""
    return Options(
        image=settings.operator_image,
        image_pull_policy=settings.operator_image_pull_policy,
        image_pull_secrets=settings.operator_image_pull_secrets,
        operator_namespace=settings.operator_namespace,
    )


class _Kinds:
    """Which optional kinds the cluster knows, as of the last look."""

    def __init__(self) -> None:
        self._names: frozenset[str] = frozenset()

    def known(self) -> frozenset[str]:
        return self._names

    def learn(self, names: frozenset[str]) -> None:
        if names != self._names:
            log.info("optional_kinds", kinds=sorted(names))
        self._names = names


if __name__ == "__main__":
    if {"-h", "--help"} & set(sys.argv[1:]):
        sys.stdout.write(f"{__doc__}\n\n{explained()}\n")
        sys.exit(0)
    service.start("operator", OperatorSettings, main)
