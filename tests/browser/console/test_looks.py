"""The console in all of its states, on all sizes: nothing that axe finds, nothing cut off."""

import json

import pytest
from playwright.async_api import expect

from tests.browser.axe import violations
from tests.browser.console.pages import HEIGHTS, THEMES, ConsolePages, Theme
from tests.browser.console.states import STATES
from tests.support.console import Running

LOOKS = [(width, theme) for theme in THEMES for width in HEIGHTS]
FITS = "document.documentElement.scrollWidth <= innerWidth"


@pytest.mark.parametrize(("width", "theme"), LOOKS)
async def test_every_section_is_accessible_and_fits(
    console: ConsolePages, running: Running, width: int, theme: Theme
) -> None:
    page = await console.open(width=width, theme=theme)
    found = {}

    for name, reach in STATES.items():
        await reach(page, running)
        broken = await violations(page)
        if not await page.evaluate(FITS):
            broken.append({"rule": "sideways scroll"})
        if broken:
            found[name] = broken

    assert found == {}, json.dumps(found, indent=1, ensure_ascii=False)


async def test_a_phone_reaches_every_section(console: ConsolePages) -> None:
    page = await console.open(width=360)

    await page.get_by_role("button", name="Mais", exact=True).click()
    sheet = page.get_by_role("dialog", name="Seções")
    await sheet.get_by_role("link", name="Campanhas").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("Campanhas")
    await expect(sheet).to_have_count(0)


async def test_a_chosen_theme_is_there_before_the_page_is_painted(console: ConsolePages) -> None:
    page = await console.open("costs", theme="light")
    await page.get_by_role("button", name="Aparência e conta").click()
    await page.get_by_role("menuitemradio", name="Tema escuro").click()

    await page.reload(wait_until="commit")

    assert await page.locator("html").get_attribute("data-theme") == "dark"
