"""A ticket from the first call for a person to its end, over the streams and HTTP."""

import asyncio
from typing import Any

import pytest

from prosa.contracts.contact import SERVICE_WINDOW_MS
from prosa.contracts.events import OwnerChanged, StatusReceived
from prosa.contracts.inbound import Choice, Claim, Return
from prosa.contracts.outbound import List, Text
from tests.support.eventually import eventually
from tests.support.handoff import Inbox, World, key_of

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_a_call_for_a_person_opens_a_ticket_with_what_was_said_before(
    world: World, inbox: Inbox
) -> None:
    ana = world.somebody()
    await world.says(ana, "oi, quero um carro")
    ticket = await world.a_ticket(inbox, ana, summary="quer um SUV", slots={"tipo": "suv"})

    async def told() -> list[str]:
        return [m["text"] for m in (await inbox.ticket(ticket))["messages"]]

    await eventually(lambda: _holds(told, "oi, quero um carro"))
    row = (await inbox.ticket(ticket))["conversation"]
    assert (row["owner"], row["summary"], row["slots"]) == ("queue", "quer um SUV", {"tipo": "suv"})
    assert row["contact"] == {"id": key_of(ana), "name": "Ana Souza", "phone": f"+{ana}"}


async def test_a_claim_tells_the_mailbox_and_makes_the_ticket_mine(
    world: World, inbox: Inbox
) -> None:
    ana = world.somebody()
    ticket, agent = await world.a_ticket(inbox, ana), await inbox.agent()

    status, answer = await agent.post(f"conversations/{ticket}/claim")

    assert status == 200
    assert answer["conversation"]["assignee"]["id"] == agent.id
    claim = await eventually(lambda: _in_mailbox(world, ana, Claim))
    assert claim.agent == agent.id
    assert (await agent.get("conversations", view="mine"))[1]["total"] == 1


async def test_of_two_who_claim_at_once_one_is_told_who_was_first(
    world: World, inbox: Inbox
) -> None:
    ana = world.somebody()
    ticket = await world.a_ticket(inbox, ana)
    agents = [await inbox.agent() for _ in range(4)]

    answers = await asyncio.gather(*(each.post(f"conversations/{ticket}/claim") for each in agents))

    assert sorted(status for status, _ in answers) == [200, 409, 409, 409]
    first = next(body["conversation"]["assignee"] for status, body in answers if status == 200)
    refused = [body for status, body in answers if status == 409]
    assert all(body["code"] == "claimed" and body["by"] == first for body in refused)


async def test_a_reply_leaves_once_and_its_ticks_come_back(world: World, inbox: Inbox) -> None:
    ana = world.somebody()
    ticket, agent = await world.a_ticket(inbox, ana), await inbox.agent()
    await agent.post(f"conversations/{ticket}/claim")
    reply = {"id": "r1", "kind": "text", "text": "Olá, Ana!"}

    first = await agent.post(f"conversations/{ticket}/messages", reply)
    again = await agent.post(f"conversations/{ticket}/messages", reply)

    assert first[0] == again[0] == 202
    assert first[1] == again[1]
    (outbound,) = await eventually(lambda: world.outbounds(ana))
    assert (outbound.author, outbound.agent) == ("agent", agent.id)
    assert outbound.messages == (Text(body="Olá, Ana!"),)
    sent = await world.sends(outbound)
    await world.tells(
        StatusReceived(
            id=f"{sent.wamid}:read",
            contact=outbound.contact,
            at_ms=sent.at_ms,
            wamid=sent.wamid,
            status="read",
        )
    )
    await eventually(lambda: _ticked(inbox, ticket, "r1", "read"))
    row = (await inbox.ticket(ticket))["conversation"]
    assert row["waitingSince"] is None
    assert row["firstReplyDueAt"] is None


async def test_her_next_words_make_the_ticket_wait_and_count(world: World, inbox: Inbox) -> None:
    ana = world.somebody()
    ticket = await world.a_ticket(inbox, ana)
    before = (await inbox.ticket(ticket))["conversation"]["unread"]

    await world.says(ana, "alguém aí?")

    await eventually(lambda: _row(inbox, ticket, unread=before + 1, lastText="alguém aí?"))


async def test_a_returned_conversation_is_the_bots_and_tells_the_mailbox(
    world: World, inbox: Inbox
) -> None:
    ana = world.somebody()
    ticket, agent = await world.a_ticket(inbox, ana), await inbox.agent()
    await agent.post(f"conversations/{ticket}/claim")

    status, answer = await agent.post(f"conversations/{ticket}/return")

    assert (status, answer["conversation"]["owner"]) == (200, "bot")
    returned = await eventually(lambda: _in_mailbox(world, ana, Return))
    assert (returned.agent, returned.closed) == (agent.id, False)


async def test_only_whoever_has_claimed_it_may_answer(world: World, inbox: Inbox) -> None:
    ana = world.somebody()
    ticket, one, other = await world.a_ticket(inbox, ana), await inbox.agent(), await inbox.agent()
    await one.post(f"conversations/{ticket}/claim")

    status, problem = await other.post(
        f"conversations/{ticket}/messages", {"id": "x", "kind": "text", "text": "oi"}
    )

    assert (status, problem["code"], problem["by"]["id"]) == (409, "not_yours", one.id)


