"""A tool of the business is slow, down or talks nonsense: the dialogue gets a word for it.

What the customer is told then is the dialogue's: tests/unit/dialogue/test_calls.py.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from prosa.contracts import subjects
from prosa.contracts.catalogue import Item
from prosa.dialogue.language import HttpTool
from prosa.dialogue.templates import Template
from prosa.dialogue.turns import Answered, Call, CallResult, Failed
from prosa.jetstream.buckets import Bucket
from services.conversation.catalogue import CatalogueInMemory
from services.conversation.tools import LARGEST_ANSWER, Tools
from tests.support.nats import BOT, free_port, provisioned

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture
async def tools(tmp_path: Path) -> AsyncIterator[Tools]:
    async with provisioned(tmp_path) as (_, jetstream), aiohttp.ClientSession() as http:
        bucket = Bucket(jetstream, subjects.bucket(BOT, "catalogue"), Item)
        yield Tools(http, CatalogueInMemory(bucket))


async def ask(tools: Tools, answer: Answer, *, patience: float = 30) -> CallResult:
    """Call a tool of a business whose server answers so."""
    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    try:
        await site.start()
        return await call(tools, site.name, patience=patience)
    finally:
        await runner.cleanup()


async def call(tools: Tools, url: str, *, patience: float = 30) -> CallResult:
    spec = HttpTool(
        name="prazo", method="GET", url=Template(()), timeout=timedelta(seconds=patience)
    )
    return await tools.call(Call("prazo", {"url": url}, spec))


async def refuses(_: web.Request) -> web.StreamResponse:
    return web.json_response({"dias": 3}, status=500)


async def redirects(_: web.Request) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": "http://127.0.0.1:1/"})


async def talks(_: web.Request) -> web.StreamResponse:
    return web.Response(text="<html>Bem-vindo</html>")


async def talks_for_ever(_: web.Request) -> web.StreamResponse:
    return web.json_response("a" * LARGEST_ANSWER)


async def hangs(_: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError("nobody sets it")


async def hangs_up(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def works(_: web.Request) -> web.StreamResponse:
    return web.json_response({"dias": 3})


async def works_slowly(request: web.Request) -> web.StreamResponse:
    """Answer in pieces, as a long answer or a slow line does."""
    response = web.StreamResponse()
    await response.prepare(request)
    for piece in (b'{"di', b'as"', b": 3}"):
        await response.write(piece)
        await asyncio.sleep(0.05)
    return response


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        pytest.param(refuses, "http_500", id="5xx"),
        pytest.param(redirects, "no_json", id="a redirect is not followed"),
        pytest.param(talks, "no_json", id="no JSON"),
        pytest.param(talks_for_ever, "too_large", id="too much"),
        pytest.param(hangs_up, "ServerDisconnectedError", id="cut off"),
    ],
)
async def test_what_a_tool_does_wrong_is_an_answer(tools: Tools, answer: Answer, word: str) -> None:
    assert await ask(tools, answer) == Failed(word)


async def test_a_slow_tool_is_given_up_at_its_time_out(tools: Tools) -> None:
    assert await ask(tools, hangs, patience=0.2) == Failed("timeout")


async def test_a_tool_that_is_not_there_is_told(tools: Tools) -> None:
    answer = await call(tools, f"http://127.0.0.1:{free_port()}/")

    assert answer == Failed("ClientConnectorError")


@pytest.mark.parametrize("answer", [works, works_slowly])
async def test_a_tool_that_works_is_believed(tools: Tools, answer: Answer) -> None:
    assert await ask(tools, answer) == Answered({"dias": 3})
