"""Every answer carries the guard's headers, and no other site can write."""

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from prosa.web.pages import Guard
from tests.unit.web.asgi import ask


async def _greet(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("olá", headers={"Referrer-Policy": "no-referrer"})(scope, receive, send)


GUARDED = Guard(_greet)


async def test_a_page_may_load_nothing_from_elsewhere() -> None:
    policy = (await ask(GUARDED)).headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy


async def test_an_answers_own_header_wins() -> None:
    assert (await ask(GUARDED)).headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
        {"sec_fetch_site": "cross-site", "origin": "https://bots.example"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
async def test_a_write_from_another_site_is_refused(headers: dict[str, str]) -> None:
    refusal = await ask(GUARDED, method="POST", **headers)

    assert refusal.status == 403
    assert "content-security-policy" in refusal.headers


@pytest.mark.parametrize(
    "headers", [{"sec_fetch_site": "same-origin"}, {"origin": "https://bots.example"}, {}]
)
async def test_our_own_pages_and_programs_may_write(headers: dict[str, str]) -> None:
    assert (await ask(GUARDED, method="POST", **headers)).body == "olá".encode()


async def test_a_link_from_another_site_may_be_followed() -> None:
    assert (await ask(GUARDED, sec_fetch_site="cross-site")).status == 200
