"""Messages both ways, through a real process over HTTP."""

import hashlib
import hmac
from typing import Any

import pytest

from tests.support.eventually import eventually
from tests.support.receiver import Receiver
from tests.support.simulator import ANA, APP_SECRET, BRUNO, Simulator

pytestmark = pytest.mark.asyncio(loop_scope="package")


def a_text(to: str = ANA, words: str = "olá", **more: Any) -> dict[str, Any]:
    text = {"body": words}
    return {"messaging_product": "whatsapp", "to": to, "type": "text", "text": text, **more}


def a_template(to: str = ANA, name: str = "volta_ai", *values: str) -> dict[str, Any]:
    parameters = [{"type": "text", "text": value} for value in values or ("Ana",)]
    template = {
        "name": name,
        "language": {"code": "pt_BR"},
        "components": [{"type": "body", "parameters": parameters}],
    }
    return {"messaging_product": "whatsapp", "to": to, "type": "template", "template": template}


def interactive(kind: str, action: dict[str, Any]) -> dict[str, Any]:
    part = {"type": kind, "body": {"text": "Qual?"}, "action": action}
    return {
        "messaging_product": "whatsapp",
        "to": ANA,
        "type": "interactive",
        "interactive": part,
    }


async def sent(meta: Simulator, body: dict[str, Any]) -> str:
    status, answer = await meta.send(body)
    assert status == 200, answer
    return str(answer["messages"][0]["id"])


async def test_a_customers_message_arrives_as_a_signed_webhook(
    meta: Simulator, ingress: Receiver
) -> None:
    wamid = await meta.customer_says(ANA, "oi")
    [post] = await eventually(lambda: ingress.received)

    [message] = ingress.values("messages")
    assert (message["id"], message["from"]) == (wamid, "5519999990001")
    assert message["text"] == {"body": "oi"}
    mac = hmac.new(APP_SECRET.encode(), post.body, hashlib.sha256).hexdigest()
    assert post.signature == f"sha256={mac}"


async def test_a_replys_statuses_come_by_webhook(meta: Simulator, ingress: Receiver) -> None:
    await meta.customer_says(ANA, "oi")
    wamid = await sent(meta, a_text(biz_opaque_callback_data="out-1"))
    await eventually(lambda: len(ingress.statuses_of(wamid)) == 2)
    await meta.reads(ANA)
    await eventually(lambda: "read" in ingress.statuses_of(wamid))

    assert sorted(ingress.statuses_of(wamid)) == ["delivered", "read", "sent"]
    assert {each["biz_opaque_callback_data"] for each in ingress.values("statuses")} == {"out-1"}
    assert await meta.said_to(ANA) == ["olá"]


async def test_a_message_accepted_twice_is_seen_twice(meta: Simulator) -> None:
    await meta.customer_says(ANA, "oi")
    await sent(meta, a_text())
    await sent(meta, a_text())

    assert await meta.said_to(ANA) == ["olá", "olá"]


async def test_a_message_outside_the_window_fails_by_webhook(
    meta: Simulator, ingress: Receiver
) -> None:
    await meta.customer_says(ANA, "oi")
    await meta.advance(24 * 3600)
    wamid = await sent(meta, a_text())
    await eventually(lambda: ingress.statuses_of(wamid))

    assert ingress.statuses_of(wamid) == ["failed"]
    [status] = [each for each in ingress.values("statuses") if each["id"] == wamid]
    assert status["errors"][0]["code"] == 131047
    assert await meta.said_to(ANA) == []


async def test_a_template_needs_no_window(meta: Simulator, ingress: Receiver) -> None:
    wamid = await sent(meta, a_template())
    await eventually(lambda: "delivered" in ingress.statuses_of(wamid))

    [message] = await meta.thread(ANA)
    assert message["text"] == "Oi Ana, ainda procura carro?"
    assert message["buttons"] == [{"id": "Ver carros", "title": "Ver carros"}]


async def test_who_has_no_whatsapp_is_found_out_later(meta: Simulator, ingress: Receiver) -> None:
    wamid = await sent(meta, a_template("+5519911112222"))
    await eventually(lambda: ingress.statuses_of(wamid))

    [status] = ingress.values("statuses")
    assert (status["status"], status["errors"][0]["code"]) == ("failed", 131026)


