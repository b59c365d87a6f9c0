"""Makes a NATS server match a topology, as often as it is asked.

What exists and differs is updated; what cannot be updated in place (a stream's retention) is
refused with a sentence that says what to do. Nothing is ever deleted here.
"""

from datetime import timedelta
from typing import Any

from prosa.clock import SystemClock
from prosa.contracts.topology import Bucket, Consumer, Stream, Topology
from prosa.errors import ConfigError
from prosa.jetstream.connection import JetStream, Refused


async def provision(jetstream: JetStream, wanted: Topology) -> None:
    """Create or update the streams, buckets and consumers. Raises ConfigError or Unavailable."""
    for stream in wanted.streams:
        await provision_stream(jetstream, stream)
    for bucket in wanted.buckets:
        await _apply_stream(jetstream, _bucket_config(bucket))
    for consumer in wanted.consumers:
        await _apply_consumer(jetstream, consumer)


async def provision_stream(jetstream: JetStream, stream: Stream) -> None:
    """Create or update one stream. Raises ConfigError or Unavailable."""
    first = SystemClock().now_ms() if stream.starts_late else 0
    await _apply_stream(jetstream, _stream_config(stream), first_sequence=first)


async def _apply_stream(
    jetstream: JetStream, config: dict[str, Any], *, first_sequence: int = 0
) -> None:
    name = config["name"]
    try:
        info = await jetstream.api(f"STREAM.INFO.{name}")
    except Refused:
        verb = "CREATE"
    else:
        verb = "UPDATE"
        first_sequence = info["config"].get("first_seq", 0)  # cannot be changed
    if first_sequence:
        config = config | {"first_seq": first_sequence}
    try:
        await jetstream.api(f"STREAM.{verb}.{name}", config)
    except Refused as error:
        raise ConfigError(
            f"stream {name} cannot be made to match: {error};"
            " back it up and delete it, or undo the change of its configuration"
        ) from error


async def _apply_consumer(jetstream: JetStream, consumer: Consumer) -> None:
    config = {
        "durable_name": consumer.name,
        "name": consumer.name,
        "ack_policy": "explicit",
        "deliver_policy": "all",
        "replay_policy": "instant",
        "ack_wait": _nanoseconds(consumer.ack_wait),
        "max_ack_pending": consumer.max_ack_pending,
        "max_deliver": -1,
        "max_waiting": 2048,
    }
    verb = f"CONSUMER.CREATE.{consumer.stream}.{consumer.name}"
    if len(consumer.filter_subjects) == 1:  # KEDA and `nats consumer info` show the single form
        config["filter_subject"] = consumer.filter_subjects[0]
        verb += f".{consumer.filter_subjects[0]}"
    else:
        config["filter_subjects"] = list(consumer.filter_subjects)
    try:
        await jetstream.api(verb, {"stream_name": consumer.stream, "config": config})
    except Refused as error:
        raise ConfigError(f"consumer {consumer.name} on {consumer.stream}: {error}") from error


def _stream_config(stream: Stream) -> dict[str, Any]:
    return {
        "name": stream.name,
        "description": stream.description,
        "subjects": list(stream.subjects),
        "retention": stream.retention,
        "max_age": _nanoseconds(stream.max_age),
        "duplicate_window": _nanoseconds(stream.duplicate_window),
        "num_replicas": stream.replicas,
        "storage": "file",
        "discard": "old" if stream.retention == "limits" else "new",
        "allow_direct": True,
        "max_consumers": -1,
    }


def _bucket_config(bucket: Bucket) -> dict[str, Any]:
    return {
        "name": f"KV_{bucket.name}",
        "description": bucket.description,
        "subjects": [f"$KV.{bucket.name}.>"],
        "max_msgs_per_subject": 1,
        "max_age": _nanoseconds(bucket.ttl),
        "duplicate_window": _nanoseconds(min(bucket.ttl, timedelta(minutes=2)))
        if bucket.ttl
        else _nanoseconds(timedelta(minutes=2)),
        "num_replicas": bucket.replicas,
        "storage": "file",
        "discard": "new",
        "deny_delete": True,
        "allow_rollup_hdrs": True,
        "allow_direct": True,
    }


def _nanoseconds(span: timedelta) -> int:
    return round(span.total_seconds() * 1_000_000_000)
