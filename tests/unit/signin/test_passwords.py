"""Passwords: hashed well, and the same work for a name that nobody has."""

import asyncio
from typing import Literal

import pytest
from argon2 import PasswordHasher

from prosa.errors import ConfigError, Unavailable
from prosa.signin.passwords import Passwords, check


class Counting(PasswordHasher):
    """Counts what is verified; quick, as no test is about its strength."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.verified: list[str | bytes] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - the library's name
        self.verified.append(hash)
        return super().verify(hash, password)


async def test_the_right_password_matches_and_no_other() -> None:
    passwords = Passwords(Counting())
    stored = await passwords.hash("a long password")

    assert await passwords.match("a long password", stored)
    assert not await passwords.match("A long password", stored)


async def test_a_name_that_nobody_has_costs_the_same_work() -> None:
    hasher = Counting()
    passwords = Passwords(hasher)
    stored = await passwords.hash("a long password")
    hasher.verified.clear()

    await passwords.match("a guess", stored)
    await passwords.match("a guess", None)

    of_somebody, of_nobody = (str(each).rsplit("$", 2)[0] for each in hasher.verified)
    assert of_somebody == of_nobody  # algorithm, version and parameters


@pytest.mark.parametrize("stored", ["", "no password", "$argon2id$broken"])
async def test_what_is_no_hash_matches_nothing(stored: str) -> None:
    assert not await Passwords(Counting()).match("no password", stored)


async def test_nobodys_password_opens_nothing() -> None:
    assert not await Passwords(Counting()).match("nobody has this password", None)


async def test_a_flood_of_attempts_is_turned_away_not_queued() -> None:
    passwords = Passwords(Counting())
    asked = [passwords.match("a guess", None) for _ in range(60)]

    answers = await asyncio.gather(*asked, return_exceptions=True)

    assert sum(isinstance(each, Unavailable) for each in answers) == 20


async def test_a_hash_of_weaker_parameters_is_outdated() -> None:
    weak = await Passwords(Counting()).hash("a long password")

    assert weak.startswith("$argon2id$")
    assert Passwords().outdated(weak)


@pytest.mark.parametrize("password", ["", "short", "x" * 201])
def test_a_new_password_has_a_length(password: str) -> None:
    with pytest.raises(ConfigError, match="10 to 200"):
        check(password)
