"""What agents write: it leaves once, in order, to whom it was meant, or stays and says why."""

from playwright.async_api import FilePayload, Page, Route, expect

from prosa.contracts.events import StatusReceived
from prosa.contracts.outbound import Media, Template, Text
from tests.browser.inbox.desk import HOUR_MS, Desk, Ticket, bubbles, conversation, field, say
from tests.support.eventually import eventually

PDF: FilePayload = {
    "name": "laudo.pdf",
    "mimeType": "application/pdf",
    "buffer": b"%PDF-1.4\n%%EOF\n",
}
PAGE: FilePayload = {
    "name": "laudo.html",
    "mimeType": "text/html",
    "buffer": b"<script>alert(1)</script>",
}


async def test_a_reply_is_shown_at_once_and_its_ticks_follow(desk: Desk) -> None:
    page, ticket = await at_work(desk)

    await say(page, "Sua *proposta* está pronta")

    await expect(bubbles(page, "Sua proposta está pronta")).to_have_count(1)
    (told,) = await eventually(lambda: desk.sent(ticket))
    assert told.messages == (Text(body="Sua *proposta* está pronta"),)
    event = await desk.world.sends(told)
    await expect(page.get_by_title("enviada")).to_be_visible()
    await desk.world.tells(
        StatusReceived(
            id=f"{event.wamid}:read",
            contact=told.contact,
            at_ms=event.at_ms,
            wamid=event.wamid,
            status="read",
        )
    )
    await expect(page.get_by_title("lida")).to_be_visible()


async def test_what_is_written_offline_leaves_once_and_in_order(desk: Desk) -> None:
    page, ticket = await at_work(desk)
    await desk.world.says(ticket.phone, "estou aqui")
    await expect(bubbles(page, "estou aqui")).to_have_count(1)  # the stream is open by now

    await page.context.set_offline(True)
    await say(page, "um")
    await say(page, "dois")
    await expect(page.get_by_title("enviando")).to_have_count(2)
    await expect(page.locator(".banner")).to_contain_text("Sem conexão")
    await page.context.set_offline(False)

    await expect(page.locator(".banner")).to_have_count(0)
    assert await eventually(lambda: words(desk, ticket, 2)) == ["um", "dois"]


