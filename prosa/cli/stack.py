"""Everything that a bot needs, as processes of this machine, started in the order of their needs.

    nats ── streams and catalogues ──┬── sender, conversation, ingress
    postgres                         └── simulator

The same parts, permissions and files as in a cluster: only who starts them differs.
"""

import asyncio
import fcntl
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import yaml

import prosa
from prosa.catalogue import loading, reading
from prosa.cli import asset_server, bot_folders, layout, nats_server, ports, running, simulation
from prosa.cli.layout import Layout
from prosa.cli.manifests import Bundle
from prosa.cli.processes import Process, Program, Told, http_says, listens
from prosa.cli.running import Running
from prosa.contracts.durations import duration
from prosa.contracts.permissions import IDENTITIES, permissions
from prosa.contracts.topology import topology, unrouted
from prosa.errors import ConfigError
from prosa.jetstream.connection import connect
from prosa.jetstream.provision import provision, provision_stream
from prosa.postgres import local as postgres
from prosa.settings import NatsSettings

PORTS = (
    *("ingress", "simulator", "assets", "nats", "postgres"),
    *("ingress-health", "conversation-health", "sender-health"),
)
SERVICES = ("ingress", "conversation", "sender")
STOP_ORDER = (*SERVICES, "simulator", "postgres", "nats")
"""What takes work in ends first, what the others stand on last."""

_SERVER_READY = timedelta(seconds=60)
_SERVICE_READY = timedelta(seconds=180)  # conversation loads its models, on a busy machine
_NOT_INHERITED = ("APP_SECRET", "GRAPH_URL")


class View(Told, Protocol):
    """Who is told how the start goes on."""

    def begins(self, what: str) -> None:
        """Hear that a part is being started."""
        ...

    def ready(self, what: str, seconds: float) -> None:
        """Hear that a part is ready."""
        ...

    def warns(self, message: str) -> None:
        """Hear of something that works less than it could."""
        ...


@dataclass(frozen=True)
class Wish:
    """What is to run. Without `simulate` and `graph_url` the bots talk to their own Graph URL."""

    bundles: tuple[Bundle, ...]
    layout: Layout
    simulate: bool = True
    graph_url: str | None = None
    port_base: int | None = None


