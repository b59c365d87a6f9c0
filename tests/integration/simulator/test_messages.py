"""A message there and back, through a real process over HTTP."""

import hashlib
import hmac
from typing import Any

from tests.support.eventually import eventually
from tests.support.receiver import receiver
from tests.support.simulator import ANA, APP_SECRET, simulator


def a_text(to: str = ANA, **more: Any) -> dict[str, Any]:
    text = {"body": "olá"}
    return {"messaging_product": "whatsapp", "to": to, "type": "text", "text": text, **more}


async def test_a_customers_message_arrives_as_a_signed_webhook() -> None:
    async with receiver() as ingress, simulator(webhook=ingress.url) as meta:
        wamid = await meta.customer_says(ANA, "oi")
        [post] = await eventually(lambda: ingress.received)

    [message] = ingress.values("messages")
    assert message["id"] == wamid
    assert message["from"] == "5519999990001"
    assert message["text"] == {"body": "oi"}
    mac = hmac.new(APP_SECRET.encode(), post.body, hashlib.sha256).hexdigest()
    assert post.signature == f"sha256={mac}"


async def test_a_reply_is_shown_and_its_statuses_come_by_webhook() -> None:
    async with receiver() as ingress, simulator(webhook=ingress.url) as meta:
        await meta.customer_says(ANA, "oi")
        status, answer = await meta.send(a_text(biz_opaque_callback_data="out-1"))
        wamid = answer["messages"][0]["id"]
        await eventually(lambda: len(ingress.statuses_of(wamid)) == 2)
        await meta.reads(ANA)
        await eventually(lambda: len(ingress.statuses_of(wamid)) == 3)
        seen = await meta.said_to(ANA)

    assert status == 200
    assert seen == ["olá"]
    assert set(ingress.statuses_of(wamid)) == {"sent", "delivered", "read"}
    assert {each["biz_opaque_callback_data"] for each in ingress.values("statuses")} == {"out-1"}
