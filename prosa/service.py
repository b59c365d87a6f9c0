"""A component's life: start, be ready, work, drain on SIGTERM, end with a code that says how.

    async def main(settings: SenderSettings) -> None:
        async with connect(settings.nats, "sender") as jetstream:
            ...
            await service.run(settings, consumer, health=health)

    if __name__ == "__main__":
        service.start("sender", SenderSettings, main)

Exit codes: 0 stopped as asked, 1 something broke, 2 a person must change the configuration. A part
that fails ends the process with one line: what was in hand is repeated by whoever comes next, which
is safer than a component that limps.
"""

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

import structlog
import uvloop

from prosa import settings as settings_module
from prosa.errors import ConfigError, ProsaError
from prosa.health import Health
from prosa.settings import ComponentSettings
from prosa.telemetry import logs, tracing

OK, BROKEN, MISCONFIGURED = 0, 1, 2

SettingsT = TypeVar("SettingsT", bound=ComponentSettings)

log = structlog.get_logger()


class Part(Protocol):
    """Something that works until it is told to stop: a consumer, a web server."""

    async def run(self) -> None:
        """Work; return soon after `stop`, with the work in hand done or given back."""
        ...

    def stop(self) -> None:
        """Take no more work. May be called before `run`, and twice."""
        ...


class PartEnded(ProsaError):
    """A part returned though nobody had stopped it."""


class GraceExceeded(ProsaError):
    """A part was still at work when the grace was over."""


def start(
    name: str, kind: type[SettingsT], main: Callable[[SettingsT], Coroutine[Any, Any, None]]
) -> None:
    """Be a component's `__main__`: read settings, set up logs and traces, run on uvloop, exit."""
    logs.configure(service=name)  # so that wrong settings are told in the usual way
    try:
        settings = settings_module.load(kind)
        logs.configure(settings.log_level, settings.log_format, service=name)
        tracing.configure(settings.tracing_endpoint, name)
        uvloop.run(main(settings))
    except BaseException as error:  # noqa: BLE001 - the last place; every error becomes a line and a code
        sys.exit(_told(error))
    sys.exit(OK)


async def run(
    settings: ComponentSettings,
    *parts: Part,
    health: Health,
    stopping: asyncio.Event | None = None,
) -> None:
    """Run the parts until SIGTERM or SIGINT, then stop them in the order given, within the grace.

    First what takes work in (a web server), last what hands it on. Serves `health` meanwhile; while
    parts stop, /readyz fails with "stopping". Raises what a part raises, PartEnded, GraceExceeded.
    `stopping` may be given, and set, by a part that has a library which takes the signals over.
    """
    stopping = stopping or asyncio.Event()
    health.ready("process", lambda: "stopping" if stopping.is_set() else "")
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    try:
        async with health.serve(settings.health_host, settings.health_port) as port:
            log.info("started", health_port=port)
            try:
                await _run(parts, stopping, settings.grace.total_seconds())
            except BaseExceptionGroup as group:  # of one, as a rule; the first is told
                raise _first(group) from None
        log.info("stopped")
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


async def _run(parts: tuple[Part, ...], stopping: asyncio.Event, grace: float) -> None:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_until_stopped(part, stopping)) for part in parts]
        await stopping.wait()
        ends = time.monotonic() + grace
        for part, task in zip(parts, tasks, strict=True):
            part.stop()
            await asyncio.wait((task,), timeout=max(0.0, ends - time.monotonic()))
            if not task.done():
                raise GraceExceeded(f"{_name(part)} was still at work after {grace:g} s")


async def _until_stopped(part: Part, stopping: asyncio.Event) -> None:
    await part.run()
    if not stopping.is_set():
        raise PartEnded(f"{_name(part)} ended by itself")


def _name(part: Part) -> str:
    return type(part).__name__.lower()


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _told(error: BaseException) -> int:
    """Log the end, once, and give its exit code."""
    error = _first(error)
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else BROKEN
    if isinstance(error, KeyboardInterrupt):
        return OK
    if isinstance(error, ConfigError):
        log.error("misconfigured", problem=str(error))
        return MISCONFIGURED
    if isinstance(error, ProsaError):
        log.error("ended", error=type(error).__name__, problem=str(error))
        return BROKEN
    log.error("crashed", error=type(error).__name__, problem=str(error), exc_info=error)
    return BROKEN
