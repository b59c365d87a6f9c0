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


@asynccontextmanager
async def a_postgres(folder: Path) -> AsyncIterator[SecretStr]:
    """Start a server with its data below `folder`; gives its URL, password included."""
    data = folder / "postgres"
    local.initialise(data, PASSWORD)
    port = free_port()
    url = local.url(port, PASSWORD)
    with (folder / "postgres.log").open("wb") as log:
        server = subprocess.Popen(local.command(data, port), stdout=log, stderr=log)  # noqa: ASYNC220, S603 - returns at once; our own program
        try:
            await eventually(lambda: _answers(port), within=60)
            yield url
        finally:
            server.send_signal(2)
            server.wait(30)


def _answers(port: int) -> bool:
    ready = (local.binaries() / "pg_isready", "--quiet", "--host=127.0.0.1", f"--port={port}")
    return subprocess.run(ready, check=False).returncode == 0  # noqa: S603 - our own program
