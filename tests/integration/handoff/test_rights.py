"""Who may ask for what: route by route, ticket by ticket, and from which site."""

import io
import json
from functools import partial
from typing import Any

import aiohttp
import pytest

from prosa.signin import rules
from prosa.telemetry.metrics import Registry
from prosa.web.pages import Shell
from services.handoff.api.app import app
from services.handoff.metrics import HandoffMetrics
from tests.support.eventually import eventually
from tests.support.handoff import Inbox, World, _assets

pytestmark = pytest.mark.asyncio(loop_scope="package")

READS = (
    "conversations",
    "conversations/{ticket}",
    "conversations/{ticket}/messages",
    "conversations/{ticket}/media/x",
    "agents",
    "canned",
    "templates",
    "events",
)
WRITES = (
    "conversations/{ticket}/claim",
    "conversations/{ticket}/transfer",
    "conversations/{ticket}/return",
    "conversations/{ticket}/close",
    "conversations/{ticket}/reopen",
    "conversations/{ticket}/tags",
    "conversations/{ticket}/read",
    "conversations/{ticket}/typing",
    "conversations/{ticket}/messages",
    "conversations/{ticket}/notes",
    "conversations/{ticket}/uploads",
)
BODIES = {
    "conversations/{ticket}/messages": {"id": "x", "kind": "text", "text": "oi"},
    "conversations/{ticket}/notes": {"id": "x", "text": "oi"},
    "conversations/{ticket}/tags": {"tags": ["a"]},
    "conversations/{ticket}/transfer": {"to": "team:vendas"},
}


async def test_no_route_is_without_a_rule(world: World, inbox: Inbox) -> None:
    served = inbox.joined.served
    shell = Shell("handoff", "Prosa", assets=_assets(world.folder))
    built = app([served], signin=served.signin, shell=shell, metrics=HandoffMetrics(Registry()))

    assert rules.unguarded(built) == []


async def test_a_new_route_without_a_rule_is_found(world: World, inbox: Inbox) -> None:
    served = inbox.joined.served
    shell = Shell("handoff", "Prosa", assets=_assets(world.folder))
    built = app([served], signin=served.signin, shell=shell, metrics=HandoffMetrics(Registry()))

    @built.get("/forgotten")
    async def forgotten() -> str:
        return "open to the world"

    assert rules.unguarded(built) == ["GET /forgotten"]


async def test_nobody_gets_in_without_a_session(world: World, inbox: Inbox) -> None:
    asked = [("GET", path) for path in READS] + [("POST", path) for path in WRITES]
    asked += [("PUT", "me/availability"), ("GET", "audit"), ("GET", "no/such/route")]

    for method, path in asked:
        url = f"{inbox.base}api/{path.format(ticket='t1')}"
        async with world.http.request(method, url) as response:
            assert (response.status, path) == (401, path)
            assert (await response.json())["code"] == "signed_out"


async def test_a_page_that_nobody_may_see_leads_to_the_sign_in(world: World, inbox: Inbox) -> None:
    async with world.http.get(
        inbox.base, headers={"Accept": "text/html"}, allow_redirects=False
    ) as response:
        assert response.status == 303
        assert response.headers["Location"].startswith("/signin")


async def test_the_audit_is_for_supervisors(world: World, inbox: Inbox) -> None:
    status, problem = await (await inbox.agent()).get("audit")

    assert (status, problem["code"], problem["role"]) == (403, "role", "supervisor")
    assert (await (await world.boss(inbox)).get("audit"))[0] == 200


async def test_another_teams_ticket_is_not_there(world: World, inbox: Inbox) -> None:
    ticket = await world.a_ticket(inbox, world.somebody(), team="vendas")
    stranger = await inbox.agent()

    for path in (path for path in (*READS, *WRITES) if "{ticket}" in path):
        method = "GET" if path in READS else "POST"
        body = aiohttp.FormData({"file": io.BytesIO(b"words")}) if "uploads" in path else None
        data = body if body is not None else json.dumps(BODIES.get(path, {}))

        status, problem = await stranger.ask(method, path.format(ticket=ticket), data=data)

        assert (status, problem["code"], path) == (404, "gone", path)


