"""Structured logs: an event's name and its fields, one line each, on standard error.

    log = structlog.get_logger()
    log.warning("outbound_dropped", reason=reason, outbound=outbound.id)

Three things never reach a line. A secret: by value (`redact`, whatever printed it, tracebacks and
other libraries' records included) and by the name of its field. A customer's words: by the name of
the field. And anything with insides (a struct, an object): only scalars and collections of them are
written out.
"""

import base64
import io
import json
import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from contextlib import AbstractContextManager
from datetime import date, timedelta
from enum import Enum
from pathlib import PurePath
from typing import Any, Literal, TextIO, cast
from urllib.parse import quote

import structlog
from pydantic import SecretStr
from structlog.contextvars import bound_contextvars
from structlog.typing import EventDict, Processor, WrappedLogger

from prosa.telemetry import tracing

Level = Literal["debug", "info", "warning", "error"]
Format = Literal["auto", "json", "pretty"]

HIDDEN = "[redacted]"

_SECRET_NAME = re.compile(
    r"token|secret|password|passwd|authorization|credential|signature|api_?key|cookie",
    re.IGNORECASE,
)
_WORDS_NAMES = frozenset(
    ("text", "body", "caption", "payload", "message_text", "transcript", "raw", "said", "words")
)


class _StandardError(io.TextIOBase):
    """Standard error as it is at the moment, not as it was when logs were set up."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


_STANDARD_ERROR = cast("TextIO", _StandardError())

_FIRST = ("timestamp", "level", "event")


class _Redaction:
    """The secrets of this process, in every shape in which they could be printed."""

    def __init__(self) -> None:
        self._shapes: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def add(self, secret: str) -> None:
        if not secret or secret in self._shapes:
            return
        self._shapes |= {
            secret,
            json.dumps(secret)[1:-1],
            json.dumps(secret, ensure_ascii=False)[1:-1],
            repr(secret)[1:-1],
            quote(secret, safe=""),
            base64.b64encode(secret.encode()).decode(),
        }
        longest_first = sorted(self._shapes, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def apply(self, line: str) -> str:
        return self._pattern.sub(HIDDEN, line) if self._pattern else line


_REDACTION = _Redaction()
"""One a process, as its standard error is: who reads a secret need not know who logs."""


def redact(secret: SecretStr) -> None:
    """Keep a secret's value out of every line from now on. Call it where the secret is read."""
    _REDACTION.add(secret.get_secret_value())


def hide_secrets(line: str) -> str:
    """Replace every known secret in a text that is about to leave the process by another way."""
    return _REDACTION.apply(line)


def bound(**fields: object) -> AbstractContextManager[None]:
    """Add fields to all events inside: a consumer binds a message's bot, contact and sequence."""
    return bound_contextvars(**fields)


def configure(level: Level = "info", form: Format = "auto", **fields: object) -> None:
    """Set up the logs of this process; `fields` (the service's name) stand in every line.

    Records of other libraries take the same way, so that they are redacted too.
    """
    pretty = form == "pretty" or (form == "auto" and sys.stderr.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
        _Constant(fields),
        hide,
    ]
    render = _Redacted(_pretty() if pretty else _json())
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, *_exceptions(pretty), render],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(_STANDARD_ERROR),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(_STANDARD_ERROR)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_exceptions(pretty),
                render,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(number, logging.INFO))  # other libraries' debug records carry payloads


def hide(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Processor: hide secrets and customers' words by their fields' names, and flatten values."""
    for name, value in event.items():
        event[name] = _shown(name, value)
    return event


def _shown(name: str, value: object) -> object:
    if name in ("exc_info", "event", "_record", "_from_structlog"):
        return value  # structlog's own
    if isinstance(value, str) and name in _WORDS_NAMES:
        return f"[{len(value)} characters]"
    if isinstance(value, bytes):
        return f"[{len(value)} bytes]"
    if isinstance(value, SecretStr) or (value and _SECRET_NAME.search(name)):
        return HIDDEN if not isinstance(value, bool | int | float) else value
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, date | PurePath | Enum | BaseException):
        return str(value)
    if isinstance(value, Mapping):
        return {str(k): _shown(str(k), v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_shown(name, v) for v in value]
    return f"<{type(value).__name__}>"


def _add_trace(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if trace := tracing.trace_id():
        event["trace"] = trace
    return event


class _Constant:
    """Adds what stands in every line, and puts first what one reads first."""

    def __init__(self, fields: Mapping[str, object]) -> None:
        self._fields = fields

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        first = {name: event.pop(name) for name in _FIRST if name in event}
        return {**first, **self._fields, **event}


class _Redacted:
    """Renders, then hides every known secret in what will be written."""

    def __init__(self, render: Processor) -> None:
        self._render = render

    def __call__(self, logger: WrappedLogger, method: str, event: MutableMapping[str, Any]) -> str:
        return _REDACTION.apply(str(self._render(logger, method, event)))


def _exceptions(pretty: bool) -> list[Processor]:
    """Render tracebacks without local variables: those hold messages and secrets."""
    return [] if pretty else [structlog.processors.format_exc_info]


def _pretty() -> Processor:
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


def _json() -> Processor:
    return structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=False)
