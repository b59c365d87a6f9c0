"""Screenshots of the inbox: `python -m tests.browser.inbox.screens OUT [STATE…]`.

Not a test: people judge looks, and pixels differ from machine to machine.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright

from prosa.web import build
from tests.browser import chromium
from tests.browser.inbox.desk import Desk, Theme
from tests.browser.inbox.house import a_house
from tests.browser.inbox.states import STATES, a_scene
from tests.browser.pages import HEIGHTS

THEMES: tuple[Theme, ...] = ("light", "dark")


async def main(out: Path, wanted: list[str]) -> None:
    """Take them all."""
    with tempfile.TemporaryDirectory() as folder:
        async with a_house(Path(folder)) as house, async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=chromium.find_or_install(), args=chromium.flags()
            )
            scene = await a_scene(Desk(browser, house))
            for width in HEIGHTS:
                for theme in THEMES:
                    desk = Desk(browser, house)
                    page = await desk.open(scene.boss, "queue", width=width, theme=theme)
                    for name, reach in STATES.items():
                        if not wanted or name in wanted:
                            await reach(page, scene)
                            await page.evaluate("document.fonts.ready")
                            await page.screenshot(path=out / f"{name}-{width}-{theme}.png")
                    await desk.close()
                    for report in desk.reports:
                        sys.stderr.write(f"{width} {theme}: {report}\n")
            await browser.close()


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    build.main([])
    asyncio.run(main(target, sys.argv[2:]))