async def test_marketing_does_not_reach_who_stopped_it(meta: Simulator, ingress: Receiver) -> None:
    await meta.post("preferences", {"who": ANA, "value": "stop"})
    marketing = await sent(meta, a_template())
    utility = await sent(meta, a_template(ANA, "lembrete", "sexta", "10h"))
    await eventually(lambda: ingress.statuses_of(marketing) and ingress.statuses_of(utility))

    assert ingress.statuses_of(marketing) == ["failed"]
    assert "failed" not in ingress.statuses_of(utility)
    [preference] = ingress.values("user_preferences")
    assert (preference["value"], preference["category"]) == ("stop", "marketing_messages")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (a_text("+551933330000"), 131021),
        (a_text(context={"message_id": "wamid.nowhere"}), 131009),
        (a_text(recipient_type="group"), 100),
        (a_template(ANA, "unknown"), 132001),
        (a_template(ANA, "lembrete", "sexta"), 132000),
        (
            {
                "messaging_product": "whatsapp",
                "to": ANA,
                "type": "image",
                "image": {"id": "123"},
            },
            100,
        ),
        (
            {
                "messaging_product": "whatsapp",
                "to": ANA,
                "type": "reaction",
                "reaction": {"message_id": "wamid.nowhere", "emoji": "👍"},
            },
            131009,
        ),
    ],
)
async def test_what_does_not_exist_is_refused(
    meta: Simulator, body: dict[str, Any], code: int
) -> None:
    status, answer = await meta.send(body)

    assert status >= 400
    assert answer["error"]["code"] == code
    assert answer["error"]["error_data"]["messaging_product"] == "whatsapp"
    assert await meta.thread(ANA, failed=True) == []


async def test_a_strangers_token_is_refused(meta: Simulator) -> None:
    status, answer = await meta.send(a_text(), token="stolen")

    assert status == 401
    assert answer["error"]["code"] == 190
    assert "stolen" not in str(await meta.journal())


async def test_the_46th_message_at_once_is_refused(meta: Simulator) -> None:
    await meta.customer_says(ANA, "oi")
    for _ in range(45):
        await sent(meta, a_text())

    status, answer = await meta.send(a_text())

    assert (status, answer["error"]["code"]) == (429, 131056)


async def test_a_tapped_button_comes_back(meta: Simulator, ingress: Receiver) -> None:
    await meta.customer_says(ANA, "oi")
    reply = {"type": "reply", "reply": {"id": "yes", "title": "Sim"}}
    asked = await sent(meta, interactive("button", {"buttons": [reply]}))
    await meta.customer_says(ANA, kind="button", messageId=asked, buttonId="yes")
    await eventually(lambda: len(ingress.values("messages")) == 2)

    tapped = ingress.values("messages")[1]
    assert tapped["context"] == {"from": "551933330000", "id": asked}
    assert tapped["interactive"] == {
        "type": "button_reply",
        "button_reply": {"id": "yes", "title": "Sim"},
    }


async def test_a_chosen_row_comes_back(meta: Simulator, ingress: Receiver) -> None:
    await meta.customer_says(ANA, "oi")
    rows = [{"id": "r1", "title": "Corolla", "description": "2020"}]
    action = {"button": "Ver", "sections": [{"title": "Carros", "rows": rows}]}
    asked = await sent(meta, interactive("list", action))
    await meta.customer_says(ANA, kind="list", messageId=asked, rowId="r1")
    await eventually(lambda: len(ingress.values("messages")) == 2)

    chosen = ingress.values("messages")[1]["interactive"]
    assert chosen == {"type": "list_reply", "list_reply": rows[0]}


async def test_a_templates_button_comes_back_as_a_button(
    meta: Simulator, ingress: Receiver
) -> None:
    asked = await sent(meta, a_template())
    await meta.customer_says(ANA, kind="button", messageId=asked, buttonId="Ver carros")
    [message] = await eventually(lambda: ingress.values("messages"))

    assert message["type"] == "button"
    assert message["button"] == {"payload": "Ver carros", "text": "Ver carros"}


async def test_a_request_for_the_phone_is_answered_with_a_contact(
    meta: Simulator, ingress: Receiver
) -> None:
    await meta.customer_says(ANA, "oi")
    asked = await sent(meta, interactive("contact_request", {"name": "request_contact_info"}))
    await meta.customer_says(ANA, kind="button", messageId=asked, buttonId="request_contact_info")
    await eventually(lambda: len(ingress.values("messages")) == 2)

    [card] = ingress.values("messages")[1]["contacts"]
    assert card["origin"] == "contact_request"
    assert card["phones"][0]["phone"] == ANA


