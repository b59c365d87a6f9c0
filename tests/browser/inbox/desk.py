"""A support team's desks: customers who ask for a person, and agents who open the inbox.

What agents see is opened in a browser; what the customers did and what the platform was told is
written to, and read from, the real streams and the database.
"""

from dataclasses import dataclass
from itertools import count
from typing import Any, Literal

import asyncpg
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

from prosa.contracts.outbound import Outbound
from prosa.signin.people import Role
from tests.browser.inbox.house import House
from tests.browser.pages import HEIGHTS, PATIENCE_MS, TOUCH
from tests.support.eventually import eventually
from tests.support.signin import SignedIn, signed_in

Theme = Literal["light", "dark"]
HOUR_MS = 3_600_000

_numbers = count(1)


@dataclass(frozen=True)
class Ticket:
    """One customer's call for a person."""

    id: str
    phone: str
    name: str


class Desk:
    """The inbox of one test. `reports` gathers uncaught errors and what the policy blocked."""

    def __init__(self, browser: Browser, house: House) -> None:
        self.reports: list[str] = []
        self.world = house.world
        self.meta = house.meta
        self.inbox = house.inbox
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    # --- customers

    async def ticket(
        self, name: str = "", *, window_ms: int = 20 * HOUR_MS, text: str = "", **event: Any
    ) -> Ticket:
        """Let a customer ask for a person; her window is open for so long."""
        phone = self.world.somebody()
        name = name or f"Vanessa Barbosa {next(_numbers)}"
        last = self.world.clock.now_ms() - (24 * HOUR_MS - window_ms)
        contact = await self.world.customer(phone, name=name, last_inbound_at_ms=last)
        if text:
            await self.world.says(phone, text, at_ms=last, received_at_ms=last)
        id_ = await self.world.asks_for_a_person(contact, **event)
        await eventually(lambda: self.world.is_there(self.inbox, id_))
        return Ticket(id_, phone, name)

    async def claimed(self, agent: SignedIn, name: str = "", **details: Any) -> Ticket:
        """Give an agent a ticket of her own."""
        ticket = await self.ticket(name, **details)
        await self.claim(agent, ticket)
        return ticket

    async def claim(self, agent: SignedIn, ticket: Ticket) -> None:
        """Let an agent claim, elsewhere than in the browser."""
        status, answer = await self.ask(agent, f"conversations/{ticket.id}/claim")
        assert status == 200, answer

    async def ask(self, agent: SignedIn, path: str, body: Any = None) -> tuple[int, Any]:
        """Post to the API as an agent."""
        url = f"{self.inbox.base}api/{path}"
        headers = {**agent.header, "Content-Type": "application/json"}
        async with self.world.http.post(url, json=body or {}, headers=headers) as answer:
            return answer.status, await answer.json(content_type=None)

    async def row(self, ticket: Ticket) -> dict[str, Any]:
        """Read a ticket as it is now."""
        found = await self.inbox.ticket(ticket.id)
        row: dict[str, Any] = found["conversation"]
        return row

    async def lines(self, ticket: Ticket) -> list[dict[str, Any]]:
        """Read a ticket's timeline as it is now."""
        found: list[dict[str, Any]] = (await self.inbox.ticket(ticket.id))["messages"]
        return found

    async def sent(self, ticket: Ticket) -> list[Outbound]:
        """Read what agents have sent her."""
        found = await self.world.outbounds(ticket.phone)
        return [each for each in found if each.author == "agent"]

    async def execute(self, sql: str, *values: Any) -> None:
        """Change the database under the inbox, as time or an administrator would."""
        connection = await asyncpg.connect(self.world.url.get_secret_value())
        try:
            await connection.execute(sql, *values)
        finally:
            await connection.close()

    # --- agents

    async def agent(self, name: str = "", role: Role = "agent") -> SignedIn:
        """Let somebody sign in."""
        shown = name or f"Caio Nunes {next(_numbers)}"
        return await signed_in(self.world.url, role=role, display_name=shown)

    async def open(
        self,
        agent: SignedIn | None,
        path: str = "queue",
        *,
        width: int = 1440,
        theme: Theme = "light",
        locale: str = "pt-BR",
        beside: Page | None = None,
    ) -> Page:
        """Open an address of the inbox in a new browser, or in a tab beside another page."""
        context = beside.context if beside else await self._context(width, theme, locale)
        if agent and not beside:
            await context.add_cookies([agent.for_browser(self.inbox.base)])
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: self.reports.append(f"uncaught: {error}"))
        page.on("console", self._heard)
        await page.goto(self.inbox.base + path)
        return page

    async def opened(self, agent: SignedIn, ticket: Ticket, view: str = "mine", **how: Any) -> Page:
        """Open a conversation and wait until it is shown."""
        page = await self.open(agent, f"{view}/{ticket.id}", **how)
        await expect(conversation(page, ticket.name)).to_be_visible()
        await expect(page.locator(".timeline ol")).to_be_visible()
        return page

    async def close(self) -> None:
        """Close what was opened."""
        for context in self._contexts:
            await context.close()

    async def _context(self, width: int, theme: Theme, locale: str) -> BrowserContext:
        context = await self._browser.new_context(
            viewport={"width": width, "height": HEIGHTS[width]},
            color_scheme=theme,
            locale=locale,
            has_touch=width < TOUCH,
            reduced_motion="reduce",
        )
        self._contexts.append(context)
        return context

    def _heard(self, message: ConsoleMessage) -> None:
        # A lost or refused request is the network's report, which some tests ask for.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.reports.append(message.text)


def conversation(page: Page, name: str) -> Locator:
    """Find the open conversation with somebody."""
    return page.get_by_role("region", name=name, exact=True)


def field(page: Page) -> Locator:
    """Find where an agent writes."""
    return page.locator("#composer")


def bubbles(page: Page, text: str) -> Locator:
    """Find the messages that hold a text."""
    return page.locator(".bubble", has_text=text)


def row(page: Page, name: str) -> Locator:
    """Find a row of the list."""
    return page.locator(".row-c", has_text=name)


async def say(page: Page, text: str) -> None:
    """Write and send."""
    await field(page).fill(text)
    await field(page).press("Enter")
