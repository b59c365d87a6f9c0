"""What the README promises: `prosa up`, open the phone, ask for a car, and the dealer answers."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.axe import violations
from tests.browser.pages import Pages, bubbles, field, handset
from tests.support.laptop import laptop

ROOT = Path(__file__).parents[2]
ASKED = "oi, tem corolla automático até 90 mil?"
LOADED = "img => img.complete && img.naturalWidth > 0"


@pytest_asyncio.fixture(loop_scope="session")
async def phone(assets: None, browser: Browser, tmp_path: Path) -> AsyncIterator[Page]:
    """Run the example dealer and open the phone that it prints the address of."""
    async with laptop(ROOT / "manifests" / "examples" / "autocerto", tmp_path / "data") as running:
        pages = Pages(browser, running.ready["phone"])
        yield await pages.open()
        await pages.close()
        assert pages.reports == []


async def test_the_readmes_question_is_answered_with_cars(phone: Page) -> None:
    assert ASKED in (ROOT / "README.md").read_text("utf-8")
    await field(phone).fill(ASKED)
    await field(phone).press("Enter")

    await expect(bubbles(phone, "3 opções de Corolla automático até R$ 90.000")).to_be_visible()
    await expect(bubbles(phone, "Qual deles você quer ver melhor?")).to_be_visible()
    cars = bubbles(phone, "automático · flex")
    await expect(cars).to_have_count(3)
    await expect(cars.filter(has_text="R$ 88.900")).to_contain_text("Corolla GLi Upper 1.8 2017")
    assert await cars.locator("img").evaluate_all(f"all => all.every({LOADED})")
    assert await violations(phone) == []

    await handset(phone).get_by_role("button", name="Ver os carros").click()
    rows = phone.get_by_role("dialog").get_by_role("button", name="Corolla 201")
    await expect(rows).to_have_count(3)
    assert await violations(phone) == []

    await rows.nth(1).click()
    await expect(bubbles(phone, "Ano 2016 · 97.000 km")).to_be_visible()
    await expect(
        handset(phone).get_by_role("button", name="Agendar test drive").last
    ).to_be_visible()
    assert await violations(phone) == []
