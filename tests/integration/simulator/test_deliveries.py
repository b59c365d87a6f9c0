"""Webhooks: verification, retries, order, batches, duplicates, and what a caller makes himself."""

import asyncio
import os
import signal
from copy import deepcopy
from functools import partial
from typing import Any

import pytest

from tests.support.eventually import eventually
from tests.support.nats import free_port
from tests.support.receiver import Receiver, receiver
from tests.support.simulator import ANA, BRUNO, NUMBER_ID, Simulator, a_config, bearer, simulator

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_a_webhook_is_tried_until_it_is_answered_with_200(
    meta: Simulator, ingress: Receiver
) -> None:
    ingress.statuses[:] = [503, 500, 202, 302]
    wamid = await meta.customer_says(ANA, "oi")
    await eventually(lambda: len(ingress.received) == 5)
    tries: list[dict[str, Any]] = await eventually(partial(complete, meta, 5))

    assert {each["id"] for each in ingress.values("messages")} == {wamid}
    assert len({post.body for post in ingress.received}) == 1
    assert [each["status"] for each in tries] == [503, 500, 202, 302, 200]
    assert [each["attempt"] for each in tries] == [1, 2, 3, 4, 5]


async def complete(meta: Simulator, count: int) -> list[dict[str, Any]]:
    tries = await meta.webhooks("text")
    return tries if len(tries) >= count else []


async def test_a_webhook_that_nobody_takes_is_dropped_after_seven_days(
    meta: Simulator, ingress: Receiver
) -> None:
    ingress.statuses[:] = [500] * 1000
    await meta.customer_says(ANA, "oi")
    await eventually(lambda: ingress.received)
    await meta.advance(7 * 24 * 3600)
    await eventually(lambda: len(ingress.received) > 1)
    ingress.statuses.clear()
    await meta.customer_says(ANA, "ainda aí?")
    await eventually(lambda: "ainda aí?" in str(ingress.values("messages")))

    assert ingress.values("messages")[-1]["text"] == {"body": "ainda aí?"}


async def test_a_customers_messages_leave_one_after_the_other(
    meta: Simulator, ingress: Receiver
) -> None:
    ingress.statuses[:] = [503, 503]
    said = await meta.customers_say([{"who": ANA, "text": str(n)} for n in range(5)])
    await eventually(lambda: len(ingress.received) == 7)

    arrived = [each["id"] for each in ingress.values("messages")]
    assert arrived == [said[0], said[0], *said]


async def test_other_customers_do_not_wait_for_one(meta: Simulator, ingress: Receiver) -> None:
    ingress.statuses[:] = [503] * 3
    await meta.customer_says(ANA, "oi")
    await eventually(lambda: ingress.received)
    ingress.statuses.clear()
    await meta.customer_says(BRUNO, "oi")
    await eventually(lambda: "5511988880002" in str(ingress.values("messages")))


async def test_a_tick_turns_double_when_the_webhook_is_taken(
    meta: Simulator, ingress: Receiver
) -> None:
    ingress.hold = asyncio.Event()
    await meta.customer_says(ANA, "oi")
    await eventually(lambda: ingress.received)
    [waiting] = await meta.thread(ANA)
    ingress.hold.set()
    ingress.hold = None
    arrived: bool = await eventually(partial(state_is, meta, "delivered"))

    assert waiting["state"] == "sent"
    assert arrived


async def state_is(meta: Simulator, state: str) -> bool:
    [message] = await meta.thread(ANA)
    return bool(message["state"] == state)


async def test_a_callback_may_come_up_later_than_what_is_meant_for_it() -> None:
    port = free_port()
    async with simulator(webhook=f"http://127.0.0.1:{port}/webhooks") as meta:
        wamid = await meta.customer_says(ANA, "oi")
        async with receiver(port=port) as late:
            [message] = await eventually(lambda: late.values("messages"))

    assert message["id"] == wamid


async def test_updates_are_joined_when_the_configuration_says_so() -> None:
    overrides = {"batch": {"updates": 1000, "waitMs": 50}, "inOrder": False}
    async with receiver() as ingress, simulator(overrides, webhook=ingress.url) as meta:
        said = await meta.customers_say([{"who": ANA, "text": str(n)} for n in range(1500)])
        await eventually(lambda: len(ingress.values("messages")) == 1500)

    assert [len(post.changes) for post in ingress.received] == [1000, 500]
    assert {each["id"] for each in ingress.values("messages")} == set(said)


async def test_a_webhook_of_ones_own_is_sent_as_it_is(meta: Simulator, ingress: Receiver) -> None:
    value = {"messages": [{"id": "wamid.own", "type": "text", "text": {"body": "oi"}}]}
    await meta.post("webhooks", {"value": value, "batch": 3, "copies": 2})
    await eventually(lambda: len(ingress.received) == 2)

    assert [len(post.changes) for post in ingress.received] == [3, 3]
    assert ingress.received[0].body == ingress.received[1].body


