"""A nats-server that knows its users and their rights, as a laptop's and a cluster's do."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from prosa.cli import nats_server
from prosa.contracts.permissions import Identity, permissions
from prosa.settings import NatsSettings
from tests.support.eventually import eventually
from tests.support.nats import BOT, NatsServer, free_port


class StrictServer(NatsServer):
    """A server on which who connects by its `settings` logs in as `who`."""

    def __init__(self, folder: Path, port: int, who: Identity) -> None:
        super().__init__(folder, port)
        self._who = who

    @property
    def settings(self) -> NatsSettings:
        return self.login(self._who)

    def login(self, who: Identity) -> NatsSettings:
        """Give what one logs in with as somebody."""
        folder = self.folder / who
        folder.mkdir(exist_ok=True)
        for file in ("user", "password"):
            (folder / file).write_text(who)
        return NatsSettings(url=self.url, credentials=folder)


@asynccontextmanager
async def a_strict_server(folder: Path, *known: Identity) -> AsyncIterator[StrictServer]:
    """Start a server that knows these and `provision`; the first is who tests log in as."""
    server = StrictServer(folder, free_port(), known[0])
    users = {who: (SecretStr(who), permissions(who, (BOT,))) for who in (*known, "provision")}
    (folder / "nats.json").write_text(nats_server.config(server.port, folder / "store", users))
    process = await asyncio.create_subprocess_exec(
        str(nats_server.binary()),
        "-c",
        str(folder / "nats.json"),
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await eventually(lambda: _listens(server.port))
        yield server
    finally:
        process.terminate()
        await process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
