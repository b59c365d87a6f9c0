"""Who has a conversation: of two who claim at once one wins, and both are told the truth."""

import asyncio

from playwright.async_api import Locator, Page, Route, expect

from tests.browser.inbox.desk import Desk, bubbles, conversation, field, row
from tests.support.eventually import eventually


async def test_of_two_who_claim_at_once_one_wins_and_the_other_is_told_who(desk: Desk) -> None:
    ticket = await desk.ticket()
    names = ("Ana Ribeiro", "Beto Farias")
    pages = [await desk.opened(await desk.agent(name), ticket, "queue") for name in names]
    both = asyncio.Barrier(2)

    async def together(route: Route) -> None:
        await both.wait()
        await route.continue_()

    for page in pages:
        await page.route("**/claim", together)
    await asyncio.gather(*(claim_button(page).click() for page in pages))

    await eventually(lambda: assigned(desk, ticket.id))
    first = (await desk.row(ticket))["assignee"]["name"]
    winner, loser = pages if first == names[0] else reversed(pages)
    await expect(winner.locator(".toast")).to_have_text(f"Você assumiu {ticket.name}")
    await expect(field(winner)).to_be_visible()
    await expect(loser.locator(".toast")).to_have_text(f"{first} assumiu primeiro")
    await expect(conversation(loser, ticket.name)).to_contain_text(f"{first} está atendendo")
    await expect(field(loser)).to_have_count(0)


async def test_a_claim_shows_on_every_screen_at_once(desk: Desk) -> None:
    ticket, ana = await desk.ticket(), await desk.agent("Ana Ribeiro")
    page = await desk.opened(await desk.agent(), ticket, "queue")
    await expect(row(page, ticket.name)).to_be_visible()

    await desk.claim(ana, ticket)

    await expect(row(page, ticket.name)).to_have_count(0)
    await expect(page.locator(".event", has_text="Ana Ribeiro assumiu")).to_be_visible()


async def test_claim_reply_and_close_need_no_pointer(desk: Desk) -> None:
    ticket = await desk.ticket()
    page = await desk.open(await desk.agent(), "queue")
    await expect(row(page, ticket.name)).to_be_visible()

    await page.keyboard.press("/")
    await page.keyboard.type(ticket.name)
    await expect(page.get_by_role("searchbox")).to_have_value(ticket.name)
    await page.keyboard.press("Enter")
    await expect(conversation(page, ticket.name)).to_be_visible()
    await page.keyboard.press("c")
    await expect(field(page)).to_be_visible()
    await page.keyboard.press("r")
    await expect(field(page)).to_be_focused()
    await page.keyboard.type("Posso ajudar?")
    await page.keyboard.press("Enter")
    await expect(bubbles(page, "Posso ajudar?")).to_have_count(1)
    await page.keyboard.press("Escape")
    await page.keyboard.press("e")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert (await desk.row(ticket))["owner"] == "closed"
    assert len(await desk.sent(ticket)) == 1


async def test_a_transfer_takes_a_word_along(desk: Desk) -> None:
    ana, rodrigo = await desk.agent("Ana Ribeiro"), await desk.agent("Rodrigo Prado")
    ticket = await desk.claimed(ana)
    await desk.open(rodrigo, "mine")  # who has never been here cannot be handed anything
    page = await desk.opened(ana, ticket)

    await page.keyboard.press("t")
    await page.get_by_role("combobox", name="Equipe ou pessoa").fill(rodrigo.person.name)
    await page.keyboard.press("Enter")
    await page.get_by_label("Recado para quem recebe").fill("Já mandou os documentos")
    await page.get_by_role("button", name="Transferir para").click()

    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert (await desk.row(ticket))["assignee"]["id"] == rodrigo.person.id
    assert await desk.sent(ticket) == []
    await expect(bubbles(page, "Já mandou os documentos")).to_be_visible()


async def test_a_conversation_goes_back_to_the_bot_and_can_be_taken_again(desk: Desk) -> None:
    ana = await desk.agent()
    ticket = await desk.claimed(ana)
    page = await desk.opened(ana, ticket)

    await page.get_by_role("button", name="Devolver ao bot").click()

    await expect(conversation(page, ticket.name)).to_contain_text("O bot está respondendo")
    assert (await desk.row(ticket))["owner"] == "bot"
    await claim_button(page).click()
    await expect(field(page)).to_be_focused()


async def test_a_closed_conversation_is_reopened(desk: Desk) -> None:
    ana = await desk.agent()
    ticket = await desk.claimed(ana)
    page = await desk.opened(ana, ticket)
    await page.keyboard.press("e")
    await page.get_by_role("checkbox", name="Perguntar").uncheck()
    await page.get_by_role("dialog").get_by_role("button", name="Encerrar").click()
    await expect(conversation(page, ticket.name)).to_contain_text("Conversa encerrada")

    await page.locator(".locked").get_by_role("button", name="Reabrir").click()

    await expect(field(page)).to_be_focused()
    assert (await desk.row(ticket))["owner"] == "human"


async def test_an_agent_sees_no_audit_and_a_supervisor_does(desk: Desk) -> None:
    ana = await desk.agent()
    ticket = await desk.claimed(ana)
    page = await desk.opened(ana, ticket)
    supervisors = await desk.opened(await desk.agent(role="supervisor"), ticket, "open")

    await expect(supervisors.get_by_role("region", name="Auditoria")).to_contain_text("assumiu")
    await expect(page.get_by_role("region", name="Auditoria")).to_have_count(0)


async def test_what_is_left_of_a_draft_is_named_when_somebody_else_takes_over(desk: Desk) -> None:
    ana, boss = await desk.agent(), await desk.agent("Chefe", role="supervisor")
    ticket = await desk.claimed(ana)
    page = await desk.opened(ana, ticket)
    await field(page).fill("estava escrevendo")

    status, answer = await desk.ask(
        boss, f"conversations/{ticket.id}/transfer", {"to": "team:vendas"}
    )

    assert status == 200, answer
    await expect(page.locator(".locked")).to_contain_text("estava escrevendo")


def claim_button(page: Page) -> Locator:
    """Find the way out of not being allowed to write."""
    return page.locator(".locked").get_by_role("button", name="Assumir")


async def assigned(desk: Desk, ticket: str) -> bool:
    found = await desk.inbox.ticket(ticket)
    return found["conversation"]["assignee"] is not None
