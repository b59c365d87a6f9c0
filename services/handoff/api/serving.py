"""What the routes of one bot stand on: its desk, its live updates, its files, its page."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import structlog
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from prosa.clock import Clock
from prosa.contracts.chatbot import CannedReply
from prosa.errors import Unavailable
from prosa.signin import SignIn
from prosa.signin.people import Person
from prosa.signin.streams import minded
from prosa.web import live as web
from services.handoff import files, words
from services.handoff.contract import VIEWS, Boot, CannedReplyShape, View
from services.handoff.desk import Desk
from services.handoff.graph import Graph, NoFile
from services.handoff.live import Live
from services.handoff.metrics import HandoffMetrics
from services.handoff.rules import Rules
from services.handoff.sight import sees, sight, teams_of
from services.handoff.tickets import Refused
from services.handoff.timeline import Entry

log = structlog.get_logger(__name__)

SEEN_SECONDS = 60.0
"""How often an open inbox is noted."""


@dataclass(frozen=True, kw_only=True)
class Served:
    """One bot's inbox."""

    rules: Rules
    desk: Desk
    live: Live
    graph: Graph
    signin: SignIn
    metrics: HandoffMetrics
    clock: Clock
    canned_replies: Sequence[CannedReply] = ()

    def canned(self, asked: str) -> list[CannedReplyShape]:
        """List the texts whose name or words hold what is asked for."""
        wanted = words.plain(asked.strip())
        return [
            CannedReplyShape(name=each.name, text=each.text)
            for each in self.canned_replies
            if wanted in words.plain(f"{each.name} {each.text}")
        ]

    async def boot(self, person: Person, view: View, bots: Sequence[Rules]) -> Boot:
        """Give the first data of the page, and note that somebody is here."""
        after = self.live.ring.last
        available = await self.desk.here(person)
        page = await self.desk.list(person, view)
        supervisor = person.may("supervisor")
        return Boot(
            items=page.items,
            total=page.total,
            next=page.next,
            counts=page.counts,
            after=after,
            view=view,
            bot=_shown(self.rules),
            bots=tuple(map(_shown, bots)),
            agents=await self.desk.agents(person),
            teams=tuple(team.name for team in self.rules.teams)
            if supervisor
            else teams_of(person, self.rules),
            available=available,
            asks=bool(self.rules.question),
        )

    def events(self, request: Request, person: Person) -> StreamingResponse:
        """Answer with the live updates that this person may see."""
        looking = sight(person, self.rules)
        stream = web.frames(
            self.live.ring,
            web.heard(request, self.live.ring),
            lambda about: sees(looking, about.team, about.agent),
        )
        allowed = minded(
            self.signin, request, stream, lambda now: sight(now, self.rules) == looking
        )
        return web.streamed(self._noted(person, allowed))

    async def _noted(self, person: Person, stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Note every minute that she is here."""
        loop = asyncio.get_running_loop()
        looked = float("-inf")
        self.metrics.pages.labels(self.rules.bot).inc()
        try:
            async for part in stream:
                if loop.time() - looked > SEEN_SECONDS:
                    looked = loop.time()
                    await self._here(person)
                yield part
        finally:
            self.metrics.pages.labels(self.rules.bot).dec()

    async def _here(self, person: Person) -> None:
        try:
            await self.desk.here(person)
        except Unavailable as error:
            log.info("presence_not_noted", reason=str(error))

    async def file(self, entry: Entry) -> Response:
        """Answer with a line's file, from Meta or from where the dialogue has it."""
        media = entry.message.media
        assert media is not None  # noqa: S101 - the desk has looked
        stack = AsyncExitStack()
        try:
            opened = await stack.enter_async_context(self.graph.download(entry.file, files.LARGEST))
        except NoFile:
            await stack.aclose()
            raise Refused("gone") from None
        headers = files.shown_as(media.mime_type or opened.mime, media.filename)
        if opened.size is not None:
            headers["Content-Length"] = str(opened.size)

        async def chunks() -> AsyncIterator[bytes]:
            async with stack:
                async for chunk in opened.chunks:
                    yield chunk

        return StreamingResponse(chunks(), headers=headers)


def view_of(path: str, asked: str) -> View:
    """Say which view a page's address means: `/mine/…` or `?view=mine`; else the queue."""
    first = path.strip("/").partition("/")[0]
    for name in (first, asked):
        for view in VIEWS:
            if name == view:
                return view
    return "queue"


def _shown(rules: Rules) -> dict[str, str]:
    return {"token": rules.bot, "name": rules.name}
