"""A ticket and how it moves: queue, open, closed. Every action of people and machine.

Pure. An action takes the ticket as it is and gives a `Step`: the ticket as it will be, what the
timeline and the audit gain, what must be told to the contact's mailbox or sent to her. Whoever asks
for what cannot be done gets `Refused` with one of the codes of the inbox' API.

    queue ──claim, assign──▶ open ──close, return──▶ closed
      ◀──transfer to a team, escalate──┘   ▲───reopen───┘
"""

from typing import Any, Literal

import msgspec

from prosa.contracts.contact import SERVICE_WINDOW_MS
from prosa.contracts.events import Owner, TicketChange, TicketStatus
from prosa.contracts.identity import Address, ContactKey
from prosa.contracts.inbound import Claim, Inbound, Requeue, Return
from prosa.contracts.outbound import Outbound
from prosa.errors import ProsaError
from services.handoff.contract import (
    ContactShape,
    Conversation,
    LateFor,
    Message,
    PersonShape,
    ShownOwner,
)
from services.handoff.rules import Rules

Outcome = Literal["", "returned", "closed"]
"""How a closed ticket ended: the conversation went back to the bot, or was closed by a person."""

LastFrom = Literal["customer", "bot", "agent", "campaign"]

LONGEST_TAG = 40
MOST_TAGS = 20

_CLOCKS_DIFFER_MS = 30_000
"""By how much our clock and the streams' may disagree; any silence that matters is longer."""


class Refused(ProsaError):
    """What cannot be done now; `code` is a `Refusal` of the inbox' API, `more` goes with it."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


class Actor(msgspec.Struct, frozen=True):
    """Who acts. A supervisor may act on any ticket."""

    id: str
    name: str
    supervisor: bool = False


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation that people have, or had.

    `revision` counts its changes. `owner` is whose turn the contact document says it is, as of
    `owner_revision`, and what was just done with it here. `held_at_ms` is when her mailbox was last
    told that people have her. `not_again` had it before it went back into a queue, and is not given
    it by a team's rule. `waiting_since_ms` is since when she waits for a person's word. `left_ms`
    is what the resolution clock had left when the ticket was closed. Instants are UTC milliseconds;
    0 and None mean not yet, or no more.
    """

    id: str
    contact: ContactKey
    opened_by: str
    opened_at_ms: int
    status: TicketStatus
    revision: int = 1
    outcome: Outcome = ""
    owner: Owner = "queue"
    owner_revision: int = 0
    name: str = ""
    phone: str = ""
    user_id: str = ""
    phone_number_id: str = ""
    team: str = ""
    agent: str = ""
    agent_name: str = ""
    assigned_at_ms: int = 0
    held_at_ms: int = 0
    not_again: str = ""
    tags: tuple[str, ...] = ()
    reason: str = ""
    summary: str = ""
    slots: dict[str, Any] = {}
    unread: int = 0
    last_text: str = ""
    last_from: LastFrom = "customer"
    last_at_ms: int = 0
    last_inbound_id: str = ""
    last_inbound_at_ms: int = 0
    window_closed: bool = False
    unreachable: bool = False
    waiting_since_ms: int | None = None
    first_reply_at_ms: int | None = None
    first_reply_due_ms: int | None = None
    resolution_due_ms: int | None = None
    left_ms: int | None = None
    escalate_at_ms: int | None = None
    late: tuple[LateFor, ...] = ()
    closed_at_ms: int | None = None
    rating: int = 0
    backfilled: bool = False

    @property
    def address(self) -> Address:
        """How Meta knows her."""
        return Address(self.phone or None, self.user_id or None)

    @property
    def window_ends_ms(self) -> int:
        """Until when free words may be sent to her."""
        if self.window_closed or not self.last_inbound_at_ms:
            return 0
        return self.last_inbound_at_ms + SERVICE_WINDOW_MS

    @property
    def assignee(self) -> PersonShape | None:
        """Who has claimed it."""
        return PersonShape(id=self.agent, name=self.agent_name) if self.agent else None

    @property
    def shown_owner(self) -> ShownOwner:
        """Say whose it is, in the inbox' words."""
        if self.status == "closed":
            return "bot" if self.outcome == "returned" else "closed"
        if self.owner == "standby":
            return "standby"
        return "queue" if self.status == "queue" else "human"


