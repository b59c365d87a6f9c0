"""The routes of one bot's inbox."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from prosa.signin.people import Person
from prosa.signin.rules import needs
from services.handoff import files
from services.handoff.api.bodies import answer, body
from services.handoff.api.serving import Served
from services.handoff.contract import (
    Availability,
    Close,
    Note,
    Reply,
    Tags,
    Transfer,
    View,
)
from services.handoff.tickets import Refused

MOST = 200
_FORM_BYTES = 64 * 1024  # what surrounds a file in a form

Agent = Annotated[Person, Depends(needs("agent"))]
Supervisor = Annotated[Person, Depends(needs("supervisor"))]
Limit = Annotated[int, Query(ge=1, le=MOST)]


def routes(served: Served) -> APIRouter:
    """Give the JSON API of one bot."""
    api = APIRouter(prefix="/api")
    _looking(api, served)
    _acting(api, served)
    _sending(api, served)
    return api


def _looking(api: APIRouter, served: Served) -> None:
    desk = served.desk

    @api.get("/conversations")
    async def conversations(  # noqa: PLR0917 - FastAPI gives them by name
        person: Agent,
        view: View = "queue",
        q: str = "",
        team: str = "",
        cursor: str = "",
        limit: Limit = 50,
    ) -> Response:
        after = served.live.ring.last  # before the look: what comes later is news
        return answer(
            await desk.list(
                person, view, search=q, team=team, cursor=cursor, limit=limit, after=after
            )
        )

    @api.get("/conversations/{ticket}")
    async def conversation(person: Agent, ticket: str) -> Response:
        return answer(await desk.open(person, ticket, served.live.ring.last))

    @api.get("/conversations/{ticket}/messages")
    async def messages(person: Agent, ticket: str, before: str = "", limit: Limit = 50) -> Response:
        return answer(await desk.messages(person, ticket, before=before, limit=limit))

    @api.get("/agents")
    async def agents(person: Agent) -> Response:
        return answer(await desk.agents(person))

    @api.get("/canned")
    async def canned(person: Agent, q: str = "") -> Response:
        del person
        return answer(served.canned(q))

    @api.get("/templates")
    async def templates(person: Agent) -> Response:
        del person
        return answer([template.shape for template in await served.graph.templates()])

    @api.get("/audit")
    async def audit(
        person: Supervisor, cursor: str = "", conversation: str = "", limit: Limit = 50
    ) -> Response:
        del person
        return answer(await desk.audit(ticket=conversation, cursor=cursor, limit=limit))

    @api.get("/events")
    async def events(request: Request, person: Agent) -> Response:
        return served.events(request, person)


def _acting(api: APIRouter, served: Served) -> None:
    desk = served.desk

    @api.post("/conversations/{ticket}/claim")
    async def claim(person: Agent, ticket: str) -> Response:
        return answer({"conversation": await desk.claim(person, ticket)})

    @api.post("/conversations/{ticket}/transfer")
    async def transfer(
        person: Agent, ticket: str, asked: Annotated[Transfer, Depends(body(Transfer))]
    ) -> Response:
        moved = await desk.transfer(person, ticket, asked.to, asked.note)
        return answer({"conversation": moved})

    @api.post("/conversations/{ticket}/return")
    async def give_back(person: Agent, ticket: str) -> Response:
        return answer({"conversation": await desk.give_back(person, ticket)})

    @api.post("/conversations/{ticket}/close")
    async def close(
        person: Agent, ticket: str, asked: Annotated[Close, Depends(body(Close))]
    ) -> Response:
        return answer({"conversation": await desk.close(person, ticket, ask=asked.ask)})

    @api.post("/conversations/{ticket}/reopen")
    async def reopen(person: Agent, ticket: str) -> Response:
        return answer({"conversation": await desk.reopen(person, ticket)})

    @api.post("/conversations/{ticket}/tags")
    async def tags(
        person: Agent, ticket: str, asked: Annotated[Tags, Depends(body(Tags))]
    ) -> Response:
        return answer({"conversation": await desk.tag(person, ticket, asked.tags)})

    @api.post("/conversations/{ticket}/read")
    async def read(person: Agent, ticket: str) -> Response:
        return answer({"conversation": await desk.read(person, ticket)})

    @api.post("/conversations/{ticket}/typing")
    async def typing(person: Agent, ticket: str) -> Response:
        await desk.typing(person, ticket)
        return Response(status_code=204)

    @api.put("/me/availability")
    async def availability(
        person: Agent, asked: Annotated[Availability, Depends(body(Availability))]
    ) -> Response:
        await desk.set_available(person, available=asked.available)
        return answer({"available": asked.available})


def _sending(api: APIRouter, served: Served) -> None:
    desk = served.desk

    @api.post("/conversations/{ticket}/messages")
    async def reply(
        person: Agent, ticket: str, asked: Annotated[Reply, Depends(body(Reply))]
    ) -> Response:
        return answer(await desk.reply(person, ticket, asked), 202)

    @api.post("/conversations/{ticket}/notes")
    async def note(
        person: Agent, ticket: str, asked: Annotated[Note, Depends(body(Note))]
    ) -> Response:
        return answer(await desk.note(person, ticket, asked.id, asked.text), 201)

    @api.post("/conversations/{ticket}/uploads")
    async def upload(request: Request, person: Agent, ticket: str) -> Response:
        content, filename = await _file(request)
        kept = await desk.upload(person, ticket, content, filename)
        shown = {
            "upload": kept.id,
            "mimeType": kept.mime,
            "filename": kept.filename,
            "bytes": kept.bytes,
        }
        return answer(shown, 201)

    @api.get("/conversations/{ticket}/media/{message}")
    async def media(person: Agent, ticket: str, message: str) -> Response:
        return await served.file(await desk.file(person, ticket, message))


async def _file(request: Request) -> tuple[bytes, str]:
    """Read the form's one file, which may not be larger than it says.

    Its length must be told: the server then reads no more than that.
    """
    length = request.headers.get("content-length", "")
    if not (length.isascii() and length.isdigit()) or len(length) > len(str(files.LARGEST)) + 1:
        raise Refused("too_large", limit=files.LARGEST)
    if int(length) > files.LARGEST + _FORM_BYTES:
        raise Refused("too_large", limit=files.LARGEST)
    async with request.form(max_files=1, max_fields=4) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise Refused("invalid")
        return await file.read(), file.filename or ""
