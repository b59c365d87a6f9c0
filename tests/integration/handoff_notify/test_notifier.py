"""One handoff notifies once, whatever dies in between."""

import asyncio
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prosa.contracts import subjects
from prosa.contracts.events import HandoffRequested, SendFailed
from prosa.erasure.postgres import Tables
from prosa.errors import Reject, RetryLater
from prosa.jetstream.connection import JetStream
from prosa.postgres.pool import Pool
from services.handoff.notify import planning, postgres, retries
from services.handoff.notify.notification import LeaseLost, Unanswered, outbound_id
from services.handoff.notify.retries import BY_SCHEDULE
from tests.integration.handoff_notify.office import Office, Pigeon, by_mail
from tests.support.eventually import eventually
from tests.support.nats import NatsServer
from tests.support.smtp import a_mail_server
from tests.unit.handoff_notify.builders import BOT, a_handoff, a_request, a_team

EVERYBODY = a_team(
    email=["a@shop.example", "b@shop.example"],
    whatsapp=["+5519999990000"],
    crm={"webhookSecretRef": {"name": "crm"}},
)
AWAY = RetryLater(BY_SCHEDULE, "crm_503")


@pytest.fixture
def office(table: Pool, jetstream: JetStream) -> Office:
    return Office(table, jetstream)


async def test_each_target_is_told_once(office: Office) -> None:
    pigeon = Pigeon()
    async with office.notifier(pigeon) as notifier:
        await office.opened(team=EVERYBODY)
        notifier.wake()
        await eventually(lambda: office.are(*["delivered"] * 4))

    assert sorted(n.target for n in pigeon.carried) == [
        "5519999990000",
        "a@shop.example",
        "b@shop.example",
        "crm",
    ]
    assert office.counted("prosa_handoff_notifications_total") == 4


async def test_a_ticket_that_is_opened_again_by_a_redelivery_is_told_once(office: Office) -> None:
    pigeon = Pigeon()
    async with office.notifier(pigeon):
        assert await office.opened() == 1
        await eventually(lambda: office.are("delivered"))
        assert await office.opened() == 0

    assert len(pigeon.carried) == 1


async def test_a_ticket_that_was_not_committed_is_not_told(office: Office) -> None:
    async with office.table.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await postgres.insert(connection, planning.planned(a_handoff(), EVERYBODY))
        await transaction.rollback()

    assert await office.states() == []


async def test_many_notifiers_share_the_work_and_double_nothing(office: Office) -> None:
    pigeon = Pigeon()
    for n in range(30):
        await office.opened(a_handoff(ticket=f"t-{n}"))
    async with office.notifier(pigeon), office.notifier(pigeon), office.notifier(pigeon):
        await eventually(lambda: office.are(*["delivered"] * 30))

    assert len({n.id for n in pigeon.carried}) == len(pigeon.carried) == 30


async def test_what_fails_for_now_is_tried_again_and_marked_as_a_repeat(office: Office) -> None:
    pigeon = Pigeon(AWAY, AWAY)
    await office.opened()
    async with office.notifier(pigeon):
        await eventually(lambda: office.are("delivered"))

    assert [n.repeat for n in pigeon.carried] == [True]
    assert office.counted("prosa_handoff_notifications_retried_total") == 2


async def test_a_fault_of_ours_in_one_does_not_end_the_others(office: Office) -> None:
    pigeon = Pigeon(ValueError("of ours"))
    await office.opened(team=EVERYBODY)
    async with office.notifier(pigeon):
        await eventually(lambda: office.are(*["delivered"] * 4))


async def test_a_refusal_for_good_is_a_dead_letter_that_says_why(office: Office) -> None:
    await office.opened()
    async with office.notifier(Pigeon(Reject("smtp_550", "no such user"))):
        await eventually(lambda: office.are("dead"))
    (letter,) = [parked.letter for parked in await office.parked()]

    assert (letter.service, letter.reason) == ("handoff", "smtp_550")
    assert letter.detail == "email vendas@shop.example: no such user"
    assert letter.contact == a_request().contact
    assert office.counted("prosa_handoff_notifications_dead_total") == 1


async def test_what_fails_too_often_is_a_dead_letter(office: Office) -> None:
    await office.opened()
    await office.table.execute("update notifications set attempts = $1", retries.MAX_ATTEMPTS - 1)
    async with office.notifier(Pigeon(AWAY)):
        await eventually(lambda: office.are("dead"))

    assert [parked.letter.reason for parked in await office.parked()] == ["attempts_exhausted"]


