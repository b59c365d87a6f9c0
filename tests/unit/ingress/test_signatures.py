"""Meta's signature: whose app sent this."""

import pytest

from prosa.contracts.identity import BotToken
from services.ingress import signatures

CARS = BotToken("bots_cars")
PIZZA = BotToken("bots_pizza")
OURS = signatures.keys([(b"test_app_secret", CARS)])
EMPTY = b'{"object":"whatsapp_business_account","entry":[]}'
EMPTY_SIGNED = b"sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756"


def test_a_body_signed_with_the_apps_secret_speaks_for_its_bot() -> None:
    assert signatures.speaks_for(EMPTY_SIGNED, EMPTY, OURS) == {CARS}


@pytest.mark.parametrize(
    ("body", "begins"),
    [('{"t":"olá"}'.encode(), b"sha256=1cd29a0a"), (rb'{"t":"ol\u00e1"}', b"sha256=99effdbf")],
)
def test_the_raw_bytes_are_signed_and_not_what_they_mean(body: bytes, begins: bytes) -> None:
    assert signatures.sign(b"test_app_secret", body).startswith(begins)


@pytest.mark.parametrize(
    "header",
    [
        None,
        b"",
        b"sha256=",
        EMPTY_SIGNED[7:],
        b"sha1=" + EMPTY_SIGNED[7:],
        EMPTY_SIGNED[:-1] + b"7",
        EMPTY_SIGNED + b"0",
        "sha256=olá".encode(),
    ],
)
def test_a_missing_or_wrong_signature_speaks_for_nobody(header: bytes | None) -> None:
    assert signatures.speaks_for(header, EMPTY, OURS) == frozenset()


def test_a_changed_byte_breaks_the_signature() -> None:
    assert not signatures.speaks_for(EMPTY_SIGNED, EMPTY + b" ", OURS)


def test_both_secrets_are_good_while_one_replaces_the_other() -> None:
    both = signatures.keys([(b"new", CARS), (b"test_app_secret", CARS)])

    assert signatures.speaks_for(EMPTY_SIGNED, EMPTY, both) == {CARS}


def test_bots_of_one_app_share_its_voice() -> None:
    shared = signatures.keys([(b"test_app_secret", CARS), (b"test_app_secret", PIZZA)])

    assert signatures.speaks_for(EMPTY_SIGNED, EMPTY, shared) == {CARS, PIZZA}


def test_an_app_does_not_speak_for_the_bots_of_another() -> None:
    two = signatures.keys([(b"test_app_secret", CARS), (b"other", PIZZA)])

    assert signatures.speaks_for(EMPTY_SIGNED, EMPTY, two) == {CARS}


def test_a_key_does_not_print_its_secret() -> None:
    assert "test_app_secret" not in repr(OURS)


@pytest.mark.parametrize(("token", "known"), [(b"a", True), (b"b", True), (b"", False)])
def test_any_bots_verify_token_opens_the_address(token: bytes, known: bool) -> None:
    assert signatures.is_token_of_any(token, [b"a", b"b"]) is known
