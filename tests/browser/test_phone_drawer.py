"""The drawer shows what passed between Meta and the platform, and makes Meta misbehave."""

from playwright.async_api import expect

from tests.browser.chat import business_writes
from tests.browser.pages import Pages, bubbles
from tests.support.simulator import ANA, BRUNO, Simulator


async def test_a_request_is_shown_with_its_content(pages: Pages, meta: Simulator) -> None:
    page = await pages.open()
    await meta.customer_says(ANA, "oi")
    await business_writes(meta, "Olá, Ana")

    await page.get_by_role("region", name="Tráfego").get_by_role("button", name="Olá, Ana").click()

    await expect(page.get_by_role("region", name="Conteúdo")).to_contain_text('"body": "Olá, Ana"')
    await expect(page.get_by_role("region", name="Resposta")).to_contain_text("wamid.")


async def test_the_traffic_can_be_filtered(pages: Pages, meta: Simulator) -> None:
    page = await pages.open()
    lines = page.get_by_role("region", name="Tráfego").get_by_role("listitem")
    await meta.customer_says(ANA, "oi")
    await business_writes(meta, "primeira")
    await business_writes(meta, "segunda")
    await expect(lines).to_have_count(2)

    await page.get_by_role("searchbox").fill("segunda")
    await expect(lines).to_have_count(1)
    await page.get_by_role("button", name="Webhooks").click()

    await expect(lines).to_have_count(0)
    await expect(page.get_by_text("Nada corresponde ao filtro")).to_be_visible()


async def test_a_fault_is_switched_on_for_all_tabs(pages: Pages, meta: Simulator) -> None:
    page = await pages.open()
    other = await pages.open(beside=page)

    await page.get_by_role("tab", name="Controles").click()
    await page.get_by_role("switch", name="Limite excedido").check()

    await expect(other.get_by_text("1 falha ligada")).to_be_visible()
    status, answer = await meta.send({"messaging_product": "whatsapp"})
    assert (status, answer["error"]["code"]) == (429, 130429)


async def test_the_business_writes_from_its_own_phone(pages: Pages, meta: Simulator) -> None:
    page = await pages.open()
    await meta.customer_says(BRUNO, "oi")
    await page.get_by_role("tab", name="Controles").click()
    await page.get_by_role("combobox", name="Cliente").select_option("Bruno Lima")

    await page.get_by_role("textbox", name="Mensagem da empresa").fill("Oi, aqui é o João")
    await page.keyboard.press("Enter")

    await expect(bubbles(page, "Oi, aqui é o João", "Bruno Lima")).to_be_visible()
    assert await meta.said_to(BRUNO) == ["Oi, aqui é o João"]


async def test_a_customer_stops_promotions(pages: Pages) -> None:
    page = await pages.open()
    await page.get_by_role("tab", name="Controles").click()

    await page.get_by_role("button", name="Parar promoções").click()

    await expect(page.get_by_text("Promoções paradas")).to_be_visible()


async def test_on_a_small_screen_escape_leads_back_to_the_chat(pages: Pages) -> None:
    page = await pages.open(width=360)
    toggle = page.get_by_role("button", name="Mostrar o que acontece por baixo")
    await toggle.click()
    await expect(page.get_by_role("tab", name="Tráfego")).to_be_focused()

    await page.keyboard.press("Escape")

    await expect(page.get_by_role("tab", name="Tráfego")).to_have_count(0)
    await expect(toggle).to_be_focused()
