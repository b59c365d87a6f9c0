"""The inbox in all of its states, on all sizes: nothing that axe finds, nothing cut off."""

import json

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.axe import violations
from tests.browser.inbox.desk import Desk, Theme
from tests.browser.inbox.house import House
from tests.browser.inbox.states import STATES, Scene, a_scene

LOOKS: list[tuple[int, Theme]] = [
    (width, theme) for theme in ("light", "dark") for width in (360, 768, 1440)
]
FITS = "document.documentElement.scrollWidth <= innerWidth"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def scene(house: House, browser: Browser) -> Scene:
    return await a_scene(Desk(browser, house))


@pytest.mark.parametrize(("width", "theme"), LOOKS)
async def test_every_state_is_accessible_and_fits(
    desk: Desk, scene: Scene, width: int, theme: Theme
) -> None:
    page = await desk.open(scene.boss, "queue", width=width, theme=theme)
    found = {}

    for name, reach in STATES.items():
        await reach(page, scene)
        broken = await violations(page)
        if not await page.evaluate(FITS):
            broken.append({"rule": "sideways scroll"})
        if broken:
            found[name] = broken

    assert found == {}, json.dumps(found, indent=1, ensure_ascii=False)
