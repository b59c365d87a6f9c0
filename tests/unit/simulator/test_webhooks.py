"""The envelope, its values and its signature, as Meta's pages have them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from simulator import webhooks
from simulator.config import AppConfig, Config, CustomerConfig, NumberConfig, WabaConfig
from simulator.webhooks import Change, Sent
from simulator.world import Number, World

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def a_world(version: str = "v23.0") -> tuple[World, Number]:
    number = NumberConfig(id="106540352242922", display="+55 19 3333-0000", name="AutoCerto")
    app = AppConfig(
        id="1001",
        app_secret="secret",
        verify_token="word",
        access_tokens=["token"],
        webhook_version=version,
        wabas=[WabaConfig(id="102290129340398", phone_numbers=[number])],
    )
    ana = CustomerConfig(name="Ana Souza", phone="+5519999990001")
    world = World(Config(apps=[app], customers=[ana]))
    return world, world.numbers[number.id]


def a_status(
    name: Any = "sent", *, version: str = "v23.0", hidden: bool = False, **more: Any
) -> dict[str, Any]:
    world, number = a_world(version)
    facts: dict[str, Any] = {"by_user_id": False, "tracker": None, "category": "service"}
    sent = Sent(
        wamid="wamid.x",
        number=number,
        customer=world.by_phone("5519999990001"),
        recipient="5519999990001",
        free=True,
        **{**facts, **more},
    )
    return webhooks.status(sent, name, NOON, hidden=hidden)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            '{"object":"whatsapp_business_account","entry":[]}',
            "dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756",
        ),
        ('{"t":"olá"}', "1cd29a0a"),
        ('{"t":"ol\\u00e1"}', "99effdbf"),
    ],
)
def test_the_signature_is_over_the_raw_bytes(body: str, expected: str) -> None:
    signature = webhooks.signature("test_app_secret", body.encode())

    assert signature.startswith(f"sha256={expected}")


def test_updates_of_one_account_share_an_entry() -> None:
    changes = [Change("1", "messages", {"n": 1}), Change("2", "a", {}), Change("1", "b", {"n": 2})]

    envelope = webhooks.envelope(changes)

    assert envelope["object"] == "whatsapp_business_account"
    assert [entry["id"] for entry in envelope["entry"]] == ["1", "2"]
    assert [change["field"] for change in envelope["entry"][0]["changes"]] == ["messages", "b"]


def test_a_value_names_the_number() -> None:
    _, number = a_world()

    assert webhooks.value(number)["metadata"] == {
        "display_phone_number": "551933330000",
        "phone_number_id": "106540352242922",
    }


def test_a_status_says_whom_it_is_about() -> None:
    value = a_status("delivered", tracker="out-1")

    [status] = value["statuses"]
    [contact] = value["contacts"]
    assert status["recipient_id"] == contact["wa_id"] == "5519999990001"
    assert status["recipient_user_id"] == contact["user_id"]
    assert status["biz_opaque_callback_data"] == "out-1"
    assert status["timestamp"] == "1795521600"
    assert contact["profile"] == {"name": "Ana Souza"}


def test_a_hidden_customers_status_has_no_phone() -> None:
    value = a_status("read", hidden=True)

    assert "5519999990001" not in str(value)


def test_a_failed_status_to_a_phone_names_no_user_id() -> None:
    value = a_status("failed")

    assert "contacts" not in value
    assert "recipient_user_id" not in value["statuses"][0]


def test_a_failed_status_to_a_user_id_names_it() -> None:
    [status] = a_status("failed", by_user_id=True)["statuses"]

    assert status["recipient_user_id"].startswith("BR.")
    assert "recipient_id" not in status


def test_a_conversation_stands_in_statuses_until_v23() -> None:
    assert "conversation" in a_status(version="v23.0")["statuses"][0]
    assert "conversation" not in a_status(version="v24.0")["statuses"][0]


def test_a_status_tells_the_price() -> None:
    assert a_status()["statuses"][0]["pricing"] == {
        "billable": False,
        "pricing_model": "PMP",
        "type": "free_customer_service",
        "category": "service",
    }


def test_a_new_phone_brings_a_new_user_id() -> None:
    world, number = a_world()
    ana = world.customers["5519999990001"]
    before = webhooks.profile(ana, number, hidden=False)

    world.change_phone(ana, "+5519999990009")

    after = webhooks.profile(ana, number, hidden=False)
    assert after["user_id"] != before["user_id"]
    assert world.by_user_id(before["user_id"]) is None
    assert world.customer("+5519999990009") is ana
