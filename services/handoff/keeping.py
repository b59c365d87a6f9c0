"""What time does to tickets, and what a new ticket still needs: every two seconds, by one replica.

New tickets get the messages from before they opened; promises that were not kept are told; tickets
whose assignee lets a customer wait move on; those that wait in the queue of a team that assigns by
itself go to whoever is there, but never back to who had them last; files that Meta has deleted are
forgotten. Each ticket is a transaction of its own under its contact's lock, so that an
agent who acts at the same moment wins or loses as a whole.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

import structlog

from prosa.clock import Clock
from prosa.contracts.chatbot import Team
from prosa.errors import Unavailable
from prosa.postgres.database import Connection, Database
from prosa.waiting import happened
from services.handoff import assignment, rules, tickets
from services.handoff.assignment import Candidate
from services.handoff.feed import Feed, Item
from services.handoff.history import History
from services.handoff.metrics import HandoffMetrics
from services.handoff.postgres import agents, outbox, recording, uploads
from services.handoff.postgres import tickets as stored
from services.handoff.postgres.agents import Known
from services.handoff.rules import Rules
from services.handoff.tickets import Actor, Step, Ticket

log = structlog.get_logger(__name__)

EVERY = timedelta(seconds=2)
FORGETS_EVERY = timedelta(hours=1)
AT_ONCE = 100
_MOST_STEPS = 4  # of one ticket in one look: both clocks and the escalation


class Keeper:
    """The passing of time over one bot's tickets."""

    def __init__(
        self,
        rules: Rules,
        database: Database,
        *,
        feed: Feed,
        history: History,
        metrics: HandoffMetrics,
        clock: Clock,
        committed: Callable[[], None],
    ) -> None:
        self._rules = rules
        self._database = database
        self._feed = feed
        self._history = history
        self._metrics = metrics
        self._clock = clock
        self._committed = committed
        self._wake = asyncio.Event()
        self._stopping = False
        self._forgot_at_ms = 0

    def wake(self) -> None:
        """Look now: a ticket may have opened, or somebody has come."""
        self._wake.set()

    async def run(self) -> None:
        """Look every few seconds until `stop`."""
        while not self._stopping:
            self._wake.clear()
            try:
                await self.look()
            except Unavailable as error:
                log.warning("keeping_waits", bot=self._rules.bot, reason=str(error))
            await happened(self._wake, EVERY.total_seconds())

    def stop(self) -> None:
        """Look no more."""
        self._stopping = True
        self._wake.set()

    async def look(self) -> None:
        """Do all that is due now, unless another replica does. Raises Unavailable."""
        bot = self._rules.bot
        async with (
            self._database.connection() as connection,
            outbox.alone(connection, bot, "keeping") as mine,
        ):
            await self._measure(connection)
            if not mine:
                return
            for ticket in await stored.unfilled(connection, bot, AT_ONCE):
                await self._fill(ticket)
            for ticket in await stored.due(connection, bot, self._clock.now_ms(), AT_ONCE):
                await self._pass_time(ticket)
            await self._assign(connection)
            await self._forget(connection)

    # --- the messages from before -----------------------------------------------------------------

    async def _fill(self, ticket: Ticket) -> None:
        records = await self._history.of(ticket.contact)
        await self._feed.take([Item(record, place) for place, record in enumerate(records)])
        async with self._database.transaction() as connection:
            await stored.lock(connection, self._rules.bot, [ticket.contact])
            await stored.set_filled(connection, self._rules.bot, ticket.id)

    # --- clocks -----------------------------------------------------------------------------------

    async def _pass_time(self, ticket: Ticket) -> None:
        await self._change(ticket, self._due_steps)

    def _due_steps(self, ticket: Ticket, now_ms: int) -> list[Step]:
        steps: list[Step] = []
        for _ in range(_MOST_STEPS):
            step = tickets.breach(ticket, now_ms) or tickets.escalate(ticket, self._rules, now_ms)
            if step is None:
                break
            steps.append(step)
            ticket = step.ticket
        return steps

    # --- who gets what waits ----------------------------------------------------------------------

    async def _assign(self, connection: Connection) -> None:
        bot, now_ms = self._rules.bot, self._clock.now_ms()
        waiting = [
            (team, ticket)
            for team in self._rules.teams
            if team.assignment != "manual"
            for ticket in await stored.waiting(connection, bot, team.name, AT_ONCE)
        ]
        if not waiting:
            return
        people = [e for e in await agents.everybody(connection, bot) if e.present(now_ms)]
        loads = await stored.loads(connection, bot)
        given: dict[str, int] = {}
        for team, ticket in waiting:
            candidates = [
                Candidate(
                    id=each.id,
                    name=each.name,
                    load=loads.get(each.id, 0),
                    assigned_at_ms=given.get(each.id, each.assigned_at_ms),
                )
                for each in people
                if _belongs(each, team) and each.id != ticket.not_again
            ]
            chosen = assignment.agent_for(team, candidates)
            if chosen is None:
                continue
            agent = Actor(chosen.id, chosen.name)
            if await self._change(ticket, partial(self._given, agent)):
                loads[chosen.id] = chosen.load + 1
                given[chosen.id] = now_ms + len(given)
                await agents.set_assigned(connection, bot, chosen.id, given[chosen.id])

    def _given(self, agent: Actor, ticket: Ticket, now_ms: int) -> list[Step]:
        if ticket.status != "queue":
            return []
        return [tickets.assign(ticket, agent, self._rules, now_ms)]

    # --- pieces -----------------------------------------------------------------------------------

    async def _change(self, seen: Ticket, decide: Callable[[Ticket, int], Sequence[Step]]) -> bool:
        """Change a ticket by what it is once its contact is locked; tell whether it changed."""
        bot = self._rules.bot
        async with self._database.transaction() as connection:
            await stored.lock(connection, bot, [seen.contact])
            ticket = await stored.get(connection, bot, seen.id)
            steps = decide(ticket, self._clock.now_ms()) if ticket else ()
            await recording.record(connection, bot, steps)
        for step in steps:
            self._metrics.step(bot, step)
        if steps:
            self._committed()
        return bool(steps)

    async def _forget(self, connection: Connection) -> None:
        now_ms = self._clock.now_ms()
        if now_ms - self._forgot_at_ms >= FORGETS_EVERY // timedelta(milliseconds=1):
            await uploads.forget(connection, self._rules.bot, now_ms)
            self._forgot_at_ms = now_ms

    async def _measure(self, connection: Connection) -> None:
        bot = self._rules.bot
        found = await stored.figures(connection, bot)
        self._metrics.queue.labels(bot).set(found.queue)
        self._metrics.open.labels(bot).set(found.open)
        self._metrics.outbox.labels(bot).set(found.outbox)
        since = found.waiting_since
        waited = max(0, self._clock.now_ms() - since) / 1000 if since else 0
        self._metrics.waiting_seconds.labels(bot).set(waited)


def _belongs(person: Known, team: Team) -> bool:
    return rules.is_member(team, login=person.login, email=person.email, teams=person.teams)
