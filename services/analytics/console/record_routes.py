"""Routes that the records answer: conversations, sections of figures, and tables as files."""

from http import HTTPStatus

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from prosa.clock import Clock
from prosa.contracts.identity import is_contact_key
from prosa.signin.refusals import Refusal
from prosa.web import csv
from prosa.web.shell import preferred_locale
from services.analytics.console import asking, files, letters, periods
from services.analytics.console.answers import as_json
from services.analytics.console.asking import FILE_ROWS, PAGE_ROWS, Ask
from services.analytics.console.bots import Bot
from services.analytics.console.files import Table
from services.analytics.console.sections import Sections
from services.analytics.console.shapes import Row

_BY_MEANING = 50  # the hundredth nearest is no longer near


def add(api: APIRouter, bot: Bot, sections: Sections, clock: Clock) -> None:
    """Add them to the API of one bot."""
    _add_conversations(api, bot, sections, clock)
    _add_figures(api, bot, sections, clock)


def _add_conversations(api: APIRouter, bot: Bot, sections: Sections, clock: Clock) -> None:
    @api.get("/conversations")
    async def conversations(request: Request) -> Response:
        """List who talked, or what was found."""
        asked = _ask(request, bot, clock)
        if not asked.q:
            section = sections.by_name["conversations"]
        elif asked.by == "meaning":
            return as_json(await _by_meaning(asked, bot, sections))
        else:
            section = sections.found
        return as_json(await section.answer(bot.records, asked, bot.setting))

    @api.get("/search")
    async def search(request: Request) -> Response:
        """Find messages by what they mean, the nearest first."""
        asked = _ask(request, bot, clock)
        if bot.meaning is None:
            raise Refusal(HTTPStatus.NOT_FOUND, "no_meaning")
        if not asked.q:
            raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "nothing_asked")
        return as_json(await _by_meaning(asked, bot, sections))

    @api.get("/conversations/{contact}")
    async def conversation(contact: str, request: Request) -> Response:
        """Replay one conversation."""
        if not is_contact_key(contact):
            raise Refusal(HTTPStatus.NOT_FOUND, "contact_unknown")
        asked = msgspec.structs.replace(_ask(request, bot, clock), contact=contact)
        answer = await sections.replay.answer(bot.records, asked, bot.setting)
        if answer["person"] is None and not answer["messages"]:
            raise Refusal(HTTPStatus.NOT_FOUND, "contact_unknown")
        return as_json(answer)


def _add_figures(api: APIRouter, bot: Bot, sections: Sections, clock: Clock) -> None:
    @api.get("/sections/{name}")
    async def section(name: str, request: Request) -> Response:
        """Answer one section of figures."""
        known = sections.by_name.get(name)
        if known is None:
            raise Refusal(HTTPStatus.NOT_FOUND, "section_unknown")
        return as_json(await known.answer(bot.records, _ask(request, bot, clock), bot.setting))

    @api.get("/files/{name}/{part}.csv")
    async def file(name: str, part: str, request: Request) -> Response:
        """Give a table as a file, with more rows than a page shows."""
        asked = _ask(request, bot, clock, FILE_ROWS)
        columns, rows = await _table(name, part, asked, bot, sections)
        named = f"{bot.name}-{name}-{asked.period.last.isoformat()}"
        return csv.download(named, columns, rows, locale=_locale(request))


def _ask(request: Request, bot: Bot, clock: Clock, rows: int = PAGE_ROWS) -> Ask:
    asked, now = request.query_params, clock.now()
    try:
        period = periods.read(asked.get("from", ""), asked.get("to", ""), bot.zone, now)
        return asking.read(asked, period, now - bot.idle, rows)
    except (periods.BadPeriod, asking.BadQuestion) as error:
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from None


async def _by_meaning(asked: Ask, bot: Bot, sections: Sections) -> Row:
    if bot.meaning is None:
        raise Refusal(HTTPStatus.NOT_IMPLEMENTED, "no_meaning")
    found = await bot.meaning(
        asked.q,
        since=asked.period.since,
        until=asked.period.until,
        author=asked.author,
        intent=asked.intent,
        limit=_BY_MEANING,
    )
    choices = sections.found.statements["intents"]
    intents = await bot.records.query(choices.sql, choices.bound(asked))
    return {"items": found, "next": None, "intents": [row["intent"] for row in intents]}


async def _table(name: str, part: str, asked: Ask, bot: Bot, sections: Sections) -> Table:
    if name == "queues":
        return files.queues(list(bot.watch.history), part, bot.zone)
    if name == "dead":
        return files.structs(letters.Letter, await letters.listed(bot.letters), bot.zone)
    if asked.by == "meaning":
        return files.table((await _by_meaning(asked, bot, sections))["items"], bot.zone)
    statement = sections.statement(name, part, asked)
    if statement is None:
        raise Refusal(HTTPStatus.NOT_FOUND, "section_unknown")
    found = await bot.records.query(statement.sql, statement.bound(asked), rows=FILE_ROWS)
    return files.table(found, bot.zone)


def _locale(request: Request) -> str:
    chosen = request.cookies.get("prosa_locale", "")
    return (
        chosen
        if chosen in {"pt-BR", "en"}
        else preferred_locale(request.headers.get("accept-language", ""))
    )
