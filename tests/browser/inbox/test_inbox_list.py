"""The list: thousands of conversations, a few on the screen, alive without asking again."""

from functools import partial

from playwright.async_api import Page, Request, expect

from tests.browser.inbox.desk import Desk, row
from tests.browser.inbox.past import CONVERSATIONS
from tests.support.eventually import eventually

MOST_NODES = 1500  # in the whole page, however long the list is
MOST_ROWS = 40
LAST = "Math.max(...[...document.querySelectorAll('.virtual li')].map((li) => +li.ariaPosInSet))"
TO_THE_END = "box => { box.scrollTop = box.scrollHeight }"


async def test_five_thousand_conversations_are_a_few_nodes_and_a_request_a_hundred(
    desk: Desk,
) -> None:
    page = await desk.open(await desk.agent(role="supervisor"), "closed")
    await expect(page.locator(".row-c").first).to_be_visible()
    asked = requests_of(page)
    total = int(await page.locator(".virtual li").first.get_attribute("aria-setsize") or 0)
    assert total >= CONVERSATIONS
    at, most_rows, most_nodes = 0, 0, 0

    while at < total:
        await page.locator(".virtual").evaluate(TO_THE_END)
        at = await eventually(partial(_beyond, page, at))
        most_rows = max(most_rows, await page.locator(".virtual li").count())
        most_nodes = max(most_nodes, await page.evaluate("document.querySelectorAll('*').length"))

    await expect(page.locator(".row-c").last).to_be_visible()
    assert most_rows <= MOST_ROWS
    assert most_nodes <= MOST_NODES
    assert len(asked) <= total / 100 + 1


async def test_what_changes_is_told_not_asked_for(desk: Desk) -> None:
    page = await desk.open(await desk.agent(), "queue")
    await expect(page.get_by_role("heading", name="Fila", exact=True)).to_be_visible()
    one = await desk.ticket()
    await expect(row(page, one.name)).to_be_visible()
    asked = requests_of(page)

    await desk.world.says(one.phone, "alguém pode me ajudar?")
    other = await desk.ticket()

    await expect(row(page, one.name)).to_contain_text("alguém pode me ajudar?")
    await expect(row(page, other.name)).to_be_visible()
    assert asked == []


async def test_the_title_counts_who_waits(desk: Desk) -> None:
    page = await desk.open(await desk.agent(), "mine")
    await expect(page.get_by_role("heading", name="Minhas", exact=True)).to_be_visible()
    before = await waiting(page)

    await desk.ticket()

    await eventually(lambda: _is(page, before + 1))


async def test_a_search_finds_by_name_phone_and_text_wherever_it_lies(desk: Desk) -> None:
    page = await desk.open(await desk.agent(role="supervisor"), "queue")
    box = page.get_by_role("searchbox", name="Buscar")

    for wanted in ("cliente 4321", "900004321"):
        await box.fill(wanted)
        await expect(page.locator(".row-c")).to_have_count(1)
        await expect(row(page, "Cliente 4321")).to_contain_text("Encerrada")
    await box.fill("nadaassim")
    await expect(page.get_by_text("Nada encontrado")).to_be_visible()
    await box.press("Escape")
    await expect(page.get_by_role("heading", name="Fila", exact=True)).to_be_visible()


async def test_a_row_keeps_its_place_while_somebody_aims_at_it(desk: Desk) -> None:
    first, second = await desk.ticket(), await desk.ticket()
    page = await desk.open(await desk.agent(), "queue")
    await expect(row(page, first.name)).to_be_visible()
    top = page.locator(".row-c strong").first
    await expect(top).to_have_text(second.name)
    await page.mouse.move(300, 300)

    await desk.world.says(first.phone, "oi?")

    await eventually(lambda: _aiming(page, first.name, "oi?"))
    assert await top.inner_text() == second.name
    await page.mouse.move(900, 300)
    await expect(top).to_have_text(first.name)


async def test_two_tabs_read_one_stream(desk: Desk) -> None:
    leader = await desk.open(await desk.agent(), "queue")
    await expect(leader.get_by_role("heading", name="Fila", exact=True)).to_be_visible()
    await eventually(lambda: leader.evaluate("navigator.locks.query().then(q => q.held.length)"))
    streams: list[str] = []
    leader.context.on(
        "request", lambda sent: streams.append(sent.url) if "/events" in sent.url else None
    )
    follower = await desk.open(None, "queue", beside=leader)

    ticket = await desk.ticket()

    await expect(row(leader, ticket.name)).to_be_visible()
    await expect(row(follower, ticket.name)).to_be_visible()
    assert streams == []


def requests_of(page: Page) -> list[str]:
    """Gather the requests for lists from now on."""
    asked: list[str] = []

    def heard(request: Request) -> None:
        if "api/conversations?" in request.url:
            asked.append(request.url)

    page.on("request", heard)
    return asked


async def waiting(page: Page) -> int:
    """Read the count in the title."""
    title = await page.title()
    return int(title[1 : title.index(")")]) if title.startswith("(") else 0


async def _aiming(page: Page, name: str, text: str) -> bool:
    """Move over the list as a hand does; tell whether a row shows a text."""
    for x in (300, 302):
        await page.mouse.move(x, 300)
    return text in await row(page, name).inner_text()


async def _beyond(page: Page, at: int) -> int:
    """Give the place of the last row on the screen, once it is a later one."""
    last = int(await page.evaluate(LAST))
    return last if last > at else 0


async def _is(page: Page, count: int) -> bool:
    return await waiting(page) == count
