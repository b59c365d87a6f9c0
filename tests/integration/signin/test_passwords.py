"""Sign-in by a local password."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from argon2 import PasswordHasher
from pydantic import SecretStr

from prosa.clock import SystemClock
from prosa.signin.passwords import Passwords
from prosa.signin.postgres.accounts import Accounts
from prosa.signin.postgres.database import open_database
from tests.support.door import Door, a_door, audit_of, enter
from tests.support.signin import PASSWORD, QUICK, an_account, guessed

OFFICE = "203.0.113.7"  # where the door's browsers are
HOME = "198.51.100.9"


async def test_the_right_password_opens_the_pages(
    url: SecretStr, browser: httpx.AsyncClient
) -> None:
    ana = await an_account(url, name="ana", display_name="Ana Souza", password=PASSWORD)

    answer = await enter(browser, "ana", PASSWORD, next="/inbox?view=mine")

    assert (answer.status_code, answer.json()) == (200, {"next": "/inbox?view=mine"})
    assert (await browser.get("/inbox")).text == f"inbox of {ana.name}"


async def test_names_are_taken_in_either_case(url: SecretStr, browser: httpx.AsyncClient) -> None:
    await an_account(url, name="berta", password=PASSWORD)

    assert (await enter(browser, "BERTA", PASSWORD)).status_code == 200


async def test_a_wrong_password_and_an_unknown_name_are_answered_alike(
    url: SecretStr, browser: httpx.AsyncClient
) -> None:
    await an_account(url, name="clara", password=PASSWORD)

    wrong, unknown = [await enter(browser, name, "a guess") for name in ("clara", "nobody")]

    assert wrong.status_code == 403
    assert (wrong.status_code, wrong.json()) == (unknown.status_code, unknown.json())
    assert wrong.headers["content-type"] == "application/problem+json"
    assert "set-cookie" not in wrong.headers


async def test_guessing_becomes_slower_and_slower(url: SecretStr, door: Door) -> None:
    await an_account(url, name="dina", password=PASSWORD)
    async with door.browser() as browser:
        answers = [await enter(browser, "dina", "a guess") for _ in range(6)]
        door.clock.ahead = timedelta(seconds=3)
        after = [await enter(browser, "dina", "a guess") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [403] * 5 + [429]
    assert answers[-1].headers["retry-after"] == "1"
    assert [answer.status_code for answer in after] == [403, 429]
    assert after[-1].json()["seconds"] == 2


async def test_an_unknown_name_is_slowed_down_like_a_known_one(browser: httpx.AsyncClient) -> None:
    answers = [await enter(browser, "no-such-name", "a guess") for _ in range(6)]

    assert [answer.status_code for answer in answers] == [403] * 5 + [429]


async def test_the_right_password_must_wait_too_or_it_could_be_told_from_the_wrong(
    url: SecretStr, browser: httpx.AsyncClient
) -> None:
    await an_account(url, name="elsa", password=PASSWORD)
    await guessed(url, "elsa", OFFICE)

    assert (await enter(browser, "elsa", PASSWORD)).status_code == 429


async def test_many_guesses_at_once_gain_nothing(
    url: SecretStr, browser: httpx.AsyncClient
) -> None:
    await an_account(url, name="flora", password=PASSWORD)

    answers = await asyncio.gather(*(enter(browser, "flora", f"guess {n}") for n in range(20)))

    assert sum(answer.status_code == 403 for answer in answers) <= 6
    assert {answer.status_code for answer in answers} == {403, 429}


async def test_one_colleagues_mistakes_hold_up_nobody_else_in_the_office(
    url: SecretStr, browser: httpx.AsyncClient
) -> None:
    await an_account(url, name="gina", password=PASSWORD)
    await an_account(url, name="hanna", password=PASSWORD)
    await guessed(url, "gina", OFFICE)

    assert (await enter(browser, "hanna", PASSWORD)).status_code == 200


async def test_who_guesses_elsewhere_does_not_keep_the_owner_out(
    url: SecretStr, door: Door, browser: httpx.AsyncClient
) -> None:
    await an_account(url, name="ida", password=PASSWORD)
    await guessed(url, "ida", HOME)

    assert (await enter(browser, "ida", PASSWORD)).status_code == 200


async def test_behind_a_proxy_guesses_from_elsewhere_are_told_apart(url: SecretStr) -> None:
    await an_account(url, name="ilse", password=PASSWORD)
    await guessed(url, "ilse", HOME)
    async with (
        a_door(url, signin_proxies=f"{OFFICE}/32") as door,
        door.browser(**{"X-Forwarded-For": HOME}) as guesser,
        door.browser(**{"X-Forwarded-For": "192.0.2.5"}) as owner,
    ):
        assert (await enter(guesser, "ilse", PASSWORD)).status_code == 429
        assert (await enter(owner, "ilse", PASSWORD)).status_code == 200


async def test_the_right_password_starts_the_count_over(
    url: SecretStr, browser: httpx.AsyncClient
) -> None:
    await an_account(url, name="jana", password=PASSWORD)
    for _ in range(2):
        for _ in range(4):
            assert (await enter(browser, "jana", "a guess")).status_code == 403
        assert (await enter(browser, "jana", PASSWORD)).status_code == 200


async def test_a_hash_of_other_parameters_is_made_anew_at_the_sign_in(
    url: SecretStr, browser: httpx.AsyncClient
) -> None:
    await an_account(url, name="kira")
    async with open_database(url) as database:
        accounts = Accounts(database)
        kira = await accounts.find("kira")
        other = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
        await accounts.set_password(kira.id, other, SystemClock().now())
        assert (await enter(browser, "kira", PASSWORD)).status_code == 200
        stored = (await accounts.find("kira")).password_hash or ""

    assert stored != other
    assert not Passwords(QUICK).outdated(stored)


async def test_every_attempt_is_counted_and_in_the_audit(
    url: SecretStr, door: Door, browser: httpx.AsyncClient
) -> None:
    lena = await an_account(url, name="lena", display_name="Lena", password=PASSWORD)
    await enter(browser, "lena", "a guess")
    await enter(browser, "lena", PASSWORD)
    await browser.post("/signout")

    rows = [row for row in await audit_of(url) if row["account"] == lena.id]
    assert [(row["what"], row["address"]) for row in rows] == [
        ("sign_in_failed", OFFICE),
        ("signed_in", OFFICE),
        ("signed_out", OFFICE),
    ]
    assert door.counted("password", "wrong") == door.counted("password", "signed_in") == 1


async def test_what_a_stranger_typed_as_a_name_is_not_kept(
    url: SecretStr, browser: httpx.AsyncClient
) -> None:
    await enter(browser, "my-password-in-the-wrong-field", "x")

    assert all("wrong-field" not in str(row) for row in await audit_of(url))


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b'{"name": "x", "password": "y"}', "text/plain", 415),
        (b"name=x&password=y", "application/x-www-form-urlencoded", 415),
        (b"{", "application/json", 422),
        (b"\xff", "application/json", 422),
        (b'{"a":' * 3_000, "application/json", 422),
        (b'{"a":' + b"[" * 15_000, "application/json", 422),
        (b'{"name": "x"}', "application/json", 422),
        (b'{"name": 1, "password": []}', "application/json", 422),
        (b'{"name": "x", "password": "\\u0000"}', "application/json", 422),
        (b'{"name": "\\u0000", "password": "x"}', "application/json", 422),
        (b'{"name": "x", "password": "\\ud800"}', "application/json", 422),
        (b'{"name": "x", "password": "' + b"x" * 20_000 + b'"}', "application/json", 413),
    ],
)
async def test_a_malformed_body_is_refused(
    browser: httpx.AsyncClient, body: bytes, kind: str, status: int
) -> None:
    answer = await browser.post("/signin", content=body, headers={"Content-Type": kind})

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_another_site_cannot_sign_anybody_in(
    url: SecretStr, browser: httpx.AsyncClient
) -> None:
    await an_account(url, name="mara", password=PASSWORD)
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}

    answer = await browser.post(
        "/signin", json={"name": "mara", "password": PASSWORD}, headers=headers
    )

    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
