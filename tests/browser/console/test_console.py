"""What an owner does in the console: watch, look into, bring back, find, take along."""

import csv
import io
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, expect

from prosa.clock import SystemClock
from prosa.contracts import subjects
from prosa.contracts.identity import ContactKey
from tests.browser.console.pages import ConsolePages
from tests.browser.console.states import dead, section
from tests.support.analytics import tell
from tests.support.console import Running, a_console
from tests.support.eventually import eventually
from tests.support.shop import HOUR, Story, step

EVIL = "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script>"


async def one_dead(running: Running, n: int) -> str:
    """Let a message of a contact of its own die; gives the contact."""
    contact = ContactKey(f"p551188{n:06d}")
    await dead(running, n, contact, SystemClock().now_ms())
    return contact


def row(page: Page, text: str) -> Locator:
    """Find the row of a table that holds a text."""
    return page.get_by_role("row").filter(has_text=text)


async def test_a_queue_grows_before_ones_eyes(console: ConsolePages, running: Running) -> None:
    page = await console.open("queues")
    depth = row(page, "IN/conversation").get_by_role("cell").first
    await expect(depth).not_to_have_text("0")  # the first sample may be older than the story
    before = int((await depth.inner_text()).replace(".", ""))

    story = Story(SystemClock().now_ms(), "live")
    for n in range(5):
        story.says(900 + n, story.now, "oi")
    await tell(running.jetstream, *story.told)

    await expect(depth).to_have_text(f"{before + 5:,}".replace(",", "."))


async def test_figures_stand_still_while_they_are_paused(console: ConsolePages) -> None:
    page = await console.open("queues")
    clock = page.locator(".live .num")
    await expect(clock).to_be_visible()

    await page.get_by_role("button", name="Pausar").click()
    stood = await clock.inner_text()
    fresh = await page.context.new_page()
    await fresh.goto(page.url)
    await expect(fresh.locator(".live .num")).not_to_have_text(stood)

    assert await clock.inner_text() == stood
    await page.get_by_role("button", name="Continuar").click()
    await expect(clock).not_to_have_text(stood)


async def test_a_dead_letter_is_read_and_brought_back(
    console: ConsolePages, running: Running
) -> None:
    contact = await one_dead(running, 20)
    page = await console.open("dead")

    await row(page, contact).get_by_role("link", name="Sempre falha").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("tem o Compass ainda?")).to_be_visible()
    await dialog.get_by_role("button", name="Reprocessar").click()

    await expect(page.get_by_text("1 mensagem voltou para a fila").last).to_be_visible()
    await expect(row(page, contact)).to_have_count(0)
    stream, subject = subjects.in_stream(running.bot), subjects.inbound(running.bot, contact)
    assert len(await running.jetstream.read(stream, subject, limit=5)) == 1


async def test_who_was_slower_is_told_so(console: ConsolePages, running: Running) -> None:
    contact = await one_dead(running, 24)
    page = await console.open("dead")
    await expect(row(page, contact)).to_be_visible()
    (number,) = [p.number async for p in running.letters.walk(contact=contact)]

    await page.route("**/api/dead", lambda route: route.abort())  # the list stays as it was
    await running.letters.replay(number)
    await row(page, contact).get_by_role("button", name="Reprocessar").click()
    await expect(page.get_by_text("alguém foi mais rápido").last).to_be_visible()

    await page.unroute("**/api/dead")
    await page.reload()

    await expect(page.get_by_role("row").nth(1)).to_be_visible()
    await expect(row(page, contact)).to_have_count(0)


async def test_dropping_asks_first_and_takes_only_the_chosen(
    console: ConsolePages, running: Running
) -> None:
    contacts = [await one_dead(running, n) for n in (28, 32)]
    page = await console.open("dead")
    await row(page, contacts[0]).get_by_role("checkbox").check()

    await page.get_by_role("button", name="Descartar 1").click()
    dialog = page.get_by_role("dialog", name="Descartar uma mensagem?")
    await dialog.get_by_role("button", name="Cancelar").click()
    await expect(row(page, contacts[0])).to_be_visible()
    await page.get_by_role("button", name="Descartar 1").click()
    await dialog.get_by_role("button", name="Descartar 1").click()

    await expect(row(page, contacts[0])).to_have_count(0)
    await expect(row(page, contacts[1])).to_be_visible()


