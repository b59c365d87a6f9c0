"""What JetStream says of a bot's queues, read into figures that a person follows.

Pure: the answers of STREAM.INFO and CONSUMER.LIST go in. Figures that JetStream does not know are
not invented: it counts open pull requests, not processes (each of ours keeps at least one open
while it waits for work), and deliveries, of which a message may need several.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec


class Queue(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """One durable consumer now.

    `depth` waits for its first delivery, `in_flight` was delivered and not acked, `repeated` of
    those were delivered before. `waiting` counts open pull requests. `oldest_ms` is how long the
    oldest message that is not acked has been stored; `rate` counts deliveries a second.
    """

    stream: str
    consumer: str
    depth: int
    in_flight: int
    repeated: int
    waiting: int
    oldest_ms: int = 0
    rate: float = 0.0


class Store(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """One stream now; `rate` counts what was stored a second, `left` what was taken out.

    `replicas` is how many servers should hold it, `current` how many are up to date.
    """

    stream: str
    messages: int
    bytes: int
    replicas: int
    current: int
    first_at: int = 0
    rate: float = 0.0
    left: float = 0.0


class Sample(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """All queues of a bot at one instant (`at`, milliseconds by the server's clock)."""

    at: int
    queues: tuple[Queue, ...]
    stores: tuple[Store, ...]
    dead: int


class StreamAnswer(msgspec.Struct, frozen=True):
    """What STREAM.INFO and CONSUMER.LIST said of one stream; `name` is IN, OUT, EVT or DLQ."""

    name: str
    info: Mapping[str, Any]
    consumers: Sequence[Mapping[str, Any]]


class Mark(msgspec.Struct, frozen=True):
    """The counters of a reading, to make rates of the next one."""

    at_ms: int
    stored: Mapping[str, int]
    messages: Mapping[str, int]
    delivered: Mapping[tuple[str, str], int]


def read(
    answers: Sequence[StreamAnswer],
    oldest: Mapping[tuple[str, str], int],
    before: Mark | None,
) -> tuple[Sample, Mark]:
    """Make a sample of the answers, and the mark that the next one is compared with.

    `oldest` is when the oldest message not acked was stored, by (stream, consumer).
    """
    at_ms = max((instant(answer.info.get("ts", "")) for answer in answers), default=0)
    mark = Mark(
        at_ms=at_ms,
        stored={a.name: a.info["state"]["last_seq"] for a in answers},
        messages={a.name: a.info["state"]["messages"] for a in answers},
        delivered={
            (a.name, c["name"]): c["delivered"]["consumer_seq"]
            for a in answers
            for c in a.consumers
        },
    )
    seconds = (at_ms - before.at_ms) / 1000 if before else 0.0
    queues = tuple(
        _queue(
            answer.name,
            consumer,
            oldest_at=oldest.get((answer.name, consumer["name"])),
            at_ms=at_ms,
            rate=_rate(
                consumer["delivered"]["consumer_seq"],
                before.delivered.get((answer.name, consumer["name"])) if before else None,
                seconds,
            ),
        )
        for answer in answers
        for consumer in sorted(answer.consumers, key=_order)
    )
    stores = tuple(_store(answer, mark, before, seconds) for answer in answers)
    dead = mark.messages.get("DLQ", 0)
    return Sample(at=at_ms, queues=queues, stores=stores, dead=dead), mark


def waits(consumer: Mapping[str, Any]) -> bool:
    """Tell whether there is anything that it has not acked."""
    return bool(consumer["num_pending"] or consumer["num_ack_pending"])


def filters(consumer: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the subjects that it takes."""
    config = consumer["config"]
    many = config.get("filter_subjects")
    return tuple(many) if many else (config.get("filter_subject") or ">",)


def instant(rfc3339: str) -> int:
    """Read a server's time, nanoseconds and all, as milliseconds; 0 when there is none."""
    if not rfc3339 or rfc3339.startswith("0001"):
        return 0
    head, _, rest = rfc3339.partition(".")
    digits = "".join(c for c in rest[:9] if c.isdigit())[:3].ljust(3, "0") if rest else "000"
    stamp = datetime.fromisoformat(f"{head.removesuffix('Z')[:19]}+00:00")
    return int(stamp.timestamp()) * 1000 + int(digits)


_PRIORITIES = {"sender-high": 0, "sender-default": 1, "sender-low": 2}


def _order(consumer: Mapping[str, Any]) -> tuple[int, str]:
    return _PRIORITIES.get(consumer["name"], 0), consumer["name"]


def _queue(
    stream: str, consumer: Mapping[str, Any], *, oldest_at: int | None, at_ms: int, rate: float
) -> Queue:
    return Queue(
        stream=stream,
        consumer=consumer["name"],
        depth=consumer["num_pending"],
        in_flight=consumer["num_ack_pending"],
        repeated=consumer["num_redelivered"],
        waiting=consumer["num_waiting"],
        oldest_ms=max(0, at_ms - oldest_at) if oldest_at else 0,
        rate=rate,
    )


def _store(answer: StreamAnswer, mark: Mark, before: Mark | None, seconds: float) -> Store:
    state, config = answer.info["state"], answer.info["config"]
    name = answer.name
    cluster = answer.info.get("cluster") or {}
    others = cluster.get("replicas") or ()
    stored = before.stored.get(name) if before else None
    left = None
    if before is not None and stored is not None and name in before.messages:
        # What came in and is not there any more; what ran out of age counts as well.
        left = mark.stored[name] - stored - (mark.messages[name] - before.messages[name])
    return Store(
        stream=name,
        messages=state["messages"],
        bytes=state["bytes"],
        replicas=config.get("num_replicas", 1),
        current=1 + sum(bool(o.get("current")) and not o.get("offline") for o in others),
        first_at=instant(state.get("first_ts", "")),
        rate=_rate(mark.stored[name], stored, seconds),
        left=_rate(left or 0, 0, seconds),
    )


def _rate(now: int, past: int | None, seconds: float) -> float:
    if past is None or seconds <= 0:
        return 0.0
    return round(max(0, now - past) / seconds, 2)  # a stream made anew counts from elsewhere
