"""The person: her session ends, comes back, and leaves nothing behind; her own settings."""

import re

from playwright.async_api import expect

from tests.browser.inbox.desk import Desk, Ticket, bubbles, field
from tests.support.eventually import eventually
from tests.support.signin import PASSWORD, SignedIn, a_session, an_account


async def test_an_expired_session_leads_to_the_sign_in_and_back_with_all_that_was_typed(
    desk: Desk,
) -> None:
    ana = await with_password(desk, "marina")
    ticket = await desk.claimed(ana)
    page = await desk.opened(ana, ticket)
    await field(page).fill("enviada sem sessão")
    await desk.execute("delete from signin.sessions where account = $1", ana.person.id)
    await field(page).press("Enter")
    await page.wait_for_url("**/signin?**")

    await page.get_by_label("Usuário").fill("marina")
    await page.get_by_label("Senha", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")

    await page.wait_for_url(f"{desk.inbox.base}mine/{ticket.id}")
    await expect(bubbles(page, "enviada sem sessão")).to_have_count(1)
    assert len(await eventually(lambda: desk.sent(ticket))) == 1


async def test_a_draft_is_there_after_the_sign_in(desk: Desk) -> None:
    ana = await with_password(desk, "joana")
    ticket = await desk.claimed(ana)
    page = await desk.opened(ana, ticket)
    await field(page).fill("um rascunho longo")
    await desk.execute("delete from signin.sessions where account = $1", ana.person.id)
    await page.keyboard.press("Escape")
    await page.keyboard.press("g")
    await page.keyboard.press("q")
    await page.wait_for_url("**/signin?**")

    await page.get_by_label("Usuário").fill("joana")
    await page.get_by_label("Senha", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{desk.inbox.base}queue")
    await page.goto(f"{desk.inbox.base}mine/{ticket.id}")

    await expect(field(page)).to_have_value("um rascunho longo")


async def test_who_signs_out_leaves_no_words_behind(desk: Desk) -> None:
    ana = await desk.agent()
    ticket = await desk.claimed(ana)
    page = await desk.opened(ana, ticket)
    await field(page).fill("segredo do cliente")
    await page.get_by_role("button", name="Preferências").click()
    await page.get_by_role("button", name="Sair").click()

    await page.get_by_role("dialog").get_by_role("button", name="Sair").click()

    await page.wait_for_url("**/signin**")
    assert "segredo" not in await page.evaluate("JSON.stringify(localStorage)")
    status, _ = await desk.ask(ana, f"conversations/{ticket.id}/read")
    assert status == 401


async def test_who_is_away_says_so(desk: Desk) -> None:
    ana = await desk.agent()
    page = await desk.open(ana, "queue")

    await page.get_by_role("switch", name="Disponível").click()

    await expect(page.get_by_role("switch", name="Disponível")).not_to_be_checked()
    agents = await eventually(lambda: _agents(desk, ana))
    assert agents[ana.person.id] is False
    await page.reload()
    await expect(page.get_by_role("switch", name="Disponível")).not_to_be_checked()


async def test_the_page_speaks_english_to_those_who_ask_for_it(desk: Desk) -> None:
    page = await desk.open(await desk.agent(), "queue", locale="en-US")

    await expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    assert await page.locator("html").get_attribute("lang") == "en"


async def test_a_chosen_theme_is_there_before_the_page_is_painted(desk: Desk) -> None:
    page = await desk.open(await desk.agent(), "queue")
    await page.get_by_role("button", name="Preferências").click()
    await page.get_by_role("radio", name="Escuro").check(force=True)

    await page.reload(wait_until="commit")

    assert await page.locator("html").get_attribute("data-theme") == "dark"


async def test_letters_can_be_switched_off(desk: Desk) -> None:
    page = await desk.open(await desk.agent(), "queue")
    await expect(page.get_by_role("heading", name="Fila", exact=True)).to_be_visible()
    await page.keyboard.press("?")
    await page.get_by_role("switch", name="Usar atalhos").uncheck()
    await page.keyboard.press("Escape")

    await page.keyboard.press("g")
    await page.keyboard.press("m")

    assert re.search("/queue", page.url)


async def test_a_conversation_that_is_gone_says_so(desk: Desk) -> None:
    page = await desk.open(await desk.agent(), "open/nothing-like-it")

    await expect(page.get_by_text("Esta conversa não existe mais")).to_be_visible()


async def test_what_could_not_be_loaded_is_tried_again_in_place(desk: Desk) -> None:
    ana = await desk.agent()
    ticket: Ticket = await desk.claimed(ana)
    page = await desk.open(ana, "mine")
    await page.route(f"**/conversations/{ticket.id}", lambda route: route.abort(), times=1)

    await page.locator(".row-c", has_text=ticket.name).click()
    await page.get_by_role("button", name="Tentar de novo").click()

    await expect(field(page)).to_be_visible()


async def with_password(desk: Desk, name: str) -> SignedIn:
    """Make an account that can sign in again."""
    person = await an_account(desk.world.url, name=name, password=PASSWORD)
    return SignedIn(person, await a_session(desk.world.url, person))


async def _agents(desk: Desk, who: SignedIn) -> dict[str, bool]:
    url = f"{desk.inbox.base}api/agents"
    async with desk.world.http.get(url, headers=who.header) as answer:
        found = {each["id"]: each["available"] for each in await answer.json()}
    return found if found.get(who.person.id) is False else {}
