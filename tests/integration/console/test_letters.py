"""A dead letter comes back to its queue once, or goes for good; who did it is written down."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from prosa.clock import SystemClock
from prosa.contracts import subjects
from prosa.contracts.dead_letter import DeadLetter
from prosa.contracts.identity import ContactKey
from prosa.jetstream.connection import Stored
from prosa.web import build
from tests.support.console import Running, a_console
from tests.support.door import audit_of
from tests.support.postgres import a_postgres

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW_MS = SystemClock().now_ms()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    build.install(with_tools=False)
    build.build()
    folder = tmp_path_factory.mktemp("console")
    async with a_postgres(folder) as database, a_console(folder, database) as console:
        yield console


async def a_letter(running: Running, name: str, payload: bytes = b'{"id":"wamid.1"}') -> int:
    """Let one message die; gives its number."""
    contact = ContactKey(f"p55{name}")
    letter = DeadLetter(
        id=name,
        service="conversation",
        contact=contact,
        reason="poison",
        origin_subject=subjects.inbound(running.bot, contact),
        origin_stream=subjects.in_stream(running.bot),
        origin_sequence=1,
        at_ms=NOW_MS,
        payload=payload,
        headers={"Nats-Msg-Id": name, "traceparent": "00-1"},
    )
    await running.letters.park(letter)
    async for parked in running.letters.walk(contact=contact):
        return parked.number
    raise AssertionError("the letter is not there")


async def mailbox(running: Running, name: str) -> list[Stored]:
    stream, subject = subjects.in_stream(running.bot), subjects.inbound(running.bot, f"p55{name}")
    return await running.jetstream.read(stream, subject, limit=10)


async def test_a_replayed_letter_is_back_in_its_queue_and_off_the_list(running: Running) -> None:
    number = await a_letter(running, "replayed")

    async with running.client() as client:
        answer = await client.post("api/dead/replay", json={"numbers": [number]})
        listed = (await client.get("api/dead")).json()["items"]

    assert answer.json()["outcomes"] == [{"number": number, "result": "done"}]
    assert number not in [letter["number"] for letter in listed]
    (back,) = await mailbox(running, "replayed")
    assert json.loads(back.payload) == {"id": "wamid.1", "replay": number}


async def test_two_people_replay_a_letter_once(running: Running) -> None:
    number = await a_letter(running, "twice")

    async with running.client() as one, running.client() as other:
        await asyncio.gather(
            *(c.post("api/dead/replay", json={"numbers": [number]}) for c in (one, other))
        )
        late = await other.post("api/dead/replay", json={"numbers": [number]})

    assert late.json()["outcomes"] == [{"number": number, "result": "gone"}]
    assert len(await mailbox(running, "twice")) == 1


async def test_a_dropped_letter_is_gone_and_comes_back_nowhere(running: Running) -> None:
    number = await a_letter(running, "dropped")

    async with running.client() as client:
        answer = await client.post("api/dead/drop", json={"numbers": [number, number]})

    assert answer.json()["outcomes"] == [{"number": number, "result": "done"}]
    assert await mailbox(running, "dropped") == []


async def test_who_replayed_and_who_dropped_is_written_down(running: Running) -> None:
    number = await a_letter(running, "audited")
    async with running.client("admin") as client:
        await client.post("api/dead/drop", json={"numbers": [number]})

    last = (await audit_of(running.database))[-1]

    assert last["what"] == "letters_dropped"
    assert last["account"]
    assert str(number) in last["detail"]


@pytest.mark.parametrize(
    ("payload", "encoding"),
    [(b'{"a":1}', "json"), (b"not json", "text"), (b"\xff\xfe\x00", "base64"), (b"", "text")],
)
async def test_a_payload_is_shown_as_what_it_is(
    running: Running, payload: bytes, encoding: str
) -> None:
    number = await a_letter(running, f"shown{encoding}{len(payload)}", payload)

    async with running.client() as client:
        opened = (await client.get(f"api/dead/{number}")).json()

    assert (opened["encoding"], opened["size"]) == (encoding, len(payload))
    assert opened["letter"]["number"] == number
