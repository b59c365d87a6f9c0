"""The process itself: it starts from its environment, serves HTTP, drains, tells what is wrong."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from tests.support.eventually import eventually
from tests.support.ingress import a_bot
from tests.support.nats import BOT, free_port, provisioned
from tests.support.webhooks import APP_SECRET, VERIFY_TOKEN, signed, stored


@asynccontextmanager
async def a_process(**settings: object) -> AsyncIterator[asyncio.subprocess.Process]:
    environment = {f"PROSA_{name.upper()}": str(value) for name, value in settings.items()}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.ingress",
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def status(http: aiohttp.ClientSession, url: str) -> int:
    try:
        async with http.get(url) as response:
            return response.status
    except aiohttp.ClientError:
        return 0


async def test_it_serves_webhooks_and_drains_when_told_to(tmp_path: Path) -> None:
    port, health = free_port(), free_port()
    async with (
        provisioned(tmp_path) as (server, jetstream),
        a_process(
            chatbots=a_bot(tmp_path / "chatbots"),
            nats_url=server.url,
            webhook_port=port,
            health_port=health,
        ) as process,
        aiohttp.ClientSession() as http,
    ):

        async def ready() -> bool:
            return await status(http, f"http://127.0.0.1:{health}/readyz") == 200

        await eventually(ready)
        body = stored("text")
        async with http.post(
            f"http://127.0.0.1:{port}/webhook",
            data=body,
            headers={"X-Hub-Signature-256": signed(body)},
        ) as response:
            assert (response.status, await response.read()) == (200, b"")
        process.send_signal(signal.SIGTERM)
        _, log = await process.communicate()

        assert process.returncode == 0, log.decode()
        assert (await jetstream.stream_state(f"PROSA_{BOT}_IN")).messages == 1
        assert APP_SECRET not in log.decode()
        assert VERIFY_TOKEN not in log.decode()


async def test_a_missing_secret_is_told_by_its_name(tmp_path: Path) -> None:
    folder = a_bot(tmp_path / "chatbots", secrets={"app-secret": ""})
    async with a_process(chatbots=folder, health_port=0, webhook_port=0) as process:
        _, log = await process.communicate()

    assert process.returncode == 2
    assert "Secret test-whatsapp has no key app-secret" in log.decode()
