"""Handoff's own NATS rights are enough for all that it does."""

from pathlib import Path

import aiohttp

from prosa.contracts import subjects
from prosa.contracts.inbound import Claim
from prosa.contracts.topology import topology
from prosa.jetstream.connection import connect
from prosa.jetstream.dead_letters import DeadLetters
from prosa.jetstream.provision import provision
from tests.support.eventually import eventually
from tests.support.handoff import Inbox, World, key_of
from tests.support.nats import BOT
from tests.support.postgres import a_postgres
from tests.support.strict import a_strict_server


async def test_its_own_rights_are_enough(tmp_path: Path) -> None:
    async with (
        a_strict_server(tmp_path, "handoff") as server,
        connect(server.login("provision"), "provision") as all_rights,
        a_postgres(tmp_path) as url,
        aiohttp.ClientSession() as http,
    ):
        await provision(all_rights, topology(BOT))
        world = World(tmp_path, server, all_rights, url, http)
        async with world.handoff() as inbox:
            ana = world.somebody()
            await world.says(ana, "antes")
            ticket, agent = await world.a_ticket(inbox, ana), await inbox.agent()
            await agent.post(f"conversations/{ticket}/claim")
            await agent.post(f"conversations/{ticket}/typing")
            reply = {"id": "r1", "kind": "text", "text": "Olá"}
            await agent.post(f"conversations/{ticket}/messages", reply)
            await world.jetstream.publish(subjects.inbound(BOT, key_of("55")), b"not json")

            await eventually(lambda: _all_is_there(world, inbox, ticket, ana))


async def _all_is_there(world: World, inbox: Inbox, ticket: str, phone: str) -> bool:
    """Look for the claim, the reply, what was said before, the live update, the dead letter."""
    texts = {line["text"] for line in (await inbox.ticket(ticket))["messages"]}
    letters = [each async for each in DeadLetters(world.jetstream, BOT).walk(service="handoff")]
    return (
        {"antes", "Olá"} <= texts
        and any(isinstance(message.body, Claim) for message in await world.mailbox(phone))
        and len(await world.outbounds(phone)) > 0
        and inbox.joined.live.ring.last > 0
        and len(letters) == 1
    )
