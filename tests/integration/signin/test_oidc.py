"""Sign-in by an identity provider: a real one, over HTTP."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

import httpx
import pytest_asyncio
from pydantic import SecretStr

from prosa.signin.postgres.accounts import Accounts
from prosa.signin.postgres.database import open_database
from tests.support.door import Door, a_door, audit_of, enter
from tests.support.oidc import OidcProvider, an_oidc_provider
from tests.support.signin import PASSWORD, an_account

TOKEN_SECONDS = 300
CLIENT_SECRET = "our-secret-at-the-provider"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def provider() -> AsyncIterator[OidcProvider]:
    async with an_oidc_provider(token_seconds=TOKEN_SECONDS) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def door(url: SecretStr, provider: OidcProvider, tmp_path: Path) -> AsyncIterator[Door]:
    (tmp_path / "client-secret").write_text(CLIENT_SECRET)
    async with a_door(
        url,
        oidc_issuer=provider.issuer,
        oidc_client_id="prosa",
        oidc_client_secret=tmp_path / "client-secret",
    ) as opened:
        yield opened


async def known(provider: OidcProvider, subject: str, *groups: str, **more: Any) -> None:
    claims = {"name": subject.title(), "email": f"{subject}@example.com", "email_verified": True}
    await provider.knows(subject, groups=list(groups), **{**claims, **more})


async def leave(browser: httpx.AsyncClient, then: str = "/inbox") -> str:
    """Go to the provider; gives its address."""
    answer = await browser.get("/signin/oidc", params={"next": then})
    assert answer.status_code == 303
    return answer.headers["location"]


def changed(address: str, **query: str) -> str:
    """Change parameters of an address, as somebody in between would."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(query=urlencode({**dict(parse_qsl(parts.query)), **query})))


def why(answer: httpx.Response) -> str:
    """Read the reason with which the sign-in page is asked for."""
    target = urlsplit(answer.headers["location"])
    assert (answer.status_code, target.path) == (303, "/signin")
    return parse_qs(target.query)["why"][0]


async def test_a_role_and_teams_come_from_groups(
    provider: OidcProvider, browser: httpx.AsyncClient
) -> None:
    await known(provider, "ana", "prosa-agent", "prosa-supervisor", "prosa-team-vendas", "other")

    back = await browser.get(await provider.approve(await leave(browser), "ana"))

    assert (back.status_code, back.headers["location"]) == (303, "/inbox")
    me = (await browser.get("/api/me")).json()
    assert me == {"name": "Ana", "role": "supervisor", "teams": ["vendas"]}


async def test_what_is_asked_for_is_bound_to_one_journey(
    provider: OidcProvider, browser: httpx.AsyncClient
) -> None:
    first, second = [dict(parse_qsl(urlsplit(await leave(browser)).query)) for _ in range(2)]

    assert first["code_challenge_method"] == "S256"
    assert first["redirect_uri"] == "http://127.0.0.1:8004/signin/callback"
    for each in ("state", "nonce", "code_challenge"):
        assert first[each] != second[each]


async def test_who_has_no_role_is_told_so(
    provider: OidcProvider, browser: httpx.AsyncClient
) -> None:
    await known(provider, "eve", "accounting")

    answer = await browser.get(await provider.approve(await leave(browser), "eve"))

    assert why(answer) == "role_unmapped"
    assert (await browser.get("/api/me")).status_code == 401


async def test_an_address_that_nobody_has_verified_is_refused(
    provider: OidcProvider, browser: httpx.AsyncClient
) -> None:
    await known(provider, "fay", "prosa-agent", email_verified=False)

    answer = await browser.get(await provider.approve(await leave(browser), "fay"))

    assert why(answer) == "email_unverified"


async def test_a_state_that_we_did_not_make_is_refused(
    provider: OidcProvider, browser: httpx.AsyncClient
) -> None:
    await known(provider, "ana", "prosa-agent")
    back = await provider.approve(await leave(browser), "ana")

    assert why(await browser.get(changed(back, state="invented"))) == "state_unknown"


async def test_a_callback_in_another_browser_signs_nobody_in(
    provider: OidcProvider, door: Door, browser: httpx.AsyncClient
) -> None:
    await known(provider, "ana", "prosa-agent")
    back = await provider.approve(await leave(browser), "ana")

    async with door.browser() as victim:
        await leave(victim)  # she has a journey of her own under way
        assert why(await victim.get(back)) == "state_unknown"
        assert (await victim.get("/api/me")).status_code == 401


async def test_a_nonce_of_another_sign_in_is_refused(
    provider: OidcProvider, browser: httpx.AsyncClient
) -> None:
    await known(provider, "ana", "prosa-agent")
    address = changed(await leave(browser), nonce="anothers")

    answer = await browser.get(await provider.approve(address, "ana"))

    assert why(answer) == "token_invalid"
    assert (await browser.get("/api/me")).status_code == 401