@pytest.mark.parametrize("messages", [[], [None], "junk", [{}], None])
async def test_a_webhook_of_ones_own_may_hold_anything(
    meta: Simulator, ingress: Receiver, messages: object
) -> None:
    await meta.post("webhooks", {"value": {"messages": messages}})
    [post] = await eventually(lambda: ingress.received)

    assert post.changes[0]["value"] == {"messages": messages}


@pytest.mark.parametrize("signature", ["bad", "none"])
async def test_a_webhook_can_be_badly_signed(
    meta: Simulator, ingress: Receiver, signature: str
) -> None:
    await meta.post("webhooks", {"value": {}, "signature": "good"})
    await meta.post("webhooks", {"value": {}, "signature": signature})
    await eventually(lambda: len(ingress.received) == 2)

    assert len({post.signature for post in ingress.received}) == 2


async def test_a_number_may_have_a_callback_of_its_own(meta: Simulator, ingress: Receiver) -> None:
    async with receiver() as own:
        own.verify_token = "own word"
        status = await override(meta, own.url, "own word")
        await meta.customer_says(ANA, "oi")
        await meta.post("preferences", {"who": ANA, "value": "stop"})
        await eventually(lambda: own.received and ingress.received)

    assert status == 200
    assert own.values("messages")
    assert ingress.values("user_preferences")  # always the app's own


async def test_a_callbacks_verify_token_stays_out_of_the_journal(meta: Simulator) -> None:
    async with receiver() as own:
        own.verify_token = "own word"
        await override(meta, own.url, "own word")

    journal = str(await meta.journal())
    assert own.url in journal
    assert "own word" not in journal


async def test_apps_with_one_callback_sign_each_with_their_own_secret() -> None:
    async with receiver() as ingress:
        [app] = a_config(webhook=ingress.url)["apps"]
        other = deepcopy(app) | {"id": "1002", "appSecret": "other", "accessTokens": ["other"]}
        other["wabas"][0]["id"] = "999"
        other["wabas"][0]["phoneNumbers"][0]["id"] = "888"
        config = {"apps": [app, other], "batch": {"updates": 100, "waitMs": 100}}
        async with simulator(config, webhook=ingress.url) as meta:
            await meta.customers_say([{"who": ANA, "text": "a"}, said_to("888")])
            await eventually(lambda: len(ingress.received) == 2)

    assert len({post.signature for post in ingress.received}) == 2


def said_to(business: str) -> dict[str, str]:
    return {"who": ANA, "text": "b", "business": business}


async def test_a_callback_that_does_not_know_the_word_is_refused(meta: Simulator) -> None:
    async with receiver() as own:
        assert await override(meta, own.url, "wrong word") == 400


async def override(meta: Simulator, url: str, token: str) -> int:
    wanted = {"webhook_configuration": {"override_callback_uri": url, "verify_token": token}}
    address = f"{meta.graph}/v23.0/{NUMBER_ID}"
    async with meta.http.post(address, json=wanted, headers=bearer()) as response:
        return response.status


async def test_statuses_of_v24_have_no_conversation() -> None:
    async with receiver() as ingress:
        config = newer(ingress.url)
        async with simulator(config, webhook=ingress.url) as meta:
            await meta.customer_says(ANA, "oi")
            text = {"type": "text", "text": {"body": "olá"}}
            await meta.send({"messaging_product": "whatsapp", "to": ANA, **text})
            [status, *_] = await eventually(lambda: ingress.values("statuses"))

    assert "conversation" not in status
    assert status["pricing"]["category"] == "service"


def newer(url: str) -> dict[str, object]:
    [app] = a_config(webhook=url)["apps"]
    return {"apps": [{**app, "webhookVersion": "v24.0"}]}


async def test_a_client_left_hanging_does_not_keep_the_simulator() -> None:
    async with simulator() as meta:
        await meta.customer_says(ANA, "oi")
        await meta.faults(hang=True)
        status, _ = await asyncio.gather(left_hanging(meta), end_when_it_hangs(meta))

    assert status == 500


async def left_hanging(meta: Simulator) -> int:
    text = {"type": "text", "text": {"body": "olá"}}
    body = {"messaging_product": "whatsapp", "to": ANA, **text}
    url = f"{meta.graph}/v23.0/{NUMBER_ID}/messages"
    async with meta.http.post(url, json=body, headers=bearer()) as response:
        return response.status


async def end_when_it_hangs(meta: Simulator) -> None:
    await eventually(partial(meta.requests, "text"))
    os.kill(meta.pid, signal.SIGTERM)


async def test_the_simulator_ends_when_it_is_told_to() -> None:
    async with simulator() as meta, meta.http.get(f"{meta.phone}api/events") as events:
        assert events.status == 200
        os.kill(meta.pid, signal.SIGTERM)
        await events.read()  # the stream ends, and so does the process: see `simulator`