class Audited(msgspec.Struct, frozen=True):
    """An action for the audit."""

    action: str
    detail: dict[str, Any] = {}


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One move of a ticket and all that follows from it."""

    ticket: Ticket
    change: TicketChange
    at_ms: int
    by: str = ""
    late_for: str = ""
    entries: tuple[Message, ...] = ()
    tells: tuple[Inbound | Outbound, ...] = ()
    audited: Audited | None = None

    @property
    def waited_ms(self) -> int | None:
        """How long she waited for the first word of a person, in the step that gave it."""
        first = self.ticket.first_reply_at_ms
        if self.change != "first_reply" or first is None:
            return None
        return max(0, first - self.ticket.opened_at_ms)


def conversation(ticket: Ticket) -> Conversation:
    """Show a ticket as a row of the inbox."""
    closed = ticket.status == "closed"
    kept = closed or ticket.first_reply_at_ms is not None
    return Conversation(
        id=ticket.id,
        revision=ticket.revision,
        contact=ContactShape(
            id=ticket.contact,
            name=ticket.name,
            phone=f"+{ticket.phone}" if ticket.phone else "",
        ),
        owner=ticket.shown_owner,
        assignee=ticket.assignee,
        team=ticket.team,
        tags=ticket.tags,
        unread=ticket.unread,
        last_text=ticket.last_text,
        last_from=ticket.last_from,
        last_at=ticket.last_at_ms,
        window_ends_at=ticket.window_ends_ms,
        waiting_since=ticket.waiting_since_ms,
        first_reply_due_at=None if kept else ticket.first_reply_due_ms,
        resolution_due_at=None if closed else ticket.resolution_due_ms,
        first_reply_at=ticket.first_reply_at_ms,
        late=ticket.late,
        reason=ticket.reason,
        summary=ticket.summary,
        slots=ticket.slots,
        opened_at=ticket.opened_at_ms,
        rating=ticket.rating or None,
    )


# --- what people do -------------------------------------------------------------------------------


def claim(ticket: Ticket, actor: Actor, rules: Rules, now_ms: int) -> Step:
    """Take a conversation: from the queue, from the bot, or what nobody has claimed."""
    if ticket.agent and ticket.status != "closed" and ticket.agent != actor.id:
        raise Refused("claimed", by=ticket.assignee)
    if ticket.status == "closed" and ticket.outcome == "closed":
        raise Refused("closed")
    return _take(_running(ticket, rules, now_ms), actor, rules, now_ms, "claimed", by=actor)


def assign(ticket: Ticket, agent: Actor, rules: Rules, now_ms: int) -> Step:
    """Give a waiting ticket to an agent, by the team's rule."""
    if ticket.status != "queue":
        raise Refused("claimed", by=ticket.assignee)
    return _take(ticket, agent, rules, now_ms, "assigned", by=None)


def transfer(
    ticket: Ticket,
    actor: Actor,
    *,
    rules: Rules,
    now_ms: int,
    to: Actor | None = None,
    team: str = "",
) -> Step:
    """Hand a ticket to another agent, or back into the queue of a team."""
    _need_hold(ticket, actor)
    if to is not None:
        return _take(ticket, to, rules, now_ms, "transferred", by=actor)
    moved = _revised(
        ticket,
        status="queue",
        team=team,
        agent="",
        agent_name="",
        held_at_ms=now_ms,
        not_again=ticket.agent,
    )
    return Step(
        ticket=_waiting_anew(moved, rules, now_ms),
        change="transferred",
        at_ms=now_ms,
        by=actor.id,
        entries=(_event(moved, "transferred", now_ms, by=actor, to=team),),
        tells=(_fact(moved, Requeue(actor.id, team), "requeue", now_ms),),
        audited=Audited("transfer", {"team": team}),
    )


def give_back(ticket: Ticket, actor: Actor, rules: Rules, now_ms: int) -> Step:
    """Return the conversation to the bot."""
    _need_hold(ticket, actor)
    return _end(ticket, "returned", rules, now_ms, by=actor)


def close(ticket: Ticket, actor: Actor, rules: Rules, now_ms: int) -> Step:
    """Close the conversation; the bot answers her next message."""
    _need_hold(ticket, actor)
    return _end(ticket, "closed", rules, now_ms, by=actor)


def reopen(ticket: Ticket, actor: Actor, rules: Rules, now_ms: int) -> Step:
    """Take a closed conversation up again."""
    if ticket.status != "closed":
        raise Refused("not_closed")
    return _take(_running(ticket, rules, now_ms), actor, rules, now_ms, "claimed", by=actor)


