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

from tests.support.eventually import eventually
from tests.unit.cli.manifest_files import a_folder

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
    process = await prosa("up", "-f", str(folder), "--data", str(data), "--json", **environment)
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


async def test_a_bot_answers_and_a_stop_leaves_nothing(tmp_path: Path) -> None:
    async with an_up(a_folder(tmp_path / "shop"), tmp_path / "data") as up:
        await ask(up.running, "/control/messages", who=ANA, text="when are you open?")

        async def screen() -> str | None:
            shown = json.dumps(await ask(up.running, "/control/threads"))
            return shown if "We are open from nine to six." in shown else None

        await eventually(screen, within=60)
        code, text = await says("contacts", "show", ANA, "--data", str(tmp_path / "data"))
        assert (code, "open until" in text) == (0, True)

        up.process.send_signal(signal.SIGTERM)
        assert await up.process.wait() == 0
        assert [name for name, pid in up.pids.items() if alive(pid)] == []
        assert not (tmp_path / "data" / "running.json").exists()


async def test_a_killed_up_leaves_nothing_and_the_next_goes_on(tmp_path: Path) -> None:
    folder, data = a_folder(tmp_path / "shop"), tmp_path / "data"
    async with an_up(folder, data, APP_SECRET="of-a-measuring-program") as up:
        code, told = await says("up", "-f", str(folder), "--data", str(data))
        assert (code, "already runs on" in told) == (2, True)
        secret = data / "chatbots" / "bots_shop" / "whatsapp" / "app-secret"
        assert secret.read_text() == "of-a-measuring-program"

        up.process.kill()
        await up.process.wait()
        await eventually(lambda: not any(map(alive, up.pids.values())), within=30)

    async with an_up(folder, data) as again:
        assert set(again.pids) == set(up.pids)


async def test_a_service_that_dies_is_started_again(tmp_path: Path) -> None:
    async with an_up(a_folder(tmp_path / "shop"), tmp_path / "data") as up:
        os.kill(up.pids["ingress"], signal.SIGKILL)

        async def verified() -> bool:
            query = "?hub.mode=subscribe&hub.challenge=42&hub.verify_token=word-of-shop"
            try:
                async with (
                    aiohttp.ClientSession() as http,
                    http.get(up.running["webhook"] + query) as response,
                ):
                    return await response.text() == "42"
            except aiohttp.ClientError:
                return False

        await eventually(verified, within=60)
    assert "ingress ended with -9; again in" in (tmp_path / "up.log").read_text()


async def test_a_changed_secret_and_a_changed_dialogue_are_taken_over(tmp_path: Path) -> None:
    folder, data = a_folder(tmp_path / "shop"), tmp_path / "data"
    async with an_up(folder, data):
        for name, old, new in (
            ("dialogue.yaml", "nine to six", "ten to four"),
            ("secrets.yaml", "EAA-of-shop", "EAA-rotated"),
        ):
            (folder / name).write_text((folder / name).read_text().replace(old, new))
        bot = data / "chatbots" / "bots_shop"
        token = bot / "whatsapp" / "access-token"
        await eventually(lambda: token.read_text() == "EAA-rotated")
        await eventually(lambda: "ten to four" in (bot / "dialogue.yaml").read_text())


async def test_a_wrong_dialogue_ends_up_with_its_problem(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "shop")
    (folder / "dialogue.yaml").write_text("dialogue: v1\nflos: {}\n")
    code, told = await says("up", "-f", str(folder), "--data", str(tmp_path / "data"))

    assert code == 2
    assert "dialogue.yaml:2:1" in told
    assert "Traceback" not in told


async def test_no_secret_is_seen_in_logs_or_process_lists(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with an_up(a_folder(tmp_path / "shop"), data) as up:
        lines = [command_line(pid) for pid in up.pids.values()]
        secrets = [b"EAA-of-shop", b"app-secret-of-shop", b"word-of-shop"]
        secrets += [file.read_bytes().strip() for file in data.rglob("password")]

    written = [file.read_bytes() for file in (*(data / "logs").iterdir(), tmp_path / "up.log")]
    seen = [secret for secret in secrets for text in (*lines, *written) if secret in text]
    assert len(secrets) >= 8
    assert seen == []
