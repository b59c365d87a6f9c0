"""Where a reader goes on, when the stream is not as it left it."""

from services.analytics.reading import Reading
from services.analytics.streams import Seen, judge

BORN, LATER = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"


def a_reading(sequence: int = 10, taken: int = 10, born: str = BORN) -> Reading:
    return Reading("EVT", sequence=sequence, born=born, taken=taken)


def test_a_stream_that_grew_is_read_on() -> None:
    verdict = judge(a_reading(), Seen(BORN, messages=12, first_sequence=1, last_sequence=12))

    assert (verdict.after, verdict.missed, verdict.changes) == (10, 0, False)


def test_what_aged_out_unread_is_counted() -> None:
    verdict = judge(a_reading(), Seen(BORN, messages=5, first_sequence=16, last_sequence=20))

    assert (verdict.after, verdict.missed, verdict.changes) == (15, 5, True)


def test_a_stream_made_anew_is_read_from_its_beginning() -> None:
    verdict = judge(a_reading(), Seen(LATER, messages=30, first_sequence=1, last_sequence=30))

    assert (verdict.after, verdict.made_anew, verdict.missed) == (0, True, 0)


def test_the_first_reader_of_an_old_stream_missed_nothing() -> None:
    seen = Seen(BORN, messages=1, first_sequence=1_764_000_000_000, last_sequence=1_764_000_000_000)
    verdict = judge(a_reading(0, 0, ""), seen)

    assert (verdict.after, verdict.missed) == (1_763_999_999_999, 0)


def test_an_empty_stream_has_nothing_to_miss() -> None:
    verdict = judge(a_reading(), Seen(BORN, messages=0, first_sequence=11, last_sequence=10))

    assert (verdict.after, verdict.missed) == (10, 0)
