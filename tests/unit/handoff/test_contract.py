"""The shapes in Python are the shapes that the pages are written against."""

import re
from pathlib import Path

import msgspec
import pytest

from services.handoff import contract
from services.handoff.api.problems import STATUS

TYPESCRIPT = (Path(__file__).parents[3] / "services" / "handoff" / "web" / "contract.ts").read_text(
    "utf-8"
)
INTERFACE = re.compile(r"export interface (\w+)(?: extends (\w+))? \{\n(.*?)\n\}", re.DOTALL)
MEMBER = re.compile(r"^  (\w+)\??:", re.MULTILINE)
PAIRS: dict[str, type[msgspec.Struct]] = {
    "Person": contract.PersonShape,
    "Agent": contract.Agent,
    "Conversation": contract.Conversation,
    "Media": contract.MediaShape,
    "Message": contract.Message,
    "Page": contract.Page,
    "Opened": contract.Opened,
    "CannedReply": contract.CannedReplyShape,
    "Template": contract.TemplateShape,
    "AuditEntry": contract.AuditEntry,
    "Boot": contract.Boot,
}


def interfaces() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, base, body in INTERFACE.findall(TYPESCRIPT):
        found[name] = {*MEMBER.findall(body), *found.get(base, set())}
    return found


@pytest.mark.parametrize("name", PAIRS)
def test_a_shape_has_the_members_of_its_interface(name: str) -> None:
    shape = PAIRS[name]

    assert {field.encode_name for field in msgspec.structs.fields(shape)} == interfaces()[name]


def test_every_refusal_has_its_status() -> None:
    union = TYPESCRIPT.partition("export type Refusal =")[2].partition("export type")[0]
    told = re.findall(r'\| "(\w+)";? // (\d+)', union)

    assert {code: int(status) for code, status in told} == STATUS


@pytest.mark.parametrize(
    ("name", "literal"),
    [("View", contract.View), ("Tick", contract.Tick), ("Owner", contract.ShownOwner)],
)
def test_words_are_the_same(name: str, literal: object) -> None:
    line = re.search(rf"export type {name} = (.*?);", TYPESCRIPT, re.DOTALL)

    assert line is not None
    assert set(re.findall(r'"(\w+)"', line[1])) == set(literal.__args__)  # type: ignore[attr-defined]  # a Literal has them
