"""Traces that follow a message through its headers (W3C `traceparent`), from webhook to send.

Off unless `configure` was called: then `span`, `inject` and `extract` cost one test of a variable,
so they may stand on the hot path. Spans carry ids and numbers, never a customer's words.
"""

from collections.abc import Mapping, MutableMapping
from contextlib import AbstractContextManager, nullcontext

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from prosa.errors import ConfigError

Attribute = str | int | float | bool

_OFF: AbstractContextManager[None] = nullcontext()
_W3C = TraceContextTextMapPropagator()


class _Tracing:
    """The process's tracer, or none."""

    tracer: trace.Tracer | None = None


def configure(endpoint: str, service: str) -> None:
    """Send traces to a collector; an empty endpoint leaves them off.

    Raises ConfigError when the SDK is not installed.
    """
    if not endpoint:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - an extra
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - an extra
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - an extra
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ConfigError(
            "PROSA_TRACING_ENDPOINT is set, but the extra `tracing` is not installed"
        ) from error
    provider = TracerProvider(resource=Resource({"service.name": f"prosa-{service}"}))
    exporter = OTLPSpanExporter(endpoint=endpoint.rstrip("/") + "/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    use(provider.get_tracer("prosa"))


def use(tracer: trace.Tracer | None) -> None:
    """Make spans with this tracer from now on; None turns them off."""
    _Tracing.tracer = tracer


def span(
    name: str, parent: Context | None = None, **attributes: Attribute
) -> AbstractContextManager[object]:
    """Open a span around a step: below `parent`, else below the span that is open."""
    if _Tracing.tracer is None:
        return _OFF
    return _Tracing.tracer.start_as_current_span(
        name,
        context=parent,
        attributes=attributes,
        record_exception=False,  # an error's words may be the customer's, and so may a status's
        set_status_on_exception=False,
    )


def inject(headers: MutableMapping[str, str]) -> None:
    """Write the open span into a message's headers."""
    if _Tracing.tracer is not None:
        _W3C.inject(headers)


def extract(headers: Mapping[str, str] | None) -> Context | None:
    """Read the sender's span from a message's headers; None without one, or with traces off."""
    if _Tracing.tracer is None or not headers or "traceparent" not in headers:
        return None
    return _W3C.extract(headers)


def trace_id() -> str:
    """Give the open trace's id for a log line; empty when there is none."""
    if _Tracing.tracer is None:
        return ""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else ""
