"""`prosa catalogue` against a real NATS server and a real feed."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from prosa.cli.commands import app
from tests.support.feed import FeedServer, feed_server
from tests.support.nats import BOT, NatsServer, provisioned
from tests.unit.cli.manifest_files import a_chatbot


class Desk:
    """A terminal beside one bot, its Chatbot and its feed."""

    def __init__(self, folder: Path, nats: NatsServer, feed: FeedServer) -> None:
        self.feed = feed
        self._folder = folder
        self._chatbot = folder / "chatbot.yaml"
        self._where = ["--nats", nats.url, "--bot", BOT]
        self.declares("price: {type: money}")

    def declares(self, fields: str) -> None:
        """Write the Chatbot."""
        source = f"source: {{http: {{url: '{self.feed.url}'}}}}"
        spec = f"  catalogue: {{{source}, price: price, fields: {{{fields}}}}}\n"
        self._chatbot.write_text(a_chatbot() + spec)

    async def prosa(self, *words: str) -> Result:
        """Run a command."""
        chatbot = ["--chatbot", str(self._chatbot)] if words[0] in ("load", "feed") else []
        line = ["catalogue", *words, *chatbot, *self._where]
        return await asyncio.to_thread(CliRunner().invoke, app, line)

    async def json(self, *words: str) -> Any:
        """Run a command for a script."""
        return json.loads((await self.prosa(*words, "--json")).stdout)

    async def load(self, text: str, *options: str) -> Result:
        """Load a file."""
        file = self._folder / "stock.csv"
        file.write_text(text)
        return await self.prosa("load", str(file), *options)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with provisioned(tmp_path) as (server, _), feed_server() as feed:
        yield Desk(tmp_path, server, feed)


async def test_a_file_is_loaded_and_shown(desk: Desk) -> None:
    loaded = await desk.load("id,price\n1,100\n2,200\n")

    assert "version 1: 2 items, 2 added, 0 changed (0 prices), 0 removed" in loaded.stderr
    assert "the first import" in (await desk.prosa("show")).stdout
    assert (await desk.json("show"))["current"]["source"].endswith("stock.csv")


async def test_a_script_reads_what_an_import_did(desk: Desk) -> None:
    await desk.load("id,price\n1,100\n2,200\n")
    outcome = json.loads((await desk.load("id,price\n1,90\n3,10\n", "--json")).stdout)

    version = outcome["version"]
    assert outcome["type"] == "imported"
    assert [version[name] for name in ("number", "added", "changed", "removed")] == [2, 1, 1, 1]


async def test_wrong_rows_are_told_with_their_remedy_and_stay_to_be_read(desk: Desk) -> None:
    await desk.load("id,price\n1,100\n")
    refused = await desk.load("id,price\n1,89.900\n")

    assert refused.exit_code == 2
    assert ":2: price: '89.900' may mean two amounts; write 89900 or 89900.00" in refused.stderr
    assert "89900" in (await desk.prosa("show")).stderr


async def test_a_shop_is_emptied_only_by_force(desk: Desk) -> None:
    await desk.load("id,price\n1,100\n")

    assert "import it with --force" in (await desk.load("id,price\n")).stderr
    assert (await desk.load("id,price\n", "--force")).exit_code == 0


async def test_right_rows_may_be_loaded_without_the_wrong_ones(desk: Desk) -> None:
    done = await desk.load("id,price\n1,100\n2,?\n", "--skip-wrong-rows")

    assert done.exit_code == 0
    assert "left out: " in done.stderr


async def test_the_feed_is_asked_now(desk: Desk) -> None:
    desk.feed.gives("id,price\n1,100\n", etag='"1"')

    first, second = [await desk.json("feed") for _ in range(2)]

    assert [first["type"], second["type"]] == ["imported", "unchanged"]


async def test_a_feed_that_fails_is_told(desk: Desk) -> None:
    desk.feed.status = 503

    failed = await desk.prosa("feed")

    assert failed.exit_code == 1
    assert "answered 503: it is asked again by itself" in failed.stderr


async def test_another_type_of_a_field_is_refused_row_by_row(desk: Desk) -> None:
    await desk.load("id,price,year\n1,100,novo\n")
    desk.declares("price: {type: money}, year: {type: number}")

    refused = await desk.load("id,price,year\n1,100,novo\n")

    assert ":2: year: 'novo' is no number" in refused.stderr


async def test_versions_are_listed_newest_first(desk: Desk) -> None:
    for price in (100, 90):
        await desk.load(f"id,price\n1,{price}\n")

    assert [version["number"] for version in await desk.json("history")] == [2, 1]
    assert "2 items" not in (await desk.prosa("history")).stdout
