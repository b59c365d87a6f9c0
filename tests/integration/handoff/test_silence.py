"""Bot, people and bot again: handoff and conversation as they are, one mailbox between them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from prosa.contracts.contact import Contact
from tests.support.conversation import conversation
from tests.support.eventually import eventually
from tests.support.handoff import Browser, Inbox, World, a_world, key_of

DIALOGUE = """\
dialogue: v1
locale: pt-BR
handoff: {teams: [geral]}
flows:
  pessoa:
    start: {keyword: pessoa}
    steps: [{handoff: geral}]
  oi:
    start: {keyword: oi}
    steps: [{say: "Oi!"}]
"""
IDLE_MS = 1_000


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[tuple[World, Inbox]]:
    async with a_world(tmp_path) as world:
        world.write_chatbot(
            spec={
                "dialogue": {"inline": DIALOGUE},
                "understanding": {"provider": "tfidf"},
                "session": {"quietTime": "0s"},
            },
            teams=[{"name": "geral"}],
            resume={"idle": f"{IDLE_MS}ms"},
        )
        async with world.handoff() as inbox, conversation(world.server, world.chatbots):
            yield world, inbox


async def test_each_reply_starts_the_silence_anew_and_after_it_the_bot_answers(
    scene: tuple[World, Inbox],
) -> None:
    world, inbox = scene
    ana, agent = world.somebody(), await inbox.agent()
    ticket = await asks(world, agent, ana)
    await agent.post(f"conversations/{ticket}/claim")
    claimed = await eventually(lambda: document(world, ana, owner="human"))

    reply = {"id": "r1", "kind": "text", "text": "Sou a Vera."}
    assert (await agent.post(f"conversations/{ticket}/messages", reply))[0] == 202
    last = await eventually(lambda: heard_since(world, ana, claimed.human_spoke_at_ms))
    await eventually(lambda: world.clock.now_ms() > last + IDLE_MS)
    await world.says(ana, "oi")

    await eventually(lambda: document(world, ana, owner="bot"))
    await eventually(lambda: row(agent, ticket, owner="bot"))


async def test_who_comes_back_and_asks_again_gets_a_second_ticket(
    scene: tuple[World, Inbox],
) -> None:
    world, inbox = scene
    ana, agent = world.somebody(), await inbox.agent()
    first = await asks(world, agent, ana)
    await agent.post(f"conversations/{first}/claim")
    await agent.post(f"conversations/{first}/return")
    await eventually(lambda: document(world, ana, owner="bot", owner_revision=3))

    second = await asks(world, agent, ana)

    assert second != first
    assert await document(world, ana, owner="queue")


async def test_a_transfer_to_a_team_leaves_mailbox_and_ticket_in_the_queue(
    scene: tuple[World, Inbox],
) -> None:
    world, inbox = scene
    ana, agent = world.somebody(), await inbox.agent()
    ticket = await asks(world, agent, ana)
    await agent.post(f"conversations/{ticket}/claim")
    await agent.post(f"conversations/{ticket}/transfer", {"to": "team:geral", "note": ""})

    await eventually(lambda: document(world, ana, owner="queue", owner_revision=3))
    await agent.post(f"conversations/{ticket}/claim")
    await eventually(lambda: document(world, ana, owner="human", agent=agent.id))

    assert await row(agent, ticket, owner="human")


async def asks(world: World, agent: Browser, phone: str) -> str:
    """Let her ask for a person; gives the ticket that this opens."""
    await world.says(phone, "pessoa")
    found: str = await eventually(lambda: waiting(agent, phone))
    return found


async def waiting(agent: Browser, phone: str) -> str:
    items = (await agent.get("conversations", view="queue"))[1]["items"]
    return next((each["id"] for each in items if each["contact"]["phone"] == f"+{phone}"), "")


async def document(world: World, phone: str, **wanted: Any) -> Contact | None:
    entry = await world.contacts.get(key_of(phone))
    if entry is None or any(getattr(entry.value, k) != v for k, v in wanted.items()):
        return None
    return entry.value


async def heard_since(world: World, phone: str, at_ms: int) -> int:
    """Give when people were heard last, 0 when that is not later than `at_ms`."""
    found = await document(world, phone)
    return found.human_spoke_at_ms if found and found.human_spoke_at_ms > at_ms else 0


async def row(agent: Browser, ticket: str, **wanted: Any) -> bool:
    status, found = await agent.get(f"conversations/{ticket}")
    return status == 200 and all(found["conversation"][k] == v for k, v in wanted.items())
