"""Something dies between two lines: nothing is lost, nothing is done twice."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from prosa.contracts import subjects
from prosa.contracts.inbound import Claim
from prosa.jetstream.dead_letters import DeadLetters, Parked
from services.handoff.postgres import outbox
from tests.support.eventually import eventually
from tests.support.handoff import Inbox, World, a_world, key_of
from tests.support.nats import BOT
from tests.support.postgres import a_server


async def test_what_was_committed_and_not_published_is_published_by_the_next(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path) as world:
        ana = world.somebody()
        async with world.handoff() as inbox:
            ticket = await world.a_ticket(inbox, ana)
        async with world.handoff(parts=False) as inbox:  # it dies before it publishes
            agent = await inbox.agent()
            assert (await agent.post(f"conversations/{ticket}/claim"))[0] == 200
            reply = {"id": "r1", "kind": "text", "text": "Olá"}
            assert (await agent.post(f"conversations/{ticket}/messages", reply))[0] == 202
        assert await world.outbounds(ana) == []

        async with world.handoff():
            (outbound,) = await eventually(lambda: world.outbounds(ana))

        await eventually(lambda: _claims(world, ana))
        assert outbound.repeat is False  # nobody had begun to publish it


async def test_what_may_have_been_published_goes_out_again_marked_as_a_repeat(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path) as world:
        ana = world.somebody()
        async with world.handoff() as inbox:
            ticket = await world.a_ticket(inbox, ana)
        async with world.handoff(parts=False) as inbox:
            agent = await inbox.agent()
            await agent.post(f"conversations/{ticket}/claim")
            reply = {"id": "r1", "kind": "text", "text": "Olá"}
            await agent.post(f"conversations/{ticket}/messages", reply)
            async with inbox.database.connection() as connection:
                await outbox.take(connection, BOT, 10)  # and here it dies

        async with world.handoff():
            (outbound,) = await eventually(lambda: world.outbounds(ana))

        await eventually(lambda: _claims(world, ana))
        assert outbound.repeat is True


async def _claims(world: World, phone: str) -> bool:
    """Whether her mailbox heard of the claim and of the word that kept it, each once."""
    ids = [m.id for m in await world.mailbox(phone) if isinstance(m.body, Claim)]
    assert len(ids) == len(set(ids))
    return len(ids) == 2


async def test_two_replicas_take_each_record_and_each_telling_once(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world, world.handoff() as one, world.handoff() as two:
        phones = [world.somebody() for _ in range(8)]
        tickets = [await world.a_ticket(one, phone) for phone in phones]
        for n in range(5):
            await asyncio.gather(*(world.says(phone, f"m{n}") for phone in phones))

        for ticket, phone in zip(tickets, phones, strict=True):
            await eventually(partial(_said, two, ticket))
            ids = [change.id for change in await world.changes(phone)]
            assert len(ids) == len(set(ids))
            revisions = [change.revision for change in await world.changes(phone)]
            assert revisions == sorted(revisions)


async def test_postgresql_goes_away_and_comes_back_and_nothing_is_lost(tmp_path: Path) -> None:
    async with (
        a_server(tmp_path) as postgres,
        a_world(tmp_path, url=postgres.url) as world,
        world.handoff() as inbox,
    ):
        ana = world.somebody()
        ticket, agent = await world.a_ticket(inbox, ana), await inbox.agent()
        await agent.post(f"conversations/{ticket}/claim")
        postgres.stop()

        for n in range(20):
            await world.says(ana, f"m{n}")
        status, problem = await agent.post(f"conversations/{ticket}/tags", {"tags": ["a"]})
        assert (status, problem["code"]) == (503, "away")
        await postgres.start()

        await eventually(lambda: _answers(partial(agent.get, "conversations")), within=60)
        await eventually(lambda: _unread(inbox, ticket, 21), within=60)
        lines = [m["text"] for m in (await inbox.ticket(ticket))["messages"]]
        assert sorted(set(lines) - {""}) == sorted(f"m{n}" for n in range(20))
        assert len([line for line in lines if line]) == 20
        assert await _letters(world) == []


async def test_a_record_that_nobody_can_read_is_a_dead_letter_and_holds_nobody_up(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path) as world, world.handoff() as inbox:
        ana = world.somebody()
        ticket = await world.a_ticket(inbox, ana)
        await world.jetstream.publish(subjects.inbound(BOT, key_of(ana)), b'{"id": 7}')
        await world.says(ana, "depois")

        await eventually(lambda: _has(inbox, ticket, "depois"))
        letters = await eventually(lambda: _letters(world))
        assert [(each.letter.service, each.letter.reason) for each in letters] == [
            ("handoff", "undecodable")
        ]


async def test_nats_is_killed_and_what_agents_did_meanwhile_goes_out(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world, world.handoff() as inbox:
        ana = world.somebody()
        ticket, agent = await world.a_ticket(inbox, ana), await inbox.agent()
        await agent.post(f"conversations/{ticket}/claim")
        await eventually(lambda: world.mailbox(ana))
        await world.server.kill()

        reply = {"id": "r1", "kind": "text", "text": "Olá"}
        assert (await agent.post(f"conversations/{ticket}/messages", reply))[0] == 202
        await world.server.start()

        await eventually(lambda: world.jetstream.connected)
        (outbound,) = await eventually(lambda: world.outbounds(ana), within=60)
        assert outbound.agent == agent.id


# --- looking --------------------------------------------------------------------------------------


async def _said(inbox: Inbox, ticket: str) -> bool:
    lines = [m["text"] for m in (await inbox.ticket(ticket))["messages"] if m["text"]]
    return lines == [f"m{n}" for n in range(5)]


async def _answers(asked: Callable[[], Awaitable[tuple[int, Any]]]) -> bool:
    return (await asked())[0] == HTTPStatus.OK


async def _unread(inbox: Inbox, ticket: str, number: int) -> bool:
    unread: int = (await inbox.ticket(ticket))["conversation"]["unread"]
    return unread == number


async def _has(inbox: Inbox, ticket: str, text: str) -> bool:
    return any(m["text"] == text for m in (await inbox.ticket(ticket))["messages"])


async def _letters(world: World) -> list[Parked]:
    return [each async for each in DeadLetters(world.jetstream, BOT).walk()]
