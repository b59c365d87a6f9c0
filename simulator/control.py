"""The control API: what tests and tools do to the simulated world, and what they see of it.

    GET  /control/journal?after=N    {entries, last}: requests got and webhooks posted
    GET  /control/threads            {customer id: [messages on her screen]}; ?failed=1 adds those
                                     that failed, ?business=ID chooses a number
    GET  /control/customers          what the phone page knows of each customer
    POST /control/customers          {name, phone, waId?, hidden?} or a list of them
    POST /control/phones             {who, phone}: she changes her number
    POST /control/messages           an utterance (see `composing`) or a list; ?standby=1
    POST /control/read, /played      {who} looks at her screen; {messageId} listens
    POST /control/preferences        {who, value: "stop" | "resume"}
    POST /control/echo               {who, text}: the business writes from its own phone
    POST /control/handover           {who, control: "pass" | "take", app?}
    POST /control/webhooks           {envelope} or {field, value, waba?, number?}; copies, batch,
                                     signature: "good" | "bad" | "none"
    POST /control/faults             {name: true | false | {next, probability, …}}; GET lists them
    POST /control/verdicts           {code, when: "answer" | "status", next, who?, details?}: what
                                     Meta says of the next messages, any code of its table
    POST /control/clock              {advanceSeconds}: moves time; {} tells it
    POST /control/reset              forgets all but the configuration

Not Meta's: a client of the Graph API must not use it. It asks for no token and is meant for
loopback.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator import notices, screen, webhooks
from simulator.audience import shown
from simulator.clock import Agenda, Clock, milliseconds
from simulator.commands import (
    Advance,
    Echo,
    Handler,
    Handover,
    NewPhone,
    Played,
    Preference,
    RawWebhook,
    Whom,
    answer,
    refuse,
)
from simulator.composing import Utterance
from simulator.config import CustomerConfig
from simulator.courier import Courier
from simulator.dispatch import Dispatch
from simulator.elsewhere import Elsewhere
from simulator.errors import Impossible
from simulator.faults import Faults, read_switches
from simulator.journal import Journal
from simulator.people import People
from simulator.verdicts import Verdict, Verdicts
from simulator.webhooks import Change
from simulator.world import Thread, World


class Control:
    """Commands and views."""

    def __init__(
        self,
        *,
        world: World,
        people: People,
        dispatch: Dispatch,
        elsewhere: Elsewhere,
        faults: Faults,
        verdicts: Verdicts,
        courier: Courier,
        journal: Journal,
        clock: Clock,
        agenda: Agenda,
        changed: Callable[[], None],
        reset: Callable[[], Awaitable[None]],
    ) -> None:
        """Take `changed`, to call when switches changed, and `reset`, which forgets the world."""
        self._world = world
        self._people = people
        self._dispatch = dispatch
        self._elsewhere = elsewhere
        self._faults = faults
        self._verdicts = verdicts
        self._courier = courier
        self._journal = journal
        self._clock = clock
        self._agenda = agenda
        self._changed = changed
        self._reset = reset

    def app(self) -> Starlette:
        """Make the ASGI application."""
        routes = [
            Route("/journal", self._read_journal),
            Route("/threads", self._read_threads),
            Route("/customers", self._read_customers),
            Route("/faults", self._read_faults),
        ]
        commands: dict[str, Handler] = {
            "customers": self._add_customers,
            "phones": self._change_phone,
            "messages": self._say,
            "read": self._read,
            "played": self._play,
            "preferences": self._prefer,
            "echo": self._echo,
            "handover": self._hand_over,
            "webhooks": self._post_webhook,
            "faults": self._set_faults,
            "verdicts": self._judge,
            "clock": self._move_clock,
            "reset": self._forget,
        }
        routes += [
            Route(f"/{name}", command, methods=["POST"]) for name, command in commands.items()
        ]
        return Starlette(
            routes=routes,
            exception_handlers={Impossible: refuse, msgspec.DecodeError: refuse},
        )

    # --- views

    async def _read_journal(self, request: Request) -> Response:
        after = request.query_params.get("after", "0")
        if not after.isdigit():
            raise Impossible("after: give the id of an entry")
        return answer({"entries": self._journal.after(int(after)), "last": self._journal.last})

    async def _read_threads(self, request: Request) -> Response:
        number = self._world.find_number(request.query_params.get("business"))
        failed = request.query_params.get("failed") == "1"
        return answer(
            {
                thread.customer.id: visible(thread, failed=failed)
                for thread in self._world.threads()
                if thread.number is number
            }
        )

    async def _read_customers(self, request: Request) -> Response:
        number = self._world.find_number(request.query_params.get("business"))
        customers = list(self._world.customers.values())
        return answer([shown(self._world.thread(number, each)) for each in customers])

    async def _read_faults(self, _: Request) -> Response:
        return answer(self._faults.active())

    # --- people

    async def _add_customers(self, request: Request) -> Response:
        body = await request.body()
        wanted = msgspec.json.decode(body, type=CustomerConfig | list[CustomerConfig])
        number = self._world.find_number(request.query_params.get("business"))
        configs = wanted if isinstance(wanted, list) else [wanted]
        added = [self._people.add(each) for each in configs]
        people = [shown(self._world.thread(number, each)) for each in added]
        return answer(people if isinstance(wanted, list) else people[0])

    async def _change_phone(self, request: Request) -> Response:
        command = msgspec.json.decode(await request.body(), type=NewPhone)
        thread = self._world.find_thread(command.who, None)
        self._people.change_phone(thread.customer, command.phone)
        return answer(shown(thread))

    async def _say(self, request: Request) -> Response:
        body = await request.body()
        said = msgspec.json.decode(body, type=Utterance | list[Utterance])
        standby = request.query_params.get("standby") == "1"
        many = said if isinstance(said, list) else [said]
        ids = [{"id": self._people.say(each, standby=standby), "who": each.who} for each in many]
        return answer({"messages": ids})

    async def _read(self, request: Request) -> Response:
        whom = msgspec.json.decode(await request.body(), type=Whom)
        self._dispatch.look(self._world.find_thread(whom.who, whom.business))
        return answer({})

    async def _play(self, request: Request) -> Response:
        command = msgspec.json.decode(await request.body(), type=Played)
        self._dispatch.listen(command.message_id)
        return answer({})

    async def _prefer(self, request: Request) -> Response:
        command = msgspec.json.decode(await request.body(), type=Preference)
        thread = self._world.find_thread(command.who, command.business)
        self._people.prefer(thread, command.value)
        return answer({})

    async def _echo(self, request: Request) -> Response:
        command = msgspec.json.decode(await request.body(), type=Echo)
        thread = self._world.find_thread(command.who, command.business)
        return answer({"id": self._elsewhere.write(thread, command.text)})

    async def _hand_over(self, request: Request) -> Response:
        command = msgspec.json.decode(await request.body(), type=Handover)
        thread = self._world.find_thread(command.who, command.business)
        self._elsewhere.hand_over(thread, command.control, command.app)
        return answer({})

    # --- webhooks, faults, time

    async def _post_webhook(self, request: Request) -> Response:
        command = msgspec.json.decode(await request.body(), type=RawWebhook)
        number = self._world.find_number(command.number)
        waba = number.waba if command.waba is None else self._world.wabas.get(command.waba)
        if waba is None:
            raise Impossible(f"waba: there is no account {command.waba!r}")
        change = Change(waba.id, command.field, command.value or {})
        update = notices.address(change, waba, number)
        if update is None:
            raise Impossible("waba: nobody is subscribed to its webhooks")
        update.secret = {"good": update.secret, "bad": f"not {update.secret}", "none": ""}[
            command.signature
        ]
        envelope = command.envelope or webhooks.envelope([change] * command.batch)
        webhook = self._courier.deliver([update], envelope, copies=command.copies)
        return answer({"webhook": webhook})

    async def _set_faults(self, request: Request) -> Response:
        for name, fault in read_switches(await request.body()).items():
            self._faults.set(name, fault)
        self._changed()
        return answer(self._faults.active())

    async def _judge(self, request: Request) -> Response:
        verdict = msgspec.json.decode(await request.body(), type=Verdict)
        if verdict.who is not None:
            verdict.who = self._world.find_thread(verdict.who, None).customer.id
        self._verdicts.add(verdict)
        return answer({})

    async def _move_clock(self, request: Request) -> Response:
        command = msgspec.json.decode(await request.body(), type=Advance)
        self._agenda.advance(timedelta(seconds=command.advance_seconds))
        return answer({"now": milliseconds(self._clock.now())})

    async def _forget(self, _: Request) -> Response:
        await self._reset()
        return answer({})


def visible(thread: Thread, *, failed: bool) -> list[screen.Message]:
    """List what the customer sees; a message that failed never reached her."""
    return [each for each in thread.messages.values() if failed or each.state != "failed"]
