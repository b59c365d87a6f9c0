"""Whose message this is: a wrong match answers a stranger."""

import pytest

from prosa.contracts.identity import Address
from services.ingress import meta, people

ANA = meta.Contact(meta.Profile("Ana"), "55119", "BR.1")
BIA = meta.Contact(meta.Profile("Bia"), "55219", "BR.2")
HIDDEN = meta.Contact(meta.Profile("Ana"), "", "BR.1")


def sender(
    phone: str | None, user_id: str | None, *contacts: meta.Contact, alone: bool = True
) -> people.Person:
    head = meta.Head(from_=phone, from_user_id=user_id)
    return people.sender(head, contacts, alone=alone)


def test_a_contact_adds_what_the_message_does_not_say() -> None:
    assert sender("55119", None, BIA, ANA).address == Address("55119", "BR.1")


def test_the_place_in_the_list_means_nothing() -> None:
    assert sender("55219", "BR.2", ANA, BIA).name == "Bia"


def test_a_stranger_is_not_taken_for_the_only_contact_of_a_batch() -> None:
    person = sender("55999", None, ANA, alone=False)

    assert person == people.Person(Address("55999"))


def test_another_user_id_is_another_person_whatever_the_phone() -> None:
    person = sender("55119", "BR.9", ANA)

    assert person == people.Person(Address("55119", "BR.9"))


def test_a_message_that_names_nobody_is_the_only_contacts() -> None:
    assert sender(None, None, HIDDEN).address == Address(None, "BR.1")


def test_a_message_that_names_nobody_among_two_is_nobodys() -> None:
    assert sender("", "", ANA, BIA).address == people.NOBODY


def test_a_phone_that_differs_from_its_wa_id_is_still_the_only_contacts() -> None:
    """Meta: a phone and a WhatsApp id may not match (Brazil's ninth digit, say)."""
    assert sender("5511999", None, ANA).name == "Ana"


@pytest.mark.parametrize(
    ("value", "digits"),
    [
        ("5511987654321", "5511987654321"),
        ("+55 11 98765-4321", "5511987654321"),
        (5511987654321, "5511987654321"),
        (5511987654321.0, None),
        ("", None),
        (None, None),
        ("١٢٣", None),
        ("12a", None),
        ("1" * 40, None),
    ],
)
def test_a_phone_is_read_as_digits_only(value: meta.Loose, digits: str | None) -> None:
    assert people.phone(value) == digits


def test_a_user_id_in_a_phones_place_is_a_user_id() -> None:
    assert people.address("BR.134", None) == Address(None, "BR.134")


@pytest.mark.parametrize("value", ["", " ", "BR.1 2", "BR.\r\n", "BR.é", "B" * 200, None])
def test_what_is_no_user_id_names_nobody(value: str | None) -> None:
    assert people.user_id(value) is None
