"""Screenshots of the console's sections: `python -m tests.browser.console.screens OUT [SECTION…]`.

Not a test: people judge looks, and pixels differ from machine to machine.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright

from prosa.clock import SystemClock
from prosa.web import build
from tests.browser import chromium
from tests.browser.console.pages import HEIGHTS, THEMES, ConsolePages
from tests.browser.console.states import STATES, seeded
from tests.support.console import a_console
from tests.support.postgres import a_postgres


async def main(out: Path, wanted: list[str]) -> None:
    """Take them all."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            a_postgres(Path(folder)) as database,
            a_console(Path(folder), database) as running,
            async_playwright() as playwright,
        ):
            await seeded(running, SystemClock().now_ms())
            browser = await playwright.chromium.launch(
                executable_path=chromium.find_or_install(), args=chromium.flags()
            )
            for name, reach in STATES.items():
                if wanted and name not in wanted:
                    continue
                for width in HEIGHTS:
                    for theme in THEMES:
                        pages = ConsolePages(browser, running)
                        page = await pages.open(width=width, theme=theme)
                        await reach(page, running)
                        await page.evaluate("document.fonts.ready")
                        await page.screenshot(path=out / f"{name}-{width}-{theme}.png")
                        await pages.close()
                        for report in pages.reports:
                            sys.stderr.write(f"{name} {width} {theme}: {report}\n")
            await browser.close()


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    build.main([])
    asyncio.run(main(target, sys.argv[2:]))
