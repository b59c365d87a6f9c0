"""The phone in the browser: several customers' screens, the traffic behind them, and the faults.

Serves the page and its JSON API. The page shows what `screen` describes and learns of changes by
server-sent events, one ring per business number.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, Literal

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from prosa.web.live import event_stream
from prosa.web.pages import Assets, AssetsMissing, Guard, Shell
from simulator.audience import shown
from simulator.clock import Clock
from simulator.commands import (
    Echo,
    Handler,
    NewCustomer,
    Preference,
    Whom,
    answer,
    refuse,
)
from simulator.composing import Utterance
from simulator.config import CustomerConfig
from simulator.dispatch import Dispatch
from simulator.elsewhere import Elsewhere
from simulator.errors import Impossible
from simulator.faults import Faults, read_switches
from simulator.journal import Entry, Journal
from simulator.media import MediaStore, bare
from simulator.people import People
from simulator.rings import Rings
from simulator.world import Number, World

TRAFFIC: Final = 200  # entries on a fresh page
INLINE: Final = frozenset(
    {"image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "video/3gpp"}
)
TESTER: Final = {"id": "tester", "name": "Tester", "role": "tester"}
DDD: Final = 19  # area code of invented customers
INVENTED: Final = ("Diego Rocha", "Elisa Prado", "Fábio Nunes", "Gabriela Reis", "Hugo Teixeira")


class Phone:
    """The page's application."""

    def __init__(
        self,
        *,
        world: World,
        people: People,
        dispatch: Dispatch,
        elsewhere: Elsewhere,
        media: MediaStore,
        faults: Faults,
        journal: Journal,
        rings: Rings,
        clock: Clock,
    ) -> None:
        self._world = world
        self._people = people
        self._dispatch = dispatch
        self._elsewhere = elsewhere
        self._media = media
        self._faults = faults
        self._journal = journal
        self._rings = rings
        try:
            self._shell: Shell | None = Shell(
                "simulator", "Telefone · Prosa", frame=False, now=clock.now
            )
            self._missing = ""
        except AssetsMissing as error:  # the API is of use without the page
            self._shell, self._missing = None, str(error)

    def app(self) -> Guard:
        """Make the ASGI application, to be mounted under any prefix."""
        routes = [
            Mount("/assets", Assets()),
            Route("/media/{id}", self._show_media),
            Route("/api/events", self._stream),
            Route("/api/state", self._state),
            *(
                Route(f"/api/{name}", command, methods=["POST"])
                for name, command in self._commands().items()
            ),
            Route("/{rest:path}", self._page),
        ]
        handlers: Mapping[Any, Any] = {Impossible: refuse, msgspec.DecodeError: refuse}
        return Guard(Starlette(routes=routes, exception_handlers=dict(handlers)))

    def _commands(self) -> dict[str, Handler]:
        return {
            "messages": self._say,
            "customers": self._invent,
            "faults": self._set_faults,
            "read": self._read,
            "preferences": self._prefer,
            "echo": self._echo,
        }

    # --- what the page shows

    async def _page(self, request: Request) -> Response:
        if self._shell is None:
            return Response(self._missing, HTTPStatus.SERVICE_UNAVAILABLE, media_type="text/plain")
        number = self._business(request)
        return self._shell(
            request,
            user=TESTER,
            time_zone=number.waba.time_zone,
            after=self._rings.of(number).last,
            data=msgspec.to_builtins(self._snapshot(number)),
        )

    async def _state(self, request: Request) -> Response:
        number = self._business(request)
        return answer({**self._snapshot(number), "after": self._rings.of(number).last})

    async def _stream(self, request: Request) -> Response:
        return event_stream(request, self._rings.of(self._business(request)))

    def _business(self, request: Request) -> Number:
        return self._world.find_number(request.query_params.get("business") or None)

    def _snapshot(self, number: Number) -> dict[str, Any]:
        customers = list(self._world.customers.values())
        threads = [self._world.thread(number, customer) for customer in customers]
        return {
            "business": _business(number),
            "businesses": [_business(each) for each in self._world.numbers.values()],
            "customers": [shown(thread) for thread in threads],
            "threads": {thread.customer.id: list(thread.messages.values()) for thread in threads},
            "traffic": self._traffic(number),
            "faults": self._faults.active(),
            "templates": sorted({name for name, _ in number.waba.templates}),
        }

    def _traffic(self, number: Number) -> list[Entry]:
        newest = self._journal.newest(TRAFFIC)
        return [entry for entry in newest if entry.number in (None, number.id)]

    async def _show_media(self, request: Request) -> Response:
        file = self._media.get(request.path_params["id"])
        if file is None:
            return Response("gone", HTTPStatus.NOT_FOUND)
        mime = bare(file.mime_type)
        headers = {"Cache-Control": "private, max-age=3600"}
        if mime not in INLINE and not mime.startswith("audio/"):
            mime = "application/octet-stream"
            headers["Content-Disposition"] = "attachment"
        return Response(file.content, headers=headers, media_type=mime)

    # --- what people do on the page

    async def _say(self, request: Request) -> Response:
        said = msgspec.json.decode(await request.body(), type=Utterance)
        said.business = said.business or self._business(request).id
        return answer({"id": self._people.say(said)})

    async def _invent(self, request: Request) -> Response:
        wanted = msgspec.json.decode(await request.body(), type=NewCustomer)
        n = len(self._world.customers)
        name = wanted.name or INVENTED[n % len(INVENTED)]
        phone = wanted.phone or f"+55 {DDD} 9{7000 + n:04d}-{1000 + n:04d}"
        config = CustomerConfig(name=name, phone=phone, hidden=wanted.hidden)
        customer = self._people.add(config)
        return answer(shown(self._world.thread(self._business(request), customer)))

    async def _set_faults(self, request: Request) -> Response:
        for name, fault in read_switches(await request.body()).items():
            self._faults.set(name, fault)
        self._rings.tell_faults(self._faults)
        return answer(self._faults.active())

    async def _read(self, request: Request) -> Response:
        whom = msgspec.json.decode(await request.body(), type=Whom)
        business = whom.business or self._business(request).id
        self._dispatch.look(self._world.find_thread(whom.who, business))
        return answer({})

    async def _prefer(self, request: Request) -> Response:
        command = msgspec.json.decode(await request.body(), type=Preference)
        business = command.business or self._business(request).id
        self._people.prefer(self._world.find_thread(command.who, business), command.value)
        return answer({})

    async def _echo(self, request: Request) -> Response:
        command = msgspec.json.decode(await request.body(), type=Echo)
        business = command.business or self._business(request).id
        thread = self._world.find_thread(command.who, business)
        return answer({"id": self._elsewhere.write(thread, command.text)})


def _business(number: Number) -> dict[Literal["name", "phone", "phoneNumberId"], str]:
    return {"name": number.name, "phone": number.display, "phoneNumberId": number.id}