async def test_words_are_found_and_lead_into_the_conversation(
    console: ConsolePages, running: Running
) -> None:
    story = Story(SystemClock().now_ms() - 60_000, "found")
    heard = story.says(700, story.now, "Aceita CONSÓRCIO contemplado da Ademicon?")
    story.turn(700, story.now + 900, heard, step("not_understood"))
    await tell(running.jetstream, *story.told)
    page = await console.open("conversations")

    async def found() -> bool:
        await page.get_by_role("searchbox").fill("")
        await page.get_by_role("searchbox").fill("consorcio contemplado da ademicon")
        await expect(page.get_by_role("heading", name="Mensagens encontradas")).to_be_visible()
        return await page.locator("tbody tr").count() == 1

    await eventually(found, every=1)
    await page.locator("tbody a").click()

    await expect(page.locator(".hit")).to_contain_text("Ademicon")
    await expect(page.get_by_role("complementary", name="Por quê")).to_contain_text("Não entendeu")


async def test_a_conversation_is_walked_through_by_the_keyboard(
    console: ConsolePages, running: Running
) -> None:
    story = Story(SystemClock().now_ms(), "walked")
    for hours in (5, 3, 1):  # longer than a window is high
        story.search(710, story.now - hours * HOUR)
    await tell(running.jetstream, *story.told)
    contact = story.contact(710)
    await running.holds("messages where contact = '" + contact + "'", 24)
    page = await console.open(f"conversations/{contact}")
    why = page.get_by_role("complementary", name="Por quê")
    await expect(why).to_contain_text("Terminou o fluxo buscar")

    await page.keyboard.press("k")

    await expect(why).not_to_contain_text("Terminou o fluxo buscar")
    await expect(why).to_contain_text("Perguntou")
    await expect(page.locator(".reason-chip[aria-pressed=true]")).to_be_in_viewport()
    assert await page.evaluate("document.scrollingElement.scrollTop") == 0  # the frame stays put


async def test_a_table_is_taken_along_as_a_file(console: ConsolePages) -> None:
    page = await console.open("flows")
    panel = page.get_by_role("region", name="Fluxos").locator("xpath=ancestor::section")

    async with page.expect_download() as coming:
        await panel.get_by_role("link", name="CSV").click()
    download = await coming.value

    text = read(await download.path())
    head, first, *_ = csv.reader(io.StringIO(text), delimiter=";")
    assert download.suggested_filename.startswith("test-flows-")
    assert head[:3] == ["flow", "started", "completed"]
    assert first[0] == "buscar"


async def test_a_head_sorts_and_says_so(console: ConsolePages) -> None:
    page = await console.open("conversations")
    head = page.get_by_role("columnheader", name="Mensagens")

    await head.get_by_role("button").click()
    await expect(head).to_have_attribute("aria-sort", "descending")
    most = [int(t) for t in await page.locator("tbody td:nth-child(5)").all_inner_texts()]

    assert most == sorted(most, reverse=True)


async def test_a_period_is_chosen_and_stands_in_the_address(console: ConsolePages) -> None:
    page = await console.open("costs")
    sent = page.locator(".tile b").nth(1)
    week = int((await sent.inner_text()).replace(".", ""))

    await page.get_by_role("button", name="Últimos 7 dias").click()
    await page.get_by_role("button", name="Últimos 30 dias").click()
    await expect(page.get_by_role("button", name="Últimos 30 dias")).to_be_visible()
    await expect(page.locator("[aria-busy=true]")).to_have_count(0)

    assert "from=" in page.url
    assert int((await sent.inner_text()).replace(".", "")) > week
    await page.get_by_role("link", name="Fluxos").click()
    await expect(page.get_by_role("button", name="Últimos 30 dias")).to_be_visible()


