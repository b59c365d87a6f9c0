"""Sees what a bot decides and sends, so that a player knows when an answer is whole.

Reads EVT: a turn says which inbounds it took and how many messages it answers with, the sender says
which of them Meta accepted. Nothing is guessed from silence.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

import msgspec

from prosa.contracts import subjects
from prosa.contracts.events import Event, MessageSent, SendFailed, TurnTaken
from prosa.contracts.identity import BotToken
from prosa.jetstream.connection import JetStream

_EVERY = 0.05
_BATCH = 256


class Witness:
    """What happened with one bot's customers."""

    def __init__(self, jetstream: JetStream, bot: BotToken) -> None:
        self._jetstream = jetstream
        self._stream = subjects.evt_stream(bot)
        self._turns: dict[str, TurnTaken] = {}
        self._sent: defaultdict[str, dict[int, str]] = defaultdict(dict)
        self._failed: dict[str, SendFailed] = {}

    async def watch(self) -> None:
        """Read on until cancelled."""
        after = 0
        while True:
            told = await self._jetstream.read(self._stream, ">", after=after, limit=_BATCH)
            for message in told:
                self._note(msgspec.json.decode(message.payload, type=Event))
                after = message.sequence
            if len(told) < _BATCH:
                await asyncio.sleep(_EVERY)

    def turns(self, inbounds: Sequence[str]) -> list[TurnTaken] | None:
        """Give the turns that took these inbounds, in order, once their answers have left."""
        if not all(each in self._turns for each in inbounds):
            return None
        taken = {turn.cursor: turn for turn in (self._turns[each] for each in inbounds)}
        whole = all(len(self.wamids(turn)) == turn.messages for turn in taken.values())
        return [taken[cursor] for cursor in sorted(taken)] if whole else None

    def wamids(self, turn: TurnTaken) -> list[str]:
        """Name the messages of a turn's answer that have left. Raises AssertionError on a loss."""
        outbound = f"{turn.contact}-{turn.cursor}-0"
        assert outbound not in self._failed, self._failed[outbound]
        sent = self._sent[outbound]
        return [sent[index] for index in sorted(sent)]

    def _note(self, event: Event) -> None:
        match event:
            case TurnTaken():
                self._turns.update(dict.fromkeys(event.inbounds, event))
            case MessageSent():
                self._sent[event.outbound][event.index] = event.wamid
            case SendFailed():
                self._failed[event.outbound] = event
            case _:
                pass
