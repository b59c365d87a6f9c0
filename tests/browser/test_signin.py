"""The sign-in page: by password and by an identity provider, in words that help, for everybody."""

import json
import re
from collections.abc import AsyncIterator
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from pydantic import SecretStr

from prosa.web.guard import Guard
from tests.browser.axe import violations
from tests.browser.pages import HEIGHTS, PATIENCE_MS, TOUCH
from tests.support.door import a_door, served
from tests.support.oidc import OidcProvider, an_oidc_provider
from tests.support.postgres import a_postgres
from tests.support.signin import PASSWORD, an_account, guessed

Theme = Literal["light", "dark"]
TONGUES: tuple[tuple[Theme, str], ...] = (("light", "pt-BR"), ("dark", "en-US"))
LOOKS = [(width, *each) for width in (360, 1440) for each in TONGUES]
FITS = "document.documentElement.scrollWidth <= innerWidth"


class Entrance:
    """The page's address, and browsers that come to it; what they complain of fails the test."""

    def __init__(self, address: str, browser: Browser) -> None:
        self.address = address
        self.reports: list[str] = []
        self._browser = browser
        self._pages: list[Page] = []

    async def open(
        self,
        path: str = "/inbox?view=mine",
        *,
        width: int = 1440,
        theme: Theme = "light",
        locale: str = "pt-BR",
    ) -> Page:
        context = await self._browser.new_context(
            viewport={"width": width, "height": HEIGHTS[width]},
            color_scheme=theme,
            locale=locale,
            has_touch=width < TOUCH,
            reduced_motion="reduce",
        )
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: self.reports.append(f"uncaught: {error}"))
        page.on(
            "console",
            lambda said: (
                self.reports.append(said.text)
                if said.type == "error" and not said.text.startswith("Failed to load resource")
                else None
            ),
        )
        self._pages.append(page)
        await page.goto(f"{self.address}{path}")
        return page

    async def close(self) -> None:
        for page in self._pages:
            await page.context.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SecretStr]:
    async with a_postgres(tmp_path_factory.mktemp("signin")) as address:
        await an_account(address, name="ana", display_name="Ana Souza", password=PASSWORD)
        yield address


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def provider() -> AsyncIterator[OidcProvider]:
    async with an_oidc_provider() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def address(
    assets: None,
    url: SecretStr,
    provider: OidcProvider,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[str]:
    secret = tmp_path_factory.mktemp("oidc") / "secret"
    secret.write_text("our-secret-at-the-provider")
    async with (
        a_door(
            url,
            oidc_issuer=provider.issuer,
            oidc_client_id="prosa",
            oidc_client_secret=secret,
            oidc_name="Contoso",
        ) as door,
        served(Guard(door.app)) as where,
    ):
        yield where


@pytest_asyncio.fixture(loop_scope="session")
async def entrance(address: str, browser: Browser) -> AsyncIterator[Entrance]:
    own = Entrance(address, browser)
    yield own
    await own.close()
    assert own.reports == []


async def fill(page: Page, name: str, password: str) -> None:
    await page.get_by_label("Usuário").fill(name)
    await page.get_by_label("Senha", exact=True).fill(password)
    await page.keyboard.press("Enter")


async def test_who_signs_in_comes_to_where_she_wanted(entrance: Entrance) -> None:
    page = await entrance.open("/inbox?view=mine")
    await expect(page.get_by_label("Usuário")).to_be_focused()

    await fill(page, "ana", PASSWORD)

    await expect(page.get_by_text("inbox of Ana Souza")).to_be_visible()
    assert page.url == f"{entrance.address}/inbox?view=mine"


async def test_no_script_can_read_the_session(entrance: Entrance) -> None:
    page = await entrance.open()
    await fill(page, "ana", PASSWORD)
    await expect(page.get_by_text("inbox of Ana Souza")).to_be_visible()

    assert "prosa_session" not in await page.evaluate("document.cookie")
    (cookie,) = [c for c in await page.context.cookies() if c["name"] == "prosa_session"]
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Lax", "/")


async def test_a_wrong_password_is_announced_and_can_be_corrected(entrance: Entrance) -> None:
    page = await entrance.open()
    await fill(page, "ana", "not her password")

    await expect(page.get_by_role("alert")).to_have_text("Usuário ou senha incorretos.")
    await expect(page.get_by_label("Senha", exact=True)).to_be_focused()
    await expect(page.get_by_label("Senha", exact=True)).to_have_attribute("aria-invalid", "true")

    await page.get_by_label("Senha", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("inbox of Ana Souza")).to_be_visible()


async def test_an_empty_field_is_named(entrance: Entrance) -> None:
    page = await entrance.open()

    await page.get_by_role("button", name="Entrar", exact=True).click()

    await expect(page.get_by_role("alert")).to_have_text("Escreva seu usuário")
    await expect(page.get_by_label("Usuário")).to_be_focused()


async def test_who_guesses_is_told_how_long_to_wait(entrance: Entrance, url: SecretStr) -> None:
    await an_account(url, name="bia", password=PASSWORD)
    await guessed(url, "bia", "127.0.0.1")
    page = await entrance.open()

    await fill(page, "bia", PASSWORD)

    await expect(page.get_by_role("alert")).to_contain_text(re.compile("Espere 1[56] minutos"))


async def test_the_password_can_be_looked_at(entrance: Entrance) -> None:
    page = await entrance.open()
    field = page.get_by_label("Senha", exact=True)
    await field.fill("visible")

    await page.get_by_role("button", name="Mostrar a senha").click()

    await expect(field).to_have_attribute("type", "text")


async def test_an_identity_provider_leads_back_to_where_she_wanted(
    entrance: Entrance, provider: OidcProvider
) -> None:
    await provider.knows("caio", name="Caio Reis", groups=["prosa-agent"])
    page = await entrance.open("/inbox?c=7")

    await page.get_by_role("link", name="Entrar com Contoso").click()
    await page.get_by_placeholder("sub").fill("caio")
    await page.get_by_role("button", name="Authorize").click()

    await expect(page.get_by_text("inbox of Caio Reis")).to_be_visible()
    assert page.url == f"{entrance.address}/inbox?c=7"


async def test_who_has_no_role_reads_whom_to_ask(
    entrance: Entrance, provider: OidcProvider
) -> None:
    await provider.knows("eve", name="Eve", groups=["accounting"])
    page = await entrance.open()

    await page.get_by_role("link", name="Entrar com Contoso").click()
    await page.get_by_placeholder("sub").fill("eve")
    await page.get_by_role("button", name="Authorize").click()

    await expect(page.get_by_role("alert")).to_contain_text("grupo da Prosa")


async def test_a_chosen_language_and_theme_stay(entrance: Entrance) -> None:
    page = await entrance.open()
    await page.get_by_role("button", name="Aparência e idioma").click()
    await page.get_by_role("menuitemradio", name="English").click()
    await expect(page.get_by_role("heading", name="Sign in to Prosa")).to_be_visible()

    await page.get_by_role("button", name="Appearance and language").click()
    await page.get_by_role("menuitemradio", name="Dark theme").click()
    await page.reload()

    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize(("width", "theme", "locale"), LOOKS)
async def test_every_state_is_accessible_and_fits(
    entrance: Entrance, width: int, theme: Theme, locale: str
) -> None:
    found = {}
    for why in ("", "session_ended", "role_unmapped", "invented"):
        path = f"/signin?next=/inbox&why={why}"
        page = await entrance.open(path, width=width, theme=theme, locale=locale)
        await expect(page.get_by_role("heading")).to_be_visible()
        broken = await violations(page)
        if not await page.evaluate(FITS):
            broken.append({"rule": "sideways scroll"})
        if broken:
            found[why] = broken

    assert found == {}, json.dumps(found, indent=1, ensure_ascii=False)
