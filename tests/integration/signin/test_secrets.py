"""No password, no token and no secret of ours is in a log, an audit row or a refusal."""

import httpx
import pytest
from pydantic import SecretStr

from prosa.telemetry import logs
from tests.support.door import Door, audit_of, enter
from tests.support.logged import logged
from tests.support.signin import PASSWORD, an_account

GUESS = "a guess that was nearly right"


async def test_what_people_type_and_hold_stays_secret(
    url: SecretStr, door: Door, browser: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("debug", "json")
    await an_account(url, name="sara", password=PASSWORD)
    refused = await enter(browser, "sara", GUESS)
    broken = await browser.post(
        "/signin",
        content=f'{{"name": "sara", "password": "{PASSWORD}", '.encode(),
        headers={"Content-Type": "application/json"},
    )
    await enter(browser, "sara", PASSWORD)
    token = browser.cookies["prosa_session"]

    seen = {
        "logs": logged(capsys),
        "refusals": refused.text + broken.text,
        "audit": repr(await audit_of(url)),
        "metrics": door.registry.render()[0].decode(),
    }
    for place, text in seen.items():
        for secret in (PASSWORD, GUESS, token):
            assert secret not in text, place