def tag(ticket: Ticket, actor: Actor, tags: tuple[str, ...], now_ms: int) -> Step:
    """Set all labels."""
    _need_hold(ticket, actor)
    labels = tuple(dict.fromkeys(label.strip() for label in tags if label.strip()))
    if len(labels) > MOST_TAGS or any(len(label) > LONGEST_TAG for label in labels):
        raise Refused("invalid")
    return Step(
        ticket=_revised(ticket, tags=labels),
        change="tagged",
        at_ms=now_ms,
        by=actor.id,
        audited=Audited("tag", {"tags": labels}),
    )


def read(ticket: Ticket, actor: Actor, now_ms: int) -> Step | None:
    """Note that an agent has seen all; nothing happens when there was nothing new."""
    if not ticket.unread:
        return None
    return Step(ticket=_revised(ticket, unread=0), change="read", at_ms=now_ms, by=actor.id)


def note(ticket: Ticket, actor: Actor, entry: Message) -> Step:
    """Add a word among colleagues; anybody who sees the ticket may."""
    return Step(
        ticket=_revised(ticket),
        change="noted",
        at_ms=entry.at,
        by=actor.id,
        entries=(entry,),
        audited=Audited("note", {"message": entry.id}),
    )


def reply(
    ticket: Ticket,
    actor: Actor,
    entry: Message,
    *,
    outbound: Outbound,
    rules: Rules,
    now_ms: int,
) -> Step:
    """Answer her. Only templates may leave when her window is closed.

    Her mailbox hears of the word too: a conversation in which people write is not given back.
    """
    if ticket.status == "closed":
        raise Refused("closed")
    _need_hold(ticket, actor)
    if entry.kind != "template" and now_ms >= ticket.window_ends_ms:
        raise Refused("window_closed")
    if ticket.unreachable:
        raise Refused("unreachable")
    answered = _revised(
        ticket,
        unread=0,
        waiting_since_ms=None,
        last_text=entry.text,
        last_from="agent",
        last_at_ms=max(ticket.last_at_ms, entry.at),
        held_at_ms=now_ms if ticket.agent else ticket.held_at_ms,
    )
    held = (_fact(answered, Claim(ticket.agent), "claim", now_ms),) if ticket.agent else ()
    return Step(
        ticket=with_escalation(answered, rules),
        change="timeline",
        at_ms=now_ms,
        by=actor.id,
        entries=(entry,),
        tells=(outbound, *held),
        audited=Audited("reply", {"message": entry.id, "kind": entry.kind}),
    )


# --- what happens by itself -----------------------------------------------------------------------


def opened(ticket: Ticket, rules: Rules) -> Step:
    """Start the clocks of a new ticket."""
    at_ms = ticket.opened_at_ms
    started = msgspec.structs.replace(
        ticket,
        first_reply_due_ms=rules.calendar.due(at_ms, rules.first_reply_ms),
        resolution_due_ms=rules.calendar.due(at_ms, rules.resolution_ms),
    )
    return Step(
        ticket=started,
        change="opened",
        at_ms=at_ms,
        by="",
        entries=(_event(started, "opened", at_ms, to=started.team),),
    )


def people_spoke(ticket: Ticket, rules: Rules, now_ms: int) -> Step | None:
    """Note that the business wrote from its own phone: a person took over, nobody in the inbox."""
    kept = ticket.first_reply_at_ms or now_ms
    if ticket.status == "open" and ticket.waiting_since_ms is None and ticket.first_reply_at_ms:
        return None
    moved = _revised(
        ticket,
        status="open",
        owner="human",
        waiting_since_ms=None,
        first_reply_at_ms=kept,
    )
    return Step(ticket=with_escalation(moved, rules), change="claimed", at_ms=now_ms, by="echo")


def ended_elsewhere(ticket: Ticket, by: str, rules: Rules, now_ms: int) -> Step | None:
    """Note that the bot has the conversation again though nobody here returned it."""
    if ticket.status == "closed":
        return None
    return _end(ticket, "returned", rules, now_ms, by=Actor(by, ""), tell=False)


def has_told_since(ticket: Ticket, human_spoke_at_ms: int) -> bool:
    """Tell whether the mailbox was told of people later than this sign of them.

    A change of owner that was decided without knowing is then followed by another: ours.
    """
    return ticket.held_at_ms > human_spoke_at_ms + _CLOCKS_DIFFER_MS


def caught_up(ticket: Ticket, newest: Ticket) -> Ticket:
    """Give an older ticket of hers what only the newest has heard of since."""
    return msgspec.structs.replace(
        ticket,
        owner_revision=max(ticket.owner_revision, newest.owner_revision),
        name=newest.name,
        phone=newest.phone,
        user_id=newest.user_id,
        phone_number_id=newest.phone_number_id,
        last_inbound_id=newest.last_inbound_id,
        last_inbound_at_ms=newest.last_inbound_at_ms,
        window_closed=newest.window_closed,
        unreachable=newest.unreachable,
    )


