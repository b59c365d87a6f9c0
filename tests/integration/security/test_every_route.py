"""Every route of inbox and console, found by walking the applications: rights and hostile input.

A route that is added tomorrow is attacked tomorrow.
"""

import pytest
from fastapi import FastAPI

from prosa.signin import rules
from prosa.signin.people import Role
from tests.integration.security import attacks
from tests.integration.security.conftest import Client
from tests.support.console import Running
from tests.support.handoff import Inbox, World

pytestmark = pytest.mark.asyncio(loop_scope="package")

CONSOLE_QUESTIONS = ("from", "to", "q", "by", "author", "intent", "contact", "flow", "before")


async def test_no_route_of_the_inbox_is_without_a_rule(inbox_routes: FastAPI) -> None:
    assert rules.unguarded(inbox_routes) == []


async def test_no_route_of_the_console_is_without_a_rule(console: Running) -> None:
    assert rules.unguarded(console.app) == []


async def test_nobody_gets_an_answer_from_the_inbox(
    inbox_routes: FastAPI, inbox_client: Client
) -> None:
    async with inbox_client(None) as http:
        assert await attacks.nobody(inbox_routes, http) == []


async def test_nobody_gets_an_answer_from_the_console(
    console: Running, console_client: Client
) -> None:
    async with console_client(None) as http:
        assert await attacks.nobody(console.app, http) == []


@pytest.mark.parametrize("role", ["agent", "supervisor"])
async def test_a_role_that_is_not_enough_gets_nothing_from_the_inbox(
    inbox_routes: FastAPI, inbox_client: Client, role: Role
) -> None:
    async with inbox_client(role) as http:
        assert await attacks.too_little(inbox_routes, http, role) == []


@pytest.mark.parametrize("role", ["agent", "supervisor"])
async def test_a_role_that_is_not_enough_gets_nothing_from_the_console(
    console: Running, console_client: Client, role: Role
) -> None:
    async with console_client(role) as http:
        assert await attacks.too_little(console.app, http, role) == []


async def test_nothing_is_written_in_the_inbox_from_another_site(
    inbox_routes: FastAPI, inbox_client: Client
) -> None:
    async with inbox_client("admin") as http:
        assert await attacks.from_another_site(inbox_routes, http) == []


async def test_nothing_is_written_in_the_console_from_another_site(
    console: Running, console_client: Client
) -> None:
    async with console_client("admin") as http:
        assert await attacks.from_another_site(console.app, http) == []


async def test_no_value_breaks_a_route_of_the_inbox(
    inbox_routes: FastAPI, inbox_client: Client
) -> None:
    async with inbox_client("admin") as http:
        assert await attacks.hostile_values(inbox_routes, http) == []


async def test_no_value_breaks_a_route_of_the_console(
    console: Running, console_client: Client
) -> None:
    async with console_client("admin") as http:
        assert await attacks.hostile_values(console.app, http, CONSOLE_QUESTIONS) == []


async def test_no_body_breaks_a_route_of_the_inbox(
    house: tuple[World, Inbox], inbox_routes: FastAPI, inbox_client: Client
) -> None:
    world, inbox = house
    ticket = await world.a_ticket(inbox, world.somebody())
    async with inbox_client("admin") as http:
        assert await attacks.hostile_bodies(inbox_routes, http, ticket) == []


async def test_no_body_breaks_a_route_of_the_console(
    console: Running, console_client: Client
) -> None:
    async with console_client("admin") as http:
        assert await attacks.hostile_bodies(console.app, http) == []