async def test_a_replayed_letter_tells_its_target_alone(
    office: Office, jetstream: JetStream
) -> None:
    await office.opened(team=EVERYBODY)
    pigeon = Pigeon(*(Reject("smtp_550") for _ in range(4)))
    async with office.notifier(pigeon):
        await eventually(lambda: office.are(*["dead"] * 4))
        first = (await office.parked())[0]
        await office.letters.replay(first.number)
        event, header = await came_back(jetstream)
        async with office.table.acquire() as connection:
            assert await postgres.reopen(connection, BOT, event, only=header) == 1
        await eventually(lambda: pigeon.carried)

    assert [n.id for n in pigeon.carried] == [header]
    assert sorted(await office.states()) == ["dead", "dead", "dead", "delivered"]


async def came_back(jetstream: JetStream) -> tuple[HandoffRequested, str]:
    """Read the event as the handoff service's consumer would."""
    (stored,) = await jetstream.read(
        subjects.evt_stream(BOT), subjects.event(BOT, "handoff", "*"), limit=2
    )
    assert b'"replay"' in stored.payload
    event = msgspec.json.decode(stored.payload, type=HandoffRequested)
    return event, stored.headers[postgres.NOTIFICATION_HEADER]


async def test_a_row_that_dies_again_after_its_replay_is_a_letter_again(office: Office) -> None:
    await office.opened()
    async with office.notifier(Pigeon(*(Reject("crm_403") for _ in range(2)))):
        await eventually(lambda: office.are("dead"))
        (letter,) = [parked.letter for parked in await office.parked()]
        async with office.table.acquire() as connection:
            header = letter.headers[postgres.NOTIFICATION_HEADER]
            await postgres.reopen(connection, BOT, a_request(), only=header)

        async def twice() -> bool:
            return len(await office.parked()) == 2

        await eventually(twice)


async def test_an_event_that_is_merely_redelivered_reopens_nothing(office: Office) -> None:
    await office.opened()
    async with office.notifier(Pigeon(Reject("smtp_550"))):
        await eventually(lambda: office.are("dead"))
    async with office.table.acquire() as connection:
        assert await postgres.reopen(connection, BOT, a_request(), only="") == 0


def did_not_leave(outbound: str) -> SendFailed:
    return SendFailed(
        id="f",
        contact=a_request().contact,
        at_ms=1,
        outbound=outbound,
        index=0,
        reason="window_closed",
    )


async def test_a_whatsapp_message_that_did_not_leave_is_a_dead_letter(office: Office) -> None:
    await office.opened(team=a_team(whatsapp=["+5519999990000"]))
    pigeon = Pigeon()
    async with office.notifier(pigeon):
        await eventually(lambda: office.are("delivered"))
        failed = did_not_leave(pigeon.carried[0].id)
        async with office.table.acquire() as connection:
            assert await postgres.refused(connection, BOT, failed)
            assert not await postgres.refused(connection, BOT, failed)
        await eventually(lambda: office.are("dead"))

    assert [p.letter.reason for p in await office.parked()] == ["whatsapp_window_closed"]


async def test_a_replayed_whatsapp_message_is_another_one(office: Office) -> None:
    await office.opened(team=a_team(whatsapp=["+5519999990000"]))
    pigeon = Pigeon()
    async with office.notifier(pigeon), office.table.acquire() as connection:
        await eventually(lambda: office.are("delivered"))
        first = outbound_id(pigeon.carried[0].id, 0)
        await postgres.refused(connection, BOT, did_not_leave(first))
        await eventually(lambda: office.are("dead"))
        await postgres.reopen(connection, BOT, a_request(), only=pigeon.carried[0].id)
        await eventually(lambda: office.are("delivered"))
        second = outbound_id(pigeon.carried[1].id, pigeon.carried[1].replays)

        assert second == f"{first}-1"
        assert not await postgres.refused(connection, BOT, did_not_leave(first))
        assert await postgres.refused(connection, BOT, did_not_leave(second))


async def test_an_unanswered_delivery_is_repeated_once_and_then_never(office: Office) -> None:
    await office.opened()
    async with office.notifier(Pigeon(Unanswered(), Unanswered())):
        await eventually(lambda: office.are("dead"))

    assert [parked.letter.reason for parked in await office.parked()] == ["unanswered"]
    assert office.counted("prosa_handoff_notifications_ambiguous_total") == 1