class Stack:
    """The processes of one `prosa up`."""

    def __init__(self, wish: Wish, view: View) -> None:
        self._wish = wish
        self._view = view
        self._layout = wish.layout
        self._ports = ports.choose(PORTS, wish.port_base)
        self._processes: list[Process] = []
        self._nats_url = f"nats://127.0.0.1:{self._ports['nats']}"
        self._open = ExitStack()
        self._ready = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Start all, wait for `stop`, stop all. Raises ConfigError or NotReady; leaves nothing."""
        with self._open:
            try:
                async with asyncio.TaskGroup() as group:
                    starting = group.create_task(self._start(group))
                    await stop.wait()
                    starting.cancel()
                    await self._stop()
            finally:
                await self._stop()
                running.forget(self._layout)

    async def until_ready(self) -> Running:
        """Wait until all is ready; gives the addresses."""
        await self._ready.wait()
        return self.running()

    def running(self) -> Running:
        """Give the addresses and process ids as of now."""
        pids = {process.name: process.pid for process in self._processes if process.pid}
        has = pids.__contains__
        return Running(
            webhook=self._webhook if has("ingress") else None,
            phone=f"{self._simulator_url}/phone/" if has("simulator") else None,
            nats=self._nats_url,
            postgres=self._postgres_url() if has("postgres") else None,
            pids=pids,
        )

    @property
    def _webhook(self) -> str:
        return f"http://127.0.0.1:{self._ports['ingress']}/webhook"

    @property
    def _simulator_url(self) -> str:
        return f"http://127.0.0.1:{self._ports['simulator']}"

    # --- starting, in order -----------------------------------------------------------------------

    async def _start(self, group: asyncio.TaskGroup) -> None:
        self._write_files()
        await self._begin(group, self._nats())
        records = group.create_task(self._start_postgres(group))
        async with self._step("streams and catalogues"):
            await self._provision()
        together = [self._simulator()] if self._wish.simulate else []
        together += [self._service(name) for name in SERVICES]
        async with asyncio.TaskGroup() as services:
            for program in together:
                services.create_task(self._begin(group, program))
        await records
        self._remember()
        self._ready.set()

    async def _begin(self, group: asyncio.TaskGroup, program: Program) -> None:
        process = Process(program, self._layout.logs / f"{program.name}.log", self._view)
        self._processes.append(process)
        async with self._step(program.name):
            group.create_task(process.run())
            within = _SERVICE_READY if program.name in SERVICES else _SERVER_READY
            await process.until_ready(within)

    def _step(self, what: str) -> "_Step":
        return _Step(self._view, what)

    def _write_files(self) -> None:
        for path in (self._layout.logs, self._layout.nats_store):
            layout.folder(path)
        tokens = tuple(bundle.chatbot.token for bundle in self._wish.bundles)
        users = {}
        for identity in IDENTITIES:
            folder = self._layout.credentials(identity)
            layout.write_secret(folder / "user", identity)
            users[identity] = (
                layout.password(folder / "password"),
                permissions(identity, tokens),
            )
        layout.write_secret(
            self._layout.nats_config,
            nats_server.config(self._ports["nats"], self._layout.nats_store.resolve(), users),
        )
        assets = {
            str(bundle.chatbot.token): bundle.folder / "assets"
            for bundle in self._wish.bundles
            if (bundle.folder / "assets").is_dir()
        }
        urls: Mapping[str, str] = {}
        if assets:
            urls = self._open.enter_context(asset_server.serve(assets, self._ports["assets"]))
        graph = self._wish.graph_url or (self._simulator_url if self._wish.simulate else None)
        resolved = [
            replace(
                bundle,
                chatbot=bot_folders.resolved(
                    bundle.chatbot,
                    nats_url=self._nats_url,
                    graph_url=graph,
                    assets_url=urls.get(bundle.chatbot.token),
                ),
            )
            for bundle in self._wish.bundles
        ]
        bot_folders.write(self._layout.chatbots, resolved)
        if self._wish.simulate:
            world = simulation.world(resolved, self._webhook)
            layout.write_secret(
                self._layout.simulator_config, yaml.safe_dump(world, allow_unicode=True)
            )

    async def _provision(self) -> None:
        settings = NatsSettings(
            url=self._nats_url, credentials=self._layout.credentials("provision")
        )
        async with connect(settings, "provision") as jetstream:
            await provision_stream(jetstream, unrouted())
            for bundle in self._wish.bundles:
                spec = bundle.chatbot.spec
                window = duration(spec.messaging.inbound_window)
                token = bundle.chatbot.token
                await provision(jetstream, topology(token, inbound_window=window))
                if spec.catalogue is None:
                    continue
                if bundle.catalogue is None:
                    self._view.warns(
                        f"{token}: a catalogue over HTTP is not followed here;"
                        " load it with `prosa catalogue load FILE`"
                    )
                    continue
                source = bundle.catalogue
                items = reading.read(source.text, source.name, spec.catalogue)
                await loading.load(jetstream, token, items)

    async def _start_postgres(self, group: asyncio.TaskGroup) -> None:
        """Start PostgreSQL; without it messages are still answered, so its absence is a warning."""
        try:
            secret = layout.password(self._layout.data / "postgres" / "password")
            data = self._layout.postgres.resolve()
            await asyncio.to_thread(postgres.initialise, data, secret)
            command = postgres.command(data, self._ports["postgres"])
        except ConfigError as error:
            self._view.warns(f"no PostgreSQL: {error}")
            return
        layout.write_secret(
            self._layout.postgres_passfile,
            f"127.0.0.1:{self._ports['postgres']}:*:{postgres.USER}:{secret.get_secret_value()}\n",
        )
        program = Program(
            "postgres",
            command,
            ready=lambda: listens(self._ports["postgres"]),
            environment=_environment(),
            stop_signal=signal.SIGINT,  # "fast": ends sessions, loses nothing
        )
        await self._begin(group, program)

    # --- the programs -----------------------------------------------------------------------------

    def _nats(self) -> Program:
        return Program(
            "nats",
            (str(nats_server.binary()), "-c", str(self._layout.nats_config)),
            ready=lambda: listens(self._ports["nats"]),
            environment=_environment(),
        )

    def _simulator(self) -> Program:
        port = self._ports["simulator"]
        return Program(
            "simulator",
            (
                *(sys.executable, "-m", "simulator"),
                *("--config", str(self._layout.simulator_config), "--port", str(port)),
            ),
            ready=lambda: http_says(port, "/control/faults"),
            environment=_environment(),
        )

    def _service(self, name: str) -> Program:
        health = self._ports[f"{name}-health"]
        environment = _environment() | {
            "PROSA_CHATBOTS": str(self._layout.chatbots),
            "PROSA_NATS_URL": self._nats_url,
            "PROSA_NATS_CREDENTIALS": str(self._layout.credentials(name)),
            "PROSA_HEALTH_PORT": str(health),
            "PROSA_LOG_FORMAT": "json",
        }
        if name == "ingress":
            environment["PROSA_WEBHOOK_PORT"] = str(self._ports["ingress"])
        return Program(
            name,
            (sys.executable, "-m", f"services.{name}"),
            ready=lambda: http_says(health, "/readyz"),
            environment=environment,
        )

    def _postgres_url(self) -> str:
        """Give the address without the password, and where a client finds it."""
        return (
            f"postgresql://{postgres.USER}@127.0.0.1:{self._ports['postgres']}/postgres"
            f"?passfile={self._layout.postgres_passfile.resolve()}"
        )

    # --- stopping ---------------------------------------------------------------------------------

    async def _stop(self) -> None:
        for process in sorted(self._processes, key=lambda p: STOP_ORDER.index(p.name)):
            await process.stop()

    def _remember(self) -> None:
        tokens = tuple(bundle.chatbot.token for bundle in self._wish.bundles)
        running.remember(self._layout, os.getpid(), tokens, self.running())


class _Step:
    """Tells the view how long a step took."""

    def __init__(self, view: View, what: str) -> None:
        self._view = view
        self._what = what
        self._began = 0.0

    async def __aenter__(self) -> None:
        self._began = asyncio.get_running_loop().time()
        self._view.begins(self._what)

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._view.ready(self._what, asyncio.get_running_loop().time() - self._began)


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


def _environment() -> dict[str, str]:
    """Give what children inherit: all of ours but secrets, and the way to our own code."""
    inherited = {k: v for k, v in os.environ.items() if k not in _NOT_INHERITED}
    here = str(Path(prosa.__file__).parent.parent)
    paths = (here, inherited.get("PYTHONPATH", ""))
    return inherited | {
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "PYTHONUNBUFFERED": "1",
    }
