"""How a metric is declared: its name, the sentence one needs at night, and its runbook.

A component's `metrics.py` declares all of its metrics in one class, on the registry that it is
given:

    class SenderMetrics:
        def __init__(self, registry: Registry) -> None:
            self.ambiguous = registry.counter(
                "prosa_sender_ambiguous_total",
                "Sends whose answer never came, sent again. Rises when Meta times out.",
                labels=("bot",),
                runbook="ambiguous-sends",
            )

No label takes a value that a stranger can make up (a phone, a webhook's field): it would grow for
ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.openmetrics import exposition as openmetrics

RUNBOOKS = "docs/operations/runbooks.md"

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""Buckets of a duration, from a local PubAck to a slow answer of Meta's."""


@dataclass(frozen=True)
class Declaration:
    """One metric as the documentation lists it."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    sentence: str
    labels: tuple[str, ...]
    runbook: str


class Registry:
    """The metrics of one process."""

    def __init__(self) -> None:
        self._collectors = CollectorRegistry()
        self._declared: dict[str, Declaration] = {}
        ProcessCollector(registry=self._collectors)
        PlatformCollector(registry=self._collectors)

    @property
    def declared(self) -> tuple[Declaration, ...]:
        """All declarations, by name: the reference page is made of them."""
        return tuple(self._declared[name] for name in sorted(self._declared))

    def counter(
        self, name: str, sentence: str, *, labels: Sequence[str] = (), runbook: str = ""
    ) -> Counter:
        """Declare what only rises. Its name ends in `_total`."""
        if not name.endswith("_total"):
            raise ValueError(f"{name}: a counter's name ends in _total")
        self._declare(Declaration(name, "counter", sentence, tuple(labels), runbook))
        return Counter(name, sentence, labels, registry=self._collectors)

    def gauge(
        self, name: str, sentence: str, *, labels: Sequence[str] = (), runbook: str = ""
    ) -> Gauge:
        """Declare what rises and falls."""
        self._declare(Declaration(name, "gauge", sentence, tuple(labels), runbook))
        return Gauge(name, sentence, labels, registry=self._collectors)

    def histogram(
        self,
        name: str,
        sentence: str,
        *,
        labels: Sequence[str] = (),
        buckets: Sequence[float] = SECONDS,
        runbook: str = "",
    ) -> Histogram:
        """Declare what is measured. Its name ends in its unit, such as `_seconds`."""
        self._declare(Declaration(name, "histogram", sentence, tuple(labels), runbook))
        return Histogram(name, sentence, labels, buckets=buckets, registry=self._collectors)

    def render(self, accept: str = "") -> tuple[bytes, str]:
        """Give what `/metrics` answers, and its content type.

        To a scraper that accepts OpenMetrics, in that: only there do exemplars stand, which lead
        from a slow bucket to a trace.
        """
        if "application/openmetrics-text" in accept:
            body: bytes = openmetrics.generate_latest(self._collectors)  # type: ignore[no-untyped-call]  # the library's
            return body, openmetrics.CONTENT_TYPE_LATEST
        return generate_latest(self._collectors), CONTENT_TYPE_LATEST

    def _declare(self, declaration: Declaration) -> None:
        if not declaration.name.startswith("prosa_"):
            raise ValueError(f"{declaration.name}: a metric's name begins with prosa_")
        if declaration.name in self._declared:
            raise ValueError(f"{declaration.name} is declared twice")
        self._declared[declaration.name] = declaration