@pytest.mark.parametrize(
    ("utterance", "part"),
    [
        ({"kind": "location", "location": {"latitude": -22.9, "longitude": -47.1}}, "location"),
        ({"kind": "contacts", "contacts": [{"name": "Zé", "phone": BRUNO}]}, "contacts"),
        ({"kind": "unsupported"}, "errors"),
        (
            {
                "kind": "order",
                "order": {
                    "catalog_id": "1",
                    "product_items": [
                        {
                            "product_retailer_id": "c1",
                            "quantity": 1,
                            "item_price": 9.5,
                            "currency": "BRL",
                        }
                    ],
                },
            },
            "order",
        ),
        ({"text": "oi", "forwarded": True}, "context"),
        ({"text": "oi", "referral": {"source_type": "ad", "ctwa_clid": "x"}}, "referral"),
        ({"kind": "raw", "raw": {"type": "hologram", "hologram": {}}}, "hologram"),
    ],
)
async def test_customers_do_more_than_write(
    meta: Simulator, ingress: Receiver, utterance: dict[str, Any], part: str
) -> None:
    await meta.customer_says(ANA, **utterance)
    [message] = await eventually(lambda: ingress.values("messages"))

    assert part in message
    assert message["from"] == "5519999990001"


async def test_a_message_is_edited_reacted_to_and_revoked(
    meta: Simulator, ingress: Receiver
) -> None:
    own = await meta.customer_says(ANA, "oi")
    theirs = await sent(meta, a_text())
    await meta.customer_says(ANA, "olá", kind="edit", messageId=own)
    await meta.customer_says(ANA, kind="reaction", messageId=theirs, emoji="👍")
    await meta.customer_says(ANA, kind="revoke", messageId=own)
    await eventually(lambda: len(ingress.values("messages")) == 4)

    kinds = [each["type"] for each in ingress.values("messages")]
    assert kinds == ["text", "edit", "reaction", "revoke"]
    revoked, answered = await meta.thread(ANA)
    assert revoked["kind"] == "unsupported"
    assert answered["reactions"] == [{"side": "out", "emoji": "👍"}]


async def test_a_clients_own_id_makes_a_message_once(meta: Simulator) -> None:
    first = await meta.customer_says(ANA, "oi", id="client-1")
    again = await meta.customer_says(ANA, "oi", id="client-1")

    assert first == again
    assert len(await meta.thread(ANA)) == 1


async def test_marking_read_turns_the_ticks_blue(meta: Simulator) -> None:
    first = await meta.customer_says(ANA, "oi")
    second = await meta.customer_says(ANA, "tem corolla?")
    body = {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": second,
        "typing_indicator": {"type": "text"},
    }
    status, answer = await meta.send(body)

    assert (status, answer) == (200, {"success": True})
    states = {each["id"]: each["state"] for each in await meta.thread(ANA)}
    assert states == {first: "read", second: "read"}


async def test_a_user_id_is_as_good_as_a_phone(meta: Simulator) -> None:
    await meta.customer_says(ANA, "oi")
    [ana, *_] = await meta.get("customers")
    body = a_text() | {"recipient": ana["userId"]}
    del body["to"]
    status, answer = await meta.send(body)

    assert status == 200
    assert answer["contacts"] == [{"input": ana["userId"], "user_id": ana["userId"]}]
    assert await meta.said_to(ANA) == ["olá"]


async def test_a_new_phone_is_announced_and_the_old_user_id_dies(
    meta: Simulator, ingress: Receiver
) -> None:
    await meta.customer_says(ANA, "oi")
    changed = await meta.post("phones", {"who": ANA, "phone": "+55 19 99999-7777"})
    await eventually(lambda: len(ingress.values("messages")) == 3)

    number, user = (each["system"] for each in ingress.values("messages")[1:])
    assert (number["type"], number["wa_id"]) == ("user_changed_number", "5519999997777")
    assert (user["type"], user["user_id"]) == ("user_changed_user_id", changed["userId"])
    assert "contacts" not in ingress.received[-1].changes[0]["value"]


async def test_what_the_business_writes_elsewhere_is_echoed(
    meta: Simulator, ingress: Receiver
) -> None:
    await meta.post("echo", {"who": ANA, "text": "aqui é o João"})
    [echo] = await eventually(lambda: ingress.values("message_echoes"))

    assert ingress.received[0].changes[0]["field"] == "smb_message_echoes"
    assert (echo["from"], echo["to"]) == ("551933330000", "5519999990001")
    assert await meta.said_to(ANA) == ["aqui é o João"]


async def test_another_app_takes_over_and_we_read_in_standby(
    meta: Simulator, ingress: Receiver
) -> None:
    await meta.post("handover", {"who": ANA, "control": "pass"})
    await meta.post("messages?standby=1", {"who": ANA, "text": "oi"})
    await eventually(lambda: len(ingress.received) == 2)

    fields = {post.changes[0]["field"] for post in ingress.received}
    assert fields == {"messaging_handovers", "standby"}
    [handover] = ingress.values("messaging_handovers")
    assert handover["pass_thread_control"]["previous_owner_app_id"] == "1001"
