"""What goes wrong between planning and her screen: each message once, or a word why not."""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from prosa.clock import SystemClock
from prosa.contracts.campaigns import Pause
from services.campaigns import job, walking
from services.campaigns.planning import Planned
from tests.support.campaigns import CHEAPER, COMEBACK, a_car, a_market
from tests.support.eventually import eventually
from tests.support.nats import BOT
from tests.support.sender import key_of
from tests.support.simulator import ANA, BRUNO, CARLA

COROLLA = a_car("31", "Corolla XEi", 99900)


class Yesterday:
    """A clock that is two days late."""

    def now(self) -> datetime:
        return SystemClock().now() - timedelta(days=2)

    def now_ms(self) -> int:
        return int(self.now().timestamp() * 1000)


PEOPLE = [f"+551190000{n:04}" for n in range(40)]


async def test_a_run_that_is_killed_is_finished_by_the_next_each_once(
    url: SecretStr, tmp_path: Path
) -> None:
    async with a_market(url, tmp_path) as market, market.world.sender():
        await market.world.meta.add_customers(
            *({"name": "Cliente", "phone": phone} for phone in PEOPLE)
        )
        for phone in PEOPLE:
            await market.knows(phone)
        async with market.process("run", "volta") as process:
            await eventually(market.ledger, every=0.002)
            process.kill()

        code, _, log = await market.says("run", "volta")
        await eventually(market.world.done)

        assert code == 0, log
        assert [len(await market.world.said_to(phone)) for phone in PEOPLE] == [1] * len(PEOPLE)


async def test_two_runs_at_once_send_each_once(url: SecretStr, tmp_path: Path) -> None:
    async with a_market(url, tmp_path) as market, market.world.sender():
        for who in (ANA, BRUNO, CARLA):
            await market.knows(who)

        ended = await asyncio.gather(*(market.says("run", "volta", "--json") for _ in range(3)))
        await eventually(market.world.done)

        assert [code for code, _, _ in ended] == [0, 0, 0]
        assert [len(await market.world.said_to(w)) for w in (ANA, BRUNO, CARLA)] == [1, 1, 1]


async def test_who_opts_out_between_planning_and_sending_gets_nothing(
    url: SecretStr, tmp_path: Path
) -> None:
    async with a_market(url, tmp_path) as market:
        await market.knows(ANA)
        await market.run("volta")
        await market.world.knows(ANA, wrote=False, marketing="stopped")

        async with market.world.sender():
            await eventually(market.world.done)

        assert await market.world.said_to(ANA) == []
        assert [each.reason for each in await market.world.failures()] == ["opted_out"]


async def test_who_was_forgotten_between_planning_and_sending_gets_nothing(
    url: SecretStr, tmp_path: Path
) -> None:
    async with a_market(url, tmp_path) as market:
        await market.knows(ANA)
        await market.run("volta")
        await market.world.contacts.delete(key_of(ANA))

        async with market.world.sender():
            await eventually(market.world.done)

        assert await market.world.posted() == []
        assert [each.reason for each in await market.world.failures()] == ["unknown_contact"]


async def test_who_is_erased_while_a_run_works_is_not_written_down_again(
    url: SecretStr, tmp_path: Path
) -> None:
    async with a_market(url, tmp_path) as market:
        await market.knows(ANA)
        await market.knows(BRUNO)
        parts, now = market.parts, market.parts.clock.now()
        async with aclosing(walking.decisions(parts, parts.campaign("volta"))) as batches:
            planned = [p async for batch in batches for _, p in batch if isinstance(p, Planned)]
        async with parts.database.connection() as connection:
            await connection.execute(
                "delete from analytics.contacts where contact = $1", key_of(ANA)
            )

        outbounds = await parts.ledger.plan("volta", "a run", planned, now)

        assert [outbound.contact for outbound in outbounds] == [key_of(BRUNO)]
        assert [row[0] for row in await market.ledger()] == [key_of(BRUNO)]


async def test_what_her_own_doing_dropped_may_be_sent_by_a_later_run(
    url: SecretStr, tmp_path: Path
) -> None:
    async with a_market(url, tmp_path) as market:
        await market.knows(ANA)
        await market.run("volta")
        await market.world.knows(ANA, wrote=False, marketing="granted", owner="human")
        async with market.world.sender():
            await eventually(market.world.done)
            await market.world.knows(ANA, wrote=False, marketing="granted")

            await market.run("volta")
            await eventually(lambda: market.world.said_to(ANA))

        assert [each.reason for each in await market.world.failures()] == ["owner_not_bot"]
        assert len(await market.world.said_to(ANA)) == 1


async def test_a_template_that_meta_refuses_stops_its_campaign_and_says_so(
    url: SecretStr, tmp_path: Path
) -> None:
    missing = {**COMEBACK, "template": {**COMEBACK["template"], "name": "apagado"}}
    async with a_market(url, tmp_path, campaigns=[missing]) as market, market.world.sender():
        for who in (ANA, BRUNO, CARLA):
            await market.knows(who)
        await market.run("volta")
        await eventually(market.world.done)

        again = await market.run("volta")
        _, (listed,), _ = await market.says("list")

        letters = [parked.letter for parked in await market.world.dead_letters()]
        assert {letter.reason for letter in letters} == {"meta_132001"}
        assert again.stopped == "paused"
        assert listed["paused"]["reason"] == "meta_132001"
        reasons = [each.reason for each in await market.world.failures()]
        assert set(reasons) <= {"meta_132001", "paused"}
        assert len(reasons) == 3


