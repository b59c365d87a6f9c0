"""A dialogue is saved with a mistake while customers talk: the last right one goes on."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from prosa import chatbots
from prosa.contracts import subjects
from prosa.contracts.catalogue import Item
from prosa.jetstream.buckets import Bucket
from services.conversation.catalogue import CatalogueInMemory
from services.conversation.dialogues import Dialogues
from tests.support.logged import logged
from tests.support.nats import BOT, provisioned

RIGHT = "dialogue: v1\nflows: {oi: {start: {first: true}, steps: [{say: Oi}]}}\n"
BROKEN = RIGHT.replace("flows", "flos")
BETTER = RIGHT.replace("say: Oi", "say: Bom dia")
CHATBOT = {
    "apiVersion": "prosa.dev/v1alpha1",
    "kind": "Chatbot",
    "metadata": {"name": "test", "namespace": "bots"},
    "spec": {
        "whatsapp": {
            "phoneNumberId": "106540352242922",
            "businessAccountId": "102290129340398",
            "credentialsSecretRef": {"name": "test-whatsapp"},
        },
        "dialogue": {"configMapRef": {"name": "test-dialogue", "key": "dialogue.yaml"}},
    },
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a bot's folder as it is mounted."""
    folder = tmp_path / "chatbots" / BOT
    (folder / "whatsapp").mkdir(parents=True)
    (folder / "chatbot.yaml").write_text(json.dumps(CHATBOT))
    (folder / "dialogue.yaml").write_text(RIGHT)
    return folder


@pytest.fixture
async def dialogues(folder: Path, tmp_path: Path) -> AsyncIterator[Dialogues]:
    (bot,) = chatbots.load(folder.parent, needs=())
    async with provisioned(tmp_path) as (_, jetstream):
        bucket = Bucket(jetstream, subjects.bucket(BOT, "catalogue"), Item)
        loaded = Dialogues(bot, CatalogueInMemory(bucket), None)
        await loaded.load()
        yield loaded


async def save(dialogues: Dialogues, folder: Path, text: str) -> str:
    """Save the file and let it be looked at; gives the hash of the dialogue in force."""
    (folder / "dialogue.yaml").write_text(text)
    await dialogues.refresh()
    return dialogues.program.hash


async def test_a_broken_file_is_told_with_its_line_and_changes_nothing(
    dialogues: Dialogues, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = dialogues.program.hash

    assert await save(dialogues, folder, BROKEN) == before

    told_so = logged(capsys)
    assert "dialogue_refused" in told_so
    assert "dialogue.yaml:2:1" in told_so


async def test_a_broken_file_is_told_once(
    dialogues: Dialogues, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await save(dialogues, folder, BROKEN)
    await dialogues.refresh()

    assert logged(capsys).count("dialogue_refused") == 1


async def test_the_mended_file_is_taken_over(dialogues: Dialogues, folder: Path) -> None:
    before = dialogues.program.hash
    await save(dialogues, folder, BROKEN)

    assert await save(dialogues, folder, BETTER) != before
