"""The states that the inbox can be in, each reached as a person reaches it, in Portuguese.

Used for accessibility, for sideways scrolling and for screenshots. A state starts from the page of
somebody who supervises, and from the tickets of `Scene`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from playwright.async_api import FilePayload, Page, expect

from tests.browser.inbox.chat import every_kind
from tests.browser.inbox.desk import HOUR_MS, Desk, Ticket, bubbles, conversation, field, row
from tests.support.signin import SignedIn

FILES: list[FilePayload] = [
    {"name": "laudo.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF\n"},
    {"name": "laudo.html", "mimeType": "text/html", "buffer": b"<p>"},
]
REFUSAL = {"title": "unreachable", "code": "unreachable", "status": 409}


@dataclass(frozen=True)
class Scene:
    """What there is to see."""

    base: str
    boss: SignedIn
    mine: Ticket
    waiting: Ticket
    others: Ticket
    shut: Ticket
    bots: Ticket
    closed: Ticket


async def a_scene(desk: Desk) -> Scene:
    """Write a conversation in each state, and one that holds every kind of message."""
    boss, caio = await desk.agent("Ana Ribeiro", "supervisor"), await desk.agent("Caio Nunes")
    about: dict[str, Any] = {
        "team": "vendas",
        "summary": "Procura um SUV até R$ 95 mil e quer saber da parcela.",
        "slots": {"tipo": "SUV", "preço_máximo": 95000, "troca": True},
    }
    mine = await desk.claimed(boss, "Vanessa Barbosa", **about)
    await desk.ask(boss, f"conversations/{mine.id}/tags", {"tags": ["troca", "financiamento"]})
    await every_kind(desk, boss, mine)
    bots, closed = await desk.claimed(boss, "Tatiane Dias"), await desk.claimed(boss, "Lucas Rocha")
    await desk.ask(boss, f"conversations/{bots.id}/return")
    await desk.ask(boss, f"conversations/{closed.id}/close")
    return Scene(
        base=desk.inbox.base,
        boss=boss,
        mine=mine,
        waiting=await desk.ticket("Édson Ferreira", window_ms=HOUR_MS, **about),
        others=await desk.claimed(caio, "Otávio Souza"),
        shut=await desk.claimed(boss, "Yasmin Costa", window_ms=-HOUR_MS),
        bots=bots,
        closed=closed,
    )


State = Callable[[Page, Scene], Awaitable[None]]


async def _go(page: Page, scene: Scene, view: str, ticket: Ticket) -> None:
    await page.evaluate("localStorage.clear()")  # what an earlier state has begun
    await page.goto(f"{scene.base}{view}/{ticket.id}", wait_until="domcontentloaded")
    await expect(conversation(page, ticket.name)).to_be_visible()
    await expect(page.locator(".bubble, .event").last).to_be_visible()


async def queue(page: Page, scene: Scene) -> None:
    await page.goto(f"{scene.base}queue")
    await expect(row(page, scene.waiting.name)).to_be_visible()


async def all_views(page: Page, scene: Scene) -> None:
    await page.goto(f"{scene.base}all")
    await expect(row(page, scene.bots.name)).to_be_visible()


async def nothing_found(page: Page, scene: Scene) -> None:
    await queue(page, scene)
    await page.get_by_role("searchbox").fill("nadaassim")
    await expect(page.get_by_text("Nada encontrado")).to_be_visible()


async def team_filter(page: Page, scene: Scene) -> None:
    await queue(page, scene)
    await page.get_by_role("button", name="Filtrar por equipe").click()
    await expect(page.get_by_role("menuitemradio", name="financeiro")).to_be_visible()


async def end(page: Page, scene: Scene) -> None:
    await _go(page, scene, "mine", scene.mine)


async def beginning(page: Page, scene: Scene) -> None:
    await end(page, scene)
    await page.locator(".timeline").evaluate("box => { box.scrollTop = 0 }")


async def middle(page: Page, scene: Scene) -> None:
    await end(page, scene)
    await bubbles(page, "Olha o meu").scroll_into_view_if_needed()
    await expect(page.locator(".picture img").first).to_be_visible()


async def message_menu(page: Page, scene: Scene) -> None:
    await end(page, scene)
    await page.locator(".more").last.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem", name="Copiar")).to_be_visible()


async def quoting(page: Page, scene: Scene) -> None:
    await message_menu(page, scene)
    await page.get_by_role("menuitem", name="Responder a esta").click()
    await expect(page.get_by_role("button", name="Não citar")).to_be_visible()


async def noting(page: Page, scene: Scene) -> None:
    await end(page, scene)
    await page.get_by_role("button", name="Nota interna").click()
    await field(page).fill("Pediu retorno amanhã")


async def canned(page: Page, scene: Scene) -> None:
    await end(page, scene)
    await field(page).fill("/")
    await expect(page.get_by_role("option").first).to_be_visible()


async def files(page: Page, scene: Scene) -> None:
    await end(page, scene)
    await field(page).fill("")
    await page.locator("input[type=file]").set_input_files(FILES)
    await expect(page.locator(".files .refused")).to_be_visible()
    await expect(page.locator(".files")).to_contain_text("pronto para enviar")


async def refused(page: Page, scene: Scene) -> None:
    await end(page, scene)
    await page.route("**/messages", lambda r: r.fulfill(status=409, json=REFUSAL), times=1)
    await field(page).fill("não vai")
    await field(page).press("Enter")
    await expect(page.get_by_role("button", name="Descartar")).to_be_visible()


async def templates(page: Page, scene: Scene) -> None:
    await end(page, scene)
    await page.get_by_role("button", name="Modelos aprovados").click()
    await expect(page.get_by_role("radio").first).to_be_visible()


async def transfer(page: Page, scene: Scene) -> None:
    await end(page, scene)
    await page.keyboard.press("t")
    await page.get_by_role("option", name="financeiro Vai").click()
    await expect(page.get_by_role("button", name="Transferir para")).to_be_enabled()


async def closing(page: Page, scene: Scene) -> None:
    await end(page, scene)
    await page.keyboard.press("e")
    await expect(page.get_by_role("dialog")).to_be_visible()


async def details(page: Page, scene: Scene) -> None:
    await end(page, scene)
    if not await page.get_by_role("complementary").is_visible():
        await page.keyboard.press("d")
    await expect(page.get_by_role("region", name="Auditoria")).to_contain_text("assumiu")


async def tagging(page: Page, scene: Scene) -> None:
    await details(page, scene)
    await page.get_by_role("button", name="Adicionar etiqueta").click()
    await expect(page.get_by_role("combobox")).to_be_visible()


async def in_the_queue(page: Page, scene: Scene) -> None:
    await _go(page, scene, "queue", scene.waiting)


async def with_a_colleague(page: Page, scene: Scene) -> None:
    await _go(page, scene, "open", scene.others)


async def window_closed(page: Page, scene: Scene) -> None:
    await _go(page, scene, "mine", scene.shut)
    await expect(page.get_by_role("button", name="Escolher modelo")).to_be_visible()


async def with_the_bot(page: Page, scene: Scene) -> None:
    await _go(page, scene, "bot", scene.bots)


async def closed(page: Page, scene: Scene) -> None:
    await _go(page, scene, "closed", scene.closed)


async def shortcuts(page: Page, scene: Scene) -> None:
    await end(page, scene)
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()


async def settings(page: Page, scene: Scene) -> None:
    await queue(page, scene)
    await page.get_by_role("button", name="Preferências").click()
    await expect(page.get_by_role("dialog")).to_be_visible()


async def failed(page: Page, scene: Scene) -> None:
    await page.route(f"**/conversations/{scene.mine.id}", lambda route: route.abort())
    await page.goto(f"{scene.base}mine/{scene.mine.id}")
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.unroute_all()


async def offline(page: Page, scene: Scene) -> None:
    await end(page, scene)
    await page.context.set_offline(True)
    await expect(page.locator(".banner")).to_be_visible()
    await field(page).fill("escrita sem rede")
    await field(page).press("Enter")
    await expect(page.get_by_title("enviando")).to_be_visible()


STATES: dict[str, State] = {
    state.__name__: state
    for state in (
        queue,
        all_views,
        nothing_found,
        team_filter,
        end,
        beginning,
        middle,
        message_menu,
        quoting,
        noting,
        canned,
        files,
        refused,
        templates,
        transfer,
        closing,
        details,
        tagging,
        in_the_queue,
        with_a_colleague,
        window_closed,
        with_the_bot,
        closed,
        shortcuts,
        settings,
        failed,
        offline,
    )
}