async def test_an_expired_id_token_is_refused(
    provider: OidcProvider, door: Door, browser: httpx.AsyncClient
) -> None:
    await known(provider, "ana", "prosa-agent")
    back = await provider.approve(await leave(browser), "ana")
    door.clock.ahead = timedelta(seconds=TOKEN_SECONDS, minutes=3)  # beyond the skew allowed

    assert why(await browser.get(back)) == "token_invalid"


async def test_a_clock_that_differs_a_little_does_not_matter(
    provider: OidcProvider, door: Door, browser: httpx.AsyncClient
) -> None:
    await known(provider, "ana", "prosa-agent")
    door.clock.ahead = timedelta(seconds=-90)

    answer = await browser.get(await provider.approve(await leave(browser), "ana"))

    assert answer.headers["location"] == "/inbox"


async def test_a_sign_in_that_comes_back_twice_ends_where_the_first_did(
    provider: OidcProvider, browser: httpx.AsyncClient
) -> None:
    await known(provider, "ana", "prosa-agent")
    back = await provider.approve(await leave(browser), "ana")
    await browser.get(back)

    again = await browser.get(back)

    assert (again.status_code, again.headers["location"]) == (303, "/inbox")
    assert "set-cookie" not in again.headers


async def test_a_callback_that_comes_twice_gives_nobody_else_a_session(
    provider: OidcProvider, browser: httpx.AsyncClient
) -> None:
    await known(provider, "ana", "prosa-agent")
    back = await provider.approve(await leave(browser), "ana")
    await browser.get(back)
    await browser.post("/signout")

    assert why(await browser.get(back)) == "state_used"


async def test_a_no_at_the_provider_leads_back_to_the_sign_in(
    provider: OidcProvider, browser: httpx.AsyncClient
) -> None:
    address = await leave(browser)

    state = dict(parse_qsl(urlsplit(address).query))["state"]
    answer = await browser.get(f"/signin/callback?error=access_denied&state={state}")

    assert why(answer) == "provider_refused"


async def test_an_account_that_was_shut_here_stays_shut(
    provider: OidcProvider, url: SecretStr, door: Door, browser: httpx.AsyncClient
) -> None:
    await known(provider, "gus", "prosa-admin")
    await browser.get(await provider.approve(await leave(browser), "gus"))
    async with open_database(url) as database:
        accounts = Accounts(database)
        gus = await accounts.find("gus@example.com")
        await accounts.set_disabled(gus.id, True, door.clock.now())

    assert (await browser.get("/api/me")).status_code == 401
    answer = await browser.get(await provider.approve(await leave(browser), "gus"))
    assert why(answer) == "account_disabled"


async def test_while_the_provider_is_away_passwords_still_work(url: SecretStr) -> None:
    await an_account(url, name="lia", password=PASSWORD)
    async with (
        a_door(url, oidc_issuer="http://127.0.0.1:1", oidc_client_id="prosa") as door,
        door.browser() as browser,
    ):
        assert why(await browser.get("/signin/oidc")) == "provider_away"
        assert door.counted("oidc", "unavailable") == 1
        assert (await enter(browser, "lia", PASSWORD)).status_code == 200


async def test_a_session_outlives_its_id_token_by_a_refresh_that_brings_the_new_role(
    provider: OidcProvider, door: Door, browser: httpx.AsyncClient
) -> None:
    await known(provider, "ivy", "prosa-agent")
    await browser.get(await provider.approve(await leave(browser), "ivy"))
    await known(provider, "ivy", "prosa-admin")
    assert (await browser.get("/api/me")).json()["role"] == "agent"

    door.clock.ahead = timedelta(seconds=TOKEN_SECONDS + 1)

    assert (await browser.get("/api/me")).json()["role"] == "admin"


async def test_a_session_ends_when_the_provider_takes_its_word_back(
    provider: OidcProvider, url: SecretStr, door: Door, browser: httpx.AsyncClient
) -> None:
    await known(provider, "kai", "prosa-agent")
    await browser.get(await provider.approve(await leave(browser), "kai"))
    await provider.revokes("kai")
    door.clock.ahead = timedelta(seconds=TOKEN_SECONDS + 1)

    told = await browser.get("/api/me")
    page = await browser.get("/inbox?c=7", headers={"Accept": "text/html"})

    assert (told.status_code, told.json()["code"]) == (401, "session_ended")
    assert page.headers["location"] == "/signin?next=/inbox%3Fc%3D7&why=session_ended"
    assert (await audit_of(url))[-1]["what"] == "session_ended"
