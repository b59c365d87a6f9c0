"""What JetStream's answers come to: what it knows, rates between two looks, nothing invented."""

from typing import Any

import pytest

from services.analytics.console import queues
from services.analytics.console.queues import Mark, Sample, StreamAnswer


def a_consumer(name: str = "conversation", **fields: Any) -> dict[str, Any]:
    return {
        "name": name,
        "config": {"filter_subject": "prosa.b.in.*"},
        "num_pending": 3,
        "num_ack_pending": 2,
        "num_redelivered": 1,
        "num_waiting": 2,
        "delivered": {"consumer_seq": 10, "stream_seq": 9},
        "ack_floor": {"consumer_seq": 5, "stream_seq": 4},
    } | fields


def an_answer(
    *consumers: dict[str, Any], name: str = "IN", at: str = "00", **state: Any
) -> StreamAnswer:
    info: dict[str, Any] = {
        "ts": f"2026-11-24T12:00:{at}.5Z",
        "config": {"num_replicas": 1},
        "state": {"messages": 5, "bytes": 900, "last_seq": 9, "consumer_count": 1} | state,
    }
    return StreamAnswer(name, info, consumers)


def look(answer: StreamAnswer, before: Mark | None = None, **oldest: int) -> tuple[Sample, Mark]:
    return queues.read([answer], {("IN", name): at for name, at in oldest.items()}, before)


def test_the_first_look_has_depths_but_no_rates() -> None:
    sample, _ = look(an_answer(a_consumer()))

    (queue,) = sample.queues
    assert (queue.depth, queue.in_flight, queue.repeated, queue.waiting) == (3, 2, 1, 2)
    assert (queue.rate, sample.stores[0].rate) == (0, 0)


def test_rates_are_what_changed_between_two_looks() -> None:
    _, mark = look(an_answer(a_consumer(), name="OUT"))
    later = a_consumer(delivered={"consumer_seq": 30, "stream_seq": 20})

    sample, _ = look(an_answer(later, name="OUT", at="02", last_seq=29, messages=3), mark)

    assert sample.queues[0].rate == 10  # 20 deliveries in 2 s
    assert sample.stores[0].rate == 10  # 20 stored
    assert sample.stores[0].left == 11  # 20 came, 2 fewer are there: 22 left


def test_a_stream_made_anew_has_no_negative_rate() -> None:
    _, mark = look(an_answer(a_consumer()))
    anew = a_consumer(delivered={"consumer_seq": 0, "stream_seq": 0})

    sample, _ = look(an_answer(anew, at="02", last_seq=1, messages=1), mark)

    assert (sample.queues[0].rate, sample.stores[0].rate) == (0, 0)


def test_age_is_counted_on_the_servers_clock_and_never_negative() -> None:
    answered = queues.instant("2026-11-24T12:00:00.5Z")

    assert (
        look(an_answer(a_consumer()), conversation=answered - 4000)[0].queues[0].oldest_ms == 4000
    )
    assert look(an_answer(a_consumer()), conversation=answered + 9000)[0].queues[0].oldest_ms == 0
    assert look(an_answer(a_consumer()))[0].queues[0].oldest_ms == 0


def test_a_replica_that_lags_is_not_counted_as_current() -> None:
    answer = an_answer(a_consumer())
    cluster = {
        "replicas": [{"current": True}, {"current": False}, {"current": True, "offline": True}]
    }
    info = {**answer.info, "cluster": cluster, "config": {"num_replicas": 4}}

    (store,) = look(StreamAnswer("IN", info, ()))[0].stores

    assert (store.current, store.replicas) == (2, 4)


def test_priorities_stand_in_their_order() -> None:
    names = ("sender-low", "sender-default", "sender-high")

    sample, _ = look(an_answer(*(a_consumer(name) for name in names), name="OUT"))

    assert [queue.consumer for queue in sample.queues] == [*reversed(names)]


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1970-01-01T00:00:01Z", 1000),
        ("1970-01-01T00:00:01.5Z", 1500),
        ("1970-01-01T00:00:01.123456789Z", 1123),
        ("0001-01-01T00:00:00Z", 0),
        ("", 0),
    ],
)
def test_the_servers_times_are_read_to_the_millisecond(text: str, ms: int) -> None:
    assert queues.instant(text) == ms


def test_a_consumer_has_one_filter_many_or_none() -> None:
    assert queues.filters(a_consumer()) == ("prosa.b.in.*",)
    assert queues.filters(a_consumer(config={"filter_subjects": ["a", "b"]})) == ("a", "b")
    assert queues.filters(a_consumer(config={})) == (">",)
