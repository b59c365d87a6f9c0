"""Reads a stream from a known sequence on, in batches, for ever: for readers that keep their place.

No consumer stands behind it: the reader's own store holds the sequence up to which it has read (in
the same transaction as what it made of it), so nothing is acked and nothing is redelivered. A batch
is one direct get, which any replica of the stream answers.
"""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

from prosa.errors import Unavailable
from prosa.jetstream.connection import JetStream, Stored

_AWAY_SECONDS = 1.0


async def follow(
    jetstream: JetStream,
    stream: str,
    subject: str,
    *,
    after: int,
    limit: int = 1000,
    pause: timedelta = timedelta(milliseconds=250),
) -> AsyncGenerator[list[Stored], None]:
    """Give batches of at most `limit` messages of a subject above sequence `after`, oldest first.

    When nothing is new it looks again after `pause`, and gives an empty batch so that its reader
    can do what is due. While NATS is away it gives empty batches too. Raises Refused when the
    stream is gone.
    """
    while True:
        try:
            batch = await jetstream.read(stream, subject, after=after, limit=limit)
        except Unavailable:
            yield []
            await asyncio.sleep(_AWAY_SECONDS)
            continue
        yield batch
        if batch:
            after = batch[-1].sequence
        if len(batch) < limit:
            await asyncio.sleep(pause.total_seconds())
