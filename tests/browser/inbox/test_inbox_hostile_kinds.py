"""Whatever a stranger puts into whichever field of a message: the inbox shows it as words."""

from typing import get_args

from playwright.async_api import Page, expect

from prosa.contracts.inbound import CustomerBody, Inbound
from prosa.contracts.outbound import Outbound
from tests.browser.inbox.desk import Desk, Ticket
from tests.support.strangers import HOSTILE, hostile

MARKUP = """() => [...document.querySelectorAll("*")].flatMap((node) =>
  [...node.attributes].filter((a) =>
    /^on/i.test(a.name) || /^\\s*javascript:/i.test(a.value) && /href|src|action/i.test(a.name)
  ).map((a) => `<${node.localName} ${a.name}="${a.value.slice(0, 80)}">`)
)"""


async def watched(desk: Desk, ticket: Ticket, agent_name: str = "") -> tuple[Page, list[str]]:
    """Open the conversation, and hear what would be run."""
    agent = await desk.agent(agent_name)
    await desk.claim(agent, ticket)
    page = await desk.open(agent, f"mine/{ticket.id}")
    heard: list[str] = []
    page.on("dialog", lambda dialog: heard.append(dialog.message))
    return page, heard


async def test_nothing_of_a_customers_messages_is_run(desk: Desk) -> None:
    ticket = await desk.ticket(HOSTILE, summary=HOSTILE, slots={HOSTILE: HOSTILE})
    page, heard = await watched(desk, ticket, HOSTILE)
    kinds = get_args(CustomerBody)
    told = [each for each in hostile(Inbound, "inbound-*.json") if isinstance(each.body, kinds)]
    assert len(told) > 8

    for each in told:
        assert isinstance(each.body, kinds)
        await desk.world.says(ticket.phone, each.body, name=HOSTILE, referral=each.referral)
    await desk.world.says(ticket.phone, "o fim")

    await expect(page.locator(".bubble", has_text="o fim")).to_be_visible()
    await expect(page.locator(".bubble", has_text="<img src=x")).not_to_have_count(0)
    assert await page.evaluate(MARKUP) == []
    assert await page.locator("img[src='x']").count() == 0
    assert heard == []


async def test_nothing_of_what_the_bot_repeats_is_run(desk: Desk) -> None:
    ticket = await desk.ticket(text="oi")
    page, heard = await watched(desk, ticket)
    contact = (await desk.world.says(ticket.phone, "o começo")).contact

    for each in hostile(Outbound, "outbound-*.json"):
        for content in each.messages:
            outbound = Outbound(
                id=each.id, contact=contact, address=each.address,
                phone_number_id=each.phone_number_id, messages=(content,), author="bot",
                owner_revision=1, created_at_ms=desk.world.clock.now_ms(),
            )  # fmt: skip
            await desk.world.sends(outbound)
    await desk.world.says(ticket.phone, "o fim")

    await expect(page.locator(".bubble", has_text="o fim")).to_be_visible()
    await expect(page.locator(".bubble", has_text="<img src=x")).not_to_have_count(0)
    assert await page.evaluate(MARKUP) == []
    assert await page.locator("img[src='x']").count() == 0
    assert heard == []
