"""The Graph API: Meta's side of a business' requests.

An edge: it finds out who asks for what, lets `rules`, `templates` and `rates` judge, hands over to
`network`, and writes the journal. Answers and refusals have Meta's shapes. Faults on requests
strike here.
"""

import asyncio
import copy
import secrets
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

import msgspec
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from simulator import nodes, rules, templates
from simulator.clock import Clock
from simulator.config import Config
from simulator.courier import Courier
from simulator.errors import Refusal
from simulator.faults import Faults
from simulator.journal import Journal
from simulator.links import Links, Unfetched
from simulator.media import File, MediaStore, check_upload, misuse
from simulator.network import Draft, Network
from simulator.rates import Rates
from simulator.rules import Recipient
from simulator.world import App, Callback, Customer, Number, Waba, World

Node = Number | Waba | File
CUT: Final = "simulator.cut"
"""Key in the ASGI scope's extensions under which `server` puts what cuts the connection."""


class Broken(Exception):
    """Something failed inside of Meta: an answer without JSON."""


@dataclass(slots=True)
class Call:
    """One request, and what the journal should know of it."""

    request: Request
    app: App
    body: Any = None
    what: str = ""
    customer: str | None = None
    number: str | None = None
    wamids: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered: JSON, or a file's bytes."""

    value: Any
    status: int = HTTPStatus.OK
    media_type: str = "application/json"

    def response(self) -> Response:
        """Make the HTTP answer."""
        raw = isinstance(self.value, bytes)
        content = self.value if raw else msgspec.json.encode(self.value)
        return Response(content, self.status, media_type=self.media_type)


SUCCESS: Final = Answer({"success": True})


