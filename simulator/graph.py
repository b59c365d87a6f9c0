"""The Graph API: Meta's side of a business' requests.

An edge: it finds out who asks for which node, calls the verb, and writes the journal. Answers and
refusals have Meta's shapes. The faults of requests strike here.
"""

import asyncio
import secrets
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from simulator import nodes
from simulator.callbacks import Callbacks
from simulator.calls import Answer, Call, Verb
from simulator.clock import Clock
from simulator.config import Limits
from simulator.errors import Refusal
from simulator.faults import Faults
from simulator.files import Files
from simulator.journal import Journal
from simulator.media import MediaStore
from simulator.sending import Sending
from simulator.world import App, Number, Waba, World

CUT: Final = "simulator.cut"
"""Key in the ASGI scope's extensions under which `server` puts what cuts the connection."""
NOBODY: Final = App("", "", "", frozenset(), 0, None, "")
Verbs = Mapping[tuple[str, str], Verb]


class Broken(Exception):
    """Something failed inside of Meta: an answer without JSON."""


class Graph:
    """Answers requests to `/<version>/<node>[/<edge>]` and to media addresses."""

    def __init__(
        self,
        *,
        limits: Limits,
        world: World,
        media: MediaStore,
        sending: Sending,
        files: Files,
        callbacks: Callbacks,
        faults: Faults,
        journal: Journal,
        clock: Clock,
    ) -> None:
        self._versions = range(limits.oldest_version, limits.newest_version + 1)
        self._world = world
        self._media = media
        self._files = files
        self._faults = faults
        self._journal = journal
        self._clock = clock
        self._inner_errors = _inner_errors()
        self._number_verbs: Verbs = {
            ("GET", ""): _show_number,
            ("POST", ""): callbacks.configure,
            ("POST", "messages"): sending.post,
            ("POST", "media"): files.upload,
        }
        self._waba_verbs: Verbs = {
            ("GET", ""): _show_waba,
            ("GET", "phone_numbers"): self._list_numbers,
            ("GET", "message_templates"): _list_templates,
            ("GET", "subscribed_apps"): callbacks.list,
            ("POST", "subscribed_apps"): callbacks.subscribe,
            ("DELETE", "subscribed_apps"): callbacks.unsubscribe,
        }
        self._file_verbs: Verbs = {("GET", ""): files.describe, ("DELETE", ""): files.delete}

    async def handle(self, request: Request) -> Response:
        """Answer one request and write it into the journal."""
        began = self._clock.now()
        call = Call(request, app=NOBODY)
        answer = await self._try(call)
        slow = self._faults.strike("slow") if request.method == "POST" else None
        if slow is not None:
            await asyncio.sleep(slow.delay_ms / 1000)
        accepted = bool(call.wamids) and answer.status == HTTPStatus.OK
        hangs = accepted and self._faults.strike("hang")
        cuts = accepted and not hangs and self._faults.strike("reset")
        self._journal.write(
            "request",
            began=began,
            ended=self._clock.now(),
            what=call.what or request.path_params.get("edge", request.method),
            status=0 if hangs or cuts else answer.status,
            method=request.method,
            path=request.url.path,
            customer=call.customer,
            number=call.number,
            wamids=call.wamids,
            body=call.body,
            answer=answer.noted,
        )
        if hangs:
            await _until_gone(request)
        if cuts:
            request.scope["extensions"][CUT]["cut"]()
        return answer.response()

    async def _try(self, call: Call) -> Answer:
        try:
            call.app = self._authorise(call.request)
            return await self._answer(call)
        except Broken:
            return Answer(b"", HTTPStatus.INTERNAL_SERVER_ERROR, "text/plain")
        except Refusal as refusal:
            return Answer(refusal.answer(secrets.token_urlsafe(16)), refusal.status)

    # --- who asks, and for what

    def _authorise(self, request: Request) -> App:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() not in ("bearer", "oauth"):
            token = request.query_params.get("access_token", "")
        if not token:
            raise Refusal(104, "An access token is required to request this resource.")
        if self._faults.strike("tokenExpired"):
            raise Refusal(190, "Error validating access token: Session has expired.", subcode=463)
        app = self._world.app_of(token.strip())
        if app is None:
            raise Refusal(190, "Invalid OAuth access token - Cannot parse access token")
        return app

    async def _answer(self, call: Call) -> Answer:
        params = call.request.path_params
        if "version" not in params:
            return self._files.fetch(call)
        self._check_version(params["version"])
        node, verbs = self._find(params["node"], call.app)
        verb = verbs.get((call.request.method, params.get("edge", "")))
        if verb is None:
            raise Refusal(2500, f"Unknown path components: /{params.get('edge', '')}")
        if isinstance(node, Number):
            call.number = node.id
        if call.request.method == "POST":
            self._strike_before()
        answer = await verb(call, node)
        if call.wamids:
            self._strike_after()
        return answer

    def _check_version(self, version: str) -> None:
        number = version[1:].removesuffix(".0")
        if not (version.startswith("v") and number.isdigit() and int(number) in self._versions):
            oldest, newest = self._versions.start, self._versions.stop - 1
            raise Refusal(
                2500,
                f"Unknown path components: /{version}. Versions v{oldest}.0 to v{newest}.0 are "
                "served.",
            )

    def _find(self, name: str, app: App) -> tuple[Any, Verbs]:
        number, waba = self._world.numbers.get(name), self._world.wabas.get(name)
        file = self._media.get(name)
        if number is not None and number.waba.app is app:
            return number, self._number_verbs
        if waba is not None and waba.app is app:
            return waba, self._waba_verbs
        if file is not None and self._world.numbers[file.owner].waba.app is app:
            return file, self._file_verbs
        raise Refusal(
            100,
            f"Unsupported request. Object with ID '{name}' does not exist, cannot be loaded due "
            "to missing permissions, or does not support this operation",
            subcode=33,
        )

    # --- faults

    def _strike_before(self) -> None:
        """Let the faults strike that refuse before anything was done."""
        if self._faults.strike("rate"):
            raise Refusal(
                130429,
                "Message failed to send because there were too many messages sent from this "
                "phone number in a short period of time",
            )
        error = self._faults.peek("error")
        if error is not None and not error.accepted and self._faults.strike("error"):
            raise next(self._inner_errors)

    def _strike_after(self) -> None:
        """Let an error hide that the message was accepted."""
        error = self._faults.peek("error")
        if error is not None and error.accepted and self._faults.strike("error"):
            raise next(self._inner_errors)

    # --- what is listed

    async def _list_numbers(self, call: Call, waba: Waba) -> Answer:
        fields = call.request.query_params.get("fields")
        numbers = self._world.numbers_of(waba)
        return Answer(nodes.page([nodes.select(nodes.number(each), fields) for each in numbers]))


async def _show_number(call: Call, number: Number) -> Answer:
    return Answer(nodes.select(nodes.number(number), call.request.query_params.get("fields")))


async def _show_waba(call: Call, waba: Waba) -> Answer:
    return Answer(nodes.select(nodes.waba(waba), call.request.query_params.get("fields")))


async def _list_templates(call: Call, waba: Waba) -> Answer:
    return Answer(nodes.template_page(waba.templates.values(), call.request.query_params))


def _inner_errors() -> Iterator[Exception]:
    """Make the two ways in which Meta fails inside, in turn."""
    while True:
        yield Broken()
        yield Refusal(2, "Try again later.")


async def _until_gone(request: Request) -> None:
    """Wait until the client gives up."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
