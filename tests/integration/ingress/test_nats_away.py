"""NATS away, slow or restarted: 503, and nothing is lost once Meta comes again."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from prosa.jetstream.connection import JetStream
from tests.support.eventually import eventually
from tests.support.ingress import Ingress, a_bot, an_ingress
from tests.support.nats import NatsServer, provisioned
from tests.support.webhooks import a_text, a_webhook, post, stored

PATIENCE = timedelta(seconds=2)


@pytest.fixture
async def nats(tmp_path: Path) -> AsyncIterator[tuple[NatsServer, JetStream]]:
    async with provisioned(tmp_path) as parts:
        yield parts


@pytest.fixture
def ingress(nats: tuple[NatsServer, JetStream], tmp_path: Path) -> Ingress:
    return an_ingress(nats[1], a_bot(tmp_path / "chatbots"), patience=PATIENCE)


async def until_stored(ingress: Ingress, *bodies: bytes) -> None:
    """Come again like Meta, until each is answered 200."""
    for body in bodies:

        async def accepted(body: bytes = body) -> bool:
            return (await post(ingress.app, body)).status == 200

        await eventually(accepted, within=60, every=0.2)


async def test_a_webhook_is_answered_503_while_nats_is_away(
    nats: tuple[NatsServer, JetStream], ingress: Ingress
) -> None:
    server, jetstream = nats
    await server.kill()
    await eventually(lambda: not jetstream.connected)

    answer = await post(ingress.app, stored("text"))

    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0
    assert ingress.counted("prosa_ingress_webhooks_total", outcome="unavailable") == 1


async def test_a_webhook_is_answered_503_in_time_while_nats_is_frozen(
    nats: tuple[NatsServer, JetStream], tmp_path: Path
) -> None:
    server, jetstream = nats
    hasty = an_ingress(
        jetstream, a_bot(tmp_path / "chatbots"), patience=timedelta(milliseconds=200)
    )
    server.freeze()
    began = time.monotonic()

    answer = await post(hasty.app, stored("batch_of_everything"))

    assert answer.status == 503
    assert time.monotonic() - began < 3.5  # a publish alone waits for 4 s


async def test_what_was_refused_is_stored_once_when_meta_comes_again(
    nats: tuple[NatsServer, JetStream], ingress: Ingress
) -> None:
    """A frozen server may have stored what it never confirmed: the ids make it one."""
    server, _ = nats
    batch = a_webhook(*(a_text(f"wamid.{n}", str(n)) for n in range(50)))
    await until_stored(ingress, a_webhook(a_text("wamid.before")))  # her contact is known
    server.freeze()
    assert (await post(ingress.app, batch)).status == 503
    server.thaw()

    await until_stored(ingress, batch)

    wamids = [message.id for message in await ingress.mailbox()]
    assert sorted(wamids) == sorted(["wamid.before", *(f"wamid.{n}" for n in range(50))])


async def test_nothing_that_was_answered_200_is_lost_when_nats_is_killed(
    nats: tuple[NatsServer, JetStream], ingress: Ingress
) -> None:
    server, jetstream = nats
    accepted: set[str] = set()

    async def send(n: int) -> None:
        if (await post(ingress.app, a_webhook(a_text(f"wamid.{n}")))).status == 200:
            accepted.add(f"wamid.{n}")

    await send(0)
    sending = asyncio.gather(*(send(n) for n in range(1, 300)))
    await server.kill()
    await sending
    await server.start()
    await eventually(lambda: jetstream.connected)

    stored_ids = {message.id for message in await ingress.mailbox()}
    assert accepted <= stored_ids
    await until_stored(ingress, *(a_webhook(a_text(f"wamid.{n}")) for n in range(300)))
    assert sorted(m.id for m in await ingress.mailbox()) == sorted(f"wamid.{n}" for n in range(300))


async def test_a_stream_that_is_missing_is_a_503_and_not_a_loss(
    nats: tuple[NatsServer, JetStream], ingress: Ingress
) -> None:
    _, jetstream = nats
    await jetstream.api("STREAM.DELETE.PROSA_bots_test_IN")

    assert (await post(ingress.app, stored("text"))).status == 503
