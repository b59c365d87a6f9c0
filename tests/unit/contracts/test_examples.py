"""Every struct that crosses a wire has a stored example, and every example still reads the same."""

from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

import prosa.contracts
from prosa.contracts.campaigns import Contacted, Pause, Tally
from prosa.contracts.catalogue import Imports, Item
from prosa.contracts.contact import Contact
from prosa.contracts.dead_letter import DeadLetter
from prosa.contracts.events import EVENT_KINDS, Event
from prosa.contracts.inbound import CustomerBody, FactBody, Inbound
from prosa.contracts.outbound import Message, Outbound
from prosa.contracts.sends import Sends
from prosa.contracts.session import Session

EXAMPLES = Path(prosa.contracts.__file__).with_name("examples")
FILES = sorted(EXAMPLES.glob("*.json"))
TYPES: dict[str, type] = {
    "campaign-contacted": Contacted,
    "campaign-pause": Pause,
    "campaign-tally": Tally,
    "catalogue-item": Item,
    "contact": Contact,
    "dead-letter": DeadLetter,
    "event": Event,  # type: ignore[dict-item]  # a union decodes like a type
    "imports": Imports,
    "inbound": Inbound,
    "outbound": Outbound,
    "sends": Sends,
    "session": Session,
}


def type_of(file: Path) -> type:
    name = file.name.partition(".")[0]
    return TYPES.get(name) or TYPES[name.partition("-")[0]]


def rewritten(document: bytes, file: Path) -> Any:
    """Read a document as its struct and give what is written of it."""
    value: Any = msgspec.json.decode(document, type=type_of(file))
    return msgspec.json.decode(msgspec.json.encode(value))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.name))
def test_an_example_reads_and_writes_the_same(file: Path) -> None:
    stored = file.read_bytes()

    assert rewritten(stored, file) == msgspec.json.decode(stored)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.name))
def test_a_reader_ignores_fields_of_a_later_version(file: Path) -> None:
    document = msgspec.json.decode(file.read_bytes())

    later = msgspec.json.encode(document | {"added_later": {"deep": [1]}})

    assert rewritten(later, file) == document


def tags(union: object) -> set[str]:
    return {str(each.__struct_config__.tag) for each in get_args(union)}


def names(kind: str) -> set[str]:
    return {
        file.name.partition(".")[0].removeprefix(f"{kind}-")
        for file in FILES
        if file.name.startswith(f"{kind}-")
    }


def test_every_inbound_body_has_an_example() -> None:
    assert tags(CustomerBody | FactBody) <= names("inbound")


def test_every_message_has_an_example() -> None:
    assert tags(Message) <= names("outbound")


def test_every_event_has_an_example_and_its_kind_is_listed() -> None:
    assert tags(Event) <= names("event")
    assert {each.kind for each in get_args(Event)} == set(EVENT_KINDS)
