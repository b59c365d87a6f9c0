"""A NATS that grants no more than it must: only ingress' own rights, and only small messages."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from pydantic import SecretStr

from prosa.cli import nats_server
from prosa.contracts.events import WebhookUnknown
from prosa.contracts.inbound import Unknown
from prosa.contracts.permissions import Identity, permissions
from prosa.contracts.topology import topology, unrouted
from prosa.jetstream.connection import connect
from prosa.jetstream.provision import provision, provision_stream
from prosa.settings import NatsSettings
from tests.support.eventually import eventually
from tests.support.ingress import Ingress, a_bot, an_ingress
from tests.support.nats import BOT, free_port
from tests.support.webhooks import NUMBER, a_change, a_text, a_webhook, names, post, stored

IDENTITIES: tuple[Identity, ...] = ("ingress", "provision")


@asynccontextmanager
async def an_ingress_on_a_strict_server(
    folder: Path, *, max_payload: int = nats_server.MAX_PAYLOAD
) -> AsyncIterator[tuple[Ingress, Ingress]]:
    """Give an ingress with its own rights, and another look at the same server with all."""
    port = free_port()
    users = {who: (SecretStr(who), permissions(who, (BOT,))) for who in IDENTITIES}
    config = json.loads(nats_server.config(port, folder / "store", users))
    config["max_payload"] = max_payload
    (folder / "nats.json").write_text(json.dumps(config))
    process = await asyncio.create_subprocess_exec(
        str(nats_server.binary()),
        "-c",
        str(folder / "nats.json"),
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await eventually(lambda: _listens(port))
        async with (
            connect(_login(folder, port, "provision"), "provision") as all_rights,
            connect(_login(folder, port, "ingress"), "ingress") as own_rights,
        ):
            await provision_stream(all_rights, unrouted())
            await provision(all_rights, topology(BOT))
            bots = a_bot(folder / "chatbots")
            yield an_ingress(own_rights, bots), an_ingress(all_rights, bots)
    finally:
        process.terminate()
        await process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _login(folder: Path, port: int, who: Identity) -> NatsSettings:
    credentials = folder / who
    credentials.mkdir()
    for file in ("user", "password"):
        (credentials / file).write_text(who)
    return NatsSettings(url=f"nats://127.0.0.1:{port}", credentials=credentials)


async def test_its_own_rights_are_enough_for_every_webhook(tmp_path: Path) -> None:
    async with an_ingress_on_a_strict_server(tmp_path) as (ingress, _):
        answers = {name: (await post(ingress.app, stored(name))).status for name in names()}

    assert set(answers.values()) == {200}, answers


async def test_an_unknown_update_too_large_for_the_server_is_kept_as_a_fact(tmp_path: Path) -> None:
    async with an_ingress_on_a_strict_server(tmp_path, max_payload=65_536) as (ingress, look):
        value = {"metadata": {"phone_number_id": NUMBER}, "history": "x" * 100_000}
        assert (await post(ingress.app, a_change("history", value))).status == 200

        (event,) = await look.events(kind="unknown")
        kept = msgspec.json.decode(event.payload, type=WebhookUnknown)
        assert kept.field == "history"
        assert msgspec.json.decode(kept.value)["too_large"] > 100_000
        assert ingress.counted("prosa_ingress_unknown_total", reason="too_large") == 1


async def test_a_message_of_tomorrow_too_large_for_the_server_still_reaches_her_mailbox(
    tmp_path: Path,
) -> None:
    async with an_ingress_on_a_strict_server(tmp_path, max_payload=65_536) as (ingress, look):
        message = {"id": "wamid.1", "type": "hologram", "hologram": "x" * 100_000}
        await post(ingress.app, a_webhook(message, a_text("wamid.2")))

        first, second = await look.mailbox()
        assert (first.id, first.body, second.id) == ("wamid.1", Unknown("hologram"), "wamid.2")
