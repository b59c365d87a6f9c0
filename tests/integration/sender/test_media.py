"""Files: uploaded once for all, checked before Meta has to, renewed when Meta forgets them."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from prosa.contracts.outbound import Button, Buttons, Header, Media, Text
from tests.support.eventually import eventually
from tests.support.sender import World, a_world, an_outbound
from tests.support.simulator import ANA, BRUNO, bearer

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
PDF = b"%PDF-1.7\n" + bytes(64)


class Assets:
    """A web server with a few files, which counts who asks for what."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: Counter[str] = Counter()
        self.statuses: list[int] = []
        self.hold: asyncio.Event | None = None
        """While set to an event, the first who asks for a file waits for it."""

    async def serve(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self.asked[name] += 1
        if self.hold is not None and self.asked[name] == 1:
            await self.hold.wait()
        if self.statuses:
            return web.Response(status=self.statuses.pop(0))
        files = {"corolla.png": PNG, "ficha.pdf": PDF, "big.png": PNG + bytes(6 * 1024 * 1024)}
        if name not in files:
            return web.Response(status=404)
        return web.Response(body=files[name], content_type="application/octet-stream")


@asynccontextmanager
async def assets() -> AsyncIterator[Assets]:
    own = Assets()
    app = web.Application()
    app.router.add_get("/{name}", own.serve)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    own.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield own
    finally:
        await runner.cleanup()


@asynccontextmanager
async def a_world_with_assets(folder: Path, **whatsapp: str) -> AsyncIterator[tuple[World, Assets]]:
    async with (
        assets() as files,
        a_world(folder, assets={"baseUrl": files.url}, whatsapp=whatsapp) as world,
    ):
        await world.knows(ANA)
        await world.knows(BRUNO)
        yield world, files


PHOTO = Media(kind="image", source="corolla.png", caption="Corolla 2020")


async def test_a_photo_for_many_is_uploaded_once(tmp_path: Path) -> None:
    async with a_world_with_assets(tmp_path) as (world, files), world.sender():
        await world.queue(*(an_outbound(who, PHOTO) for who in (ANA, BRUNO) * 3))

        await eventually(world.done)

        assert files.asked["corolla.png"] == 1
        assert len(await world.meta.requests("media")) == 1
        assert len(await world.posted()) == 6


async def test_another_replica_uses_the_same_upload(tmp_path: Path) -> None:
    async with a_world_with_assets(tmp_path) as (world, files):
        for who in (ANA, BRUNO):
            async with world.sender():
                await world.queue(an_outbound(who, PHOTO))
                await eventually(world.done)

        assert files.asked["corolla.png"] == 1


async def test_a_document_and_a_header_are_taken(tmp_path: Path) -> None:
    document = Media(kind="document", source="ficha.pdf", filename="Ficha do Corolla.pdf")
    buttons = Buttons(body="Este?", buttons=(Button("y", "Sim"),), header=Header(media=PHOTO))
    async with a_world_with_assets(tmp_path) as (world, _), world.sender():
        await world.queue(an_outbound(ANA, document, buttons))

        await eventually(world.done)

        assert len(await world.posted()) == 2
        assert await world.dead_letters() == []


async def test_an_upload_that_meta_forgot_is_renewed(tmp_path: Path) -> None:
    async with a_world_with_assets(tmp_path) as (world, files), world.sender():
        await world.queue(an_outbound(ANA, PHOTO))
        await eventually(world.done)
        media_id = (await world.posted())[0]["image"]["id"]
        await world.meta.http.delete(f"{world.meta.graph}/v23.0/{media_id}", headers=bearer())

        await world.queue(an_outbound(ANA, PHOTO))
        await eventually(world.done)

        assert files.asked["corolla.png"] == 2
        assert len(await world.posted()) == 2


async def test_a_link_is_sent_as_a_link_where_the_chatbot_says_so(tmp_path: Path) -> None:
    async with a_world_with_assets(tmp_path, media="link") as (world, files), world.sender():
        await world.queue(an_outbound(ANA, PHOTO))

        await eventually(world.done)

        assert (await world.posted())[0]["image"]["link"] == f"{files.url}/corolla.png"


async def test_a_file_that_is_not_there_or_too_big_is_a_dead_letter(tmp_path: Path) -> None:
    async with a_world_with_assets(tmp_path) as (world, _), world.sender():
        await world.queue(
            an_outbound(ANA, Media(kind="image", source="missing.png?signature=secret")),
            an_outbound(ANA, Media(kind="image", source="big.png")),
            an_outbound(ANA, Text(body="oi")),
        )

        await eventually(lambda: world.said_to(ANA))

        letters = [parked.letter for parked in await world.dead_letters()]
        assert [letter.reason for letter in letters] == ["media_unusable", "media_unusable"]
        assert "missing.png: HTTP 404" in letters[0].detail
        assert "secret" not in letters[0].detail


async def test_a_file_server_in_trouble_is_asked_again(tmp_path: Path) -> None:
    async with a_world_with_assets(tmp_path) as (world, files), world.sender():
        files.statuses = [503, 503]
        await world.queue(an_outbound(ANA, PHOTO))

        await eventually(world.done)

        assert files.asked["corolla.png"] == 3
        assert len(await world.posted()) == 1


async def test_a_sender_that_was_frozen_does_not_send_what_another_has_sent(tmp_path: Path) -> None:
    async with a_world_with_assets(tmp_path) as (world, files):
        files.hold = asyncio.Event()
        async with world.sender_process() as frozen:
            await world.queue(an_outbound(ANA, PHOTO))
            await eventually(lambda: files.asked["corolla.png"] == 1, within=60)
            frozen.send_signal(signal.SIGSTOP)
            async with world.sender():
                await eventually(world.done, within=60)

            files.hold.set()
            frozen.send_signal(signal.SIGCONT)
            await world.queue(an_outbound(BRUNO, Text(body="oi")))
            await eventually(world.done)
            frozen.terminate()
            await frozen.wait()

        photos = [body for body in await world.posted() if body["type"] == "image"]
        assert len(photos) == 1