def breach(ticket: Ticket, now_ms: int) -> Step | None:
    """Note a promise that was not kept; each clock is late once."""
    clock = late_clock(ticket, now_ms)
    if clock is None:
        return None
    moved = _revised(ticket, late=(*ticket.late, clock))
    entry = _event(moved, "late", now_ms, to=clock)
    return Step(ticket=moved, change="breached", at_ms=now_ms, late_for=clock, entries=(entry,))


def escalate(ticket: Ticket, rules: Rules, now_ms: int) -> Step | None:
    """Take a ticket from an assignee who lets her wait: to the named team, or into the queue."""
    if ticket.escalate_at_ms is None or now_ms < ticket.escalate_at_ms:
        return None
    team = rules.escalate_to or ticket.team
    moved = _revised(
        ticket,
        status="queue",
        team=team,
        agent="",
        agent_name="",
        held_at_ms=now_ms,
        not_again=ticket.agent,
    )
    return Step(
        ticket=with_escalation(moved, rules),
        change="escalated",
        at_ms=now_ms,
        entries=(_event(moved, "escalated", now_ms, to=team, author=ticket.agent_name),),
        tells=(_fact(moved, Requeue(ticket.agent, team), "requeue", now_ms),),
        audited=Audited("escalate", {"from": ticket.agent, "team": team}),
    )


def answered(ticket: Ticket, at_ms: int) -> Ticket:
    """Note that an agent's words have left: the first reply is kept, and she waits no more.

    Not a step of its own: it comes with the line of the timeline.
    """
    since = ticket.waiting_since_ms
    return msgspec.structs.replace(
        ticket,
        first_reply_at_ms=ticket.first_reply_at_ms or at_ms,
        waiting_since_ms=None if since is not None and since <= at_ms else since,
    )


def first_reply(ticket: Ticket, agent: str, at_ms: int) -> Step:
    """Tell that the promise of a first word was kept."""
    return Step(ticket=_revised(ticket), change="first_reply", at_ms=at_ms, by=agent)


def touched(ticket: Ticket) -> Ticket:
    """Count a change that is no action: a line came, a tick moved."""
    return _revised(ticket)


def rate(ticket: Ticket, rating: int, now_ms: int) -> Step | None:
    """Keep her answer to the satisfaction question; the first counts."""
    if ticket.rating:
        return None
    moved = _revised(ticket, rating=rating)
    entry = _event(moved, "rated", now_ms, to=str(rating))
    return Step(ticket=moved, change="rated", at_ms=now_ms, entries=(entry,))


# --- the clocks -----------------------------------------------------------------------------------


def late_clock(ticket: Ticket, now_ms: int) -> LateFor | None:
    """Name a clock that has run out and was not told yet."""
    if ticket.status == "closed":
        return None
    if ticket.first_reply_at_ms is None and _is_over(ticket, "first_reply", now_ms):
        return "first_reply"
    return "resolution" if _is_over(ticket, "resolution", now_ms) else None


def next_due_ms(ticket: Ticket) -> int | None:
    """Say when time itself will change the ticket, if nothing else does before."""
    if ticket.status == "closed":
        return None
    first = ticket.first_reply_due_ms if ticket.first_reply_at_ms is None else None
    dues = (
        first if "first_reply" not in ticket.late else None,
        ticket.resolution_due_ms if "resolution" not in ticket.late else None,
        ticket.escalate_at_ms,
    )
    return min((due for due in dues if due is not None), default=None)


def with_escalation(ticket: Ticket, rules: Rules) -> Ticket:
    """Set until when the assignee has to answer; nobody waits, or nobody is assigned: no limit."""
    since = ticket.waiting_since_ms
    limit = None
    if rules.escalate_after_ms and ticket.status == "open" and ticket.agent and since is not None:
        start = max(since, ticket.assigned_at_ms)
        limit = rules.calendar.due(start, rules.escalate_after_ms)
    return msgspec.structs.replace(ticket, escalate_at_ms=limit)


def _is_over(ticket: Ticket, clock: LateFor, now_ms: int) -> bool:
    due = ticket.first_reply_due_ms if clock == "first_reply" else ticket.resolution_due_ms
    return clock not in ticket.late and due is not None and now_ms >= due


