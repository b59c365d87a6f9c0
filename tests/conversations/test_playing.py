"""A script that does not hold is told so: what the player must notice."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import pytest

from tests.conversations.driver import Act, Bubble, Kind, Option, State
from tests.conversations.playing import play
from tests.conversations.script import Script


class Parrot:
    """A driver that always answers the same."""

    def __init__(self, *bubbles: Bubble) -> None:
        self._bubbles = list(bubbles)

    async def say(self, texts: Sequence[str]) -> list[Bubble]:
        del texts
        return self._bubbles

    async def tap(self, option: Option) -> list[Bubble]:
        del option
        return self._bubbles

    async def send(self, kind: Kind, caption: str = "") -> list[Bubble]:
        del kind, caption
        return self._bubbles

    async def people(self, act: Act) -> list[Bubble]:
        del act
        return []

    async def wait_until(self, moment: datetime) -> None:
        pass

    async def state(self) -> State:
        return State("bot", "", "unknown", (), {"cor": "azul"})


HELLO = Bubble("buttons", "Oi! Tudo bem?", (Option("button", "sim", "Sim"),))


async def told(turn: dict[str, Any], *bubbles: Bubble) -> str:
    """Play one turn against the parrot; give what the player complains of."""
    script = msgspec.convert({"conversation": "x", "turns": [turn]}, Script)
    try:
        await play(script, Parrot(*bubbles))
    except AssertionError as error:
        return str(error).splitlines()[0]
    return ""


@pytest.mark.parametrize(
    "turn",
    [
        {"customer": "oi", "bot": ["oi!", "tudo bem"], "offers": ["Sim"], "shows": {"buttons": 1}},
        {"customer": ["oi", "oi"], "never": ["tchau"], "slots": {"cor": "azul"}, "owner": "bot"},
        {"sends": {"image": "veja"}, "bubbles": 1},
    ],
)
async def test_what_holds_passes(turn: dict[str, Any]) -> None:
    assert await told(turn, HELLO) == ""


@pytest.mark.parametrize(
    ("turn", "complaint"),
    [
        ({"customer": "oi", "bot": ["tchau"]}, "does not say 'tchau'"),
        ({"customer": "oi", "bot": ["tudo bem", "oi!"]}, "(in this order)"),
        ({"customer": "oi", "never": ["TUDO"]}, "says 'TUDO'"),
        ({"customer": "oi", "offers": ["Não"]}, "does not offer 'Não'"),
        ({"customer": "oi", "shows": {"image": 1}}, "shows 0 of image"),
        ({"customer": "oi", "slots": {"cor": "preto"}}, "has cor = 'azul'"),
        ({"customer": "oi", "slots": {"cor": None}}, "has cor = 'azul'"),
        ({"customer": "oi", "owner": "queue"}, "has owner = 'bot'"),
        ({"customer": "oi", "tags": ["vip"]}, "has no tag 'vip'"),
        ({"customer": "oi", "silent": True}, "is not silent"),
        ({"customer": "oi", "bubbles": 0}, "has 1 bubbles"),
        ({"tap": "Talvez"}, "nothing to tap is called 'Talvez'"),
    ],
)
async def test_what_does_not_hold_is_named(turn: dict[str, Any], complaint: str) -> None:
    assert complaint in await told(turn, HELLO)


async def test_an_answer_that_does_not_come_is_named() -> None:
    assert "says nothing" in await told({"customer": "oi"})


@pytest.mark.parametrize(
    ("bubble", "complaint"),
    [
        (Bubble("text", "Oi {contact.name}"), "leaves '{'"),
        (Bubble("text", "Custa None"), "leaves 'None'"),
        (Bubble("list", "x" * 1025), "would be refused by Meta"),
        (Bubble("buttons", "Oi", (Option("button", "a", "x" * 21),)), "would be refused by Meta"),
        (Bubble("list", "Oi", (Option("list", "a", "A"),) * 2), "would be refused by Meta"),
    ],
)
async def test_no_answer_may_be_unsound(bubble: Bubble, complaint: str) -> None:
    assert complaint in await told({"customer": "oi"}, bubble)


def test_a_turn_is_one_act() -> None:
    with pytest.raises(msgspec.ValidationError, match="one of customer"):
        msgspec.convert({"conversation": "x", "turns": [{"customer": "oi", "tap": "Sim"}]}, Script)
