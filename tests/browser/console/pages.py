"""Opens the console as people do, and hears what its pages complain of."""

from typing import Literal

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from prosa.signin.people import Role
from tests.browser.pages import HEIGHTS, PATIENCE_MS, TOUCH
from tests.support.console import Running

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")

__all__ = ["HEIGHTS", "THEMES", "ConsolePages", "Theme"]


class ConsolePages:
    """The pages of one test. `reports` gathers uncaught errors and what the policy blocked."""

    def __init__(self, browser: Browser, running: Running) -> None:
        self.reports: list[str] = []
        self._browser = browser
        self._running = running
        self._contexts: list[BrowserContext] = []

    async def open(
        self,
        path: str = "",
        *,
        width: int = 1440,
        theme: Theme = "light",
        locale: str = "pt-BR",
        role: Role | None = "supervisor",
    ) -> Page:
        """Open an address of the console in a new browser, signed in unless `role` is None."""
        context = await self._browser.new_context(
            viewport={"width": width, "height": HEIGHTS[width]},
            color_scheme=theme,
            locale=locale,
            has_touch=width < TOUCH,
            reduced_motion="reduce",
            accept_downloads=True,
        )
        self._contexts.append(context)
        if role:
            person = await self._running.person(role)
            await context.add_cookies([person.for_browser(self._running.address)])
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: self.reports.append(f"uncaught: {error}"))
        page.on("console", self._heard)
        await page.goto(self._running.page + path)
        if role:
            await expect(page.get_by_role("heading", level=1)).to_be_visible()
        return page

    async def close(self) -> None:
        """Close what was opened."""
        for context in self._contexts:
            await context.close()

    def _heard(self, message: ConsoleMessage) -> None:
        # A lost or refused request is the network's report, which some tests ask for.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.reports.append(message.text)
