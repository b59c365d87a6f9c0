"""The volume of NATS is full: what cannot be stored is not answered 200, and Meta brings it again.

NATS refuses by its own limit, as a real one does that is configured below its volume's size.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from prosa.contracts.topology import topology, unrouted
from prosa.jetstream.connection import JetStream, connect
from prosa.jetstream.provision import provision, provision_stream
from tests.support.eventually import eventually
from tests.support.ingress import Ingress, a_bot, an_ingress
from tests.support.nats import BOT, nats_server
from tests.support.webhooks import a_text, a_webhook, post

MEGABYTE = 1024 * 1024


@pytest.fixture
async def jetstream(tmp_path: Path) -> AsyncIterator[JetStream]:
    """Connect to a server that takes 4 MB in all."""
    async with (
        nats_server(tmp_path, limits="max_file_store: 4MB") as server,
        connect(server.settings, "provision") as jetstream,
    ):
        await provision_stream(jetstream, unrouted())
        await provision(jetstream, topology(BOT))
        yield jetstream


@pytest.fixture
def ingress(jetstream: JetStream, tmp_path: Path) -> Ingress:
    return an_ingress(jetstream, a_bot(tmp_path / "chatbots"))


async def fill(ingress: Ingress) -> list[str]:
    """Let customers write at length until a message is refused; gives what was answered 200."""
    stored: list[str] = []
    while len(stored) < 20:
        wamid = f"wamid.{len(stored)}"
        if (await post(ingress.app, a_webhook(a_text(wamid, "a" * MEGABYTE)))).status != 200:
            return stored
        stored.append(wamid)
    raise AssertionError("a server of 4 MB took 20 MB")


async def test_a_full_server_refuses_and_keeps_what_it_took(ingress: Ingress) -> None:
    stored = await fill(ingress)

    answer = await post(ingress.app, a_webhook(a_text("wamid.late", "a" * MEGABYTE)))

    assert answer.status == 503
    assert ingress.counted("prosa_ingress_publish_failures_total") >= 1
    assert [message.id for message in await ingress.mailbox()] == stored


async def test_what_was_refused_is_stored_once_there_is_room(
    ingress: Ingress, jetstream: JetStream
) -> None:
    await fill(ingress)
    await jetstream.api(f"STREAM.PURGE.PROSA_{BOT}_IN")
    late = a_webhook(a_text("wamid.late", "a" * MEGABYTE))

    async def accepted() -> bool:
        return (await post(ingress.app, late)).status == 200

    await eventually(accepted)
    assert [message.id for message in await ingress.mailbox()] == ["wamid.late"]
