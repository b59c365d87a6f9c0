"""Opens pages as people do, and hears what they complain of: each complaint fails the test."""

from typing import Literal

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

HEIGHTS = {360: 740, 768: 1024, 1440: 900}
TOUCH = 600  # px; what is narrower is held in a hand
PATIENCE_MS = 20_000  # the machine may be busy; nothing here waits for its own sake

expect.set_options(timeout=PATIENCE_MS)


class Pages:
    """The pages of one test. `reports` gathers uncaught errors and what the policy blocked."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.reports: list[str] = []
        self._browser = browser
        self._address = address
        self._contexts: list[BrowserContext] = []

    async def open(
        self,
        *,
        width: int = 1440,
        theme: Literal["light", "dark"] = "light",
        locale: str = "pt-BR",
        beside: Page | None = None,
    ) -> Page:
        """Open the phone in a new browser, or in a tab beside another page."""
        context = beside.context if beside else await self._context(width, theme, locale)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: self.reports.append(f"uncaught: {error}"))
        page.on("console", self._heard)
        await page.goto(self._address)
        await expect(field(page)).to_be_visible()
        return page

    async def close(self) -> None:
        """Close what was opened."""
        for context in self._contexts:
            await context.close()

    async def _context(
        self, width: int, theme: Literal["light", "dark"], locale: str
    ) -> BrowserContext:
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


def handset(page: Page, name: str = "Ana Souza") -> Locator:
    """Find one customer's phone."""
    return page.get_by_role("region", name=name)


def field(page: Page, name: str = "Ana Souza") -> Locator:
    """Find where a customer writes."""
    return page.get_by_role("textbox", name=name)


def bubbles(page: Page, text: str, name: str = "Ana Souza") -> Locator:
    """Find the messages on a customer's screen that contain a text."""
    return handset(page, name).locator(".wa", has_text=text)
