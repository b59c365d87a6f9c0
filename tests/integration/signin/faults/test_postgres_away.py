"""PostgreSQL goes away under the sign-in and comes back: people are told, nobody is sent away."""

import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest_asyncio

from prosa.postgres import local
from tests.support.door import Door, a_door, enter
from tests.support.eventually import eventually
from tests.support.nats import free_port
from tests.support.postgres import PASSWORD as SERVER_PASSWORD
from tests.support.signin import PASSWORD, an_account, signed_in


class Server:
    """A PostgreSQL that a test stops and starts again, on the same port."""

    def __init__(self, folder: Path) -> None:
        self._data = folder / "postgres"
        local.initialise(self._data, SERVER_PASSWORD)
        self._port = free_port()
        self.url = local.url(self._port, SERVER_PASSWORD)

    @contextmanager
    def running(self) -> Iterator[None]:
        server = subprocess.Popen(  # noqa: S603 - our own program
            local.command(self._data, self._port),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)

    def answers(self) -> bool:
        ready = (local.binaries() / "pg_isready", "-q", "-h127.0.0.1", f"-p{self._port}")
        return subprocess.run(ready, check=False).returncode == 0  # noqa: S603 - our own program


@pytest_asyncio.fixture(loop_scope="session")
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    yield Server(tmp_path)


async def status(door: Door, headers: dict[str, str], path: str = "/api/me") -> httpx.Response:
    async with door.browser(**headers) as browser:
        return await browser.get(path)


async def test_people_are_told_and_come_back_without_a_restart(server: Server) -> None:
    with server.running():
        await eventually(server.answers, within=60)
        somebody = await signed_in(server.url)
        await an_account(server.url, name="ana", password=PASSWORD)
        opened = a_door(server.url)
        door = await opened.__aenter__()
        assert (await status(door, somebody.header)).status_code == 200

    away = await status(door, somebody.header)
    async with door.browser() as browser:
        refused = await enter(browser, "ana", PASSWORD)
        page = await status(door, {**somebody.header, "Accept": "text/html"}, "/inbox")
    for answer in (away, refused):
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert page.headers["location"] == "/signin?next=/inbox&why=unavailable"

    with server.running():
        await eventually(server.answers, within=60)
        again = await status(door, somebody.header)
        await opened.__aexit__(None, None, None)
    assert (again.status_code, again.json()["name"]) == (200, somebody.person.name)
