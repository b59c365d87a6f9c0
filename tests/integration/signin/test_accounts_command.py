"""`prosa accounts`, against a real PostgreSQL."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from prosa.cli import first_account
from prosa.cli.commands import app
from prosa.cli.layout import Layout, write_secret
from prosa.clock import SystemClock
from tests.support.door import Door, a_database, a_door, audit_of, enter
from tests.support.signin import PASSWORD, a_session, an_account

Command = Callable[..., Any]


@pytest.fixture
def command(url: SecretStr, tmp_path: Path) -> Command:
    """Run `prosa accounts …` in a thread, as it brings its own loop."""
    (tmp_path / "url").write_text(url.get_secret_value())
    (tmp_path / "password").write_text(f"{PASSWORD}\n")

    async def run(*words: str, password: bool = False) -> Result:
        secret = ["--password-file", str(tmp_path / "password")] if password else []
        line = ["accounts", *words, *secret, "--database", str(tmp_path / "url")]
        return await asyncio.to_thread(CliRunner().invoke, app, line)

    return run


async def test_an_account_that_was_added_signs_in(
    command: Command, browser: httpx.AsyncClient
) -> None:
    added = await command("add", "bia", "--role", "supervisor", "--team", "vendas", password=True)

    assert added.exit_code == 0, added.output
    await enter(browser, "bia", PASSWORD)
    me = (await browser.get("/api/me")).json()
    assert me == {"name": "bia", "role": "supervisor", "teams": ["vendas"]}


async def test_a_name_that_is_taken_is_refused(command: Command) -> None:
    await command("add", "caio", password=True)

    again = await command("add", "CAIO", password=True)

    assert again.exit_code == 2
    assert "is taken" in again.output


async def test_a_short_password_is_refused(
    command: Command, tmp_path: Path, url: SecretStr
) -> None:
    (tmp_path / "password").write_text("short")

    refused = await command("add", "dora", password=True)

    assert (refused.exit_code, "10 to 200 characters" in refused.output) == (2, True)


async def test_the_list_is_json_for_scripts_and_holds_no_password(command: Command) -> None:
    await command("add", "edu", "--email", "edu@example.com", password=True)

    listed = json.loads((await command("list", "--json")).stdout)

    (edu,) = [each for each in listed if each["name"] == "edu"]
    assert edu.pop("id")
    assert edu == {
        "name": "edu",
        "display_name": "edu",
        "email": "edu@example.com",
        "role": "agent",
        "teams": [],
        "signs_in_by": "password",
        "disabled": False,
    }


async def test_a_changed_role_counts_at_once_in_an_open_session(
    command: Command, browser: httpx.AsyncClient
) -> None:
    await command("add", "fabi", password=True)
    await enter(browser, "fabi", PASSWORD)
    assert (await browser.get("/api/audit")).status_code == 403

    await command("role", "fabi", "supervisor")

    assert (await browser.get("/api/audit")).status_code == 200


async def test_who_is_shut_out_is_out_at_once_and_stays_out(
    command: Command, url: SecretStr, door: Door
) -> None:
    gil = await an_account(url, name="gil", password=PASSWORD)
    token = await a_session(url, gil)
    async with door.browser(Cookie=f"prosa_session={token}") as browser:
        assert (await browser.get("/api/me")).status_code == 200

        await command("disable", "gil")

        assert (await browser.get("/api/me")).status_code == 401
        assert (await enter(browser, "gil", PASSWORD)).status_code == 403


async def test_a_new_password_ends_the_open_sessions(
    command: Command, url: SecretStr, door: Door
) -> None:
    token = await a_session(url, await an_account(url, name="hugo", password=PASSWORD))

    await command("set-password", "hugo", password=True)

    async with door.browser(Cookie=f"prosa_session={token}") as browser:
        assert (await browser.get("/api/me")).status_code == 401


async def test_what_is_done_to_accounts_stands_in_the_audit(
    command: Command, url: SecretStr
) -> None:
    await command("add", "ivo", password=True)
    await command("role", "ivo", "admin")
    await command("disable", "ivo")

    done = [row["what"] for row in await audit_of(url) if row["name"] == "ivo"]
    assert done == ["account_added", "role_set", "account_disabled"]


async def test_an_unknown_name_is_told(command: Command) -> None:
    result = await command("role", "nobody-at-all", "admin")

    assert (result.exit_code, "prosa accounts list" in result.output) == (2, True)


def test_without_a_database_the_remedy_is_named(tmp_path: Path) -> None:
    line = ["accounts", "list", "--data", str(tmp_path)]

    result = CliRunner().invoke(app, line)

    assert (result.exit_code, "--database" in result.output) == (2, True)


async def test_the_first_start_makes_an_administrator_once(url: SecretStr, tmp_path: Path) -> None:
    empty = await a_database(url)
    where = Layout(tmp_path)
    write_secret(where.postgres_url, empty.get_secret_value())

    for _ in range(2):
        await first_account.prepare(where, SystemClock())

    async with a_door(empty) as door, door.browser() as browser:
        await enter(browser, "admin", where.admin_password.read_text())
        assert (await browser.get("/api/me")).json()["role"] == "admin"
