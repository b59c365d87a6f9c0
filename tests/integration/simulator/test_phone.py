"""The phone page's JSON API: a snapshot, commands, and live events that continue it."""

import json
from typing import Any

import pytest

from tests.support.eventually import eventually
from tests.support.receiver import Receiver
from tests.support.simulator import ANA, NUMBER_ID, TEMPLATES, Simulator

pytestmark = pytest.mark.asyncio(loop_scope="package")

WHO = "5519999990001"
TEXT = {"messaging_product": "whatsapp", "to": ANA, "type": "text", "text": {"body": "olá"}}


async def state(meta: Simulator) -> dict[str, Any]:
    async with meta.http.get(f"{meta.phone}api/state") as response:
        found: dict[str, Any] = await response.json()
        return found


async def act(meta: Simulator, command: str, body: Any) -> tuple[int, Any]:
    async with meta.http.post(f"{meta.phone}api/{command}", json=body) as response:
        return response.status, await response.json()


async def events(meta: Simulator, after: int, kind: str, until: Any) -> list[dict[str, Any]]:
    """Read the stream until an event of a kind satisfies a condition."""
    seen: list[dict[str, Any]] = []
    async with meta.http.get(f"{meta.phone}api/events?after={after}") as stream:
        async for line in stream.content:
            if not line.startswith(b"data: "):
                continue
            event = json.loads(line[6:])
            seen.append(event)
            if event.get("type") == kind and until(event):
                break
    return seen


async def test_a_snapshot_has_all_that_the_page_shows(meta: Simulator) -> None:
    await meta.customer_says(ANA, "oi")
    seen = await state(meta)

    assert seen["business"] == {
        "name": "AutoCerto",
        "phone": "+55 19 3333-0000",
        "phoneNumberId": NUMBER_ID,
    }
    assert seen["businesses"] == [seen["business"]]
    assert seen["customers"][0]["name"] == "Ana Souza"
    assert seen["customers"][0]["window"] > seen["threads"][WHO][0]["at"]
    assert [each["text"] for each in seen["threads"][WHO]] == ["oi"]
    assert seen["templates"] == sorted(template["name"] for template in TEMPLATES)
    assert not any(seen["faults"].values())


async def test_what_a_customer_writes_on_the_page_goes_out_once(
    meta: Simulator, ingress: Receiver
) -> None:
    said = {"who": WHO, "id": "c-1", "kind": "text", "text": "oi"}
    status, first = await act(meta, "messages", said)
    _, again = await act(meta, "messages", said)
    [message] = await eventually(lambda: ingress.values("messages"))

    assert status == 200
    assert first == again == {"id": message["id"]}


async def test_a_file_comes_as_base64(meta: Simulator, ingress: Receiver) -> None:
    media = {"data": "aGVsbG8=", "mimeType": "text/plain", "filename": "a.txt"}
    await act(meta, "messages", {"who": WHO, "id": "c-1", "kind": "document", "media": media})
    [message] = await eventually(lambda: ingress.values("messages"))
    [shown] = await meta.thread(ANA)
    async with meta.http.get(f"{meta.phone}{shown['media']['url']}") as response:
        assert await response.read() == b"hello"
        assert response.headers["Content-Disposition"] == "attachment"

    assert message["document"]["filename"] == "a.txt"


async def test_a_page_follows_what_happens(meta: Simulator) -> None:
    after = (await state(meta))["after"]
    await meta.customer_says(ANA, "oi")
    await meta.send(TEXT)
    seen = await events(
        meta, after, "message", lambda event: event["message"]["state"] == "delivered"
    )

    kinds = {event["type"] for event in seen}
    assert {"message", "traffic", "customer"} <= kinds
    assert all(event["who"] == WHO for event in seen if event["type"] == "message")


async def test_a_page_shows_that_the_business_types(meta: Simulator) -> None:
    after = (await state(meta))["after"]
    wamid = await meta.customer_says(ANA, "oi")
    typing = {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": wamid,
        "typing_indicator": {"type": "text"},
    }
    await meta.send(typing)
    seen = await events(meta, after, "typing", lambda event: event["who"] == WHO)

    assert seen[-1]["until"] > 0


async def test_a_new_customer_appears_on_all_pages(meta: Simulator) -> None:
    after = (await state(meta))["after"]
    _, added = await act(meta, "customers", {"hidden": True})
    seen = await events(meta, after, "customer", lambda event: event["customer"] == added)

    assert seen[-1]["customer"]["hidden"]
    assert added["userId"].startswith("BR.")


async def test_a_switch_is_thrown_for_all_pages(meta: Simulator) -> None:
    after = (await state(meta))["after"]
    _, switches = await act(meta, "faults", {"rate": True})
    seen = await events(meta, after, "faults", lambda event: event["faults"]["rate"])

    assert switches == seen[-1]["faults"]


@pytest.mark.parametrize(
    ("command", "body"),
    [
        ("messages", {"who": "nobody", "id": "1", "kind": "text", "text": "oi"}),
        ("messages", {"who": WHO, "id": "1", "kind": "text", "text": ""}),
        ("messages", {"who": WHO, "id": "1", "kind": "button", "messageId": "x", "buttonId": "y"}),
        ("messages", {"who": WHO, "id": "1", "kind": "dance"}),
        ("faults", {"fire": True}),
        ("preferences", {"who": WHO, "value": "maybe"}),
    ],
)
async def test_what_makes_no_sense_is_refused_with_a_reason(
    meta: Simulator, command: str, body: Any
) -> None:
    status, problem = await act(meta, command, body)

    assert status == 422
    assert problem["title"]


async def test_another_site_may_not_write(meta: Simulator) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    url = f"{meta.phone}api/faults"
    async with meta.http.post(url, json={"rate": True}, headers=headers) as response:
        assert response.status == 403
    assert not any((await state(meta))["faults"].values())


async def test_what_is_no_picture_or_sound_is_not_shown_in_place(meta: Simulator) -> None:
    media = {"data": "PHN2Zz4=", "mimeType": "image/svg+xml", "filename": "x.svg"}
    await act(meta, "messages", {"who": WHO, "id": "1", "kind": "image", "media": media})
    [shown] = await meta.thread(ANA)
    async with meta.http.get(f"{meta.phone}{shown['media']['url']}") as response:
        assert response.headers["Content-Disposition"] == "attachment"
        assert response.content_type == "application/octet-stream"
