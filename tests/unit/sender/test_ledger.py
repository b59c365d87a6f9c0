"""The `sends` document: what is written into it, in any order and more than once."""

import msgspec
import pytest

from prosa.contracts.outbound import OutboundId, Template, Text
from prosa.contracts.sends import Progress, Sends, Sent
from services.sender import ledger
from services.sender.standing import Continue, Orphaned, standing
from tests.unit.sender.builders import NOON, an_outbound

STEP = 6000
OUTBOUND = an_outbound(Text(body="um"), Text(body="dois"))


def accepted(sends: Sends, index: int, wamid: str, now_ms: int = NOON) -> Sends:
    return ledger.accepted(sends, OUTBOUND, index, wamid, now_ms, pair_step_ms=STEP)


def of(sends: Sends) -> Progress:
    return sends.outbounds[OUTBOUND.id]


def test_accepted_messages_stand_in_their_order() -> None:
    sends = accepted(accepted(ledger.NOTHING, 0, "wamid.a"), 1, "wamid.b")

    assert of(sends).sent == (Sent("wamid.a"), Sent("wamid.b"))


def test_what_is_accepted_twice_is_written_once() -> None:
    once = accepted(ledger.NOTHING, 0, "wamid.a")

    assert accepted(once, 0, "wamid.other") is once


def test_each_message_costs_the_pair_rate_and_a_read_mark_nothing() -> None:
    sends = accepted(accepted(ledger.NOTHING, 0, ""), 1, "wamid.b")

    assert sends.pair_arrival_ms == NOON + STEP


def test_acceptance_ends_doubt_and_attempts() -> None:
    sends = ledger.put_back(
        ledger.NOTHING, OUTBOUND, 7, 1, NOON, attempted=True, unsure_until_ms=NOON + 9
    )

    sends = accepted(sends, 0, "wamid.a")

    assert (of(sends).attempts, of(sends).unsure_until_ms) == (0, 0)


def test_a_nak_is_counted_once_and_never_backwards() -> None:
    sends = ledger.put_back(ledger.NOTHING, OUTBOUND, 7, 3, NOON)

    assert of(ledger.put_back(sends, OUTBOUND, 7, 2, NOON)).deliveries == 3
    assert of(ledger.put_back(sends, OUTBOUND, 7, 4, NOON)).deliveries == 4


def test_a_new_message_on_the_stream_is_counted_anew() -> None:
    sends = ledger.put_back(ledger.NOTHING, OUTBOUND, 7, 3, NOON)

    assert of(ledger.put_back(sends, OUTBOUND, 99, 1, NOON)).deliveries == 1


def test_a_doubt_stays_through_naks_that_do_not_know_of_it() -> None:
    sends = ledger.put_back(ledger.NOTHING, OUTBOUND, 7, 1, NOON, unsure_until_ms=NOON + 9)

    assert of(ledger.put_back(sends, OUTBOUND, 7, 2, NOON)).unsure_until_ms == NOON + 9


def test_the_fence_of_a_repeat_makes_its_next_look_a_plain_one() -> None:
    repeat = msgspec.structs.replace(OUTBOUND, repeat=True)

    sends = ledger.begun(ledger.NOTHING, repeat, 99, NOON)

    assert standing(of(sends), repeat, 99, 1) == Continue(0)
    assert standing(of(sends), repeat, 99, 2) == Orphaned(0)
    assert ledger.begun(sends, repeat, 99, NOON) is sends


def test_a_replay_opens_what_has_ended() -> None:
    sends = ledger.ended(accepted(ledger.NOTHING, 0, "wamid.a"), OUTBOUND, "meta_100", NOON)
    replay = msgspec.structs.replace(OUTBOUND, replay=12)

    sends = ledger.begun(sends, replay, 99, NOON)

    assert standing(of(sends), replay, 99, 1) == Continue(1)


