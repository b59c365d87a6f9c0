"""A trace begins with the webhook and goes on in what it stored."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from prosa.contracts import subjects
from prosa.telemetry import tracing
from tests.support.ingress import a_bot, an_ingress
from tests.support.nats import BOT, provisioned
from tests.support.webhooks import post, stored


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.use(provider.get_tracer("test"))
    yield exporter
    tracing.use(None)


async def headers_of_the_first_message(folder: Path) -> dict[str, str]:
    async with provisioned(folder) as (_, jetstream):
        ingress = an_ingress(jetstream, a_bot(folder / "chatbots"))
        await post(ingress.app, stored("text"))
        (message,) = await ingress.read(subjects.in_stream(BOT), subjects.inbound(BOT, "*"))
        return message.headers


async def test_a_stored_message_carries_the_webhooks_span(
    tmp_path: Path, spans: InMemorySpanExporter
) -> None:
    headers = await headers_of_the_first_message(tmp_path)

    (span,) = spans.get_finished_spans()
    assert span.context is not None
    assert f"{span.context.trace_id:032x}-{span.context.span_id:016x}" in headers["traceparent"]


async def test_without_tracing_no_header_is_spent_on_it(tmp_path: Path) -> None:
    assert "traceparent" not in await headers_of_the_first_message(tmp_path)
