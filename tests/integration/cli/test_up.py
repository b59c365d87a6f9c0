"""`prosa up` as a process: it answers, and it leaves nothing behind."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from tests.support.eventually import eventually
from tests.support.laptop import free_block
from tests.unit.cli.manifest_files import a_folder

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("prosa-up")]

ROOT = Path(__file__).parents[3]
ANA = "5519999990001"


@dataclass
class Up:
    """A running `prosa up` and what it said."""

    process: asyncio.subprocess.Process
    running: dict[str, Any]

    @property
    def pids(self) -> dict[str, int]:
        pids: dict[str, int] = self.running["pids"]
        return pids


async def prosa(*arguments: str, **environment: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "prosa.cli", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=2**20,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
    )


async def says(*arguments: str) -> tuple[int | None, str]:
    process = await prosa(*arguments)
    out, err = await process.communicate()
    return process.returncode, (out + err).decode()


@asynccontextmanager
async def an_up(folder: Path, data: Path, **environment: str) -> AsyncIterator[Up]:
    where = ("-f", str(folder), "--data", str(data), "--port-base", str(free_block()))
    process = await prosa("up", "--json", *where, **environment)
    assert process.stdout is not None
    assert process.stderr is not None
    with (data.parent / "up.log").open("ab") as log:
        async with asyncio.TaskGroup() as group:
            group.create_task(_copied(process.stderr, log))
            try:
                async with asyncio.timeout(200):
                    line = await process.stdout.readline()
                yield Up(process, json.loads(line))
            finally:
                if process.returncode is None:
                    process.terminate()
                await process.wait()


async def _copied(stream: asyncio.StreamReader, log: Any) -> None:
    while chunk := await stream.read(65_536):
        log.write(chunk)
        log.flush()


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def command_line(pid: int) -> bytes:
    """Read what `ps` shows of a process."""
    return Path(f"/proc/{pid}/cmdline").read_bytes()


async def ask(running: dict[str, Any], path: str, **body: Any) -> Any:
    base = running["phone"].removesuffix("/phone/")
    async with aiohttp.ClientSession() as http:
        method = "POST" if body else "GET"
        async with http.request(method, base + path, json=body or None) as response:
            return await response.json()


@dataclass
class Shop:
    """A shop that is up for the tests of this module."""

    up: Up
    folder: Path
    data: Path

    def pids(self) -> dict[str, int]:
        """Read which processes there are now."""
        file = json.loads((self.data / "running.json").read_bytes())
        pids: dict[str, int] = file["running"]["pids"]
        return pids


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    root = tmp_path_factory.mktemp("shop")
    folder, data = a_folder(root / "shop"), root / "data"
    async with an_up(folder, data, APP_SECRET="of-a-measuring-program") as up:
        yield Shop(up, folder, data)


async def test_a_bot_answers(shop: Shop) -> None:
    await ask(shop.up.running, "/control/messages", who=ANA, text="when are you open?")

    async def answered() -> bool:
        shown = await ask(shop.up.running, "/control/threads")
        return "We are open from nine to six." in json.dumps(shown)

    await eventually(answered, within=60)
    code, text = await says("contacts", "show", ANA, "--data", str(shop.data))
    assert (code, "open until" in text) == (0, True)


async def test_a_second_up_on_the_same_data_is_refused(shop: Shop) -> None:
    code, told = await says("up", "-f", str(shop.folder), "--data", str(shop.data))

    assert code == 2
    assert f"`prosa up` (process {shop.up.process.pid}) already runs on" in told


async def test_a_measuring_program_may_sign_webhooks_with_its_own_secret(shop: Shop) -> None:
    secret = shop.data / "chatbots" / "bots_shop" / "whatsapp" / "app-secret"

    assert secret.read_text() == "of-a-measuring-program"


async def test_a_changed_secret_and_a_changed_dialogue_are_taken_over(shop: Shop) -> None:
    for name, old, new in (
        ("dialogue.yaml", "1, Long Road", "2, Short Road"),
        ("secrets.yaml", "word-of-shop", "word-rotated"),
    ):
        (shop.folder / name).write_text((shop.folder / name).read_text().replace(old, new))
    bot = shop.data / "chatbots" / "bots_shop"

    await eventually(lambda: (bot / "whatsapp" / "verify-token").read_text() == "word-rotated")
    await eventually(lambda: "Short Road" in (bot / "dialogue.yaml").read_text())


async def test_a_service_that_dies_is_started_again(shop: Shop) -> None:
    before = shop.up.pids["sender"]
    os.kill(before, signal.SIGKILL)

    await eventually(lambda: shop.pids().get("sender", before) != before, within=60)
    assert "sender ended with -9; again in" in (shop.data.parent / "up.log").read_text()


async def test_no_secret_is_seen_in_logs_or_process_lists(shop: Shop) -> None:
    lines = [command_line(pid) for pid in shop.pids().values()]
    written = [file.read_bytes() for file in (shop.data / "logs").iterdir()]
    written.append((shop.data.parent / "up.log").read_bytes())
    secrets = [b"EAA-of-shop", b"of-a-measuring-program", b"word-of-shop", b"word-rotated"]
    secrets += [file.read_bytes().strip() for file in shop.data.rglob("password")]

    assert len(secrets) >= 9
    assert [secret for secret in secrets for text in (*lines, *written) if secret in text] == []


async def test_a_killed_up_leaves_nothing_and_the_next_goes_on_and_stops(tmp_path: Path) -> None:
    folder, data = a_folder(tmp_path / "shop"), tmp_path / "data"
    async with an_up(folder, data) as first:
        first.process.kill()
        await first.process.wait()
        await eventually(lambda: not any(map(alive, first.pids.values())), within=30)

    async with an_up(folder, data) as second:
        assert set(second.pids) == set(first.pids)
        second.process.send_signal(signal.SIGTERM)
        assert await second.process.wait() == 0
        assert [name for name, pid in second.pids.items() if alive(pid)] == []
        assert not (data / "running.json").exists()


async def test_a_wrong_dialogue_starts_nothing(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "shop")
    (folder / "dialogue.yaml").write_text("dialogue: v1\nflos: {}\n")
    code, told = await says("up", "-f", str(folder), "--data", str(tmp_path / "data"))

    assert code == 2
    assert "dialogue.yaml:2:1" in told
    assert "Traceback" not in told
    assert not (tmp_path / "data" / "nats").exists()
