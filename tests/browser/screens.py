"""Screenshots of every state, size and theme, to look at: `python -m tests.browser.screens OUT`.

Not a test: people judge looks, and pixels differ from machine to machine.
"""

import asyncio
import sys
from pathlib import Path
from typing import Literal

from playwright.async_api import async_playwright

from prosa.web import build
from tests.browser import chromium
from tests.browser.chat import every_kind
from tests.browser.pages import HEIGHTS, Pages
from tests.browser.states import STATES
from tests.support.simulator import simulator

THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


async def main(out: Path) -> None:
    """Take them all."""
    async with simulator() as meta, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium.find_or_install(), args=chromium.flags()
        )
        await every_kind(meta)
        for name, reach in STATES.items():
            for width in HEIGHTS:
                for theme in THEMES:
                    pages = Pages(browser, meta.phone)
                    page = await pages.open(width=width, theme=theme)
                    await page.evaluate("document.fonts.ready")
                    await reach(page)
                    await page.screenshot(path=out / f"{name}-{width}-{theme}.png")
                    await pages.close()
        await browser.close()


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    build.main([])
    asyncio.run(main(target))
