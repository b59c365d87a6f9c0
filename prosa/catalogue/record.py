"""A bot's record of its imports: one document, changed by compare-and-set."""

import msgspec

from prosa.clock import Clock
from prosa.contracts import subjects
from prosa.contracts.catalogue import CATALOGUE, Imports, Problem
from prosa.contracts.identity import BotToken
from prosa.jetstream.buckets import Bucket
from prosa.jetstream.connection import Conflict, JetStream


class Record:
    """A bot's record of its imports."""

    def __init__(self, jetstream: JetStream, bot: BotToken) -> None:
        self._bucket = Bucket(jetstream, subjects.bucket(bot, "imports"), Imports)

    async def read(self) -> tuple[Imports, int]:
        """Give what is known, and its revision, 0 when nothing is. Raises Unavailable."""
        entry = await self._bucket.get(CATALOGUE)
        return (Imports(), 0) if entry is None else (entry.value, entry.revision)

    async def write(self, imports: Imports, revision: int) -> int:
        """Write what is known, still at `revision`. Raises Conflict, Unavailable."""
        if revision:
            return await self._bucket.update(CATALOGUE, imports, revision)
        return await self._bucket.create(CATALOGUE, imports)

    async def note(self, problem: Problem | None, clock: Clock) -> Imports:
        """Note how the source was found just now; who imports meanwhile knows better."""
        imports, revision = await self.read()
        imports = msgspec.structs.replace(imports, problem=problem, checked_at_ms=clock.now_ms())
        try:
            await self.write(imports, revision)
        except Conflict:
            return (await self.read())[0]
        return imports
