"""The place where a message goes that could not be handled, and from which it comes back.

Parking is idempotent: the letter's id is its `Nats-Msg-Id`. Replay publishes the payload to its
origin subject under a new message id, marked as a replay, so that the deduplication of its first
life does not swallow it; replaying the same letter twice is one replay.
"""

from collections.abc import AsyncIterator

import msgspec

from prosa.contracts import subjects
from prosa.contracts.dead_letter import DeadLetter
from prosa.contracts.identity import BotToken
from prosa.errors import ProsaError
from prosa.jetstream.connection import JetStream

_BATCH = 64

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(DeadLetter).decode


class UnknownLetter(ProsaError):
    """No dead letter has this number."""


class Parked(msgspec.Struct, frozen=True):
    """A dead letter and its number: the sequence under which it is listed, replayed and dropped."""

    number: int
    letter: DeadLetter


class DeadLetters:
    """The dead letters of one bot."""

    def __init__(self, jetstream: JetStream, bot: BotToken) -> None:
        self._jetstream = jetstream
        self._bot = bot
        self._stream = subjects.dlq_stream(bot)

    async def park(self, letter: DeadLetter) -> None:
        """Keep a message with its reason. Raises Unavailable: then it must not be acked."""
        await self._jetstream.publish(
            subjects.dead_letter(self._bot, letter.service, letter.contact),
            _encode(letter),
            message_id=f"dlq:{letter.id}",
        )

    async def walk(self, *, service: str = "*", contact: str = "*") -> AsyncIterator[Parked]:
        """Go through the letters, oldest first."""
        after = 0
        subject = subjects.dead_letter(self._bot, service, contact)
        while batch := await self._jetstream.read(self._stream, subject, after=after, limit=_BATCH):
            for stored in batch:
                yield Parked(stored.sequence, _decode(stored.payload))
                after = stored.sequence

    async def get(self, number: int) -> Parked:
        """Read one letter. Raises UnknownLetter."""
        subject = subjects.dead_letter(self._bot, "*", "*")
        found = await self._jetstream.read(self._stream, subject, after=number - 1)
        if not found or found[0].sequence != number:
            raise UnknownLetter(f"there is no dead letter {number}; `prosa dlq list` shows them")
        return Parked(number, _decode(found[0].payload))

    async def replay(self, number: int) -> DeadLetter:
        """Publish a letter's payload to its origin again, then drop the letter.

        A crash between the two leaves the letter: replayed again, it is recognised as the same
        replay. Raises UnknownLetter, Unavailable.
        """
        letter = (await self.get(number)).letter
        await self._jetstream.publish(
            letter.origin_subject,
            replayed(letter.payload, number),
            message_id=f"replay:{number}:{letter.id}",
            headers={name: v for name, v in letter.headers.items() if not name.startswith("Nats-")},
        )
        await self.drop(number)
        return letter

    async def drop(self, number: int) -> None:
        """Remove a letter for good. Raises UnknownLetter, Unavailable."""
        await self.get(number)
        await self._jetstream.api(f"STREAM.MSG.DELETE.{self._stream}", {"seq": number})


def replayed(payload: bytes, number: int) -> bytes:
    """Mark a payload as brought back by letter `number`, when it is a JSON object."""
    try:
        document = msgspec.json.decode(payload)
    except msgspec.MsgspecError:
        return payload
    if not isinstance(document, dict):
        return payload
    return msgspec.json.encode(document | {"replay": number})
