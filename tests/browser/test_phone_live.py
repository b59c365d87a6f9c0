"""What is written leaves once and in order, whatever happens to the connection or the page."""

from playwright.async_api import Page, Route, expect

from tests.browser.chat import business_writes
from tests.browser.pages import Pages, bubbles, field
from tests.browser.test_phone_conversation import written
from tests.support.eventually import eventually
from tests.support.simulator import ANA, Simulator


async def write(page: Page, text: str) -> None:
    """Write as Ana."""
    await field(page).fill(text)
    await field(page).press("Enter")


async def test_what_is_written_offline_is_sent_once_and_in_order(
    pages: Pages, meta: Simulator
) -> None:
    page = await pages.open()
    await write(page, "zero")
    await eventually(lambda: written(meta))
    await business_writes(meta, "estou aqui")
    await expect(bubbles(page, "estou aqui")).to_have_count(1)  # the stream is open by now

    await page.context.set_offline(True)
    await write(page, "um")
    await write(page, "dois")
    await expect(page.get_by_title("a caminho")).to_have_count(2)
    await expect(page.locator(".banner")).to_contain_text("não responde")

    await page.context.set_offline(False)

    await expect(page.get_by_title("a caminho")).to_have_count(0)
    await expect(page.locator(".banner")).to_have_count(0)
    assert await written(meta) == ["zero", "um", "dois"]


async def test_a_lost_answer_does_not_send_twice(pages: Pages, meta: Simulator) -> None:
    page = await pages.open()

    async def lose_the_answer(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/api/messages*", lose_the_answer, times=1)
    await write(page, "uma vez")

    await expect(page.get_by_title("a caminho")).to_have_count(0)
    await expect(bubbles(page, "uma vez")).to_have_count(1)
    assert await written(meta) == ["uma vez"]


async def test_what_was_not_sent_survives_a_reload(pages: Pages, meta: Simulator) -> None:
    page = await pages.open()
    await page.route("**/api/messages*", lambda route: route.abort())
    await write(page, "antes de recarregar")
    await field(page).fill("um rascunho")
    await page.unroute("**/api/messages*")

    await page.reload()

    await eventually(lambda: written(meta))
    await expect(bubbles(page, "antes de recarregar")).to_have_count(1)
    assert await written(meta) == ["antes de recarregar"]
    assert await field(page).input_value() == "um rascunho"


async def test_a_refusal_says_why_and_can_be_tried_again(pages: Pages, meta: Simulator) -> None:
    page = await pages.open()
    refusal = {"title": "O simulador recusou", "status": 422}
    await page.route(
        "**/api/messages*", lambda route: route.fulfill(status=422, json=refusal), times=1
    )
    await write(page, "de novo")
    await expect(bubbles(page, "de novo")).to_contain_text("Não enviada: O simulador recusou")

    await page.get_by_role("button", name="Tentar de novo").click()

    await expect(bubbles(page, "de novo").get_by_title("enviada")).to_be_visible()
    assert await written(meta) == ["de novo"]


async def test_two_tabs_read_one_stream_and_hand_it_over(pages: Pages, meta: Simulator) -> None:
    await meta.customer_says(ANA, "oi")
    leader = await pages.open()
    streams: list[str] = []
    leader.context.on(
        "request", lambda sent: streams.append(sent.url) if "/events" in sent.url else None
    )
    follower = await pages.open(beside=leader)
    await business_writes(meta, "para as duas")
    await expect(bubbles(follower, "para as duas")).to_be_visible()
    assert streams == []

    await leader.close()
    await business_writes(meta, "para a que ficou")

    await expect(bubbles(follower, "para a que ficou")).to_be_visible()
    assert len(streams) == 1


async def test_a_world_that_starts_over_is_shown_anew(pages: Pages, meta: Simulator) -> None:
    page = await pages.open()
    await meta.customer_says(ANA, "antes")
    await expect(bubbles(page, "antes")).to_be_visible()

    await meta.reset()

    await expect(bubbles(page, "antes")).to_have_count(0)


async def test_another_site_cannot_write(pages: Pages, meta: Simulator) -> None:
    page = await pages.open()
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}

    answer = await page.context.request.post(
        f"{meta.phone}api/messages", data={"who": ANA, "text": "oi"}, headers=headers
    )

    assert answer.status == 403
    assert await written(meta) == []
