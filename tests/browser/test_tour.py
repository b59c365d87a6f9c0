"""The README's tour, on the whole platform: bot, person, bot again, and a price that falls.

    make screenshots        plays it and writes docs/images/tour-*.png

Nothing stands in for anything but Meta: `prosa up` runs the dealer of the examples, three people
sit at three pages, and the price falls in the catalogue's file.
"""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import yaml
from playwright.async_api import Browser, BrowserContext, Page, expect
from pydantic import SecretStr

from tests.browser.inbox import desk
from tests.browser.pages import PATIENCE_MS, bubbles, field
from tests.support.eventually import eventually
from tests.support.laptop import Laptop, laptop
from tests.support.signin import signed_in

ROOT = Path(__file__).parents[2]
IMAGES = os.environ.get("PROSA_SCREENSHOTS")
"""Folder for the pictures; without it the tour is only a test."""

CAR, DEARER, CHEAPER = "corolla-2017", "88900", "83900"
ASKED = "oi, tem corolla automático até 90 mil?"


class Tour:
    """The platform and the pages that look at it."""

    def __init__(self, running: Laptop, folder: Path, context: BrowserContext) -> None:
        self.running = running
        self.folder = folder
        self._context = context
        self._taken = 0

    async def open(self, address: str, width: int = 1440, height: int = 900) -> Page:
        page = await self._context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        await page.set_viewport_size({"width": width, "height": height})
        await page.goto(address)
        return page

    async def picture(self, page: Page, name: str) -> None:
        """Keep what a page shows now."""
        self._taken += 1
        if IMAGES:
            await page.wait_for_timeout(400)  # panels and bubbles have slid in
            await page.screenshot(path=f"{IMAGES}/tour-{self._taken}-{name}.png")

    async def run(self, *command: str) -> str:
        """Run a command of the README beside the platform; gives what it printed."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "prosa.cli", *command, "--data", str(self.running.data)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=ROOT,
        )
        out, _ = await process.communicate()
        assert process.returncode == 0, out.decode()
        return out.decode()


@pytest_asyncio.fixture(loop_scope="session")
async def tour(assets: None, browser: Browser, tmp_path: Path) -> AsyncIterator[Tour]:
    folder = tmp_path / "autocerto"
    shutil.copytree(ROOT / "manifests" / "examples" / "autocerto", folder)
    _open_at_any_hour(folder / "chatbot.yaml")
    async with laptop(folder, tmp_path / "data", records=True) as running:
        url = SecretStr((running.data / "postgres" / "url").read_text())
        person = await signed_in(url, role="admin", display_name="Bia Castro")
        context = await browser.new_context(locale="pt-BR", color_scheme="light")
        await context.add_cookies([person.for_browser(running.ready["inbox"])])
        yield Tour(running, folder, context)
        await context.close()


def _open_at_any_hour(file: Path) -> None:
    """Let people answer, and campaigns write, at whatever hour the tour is played."""
    chatbot = yaml.safe_load(file.read_text())
    chatbot["spec"]["handoff"]["hours"] = {"mon-sun": ["00:00-24:00"]}
    chatbot["spec"]["frequency"] = {"sendWindow": "00:00-24:00"}
    file.write_text(yaml.safe_dump(chatbot, allow_unicode=True))


@pytest.mark.timeout(600)
async def test_a_customer_a_person_the_bot_again_and_a_price_that_falls(tour: Tour) -> None:
    phone = await tour.open(tour.running.ready["phone"])
    await say(phone, ASKED)
    await expect(bubbles(phone, "Qual deles você quer ver melhor?")).to_be_visible()
    await tour.picture(phone, "the-bot-answers")

    await say(phone, "quero falar com um vendedor")
    await expect(bubbles(phone, "Um vendedor vai te responder")).to_be_visible()
    inbox = await tour.open(tour.running.ready["inbox"])
    await desk.row(inbox, "Ana Souza").click()
    await inbox.locator(".locked").get_by_role("button", name="Assumir").click()
    await desk.field(inbox).fill("Oi, Ana! Sou a Bia, da AutoCerto. Posso ajudar com o Corolla?")
    await tour.picture(inbox, "a-person-takes-over")
    await desk.field(inbox).press("Enter")
    await expect(bubbles(phone, "Sou a Bia, da AutoCerto.")).to_be_visible()
    await tour.picture(phone, "and-answers")

    await inbox.get_by_role("button", name="Devolver ao bot").click()
    await expect(inbox.get_by_text("devolveu")).to_be_visible()
    await say(phone, "que horas vocês abrem?")
    await expect(bubbles(phone, "segunda")).to_be_visible()
    await say(phone, "quero receber")
    await expect(bubbles(phone, "novidades")).to_be_visible()

    await _price_falls(tour)
    await tour.run("campaign", "run", "price-drop")
    offer = bubbles(phone, "baixou de R$ 88.900 para R$ 83.900")
    await expect(offer).to_be_visible()
    await tour.picture(phone, "a-price-falls")
    await tour.run("campaign", "run", "price-drop")
    await expect(offer).to_have_count(1)

    console = await tour.open(tour.running.ready["console"])
    await expect(console.get_by_role("heading", name="Filas").first).to_be_visible()
    await tour.picture(console, "the-console")


async def say(phone: Page, text: str) -> None:
    await field(phone).fill(text)
    await field(phone).press("Enter")


async def _price_falls(tour: Tour) -> None:
    """Change the price where the dealer keeps it, and wait until the platform has told of it."""
    file = tour.folder / "catalogue.csv"
    rows = file.read_text().splitlines()
    changed = [row.replace(DEARER, CHEAPER) if row.startswith(CAR) else row for row in rows]
    assert changed != rows
    file.write_text("\n".join(changed) + "\n")

    async def concerns_her() -> bool:
        return "Ana Souza" in await tour.run("campaign", "preview", "price-drop")

    await eventually(concerns_her, within=60)
