"""Everything that a bot needs, as processes of this machine, started in the order of their needs.

    nats ── streams and catalogues ──┬── sender, conversation, ingress ─┐
    postgres ────────────────────────┼──────────────────────────────────┴── handoff, analytics
                                     └── simulator                          campaigns on schedule

The same parts, permissions and files as in a cluster: only who starts them differs.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from prosa.cli import (
    asset_server,
    first_account,
    layout,
    mail_catcher,
    nats_server,
    ports,
    programs,
    running,
)
from prosa.cli.addresses import MESSAGES, PORTS, RECORDS, SERVICES, Addresses
from prosa.cli.bots import Bots, Watcher
from prosa.cli.jobs import Jobs
from prosa.cli.layout import Layout
from prosa.cli.manifests import Bundle
from prosa.cli.processes import Process, Program, Told
from prosa.cli.running import Running
from prosa.clock import SystemClock
from prosa.contracts.permissions import IDENTITIES, permissions
from prosa.errors import ConfigError
from prosa.postgres import local as postgres

STOP_ORDER = (*MESSAGES, *RECORDS, "simulator", "postgres", "nats")
"""What takes work in ends first, what the others stand on last."""

_SERVER_READY = timedelta(seconds=60)
_SERVICE_READY = timedelta(seconds=180)  # conversation loads its models, on a busy machine


class View(Told, Watcher, Protocol):
    """Who is told how the start goes on, and what happens later."""

    def begins(self, what: str) -> None:
        """Hear that a part is being started."""
        ...

    def ready(self, what: str, seconds: float) -> None:
        """Hear that a part is ready."""
        ...


@dataclass(frozen=True)
class Wish:
    """What is to run. Without `simulate` and `graph_url` the bots talk to their own Graph URL.

    `read` gives the bots; it is asked again when one of their files has changed. Without `records`
    customers are answered, and that is all: no PostgreSQL, inbox, console and campaigns.
    """

    read: Callable[[], tuple[Bundle, ...]]
    layout: Layout
    simulate: bool = True
    graph_url: str | None = None
    port_base: int | None = None
    records: bool = True


class Stack:
    """The processes of one `prosa up`."""

    def __init__(self, wish: Wish, view: View) -> None:
        self._view = view
        self._where = wish.layout
        self._simulate = wish.simulate
        self._records = wish.records
        self._at = Addresses(ports.choose(PORTS, wish.port_base))
        self._bots = Bots(
            wish.read,
            wish.layout,
            self._at,
            graph_url=wish.graph_url or (self._at.simulator if wish.simulate else None),
            watcher=view,
        )
        self._processes: list[Process] = []
        self._open = ExitStack()
        self._answering = asyncio.Event()
        self._ready = asyncio.Event()

    @property
    def bots(self) -> tuple[str, ...]:
        """The bots' tokens."""
        return self._bots.tokens

    async def run(self, stop: asyncio.Event) -> None:
        """Start all, wait for `stop`, stop all. Raises ConfigError or NotReady; leaves nothing."""
        with self._open:
            try:
                async with asyncio.TaskGroup() as group:
                    under_way = group.create_task(self._start(group))
                    await stop.wait()
                    under_way.cancel()
                    await self._stop()
            finally:
                await self._stop()
                running.forget(self._where)

    async def until_answering(self) -> Running:
        """Wait until customers are answered; the inbox and the console may come later."""
        await self._answering.wait()
        return self.running()

    async def until_ready(self) -> Running:
        """Wait until all is ready; gives the addresses."""
        await self._ready.wait()
        return self.running()

    def running(self) -> Running:
        """Give the addresses and process ids as of now."""
        pids = {process.name: process.pid for process in self._processes if process.pid}
        return Running(
            webhook=self._at.webhook,
            phone=self._at.phone if self._simulate else None,
            inbox=self._at.inbox if "handoff" in pids else None,
            console=self._at.console if "analytics" in pids else None,
            nats=self._at.nats,
            postgres=(
                self._at.postgres(self._where.postgres_passfile) if "postgres" in pids else None
            ),
            pids=pids,
        )

    # --- starting, in order -----------------------------------------------------------------------

    async def _start(self, group: asyncio.TaskGroup) -> None:
        self._write_files()
        await self._begin(group, programs.nats(self._where, self._at))
        postgres_runs = group.create_task(self._start_postgres(group)) if self._records else None
        async with self._step("streams and catalogues"):
            await self._bots.provision()
        together = [programs.service(name, self._where, self._at) for name in MESSAGES]
        if self._simulate:
            together.append(programs.simulator(self._where, self._at))
        await self._begin_together(group, together)
        self._answering.set()
        records = postgres_runs is not None and await postgres_runs
        if records:
            await self._start_records(group)
        self._ready.set()
        self._remember()
        async with asyncio.TaskGroup() as following:
            following.create_task(self._bots.follow())
            if records:
                following.create_task(self._jobs().run())

    async def _start_records(self, group: asyncio.TaskGroup) -> None:
        self._open.enter_context(mail_catcher.serve(self._where.mail, self._at.ports["mail"]))
        await first_account.prepare(self._where, SystemClock())
        together = [programs.service(name, self._where, self._at) for name in RECORDS]
        await self._begin_together(group, together)

    def _jobs(self) -> Jobs:
        environment = programs.campaigns(self._where, self._at)
        log = self._where.logs / "campaigns.log"
        return Jobs(self._bots.chatbots, environment, log, self._view, SystemClock())

    async def _begin_together(self, group: asyncio.TaskGroup, together: list[Program]) -> None:
        async with asyncio.TaskGroup() as services:
            for program in together:
                services.create_task(self._begin(group, program))

    async def _begin(self, group: asyncio.TaskGroup, program: Program) -> None:
        process = Process(program, self._where.logs / f"{program.name}.log", self)
        self._processes.append(process)
        async with self._step(program.name):
            group.create_task(process.run())
            within = _SERVICE_READY if program.name in SERVICES else _SERVER_READY
            await process.until_ready(within)

    @asynccontextmanager
    async def _step(self, what: str) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        self._view.begins(what)
        yield
        self._view.ready(what, loop.time() - began)

    def _write_files(self) -> None:
        for path in (self._where.logs, self._where.nats_store):
            layout.folder(path)
        users = {}
        for identity in IDENTITIES:
            folder = self._where.credentials(identity)
            layout.write_secret(folder / "user", identity)
            secret = layout.password(folder / "password")
            users[identity] = (secret, permissions(identity, self._bots.tokens))
        config = nats_server.config(self._at.ports["nats"], self._where.nats_store.resolve(), users)
        layout.write_secret(self._where.nats_config, config)
        urls = {}
        if folders := self._bots.assets:
            server = asset_server.serve(folders, self._at.ports["assets"])
            urls = self._open.enter_context(server)
        self._bots.write(urls)
        if self._simulate:
            self._bots.write_world()

    async def _start_postgres(self, group: asyncio.TaskGroup) -> bool:
        """Start PostgreSQL; without it messages are still answered, so its absence is a warning."""
        try:
            secret = layout.password(self._where.data / "postgres" / "password")
            await asyncio.to_thread(postgres.initialise, self._where.postgres.resolve(), secret)
            program = programs.postgres(self._where, self._at, secret)
        except ConfigError as error:
            self._view.warns(f"no inbox, console and campaigns without PostgreSQL: {error}")
            return False
        await self._begin(group, program)
        return True

    # --- what the processes tell ------------------------------------------------------------------

    def line(self, name: str, line: str) -> None:
        """Pass on what a child wrote."""
        self._view.line(name, line)

    def died(self, name: str, code: int, again_in: timedelta) -> None:
        """Pass on that a child died."""
        self._view.died(name, code, again_in)

    def started(self, name: str, pid: int) -> None:
        """Pass on that a child was started, and remember its new process id."""
        self._view.started(name, pid)
        if self._ready.is_set():
            self._remember()

    # --- stopping ---------------------------------------------------------------------------------

    async def _stop(self) -> None:
        for process in sorted(self._processes, key=lambda p: STOP_ORDER.index(p.name)):
            await process.stop()

    def _remember(self) -> None:
        running.remember(self._where, os.getpid(), self.bots, self.running())


@contextmanager
def locked(where: Layout) -> Iterator[None]:
    """Hold the data folder for us alone. Raises ConfigError when another `prosa up` has it."""
    layout.folder(where.data)
    with where.lock.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise ConfigError(
                f"`prosa up` (process {file.read().strip() or 'unknown'}) already runs on"
                f" {where.data}; stop it first, or give another --data"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
