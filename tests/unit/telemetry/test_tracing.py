"""Traces through message headers."""

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from prosa.telemetry import tracing


@pytest.fixture
def exported() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.use(provider.get_tracer("tests"))
    yield exporter
    tracing.use(None)


def test_a_message_carries_its_trace_to_the_next_service(exported: InMemorySpanExporter) -> None:
    headers: dict[str, str] = {}
    with tracing.span("webhook"):
        tracing.inject(headers)
    with tracing.span("turn", tracing.extract(headers), messages=2):
        pass

    webhook, turn = exported.get_finished_spans()
    assert turn.parent is not None
    assert webhook.context is not None
    assert turn.parent.span_id == webhook.context.span_id


def test_a_log_line_knows_the_open_trace(exported: InMemorySpanExporter) -> None:
    with tracing.span("webhook"):
        assert len(tracing.trace_id()) == 32
    assert tracing.trace_id() == ""


def test_without_a_collector_nothing_is_made() -> None:
    headers: dict[str, str] = {}
    with tracing.span("webhook"):
        tracing.inject(headers)

    assert headers == {}
    assert tracing.extract({"traceparent": "00-" + "1" * 32 + "-" + "2" * 16 + "-01"}) is None
    assert tracing.span("a") is tracing.span("b")
