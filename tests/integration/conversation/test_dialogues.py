"""A dialogue is changed while customers talk: an open flow ends on the version it began with."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from prosa import chatbots
from prosa.contracts import subjects
from prosa.contracts.catalogue import Item
from prosa.contracts.session import Frame, Session
from prosa.jetstream.buckets import Bucket
from services.conversation.catalogue import CatalogueInMemory
from services.conversation.dialogues import OLDER, Dialogues
from tests.integration.faults.test_dialogue_broken import CHATBOT
from tests.support.nats import BOT, provisioned


class File:
    """A bot's dialogue as somebody edits it, and what conversation has of it."""

    def __init__(self, path: Path, dialogues: Dialogues) -> None:
        self._path = path
        self.dialogues = dialogues

    async def saved(self, words: str) -> str:
        """Save a version and let it be looked at; gives its hash."""
        self._path.write_text(version(words))
        await self.dialogues.refresh()
        return self.dialogues.program.hash

    def goes_on_with(self, session: Session | None) -> str:
        """Name the version that a session goes on with."""
        return self.dialogues.of(session).program.hash


def version(words: str) -> str:
    return f"dialogue: v1\nflows: {{oi: {{start: {{first: true}}, steps: [{{say: {words}}}]}}}}\n"


def amid_a_flow(program: str) -> Session:
    return Session(program=program, stack=(Frame("oi"),))


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[File]:
    folder = tmp_path / "chatbots" / BOT
    (folder / "whatsapp").mkdir(parents=True)
    (folder / "chatbot.yaml").write_text(json.dumps(CHATBOT))
    (folder / "dialogue.yaml").write_text(version("Oi"))
    (bot,) = chatbots.load(folder.parent, needs=())
    async with provisioned(tmp_path) as (_, jetstream):
        bucket = Bucket(jetstream, subjects.bucket(BOT, "catalogue"), Item)
        dialogues = Dialogues(bot, CatalogueInMemory(bucket), None)
        await dialogues.load()
        yield File(folder / "dialogue.yaml", dialogues)


async def test_an_open_flow_ends_on_its_own_version(file: File) -> None:
    old = file.dialogues.program.hash

    new = await file.saved("Olá")

    assert file.goes_on_with(amid_a_flow(old)) == old
    assert file.goes_on_with(Session(program=old)) == new
    assert file.goes_on_with(None) == new


async def test_a_version_that_is_no_longer_remembered_goes_on_with_the_newest(file: File) -> None:
    old = file.dialogues.program.hash
    for n in range(OLDER):
        await file.saved(f"Oi {n}")
    assert file.goes_on_with(amid_a_flow(old)) == old

    newest = await file.saved("Olá")

    assert file.goes_on_with(amid_a_flow(old)) == newest


async def test_a_version_that_came_back_is_the_newest(file: File) -> None:
    old = file.dialogues.program.hash
    await file.saved("Olá")

    assert await file.saved("Oi") == old
    assert file.goes_on_with(None) == old