def test_an_orphan_behind_an_unsent_one_cannot_have_been_sent() -> None:
    older = an_outbound(id=OutboundId("o-0"))

    sends = ledger.waited_behind(
        ledger.NOTHING, OUTBOUND, older=older, sequence=7, deliveries=2, now_ms=NOON
    )

    assert standing(of(sends), OUTBOUND, 7, 3) == Continue(0)


@pytest.mark.parametrize("how", ["sent", "ended"])
def test_an_orphan_behind_one_that_is_done_stays_in_doubt(how: str) -> None:
    older = an_outbound(id=OutboundId("o-0"))
    done = (
        ledger.accepted(ledger.NOTHING, older, 0, "wamid.0", NOON, pair_step_ms=STEP)
        if how == "sent"
        else ledger.ended(ledger.NOTHING, older, "opted_out", NOON)
    )

    waited = ledger.waited_behind(
        done, OUTBOUND, older=older, sequence=7, deliveries=2, now_ms=NOON
    )

    assert waited is done


def test_the_first_reason_to_end_stays() -> None:
    sends = ledger.ended(ledger.NOTHING, OUTBOUND, "opted_out", NOON)

    assert ledger.ended(sends, OUTBOUND, "window_closed", NOON) is sends


def test_a_fallback_is_kept_with_what_it_may_replace() -> None:
    fallback = Template(name="lembrete", language="pt_BR")
    outbound = an_outbound(fallback=fallback)

    sends = ledger.accepted(ledger.NOTHING, outbound, 0, "wamid.a", NOON, pair_step_ms=STEP)

    assert sends.outbounds[outbound.id].fallback == fallback


@pytest.mark.parametrize(
    ("outbound", "index", "status"),
    [
        (OutboundId("unknown"), 0, "read"),
        (OUTBOUND.id, 1, "read"),
        (OUTBOUND.id, 0, "sent"),
        (OUTBOUND.id, 0, "teleported"),
    ],
)
def test_a_status_that_says_nothing_new_writes_nothing(
    outbound: OutboundId, index: int, status: str
) -> None:
    sends = accepted(ledger.NOTHING, 0, "wamid.a")

    assert ledger.told(sends, outbound, index, status) is sends


def test_a_status_stands_beside_its_wamid() -> None:
    sends = accepted(accepted(ledger.NOTHING, 0, "wamid.a"), 1, "wamid.b")

    sends = ledger.told(sends, OUTBOUND.id, 1, "delivered")

    assert of(sends).sent == (Sent("wamid.a"), Sent("wamid.b", "delivered"))


def test_only_the_last_outbounds_are_kept_newest_last() -> None:
    sends = ledger.NOTHING
    for n in range(100):
        outbound = an_outbound(id=OutboundId(f"o-{n}"))
        sends = ledger.accepted(sends, outbound, 0, f"wamid.{n}", NOON, pair_step_ms=STEP)

    assert list(sends.outbounds) == [f"o-{n}" for n in range(100 - ledger.KEPT, 100)]


def test_what_is_touched_is_not_among_the_oldest() -> None:
    sends = ledger.put_back(ledger.NOTHING, OUTBOUND, 7, 1, NOON)
    for n in range(ledger.KEPT * 2):
        other = an_outbound(id=OutboundId(f"o-other-{n}"))
        sends = ledger.accepted(sends, other, 0, f"wamid.{n}", NOON, pair_step_ms=STEP)
        sends = ledger.put_back(sends, OUTBOUND, 7, n, NOON)

    assert OUTBOUND.id in sends.outbounds


def test_what_is_older_than_eight_days_is_forgotten() -> None:
    sends = accepted(ledger.NOTHING, 0, "wamid.a", NOON)
    other = an_outbound(id=OutboundId("o-2"))

    later = ledger.accepted(sends, other, 0, "wamid.b", NOON + ledger.KEPT_MS, pair_step_ms=STEP)

    assert list(later.outbounds) == ["o-2"]


def test_a_document_survives_the_wire() -> None:
    sends = ledger.told(accepted(ledger.NOTHING, 0, "wamid.a"), OUTBOUND.id, 0, "read")

    assert msgspec.json.decode(msgspec.json.encode(sends), type=Sends) == sends
