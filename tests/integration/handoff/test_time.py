"""What time does: promises, assignees who do not answer, tickets given to who is there."""

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from prosa.contracts.contact import Contact
from services.handoff.keeping import AT_ONCE
from services.handoff.postgres import uploads
from services.handoff.postgres.uploads import Upload
from tests.support.eventually import eventually
from tests.support.handoff import Inbox, a_world, key_of
from tests.support.nats import BOT

TEAMS = [
    {"name": "vez", "assignment": "round-robin"},
    {"name": "carga", "assignment": "least-loaded", "capacity": 2},
    {"name": "mao"},
]


async def test_a_promise_that_is_not_kept_is_told_once_for_each_clock(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.write_chatbot(teams=TEAMS, sla={"firstReply": "15m", "resolution": "1h"})
        async with world.handoff() as inbox:
            ana = world.somebody()
            ticket = await world.a_ticket(inbox, ana, team="mao")

            world.clock.move(timedelta(minutes=16))
            await eventually(partial(_late, inbox, ticket, ["first_reply"]))
            world.clock.move(timedelta(minutes=60))
            await eventually(partial(_late, inbox, ticket, ["first_reply", "resolution"]))

            told = [c for c in await world.changes(ana) if c.change == "breached"]
            assert [change.late_for for change in told] == ["first_reply", "resolution"]


async def test_an_assignee_who_lets_her_wait_loses_the_ticket(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.write_chatbot(teams=TEAMS, escalation={"after": "10m", "to": "mao"})
        async with world.handoff() as inbox:
            ana = world.somebody()
            ticket, agent = await world.a_ticket(inbox, ana, team="vez"), await inbox.agent()
            await agent.post(f"conversations/{ticket}/claim")

            world.clock.move(timedelta(minutes=11))

            await eventually(partial(_row, inbox, ticket, owner="queue", team="mao"))
            assert (await inbox.ticket(ticket))["conversation"]["assignee"] is None


async def test_tickets_go_in_turn_to_those_who_are_there(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.write_chatbot(teams=TEAMS)
        async with world.handoff() as inbox:
            vera, otto, rita = [await inbox.agent(display_name=n) for n in ("Vera", "Otto", "Rita")]
            for who in (vera, otto, rita):
                await who.ask("PUT", "me/availability", data=b'{"available":true}')
            await rita.ask("PUT", "me/availability", data=b'{"available":false}')

            tickets = [await world.a_ticket(inbox, world.somebody(), team="vez") for _ in range(4)]
            for ticket in tickets:
                await eventually(partial(_assigned, inbox, ticket))

            assert await _loads(vera) == {vera.id: 2, otto.id: 2, rita.id: 0}


async def test_nobody_is_given_more_than_her_capacity_and_a_ticket_waits_for_who_comes(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path) as world:
        world.write_chatbot(teams=TEAMS)
        async with world.handoff() as inbox:
            vera = await inbox.agent()
            await vera.ask("PUT", "me/availability", data=b'{"available":true}')
            tickets = [
                await world.a_ticket(inbox, world.somebody(), team="carga") for _ in range(3)
            ]
            await eventually(partial(_has, vera, vera.id, 2))
            otto = await inbox.agent()

            await otto.ask("PUT", "me/availability", data=b'{"available":true}')

            for ticket in tickets:
                await eventually(partial(_assigned, inbox, ticket))
            assert await _loads(vera) == {vera.id: 2, otto.id: 1}


async def test_a_ticket_never_goes_back_to_who_let_her_wait(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.write_chatbot(teams=TEAMS, escalation={"after": "10m"})
        async with world.handoff() as inbox:
            vera, otto = await inbox.agent(display_name="Vera"), await inbox.agent()
            await vera.ask("PUT", "me/availability", data=b'{"available":true}')
            await world.a_ticket(inbox, world.somebody(), team="carga")
            await eventually(partial(_has, vera, vera.id, 1))
            other = await world.a_ticket(inbox, world.somebody(), team="mao")

            world.clock.move(timedelta(minutes=11))
            await otto.post(f"conversations/{other}/claim")
            for who in (vera, otto):
                await who.ask("PUT", "me/availability", data=b'{"available":true}')

            await eventually(partial(_has, vera, otto.id, 2))
            assert await _loads(vera) == {vera.id: 0, otto.id: 2}


async def test_a_team_at_which_nobody_is_keeps_no_other_waiting(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        absent = {"name": "longe", "assignment": "round-robin", "members": ["ninguem"]}
        world.write_chatbot(teams=[absent, *TEAMS])
        async with world.handoff() as inbox:
            for _ in range(AT_ONCE):
                ana = Contact(key=key_of(world.somebody()))
                await world.asks_for_a_person(ana, team="longe")
            vera = await inbox.agent()
            await vera.ask("PUT", "me/availability", data=b'{"available":true}')

            other = await world.a_ticket(inbox, world.somebody(), team="vez")

            await eventually(partial(_assigned, inbox, other))


async def test_a_team_that_assigns_by_hand_leaves_its_tickets_in_the_queue(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path) as world:
        world.write_chatbot(teams=TEAMS)
        async with world.handoff() as inbox:
            vera = await inbox.agent()
            await vera.ask("PUT", "me/availability", data=b'{"available":true}')
            by_hand = await world.a_ticket(inbox, world.somebody(), team="mao")
            other = await world.a_ticket(inbox, world.somebody(), team="vez")

            await eventually(partial(_assigned, inbox, other))  # the keeper has looked at both

            assert (await inbox.ticket(by_hand))["conversation"]["owner"] == "queue"


async def test_a_file_is_forgotten_when_meta_has_deleted_it(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world, world.handoff(parts=False) as inbox:
        now_ms = world.clock.now_ms()
        ages = {"old": timedelta(days=31), "new": timedelta(days=29)}
        async with inbox.database.connection() as connection:
            for name, age in ages.items():
                at_ms = now_ms - age // timedelta(milliseconds=1)
                await uploads.add(connection, BOT, _upload(name, at_ms))

            await inbox.joined.keeper.look()

            kept = {name: await uploads.get(connection, BOT, "t1", name) for name in ages}
        assert [name for name, upload in kept.items() if upload] == ["new"]


def _upload(name: str, at_ms: int) -> Upload:
    return Upload(
        id=name,
        ticket="t1",
        file=f"id:{name}",
        kind="image",
        mime="image/png",
        filename="carro.png",
        bytes=1,
        agent="vera",
        at_ms=at_ms,
    )


async def _late(inbox: Inbox, ticket: str, clocks: list[str]) -> bool:
    late: list[str] = (await inbox.ticket(ticket))["conversation"]["late"]
    return late == clocks


async def _row(inbox: Inbox, ticket: str, **wanted: Any) -> bool:
    row = (await inbox.ticket(ticket))["conversation"]
    return all(row[name] == value for name, value in wanted.items())


async def _assigned(inbox: Inbox, ticket: str) -> bool:
    return (await inbox.ticket(ticket))["conversation"]["assignee"] is not None


async def _loads(who: Any) -> dict[str, int]:
    return {each["id"]: each["load"] for each in (await who.get("agents"))[1] if each["name"]}


async def _has(who: Any, agent: str, load: int) -> bool:
    return (await _loads(who)).get(agent) == load
