"""One person under two keys: what she said under either holds."""

from typing import Any

import pytest

from prosa.contracts import inbound
from prosa.contracts.contact import Contact
from prosa.contracts.identity import Address, ContactKey
from prosa.contracts.session import Session
from services.conversation.merging import joined
from tests.unit.conversation.builders import KEY, a_contact, decide, received

OTHER = ContactKey("pnew")
MOVED = inbound.IdentityChanged(Address(phone="5519988887777"), previous=OTHER)


def other(**fields: Any) -> Contact:
    """Give the document that her new number had begun."""
    return Contact(key=OTHER, **{"last_inbound_at_ms": 2, **fields})


@pytest.mark.parametrize(
    ("here", "there", "after"),
    [
        ("granted", "stopped", "stopped"),
        ("stopped", "granted", "stopped"),
        ("unknown", "granted", "granted"),
        ("unknown", "unknown", "unknown"),
    ],
)
def test_a_no_to_marketing_holds_under_either_key(here: Any, there: Any, after: str) -> None:
    turn = decide(a_contact(marketing=here), received(MOVED), known=other(marketing=there))

    assert turn.contact.marketing == after
    assert turn.contact.address.phone == "5519988887777"


def test_who_speaks_with_her_stays_as_it_was_under_this_key() -> None:
    contact = a_contact(owner="human", agent="ze", owner_revision=3, cursor=7)

    after = joined(contact, other(owner="queue", owner_revision=9, cursor=99))

    assert (after.key, after.owner, after.agent, after.owner_revision, after.cursor) == (
        *(KEY, "human", "ze", 3, 7),
    )


def test_the_newer_conversation_goes_on() -> None:
    contact = a_contact(last_inbound_at_ms=1, session=Session(program="old"), tags=("vip",))

    after = joined(contact, other(session=Session(program="new"), tags=("novo",)))

    assert after.session == Session(program="new")
    assert after.tags == ("novo", "vip")
    assert after.last_inbound_at_ms == 2


def test_what_she_saw_and_which_messages_came_is_known_of_both() -> None:
    contact = a_contact(seen=("a", "b"), recent={"1": "x" * 11}, last_inbound_at_ms=1)

    after = joined(contact, other(seen=("b", "c"), recent={"1": "y" * 11, "2": "z" * 11}))

    assert after.seen == ("a", "b", "c")
    assert after.recent == {"1": "x" * 11 + "y" * 11, "2": "z" * 11}


def test_a_key_without_a_document_changes_nothing_but_the_address() -> None:
    turn = decide(a_contact(marketing="granted"), received(MOVED))

    assert turn.contact.marketing == "granted"
    assert turn.contact.address.phone == "5519988887777"