async def test_a_mail_server_that_dies_unanswered_gets_one_more_under_the_same_id(
    office: Office, tmp_path: Path
) -> None:
    await office.opened()
    async with (
        a_mail_server(tmp_path / "smtp", deaths=1) as mail,
        office.notifier(by_mail(mail.settings())),
    ):
        await eventually(lambda: office.are("delivered"))

    first, second = mail.letters()
    assert first["Message-ID"] == second["Message-ID"]
    assert office.counted("prosa_handoff_notifications_ambiguous_total") == 1


async def test_a_greylisting_mail_server_gets_it_once(office: Office, tmp_path: Path) -> None:
    await office.opened()
    refusals = {"RCPT": ["451 4.7.1 come again"] * 3}
    async with (
        a_mail_server(tmp_path / "smtp", refusals=refusals) as mail,
        office.notifier(by_mail(mail.settings())),
    ):
        await eventually(lambda: office.are("delivered"))

    assert len(mail.taken) == 1
    assert office.counted("prosa_handoff_notifications_ambiguous_total") == 0


async def test_postgresql_that_breaks_off_loses_and_doubles_nothing(office: Office) -> None:
    pigeon = Pigeon()
    pigeon.gate = asyncio.Event()
    await office.opened()
    async with office.notifier(pigeon):
        await eventually(lambda: office.are("claimed"))
        await office.table.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name = 'prosa-handoff' and pid <> pg_backend_pid()"
        )
        pigeon.gate.set()
        await eventually(lambda: office.are("delivered"))

    assert len(pigeon.carried) == 1


async def test_a_letter_that_nats_does_not_take_is_parked_when_it_is_back(
    office: Office, server: NatsServer
) -> None:
    await office.opened()
    await server.stop()
    async with office.notifier(Pigeon(Reject("smtp_550")), lease=timedelta(milliseconds=500)):
        await eventually(lambda: office.are("failed"))
        await server.start()
        await eventually(lambda: office.are("dead"))

    assert len(await office.parked()) == 1


async def test_a_notifier_that_is_stopped_settles_what_it_has_in_hand(office: Office) -> None:
    pigeon = Pigeon()
    pigeon.gate = asyncio.Event()
    await office.opened()
    async with office.notifier(pigeon) as notifier:
        await eventually(lambda: office.are("claimed"))
        notifier.stop()
        pigeon.gate.set()

    assert await office.states() == ["delivered"]


async def test_a_worker_that_was_frozen_beyond_its_lease_hands_nothing_over(office: Office) -> None:
    await office.opened()
    rows = postgres.Rows(office.table, BOT)
    (frozen,) = await rows.claim("frozen", 1, timedelta(0))
    (other,) = await rows.claim("other", 1, timedelta(minutes=1))

    with pytest.raises(LeaseLost):
        await rows.mark(frozen, timedelta(minutes=1))
    await rows.mark(other, timedelta(minutes=1))


async def test_what_waits_is_measured(office: Office) -> None:
    await office.opened()
    await office.table.execute("update notifications set created_at = now() - interval '1 hour'")
    rows = postgres.Rows(office.table, BOT)

    assert 3600 <= await rows.oldest_seconds() < 3700


async def test_what_was_told_is_forgotten_after_some_days_and_the_row_stays(office: Office) -> None:
    await office.opened()
    async with office.notifier(Pigeon()):
        await eventually(lambda: office.are("delivered"))
    await office.table.execute("update notifications set changed_at = now() - interval '9 days'")

    assert await postgres.Rows(office.table, BOT).forget() == 1
    assert await office.opened() == 0


async def test_a_contact_that_is_erased_leaves_nothing(office: Office) -> None:
    await office.opened(team=EVERYBODY)
    deleted = await Tables(office.table).delete(BOT, a_request().contact)

    assert deleted == {"handoff.notifications": 4}
    assert await office.states() == []


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(["away", "refused", "unanswered", "broken"]), max_size=4))
async def test_whatever_goes_wrong_a_row_ends_told_or_parked(
    office: Office, troubles: list[str]
) -> None:
    await office.table.execute("truncate notifications")
    errors: dict[str, Exception] = {
        "away": AWAY,
        "refused": Reject("crm_400"),
        "unanswered": Unanswered(),
        "broken": KeyError("x"),
    }
    pigeon = Pigeon(*(errors[trouble] for trouble in troubles))
    await office.opened()

    async def settled() -> bool:
        return (await office.states())[0] in {"delivered", "dead"}

    async with office.notifier(pigeon):
        await eventually(settled)

    assert len(pigeon.carried) == ((await office.states()) == ["delivered"])
