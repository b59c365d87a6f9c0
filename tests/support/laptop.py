"""The whole platform as `prosa up` runs it, for tests that break its parts.

What happened is read from the simulator: what Meta took and what the customer's screen shows.
"""

import asyncio
import json
import os
import random
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import yaml

from tests.support.eventually import eventually
from tests.support.simulator import Simulator

SECRETS = {
    "access-token": "EAAG-laptop-access-token-0001",
    "app-secret": "laptop-app-secret-0002",
    "verify-token": "laptop-verify-token-0003",
}
ECHO = """\
dialogue: v1
locale: pt-BR
slots:
  recado: {type: text}
  anotado: {type: text, listen: false}
flows:
  anotar:
    title: anotar um recado
    start: {first: true}
    steps:
      - {id: outra, ask: recado, say: "Anotado: {anotado}"}
      - {set: {anotado: "{recado}"}}
      - {clear: [recado]}
      - {goto: outra}
"""
MODULES = {
    "ingress": "services.ingress",
    "conversation": "services.conversation",
    "sender": "services.sender",
    "simulator": "simulator",
    "nats": "nats-server",
}


def a_bot(folder: Path, spec: Mapping[str, Any] | None = None, *, dialogue: str = ECHO) -> Path:
    """Write a Chatbot that repeats what it hears, answers at once and is held to no pair rate."""
    chatbot = {
        "apiVersion": "prosa.dev/v1alpha1",
        "kind": "Chatbot",
        "metadata": {"name": "eco", "namespace": "bots"},
        "spec": {
            "whatsapp": {
                "phoneNumberId": "106540352242922",
                "businessAccountId": "102290129340398",
                "credentialsSecretRef": {"name": "eco-whatsapp"},
                "readReceipts": "off",
                "limits": {"messagesPerSecond": 1000, "perContact": "1ms"},
            },
            "dialogue": {"inline": dialogue},
            "session": {"quietTime": "0s"},
            "understanding": {"provider": "tfidf"},
            **(spec or {}),
        },
    }
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "eco-whatsapp", "namespace": "bots"},
        "stringData": SECRETS,
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "chatbot.yaml").write_text(yaml.safe_dump(chatbot))
    (folder / "secrets.yaml").write_text(yaml.safe_dump(secret))
    return folder


def free_block(size: int = 16) -> int:
    """Find neighbouring ports that are free, below those that the kernel gives out by itself.

    At random, because another test's platform may be looking for its own at this moment.
    """
    for _ in range(200):
        base = random.randrange(20_000, 32_000, size)  # noqa: S311 - no secret
        if all(_is_free(base + n) for n in range(size)):
            return base
    raise AssertionError("no free ports between 20000 and 32000")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


class Laptop:
    """A running `prosa up`."""

    def __init__(
        self, process: asyncio.subprocess.Process, ready: dict[str, Any], log: Path, data: Path
    ) -> None:
        self._process = process
        self.ready = ready
        self.log = log
        self.data = data
        self.simulator: Simulator

    def children(self) -> list[psutil.Process]:
        """Give all processes of the platform, `prosa up` itself first."""
        own = psutil.Process(self._process.pid)
        return [own, *own.children(recursive=True)]

    def child(self, name: str) -> psutil.Process | None:
        """Find a living part; `prosa up` starts a new one after it was killed."""
        for child in self.children():
            try:
                command = child.cmdline()
            except psutil.Error:
                continue
            if any(MODULES[name] == Path(part).name for part in command[:4]):
                return child
        return None

    async def kill(self, name: str) -> None:
        """End a part as the kernel's OOM killer would, as soon as it lives."""
        child = await eventually(lambda: self.child(name))
        child.send_signal(signal.SIGKILL)


@asynccontextmanager
async def laptop(
    bot: Path, data: Path, *options: str, records: bool = False
) -> AsyncIterator[Laptop]:
    """Run `prosa up` on a bot: the message path, and with `records` all the rest."""
    log = data.with_suffix(".log")
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "prosa.cli",
            "up",
            "--json",
            "-f",
            str(bot),
            "--data",
            str(data),
            "--port-base",
            str(free_block()),
            *(() if records else ("--messages-only",)),
            *options,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            env={**os.environ},
        )
        try:
            assert process.stdout is not None
            line = await asyncio.wait_for(process.stdout.readline(), timeout=120)
            assert line, f"prosa up ended:\n{log.read_text()[-3000:]}"
            running = Laptop(process, json.loads(line), log, data)
            async with aiohttp.ClientSession() as http:
                root = running.ready["phone"].removesuffix("phone/")
                urls = {"graph": root, "control": f"{root}control", "phone": f"{root}phone/"}
                running.simulator = Simulator(urls, http, process.pid)
                yield running
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.wait(), timeout=60)
