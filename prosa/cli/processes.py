"""Child processes that live as long as we do, and are started again when they die.

A child that ends with the code for a wrong configuration ends everything: a person must look, and a
new start would end alike. On Linux the kernel stops the children when we are killed (PDEATHSIG), so
that nothing is left behind even then.
"""

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import msgspec

from prosa.errors import ConfigError, ProsaError
from prosa.service import MISCONFIGURED
from prosa.waiting import happened

Ready = Callable[[], Awaitable[str]]
"""Gives the reason why a program is not ready yet, or nothing."""

_BACKOFF_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_HEALTHY_SECONDS = 30.0
_LOOK_SECONDS = 0.05
_CHUNK = 65_536
_LOG_LIMIT = 10_000_000
_PR_SET_PDEATHSIG = 1


class NotReady(ProsaError):
    """A program did not become ready in time, or died on the way."""


class Told(Protocol):
    """Who is told what happens to the children."""

    def line(self, name: str, line: str) -> None:
        """Hear that a child wrote a line."""
        ...

    def died(self, name: str, code: int, again_in: timedelta) -> None:
        """Hear that a child died and will be started again."""
        ...

    def started(self, name: str, pid: int) -> None:
        """Hear that a child was started, for the first time or again."""
        ...


@dataclass(frozen=True)
class Program:
    """What to start, how to see that it is ready, and how to stop it."""

    name: str
    command: tuple[str, ...]
    ready: Ready
    environment: Mapping[str, str]
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGKILL
    """What the kernel sends when we are killed: with NATS gone, services could not drain."""
    grace: timedelta = timedelta(seconds=25)


class Process:
    """A program under watch."""

    def __init__(self, program: Program, log: Path, told: Told) -> None:
        self.program = program
        self._log = log
        self._told = told
        self._child: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()
        self._last_line = ""

    @property
    def name(self) -> str:
        """The program's name."""
        return self.program.name

    @property
    def pid(self) -> int | None:
        """The child's process id; None while there is none."""
        return self._child.pid if self._child and self._child.returncode is None else None

    async def run(self) -> None:
        """Keep the program running until `stop`. Raises ConfigError when it says that it cannot."""
        deaths = 0
        _set_aside(self._log)
        loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            began = loop.time()
            code = await self._live()
            if self._stopping.is_set():
                return
            if code == MISCONFIGURED:
                raise ConfigError(f"{self.name} cannot start: {_problem(self._last_line)}")
            deaths = 0 if loop.time() - began > _HEALTHY_SECONDS else deaths
            wait = _BACKOFF_SECONDS[min(deaths, len(_BACKOFF_SECONDS) - 1)]
            deaths += 1
            self._told.died(self.name, code, timedelta(seconds=wait))
            await happened(self._stopping, wait)

    async def until_ready(self, within: timedelta) -> None:
        """Wait until the program is ready. Raises NotReady with what it said last."""
        try:
            async with asyncio.timeout(within.total_seconds()):
                while reason := await self.program.ready():
                    last = reason
                    await asyncio.sleep(_LOOK_SECONDS)
        except TimeoutError:
            raise NotReady(
                f"{self.name} is not ready after {within.total_seconds():g} s ({last});"
                f" look into {self._log}"
            ) from None

    async def stop(self) -> None:
        """Ask the program to stop, wait for its grace, then kill it."""
        self._stopping.set()
        child = self._child
        if child is None or child.returncode is not None:
            return
        child.send_signal(self.program.stop_signal)
        try:
            async with asyncio.timeout(self.program.grace.total_seconds()):
                await child.wait()
        except TimeoutError:
            child.kill()
            await child.wait()

    async def _live(self) -> int:
        """Start the child, pass on what it says, and give its exit code."""
        with self._log.open("ab") as log:
            self._child = await asyncio.create_subprocess_exec(
                *self.program.command,
                env=dict(self.program.environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches us alone, and we stop them in order
                preexec_fn=die_with_parent(self.program.orphan_signal),
            )
            self._told.started(self.name, self._child.pid)
            if self._stopping.is_set():  # `stop` came while the child was being made
                self._child.send_signal(self.program.stop_signal)
            assert self._child.stdout is not None  # noqa: S101 - PIPE was asked for
            rest = b""
            while chunk := await self._child.stdout.read(_CHUNK):
                log.write(chunk)
                log.flush()
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    self._heard(line)
            self._heard(rest)
            return await self._child.wait()

    def _heard(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace").rstrip()
        if text:
            self._last_line = text
            self._told.line(self.name, text)


def _set_aside(log: Path) -> None:
    """Begin a large log anew, and keep the last one."""
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))


def _problem(line: str) -> str:
    """Take the sentence out of a service's last log line; other programs' lines are one."""
    try:
        return str(msgspec.json.decode(line, type=dict[str, Any])["problem"])
    except (msgspec.MsgspecError, KeyError):
        return line


def die_with_parent(how: signal.Signals = signal.SIGKILL) -> Callable[[], None] | None:
    """Give what the child does before it runs: ask the kernel to end it when we end (Linux)."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl  # looked up here: between fork and exec little is safe
    parent = os.getpid()

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, how)
        if os.getppid() != parent:  # we died in between
            os._exit(1)

    return ask


async def http_says(port: int, path: str) -> str:
    """Ask a local HTTP server; gives nothing when it answers 200, else what is wrong."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return "does not listen yet"
    try:
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
        )
        answer = await reader.read(_CHUNK)
    except OSError as error:
        return str(error)
    finally:
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return "" if b" 200 " in head.partition(b"\r\n")[0] + b" " else body.decode("utf-8", "replace")


async def listens(port: int) -> str:
    """Look whether something listens; gives nothing when it does."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return "does not listen yet"
    writer.close()
    return ""
