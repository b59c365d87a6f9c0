"""The dialogue in force: compiled from the bot's file, trained, and replaced when the file changes.

A file that does not compile changes nothing: its problems are logged and the old one goes on.
"""

import asyncio

import structlog

from prosa.chatbots import RunningBot
from prosa.dialogue.compiler import compile_dialogue
from prosa.dialogue.language import Program
from prosa.dialogue.problems import DialogueRefused
from prosa.errors import ConfigError
from prosa.understanding.embedder import Embedder
from services.conversation.catalogue import CatalogueInMemory
from services.conversation.intents import Intents

log = structlog.get_logger(__name__)


class Dialogues:
    """One bot's program and what ranks its texts. Call `load` before anything else."""

    def __init__(
        self, running: RunningBot, catalogue: CatalogueInMemory, embedder: Embedder | None
    ) -> None:
        self._running = running
        self._catalogue = catalogue
        self._embedder = embedder
        self._source = ""
        self.program: Program
        self.intents: Intents

    async def load(self) -> None:
        """Compile and train for the first time. Raises ConfigError with every problem."""
        source = self._running.read_dialogue()
        try:
            await self._use(source)
        except DialogueRefused as refused:
            raise ConfigError(str(refused)) from refused

    async def refresh(self) -> None:
        """Take over a changed file; a broken one is told and left."""
        source = self._running.read_dialogue()
        if source == self._source:
            return
        try:
            await self._use(source)
        except DialogueRefused as refused:
            self._source = source  # told once
            log.warning("dialogue_refused", bot=self._running.token, problems=str(refused))
        else:
            log.info("dialogue_loaded", bot=self._running.token, hash=self.program.hash)

    async def _use(self, source: str) -> None:
        name = self._running.dialogue_file.name
        program = await asyncio.to_thread(compile_dialogue, source, name)
        vocabulary = self._catalogue.vocabulary(program.catalogue_fields_used)
        self.intents = await asyncio.to_thread(Intents.train, program, vocabulary, self._embedder)
        self.program = program
        self._source = source
