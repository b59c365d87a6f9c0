"""A real PostgreSQL for tests, from its wheel; about two seconds to start."""

import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from prosa.postgres import local
from tests.support.eventually import eventually
from tests.support.nats import free_port

PASSWORD = SecretStr("a-password-of-the-tests")


class Postgres:
    """One server process that can be stopped and started again on the same data and port."""

    def __init__(self, folder: Path) -> None:
        self._data = folder / "postgres"
        self._log = folder / "postgres.log"
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        local.initialise(self._data, PASSWORD)
        self.url = local.url(self._port, PASSWORD)

    async def start(self) -> None:
        with self._log.open("ab") as log:
            command = local.command(self._data, self._port)
            self._process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: ASYNC220, S603 - returns at once; our own program
        await eventually(lambda: _answers(self._port), within=60)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(2)
            self._process.wait(30)
            self._process = None


@asynccontextmanager
async def a_postgres(folder: Path) -> AsyncIterator[SecretStr]:
    """Start a server with its data below `folder`; gives its URL, password included."""
    async with a_server(folder) as server:
        yield server.url


@asynccontextmanager
async def a_server(folder: Path) -> AsyncIterator[Postgres]:
    """Start a server that a test may stop."""
    server = Postgres(folder)
    try:
        await server.start()
        yield server
    finally:
        server.stop()


def _answers(port: int) -> bool:
    ready = (local.binaries() / "pg_isready", "--quiet", "--host=127.0.0.1", f"--port={port}")
    return subprocess.run(ready, check=False).returncode == 0  # noqa: S603 - our own program
