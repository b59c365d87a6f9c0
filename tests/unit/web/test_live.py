"""A page gets each event once and in order, from where it was; or is told to start over."""

import asyncio

import pytest
from starlette.requests import Request

from prosa.web import live
from prosa.web.live import Ring, event_stream, frames


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PACE_SECONDS", 0)


def a_request(query: str = "", **headers: str) -> Request:
    fields = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "query_string": query.encode(), "headers": fields})


async def said(request: Request, ring: Ring) -> str:
    """Read the whole stream of a ring that closes."""
    ring.close()
    return "".join([str(part, "utf-8") async for part in event_stream(request, ring).body_iterator])  # type: ignore[arg-type]


def test_events_are_numbered_in_order() -> None:
    ring = Ring(last=40)

    assert [ring.publish("a"), ring.publish("b")] == [41, 42]
    assert ring.since(41) == b'id: 42\ndata: "b"\n\n'
    assert ring.since(42) == b""


def test_a_gap_that_the_ring_no_longer_holds_is_none() -> None:
    ring = Ring(size=2)
    for event in "abc":
        ring.publish(event)

    assert ring.since(0) is None
    assert ring.since(1) is not None


def test_a_number_from_another_life_is_none() -> None:
    assert Ring(last=5).since(9) is None


async def test_a_page_continues_behind_what_it_knows() -> None:
    ring = Ring()
    for event in "abc":
        ring.publish(event)

    assert await said(a_request("after=2"), ring) == 'retry: 2000\n\nid: 3\ndata: "c"\n\n'


async def test_what_the_browser_heard_last_wins() -> None:
    ring = Ring()
    for event in "abc":
        ring.publish(event)

    stream = await said(a_request("after=0", last_event_id="2"), ring)

    assert "id: 2\n" not in stream
    assert "id: 3\n" in stream


async def test_a_page_that_knows_nothing_hears_what_comes() -> None:
    ring = Ring()
    ring.publish("a")

    assert await said(a_request(), ring) == "retry: 2000\n\n"


@pytest.mark.parametrize("after", ["x", "-1", "²", "", "9" * 5000])
async def test_a_number_that_is_none_counts_as_unsaid(after: str) -> None:
    assert await said(a_request(f"after={after}"), Ring(last=3)) == "retry: 2000\n\n"


async def test_a_gap_is_answered_with_reset() -> None:
    assert "id: 9\nevent: reset\n" in await said(a_request("after=3"), Ring(last=9))


async def test_a_burst_is_one_write() -> None:
    ring = Ring()
    stream = frames(ring, 0)
    await anext(stream)
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)

    for event in "abc":
        ring.publish(event)

    assert (await waiting).count(b"data:") == 3


async def test_what_comes_while_a_page_is_written_to_is_not_left_waiting() -> None:
    ring = Ring()
    stream = frames(ring, 0)
    await anext(stream)
    ring.publish("a")
    assert b'"a"' in await anext(stream)

    ring.publish("b")  # the page is still being written to when its turn comes and goes
    await asyncio.sleep(0.01)

    async with asyncio.timeout(5):
        assert b'"b"' in await anext(stream)


async def test_silence_is_broken_by_a_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0)
    stream = frames(Ring(), 0)
    await anext(stream)

    assert await anext(stream) == b"event: beat\ndata: {}\n\n"


async def test_a_closing_ring_ends_its_streams() -> None:
    ring = Ring()
    stream = frames(ring, 0)
    await anext(stream)
    waiting = asyncio.ensure_future(anext(stream, b"the end"))
    await asyncio.sleep(0)

    ring.close()

    assert await waiting == b"the end"