class Graph:
    """Answers requests to `/<version>/<node>[/<edge>]` and to media addresses."""

    def __init__(
        self,
        *,
        config: Config,
        world: World,
        network: Network,
        media: MediaStore,
        links: Links,
        rates: Rates,
        faults: Faults,
        courier: Courier,
        journal: Journal,
        clock: Clock,
    ) -> None:
        self._config = config
        self._world = world
        self._network = network
        self._media = media
        self._links = links
        self._rates = rates
        self._faults = faults
        self._courier = courier
        self._journal = journal
        self._clock = clock
        self._errors: Iterator[Exception] = _inner_errors()
        self._numbers: Mapping[tuple[str, str], Verb] = {
            ("GET", ""): self._show,
            ("POST", ""): self._configure_number,
            ("POST", "messages"): self._messages,
            ("POST", "media"): self._upload,
        }
        self._wabas: Mapping[tuple[str, str], Verb] = {
            ("GET", ""): self._show,
            ("GET", "phone_numbers"): self._list_numbers,
            ("GET", "message_templates"): self._list_templates,
            ("GET", "subscribed_apps"): self._list_subscriptions,
            ("POST", "subscribed_apps"): self._subscribe,
            ("DELETE", "subscribed_apps"): self._unsubscribe,
        }
        self._files: Mapping[tuple[str, str], Verb] = {
            ("GET", ""): self._show,
            ("DELETE", ""): self._delete_media,
        }

    async def handle(self, request: Request) -> Response:
        """Answer one request and write it into the journal."""
        began = self._clock.now()
        call = Call(request, app=NOBODY)
        try:
            call.app = self._authorise(request)
            answer = await self._answer(call)
        except Broken:
            answer = Answer(b"", HTTPStatus.INTERNAL_SERVER_ERROR, "text/plain")
        except Refusal as refusal:
            answer = Answer(refusal.answer(secrets.token_urlsafe(16)), refusal.status)
        fate = self._fate(call, answer)
        slow = self._faults.strike("slow") if request.method == "POST" else None
        if slow is not None:
            await asyncio.sleep(slow.delay_ms / 1000)
        self._journal.write(
            "request",
            began=began,
            ended=self._clock.now(),
            what=call.what or request.path_params.get("edge", request.method),
            status=0 if fate in ("hang", "reset") else answer.status,
            method=request.method,
            path=request.url.path,
            customer=call.customer,
            number=call.number,
            wamids=call.wamids,
            body=call.body,
            answer=f"<{len(answer.value)} bytes>"
            if isinstance(answer.value, bytes)
            else answer.value,
        )
        if fate == "hang":
            await _until_gone(request)
        if fate == "reset":
            request.scope["extensions"][CUT]["cut"]()
        return answer.response()

    def _fate(self, call: Call, answer: Answer) -> str | None:
        """Decide what becomes of the answer to an accepted message."""
        if not call.wamids or answer.status != HTTPStatus.OK:
            return None
        if self._faults.strike("hang"):
            return "hang"
        return "reset" if self._faults.strike("reset") else None

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
            return self._download(call)
        self._check_version(params["version"])
        node, verbs = self._find(params["node"], call.app)
        verb = verbs.get((call.request.method, params.get("edge", "")))
        if verb is None:
            raise Refusal(2500, f"Unknown path components: /{params.get('edge', '')}")
        if isinstance(node, Number):
            call.number = node.id
        if call.request.method == "POST":
            self._strike()
        return await verb(call, node)

    def _check_version(self, version: str) -> None:
        limits = self._config.limits
        number = version[1:].removesuffix(".0")
        known = range(limits.oldest_version, limits.newest_version + 1)
        if not (version.startswith("v") and number.isdigit() and int(number) in known):
            raise Refusal(
                2500,
                f"Unknown path components: /{version}. Versions v{known.start}.0 to "
                f"v{known.stop - 1}.0 are served.",
            )

    def _find(self, name: str, app: App) -> "tuple[Node, Mapping[tuple[str, str], Verb]]":
        number, waba = self._world.numbers.get(name), self._world.wabas.get(name)
        file = self._media.get(name)
        if number is not None and number.waba.app is app:
            return number, self._numbers
        if waba is not None and waba.app is app:
            return waba, self._wabas
        if file is not None and self._world.numbers[file.owner].waba.app is app:
            return file, self._files
        raise Refusal(
            100,
            f"Unsupported request. Object with ID '{name}' does not exist, cannot be loaded due "
            "to missing permissions, or does not support this operation",
            subcode=33,
        )

    def _strike(self) -> None:
        """Let the faults strike that refuse before anything was done. Raises Refusal, Broken."""
        if self._faults.strike("rate"):
            raise Refusal(130429, "Message failed to send: the number's throughput is reached.")
        error = self._faults.peek("error")
        if error is not None and not error.accepted:
            self._break()

    def _break(self) -> None:
        """Fail as Meta fails inside: 500 without JSON and 503 with code 2, in turn."""
        if self._faults.strike("error"):
            raise next(self._errors)

    # --- messages

    async def _messages(self, call: Call, node: Any) -> Answer:
        number: Number = node
        call.body = body = _json(await call.request.body())
        if isinstance(body, dict) and "status" in body:
            call.what = "read"
            rules.check_mark_read(body)
            self._network.mark_read(number, body["message_id"], typing="typing_indicator" in body)
            return SUCCESS
        call.what = str(body.get("type", "message")) if isinstance(body, dict) else "message"
        rules.check_message(body)
        draft = await self._draft(number, body)
        customer = draft.customer
        call.customer = customer.id if customer else None
        self._rates.send(
            number.id, customer.id if customer else draft.recipient.name, self._clock.now()
        )
        wamid = self._network.accept(draft)
        call.wamids = [wamid]
        self._break()  # the fault was not spent before: it strikes after acceptance
        message = {"id": wamid}
        if draft.template is not None:
            message["message_status"] = "accepted"
        return Answer(
            {
                "messaging_product": "whatsapp",
                "contacts": [_contact(draft.recipient, customer)],
                "messages": [message],
            }
        )

    async def _draft(self, number: Number, body: dict[str, Any]) -> Draft:
        """Judge a message by what exists: recipient, quoted message, template, media."""
        recipient = rules.recipient(body, number.display)
        customer = self._recipient(number, recipient)
        self._check_references(number, customer, body)
        template = None
        if body["type"] == "template":
            template = templates.find(number.waba.templates, body["template"])
            templates.check(template, body["template"])
            rules.check_parameter_media(body)
            if recipient.kind == "user_id" and templates.category(template) == "authentication":
                raise Refusal(131062, "Authentication templates need a phone number.")
        body, problem = await self._with_media(number, body)
        return Draft(number, body, recipient, customer, template, problem)

    def _recipient(self, number: Number, recipient: Recipient) -> Customer | None:
        if recipient.kind == "phone":
            if recipient.name == number.phone:
                raise Refusal(131021, "The recipient is the sender.")
            return self._world.by_phone(recipient.name)
        portfolio, customer = self._world.by_user_id(recipient.name) or (None, None)
        if customer is not None and portfolio != number.waba.portfolio:
            raise Refusal(100, "Param recipient is a user id of another business portfolio.")
        return customer

    def _check_references(
        self, number: Number, customer: Customer | None, body: dict[str, Any]
    ) -> None:
        """Check that a quoted message, or one that is reacted to, is in this conversation."""
        quoted = body.get("context", {}).get("message_id")
        reacted = body["reaction"]["message_id"] if body["type"] == "reaction" else None
        if quoted is None and reacted is None:
            return
        messages = self._world.thread(number, customer).messages if customer else {}
        for place, wamid in (("context", quoted), ("reaction", reacted)):
            if wamid is not None and wamid not in messages:
                details = f"Param {place}['message_id']: this conversation has no such message."
                raise Refusal(131009, details)

    async def _with_media(
        self, number: Number, body: dict[str, Any]
    ) -> tuple[dict[str, Any], Refusal | None]:
        """Find the files of a message; what is wrong with them shows after acceptance.

        Links are fetched, and get the id of what was fetched beside them.
        """
        if any("link" in each for _, each in rules.media_in(body)):
            body = copy.deepcopy(body)
        problem = None
        for kind, each in rules.media_in(body):
            try:
                file = await self._file(number, each)
            except Unfetched as error:
                problem = problem or Refusal(131053, str(error))
                continue
            reason = misuse(kind, file) if file is not None else None
            if reason is not None:
                problem = problem or Refusal(131053, reason)
        return body, problem

    async def _file(self, number: Number, media: dict[str, Any]) -> File | None:
        if "link" not in media:
            file = self._media.get(media["id"])
            if file is None or file.owner != number.id:
                raise Refusal(
                    100, f"Media {media['id']} was not uploaded by this number, or has expired."
                )
            return file
        try:
            file = await self._links.fetch(media["link"], number.id)
        except Unfetched:
            if self._config.allow_unreachable_links:
                return None
            raise
        media["id"] = file.id
        return file

    # --- media

    async def _upload(self, call: Call, node: Any) -> Answer:
        number: Number = node
        async with call.request.form() as form:
            file = form.get("file")
            call.body = {key: value for key, value in form.items() if isinstance(value, str)}
            if call.body.get("messaging_product") != "whatsapp":
                raise Refusal(100, "The parameter messaging_product is required.")
            if not isinstance(file, UploadFile):
                raise Refusal(100, "The parameter file is required, as a part with a file name.")
            mime = call.body.get("type") or file.content_type or ""
            call.body["file"] = {"name": file.filename, "type": mime, "size": file.size}
            content = await file.read()
        check_upload(mime, len(content))
        kept = self._media.add(number.id, content, mime, filename=file.filename)
        return Answer({"id": kept.id})

    def _download(self, call: Call) -> Answer:
        query = call.request.query_params
        call.what = "media"
        file = self._media.fetch(query.get("mid", ""), query.get("hash", ""))
        if file is None or self._world.numbers[file.owner].waba.app is not call.app:
            return Answer({}, HTTPStatus.NOT_FOUND)
        return Answer(file.content, media_type=file.mime_type)

    async def _delete_media(self, call: Call, node: Any) -> Answer:
        file: File = node
        _check_owner(call, file)
        self._media.remove(file.id)
        return SUCCESS

    # --- what a number, an account and a file say about themselves

    async def _show(self, call: Call, node: Any) -> Answer:
        if isinstance(node, File):
            _check_owner(call, node)
            return Answer(nodes.media(node, self._media.address(node)))
        kind = nodes.number if isinstance(node, Number) else nodes.waba
        return Answer(nodes.select(kind(node), call.request.query_params.get("fields")))

    async def _list_numbers(self, call: Call, node: Any) -> Answer:
        fields = call.request.query_params.get("fields")
        numbers = self._world.numbers_of(node)
        return Answer(nodes.page([nodes.select(nodes.number(each), fields) for each in numbers]))

    async def _list_templates(self, call: Call, node: Any) -> Answer:
        waba: Waba = node
        return Answer(nodes.template_page(waba.templates.values(), call.request.query_params))

    async def _list_subscriptions(self, _: Call, node: Any) -> Answer:
        return Answer({"data": nodes.subscriptions(node)})

    # --- where webhooks go

    async def _configure_number(self, call: Call, node: Any) -> Answer:
        number: Number = node
        call.body = body = _json(await call.request.body())
        wanted = body.get("webhook_configuration") if isinstance(body, dict) else None
        if not isinstance(wanted, dict):
            raise Refusal(100, "The parameter webhook_configuration is required.")
        number.callback = await self._callback(wanted)
        return SUCCESS

    async def _subscribe(self, call: Call, node: Any) -> Answer:
        waba: Waba = node
        raw = await call.request.body()
        call.body = wanted = _json(raw) if raw else {}
        if not isinstance(wanted, dict):
            raise Refusal(100, "The body must be a JSON object.")
        waba.callback = await self._callback(wanted)
        waba.subscribed = True
        return SUCCESS

    async def _unsubscribe(self, _: Call, node: Any) -> Answer:
        waba: Waba = node
        waba.subscribed, waba.callback = False, None
        return SUCCESS

    async def _callback(self, wanted: dict[str, Any]) -> Callback | None:
        url, token = wanted.get("override_callback_uri", ""), wanted.get("verify_token", "")
        if not isinstance(url, str) or not isinstance(token, str) or len(url) > URL_LENGTH:
            raise Refusal(100, f"override_callback_uri has at most {URL_LENGTH} characters.")
        if not url:
            return None
        callback = Callback(url, token)
        if not await self._courier.verify(callback):
            raise Refusal(2200, f"Callback verification failed: {url} did not return the challenge")
        return callback


Verb = Callable[[Call, Any], Awaitable[Answer]]
URL_LENGTH: Final = 200  # Meta, "Webhook overrides"
NOBODY: Final = App("", "", "", frozenset(), 0, None, "")


def _inner_errors() -> Iterator[Exception]:
    while True:
        yield Broken()
        yield Refusal(2, "Try again later.")


def _json(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError:
        raise Refusal(100, "The body is not JSON.") from None


def _contact(recipient: Recipient, customer: Customer | None) -> dict[str, str]:
    if recipient.kind == "user_id":
        return {"input": recipient.said, "user_id": recipient.name}
    return {"input": recipient.said, "wa_id": customer.wa_id if customer else recipient.name}


def _check_owner(call: Call, file: File) -> None:
    owner = call.request.query_params.get("phone_number_id", file.owner)
    if owner != file.owner:
        raise Refusal(100, "The media does not belong to this phone number.")


async def _until_gone(request: Request) -> None:
    """Wait until the client gives up."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
