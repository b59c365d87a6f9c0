"""People take over while the bot computes: conversation, sender and Meta as they are.

The witness is the simulator's journal: what the business posted, and what her screen shows.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import msgspec
import pytest
from aiohttp import web

from prosa.contracts import inbound, subjects
from prosa.contracts.contact import Contact
from prosa.contracts.events import TurnTaken
from prosa.contracts.identity import Address, ContactKey
from prosa.contracts.inbound import CustomerBody, FactBody, Inbound
from tests.support.conversation import conversation
from tests.support.eventually import eventually
from tests.support.nats import BOT
from tests.support.sender import World, a_world, key_of, now_ms
from tests.support.simulator import ANA, NUMBER_ID

DIALOGUE = """\
dialogue: v1
locale: pt-BR
flows:
  prazo:
    title: ver o prazo
    start: {{keyword: prazo}}
    steps: [{{call: prazo}}, {{say: "Em {{prazo.dias}} dias."}}]
  oi:
    title: dizer oi
    start: {{keyword: oi}}
    steps: [{{say: "Oi!"}}]
tools:
  prazo: {{get: "{url}", timeout: 30s}}
"""

_numbers = count(1)


@dataclass
class SlowTool:
    """A business's server that answers when it is told to."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        async def answer(_: web.Request) -> web.Response:
            self.asked.set()
            await self.may_answer.wait()
            return web.json_response({"dias": 3})

        app = web.Application()
        app.router.add_get("/", answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            yield f"{site.name}/"
        finally:
            await runner.cleanup()


class Scene:
    """A world in which conversation runs, and what happens in it."""

    def __init__(self, world: World, tool: SlowTool) -> None:
        self.world = world
        self.tool = tool

    async def comes(self, body: CustomerBody | FactBody) -> Inbound:
        """Put a message into Ana's mailbox, as ingress and the inbox do."""
        if isinstance(body, inbound.Text):
            await self.world.meta.customer_says(ANA, body.body)
        message = Inbound(
            id=f"test.{next(_numbers)}",
            contact=key_of(ANA),
            phone_number_id=NUMBER_ID,
            at_ms=now_ms(),
            received_at_ms=now_ms(),
            body=body,
            address=Address(phone=ANA.lstrip("+")),
        )
        await self.world.jetstream.publish(
            subjects.inbound(BOT, message.contact), msgspec.json.encode(message)
        )
        return message

    async def taken(self, message: Inbound) -> None:
        """Wait until a turn has taken a message in."""

        async def told() -> bool:
            turns = await self.world.events("turn")
            return any(message.id in t.inbounds for t in turns if isinstance(t, TurnTaken))

        await eventually(told)

    async def contact(self) -> Contact:
        """Read Ana's document."""
        entry = await self.world.contacts.get(key_of(ANA))
        assert entry is not None
        return entry.value

    async def says(self, text: str) -> None:
        """Wait until her screen shows a text."""

        async def shown() -> bool:
            return text in await self.world.said_to(ANA)

        await eventually(shown)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    tool = SlowTool()
    async with tool.served() as url:
        spec = {
            "dialogue": {"inline": DIALOGUE.format(url=url)},
            "understanding": {"provider": "tfidf"},
            "session": {"quietTime": "0s"},
        }
        async with (
            a_world(tmp_path, **spec) as world,
            world.sender(),
            conversation(world.server, world.folder / "chatbots"),
        ):
            yield Scene(world, tool)


async def test_an_answer_computed_while_an_agent_claims_never_reaches_her(scene: Scene) -> None:
    asked = await scene.comes(inbound.Text("prazo"))
    await scene.tool.asked.wait()
    claimed = await scene.comes(inbound.Claim("bia"))
    scene.tool.may_answer.set()

    await scene.taken(asked)
    await scene.taken(claimed)
    await eventually(scene.world.failures)
    await eventually(scene.world.done)

    assert [failed.reason for failed in await scene.world.failures()] == ["owner_changed"]
    assert await scene.world.posted() == []
    assert (await scene.contact()).owner == "human"


async def test_what_she_adds_before_the_claim_is_the_agents_too(scene: Scene) -> None:
    await scene.comes(inbound.Text("prazo"))
    await scene.tool.asked.wait()
    added = await scene.comes(inbound.Text("oi"))
    await scene.comes(inbound.Claim("bia"))
    scene.tool.may_answer.set()

    await scene.taken(added)
    await eventually(scene.world.failures)
    await eventually(scene.world.done)

    assert await scene.world.said_to(ANA) == []


async def test_without_a_claim_a_slow_answer_reaches_her_and_the_next_message_too(
    scene: Scene,
) -> None:
    await scene.comes(inbound.Text("prazo"))
    await scene.tool.asked.wait()
    await scene.comes(inbound.Text("oi"))
    scene.tool.may_answer.set()

    await scene.says("Oi!")

    assert await scene.world.said_to(ANA) == ["Em 3 dias.", "Oi!"]


async def test_after_the_agent_returned_her_the_next_message_is_answered_once(scene: Scene) -> None:
    for body in (inbound.Claim("bia"), inbound.Text("oi"), inbound.Return("bia")):
        await scene.taken(await scene.comes(body))

    await scene.comes(inbound.Text("oi"))
    await scene.says("Oi!")

    assert await scene.world.said_to(ANA) == ["Oi!"]


async def test_what_she_refused_under_a_new_number_holds_when_meta_tells_whose_it_is(
    scene: Scene,
) -> None:
    new = ContactKey("p5519988887777")
    await scene.world.contacts.put(new, Contact(key=new, marketing="stopped"))

    moved = inbound.IdentityChanged(Address(phone="5519988887777"), previous=new)
    await scene.taken(await scene.comes(moved))

    assert (await scene.contact()).marketing == "stopped"
