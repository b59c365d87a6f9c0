"""The channel `webhook` against a receiver that checks what the how-to promises."""

from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from prosa.clock import SystemClock
from prosa.errors import Reject, RetryLater
from prosa.telemetry import logs
from services.handoff.notify.notification import Notification
from services.handoff.notify.webhook import Webhook
from tests.integration.handoff_notify.crm_bot import a_bot
from tests.support.crm import SIGNING_KEY, a_hook
from tests.support.logged import logged
from tests.support.nats import free_port
from tests.support.smtp import write_certificate
from tests.unit.handoff_notify.builders import AT_MS, PORTUGUESE, a_handoff


async def post(root: Path, url: str, **secret: str) -> None:
    async with aiohttp.ClientSession() as http:
        webhook = Webhook(http, a_bot(root, url, **secret), PORTUGUESE, SystemClock())
        told = Notification("notify-1", "webhook", "crm", "vendas", a_handoff())
        await webhook.deliver(told, no_mark)


async def no_mark() -> None:
    raise AssertionError("a webhook has a key: nothing to mark")


async def test_it_is_signed_keyed_and_says_what_people_need(tmp_path: Path) -> None:
    async with a_hook() as hook:
        await post(tmp_path, hook.url)

    body = hook.taken["notify-1"]
    assert body["contact"] == {
        "id": "p5519999990001",
        "name": "Maria",
        "phone": "+5519999990001",
    }
    assert (body["team"], body["reason"], body["requestedAt"]) == ("vendas", "asked", AT_MS)
    assert body["slots"]["modelo"] == "Onix"
    assert body["messages"][-1] == {"at": AT_MS, "text": "quero falar com alguém"}
    assert body["url"] == "https://inbox.example/bots_test/all/t-1"
    assert hook.headers[0]["Content-Type"] == "application/json"


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503])
async def test_what_passes_is_tried_again(status: int, tmp_path: Path) -> None:
    async with a_hook(status) as hook:
        with pytest.raises(RetryLater, match=f"crm_{status}"):
            await post(tmp_path, hook.url)


async def test_the_receiver_may_ask_for_a_pause(tmp_path: Path) -> None:
    async with a_hook(lambda: web.Response(status=503, headers={"Retry-After": "120"})) as hook:
        with pytest.raises(RetryLater) as caught:
            await post(tmp_path, hook.url)

    assert caught.value.after.total_seconds() == 120


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422])
async def test_what_will_never_be_taken_is_not_tried_again(status: int, tmp_path: Path) -> None:
    async with a_hook(status) as hook:
        with pytest.raises(Reject, match=f"crm_{status}"):
            await post(tmp_path, hook.url)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(status: int, tmp_path: Path) -> None:
    async with a_hook() as secret_place:
        there = secret_place.url

        def elsewhere() -> web.Response:
            return web.Response(status=status, headers={"Location": there})

        async with a_hook(elsewhere) as hook:
            with pytest.raises(Reject, match="final address"):
                await post(tmp_path, hook.url)

        assert secret_place.headers == []


async def test_a_receiver_that_is_away_is_tried_again(tmp_path: Path) -> None:
    with pytest.raises(RetryLater, match="crm_away"):
        await post(tmp_path, f"http://127.0.0.1:{free_port()}/hook")


async def test_a_receiver_whose_certificate_nobody_vouches_for_gets_nothing(tmp_path: Path) -> None:
    write_certificate(tmp_path)
    async with a_hook(tls=tmp_path) as hook:
        with pytest.raises(Reject, match="crm_certificate"):
            await post(tmp_path, hook.url)

    assert hook.headers == []


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://crm/hook", "crm.example/hook", "http://", "http://[bad", "x:y"],
)
async def test_only_http_addresses_are_called(url: str, tmp_path: Path) -> None:
    with pytest.raises(Reject, match="crm_address"):
        await post(tmp_path, url)


async def test_a_missing_key_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(Reject, match="Secret crm has no key signing-key"):
        await post(tmp_path, "http://127.0.0.1:1/hook", signing_key="")


async def test_an_endless_answer_is_cut(tmp_path: Path) -> None:
    async with a_hook(lambda: web.Response(body=b"x" * (8 << 20))) as hook:
        await post(tmp_path, hook.url)


async def test_neither_key_nor_address_reach_the_logs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("debug")
    async with a_hook(500) as hook:
        url = f"{hook.url}?token=token-in-the-address"
        with pytest.raises(RetryLater) as caught:
            await post(tmp_path, url)

    told = logged(capsys) + str(caught.value)
    assert SIGNING_KEY not in told
    assert "token-in-the-address" not in told
