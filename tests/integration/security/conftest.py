"""Both applications, built as their processes build them, with everything real behind."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from pydantic import SecretStr

from prosa.signin.people import Role
from prosa.telemetry.metrics import Registry
from prosa.web.pages import Shell
from services.handoff.api import app as inbox_app
from services.handoff.metrics import HandoffMetrics
from tests.support.console import Running, a_console
from tests.support.handoff import Inbox, World, _assets, a_world
from tests.support.nats import BOT
from tests.support.postgres import a_postgres
from tests.support.signin import signed_in
from tests.support.simulator import simulator

Client = Callable[[Role | None], AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SecretStr]:
    async with a_postgres(tmp_path_factory.mktemp("postgres")) as address:
        yield address


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def house(
    url: SecretStr, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[World, Inbox]]:
    folder = tmp_path_factory.mktemp("handoff")
    async with simulator() as meta, a_world(folder, url=url) as world:
        world.write_chatbot(graph=meta.graph)
        async with world.handoff() as inbox:
            yield world, inbox


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def console(
    url: SecretStr, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Running]:
    async with a_console(tmp_path_factory.mktemp("console"), url) as running:
        yield running


@pytest.fixture
def inbox_routes(house: tuple[World, Inbox]) -> FastAPI:
    """Build the inbox's application again, to read its routes."""
    world, inbox = house
    served = inbox.joined.served
    shell = Shell("handoff", "Prosa", assets=_assets(world.folder))
    return inbox_app.app(
        [served], signin=served.signin, shell=shell, metrics=HandoffMetrics(Registry())
    )


@pytest.fixture
def inbox_client(house: tuple[World, Inbox]) -> Client:
    """Ask the inbox as a role, or as nobody."""
    world, inbox = house
    return lambda role: a_client(inbox.base.removesuffix(f"{BOT}/"), world.url, role)


@pytest.fixture
def console_client(console: Running) -> Client:
    """Ask the console as a role, or as nobody."""
    return lambda role: a_client(console.address, console.database, role)


@asynccontextmanager
async def a_client(
    base: str, database: SecretStr, role: Role | None
) -> AsyncIterator[httpx.AsyncClient]:
    cookies = (await signed_in(database, role=role)).pair if role else {}
    async with httpx.AsyncClient(base_url=base, cookies=cookies, timeout=60) as http:
        yield http
