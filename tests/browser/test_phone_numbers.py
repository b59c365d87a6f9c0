"""A business with several numbers: the page shows one, and one chooses which."""

from playwright.async_api import Browser, expect

from tests.browser.pages import Pages, bubbles, field, handset
from tests.support.simulator import ANA, NUMBER_ID, a_config, simulator

OTHER = {"id": "106540352242923", "display": "+55 19 3333-0001", "name": "AutoCerto Motos"}


async def test_each_number_has_its_own_chats(assets: None, browser: Browser) -> None:
    config = a_config()
    config["apps"][0]["wabas"][0]["phoneNumbers"].append(OTHER)
    async with simulator({"apps": config["apps"]}) as meta:
        pages = Pages(browser, meta.phone)
        page = await pages.open()
        await expect(handset(page).get_by_role("heading")).to_have_text("AutoCerto")

        await page.get_by_role("combobox", name="Número da empresa").select_option(OTHER["id"])
        await expect(handset(page).get_by_role("heading")).to_have_text("AutoCerto Motos")
        await field(page).fill("tem moto?")
        await field(page).press("Enter")

        await expect(bubbles(page, "tem moto?").get_by_title("enviada")).to_be_visible()
        chats = {number: await meta.get("threads", business=number) for number in IDS}
        await pages.close()

    digits = ANA.removeprefix("+")
    assert [len(chats[number].get(digits, [])) for number in IDS] == [0, 1]
    assert pages.reports == []


IDS = (NUMBER_ID, OTHER["id"])
