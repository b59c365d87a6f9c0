"""Strangers' words stay words, and strangers' sites stay out."""

from playwright.async_api import expect

from tests.browser.inbox.desk import Desk, bubbles, conversation, field

NAME = "<img src=x onerror=alert(1)>"
TEXT = "</script><script>alert(2)</script> javascript:alert(3) <b onclick=alert(4)>oi</b>"


async def test_a_customers_name_and_words_are_never_markup(desk: Desk) -> None:
    ana = await desk.agent()
    ticket = await desk.ticket(NAME, summary=TEXT, slots={NAME: TEXT}, text=TEXT)
    await desk.claim(ana, ticket)
    page = await desk.open(ana, f"mine/{ticket.id}")
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))

    await expect(conversation(page, NAME)).to_be_visible()
    await desk.world.says(ticket.phone, TEXT + NAME)

    await expect(bubbles(page, TEXT + NAME)).to_be_visible()
    await expect(page.locator(".row-c", has_text=NAME)).to_be_visible()
    await expect(page.get_by_role("complementary")).to_contain_text(TEXT)
    assert await page.locator("main img, main script, main b[onclick]").count() == 0
    assert await page.locator("a[href^='javascript']").count() == 0
    assert dialogs == []


async def test_a_link_leads_to_the_web_without_telling_where_from(desk: Desk) -> None:
    ana = await desk.agent()
    ticket = await desk.claimed(ana)
    page = await desk.opened(ana, ticket)

    await desk.world.says(ticket.phone, "veja https://example.com/carro agora")

    link = page.get_by_role("link", name="https://example.com/carro", exact=True)
    await expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")


async def test_another_site_cannot_write(desk: Desk) -> None:
    ana = await desk.agent()
    ticket = await desk.claimed(ana)
    page = await desk.opened(ana, ticket)
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    reply = {"id": "evil", "kind": "text", "text": "oi"}

    answer = await page.context.request.post(
        f"{desk.inbox.base}api/conversations/{ticket.id}/messages", data=reply, headers=headers
    )

    assert answer.status == 403
    assert await desk.sent(ticket) == []


async def test_one_persons_drafts_are_not_anothers(desk: Desk) -> None:
    ana, beto = await desk.agent(), await desk.agent()
    ticket = await desk.claimed(ana)
    page = await desk.opened(ana, ticket)
    await field(page).fill("só meu")
    await page.context.clear_cookies()
    await page.context.add_cookies([beto.for_browser(desk.inbox.base)])

    await page.goto(f"{desk.inbox.base}open/{ticket.id}")

    await expect(conversation(page, ticket.name)).to_be_visible()
    await expect(page.get_by_text("só meu")).to_have_count(0)
