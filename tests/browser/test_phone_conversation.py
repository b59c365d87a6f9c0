"""A customer writes, answers, attaches and reacts on the phone; the simulator is the witness."""

import re

from playwright.async_api import Page, expect

from tests.browser.chat import a_list, business_asks, business_writes, replies
from tests.browser.pages import Pages, bubbles, field, handset
from tests.support.eventually import eventually
from tests.support.simulator import ANA, Simulator

EVIL = "<img src=x onerror=window.hit=1> *negrito* </script><script>window.hit=1</script>"


async def written(meta: Simulator) -> list[str]:
    """Read what Ana wrote, in order."""
    return [each["text"] for each in await meta.thread(ANA) if each["side"] == "out"]


async def test_the_first_thing_one_types_is_sent(pages: Pages, meta: Simulator) -> None:
    page = await pages.open()

    await page.keyboard.type("oi")
    await page.keyboard.press("Enter")

    await eventually(lambda: written(meta))
    assert await written(meta) == ["oi"]


async def test_an_answer_appears_and_is_announced(pages: Pages, meta: Simulator) -> None:
    page = await pages.open()
    await meta.customer_says(ANA, "oi")

    await business_writes(meta, "Olá, *Ana*")

    await expect(bubbles(page, "Olá, Ana")).to_have_count(1)
    await expect(page.get_by_role("status").filter(has_text="Olá, Ana")).to_have_count(1)


async def test_looking_at_an_answer_marks_it_read(pages: Pages, meta: Simulator) -> None:
    await pages.open()
    await meta.customer_says(ANA, "oi")
    await business_writes(meta, "Olá")

    async def read() -> bool:
        return bool((await meta.thread(ANA))[-1]["state"] == "read")

    await eventually(read)


async def test_shift_enter_breaks_the_line(pages: Pages, meta: Simulator) -> None:
    page = await pages.open()

    await page.keyboard.type("uma")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("duas")
    await page.keyboard.press("Enter")

    await eventually(lambda: written(meta))
    assert await written(meta) == ["uma\nduas"]


async def test_a_conversation_needs_no_mouse(pages: Pages, meta: Simulator) -> None:
    page = await pages.open()
    await page.keyboard.type("oi")
    await page.keyboard.press("Enter")
    await expect(bubbles(page, "oi")).to_have_count(1)
    await business_asks(meta, "Que tipo?", **replies("Hatch", "SUV"))
    await expect(bubbles(page, "Que tipo?")).to_be_visible()

    await page.keyboard.press("Shift+Tab")  # attach
    await page.keyboard.press("Shift+Tab")  # the last reply button
    await page.keyboard.press("Enter")
    await expect(bubbles(page, "SUV").last).to_contain_text("Que tipo?")
    await field(page).focus()
    await page.keyboard.press("ArrowUp")  # the newest message's menu
    await page.keyboard.press("ArrowUp")  # the question's
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem").first).to_be_focused()
    await page.keyboard.press("r")  # Responder
    await page.keyboard.press("Enter")
    await expect(field(page)).to_be_focused()
    await page.keyboard.type("ou um sedã")
    await page.keyboard.press("Enter")

    await eventually(lambda: written(meta))
    await expect(bubbles(page, "ou um sedã")).to_contain_text("Que tipo?")
    assert await written(meta) == ["oi", "SUV", "ou um sedã"]


async def test_a_row_of_a_list_is_an_answer(pages: Pages, meta: Simulator) -> None:
    page = await pages.open()
    await meta.customer_says(ANA, "oi")
    await business_asks(meta, "Escolha", **a_list("Ver opções", "Compass", "Creta"))

    await handset(page).get_by_role("button", name="Ver opções").click()
    await page.get_by_role("dialog").get_by_role("button", name="Creta").click()

    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(bubbles(page, "Creta")).to_contain_text("Escolha")
    assert await written(meta) == ["oi", "Creta"]


async def test_a_reaction_comes_and_goes(pages: Pages, meta: Simulator) -> None:
    page = await pages.open()
    await meta.customer_says(ANA, "oi")
    await business_writes(meta, "Olá")

    await _choose(page, "Reagir com 👍")
    await expect(handset(page).get_by_role("img", name="Reações: 👍 Você")).to_be_visible()
    await _choose(page, "Tirar a reação 👍")

    await expect(handset(page).get_by_role("img", name="Reações")).to_have_count(0)

    assert (await meta.thread(ANA))[-1].get("reactions") is None


async def _choose(page: Page, what: str) -> None:
    await handset(page).locator(".wa.in .wa-more").last.focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("menuitem", name=what).click()


