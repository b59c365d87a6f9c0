"""One contact's ticket and timeline while records of the streams are taken in.

Pure. Records come in batches, again and out of order (IN and EVT are two streams, and deliveries
overtake each other), so each is taken by what it is and not by when it comes: a line has an id, an
owner a revision, an opening the event that asked for it. Taking all of them twice, or shuffled,
leaves the same lines.
"""

import hashlib
from collections.abc import Iterable

import msgspec

from prosa.contracts import inbound
from prosa.contracts.contact import Contact
from prosa.contracts.events import (
    EchoSeen,
    HandoffRequested,
    MessageSent,
    OwnerChanged,
)
from prosa.contracts.identity import BotToken
from prosa.contracts.inbound import CustomerBody, Inbound
from services.handoff import assignment, satisfaction, tickets, timeline
from services.handoff.contract import Message
from services.handoff.records import Record
from services.handoff.rules import Rules
from services.handoff.tickets import LastFrom, Step, Ticket
from services.handoff.timeline import Change, Entry

MOST_EARLY = 64
"""Changes kept for lines that have not come; of a stranger's message there would be no end."""


def ticket_id(bot: BotToken, opening: str) -> str:
    """Name a ticket after what opened it, so that one opened twice is one."""
    return "t" + hashlib.blake2b(f"{bot} {opening}".encode(), digest_size=9).hexdigest()


def opens(record: Record) -> bool:
    """Tell whether a record may open a ticket, so that the contact's document is needed."""
    return isinstance(record, HandoffRequested) or (
        isinstance(record, OwnerChanged) and record.owner == "human" and record.by == "echo"
    )


