"""The dialogue in force: compiled from the bot's file, trained, and replaced when the file changes.

A file that does not compile changes nothing: its problems are logged and the old one goes on. An
open flow ends on the version that it began with, as long as this process remembers it: after a
restart, or when a dialogue changes all the time, the customer is told that it begins anew.
"""

import asyncio
from typing import NamedTuple

import structlog

from prosa.chatbots import RunningBot
from prosa.contracts.session import Session
from prosa.dialogue.compiler import compile_dialogue
from prosa.dialogue.interpreter import program_for
from prosa.dialogue.language import Program
from prosa.dialogue.problems import DialogueRefused
from prosa.errors import ConfigError
from prosa.understanding.embedder import Embedder
from services.conversation.catalogue import CatalogueInMemory
from services.conversation.intents import Intents

log = structlog.get_logger(__name__)


OLDER = 4
"""Versions before the current one that are remembered: a person saves a file a few times an hour,
and a version holds a few megabytes."""


class Loaded(NamedTuple):
    """A program and what ranks its texts."""

    program: Program
    intents: Intents


class Dialogues:
    """One bot's programs. Call `load` before anything else."""

    def __init__(
        self, running: RunningBot, catalogue: CatalogueInMemory, embedder: Embedder | None
    ) -> None:
        self._running = running
        self._catalogue = catalogue
        self._embedder = embedder
        self._source = ""
        self._loaded: dict[str, Loaded] = {}
        self.current: Loaded

    @property
    def program(self) -> Program:
        """The program of new conversations."""
        return self.current.program

    def of(self, session: Session | None) -> Loaded:
        """Give what a session goes on with: its own version while a flow is open, else the newest.

        One that is no longer remembered goes on with the newest, which tells her so.
        """
        programs = {name: loaded.program for name, loaded in self._loaded.items()}
        return self._loaded[program_for(session, self.program, programs).hash]

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
        intents = await asyncio.to_thread(Intents.train, program, vocabulary, self._embedder)
        self.current = Loaded(program, intents)
        self._loaded.pop(program.hash, None)
        self._loaded[program.hash] = self.current
        for forgotten in list(self._loaded)[: -OLDER - 1]:
            del self._loaded[forgotten]
        self._source = source