async def test_a_photo_of_ones_own_is_sent_with_its_caption(pages: Pages, meta: Simulator) -> None:
    page = await pages.open()
    await handset(page).get_by_role("button", name="Anexar").click()
    await page.get_by_role("menuitem", name="Foto").click()

    await page.get_by_label("Escolher arquivo").set_input_files(
        {"name": "carro.png", "mimeType": "image/png", "buffer": PIXEL}
    )
    await page.get_by_label("Legenda").fill("meu carro")
    await page.get_by_role("dialog").get_by_role("button", name="Enviar", exact=True).click()

    await expect(bubbles(page, "meu carro").get_by_title("enviada")).to_be_visible()
    [sent] = await meta.thread(ANA)
    assert (sent["kind"], sent["text"]) == ("image", "meu carro")


async def test_a_place_is_sent(pages: Pages, meta: Simulator) -> None:
    page = await pages.open()
    await handset(page).get_by_role("button", name="Anexar").click()
    await page.get_by_role("menuitem", name="Localização").click()

    await page.get_by_label("Nome do lugar").fill("Minha casa")
    await page.get_by_role("dialog").get_by_role("button", name="Enviar").click()

    await expect(bubbles(page, "Minha casa").get_by_title("enviada")).to_be_visible()
    [sent] = await meta.thread(ANA)
    assert sent["location"]["name"] == "Minha casa"


async def test_a_customer_without_a_number_is_added_and_written_as(
    pages: Pages, meta: Simulator
) -> None:
    page = await pages.open()
    await page.get_by_role("button", name="Novo cliente").click()
    await page.keyboard.type("Dora")
    await page.get_by_role("switch", name="Esconde o número").check()
    await page.keyboard.press("Enter")
    await expect(handset(page, "Dora")).to_contain_text("número escondido")
    await expect(field(page, "Dora")).to_be_focused()

    await page.keyboard.type("oi, sou nova")
    await page.keyboard.press("Enter")

    await expect(bubbles(page, "oi, sou nova", "Dora").get_by_title("enviada")).to_be_visible()
    assert await written(meta) == []


async def test_a_customers_text_stays_text(pages: Pages, meta: Simulator) -> None:
    page = await pages.open()
    await field(page).fill(EVIL)
    await field(page).press("Enter")
    await expect(bubbles(page, "negrito").locator("strong")).to_have_text("negrito")
    await business_writes(meta, EVIL)
    await meta.customer_says(ANA, EVIL)

    await page.reload()

    await expect(bubbles(page, "<img src=x")).to_have_count(3)
    assert await page.evaluate("window.hit === undefined")
    assert await page.locator(".wa-body p img").count() == 0


async def test_only_links_to_the_web_are_links(pages: Pages, meta: Simulator) -> None:
    page = await pages.open()

    await meta.customer_says(ANA, "javascript:alert(1) e https://example.com/a?b=1.")

    link = bubbles(page, "javascript:").get_by_role("link")
    await expect(link).to_have_count(1)
    assert await link.get_attribute("href") == "https://example.com/a?b=1"
    assert "noopener" in (await link.get_attribute("rel") or "")


async def test_one_sees_that_the_business_is_typing(pages: Pages, meta: Simulator) -> None:
    page = await pages.open()
    said = await meta.customer_says(ANA, "oi")

    await meta.send({**READ, "message_id": said, "typing_indicator": {"type": "text"}})
    await expect(handset(page).locator("header")).to_contain_text("digitando…")
    await business_writes(meta, "Olá")

    await expect(handset(page).locator("header")).to_contain_text("Conta comercial")


async def test_writing_opens_the_service_window(pages: Pages, meta: Simulator) -> None:
    page = await pages.open()
    await expect(handset(page)).to_contain_text("janela fechada")

    await meta.customer_says(ANA, "oi")

    await expect(handset(page)).to_contain_text(re.compile("23 h 59|1 d"))


async def test_a_swipe_to_the_right_replies(pages: Pages, meta: Simulator) -> None:
    await meta.customer_says(ANA, "oi")
    page = await pages.open(width=360)
    bubble = bubbles(page, "oi")

    for kind, x in (("pointerdown", 10), ("pointermove", 90), ("pointerup", 90)):
        await bubble.dispatch_event(kind, {"pointerType": "touch", "clientX": x})

    await expect(page.get_by_role("group", name="Respondendo a Você")).to_contain_text("oi")
    await expect(field(page)).to_be_focused()


async def test_reading_older_messages_is_not_disturbed(pages: Pages, meta: Simulator) -> None:
    await meta.customers_say([{"who": ANA, "text": f"linha {n}"} for n in range(60)])
    page = await pages.open()
    wall = handset(page).locator(".wall")
    await expect(bubbles(page, "linha 59")).to_be_in_viewport()
    await wall.evaluate("wall => { wall.scrollTop = 0 }")
    await expect(bubbles(page, "linha 59")).not_to_be_in_viewport()

    await business_writes(meta, "novidade")
    await handset(page).get_by_role("button", name="1 mensagem nova").click()

    await expect(bubbles(page, "novidade")).to_be_in_viewport()
    await expect(handset(page).get_by_role("button", name="mensagem nova")).to_have_count(0)


READ = {"messaging_product": "whatsapp", "status": "read"}
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
