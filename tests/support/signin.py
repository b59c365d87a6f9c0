"""People who are signed in, for tests of pages and of their APIs.

    cookie = await signed_in(database_url, role="supervisor")
    client.cookies.update(cookie.pair)                    # httpx, aiohttp: {"prosa_session": …}
    await context.add_cookies([cookie.for_browser(page_url)])     # Playwright

The session stands in the database as a real sign-in leaves it; the process under test needs no
provider and no password for it.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from pydantic import SecretStr

from prosa.clock import SystemClock
from prosa.signin import tokens
from prosa.signin.cookies import SESSION
from prosa.signin.delays import PAIR
from prosa.signin.local import keys_of
from prosa.signin.people import Person, Role
from prosa.signin.postgres.accounts import Accounts
from prosa.signin.postgres.attempts import Attempts
from prosa.signin.postgres.database import open_database
from prosa.signin.postgres.sessions import Sessions

PASSWORD = "a password of the tests"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Hashes in no time; checked like any other hash, whose parameters stand in it."""


@dataclass(frozen=True)
class SignedIn:
    """Somebody with an open session."""

    person: Person
    token: str

    @property
    def pair(self) -> dict[str, str]:
        """The cookie as HTTP clients take it."""
        return {SESSION: self.token}

    @property
    def header(self) -> dict[str, str]:
        """The cookie as a header."""
        return {"Cookie": f"{SESSION}={self.token}"}

    def for_browser(self, page: str) -> Any:
        """Give the cookie as Playwright's `context.add_cookies` takes it."""
        return {
            "name": SESSION,
            "value": self.token,
            "domain": urlsplit(page).hostname or "127.0.0.1",
            "path": "/",
            "httpOnly": True,
            "sameSite": "Lax",
        }


async def an_account(
    database: SecretStr,
    *,
    role: Role = "agent",
    name: str = "",
    display_name: str = "",
    email: str = "",
    teams: Sequence[str] = (),
    password: str | None = None,
) -> Person:
    """Make an account in the database, with a name of its own unless one is given."""
    name = name or f"{role}-{secrets.token_hex(4)}"
    hashed = QUICK.hash(password) if password else "no password"
    async with open_database(database) as opened:
        accounts = Accounts(opened)
        await accounts.add(
            name=name,
            display_name=display_name or name,
            email=email or f"{name}@example.com",
            role=role,
            teams=teams,
            password_hash=hashed,
            now=SystemClock().now(),
        )
        return (await accounts.find(name)).person


async def signed_in(
    database: SecretStr,
    *,
    role: Role = "agent",
    name: str = "",
    display_name: str = "",
    email: str = "",
    teams: Sequence[str] = (),
) -> SignedIn:
    """Make an account with an open session; no password is hashed, so it costs little."""
    person = await an_account(
        database, role=role, name=name, display_name=display_name, email=email, teams=teams
    )
    return SignedIn(person, await a_session(database, person))


async def guessed(database: SecretStr, name: str, address: str) -> None:
    """Let somebody have guessed at a name for hours: who comes now waits a quarter of an hour."""
    keys, now = keys_of(name, address), SystemClock().now()
    async with open_database(database) as opened:
        attempts = Attempts(opened)
        for quarters in reversed(range(20)):
            await attempts.begin(keys, now - quarters * PAIR.longest)


async def a_session(database: SecretStr, person: Person) -> str:
    """Open a session of somebody who has an account; gives its token."""
    token, now = tokens.new(), SystemClock().now()
    async with open_database(database) as opened:
        await Sessions(opened).begin(
            tokens.digest(token),
            person.id,
            "password",
            now=now,
            ends_at=now + timedelta(days=1),
            address="127.0.0.1",
            browser="tests",
        )
    return token
