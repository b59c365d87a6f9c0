"""What numbers and accounts say of themselves, and who may ask."""

from typing import Any

import pytest

from tests.support.simulator import NUMBER_ID, WABA_ID, Simulator, bearer

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def ask(meta: Simulator, path: str, method: str = "GET") -> Any:
    url = f"{meta.graph}/{path}"
    async with meta.http.request(method, url, headers=bearer()) as response:
        return await response.json()


async def test_a_number_says_how_it_is(meta: Simulator) -> None:
    fields = "quality_rating,health_status,webhook_configuration"
    number = await ask(meta, f"v23.0/{NUMBER_ID}?fields={fields}")

    assert number["id"] == NUMBER_ID
    assert number["quality_rating"] == "GREEN"
    assert number["health_status"]["can_send_message"] == "AVAILABLE"
    assert number["webhook_configuration"]["application"].endswith("/webhooks")
    assert "verified_name" not in number


async def test_an_account_lists_its_numbers(meta: Simulator) -> None:
    listed = await ask(meta, f"v23.0/{WABA_ID}/phone_numbers")

    [number] = listed["data"]
    assert (number["id"], number["display_phone_number"]) == (NUMBER_ID, "+55 19 3333-0000")


async def test_an_account_lists_its_templates_by_page(meta: Simulator) -> None:
    first = await ask(meta, f"v23.0/{WABA_ID}/message_templates?limit=3")
    after = first["paging"]["cursors"]["after"]
    second = await ask(meta, f"v23.0/{WABA_ID}/message_templates?limit=3&after={after}")
    named = await ask(meta, f"v23.0/{WABA_ID}/message_templates?name=lembrete&fields=name,status")

    assert [each["name"] for each in first["data"]] == ["volta_ai", "chegou", "baixou"]
    assert [each["name"] for each in second["data"]] == ["lembrete", "novidades"]
    assert "next" in first["paging"]
    assert "next" not in second["paging"]
    assert [sorted(each) for each in named["data"]] == [["id", "name", "status"]]


async def test_an_app_leaves_and_joins_an_account(meta: Simulator) -> None:
    path = f"v23.0/{WABA_ID}/subscribed_apps"
    before = await ask(meta, path)
    await ask(meta, path, "DELETE")
    without = await ask(meta, path)
    await ask(meta, path, "POST")

    assert before["data"][0]["whatsapp_business_api_data"]["id"] == "1001"
    assert without == {"data": []}
    assert await ask(meta, path) == before


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("v23.0/999", 100),
        ("v23.0/106540352242922/unknown_edge", 2500),
        ("v19.0/106540352242922", 2500),
        ("v99.0/106540352242922", 2500),
        ("23/106540352242922", 2500),
        ("v23.0/106540352242922?fields=favourite_colour", 100),
    ],
)
async def test_what_is_not_there_is_refused(meta: Simulator, path: str, code: int) -> None:
    answer = await ask(meta, path)

    assert answer["error"]["code"] == code
    assert answer["error"]["fbtrace_id"]


async def test_without_a_token_nothing_is_told(meta: Simulator) -> None:
    async with meta.http.get(f"{meta.graph}/v23.0/{NUMBER_ID}") as response:
        assert response.status == 401
        assert (await response.json())["error"]["code"] == 104
