"""Joins the autoscaler to the passes: each pass says what is to be scaled, and shows what was done.

One connection serves all bots of a NATS account; a change of its address or credentials is another
account. An HPA that scales the same Deployment, KEDA's own included, is a rival: then hands off.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from random import SystemRandom

from prosa.clock import Clock
from prosa.contracts.chatbot import Chatbot
from prosa.errors import ConfigError
from prosa.jetstream.connection import JetStream
from prosa.telemetry.metrics import Registry
from prosa_operator import names
from prosa_operator.changes import digest, read
from prosa_operator.cluster import Cluster
from prosa_operator.kinds import AUTOSCALER, DEPLOYMENT
from prosa_operator.messaging import Messaging
from prosa_operator.names import ComponentName
from prosa_operator.observed import Event, Object, Scaled, Seen
from prosa_operator.scaling.autoscaler import Autoscaler
from prosa_operator.scaling.by_cluster import ClusterScale
from prosa_operator.scaling.controls import controls
from prosa_operator.scaling.metrics import ScalingMetrics
from prosa_operator.scaling.target import Target
from prosa_operator.status import ScalingStatus, Status
from prosa_operator.telling import Teller
from prosa_operator.watched import Key, Wake, Watched

QUEUED: tuple[ComponentName, ...] = ("conversation", "sender")


class Scalers:
    """The builtin mode, over all Chatbots."""

    def __init__(
        self,
        cluster: Cluster,
        watched: Watched,
        messaging: Messaging,
        teller: Teller,
        *,
        wake: Wake,
        clock: Clock,
        registry: Registry,
    ) -> None:
        self._cluster = cluster
        self._watched = watched
        self._messaging = messaging
        self._teller = teller
        self._accounts: dict[str, tuple[Key, Chatbot]] = {}
        self._events: asyncio.Queue[tuple[Target, Event]] = asyncio.Queue()
        self._autoscaler = Autoscaler(
            scale=ClusterScale(cluster, self._deployment),
            connect=self._connected,
            tell=lambda target, event: self._events.put_nowait((target, event)),
            wake=lambda namespace, name: wake(Key(namespace, name)),
            clock=clock,
            metrics=ScalingMetrics(registry),
            random=SystemRandom(),
        )

    async def latest(
        self, key: Key, raw: Object, chatbot: Chatbot, secrets: Mapping[str, Seen]
    ) -> Mapping[ComponentName, Scaled]:
        """Say what is to be scaled, and give what was last decided. Raises ApiError."""
        wanted = {
            component: spec
            for component in QUEUED
            if (spec := getattr(chatbot.spec.components, component).autoscaling) is not None
            and spec.mode == "builtin"
        }
        for component in QUEUED:
            if component not in wanted:
                self._autoscaler.forget(*key, component)
        if not wanted:
            return {}
        account = _account(key, chatbot, secrets)
        self._accounts[account] = (key, chatbot)
        rivals = await self._rivals(key.namespace)
        annotations = raw["metadata"].get("annotations") or {}
        for component, spec in wanted.items():
            deployment = names.child(chatbot, component)
            if (DEPLOYMENT.name, deployment) not in self._children(key):
                continue  # there is nothing to scale yet
            self._autoscaler.watch(
                Target(
                    *key,
                    component,
                    deployment,
                    chatbot.token,
                    account,
                    spec,
                    controls(annotations, rivals.get(deployment, "")),
                    _before(raw, component),
                )
            )
        return self._autoscaler.scaled(*key)

    def forget(self, key: Key) -> None:
        """Drop a Chatbot that is gone, or on its way."""
        for component in QUEUED:
            self._autoscaler.forget(*key, component)

    async def run(self) -> None:
        """Scale, and post what happened, for ever."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._autoscaler.run())
            while True:
                target, event = await self._events.get()
                key = Key(target.namespace, target.chatbot)
                if (raw := self._watched.chatbots.get(key)) is not None:
                    await self._teller.tell(key, raw, event)

    async def _rivals(self, namespace: str) -> dict[str, str]:
        """Find who else scales Deployments here: the name of the HPA, by Deployment."""
        found = await self._cluster.all_of(AUTOSCALER, namespace)
        return {
            hpa["spec"]["scaleTargetRef"]["name"]: hpa["metadata"]["name"]
            for hpa in found
            if hpa["spec"]["scaleTargetRef"].get("kind") == DEPLOYMENT.name
        }

    @asynccontextmanager
    async def _connected(self, account: str) -> AsyncIterator[JetStream]:
        if (found := self._accounts.get(account)) is None:
            raise ConfigError(f"account {account} is no longer used")
        async with self._messaging.connected(*found) as jetstream:
            yield jetstream

    def _children(self, key: Key) -> set[tuple[str, str]]:
        children = self._watched.children_of(key)
        return {(child["kind"], child["metadata"]["name"]) for child in children}

    def _deployment(self, namespace: str, name: str) -> Object | None:
        """Find a Deployment in what the watch told; `<chatbot>-<component>` says whose it is."""
        for child in self._watched.children_of(Key(namespace, name.rpartition("-")[0])):
            if child["kind"] == DEPLOYMENT.name and child["metadata"]["name"] == name:
                return child
        return None


def _account(key: Key, chatbot: Chatbot, secrets: Mapping[str, Seen]) -> str:
    """Name who we are at which server: bots whose credentials are alike share a connection."""
    given = chatbot.spec.messaging.credentials_secret_ref
    secret = given.name if given else names.child(chatbot, "nats")
    seen = secrets.get(secret)
    whose = [key.namespace, secret, seen.digest] if seen else []
    return digest([chatbot.spec.messaging.url, whose])


def _before(raw: Object, component: ComponentName) -> ScalingStatus | None:
    """Give what the last leader wrote about a component."""
    status: Status = read(raw.get("status"))
    return next((each.scaling for each in status.components if each.name == component), None)