async def test_a_lost_answer_does_not_send_twice(desk: Desk) -> None:
    page, ticket = await at_work(desk)

    async def lose_the_answer(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/messages", lose_the_answer, times=1)
    await say(page, "uma vez")
    await say(page, "e outra")

    assert await eventually(lambda: words(desk, ticket, 2)) == ["uma vez", "e outra"]
    await expect(bubbles(page, "uma vez")).to_have_count(1)


async def test_what_was_not_sent_survives_a_reload(desk: Desk) -> None:
    page, ticket = await at_work(desk)
    await page.route("**/messages", lambda route: route.abort())
    await say(page, "antes de recarregar")
    await field(page).fill("um rascunho")
    await page.unroute("**/messages")

    await page.reload()

    assert await eventually(lambda: words(desk, ticket, 1)) == ["antes de recarregar"]
    await expect(bubbles(page, "antes de recarregar")).to_have_count(1)
    await expect(field(page)).to_have_value("um rascunho")


async def test_the_window_that_closes_under_a_reply_keeps_it_and_asks_for_a_template(
    desk: Desk,
) -> None:
    ana = await desk.agent()
    ticket = await desk.claimed(ana, window_ms=2 * HOUR_MS)
    page = await desk.open(ana, "queue")
    await page.clock.install()
    await page.goto(f"{desk.inbox.base}mine/{ticket.id}")
    await field(page).fill("A parcela fica em R$ 1.189")

    await page.clock.fast_forward("02:00:05")

    pane = conversation(page, ticket.name)
    await expect(pane.get_by_role("button", name="Escolher modelo")).to_be_focused()
    await expect(pane.locator(".locked")).to_contain_text("A janela de 24 horas fechou")
    await expect(pane.locator(".locked q")).to_have_text("A parcela fica em R$ 1.189")
    await expect(field(page)).to_have_count(0)
    await expect(page.locator("[aria-live=polite]")).to_contain_text("rascunho está guardado")


async def test_when_she_writes_again_the_draft_is_back_in_the_field(desk: Desk) -> None:
    ana = await desk.agent()
    ticket = await desk.claimed(ana)
    page = await desk.opened(ana, ticket)
    await field(page).fill("já ia responder")
    now = desk.world.clock.now_ms()
    await desk.execute(
        "update handoff.tickets set last_inbound_at_ms = $2 where id = $1",
        ticket.id,
        now - 25 * HOUR_MS,
    )
    await page.reload()
    await expect(page.locator(".locked q")).to_have_text("já ia responder")

    await desk.world.says(ticket.phone, "voltei")

    await expect(field(page)).to_have_value("já ia responder")


async def test_a_reply_that_comes_too_late_says_why_and_is_taken_back(desk: Desk) -> None:
    page, ticket = await at_work(desk)
    await desk.execute("update handoff.tickets set last_inbound_at_ms = 1 where id = $1", ticket.id)

    await say(page, "tarde demais")

    await expect(bubbles(page, "tarde demais")).to_contain_text("a janela de 24 horas fechou")
    await bubbles(page, "tarde demais").get_by_role("button", name="Editar").click()
    await expect(bubbles(page, "tarde demais")).to_have_count(0)
    await expect(page.locator(".locked q")).to_have_text("tarde demais")
    assert await desk.sent(ticket) == []


async def test_outside_the_window_a_template_is_filled_seen_and_sent(desk: Desk) -> None:
    ana = await desk.agent()
    ticket = await desk.claimed(ana, "Patrícia Gomes", window_ms=-HOUR_MS)
    page = await desk.opened(ana, ticket)

    await page.get_by_role("button", name="Escolher modelo").click()
    picker = page.get_by_role("dialog")
    await picker.get_by_role("radio", name="lembrete").check()
    await picker.get_by_label("Valor de 1").fill("sábado")
    await picker.get_by_label("Valor de 2").fill("10h")
    await expect(picker.locator(".preview")).to_contain_text("Seu test drive é sábado às 10h.")
    await picker.get_by_role("button", name="Enviar modelo").click()

    (told,) = await eventually(lambda: desk.sent(ticket))
    template = told.messages[0]
    assert isinstance(template, Template)
    assert (template.name, template.body) == ("lembrete", ("sábado", "10h"))
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_slash_offers_canned_replies_that_greet_her_by_name(desk: Desk) -> None:
    ana = await desk.agent("Ana Ribeiro")
    ticket = await desk.claimed(ana, "Joana Dias")
    page = await desk.opened(ana, ticket)

    await field(page).press_sequentially("/ol")
    await expect(page.get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Enter")

    await expect(field(page)).to_have_value("Olá, Joana! Aqui é Ana Ribeiro.")
    assert await desk.sent(ticket) == []


async def test_a_note_stays_among_colleagues(desk: Desk) -> None:
    page, ticket = await at_work(desk)
    other = await desk.opened(await desk.agent(), ticket, "open")

    await page.get_by_role("button", name="Nota interna").click()
    await say(page, "cliente antigo")

    await expect(other.locator(".bubble.note")).to_contain_text("cliente antigo")
    assert await desk.sent(ticket) == []


async def test_a_note_and_a_reply_have_drafts_of_their_own(desk: Desk) -> None:
    page, _ = await at_work(desk)
    await field(page).fill("para o cliente")
    await page.get_by_role("button", name="Nota interna").click()

    await expect(field(page)).to_have_value("")
    await field(page).fill("para nós")
    await page.get_by_role("button", name="Responder", exact=True).click()

    await expect(field(page)).to_have_value("para o cliente")


async def test_a_file_goes_out_with_its_caption_and_a_page_is_refused(desk: Desk) -> None:
    page, ticket = await at_work(desk)
    chooser = page.locator("input[type=file]")

    await chooser.set_input_files([PDF, PAGE])
    files = page.get_by_role("list", name="Arquivos anexados")
    await expect(files.get_by_role("alert")).to_contain_text("não aceita este tipo de arquivo")
    await expect(files).to_contain_text("pronto para enviar")
    await page.get_by_role("button", name="Remover laudo.html").click()
    await say(page, "Segue o laudo")

    (told,) = await eventually(lambda: desk.sent(ticket))
    media = told.messages[0]
    assert isinstance(media, Media)
    assert (media.kind, media.filename, media.caption) == (
        "document",
        "laudo.pdf",
        "Segue o laudo",
    )
    await expect(bubbles(page, "laudo.pdf")).to_have_count(1)


async def test_a_reply_may_quote_what_she_said(desk: Desk) -> None:
    page, ticket = await at_work(desk)
    said = await desk.world.says(ticket.phone, "qual a parcela?")
    await bubbles(page, "qual a parcela?").hover()
    await bubbles(page, "qual a parcela?").get_by_role("button", name="Opções").click()
    await page.get_by_role("menuitem", name="Responder a esta").click()
    await say(page, "R$ 1.189")

    (told,) = await eventually(lambda: desk.sent(ticket))
    assert told.messages[0].reply_to == said.id
    await expect(bubbles(page, "R$ 1.189").locator(".quote")).to_contain_text("qual a parcela?")


async def at_work(desk: Desk) -> tuple[Page, Ticket]:
    """Open a conversation of one's own."""
    ana = await desk.agent()
    ticket = await desk.claimed(ana)
    return await desk.opened(ana, ticket), ticket


async def words(desk: Desk, ticket: Ticket, least: int) -> list[str]:
    """Read the texts that were sent to her, once they are so many."""
    sent = [each.messages[0] for each in await desk.sent(ticket)]
    found = [each.body for each in sent if isinstance(each, Text)]
    return found if len(found) >= least else []
