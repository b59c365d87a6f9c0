"""Faults: what a client of the Graph API and a webhook endpoint see while one is on."""

import time
from typing import Any

import aiohttp
import pytest

from tests.support.eventually import eventually
from tests.support.receiver import Receiver
from tests.support.simulator import ANA, NUMBER_ID, Simulator, bearer

pytestmark = pytest.mark.asyncio(loop_scope="package")

TEXT = {
    "messaging_product": "whatsapp",
    "to": ANA,
    "type": "text",
    "text": {"body": "olá"},
    "biz_opaque_callback_data": "out-1",
}


async def raw(meta: Simulator, seconds: float = 30) -> tuple[int, str]:
    """Send without looking into the answer."""
    url = f"{meta.graph}/v23.0/{NUMBER_ID}/messages"
    timeout = aiohttp.ClientTimeout(total=seconds)
    async with meta.http.post(url, json=TEXT, headers=bearer(), timeout=timeout) as response:
        return response.status, await response.text()


async def test_rate_refuses_with_429(meta: Simulator) -> None:
    await meta.customer_says(ANA, "oi")
    await meta.faults(rate={"next": 2})
    answers = [await meta.send(TEXT) for _ in range(3)]

    assert [status for status, _ in answers] == [429, 429, 200]
    assert answers[0][1]["error"]["code"] == 130429
    assert await meta.said_to(ANA) == ["olá"]


async def test_error_refuses_without_json_and_with_code_2_in_turn(meta: Simulator) -> None:
    await meta.customer_says(ANA, "oi")
    await meta.faults(error={"next": 2})
    answers = [await raw(meta) for _ in range(3)]

    assert sorted(status for status, _ in answers) == [200, 500, 503]
    assert '"code":2' in dict(answers)[503]
    assert await meta.said_to(ANA) == ["olá"]


async def test_an_error_may_hide_a_success(meta: Simulator) -> None:
    await meta.customer_says(ANA, "oi")
    await meta.faults(error={"next": 1, "accepted": True})
    status, _ = await raw(meta)

    assert status in (500, 503)
    assert await meta.said_to(ANA) == ["olá"]


async def test_slow_answers_late(meta: Simulator) -> None:
    await meta.customer_says(ANA, "oi")
    await meta.faults(slow={"delayMs": 400})
    began = time.monotonic()
    status, _ = await meta.send(TEXT)

    assert status == 200
    assert time.monotonic() - began >= 0.4


async def test_hang_accepts_and_never_answers(meta: Simulator, ingress: Receiver) -> None:
    await meta.customer_says(ANA, "oi")
    await meta.faults(hang={"next": 1})
    with pytest.raises(TimeoutError):
        await raw(meta, seconds=0.5)
    await eventually(lambda: ingress.values("statuses"))

    assert await meta.said_to(ANA) == ["olá"]
    assert ingress.values("statuses")[0]["biz_opaque_callback_data"] == "out-1"
    [entry] = await meta.requests("text")
    assert (entry["status"], len(entry["wamids"])) == (0, 1)


async def test_reset_accepts_and_cuts_the_connection(meta: Simulator) -> None:
    await meta.customer_says(ANA, "oi")
    await meta.faults(reset={"next": 1})
    with pytest.raises(aiohttp.ClientOSError):
        await raw(meta)

    assert await meta.said_to(ANA) == ["olá"]


async def test_silent_sends_no_statuses(meta: Simulator, ingress: Receiver) -> None:
    await meta.customer_says(ANA, "oi")
    await meta.faults(silent=True)
    await meta.send(TEXT)
    await eventually(lambda: delivered(meta))
    await meta.customer_says(ANA, "alô?")
    await eventually(lambda: len(ingress.values("messages")) == 2)

    assert ingress.values("statuses") == []


async def delivered(meta: Simulator) -> bool:
    return bool((await meta.thread(ANA))[-1]["state"] == "delivered")


async def test_duplicate_posts_everything_twice(meta: Simulator, ingress: Receiver) -> None:
    await meta.faults(duplicate=True)
    await meta.customer_says(ANA, "oi")
    await eventually(lambda: len(ingress.received) == 2)

    assert ingress.received[0].body == ingress.received[1].body
    assert len(await meta.thread(ANA)) == 1


async def test_shuffle_loses_nothing_but_order(meta: Simulator, ingress: Receiver) -> None:
    await meta.faults(shuffle={"delayMs": 200})
    said = await meta.customers_say([{"who": ANA, "text": str(n)} for n in range(40)])
    await eventually(lambda: len(ingress.values("messages")) == 40)

    arrived = [each["id"] for each in ingress.values("messages")]
    assert sorted(arrived) == sorted(said)
    assert arrived != said
    assert max(len(post.changes) for post in ingress.received) > 1


async def test_hidden_customers_appear_by_user_id(meta: Simulator, ingress: Receiver) -> None:
    await meta.faults(hidden=True)
    await meta.customer_says(ANA, "oi")
    await meta.customer_says(ANA, "tem corolla?")
    await eventually(lambda: len(ingress.values("messages")) == 2)

    froms = [each.get("from", "missing") for each in ingress.values("messages")]
    assert sorted(froms) == ["", "missing"]
    assert "wa_id" not in ingress.values("contacts")[0]
    assert ingress.values("messages")[0]["from_user_id"].startswith("BR.")


async def test_an_expired_token_is_refused_until_it_is_not(meta: Simulator) -> None:
    await meta.customer_says(ANA, "oi")
    await meta.faults(tokenExpired=True)
    refused = await meta.send(TEXT)
    await meta.faults(tokenExpired=False)
    accepted = await meta.send(TEXT)

    assert (refused[0], error(refused)["code"], error(refused)["error_subcode"]) == (401, 190, 463)
    assert accepted[0] == 200


def error(answer: tuple[int, Any]) -> dict[str, Any]:
    found: dict[str, Any] = answer[1]["error"]
    return found


async def test_reset_of_the_world_ends_all_faults(meta: Simulator) -> None:
    await meta.faults(rate=True, silent=True)
    await meta.reset()

    assert not any((await meta.get("faults")).values())
