"""Making a server match a topology, again and again, against a real one."""

import msgspec
import pytest

from prosa.contracts import subjects
from prosa.contracts.topology import topology
from prosa.errors import ConfigError
from prosa.jetstream.connection import JetStream
from prosa.jetstream.provision import provision
from tests.support.nats import BOT

IN = subjects.in_stream(BOT)
ANA = subjects.inbound(BOT, "pana")


async def test_provisioning_again_changes_nothing(jetstream: JetStream) -> None:
    await jetstream.publish(ANA, b"oi")
    before = (await jetstream.api(f"STREAM.INFO.{IN}"))["config"]

    await provision(jetstream, topology(BOT))

    assert (await jetstream.api(f"STREAM.INFO.{IN}"))["config"] == before
    assert (await jetstream.stream_state(IN)).messages == 1


async def test_a_stream_made_anew_lies_above_its_former_life(jetstream: JetStream) -> None:
    """Or its messages would lie below the cursors of the contacts, and count as handled."""
    for _ in range(5):
        former = await jetstream.publish(ANA, b"oi")
    await jetstream.api(f"STREAM.DELETE.{IN}")

    await provision(jetstream, topology(BOT))

    assert (await jetstream.publish(ANA, b"oi")).sequence > former.sequence


async def test_what_cannot_be_changed_is_told_with_its_remedy(jetstream: JetStream) -> None:
    wanted = topology(BOT)
    first, *others = wanted.streams
    other_retention = msgspec.structs.replace(first, retention="workqueue")
    changed = msgspec.structs.replace(wanted, streams=(other_retention, *others))

    with pytest.raises(ConfigError, match="cannot be made to match"):
        await provision(jetstream, changed)
