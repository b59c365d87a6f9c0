"""Typed buckets with compare-and-set, against a real server."""

import msgspec
import pytest

from prosa.contracts import subjects
from prosa.jetstream.buckets import Bucket, Undecodable
from prosa.jetstream.connection import Conflict, JetStream
from tests.support.nats import BOT


class Note(msgspec.Struct, frozen=True):
    text: str


@pytest.fixture
def notes(jetstream: JetStream) -> Bucket[Note]:
    return Bucket(jetstream, subjects.bucket(BOT, "contacts"), Note)


async def test_an_absent_key_is_none(notes: Bucket[Note]) -> None:
    assert await notes.get("nobody") is None


async def test_a_value_comes_back_with_its_revision(notes: Bucket[Note]) -> None:
    revision = await notes.put("ana", Note("oi"))

    entry = await notes.get("ana")
    assert entry is not None
    assert (entry.value, entry.revision) == (Note("oi"), revision)


async def test_the_slower_of_two_writers_loses(notes: Bucket[Note]) -> None:
    revision = await notes.create("ana", Note("first"))
    await notes.update("ana", Note("quick"), revision)

    with pytest.raises(Conflict):
        await notes.update("ana", Note("slow"), revision)


async def test_a_key_is_created_once(notes: Bucket[Note]) -> None:
    await notes.create("ana", Note("first"))

    with pytest.raises(Conflict):
        await notes.create("ana", Note("second"))


async def test_a_deleted_key_can_be_created_again(notes: Bucket[Note]) -> None:
    await notes.create("ana", Note("first"))
    await notes.delete("ana")
    assert await notes.get("ana") is None

    await notes.create("ana", Note("second"))
    entry = await notes.get("ana")
    assert entry is not None
    assert entry.value == Note("second")


async def test_walking_gives_every_key_and_what_was_deleted(notes: Bucket[Note]) -> None:
    for n in range(600):
        await notes.put(f"k{n}", Note(str(n)))
    await notes.delete("k7")

    found = {key: entry async for key, entry in notes.entries()}
    assert len(found) == 600
    assert found["k7"] is None


async def test_a_value_of_another_shape_is_named_not_guessed(
    jetstream: JetStream, notes: Bucket[Note]
) -> None:
    await jetstream.publish(f"$KV.{notes.name}.ana", b'{"text": 5}')

    with pytest.raises(Undecodable, match="ana at revision 1"):
        await notes.get("ana")
