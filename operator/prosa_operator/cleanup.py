"""Removes what a Chatbot has outside the cluster, when its deletionPolicy is Delete.

What runs is stopped first, so that nothing writes into streams that go. Bounded: a NATS that is
gone for good must not hold a namespace's end back for ever, so it gives up, loudly.
"""

import asyncio
from datetime import datetime, timedelta

import structlog

from prosa.clock import Clock
from prosa.contracts.chatbot import Chatbot
from prosa.errors import ProsaError
from prosa_operator import changes, messaging, reasons
from prosa_operator.cluster import Cluster
from prosa_operator.kinds import BY_NAME
from prosa_operator.messaging import Messaging
from prosa_operator.observed import Event, Object
from prosa_operator.watched import Key, Watched

RUNS = ("Deployment", "StatefulSet", "CronJob", "ScaledObject")
GIVES_UP = timedelta(minutes=5)
ATTEMPT = timedelta(seconds=60)

log = structlog.get_logger(__name__)


class Cleanup:
    """The end of Chatbots."""

    def __init__(
        self, cluster: Cluster, watched: Watched, provider: Messaging, clock: Clock
    ) -> None:
        self._cluster = cluster
        self._watched = watched
        self._messaging = provider
        self._clock = clock

    async def clean(self, key: Key, raw: Object, chatbot: Chatbot) -> Event | None:
        """Remove streams and buckets; None while it has to be tried again. Raises ApiError."""
        await self._stop(key, raw)
        try:
            async with asyncio.timeout(ATTEMPT.total_seconds()):
                async with self._messaging.connected(key, chatbot) as jetstream:
                    gone = await messaging.remove(jetstream, chatbot)
        except (ProsaError, TimeoutError) as error:
            log.warning("not_cleaned_up", chatbot=str(key), problem=str(error))
            return self._gave_up(raw, chatbot, str(error) or type(error).__name__)
        return Event("Normal", reasons.CLEANED_UP, f"{gone} streams and buckets were deleted")

    async def _stop(self, key: Key, raw: Object) -> None:
        for child in self._watched.children_of(key):
            metadata = child["metadata"]
            if child["kind"] not in RUNS or metadata.get("deletionTimestamp"):
                continue
            if changes.owned_by(child, raw["metadata"]["uid"]):
                kind = BY_NAME[child["kind"]]
                await self._cluster.delete(
                    kind, key.namespace, metadata["name"], uid=metadata["uid"]
                )

    def _gave_up(self, raw: Object, chatbot: Chatbot, problem: str) -> Event | None:
        began = datetime.fromisoformat(raw["metadata"]["deletionTimestamp"])
        if self._clock.now() - began < GIVES_UP:
            return None
        return Event(
            "Warning",
            reasons.CLEANUP_GAVE_UP,
            f"the streams and buckets of {chatbot.token} at {chatbot.spec.messaging.url} are left"
            f" behind: {problem}; delete those whose names hold {chatbot.token}",
        )
