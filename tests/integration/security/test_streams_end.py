"""An open stream of events ends with the right to read it."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest
from pydantic import SecretStr

from prosa.clock import SystemClock
from prosa.signin.people import Person
from prosa.signin.postgres.accounts import Accounts
from prosa.signin.postgres.database import open_database
from prosa.signin.postgres.sessions import Sessions
from tests.support.console import Running
from tests.support.handoff import Inbox, World
from tests.support.signin import SignedIn, signed_in

pytestmark = pytest.mark.asyncio(loop_scope="package")

SOON = 60  # a heartbeat, and a machine that is busy with other things

Change = Callable[[SecretStr, Person], Awaitable[None]]


async def shut_out(url: SecretStr, person: Person) -> None:
    async with open_database(url) as database:
        await Accounts(database).set_disabled(person.id, True, SystemClock().now())


async def signed_out(url: SecretStr, person: Person) -> None:
    async with open_database(url) as database:
        await Sessions(database).end_all(person.id)


async def less_trusted(url: SecretStr, person: Person) -> None:
    async with open_database(url) as database:
        await Accounts(database).set_role(person.id, "agent", SystemClock().now())


CHANGES = (shut_out, signed_out, less_trusted)


async def ends(address: str, who: SignedIn, url: SecretStr, change: Change) -> None:
    """Read a stream, take the right away, and read to its end."""
    async with (
        httpx.AsyncClient(timeout=SOON, headers=who.header) as http,
        http.stream("GET", address) as stream,
        asyncio.timeout(SOON),
    ):
        assert stream.status_code == 200
        parts = stream.aiter_raw()
        await anext(parts)
        await change(url, who.person)
        async for _ in parts:
            pass


async def test_the_inbox_tells_nobody_who_lost_the_right(house: tuple[World, Inbox]) -> None:
    world, inbox = house
    people = [await signed_in(world.url, role="supervisor") for _ in CHANGES]

    async with asyncio.TaskGroup() as tasks:
        for who, change in zip(people, CHANGES, strict=True):
            tasks.create_task(ends(f"{inbox.base}api/events", who, world.url, change))


async def test_the_console_tells_nobody_who_lost_the_right(console: Running) -> None:
    people = [await console.person("supervisor") for _ in CHANGES]

    async with asyncio.TaskGroup() as tasks:
        for who, change in zip(people, CHANGES, strict=True):
            tasks.create_task(ends(f"{console.page}api/events", who, console.database, change))