async def test_lists_hold_the_tickets_of_ones_teams(world: World, inbox: Inbox) -> None:
    named = f"Lista {world.somebody()}"
    for team in ("vendas", "geral"):
        contact = await world.customer(world.somebody(), name=named)
        ticket = await world.asks_for_a_person(contact, team=team)
        await eventually(partial(world.is_there, inbox, ticket))
    vera, otto, boss = await inbox.agent(name="vera"), await inbox.agent(), await world.boss(inbox)

    seen = [(await who.get("conversations", q=named))[1] for who in (vera, otto, boss)]

    assert [page["total"] for page in seen] == [2, 1, 2]
    assert [row["team"] for row in seen[1]["items"]] == ["geral"]


async def test_live_updates_tell_nothing_of_another_teams_ticket(
    world: World, inbox: Inbox
) -> None:
    hers, other = world.somebody(), world.somebody()
    await world.a_ticket(inbox, other, team="vendas")
    mine = await world.a_ticket(inbox, hers, team="geral")
    stranger = await inbox.agent()
    after = (await stranger.get("conversations"))[1]["after"]
    async with stranger.live(after) as heard:
        await world.says(other, "segredo")
        await eventually(lambda: _told(world, other, "segredo"))
        await world.says(hers, "bom dia")
        told: list[Any] = []
        while not any(event.get("conversation", {}).get("lastText") == "bom dia" for event in told):
            told.append(await heard.get())

    rows = [event["conversation"] for event in told if event["type"] == "conversation"]
    assert {row["id"] for row in rows} == {mine}


async def test_a_ticket_that_moves_away_leaves_the_list_without_a_word(
    world: World, inbox: Inbox
) -> None:
    ticket = await world.a_ticket(inbox, world.somebody(), team="geral")
    stranger, boss = await inbox.agent(), await world.boss(inbox)
    after = (await stranger.get("conversations"))[1]["after"]
    async with stranger.live(after) as heard:
        await boss.post(f"conversations/{ticket}/transfer", {"to": "team:vendas"})
        event = await heard.get()
        while event.get("type") != "gone":
            event = await heard.get()

    assert event == {"type": "gone", "conversation": ticket, "revision": event["revision"]}


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}]
)
async def test_a_write_from_another_site_is_refused(
    world: World, inbox: Inbox, headers: dict[str, str]
) -> None:
    ticket, agent = await world.a_ticket(inbox, world.somebody()), await inbox.agent()

    status, _ = await agent.post(f"conversations/{ticket}/claim", **headers)

    assert status == 403
    assert (await inbox.ticket(ticket))["conversation"]["assignee"] is None


async def test_a_supervisor_may_act_on_anybodys_ticket(world: World, inbox: Inbox) -> None:
    ticket, agent, boss = (
        await world.a_ticket(inbox, world.somebody()),
        await inbox.agent(),
        await world.boss(inbox),
    )
    await agent.post(f"conversations/{ticket}/claim")

    status, answer = await boss.post(f"conversations/{ticket}/tags", {"tags": ["urgente"]})

    assert (status, answer["conversation"]["tags"]) == (200, ["urgente"])
    items = (await boss.get("audit", conversation=ticket))[1]["items"]
    actions = [each["action"] for each in items]
    assert actions == ["tag", "claim"]


async def _told(world: World, phone: str, text: str) -> bool:
    changes = await world.changes(phone)
    return any(change.conversation.get("lastText") == text for change in changes)


async def test_a_team_is_its_members_accounts_and_not_who_shows_their_names(
    world: World, inbox: Inbox
) -> None:
    ticket = await world.a_ticket(inbox, world.somebody(), team="vendas")
    member = await inbox.agent(name="nara", display_name="Nara Lima")
    namesake = await inbox.agent(display_name="nara")

    assert (await member.get(f"conversations/{ticket}"))[0] == 200
    assert (await namesake.get(f"conversations/{ticket}"))[0] == 404