async def test_who_meta_shields_from_marketing_rests(url: SecretStr, tmp_path: Path) -> None:
    async with a_market(url, tmp_path, campaigns=[COMEBACK, CHEAPER]) as market:
        await market.knows(ANA, seen=("31",))
        await market.world.meta.verdict(131049, when="status", next=1, who=ANA)
        async with market.world.sender():
            await market.run("volta")
            await eventually(market.world.failures)
            await eventually(lambda: market.world.mailbox(ANA))  # conversation will note it
            capped = market.parts.clock.now()
            await market.reads(ANA, seen=["31"], marketing_capped_at=capped, last_inbound_at=capped)
            await market.reprices(COROLLA, 89900)

            outcome = await market.run("baixou")

        assert outcome.skipped == {"marketing_capped": 1}
        assert ("failed", "meta_131049") in {row[2:] for row in await market.ledger()}


async def test_a_paused_campaign_stops_at_once_and_goes_on_when_resumed(
    url: SecretStr, tmp_path: Path
) -> None:
    async with a_market(url, tmp_path) as market:
        await market.knows(ANA)
        await market.run("volta")
        await market.says("pause", "volta", "--reason", "texto errado")
        async with market.world.sender():
            await eventually(market.world.done)
            assert await market.world.said_to(ANA) == []
            assert (await market.run("volta")).stopped == "paused"

            await market.says("resume", "volta")
            await market.run("volta")
            await eventually(lambda: market.world.said_to(ANA))

        assert [each.reason for each in await market.world.failures()] == ["paused"]


async def test_a_resumption_is_not_undone_by_who_looks_meanwhile(
    url: SecretStr, tmp_path: Path
) -> None:
    async with a_market(url, tmp_path) as market:
        pauses = market.parts.pauses
        for _ in range(25):
            await pauses.pause("volta", Pause(1, "Bia"))

            await asyncio.gather(*(pauses.find("volta") for _ in range(3)), pauses.resume("volta"))

            assert await pauses.find("volta") is None


async def test_two_campaigns_that_reach_for_one_contact_get_one_message_through(
    url: SecretStr, tmp_path: Path
) -> None:
    async with a_market(url, tmp_path, campaigns=[COMEBACK, CHEAPER]) as market:
        await market.knows(ANA, seen=("31",))
        await market.reprices(COROLLA, 89900)
        await market.run("volta")
        async with market.parts.database.connection() as connection:
            await connection.execute("update ledger set planned_at = planned_at - interval '8 d'")
        await market.run("baixou")  # it knows nothing of the other: as if planned together

        async with market.world.sender():
            await eventually(market.world.done)

        assert len(await market.world.said_to(ANA)) == 1
        assert [each.reason for each in await market.world.failures()] == ["contacted_recently"]


async def test_outside_her_hours_it_waits_in_the_queue(url: SecretStr, tmp_path: Path) -> None:
    hour = (_hour() + 12) % 24
    closed = {"sendWindow": f"{hour:02}:00-{hour:02}:30"}
    async with a_market(url, tmp_path, frequency=closed) as market, market.world.sender() as seen:
        await market.knows(ANA)
        await market.knows(BRUNO)
        await market.run("volta")
        await eventually(lambda: seen.put_back.labels(BOT, "send_window")._value.get() >= 2)

        assert await market.world.said_to(ANA) == []
        assert await market.world.queued() == 2


async def test_what_could_not_leave_in_time_is_dropped_and_planned_anew(
    url: SecretStr, tmp_path: Path
) -> None:
    async with a_market(url, tmp_path) as market:
        await market.knows(ANA, silent_hours=100)
        await job.run(replace(market.parts, clock=Yesterday()), market.parts.campaign("volta"))

        async with market.world.sender():
            await eventually(market.world.done)
            assert await market.world.said_to(ANA) == []
            await market.run("volta")
            await eventually(lambda: market.world.said_to(ANA))

        assert [each.reason for each in await market.world.failures()] == ["expired"]
        assert [row[2] for row in await market.ledger()] == ["queued"]


async def test_in_her_open_window_she_gets_the_text_and_the_template_once_it_has_closed(
    url: SecretStr, tmp_path: Path
) -> None:
    talkative = {
        **COMEBACK,
        "trigger": {"audience": "'vip' in contact.tags"},
        "text": "Oi, {contact.name|first}! Cliente VIP vê antes.",
    }
    async with a_market(url, tmp_path, campaigns=[talkative]) as market:
        await market.knows(ANA, silent_hours=1, wrote=True, tags=("vip",))
        await market.knows(BRUNO, silent_hours=1, tags=("vip",))
        await market.run("volta")
        await market.world.knows(BRUNO, wrote=False, marketing="granted", window_closed=True)

        async with market.world.sender():
            await eventually(market.world.done)

        assert await market.world.said_to(ANA) == ["Oi, Ana! Cliente VIP vê antes."]
        assert await market.world.said_to(BRUNO) == ["Oi Ana, ainda procura carro?"]


def _hour() -> int:
    """Give the hour that it is at the test's customers."""
    return SystemClock().now().astimezone(ZoneInfo("America/Sao_Paulo")).hour
