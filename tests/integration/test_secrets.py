"""No secret's real value is in any log, metric, health page, error page, event or process list."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import psutil

from prosa.contracts import subjects
from prosa.contracts.identity import bot_token
from prosa.jetstream.connection import connect
from prosa.settings import NatsSettings
from tests.support.eventually import eventually
from tests.support.laptop import SECRETS, Laptop, a_bot, laptop
from tests.support.simulator import ANA

BOT = bot_token("bots", "eco")


def secrets_of(running: Laptop) -> dict[str, str]:
    """Gather what must not be seen: the bot's Secret and every password that `prosa up` made."""
    passwords = {
        str(file.relative_to(running.data)): file.read_text().strip()
        for file in running.data.rglob("password")
    }
    assert len(passwords) >= 4, "where do the NATS passwords stand now?"
    passwords["admin's"] = (running.data / "accounts" / "admin-password").read_text().strip()
    return SECRETS | passwords


async def session_of_admin(running: Laptop) -> str:
    """Sign in to the inbox, after a wrong try; gives the cookie's value."""
    password = (running.data / "accounts" / "admin-password").read_text().strip()
    jar = aiohttp.CookieJar(unsafe=True)  # takes cookies of an address without a name
    async with aiohttp.ClientSession(cookie_jar=jar) as http:
        for tried, expected in (("a wrong password", 403), (password, 200)):
            form = {"name": "admin", "password": tried}
            async with http.post(running.ready["inbox"] + "signin", json=form) as answer:
                assert answer.status == expected, await answer.text()
        async with http.get(running.ready["inbox"]) as page:
            assert page.status == 200
        async with http.get(running.ready["console"]) as page:
            assert page.status == 200
        return next(cookie.value for cookie in jar if cookie.key == "prosa_session")


def health_ports(running: Laptop) -> Iterator[int]:
    for child in running.children():
        for connection in child.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN:
                yield connection.laddr.port


async def pages(running: Laptop) -> list[str]:
    """Read every page that a stranger may ask for, good requests and bad."""
    texts: list[str] = []
    webhook = running.ready["webhook"]
    async with aiohttp.ClientSession() as http:
        for port in health_ports(running):
            for path in ("livez", "readyz", "metrics", "openapi.json", "nowhere"):
                try:
                    async with http.get(f"http://127.0.0.1:{port}/{path}") as response:
                        texts.append(await response.text())
                except aiohttp.ClientError:
                    continue  # no HTTP on this port
        for headers in ({}, {"X-Hub-Signature-256": "sha256=0"}):
            async with http.post(webhook, data=b"{", headers=headers) as response:
                texts.append(await response.text())
        wrong = {"hub.mode": "subscribe", "hub.verify_token": "wrong", "hub.challenge": "1"}
        async with http.get(webhook, params=wrong) as response:
            texts.append(await response.text())
    return texts


async def stored(running: Laptop) -> list[str]:
    """Read everything that went through the streams."""
    credentials = next(running.data.rglob("password")).parent.parent / "cli"
    settings = NatsSettings(url=running.ready["nats"], credentials=credentials)
    texts: list[str] = []
    async with connect(settings, "cli") as jetstream:
        for stream in (subjects.in_stream, subjects.evt_stream, subjects.dlq_stream):
            found = await jetstream.read(stream(BOT), ">", limit=1000)
            texts += [message.payload.decode() + str(message.headers) for message in found]
    return texts


async def test_no_secret_is_seen_anywhere(tmp_path: Path) -> None:
    async with laptop(a_bot(tmp_path / "bot"), tmp_path / "data", records=True) as running:
        meta = running.simulator
        await meta.customer_says(ANA, "oi")
        await eventually(lambda: meta.said_to(ANA))
        await meta.faults(tokenExpired=True)  # a refusal that names the token's trouble
        await meta.customer_says(ANA, "tudo bem?")
        await eventually(lambda: meta.requests("text"))
        await asyncio.sleep(1)  # for the sender to say what it thinks of that
        seen = {
            "pages": "\n".join(await pages(running)),
            "streams": "\n".join(await stored(running)),
            "processes": "\n".join(" ".join(child.cmdline()) for child in running.children()),
        }
        secrets = secrets_of(running) | {"admin's session": await session_of_admin(running)}
    seen["log of prosa up"] = running.log.read_text()
    for file in running.data.rglob("*.log"):
        seen[str(file.relative_to(running.data))] = file.read_text(errors="replace")

    assert "turn_taken" in seen["streams"]  # else nothing was looked at
    assert "prosa_ingress" in seen["pages"]
    for place, text in seen.items():
        for name, value in secrets.items():
            assert value not in text, f"{name} is in {place}"
