"""Sign-in by a local password."""

import httpx
from pydantic import SecretStr

from tests.support.door import enter
from tests.support.signin import PASSWORD, an_account


async def test_the_right_password_opens_the_pages(
    url: SecretStr, browser: httpx.AsyncClient
) -> None:
    ana = await an_account(url, name="ana", display_name="Ana Souza", password=PASSWORD)

    answer = await enter(browser, "ana", PASSWORD, next="/inbox?view=mine")

    assert (answer.status_code, answer.json()) == (200, {"next": "/inbox?view=mine"})
    assert (await browser.get("/inbox")).text == f"inbox of {ana.name}"
