"""The words that a message shows."""

import pytest

from prosa.contracts import inbound, outbound
from services.analytics import words


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (inbound.Text("oi"), "oi"),
        (inbound.Media("image", "1", caption="olha"), "olha"),
        (inbound.Choice("button", "id", title="Sim"), "Sim"),
        (inbound.Location(1, 2, name="Loja", address="Rua 1"), "Loja, Rua 1"),
        (inbound.Unsupported(), ""),
    ],
)
def test_hers(body: inbound.CustomerBody, shown: str) -> None:
    assert words.of_inbound(body) == shown


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (outbound.Text(body="Olá"), "Olá"),
        (outbound.Template(name="volta_ai", language="pt_BR", body=("Ana",)), "volta_ai: Ana"),
        (outbound.Template(name="volta_ai", language="pt_BR"), "volta_ai"),
        (outbound.Buttons(body="Qual?", buttons=()), "Qual?"),
    ],
)
def test_ours(message: outbound.Message, shown: str) -> None:
    assert words.of_outbound(message) == shown


def test_what_no_phone_can_send_is_cut() -> None:
    assert len(words.of_inbound(inbound.Text("x" * 100_000))) == 16_384
