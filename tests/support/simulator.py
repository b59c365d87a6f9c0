"""The simulator as a process, and the few things that tests do with it.

    async with simulator(webhook=ingress_url) as meta:
        await meta.customer_says("+5519999990001", "oi")
        await eventually(lambda: meta.said_to("+5519999990001"))

Its journal and threads are the witness of what the platform did; see `simulator.control`.
"""

import asyncio
import json
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import aiohttp
import msgspec
import yaml

ROOT: Final = Path(__file__).parents[2]
APP_ID: Final = "1001"
APP_SECRET: Final = "test_app_secret"
VERIFY_TOKEN: Final = "test_verify_token"
ACCESS_TOKEN: Final = "test_access_token"
WABA_ID: Final = "102290129340398"
NUMBER_ID: Final = "106540352242922"
NUMBER: Final = "+55 19 3333-0000"
ANA: Final = "+5519999990001"
BRUNO: Final = "+5511988880002"
CARLA: Final = "+5521977770003"

REPLIES = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Ver carros"}]}
TEMPLATES: Final[list[dict[str, Any]]] = [
    {
        "name": "volta_ai",
        "language": "pt_BR",
        "status": "APPROVED",
        "category": "MARKETING",
        "components": [{"type": "BODY", "text": "Oi {{1}}, ainda procura carro?"}, REPLIES],
    },
    {
        "name": "chegou",
        "language": "pt_BR",
        "status": "APPROVED",
        "category": "MARKETING",
        "components": [{"type": "BODY", "text": "{{1}}, chegou um {{2}} por {{3}}."}],
    },
    {
        "name": "baixou",
        "language": "pt_BR",
        "status": "APPROVED",
        "category": "MARKETING",
        "components": [{"type": "BODY", "text": "{{1}}, o {{2}} baixou de {{3}} para {{4}}."}],
    },
    {
        "name": "lembrete",
        "language": "pt_BR",
        "status": "APPROVED",
        "category": "UTILITY",
        "components": [{"type": "BODY", "text": "Seu test drive é {{1}} às {{2}}."}],
    },
    {
        "name": "novidades",
        "language": "pt_BR",
        "status": "APPROVED",
        "category": "MARKETING",
        "parameter_format": "NAMED",
        "components": [
            {"type": "HEADER", "format": "IMAGE"},
            {"type": "BODY", "text": "{{nome}}, chegou um {{carro}}."},
            {"type": "FOOTER", "text": "AutoCerto"},
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "QUICK_REPLY", "text": "Quero ver"},
                    {"type": "URL", "text": "Abrir", "url": "https://autocerto.example/{{1}}"},
                ],
            },
        ],
    },
]