async def test_free_words_are_refused_once_her_window_is_closed(world: World, inbox: Inbox) -> None:
    ana = world.somebody()
    day_ago = world.clock.now_ms() - 25 * 3600 * 1000
    contact = await world.customer(ana, last_inbound_at_ms=day_ago)
    ticket, agent = await world.asks_for_a_person(contact), await inbox.agent()
    await eventually(lambda: world.is_there(inbox, ticket))
    await agent.post(f"conversations/{ticket}/claim")

    status, problem = await agent.post(
        f"conversations/{ticket}/messages", {"id": "x", "kind": "text", "text": "oi"}
    )

    assert (status, problem["code"]) == (409, "window_closed")
    assert await world.outbounds(ana) == []


async def test_her_rating_is_kept_and_she_is_thanked_once(world: World, inbox: Inbox) -> None:
    ana = world.somebody()
    ticket, agent = await world.a_ticket(inbox, ana), await inbox.agent()
    await agent.post(f"conversations/{ticket}/claim")
    await agent.post(f"conversations/{ticket}/close", {"ask": True})
    (question,) = await eventually(lambda: world.outbounds(ana))
    asked = question.messages[0]
    assert isinstance(asked, List)
    best = asked.sections[0].rows[0]
    assert best.id == f"csat:{ticket}:5"

    for _ in range(2):
        await world.says(ana, Choice("list", best.id, best.title))

    await eventually(lambda: _row(inbox, ticket, rating=5))
    told = await eventually(lambda: _at_least(world, ana, 2))
    assert [each.messages[0] for each in told[1:]] == [Text(body="Obrigado!")]
    changes = [each.change for each in await world.changes(ana)]
    assert changes.count("rated") == 1


async def test_a_word_from_the_phone_of_the_business_opens_a_ticket_without_assignee(
    world: World, inbox: Inbox
) -> None:
    ana = world.somebody()
    contact = await world.customer(ana, owner="human", name="Echo da Silva")
    await world.tells(
        OwnerChanged(
            id=f"{contact.key}:owner:1",
            contact=contact.key,
            at_ms=world.clock.now_ms(),
            owner="human",
            previous="bot",
            owner_revision=1,
            by="echo",
        )
    )
    boss = await world.boss(inbox)

    page = await eventually(lambda: _found(boss, view="open", q="echo"))

    assert (page["items"][0]["owner"], page["items"][0]["assignee"]) == ("human", None)


async def test_silence_gives_the_conversation_back_and_closes_the_ticket(
    world: World, inbox: Inbox
) -> None:
    ana = world.somebody()
    ticket = await world.a_ticket(inbox, ana)
    await world.tells(
        OwnerChanged(
            id=f"{key_of(ana)}:idle",
            contact=key_of(ana),
            at_ms=world.clock.now_ms(),
            owner="bot",
            previous="queue",
            owner_revision=2,
            by="idle",
        )
    )

    await eventually(lambda: _row(inbox, ticket, owner="bot"))


async def test_what_changes_reaches_an_open_inbox(world: World, inbox: Inbox) -> None:
    ana = world.somebody()
    ticket, agent = await world.a_ticket(inbox, ana), await inbox.agent()
    after = (await agent.get("conversations"))[1]["after"]

    async with agent.live(after) as heard:
        await world.says(ana, "oi de novo")
        event = await asyncio.wait_for(_until(heard, "oi de novo"), 20)

    assert event["conversation"]["id"] == ticket
    assert event["messages"][-1]["text"] == "oi de novo"


# --- looking --------------------------------------------------------------------------------------


async def _holds(look: Any, text: str) -> bool:
    return text in await look()


async def _in_mailbox(world: World, phone: str, kind: type) -> Any:
    return next((m.body for m in await world.mailbox(phone) if isinstance(m.body, kind)), None)


async def _ticked(inbox: Inbox, ticket: str, message: str, tick: str) -> bool:
    lines = (await inbox.ticket(ticket))["messages"]
    return any(line["id"] == message and line.get("tick") == tick for line in lines)


async def _row(inbox: Inbox, ticket: str, **wanted: Any) -> bool:
    row = (await inbox.ticket(ticket))["conversation"]
    return all(row[name] == value for name, value in wanted.items())


async def _at_least(world: World, phone: str, number: int) -> Any:
    found = await world.outbounds(phone)
    return found if len(found) >= number else None


async def _found(who: Any, **query: str) -> Any:
    page = (await who.get("conversations", **query))[1]
    return page if page["total"] else None


async def _until(heard: "asyncio.Queue[Any]", text: str) -> Any:
    while True:
        event = await heard.get()
        if event.get("conversation") and event["conversation"]["lastText"] == text:
            return event


async def test_an_older_conversation_that_is_reopened_knows_what_she_wrote_since(
    world: World, inbox: Inbox
) -> None:
    ana, agent = world.somebody(), await inbox.agent()
    old = await world.a_ticket(inbox, ana)
    await agent.post(f"conversations/{old}/claim")
    await agent.post(f"conversations/{old}/close", {"ask": False})
    later = await world.customer(ana, owner_revision=4)
    new = await world.asks_for_a_person(later)
    await eventually(lambda: world.is_there(inbox, new))
    wrote = await world.says(ana, "voltei")
    await eventually(lambda: _row(inbox, new, unread=2))
    await agent.post(f"conversations/{new}/claim")
    await agent.post(f"conversations/{new}/close", {"ask": False})

    status, told = await agent.post(f"conversations/{old}/reopen")

    assert (status, told["conversation"]["owner"]) == (200, "human")
    assert told["conversation"]["windowEndsAt"] == wrote.at_ms + SERVICE_WINDOW_MS
