"""Publishing and reading against a real server, and what happens when it goes away."""

import asyncio
from datetime import timedelta

import pytest

from prosa.contracts import subjects
from prosa.errors import ConfigError, Unavailable
from prosa.jetstream import connection
from prosa.jetstream.connection import Conflict, JetStream, Refused, connect
from prosa.settings import NatsSettings
from tests.support.eventually import eventually
from tests.support.nats import BOT, NatsServer, free_port

IN = subjects.in_stream(BOT)
ANA = subjects.inbound(BOT, "pana")


async def test_a_publish_is_stored_before_it_returns(jetstream: JetStream) -> None:
    ack = await jetstream.publish(ANA, b"oi")

    (stored,) = await jetstream.read(IN, ANA)
    assert (stored.sequence, stored.payload) == (ack.sequence, b"oi")


async def test_the_same_message_id_is_stored_once(jetstream: JetStream) -> None:
    first = await jetstream.publish(ANA, b"oi", message_id="wamid.1")
    second = await jetstream.publish(ANA, b"oi", message_id="wamid.1")

    assert second.duplicate
    assert second.sequence == first.sequence
    assert (await jetstream.stream_state(IN)).messages == 1


async def test_publishes_of_one_turn_keep_their_order(jetstream: JetStream) -> None:
    await asyncio.gather(*(jetstream.publish_soon(ANA, b"%d" % n) for n in range(500)))

    stored = await jetstream.read(IN, ANA, limit=500)
    assert [message.payload for message in stored] == [b"%d" % n for n in range(500)]


async def test_headers_come_back_as_they_were_sent(jetstream: JetStream) -> None:
    await jetstream.publish(ANA, b"", headers={"traceparent": "00-é-01"}, message_id="m")

    (stored,) = await jetstream.read(IN, ANA)
    assert stored.headers == {"traceparent": "00-é-01", "Nats-Msg-Id": "m"}


async def test_a_header_value_cannot_add_a_header(jetstream: JetStream) -> None:
    await jetstream.publish(ANA, b"", message_id="x\r\nNats-Rollup: all")

    (stored,) = await jetstream.read(IN, ANA)
    assert stored.headers == {"Nats-Msg-Id": "x  Nats-Rollup: all"}


async def test_a_compare_and_set_loses_to_a_newer_message(jetstream: JetStream) -> None:
    await jetstream.publish(ANA, b"newer")

    with pytest.raises(Conflict):
        await jetstream.publish(ANA, b"older", expect_last=0)


@pytest.mark.parametrize("leader", [False, True])
async def test_reading_goes_on_after_a_sequence(jetstream: JetStream, leader: bool) -> None:
    acks = []
    for n in range(4):
        acks.append(await jetstream.publish(ANA, b"%d" % n))
        await jetstream.publish(subjects.inbound(BOT, "pbia"), b"other")

    found = await jetstream.read(IN, ANA, after=acks[0].sequence, limit=2, leader=leader)
    assert [message.payload for message in found] == [b"1", b"2"]


@pytest.mark.parametrize("limit", [1, 10])
async def test_nothing_to_read_is_an_empty_list(jetstream: JetStream, limit: int) -> None:
    assert await jetstream.read(IN, ANA, limit=limit) == []


async def test_a_stream_that_is_not_there_is_refused(jetstream: JetStream) -> None:
    with pytest.raises((Refused, Unavailable)):
        await jetstream.stream_state("NOWHERE")


async def test_a_subject_that_no_stream_takes_is_unavailable(jetstream: JetStream) -> None:
    with pytest.raises(Unavailable):
        await jetstream.publish("nowhere.at.all", b"")


async def test_what_the_server_cannot_take_is_refused_before_it_is_sent(
    jetstream: JetStream,
) -> None:
    with pytest.raises(Refused):
        await jetstream.publish(ANA, b"x" * (jetstream.max_payload + 1))

    assert jetstream.connected


async def test_a_publish_fails_at_once_while_the_server_is_away(
    server: NatsServer, jetstream: JetStream
) -> None:
    await server.kill()
    await eventually(lambda: not jetstream.connected)

    with pytest.raises(Unavailable):
        await jetstream.publish(ANA, b"oi")


async def test_a_publish_fails_when_the_server_dies_before_its_ack(
    server: NatsServer, jetstream: JetStream
) -> None:
    server.freeze()
    waiting = jetstream.publish_soon(ANA, b"oi")
    await asyncio.sleep(0)  # the frame is on its way
    await server.kill()

    with pytest.raises(Unavailable):
        await waiting


async def test_a_server_that_never_answers_is_unavailable(
    server: NatsServer, jetstream: JetStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "REQUEST_TIMEOUT", timedelta(seconds=0.2))
    server.freeze()

    with pytest.raises(Unavailable, match="in time"):
        await jetstream.publish(ANA, b"oi")
    server.thaw()


async def test_the_connection_comes_back_with_the_server(
    server: NatsServer, jetstream: JetStream
) -> None:
    await jetstream.publish(ANA, b"before")
    await server.kill()
    await server.start()
    await eventually(lambda: jetstream.connected)

    await jetstream.publish(ANA, b"after")
    stored = await jetstream.read(IN, ANA, limit=5)
    assert [message.payload for message in stored] == [b"before", b"after"]


async def test_nobody_at_the_address_is_a_configuration_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "FIRST_CONNECTION", timedelta(seconds=0.3))
    settings = NatsSettings(url=f"nats://127.0.0.1:{free_port()}")

    with pytest.raises(ConfigError, match="nothing answers at"):
        async with connect(settings, "cli"):
            pass
