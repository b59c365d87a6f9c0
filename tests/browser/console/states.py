"""The states that the console can be in, each reached as a person reaches it.

Used for accessibility, for sideways scrolling and for screenshots. A state starts from any page of
a console that has a fortnight behind it, in Portuguese.
"""

from collections.abc import Awaitable, Callable

import msgspec
from playwright.async_api import Page, expect

from prosa.contracts import subjects
from prosa.contracts.dead_letter import DeadLetter
from prosa.contracts.identity import ContactKey
from prosa.contracts.inbound import Inbound, Text
from tests.support.analytics import tell
from tests.support.console import Running
from tests.support.eventually import eventually
from tests.support.shop import Story

State = Callable[[Page, Running], Awaitable[None]]

REASONS = (
    ("poison", "KeyError in services/conversation/tools.py:112", "conversation", 6),
    ("meta_132000", "template baixou: 2 parameters expected, 1 given", "sender", 1),
    ("meta_131026", "the number is not on WhatsApp", "sender", 1),
    ("undecodable", "expected `str`, got `null` - at `$.id`", "conversation", 1),
)


async def seeded(running: Running, now_ms: int, customers: int = 40) -> Story:
    """Let a fortnight pass, and some letters die."""
    story = Story(now_ms)
    told = story.fortnight(customers)
    for first in range(0, len(told), 1000):
        await tell(running.jetstream, *told[first : first + 1000])
    sent = sum(isinstance(one, Inbound) for one in told)
    await eventually(lambda: _has(running, "messages", sent), within=120)
    contacts = list(dict.fromkeys(one.contact for one in told))
    for n in range(7):
        await dead(running, n, contacts[n * 3], now_ms - n * 7_000_000)
    return story


async def _has(running: Running, table: str, rows: int) -> bool:
    return await running.count(table) >= rows


async def dead(running: Running, n: int, contact: ContactKey, at_ms: int) -> None:
    """Let one message die."""
    reason, detail, service, attempts = REASONS[n % len(REASONS)]
    body = Inbound(
        id=f"wamid.dead{n}",
        contact=contact,
        phone_number_id="1",
        at_ms=at_ms,
        received_at_ms=at_ms,
        body=Text("<b>tem o Compass ainda?</b>"),
    )
    await running.letters.park(
        DeadLetter(
            id=f"dead{n}",
            service=service,
            contact=contact,
            reason=reason,
            detail=detail,
            attempts=attempts,
            origin_subject=subjects.inbound(running.bot, contact),
            origin_stream=subjects.in_stream(running.bot),
            origin_sequence=1000 + n,
            at_ms=at_ms,
            payload=msgspec.json.encode(body),
            headers={"Nats-Msg-Id": f"wamid.dead{n}", "traceparent": "00-4bf92f3577b34da6-01"},
        )
    )


async def section(page: Page, running: Running, path: str, sees: str) -> None:
    await page.goto(f"{running.page}{path}")
    await expect(page.get_by_text(sees).filter(visible=True).first).to_be_visible()
    await expect(page.locator(".waiting")).to_have_count(0)
    await expect(page.locator("[aria-busy=true]")).to_have_count(0)


async def queues(page: Page, running: Running) -> None:
    await section(page, running, "queues", "Mensagens para o bot")


async def dead_letters(page: Page, running: Running) -> None:
    await section(page, running, "dead", "Sempre falha")


async def letter(page: Page, running: Running) -> None:
    await dead_letters(page, running)
    await page.get_by_role("link", name="Sempre falha").first.click()
    await expect(page.get_by_role("dialog").get_by_text("Conteúdo")).to_be_visible()


async def conversations(page: Page, running: Running) -> None:
    await section(page, running, "conversations", "Desfecho")


async def found(page: Page, running: Running) -> None:
    await section(page, running, "conversations?q=consorcio", "Mensagens encontradas")


async def replay(page: Page, running: Running) -> None:
    await section(page, running, "conversations?author=agent", "Conversas")
    await page.locator("td a, th a").first.click()
    await expect(page.locator(".reason-chip").first).to_be_visible()
    await expect(page.locator("[aria-busy=true]")).to_have_count(0)


async def flows(page: Page, running: Running) -> None:
    await section(page, running, "flows", "Funil de buscar")


async def intents(page: Page, running: Running) -> None:
    await section(page, running, "intents", "Quanto o bot entende")


async def intent_table(page: Page, running: Running) -> None:
    await section(page, running, "intents?tab=intents", "Certeza mediana")


async def people(page: Page, running: Running) -> None:
    await section(page, running, "people", "Primeira resposta")


async def campaigns(page: Page, running: Running) -> None:
    await section(page, running, "campaigns", "price-drop")


async def costs(page: Page, running: Running) -> None:
    await section(page, running, "costs", "Por categoria da Meta")


async def data(page: Page, running: Running) -> None:
    await section(page, running, "data", "Leitura dos streams")


async def period(page: Page, running: Running) -> None:
    await costs(page, running)
    await page.get_by_role("button", name="Últimos 7 dias").click()
    await expect(page.get_by_role("dialog", name="Período")).to_be_visible()


async def nothing(page: Page, running: Running) -> None:
    await section(page, running, "costs?from=2020-01-01&to=2020-01-02", "Nenhuma mensagem")


STATES: dict[str, State] = {
    "queues": queues,
    "dead": dead_letters,
    "letter": letter,
    "conversations": conversations,
    "found": found,
    "replay": replay,
    "flows": flows,
    "intents": intents,
    "intent-table": intent_table,
    "people": people,
    "campaigns": campaigns,
    "costs": costs,
    "data": data,
    "period": period,
    "nothing": nothing,
}