async def test_messages_to_learn_from_are_copied_as_the_dialogue_takes_them(
    console: ConsolePages,
) -> None:
    page = await console.open("intents")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    boxes = page.locator("tbody").get_by_role("checkbox")
    await boxes.nth(0).check()
    await boxes.nth(1).check()

    await page.get_by_role("button", name="Copiar 2 exemplos").click()
    await expect(page.get_by_text("2 exemplos copiados").last).to_be_visible()

    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("intents:\n  ")
    assert copied.count("\n    ") == 2


async def test_what_a_customer_writes_is_never_run(console: ConsolePages, running: Running) -> None:
    story = Story(SystemClock().now_ms() - 30_000, "evil")
    heard = story.says(800, story.now, EVIL, name=EVIL)
    story.turn(800, story.now + 900, heard, step("not_understood"))
    await tell(running.jetstream, *story.told)
    contact = story.contact(800)
    await eventually(lambda: _known(running, contact))
    page = await console.open(f"conversations/{contact}")

    await expect(page.locator(".bubble .text")).to_have_text(EVIL)
    for path in ("conversations", "conversations?q=onerror", "intents"):
        await section(page, running, path, "<img src=x")

    assert await page.locator("img[src=x]").count() == 0
    assert "hacked" not in await page.title()


async def test_an_agent_is_told_whom_to_ask(console: ConsolePages) -> None:
    page = await console.open("costs", role="agent")

    await expect(page.get_by_role("heading", name="O console é da supervisão")).to_be_visible()
    await expect(page.get_by_text("peça o papel “Supervisão”")).to_be_visible()


async def test_figures_stay_readable_without_a_connection(console: ConsolePages) -> None:
    page = await console.open("people")
    await expect(page.locator(".tile b").first).to_be_visible()

    await page.context.set_offline(True)

    await expect(page.locator(".banner")).to_contain_text("números estão parados")
    await expect(page.locator(".tile b").first).to_be_visible()
    await page.get_by_role("link", name="Campanhas").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.context.set_offline(False)
    await expect(page.locator(".banner")).to_have_count(0)


async def test_records_that_are_away_are_asked_again(
    console: ConsolePages, running: Running
) -> None:
    root = running.records._root
    assert root is not None
    running.records.close("the file is rewritten")
    try:
        page = await console.open("flows")
        await expect(page.get_by_role("alert")).to_contain_text("indisponíveis agora")
    finally:
        running.records.open(root)

    await page.get_by_role("button", name="Tentar de novo").click()

    await expect(page.get_by_text("Funil de buscar")).to_be_visible()


async def test_a_chart_is_a_table_to_who_wants_one(console: ConsolePages) -> None:
    page = await console.open("costs")

    await page.get_by_role("button", name="Ver como tabela: Mensagens por autor").click()

    table = page.get_by_role("region", name="Mensagens por autor").get_by_role("table")
    assert await table.get_by_role("row").count() == 8  # the head and seven days


async def test_the_console_speaks_english(console: ConsolePages) -> None:
    page = await console.open("flows", locale="en-US")

    await expect(page.get_by_role("heading", level=1)).to_have_text("Flows")
    await expect(page.get_by_text("Funnel of buscar")).to_be_visible()


async def test_of_several_bots_one_is_chosen(
    assets: None, browser: Browser, running: Running, tmp_path: Path
) -> None:
    async with a_console(tmp_path, running.database, names=("moto", "carro")) as two:
        pages = ConsolePages(browser, two)
        page = await pages.open()
        await page.goto(two.address)
        await page.get_by_role("link", name="moto").click()

        await expect(page.get_by_role("combobox", name="Bot")).to_have_value("bots_moto")
        await page.get_by_role("combobox", name="Bot").select_option("bots_carro")
        await expect(page).to_have_url(f"{two.address}/bots_carro/queues")
        await pages.close()

    assert pages.reports == []


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig")


async def _known(running: Running, contact: str) -> bool:
    rows = await running.records.query("select 1 from contacts where contact = ?", [contact])
    return bool(rows)
