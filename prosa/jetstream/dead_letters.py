"""The place where a message goes that could not be handled, and from which it comes back.

Parking is idempotent: the letter's id is its `Nats-Msg-Id`. Replay publishes the payload to its
origin subject under a new message id, marked as a replay, so that the deduplication of its first
life does not swallow it; replaying the same letter twice is one replay.
"""

from collections.abc import AsyncIterator
from typing import Protocol

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


class Message(Protocol):
    """A message as a stream holds it, delivered or read."""

    @property
    def subject(self) -> str:
        """Where it was published."""
        ...

    @property
    def sequence(self) -> int:
        """Its place in its stream."""
        ...

    @property
    def payload(self) -> bytes:
        """Its bytes."""
        ...

    @property
    def headers(self) -> dict[str, str]:
        """Its headers."""
        ...


def write(
    message: Message,
    *,
    service: str,
    stream: str,
    reason: str,
    detail: str,
    attempts: int,
    at_ms: int,
) -> DeadLetter:
    """Write the letter of a message; the same message has the same letter, whoever gives it up."""
    return DeadLetter(
        id=f"{stream}:{message.sequence}",
        service=service,
        contact=subjects.contact_of(message.subject),
        reason=reason,
        detail=detail,
        attempts=attempts,
        origin_subject=message.subject,
        origin_stream=stream,
        origin_sequence=message.sequence,
        at_ms=at_ms,
        payload=message.payload,
        headers=message.headers,
    )


def address(bot: BotToken, letter: DeadLetter) -> tuple[str, str]:
    """Give the subject and the message id under which a letter is kept once."""
    return subjects.dead_letter(bot, letter.service, letter.contact), f"dlq:{letter.id}"


class DeadLetters:
    """The dead letters of one bot."""

    def __init__(self, jetstream: JetStream, bot: BotToken) -> None:
        self._jetstream = jetstream
        self._bot = bot
        self._stream = subjects.dlq_stream(bot)

    async def park(self, letter: DeadLetter) -> None:
        """Keep a message with its reason. Raises Unavailable: then it must not be acked."""
        subject, message_id = address(self._bot, letter)
        await self._jetstream.publish(subject, _encode(letter), message_id=message_id)

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
