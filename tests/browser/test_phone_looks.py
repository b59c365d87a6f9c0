"""The phone page in all of its states, on all sizes: nothing that axe finds, nothing cut off."""

import json
from typing import Literal

import pytest

from tests.browser.axe import violations
from tests.browser.chat import every_kind
from tests.browser.pages import Pages, field
from tests.browser.states import STATES, leave
from tests.support.simulator import Simulator

Theme = Literal["light", "dark"]
LOOKS: list[tuple[int, Theme]] = [
    (width, theme) for theme in ("light", "dark") for width in (360, 768, 1440)
]
FITS = "document.documentElement.scrollWidth <= innerWidth"


@pytest.mark.parametrize(("width", "theme"), LOOKS)
async def test_every_state_is_accessible_and_fits(
    pages: Pages, meta: Simulator, width: int, theme: Theme
) -> None:
    await every_kind(meta)
    page = await pages.open(width=width, theme=theme)
    found = {}

    for name, reach in STATES.items():
        await reach(page)
        broken = await violations(page)
        if not await page.evaluate(FITS):
            broken.append({"rule": "sideways scroll"})
        if broken:
            found[name] = broken
        await leave(page)

    assert found == {}, json.dumps(found, indent=1, ensure_ascii=False)


@pytest.mark.parametrize("width", [360, 1440])
async def test_an_empty_chat_is_accessible(pages: Pages, width: int) -> None:
    page = await pages.open(width=width)

    assert await violations(page) == []


async def test_the_page_speaks_english_to_those_who_ask_for_it(pages: Pages) -> None:
    page = await pages.open(locale="en-US")

    assert await page.locator("html").get_attribute("lang") == "en"
    assert await field(page).get_attribute("aria-label") == "Message from Ana Souza"


async def test_a_chosen_theme_is_there_before_the_page_is_painted(pages: Pages) -> None:
    page = await pages.open(theme="light")
    await page.get_by_role("button", name="Aparência e idioma").click()
    await page.get_by_role("menuitemradio", name="Tema escuro").click()

    await page.reload(wait_until="commit")

    assert await page.locator("html").get_attribute("data-theme") == "dark"
