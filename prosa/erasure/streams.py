"""Deletes what streams and buckets hold of one contact.

A stream's messages are deleted one by one, which overwrites their bytes; a purge by subject would
leave them in the file (seen on nats-server 2.15). A bucket permits only the purge: her values are
gone for whoever asks, but stay in unused blocks of the bucket's file until the server compacts it.
"""

import asyncio

from prosa.contracts import subjects
from prosa.contracts.identity import BotToken, ContactKey
from prosa.jetstream.connection import JetStream, Refused, Stored

BUCKETS = ("contacts", "sends", "initiated", "campaigns")
"""Buckets whose keys are contacts."""

ALIASES = "aliases"
_BATCH = 128


def streams_of(bot: BotToken, contact: ContactKey) -> dict[str, str]:
    """Give the subject that each stream has of a contact, the queue of what leaves first."""
    return {
        subjects.out_stream(bot): subjects.outbound(bot, "*", contact),
        subjects.in_stream(bot): subjects.inbound(bot, contact),
        subjects.dlq_stream(bot): subjects.dead_letter(bot, "*", contact),
        subjects.evt_stream(bot): subjects.event(bot, "*", contact),
    }


async def delete(jetstream: JetStream, stream: str, subject: str) -> int:
    """Delete a subject's messages; gives how many, 0 of a missing stream. Raises Unavailable."""
    deleted = 0
    try:
        while batch := await jetstream.read(stream, subject, limit=_BATCH):
            await asyncio.gather(*(_delete_one(jetstream, stream, stored) for stored in batch))
            deleted += len(batch)
    except Refused:
        if await _exists(jetstream, stream):
            raise
    return deleted


async def purge(jetstream: JetStream, bot: BotToken, contact: ContactKey, name: str) -> int:
    """Purge a contact's key in a bucket; gives the number of its values."""
    bucket = subjects.bucket(bot, name)
    return await _purge(jetstream, bucket, str(contact))


async def purge_aliases(jetstream: JetStream, bot: BotToken, contact: ContactKey) -> int:
    """Purge every phone and user id that leads to a contact; gives how many."""
    name = subjects.bucket(bot, ALIASES)
    prefix, own = f"$KV.{name}.", contact.encode()
    after = deleted = 0
    while batch := await jetstream.read(f"KV_{name}", f"{prefix}>", after=after, limit=_BATCH):
        after = batch[-1].sequence
        for stored in batch:
            key = stored.subject.removeprefix(prefix)
            # the second is kept under her key: whose user id her phone was met with first
            if stored.payload.strip(b'"') == own or key == f"by_{contact}":
                deleted += await _purge(jetstream, name, key)
    return deleted


async def _purge(jetstream: JetStream, bucket: str, key: str) -> int:
    subject = f"$KV.{bucket}.{key}"
    try:
        answer = await jetstream.api(f"STREAM.PURGE.KV_{bucket}", {"filter": subject})
    except Refused:
        if await _exists(jetstream, f"KV_{bucket}"):
            raise
        return 0
    return int(answer["purged"])


async def _delete_one(jetstream: JetStream, stream: str, stored: Stored) -> None:
    try:
        await jetstream.api(f"STREAM.MSG.DELETE.{stream}", {"seq": stored.sequence})
    except Refused as error:
        if "no message found" not in str(error) and "not found" not in str(error):
            raise  # else somebody acked it, or it aged out, meanwhile


async def _exists(jetstream: JetStream, stream: str) -> bool:
    try:
        await jetstream.stream_state(stream)
    except Refused:
        return False
    return True