def a_config(
    *, webhook: str | None = None, overrides: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Build a configuration: one app, account and number, quick timing; overrides are merged in."""
    config: dict[str, Any] = {
        "apps": [
            {
                "id": APP_ID,
                "appSecret": APP_SECRET,
                "verifyToken": VERIFY_TOKEN,
                "accessTokens": [ACCESS_TOKEN],
                "webhook": webhook,
                "wabas": [
                    {
                        "id": WABA_ID,
                        "templates": TEMPLATES,
                        "phoneNumbers": [{"id": NUMBER_ID, "display": NUMBER, "name": "AutoCerto"}],
                    }
                ],
            }
        ],
        "limits": {"messagesPerSecond": 1000},
        "timing": {"sentMs": 1, "deliveredMs": 2, "webhookRetrySeconds": [0, 0.1, 0.2, 0.5, 1]},
        "customers": [
            {"name": "Ana Souza", "phone": ANA},
            {"name": "Bruno Lima", "phone": BRUNO},
            {"name": "Carla Mendes", "phone": CARLA},
        ],
    }
    return _merged(config, overrides or {})


def _merged(base: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        here = merged.get(key)
        both = isinstance(here, dict) and isinstance(value, Mapping)
        merged[key] = _merged(here, value) if both else value  # type: ignore[arg-type]
    return merged


class Simulator:
    """A running simulator, seen from a test."""

    def __init__(self, urls: Mapping[str, str], http: aiohttp.ClientSession, pid: int) -> None:
        self.graph = urls["graph"]
        self.control = urls["control"]
        self.phone = urls["phone"]
        self.pid = pid
        self.http = http

    # --- customers

    async def customer_says(self, who: str, text: str = "", **utterance: Any) -> str:
        """Let a customer write, or do anything else an utterance can say; returns the wamid."""
        said = await self.post("messages", {"who": who, "text": text, **utterance})
        return str(said["messages"][0]["id"])

    async def customers_say(self, utterances: list[dict[str, Any]]) -> list[str]:
        """Let customers write in one request: the way to make load."""
        said = await self.post("messages", utterances)
        return [each["id"] for each in said["messages"]]

    async def add_customers(self, *customers: dict[str, Any]) -> list[dict[str, Any]]:
        """Add people: {"name", "phone", "hidden"?}."""
        added: list[dict[str, Any]] = await self.post("customers", list(customers))
        return added

    async def threads(self, *, failed: bool = False) -> dict[str, list[dict[str, Any]]]:
        """Look at all screens: customer id (digits of the phone) to messages, in order."""
        seen: dict[str, Any] = await self.get("threads", failed="1" if failed else "0")
        return seen

    async def thread(self, who: str, *, failed: bool = False) -> list[dict[str, Any]]:
        """Look at one customer's screen."""
        digits = "".join(each for each in who if each.isdigit())
        return (await self.threads(failed=failed)).get(digits, [])

    async def said_to(self, who: str) -> list[str]:
        """Read what the business wrote to a customer, in the order of her screen."""
        return [each["text"] for each in await self.thread(who) if each["side"] == "in"]

    async def reads(self, who: str) -> None:
        """Let a customer look at her screen."""
        await self.post("read", {"who": who})

    # --- the journal

    async def journal(self, after: int = 0) -> list[dict[str, Any]]:
        """Read what was received and posted since an entry."""
        entries: list[dict[str, Any]] = (await self.get("journal", after=str(after)))["entries"]
        return entries

    async def requests(self, what: str | None = None) -> list[dict[str, Any]]:
        """Read the requests received, all or those of a kind: text, template, read, media."""
        return await self._entries("request", what)

    async def webhooks(self, what: str | None = None) -> list[dict[str, Any]]:
        """Read the attempts to deliver webhooks, all or those of a kind: text, sent, failed."""
        return await self._entries("webhook", what)

    async def _entries(self, kind: str, what: str | None) -> list[dict[str, Any]]:
        found = [each for each in await self.journal() if each["kind"] == kind]
        return [each for each in found if what is None or each["what"] == what]

    # --- the rest of the world

    async def faults(self, **switches: Any) -> None:
        """Throw switches, such as rate=True, error={"next": 3}, slow=False."""
        await self.post("faults", switches)

    async def verdict(self, code: int, **more: Any) -> None:
        """Choose Meta's code for the next messages: when="answer" or "status", next, who."""
        await self.post("verdicts", {"code": code, **more})

    async def advance(self, seconds: float) -> None:
        """Move the simulator's clock forward."""
        await self.post("clock", {"advanceSeconds": seconds})

    async def reset(self) -> None:
        """Forget all but the configuration."""
        await self.post("reset", {})

    async def send(self, body: Any, *, token: str = ACCESS_TOKEN) -> tuple[int, Any]:
        """Send as a business does; returns the status and the answer."""
        url = f"{self.graph}/v23.0/{NUMBER_ID}/messages"
        async with self.http.post(url, json=body, headers=bearer(token)) as response:
            return response.status, await response.json()

    async def get(self, command: str, **query: str) -> Any:
        """Ask the control API."""
        async with self.http.get(f"{self.control}/{command}", params=query) as response:
            return await _checked(response)

    async def post(self, command: str, body: Any) -> Any:
        """Command the control API."""
        data = msgspec.json.encode(body)
        async with self.http.post(f"{self.control}/{command}", data=data) as response:
            return await _checked(response)


async def _checked(response: aiohttp.ClientResponse) -> Any:
    body = await response.read()
    assert response.status == 200, f"{response.url.path}: {response.status} {body.decode()}"
    return msgspec.json.decode(body)


def bearer(token: str = ACCESS_TOKEN) -> dict[str, str]:
    """Make the header that carries a token."""
    return {"Authorization": f"Bearer {token}"}


def _written(folder: str, config: dict[str, Any]) -> str:
    file = Path(folder, "simulator.yaml")
    file.write_text(yaml.safe_dump(config))
    return str(file)


@asynccontextmanager
async def simulator(
    overrides: Mapping[str, Any] | None = None, *, webhook: str | None = None
) -> AsyncIterator[Simulator]:
    """Run the simulator as a process on a free port, and end it."""
    with tempfile.TemporaryDirectory() as folder:
        file = _written(folder, a_config(webhook=webhook, overrides=overrides))
        command = ["-m", "simulator", "--config", file, "--port", "0", "--ready-json"]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            assert process.stdout is not None
            line = await asyncio.wait_for(process.stdout.readline(), timeout=60)
            assert line, "the simulator ended before it listened"
            async with aiohttp.ClientSession() as http:
                yield Simulator(json.loads(line), http, process.pid)
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            code = await process.wait()
            assert code == 0, f"the simulator ended with {code}, not in order"