def _stopped(ticket: Ticket, rules: Rules, now_ms: int) -> Ticket:
    """Stop the clocks, keeping what the resolution has left."""
    due = ticket.resolution_due_ms
    left = rules.calendar.elapsed(now_ms, due) if due is not None else None
    return msgspec.structs.replace(
        ticket, left_ms=left, escalate_at_ms=None, waiting_since_ms=None, closed_at_ms=now_ms
    )


def _running(ticket: Ticket, rules: Rules, now_ms: int) -> Ticket:
    """Let the clocks of a closed ticket go on where they stood."""
    if ticket.status != "closed":
        return ticket
    left, first_due = ticket.left_ms, ticket.first_reply_due_ms
    if first_due is not None and ticket.closed_at_ms is not None:
        first_left = rules.calendar.elapsed(ticket.closed_at_ms, first_due)
        first_due = rules.calendar.due(now_ms, first_left)
    return msgspec.structs.replace(
        ticket,
        status="open",
        outcome="",
        agent="",
        agent_name="",
        closed_at_ms=None,
        left_ms=None,
        first_reply_due_ms=first_due,
        resolution_due_ms=None if left is None else rules.calendar.due(now_ms, left),
    )


# --- pieces ---------------------------------------------------------------------------------------


def _take(
    ticket: Ticket,
    agent: Actor,
    rules: Rules,
    now_ms: int,
    change: Literal["claimed", "assigned", "transferred"],
    *,
    by: Actor | None,
) -> Step:
    moved = _revised(
        ticket,
        status="open",
        owner="human",
        agent=agent.id,
        agent_name=agent.name,
        assigned_at_ms=now_ms,
        held_at_ms=now_ms,
        not_again="",
    )
    to = "" if by is not None and by.id == agent.id else agent.name
    action = {"claimed": "claim", "assigned": "assign", "transferred": "transfer"}[change]
    return Step(
        ticket=with_escalation(moved, rules),
        change=change,
        at_ms=now_ms,
        by=by.id if by else "",
        entries=(_event(moved, change, now_ms, by=by, to=to),),
        tells=(_fact(moved, Claim(agent.id), "claim", now_ms),),
        audited=Audited(action, {"agent": agent.id}),
    )


def _end(
    ticket: Ticket,
    outcome: Literal["returned", "closed"],
    rules: Rules,
    now_ms: int,
    *,
    by: Actor,
    tell: bool = True,
) -> Step:
    moved = _stopped(_revised(ticket, status="closed", outcome=outcome, unread=0), rules, now_ms)
    fact = _fact(moved, Return(by.id, closed=outcome == "closed"), "return", now_ms)
    return Step(
        ticket=msgspec.structs.replace(moved, owner="bot"),
        change=outcome,
        at_ms=now_ms,
        by=by.id,
        entries=(_event(moved, outcome, now_ms, by=by),),
        tells=(fact,) if tell else (),
        audited=Audited("return" if outcome == "returned" else "close") if tell else None,
    )


def _waiting_anew(ticket: Ticket, rules: Rules, now_ms: int) -> Ticket:
    """Let her wait for the next people: a ticket in a queue is one that waits."""
    since = ticket.waiting_since_ms if ticket.waiting_since_ms is not None else now_ms
    return with_escalation(msgspec.structs.replace(ticket, waiting_since_ms=since), rules)


def _need_hold(ticket: Ticket, actor: Actor) -> None:
    """Refuse what is the claimer's alone; a supervisor stands above."""
    if ticket.status == "closed":
        raise Refused("closed")
    if ticket.agent != actor.id and not actor.supervisor:
        raise Refused("not_yours", by=ticket.assignee)


def _revised(ticket: Ticket, **changes: Any) -> Ticket:
    return msgspec.structs.replace(ticket, revision=ticket.revision + 1, **changes)


def _event(
    ticket: Ticket,
    event: str,
    at_ms: int,
    *,
    by: Actor | None = None,
    to: str = "",
    author: str = "",
) -> Message:
    """Make the line that the timeline shows of a step."""
    return Message(
        id=f"{ticket.id}:{ticket.revision}",
        at=at_ms,
        sender="event",
        kind="event",
        text="",
        event=event,
        author=by.name if by else author,
        to=to,
    )


def _fact(ticket: Ticket, body: Claim | Requeue | Return, word: str, now_ms: int) -> Inbound:
    """Tell the contact's mailbox; the id names the step, so that one told twice is one."""
    return Inbound(
        id=f"{ticket.id}:{ticket.revision}:{word}",
        contact=ticket.contact,
        phone_number_id=ticket.phone_number_id,
        at_ms=now_ms,
        received_at_ms=now_ms,
        body=body,
        address=ticket.address,
    )