class Thread:
    """A contact's newest ticket (None: never had one) and the lines that the records touch."""

    def __init__(
        self,
        rules: Rules,
        ticket: Ticket | None = None,
        entries: Iterable[Entry] = (),
        early: Iterable[Change] = (),
        *,
        known_openings: frozenset[str] = frozenset(),
    ) -> None:
        """Take what the store knows. `known_openings` are events that have opened a ticket."""
        self._rules = rules
        self._known = known_openings
        self.ticket = ticket
        self.steps: list[Step] = []
        self.entries: dict[str, Entry] = {}
        self.changed: dict[str, Entry] = {}
        self.early: list[Change] = list(early)
        self.early_changed = False
        self._by_wamid: dict[str, str] = {}
        self._by_outbound: dict[tuple[str, int], str] = {}
        self._touched = False
        for entry in entries:
            self._index(entry)

    def take(self, record: Record, contact: Contact | None = None) -> None:
        """Take in one record. `contact` is her document, when the record may open a ticket."""
        match record:
            case HandoffRequested():
                self._asked(record, contact)
            case OwnerChanged():
                self._owner(record, contact)
            case Inbound(body=body) if not isinstance(body, CustomerBody):
                self._fact(record, body)
            case _:
                told = timeline.read(record)
                if isinstance(told, Entry):
                    self._line(record, told)
                elif told is not None:
                    self._change(told)

    def lines(self) -> tuple[Entry, ...]:
        """Give the lines that are new or changed, those of steps too."""
        told = (message for step in self.steps for message in step.entries)
        return (
            *self.changed.values(),
            *(Entry(message=m) for m in told if m.id not in self.changed),
        )

    def finish(self, now_ms: int) -> tuple[Step, ...]:
        """Give all steps, at last one for the lines that changed without one."""
        if self.ticket is not None and (self.changed or self._touched):
            lines = sorted((entry.message for entry in self.changed.values()), key=lambda m: m.at)
            self._step(
                Step(
                    ticket=tickets.touched(self.ticket),
                    change="timeline",
                    at_ms=now_ms,
                    entries=tuple(lines),
                )
            )
            self._touched = False
        return tuple(self.steps)

    # --- lines ------------------------------------------------------------------------------------

    def _line(self, record: Record, told: Entry) -> None:
        known = self._find(told.wamid, told.outbound, told.index) or self.entries.get(
            told.message.id
        )
        if known is not None:
            self._keep(known, self._with_early(timeline.merged(known, told)))
        else:
            told = self._with_early(self._quoting(told))
            self._index(told)
            self.changed[told.message.id] = told
        if isinstance(record, MessageSent) and self.ticket is not None:
            self._spoken(record, told.message, new=known is None)
        elif known is None and self.ticket is not None:
            self._heard(record, told.message)

    def _change(self, told: Change) -> None:
        known = self._find(told.wamid, told.outbound, told.index)
        if known is None:
            if told not in self.early:
                self.early = [*self.early, told][-MOST_EARLY:]
                self.early_changed = True
            return
        changed = timeline.change(known, told)
        if told.wamid and not changed.wamid:
            changed = msgspec.structs.replace(changed, wamid=told.wamid)
        self._keep(known, changed)
        failed = changed.message.tick == "failed" and known.message.tick != "failed"
        if failed and changed.message.sender == "agent":
            self._unanswered(told.at_ms)

    def _keep(self, known: Entry, changed: Entry) -> None:
        if changed != known:
            self._index(changed)
            self.changed[changed.message.id] = changed

    def _with_early(self, entry: Entry) -> Entry:
        """Apply what was told of a line before it came."""
        mine = [told for told in self.early if timeline.is_about(told, entry)]
        if mine:
            self.early = [told for told in self.early if told not in mine]
            self.early_changed = True
        for told in mine:
            entry = timeline.change(entry, told)
        return entry

    def _quoting(self, entry: Entry) -> Entry:
        """Name the quoted line by its id here: that of an agent's reply is not its wamid."""
        quoted = self._by_wamid.get(entry.message.reply_to)
        if quoted is None or quoted == entry.message.reply_to:
            return entry
        message = msgspec.structs.replace(entry.message, reply_to=quoted)
        return msgspec.structs.replace(entry, message=message)

    def _find(self, wamid: str, outbound: str, index: int) -> Entry | None:
        found = self._by_wamid.get(wamid) if wamid else None
        if found is None and outbound:
            found = self._by_outbound.get((outbound, index))
        return self.entries[found] if found is not None else None

    def _index(self, entry: Entry) -> None:
        self.entries[entry.message.id] = entry
        if entry.wamid:
            self._by_wamid[entry.wamid] = entry.message.id
        if entry.outbound:
            self._by_outbound[entry.outbound, entry.index] = entry.message.id

    # --- what lines mean for the ticket -----------------------------------------------------------

    def _heard(self, record: Record, message: Message) -> None:
        """Count her word, or a word from the business's own phone."""
        ticket = self.ticket
        assert ticket is not None  # noqa: S101 - the caller has asked
        if isinstance(record, EchoSeen):
            self._set(_last(ticket, message, "agent"))
            if message.at >= ticket.opened_at_ms and ticket.status != "closed":
                self._step(tickets.people_spoke(ticket, self._rules, message.at))
            return
        if not isinstance(record, Inbound):
            return
        tapped = satisfaction.answer(record)
        if tapped is not None:
            self._rated(*tapped)
            return
        ticket = _last(ticket, message, "customer")
        if inbound.opens_window(record.body) and record.at_ms >= ticket.last_inbound_at_ms:
            ticket = msgspec.structs.replace(
                ticket,
                last_inbound_id=record.id,
                last_inbound_at_ms=record.at_ms,
                window_closed=False,
                unreachable=False,
                name=record.name or ticket.name,
            )
        if message.at > ticket.opened_at_ms and ticket.status != "closed":
            since = ticket.waiting_since_ms
            ticket = msgspec.structs.replace(
                ticket,
                unread=ticket.unread + 1,
                waiting_since_ms=message.at if since is None else min(since, message.at),
            )
        self._set(tickets.with_escalation(ticket, self._rules))

    def _spoken(self, sent: MessageSent, message: Message, *, new: bool) -> None:
        ticket = self.ticket
        assert ticket is not None  # noqa: S101 - the caller has asked
        who = _LAST_FROM.get(message.sender)
        if new and who is not None:
            ticket = _last(ticket, message, who)
        self._set(ticket)
        if sent.author == "agent" and sent.at_ms >= ticket.opened_at_ms:
            first = ticket.first_reply_at_ms is None and ticket.status != "closed"
            ticket = tickets.with_escalation(tickets.answered(ticket, sent.at_ms), self._rules)
            self._set(ticket)
            if first:
                self._step(tickets.first_reply(ticket, sent.agent, sent.at_ms))

    def _unanswered(self, at_ms: int) -> None:
        """Let her wait again: the reply that had stopped her waiting did not leave."""
        ticket = self.ticket
        if ticket is None or ticket.status == "closed" or ticket.waiting_since_ms is not None:
            return
        waiting = msgspec.structs.replace(ticket, waiting_since_ms=at_ms)
        self._set(tickets.with_escalation(waiting, self._rules))

    def _rated(self, asked: str, rating: int) -> None:
        ticket = self.ticket
        if ticket is None or ticket.id != asked:
            return
        step = tickets.rate(ticket, rating, max(ticket.last_at_ms, ticket.closed_at_ms or 0))
        if step is None:
            return
        thanks = satisfaction.thanks(step.ticket, self._rules, step.entries[0].at)
        if thanks is not None:
            step = msgspec.structs.replace(step, tells=(thanks,))
        self._step(step)

    # --- whose turn it is -------------------------------------------------------------------------

    def _asked(self, event: HandoffRequested, contact: Contact | None) -> None:
        ticket = self.ticket
        if event.id in self._known:
            return
        if ticket is not None and ticket.status != "closed":
            # people have it already, and no older change of owner ends that
            revision = max(ticket.owner_revision, event.owner_revision)
            self._set(msgspec.structs.replace(ticket, owner_revision=revision))
            return
        if ticket is not None and 0 < event.owner_revision < ticket.owner_revision:
            return  # older than what closed it
        tags = contact.tags if contact else ()
        team = assignment.team_for(
            self._rules.teams, asked=event.team, reason=event.reason, tags=tags, slots=event.slots
        )
        opening = self._fresh(event.id, event, contact)
        self._open(
            msgspec.structs.replace(
                opening,
                team=team,
                tags=tags,
                reason=event.reason,
                summary=event.summary,
                slots=event.slots,
                unread=1,
                waiting_since_ms=event.at_ms,
            )
        )

    def _owner(self, event: OwnerChanged, contact: Contact | None) -> None:
        ticket = self.ticket
        if ticket is not None and event.owner_revision <= ticket.owner_revision:
            return
        if event.owner == "human" and event.by == "echo":
            self._taken_over(event, contact)
        elif ticket is not None:
            ticket = msgspec.structs.replace(ticket, owner_revision=event.owner_revision)
            self.ticket = ticket
            if ticket.status == "closed" or tickets.has_told_since(ticket, event.human_spoke_at_ms):
                self._touched = True
            elif event.owner != "bot":
                self._set(msgspec.structs.replace(ticket, owner=event.owner))
            elif event.by in ("idle", "meta", "dialogue"):
                self._step(tickets.ended_elsewhere(ticket, event.by, self._rules, event.at_ms))
            else:
                self._touched = True  # an agent's own return, which was noted when it was made

    def _taken_over(self, event: OwnerChanged, contact: Contact | None) -> None:
        """Note that a person answered from the business's own phone."""
        ticket = self.ticket
        if ticket is not None and ticket.status != "closed":
            self._set(msgspec.structs.replace(ticket, owner_revision=event.owner_revision))
            self._step(tickets.people_spoke(self.ticket or ticket, self._rules, event.at_ms))
            return
        if event.id in self._known:
            return
        opening = self._fresh(event.id, event, contact)
        team = assignment.team_for(self._rules.teams, reason="echo")
        self._open(
            msgspec.structs.replace(
                opening,
                status="open",
                owner="human",
                team=team,
                reason="echo",
                first_reply_at_ms=event.at_ms,
            )
        )

    def _fresh(
        self, opening: str, event: HandoffRequested | OwnerChanged, contact: Contact | None
    ) -> Ticket:
        known = contact or Contact(key=event.contact)
        return Ticket(
            id=ticket_id(self._rules.bot, opening),
            contact=event.contact,
            opened_by=opening,
            opened_at_ms=event.at_ms,
            status="queue",
            owner_revision=event.owner_revision,
            name=known.name or known.username or known.address.phone or event.contact,
            phone=known.address.phone or "",
            user_id=known.address.user_id or "",
            phone_number_id=known.phone_number_id or self._rules.phone_number_id,
            last_at_ms=event.at_ms,
            last_inbound_id=known.last_inbound_id,
            last_inbound_at_ms=known.last_inbound_at_ms,
            window_closed=known.window_closed,
        )

    def _open(self, ticket: Ticket) -> None:
        self.ticket = ticket
        self._step(tickets.opened(ticket, self._rules))

    # --- facts ------------------------------------------------------------------------------------

    def _fact(self, record: Inbound, body: inbound.FactBody) -> None:
        ticket = self.ticket
        if ticket is None:
            return
        match body:
            case inbound.IdentityChanged(address=address):
                moved = msgspec.structs.replace(
                    ticket,
                    phone=address.phone or ticket.phone,
                    user_id=address.user_id or ticket.user_id,
                )
            case inbound.SendRefused(effect="window_closed"):
                hers = record.at_ms >= ticket.last_inbound_at_ms
                moved = msgspec.structs.replace(ticket, window_closed=ticket.window_closed or hers)
            case inbound.SendRefused(effect="unreachable"):
                hers = record.at_ms >= ticket.last_inbound_at_ms
                moved = msgspec.structs.replace(ticket, unreachable=ticket.unreachable or hers)
            case _:
                return
        self._set(moved)

    # --- bookkeeping ------------------------------------------------------------------------------

    def _set(self, ticket: Ticket) -> None:
        if ticket != self.ticket:
            self.ticket = ticket
            self._touched = True

    def _step(self, step: Step | None) -> None:
        if step is None:
            return
        self.ticket = step.ticket
        self.steps.append(step)
        for message in step.entries:
            if message.id not in self.entries:
                self._index(Entry(message=message))
                self.changed.pop(message.id, None)


_LAST_FROM: dict[str, LastFrom] = {"bot": "bot", "agent": "agent", "campaign": "campaign"}


def _last(ticket: Ticket, message: Message, who: LastFrom) -> Ticket:
    """Show this line in the list, when it is the newest."""
    if message.at < ticket.last_at_ms and ticket.last_text:
        return ticket
    return msgspec.structs.replace(
        ticket,
        last_text=timeline.gist(message)[:_LONGEST_GIST],
        last_from=who,
        last_at_ms=max(message.at, ticket.last_at_ms),
    )


_LONGEST_GIST = 300
