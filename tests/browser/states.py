"""The states that the phone page can be in, each reached as a person reaches it.

Used for accessibility, for sideways scrolling and for screenshots. A state starts from a page that
shows Ana's conversation with one message of each kind, in Portuguese.
"""

from collections.abc import Awaitable, Callable

from playwright.async_api import Page, expect

from tests.browser.pages import field, handset

State = Callable[[Page], Awaitable[None]]


async def conversation(page: Page) -> None:
    await expect(handset(page).locator(".wa").last).to_be_visible()


async def beginning(page: Page) -> None:
    await handset(page).locator(".wall").evaluate("wall => { wall.scrollTop = 0 }")


async def middle(page: Page) -> None:
    await handset(page).locator(".wa", has_text="A ficha").scroll_into_view_if_needed()


async def message_menu(page: Page) -> None:
    await handset(page).locator(".wa-more").last.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem", name="Responder")).to_be_visible()


async def replying(page: Page) -> None:
    await message_menu(page)
    await page.get_by_role("menuitem", name="Responder").click()
    await expect(page.get_by_role("button", name="Não responder")).to_be_visible()


async def a_list(page: Page) -> None:
    await handset(page).get_by_role("button", name="Ver opções").click()
    await expect(page.get_by_role("dialog")).to_be_visible()


async def picture(page: Page) -> None:
    await handset(page).get_by_role("button", name="Ampliar").first.click()
    await expect(page.get_by_role("dialog")).to_be_visible()


async def attach_menu(page: Page) -> None:
    await handset(page).get_by_role("button", name="Anexar").click()
    await expect(page.get_by_role("menuitem", name="Foto")).to_be_visible()


async def photo(page: Page) -> None:
    await attach_menu(page)
    await page.get_by_role("menuitem", name="Foto").click()
    await expect(page.get_by_role("dialog")).to_be_visible()


async def location(page: Page) -> None:
    await attach_menu(page)
    await page.get_by_role("menuitem", name="Localização").click()
    await expect(page.get_by_role("dialog")).to_be_visible()


async def new_customer(page: Page) -> None:
    await page.get_by_role("button", name="Novo cliente").click()
    await expect(page.get_by_role("dialog")).to_be_visible()


async def settings(page: Page) -> None:
    await page.get_by_role("button", name="Aparência e idioma").click()
    await expect(page.get_by_role("menuitemradio", name="Tema escuro")).to_be_visible()


async def traffic(page: Page) -> None:
    await _drawer(page, "Tráfego")
    await page.locator(".lines li > button").first.click()
    await expect(page.get_by_role("region", name="Conteúdo")).to_be_visible()


async def controls(page: Page) -> None:
    await _drawer(page, "Controles")
    await page.get_by_role("switch").first.check()
    await expect(page.get_by_role("switch").first).to_be_checked()


async def refused(page: Page) -> None:
    await page.route(
        "**/api/messages*", lambda route: route.fulfill(status=422, json=REFUSAL), times=1
    )
    await field(page).fill("recusada")
    await field(page).press("Enter")
    await expect(page.get_by_role("button", name="Tentar de novo")).to_be_visible()


async def offline(page: Page) -> None:
    await page.context.set_offline(True)
    await expect(page.locator(".banner")).to_be_visible()
    await field(page).fill("escrita sem rede")
    await field(page).press("Enter")
    await expect(page.get_by_title("a caminho")).to_be_visible()


async def leave(page: Page) -> None:
    """Go back to the conversation: dialogs, menus and the drawer close on Escape."""
    for _ in range(2):
        await page.keyboard.press("Escape")


async def _drawer(page: Page, tab: str) -> None:
    if not await page.get_by_role("tab", name=tab).is_visible():
        await page.get_by_role("button", name="Mostrar o que acontece por baixo").click()
    await page.get_by_role("tab", name=tab).click()


REFUSAL = {"title": "O simulador recusou", "status": 422}
STATES: dict[str, State] = {
    state.__name__: state
    for state in (
        conversation,
        beginning,
        middle,
        message_menu,
        replying,
        a_list,
        picture,
        attach_menu,
        photo,
        location,
        new_customer,
        settings,
        traffic,
        controls,
        refused,
        offline,
    )
}
