"""Posts what happened to a Chatbot as Kubernetes Events: on transitions, never twice in a row."""

import secrets
import time
from collections.abc import Callable
from datetime import timedelta

import structlog

from prosa.clock import Clock
from prosa_operator.changes import shortened
from prosa_operator.cluster import Cluster
from prosa_operator.names import MANAGER
from prosa_operator.observed import Event, Object
from prosa_operator.refusals import ApiError
from prosa_operator.watched import Key

QUIET = timedelta(minutes=10)
"""The same event of the same generation is not posted again within this time."""

_MOST = 10_000

log = structlog.get_logger(__name__)


class Teller:
    """The operator's voice in `kubectl describe`."""

    def __init__(
        self,
        cluster: Cluster,
        identity: str,
        clock: Clock,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._cluster = cluster
        self._identity = identity[:128]  # events.k8s.io's limit of reportingInstance
        self._clock = clock
        self._monotonic = monotonic
        self._told: dict[tuple[Key, int, Event], float] = {}

    async def tell(self, key: Key, raw: Object, event: Event) -> None:
        """Post an event about a Chatbot; what cannot be posted is only logged."""
        now = self._monotonic()
        mark = (key, raw["metadata"].get("generation", 0), event)
        told = self._told.get(mark)
        if told is not None and now - told < QUIET.total_seconds():
            return
        if len(self._told) >= _MOST:
            self._told.clear()
        self._told[mark] = now
        log.info("told", chatbot=str(key), reason=event.reason, message=event.message)
        try:
            await self._cluster.tell(self._built(key, raw, event))
        except ApiError as error:
            log.warning("event_not_posted", chatbot=str(key), problem=str(error))

    def _built(self, key: Key, raw: Object, event: Event) -> Object:
        return {
            "apiVersion": "events.k8s.io/v1",
            "kind": "Event",
            "metadata": {
                "namespace": key.namespace,
                "name": f"{key.name}.{secrets.token_hex(8)}",
            },
            "eventTime": self._clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "type": event.type,
            "reason": event.reason,
            "action": "Reconcile",
            "note": shortened(event.message),
            "reportingController": f"prosa.dev/{MANAGER}",
            "reportingInstance": self._identity,
            "regarding": {
                "apiVersion": raw["apiVersion"],
                "kind": raw["kind"],
                "namespace": key.namespace,
                "name": key.name,
                "uid": raw["metadata"]["uid"],
                "resourceVersion": raw["metadata"]["resourceVersion"],
            },
        }
