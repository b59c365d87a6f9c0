"""Feeds over HTTP: read when new, refused with a reason when wrong, and the shop stays open."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from pydantic import SecretStr

from prosa.catalogue import feeds
from prosa.catalogue.feeds import FeedFailed
from prosa.catalogue.importing import Imported, ImportRefused, Options, Outcome, Unchanged
from prosa.contracts import subjects
from prosa.contracts.chatbot import CatalogueSource, HttpSource
from prosa.contracts.topology import topology
from prosa.errors import ProsaError
from prosa.jetstream.provision import provision
from tests.integration.catalogue.shop import Shop, a_spec, csv, ids, many
from tests.support.eventually import eventually
from tests.support.feed import FeedServer, feed_server
from tests.support.nats import BOT, provisioned


class FedShop(Shop):
    """A shop whose catalogue comes from a server."""

    server: FeedServer
    http: aiohttp.ClientSession

    async def polls(self, options: Options | None = None, **spec: Any) -> Outcome:
        """Ask the feed once."""
        declared = a_spec(spec.pop("url", self.server.url), **spec)
        return await feeds.poll(self.jetstream, self.http, BOT, declared, options)

    async def fails(self, **spec: Any) -> str:
        """Ask the feed once; gives why it was not taken over, which the record must say too."""
        with pytest.raises((FeedFailed, ImportRefused)) as told:
            await self.polls(**spec)
        problem = (await self.imports()).problem
        assert problem is not None
        assert str(told.value).startswith(problem.summary)
        return str(told.value)


@pytest.fixture
async def fed(tmp_path: Path) -> AsyncIterator[FedShop]:
    async with (
        provisioned(tmp_path) as (_, jetstream),
        feed_server() as server,
        aiohttp.ClientSession() as http,
    ):
        shop = FedShop(jetstream)
        shop.server, shop.http = server, http
        yield shop


async def test_a_feed_is_imported(fed: FedShop) -> None:
    fed.server.gives(csv(gol=100))

    outcome = await fed.polls()

    assert isinstance(outcome, Imported)
    assert outcome.version.source == fed.server.url
    assert await fed.sells() == {"gol": 100}


async def test_what_has_not_changed_is_not_sent_again(fed: FedShop) -> None:
    fed.server.gives(csv(gol=100), etag='"1"')
    first = await fed.polls()

    assert await fed.polls() == Unchanged(first.version)

    assert "If-None-Match" not in fed.server.asked[0]
    assert fed.server.asked[1]["If-None-Match"] == '"1"'


async def test_a_server_without_etags_is_asked_by_its_date(fed: FedShop) -> None:
    fed.server.gives(csv(gol=100))
    fed.server.headers["Last-Modified"] = "Tue, 24 Nov 2026 12:00:00 GMT"
    for _ in range(2):
        await fed.polls()

    assert fed.server.asked[1]["If-Modified-Since"] == "Tue, 24 Nov 2026 12:00:00 GMT"


async def test_other_types_read_the_same_feed_anew(fed: FedShop) -> None:
    fed.server.gives(csv(gol=100), etag='"1"')
    await fed.polls(fields={})

    await fed.polls()

    assert await fed.sells() == {"gol": 100}  # and not the text "100"


async def test_a_bucket_made_anew_is_filled_though_the_feed_is_the_same(fed: FedShop) -> None:
    fed.server.gives(csv(gol=100), etag='"1"')
    await fed.polls()
    await fed.jetstream.api(f"STREAM.DELETE.KV_{subjects.bucket(BOT, 'catalogue')}")
    await provision(fed.jetstream, topology(BOT))

    await fed.polls()

    assert await fed.sells() == {"gol": 100}


@pytest.mark.parametrize(
    ("text", "content_type"),
    [
        ('[{"id": "gol", "price": 100, "photos": [{"url": "a.jpg"}]}]', "application/json"),
        ('[{"id": "gol", "price": 100}]', "application/vnd.shop+json; charset=utf-8"),
        ("id;price\ngol;100\n", "text/plain"),
    ],
)
async def test_what_is_sent_is_read_by_what_it_is_called(
    fed: FedShop, text: str, content_type: str
) -> None:
    fed.server.gives(text, content_type=content_type)

    await fed.polls()

    assert await fed.sells() == {"gol": 100}


async def test_a_packed_feed_is_unpacked(fed: FedShop) -> None:
    fed.server.gives(many(500))
    fed.server.packs()
    await fed.polls()

    assert len(await fed.sells()) == 500


async def test_a_packed_file_is_unpacked(fed: FedShop) -> None:
    fed.server.gives(many(500))
    fed.server.packs()
    fed.server.headers = {"Content-Type": "application/gzip"}

    await fed.polls(url=f"{fed.server.url}.gz")

    assert len(await fed.sells()) == 500


async def test_another_charset_is_read_when_it_is_said(fed: FedShop) -> None:
    fed.server.gives("")
    fed.server.body = "id,price,nome\ncafé,9,pão\n".encode("latin-1")
    fed.server.headers["Content-Type"] = "text/csv; charset=iso-8859-1"

    await fed.polls()

    assert await fed.sells() == {"café": 9}


async def test_a_redirect_is_followed(fed: FedShop) -> None:
    fed.server.gives(csv(gol=100))
    fed.server.location = "/moved"

    await fed.polls()

    assert await fed.sells() == {"gol": 100}


# --- what goes wrong ------------------------------------------------------------------------------


@pytest.fixture
async def open_shop(fed: FedShop) -> AsyncIterator[FedShop]:
    """Give a shop that sells; whatever its feed does, it goes on."""
    fed.server.gives(csv(gol=100))
    await fed.polls()
    yield fed
    assert await fed.sells() == {"gol": 100}
    assert ids(await fed.told()) == ["imported"]


@pytest.mark.parametrize(
    ("status", "said"),
    [(500, "it is asked again by itself"), (404, "nothing at this address"), (401, "who asks")],
)
async def test_a_server_that_refuses_is_told(open_shop: FedShop, status: int, said: str) -> None:
    open_shop.server.status = status

    assert said in await open_shop.fails()


async def test_a_page_for_people_is_no_catalogue(open_shop: FedShop) -> None:
    open_shop.server.gives("<h1>Manutenção</h1>", content_type="text/html; charset=utf-8")

    assert "sends text/html, which is neither CSV nor JSON" in await open_shop.fails()


async def test_a_packed_feed_that_was_cut_off_is_noticed(open_shop: FedShop) -> None:
    open_shop.server.gives(many(500))
    open_shop.server.packs()
    open_shop.server.cut_at = len(open_shop.server.body) - 20

    assert "was cut off in the middle" in await open_shop.fails()


async def test_broken_gzip_is_noticed(open_shop: FedShop) -> None:
    open_shop.server.headers["Content-Encoding"] = "gzip"

    assert "sends gzip that is broken" in await open_shop.fails()


async def test_a_feed_without_end_is_given_up(
    open_shop: FedShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "LARGEST", 2 * 1024 * 1024)
    open_shop.server.gives("id,price\n" + "x" * 3 * 1024 * 1024)
    open_shop.server.packs()  # a thousandth on the wire

    assert "sends more than 2 MB" in await open_shop.fails()


async def test_a_server_that_hangs_is_given_up(
    open_shop: FedShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "PATIENCE", timedelta(seconds=0.2))
    open_shop.server.hangs = True

    assert "did not answer whole within 0.2 s" in await open_shop.fails()


async def test_text_in_an_unsaid_charset_is_refused_with_the_remedy(open_shop: FedShop) -> None:
    open_shop.server.body = "id,price\npão,9\n".encode("latin-1")

    assert "let the server say its charset" in await open_shop.fails()


@pytest.mark.parametrize("charset", ["klingon", "base64"])
async def test_a_charset_that_is_none_is_told(open_shop: FedShop, charset: str) -> None:
    open_shop.server.headers["Content-Type"] = f"text/csv; charset={charset}"

    assert charset in await open_shop.fails()


async def test_a_redirect_to_another_scheme_is_not_followed(open_shop: FedShop) -> None:
    open_shop.server.location = "ftp://files.example/stock.csv"

    assert "sends us on to ftp://" in await open_shop.fails()


async def test_redirects_without_end_are_given_up(open_shop: FedShop) -> None:
    open_shop.server.location = "/again"

    assert "sends us on and on" in await open_shop.fails()


async def test_wrong_rows_of_a_feed_are_told_and_change_nothing(open_shop: FedShop) -> None:
    open_shop.server.gives(csv(gol=90, uno="sob consulta"), etag='"2"')

    assert "'sob consulta' is no number" in await open_shop.fails()


async def test_a_password_in_the_address_is_never_shown(open_shop: FedShop) -> None:
    secret = SecretStr("hunter2")
    value = secret.get_secret_value()
    url = open_shop.server.url.replace("http://", f"http://ana:{value}@") + f"?token={value}"
    open_shop.server.status = 500

    assert value not in await open_shop.fails(url=url)
    assert open_shop.server.asked[-1]["Authorization"].startswith("Basic ")
    assert value not in str(await open_shop.imports())


async def test_nobody_at_the_address_is_told_without_its_secrets(open_shop: FedShop) -> None:
    said = await open_shop.fails(url="http://ana:hunter2@127.0.0.1:1/stock.csv")

    assert "cannot be read" in said
    assert "hunter2" not in said


# --- for ever -------------------------------------------------------------------------------------


async def test_a_followed_feed_is_asked_again_and_again(fed: FedShop) -> None:
    heard: list[Outcome | ProsaError] = []
    source = CatalogueSource(http=HttpSource(url=fed.server.url, every="10ms"))
    spec = msgspec.structs.replace(a_spec(), source=source)
    fed.server.gives(csv(gol="?"))

    @contextlib.asynccontextmanager
    async def reach() -> AsyncIterator[Any]:
        yield fed.jetstream

    async with asyncio.TaskGroup() as tasks:
        following = tasks.create_task(feeds.follow(reach, BOT, spec, heard.append))
        await eventually(lambda: any(isinstance(each, ImportRefused) for each in heard))
        fed.server.status = 500
        await eventually(lambda: any(isinstance(each, FeedFailed) for each in heard))
        fed.server.status = 200
        fed.server.gives(csv(gol=100))
        await eventually(lambda: any(isinstance(each, Imported) for each in heard))
        following.cancel()
    assert await fed.sells() == {"gol": 100}
