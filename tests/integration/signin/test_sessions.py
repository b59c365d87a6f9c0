"""Sessions: when they begin, what they open, and all the ways in which they end."""

from datetime import timedelta

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from prosa.signin import rules
from tests.support.door import ORIGIN, Door, a_door, enter
from tests.support.signin import PASSWORD, SignedIn, a_session, an_account, signed_in

PAGE = {"Accept": "text/html"}


async def come(door: Door, somebody: SignedIn, path: str = "/api/me") -> httpx.Response:
    async with door.browser(**somebody.header) as browser:
        return await browser.get(path)


async def test_every_route_of_the_sign_in_is_ruled(door: Door) -> None:
    assert rules.unguarded(door.app) == []


async def test_an_api_without_a_session_says_so(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/api/me")

    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {"title": "signed_out", "status": 401, "code": "signed_out"}


@pytest.mark.parametrize(
    "headers",
    [{"Accept": "text/html,*/*"}, {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"}],
)
async def test_a_page_without_a_session_leads_to_the_sign_in_and_back(
    browser: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await browser.get("/inbox?view=mine&q=a b", headers=headers)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/signin?next=/inbox%3Fview%3Dmine%26q%3Da%2520b"


async def test_what_a_page_fetches_is_never_led_elsewhere(browser: httpx.AsyncClient) -> None:
    headers = {"Accept": "text/html", "Sec-Fetch-Dest": "empty"}

    assert (await browser.get("/api/me", headers=headers)).status_code == 401


async def test_a_missing_role_is_named(url: SecretStr, door: Door) -> None:
    answer = await come(door, await signed_in(url, role="agent"), "/api/audit")

    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")
    assert answer.json()["role"] == "supervisor"


async def test_a_higher_role_includes_the_lower(url: SecretStr, door: Door) -> None:
    answer = await come(door, await signed_in(url, role="admin"), "/api/audit")

    assert answer.status_code == 200


async def test_a_session_that_nobody_uses_ends(url: SecretStr, door: Door) -> None:
    somebody = await signed_in(url)
    door.clock.ahead = timedelta(hours=12, minutes=1)

    answer = await come(door, somebody)

    assert (answer.status_code, answer.json()["code"]) == (401, "session_ended")


async def test_use_keeps_a_session_alive_until_its_last_day(url: SecretStr, door: Door) -> None:
    await an_account(url, name="nina", password=PASSWORD)
    seen = []
    async with door.browser() as browser:
        await enter(browser, "nina", PASSWORD)
        for hours in range(0, 7 * 24 + 1, 8):
            door.clock.ahead = timedelta(hours=hours)
            token = browser.cookies["prosa_session"]
            async with door.browser(Cookie=f"prosa_session={token}") as same:
                seen.append((await same.get("/api/me")).status_code)

    assert seen == [200] * 21 + [401]


async def test_a_page_whose_session_has_ended_says_so_at_the_sign_in(
    url: SecretStr, door: Door
) -> None:
    somebody = await signed_in(url)
    door.clock.ahead = timedelta(days=2)
    async with door.browser(**somebody.header, **PAGE) as browser:
        answer = await browser.get("/inbox")

    assert answer.headers["location"] == "/signin?next=/inbox&why=session_ended"


async def test_a_token_that_was_planted_is_not_the_one_after_the_sign_in(
    url: SecretStr, door: Door
) -> None:
    await an_account(url, name="olga", password=PASSWORD)
    planted = await signed_in(url, name="attacker")
    async with door.browser() as browser:
        browser.cookies.set("prosa_session", planted.token, domain="127.0.0.1")

        answer = await enter(browser, "olga", PASSWORD)

    assert "prosa_session" in answer.headers["set-cookie"]
    assert planted.token not in answer.headers["set-cookie"]
    assert (await come(door, planted)).status_code == 401  # the browser's old session has ended


async def test_each_sign_in_has_a_token_of_its_own(url: SecretStr, door: Door) -> None:
    await an_account(url, name="pia", password=PASSWORD)
    given = set()
    for _ in range(3):
        async with door.browser() as browser:
            given.add((await enter(browser, "pia", PASSWORD)).headers["set-cookie"])

    assert len(given) == 3


async def test_the_cookie_is_for_us_alone(url: SecretStr, door: Door) -> None:
    await an_account(url, name="quim", password=PASSWORD)
    async with door.browser("https://inbox.example") as browser:
        cookie = (await enter(browser, "quim", PASSWORD)).headers["set-cookie"]

    for flag in ("HttpOnly", "SameSite=lax", "Secure", "Path=/", "Max-Age=604800"):
        assert flag in cookie.split("; ")


async def test_a_signed_out_token_opens_nothing(url: SecretStr, door: Door) -> None:
    somebody = await signed_in(url)
    async with door.browser(**somebody.header) as browser:
        answer = await browser.post("/signout")

    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert (await come(door, somebody)).status_code == 401


async def test_another_site_cannot_sign_anybody_out(url: SecretStr, door: Door) -> None:
    somebody = await signed_in(url)
    async with door.browser(**somebody.header) as browser:
        await browser.post("/signout", headers={"Sec-Fetch-Site": "cross-site"})

    assert (await come(door, somebody)).status_code == 200


async def test_the_database_holds_no_token(url: SecretStr, door: Door) -> None:
    somebody = await signed_in(url)
    connection = await asyncpg.connect(url.get_secret_value())
    rows = await connection.fetch("select * from signin.sessions")
    await connection.close()

    assert rows
    assert all(somebody.token not in repr(dict(row)) for row in rows)


async def test_one_sees_ones_own_sessions_and_ends_a_lost_one(url: SecretStr, door: Door) -> None:
    here = await signed_in(url, name="rosa")
    lost = await a_session(url, here.person)
    async with door.browser(**here.header) as browser:
        items = (await browser.get("/signin/sessions")).json()["items"]
        (other,) = [item for item in items if not item["current"]]
        answer = await browser.delete(f"/signin/sessions/{other['id']}")

    assert answer.status_code == 200
    assert (await come(door, SignedIn(here.person, lost))).status_code == 401
    assert (await come(door, here)).status_code == 200


async def test_nobody_ends_anothers_session(url: SecretStr, door: Door) -> None:
    victim, attacker = await signed_in(url), await signed_in(url)
    async with door.browser(**victim.header) as browser:
        (item,) = (await browser.get("/signin/sessions")).json()["items"]
    async with door.browser(**attacker.header) as browser:
        for wanted in (item["id"], "%00", "..%2Fx"):
            assert (await browser.delete(f"/signin/sessions/{wanted}")).status_code == 404

    assert (await come(door, victim)).status_code == 200


async def test_two_processes_know_a_person_alike(url: SecretStr, door: Door) -> None:
    somebody = await signed_in(url)
    async with a_door(url) as console:
        assert (await come(console, somebody)).json() == (await come(door, somebody)).json()


async def test_who_is_signed_in_already_goes_on(url: SecretStr, door: Door) -> None:
    somebody = await signed_in(url)
    async with door.browser(**somebody.header, **PAGE) as browser:
        answer = await browser.get("/signin?next=/inbox")

    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "/%09/evil.example"]
)
async def test_a_sign_in_leads_to_no_other_site(url: SecretStr, door: Door, wanted: str) -> None:
    somebody = await signed_in(url)
    async with door.browser(**somebody.header, **PAGE) as browser:
        answer = await browser.get("/signin", params={"next": wanted})
    landed = httpx.URL(ORIGIN).join(answer.headers["location"])

    assert landed.host == "127.0.0.1"


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "x" * 10_000, "é" * 43, "'; drop table--"])
async def test_an_invented_token_opens_nothing(door: Door, token: str) -> None:
    async with door.browser() as browser:
        header = {b"cookie": f"prosa_session={token}".encode()}
        assert (await browser.get("/api/me", headers=header)).status_code == 401


async def test_a_session_that_ended_by_idleness_is_not_listed_as_open(
    url: SecretStr, door: Door
) -> None:
    await an_account(url, name="ines", password=PASSWORD)
    async with door.browser() as browser:
        await enter(browser, "ines", PASSWORD)
    door.clock.ahead = timedelta(hours=13)

    async with door.browser() as browser:
        await enter(browser, "ines", PASSWORD)
        items = (await browser.get("/signin/sessions")).json()["items"]

    assert [item["current"] for item in items] == [True]
