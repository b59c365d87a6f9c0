"""What people do in the inbox: load, decide, record, each in one transaction.

The contact's lock is held from the look to the commit, so of two who claim at once the second sees
who was first. What the mailbox and the phone must be told is written with the change and published
afterwards, by `publishing`. A reply or a note that comes again under its id is the same one.
"""

import hashlib
import re
import secrets
from collections.abc import Callable
from datetime import timedelta

import msgspec

from prosa.clock import Clock
from prosa.contracts import outbound, subjects
from prosa.contracts.outbound import MarkRead, Outbound, OutboundId
from prosa.jetstream.connection import JetStream
from prosa.postgres.database import Connection, Database
from prosa.signin.people import Person
from services.handoff import files, satisfaction, templates, tickets, timeline
from services.handoff.contract import (
    VIEWS,
    Agent,
    AuditPage,
    Conversation,
    MediaReply,
    MediaShape,
    Message,
    Messages,
    Opened,
    Page,
    Reply,
    TemplateReply,
    TextReply,
    View,
)
from services.handoff.graph import Graph, NotTaken
from services.handoff.metrics import HandoffMetrics
from services.handoff.postgres import agents, audit, entries, listing, recording, uploads
from services.handoff.postgres import tickets as stored
from services.handoff.postgres.texts import storable
from services.handoff.postgres.uploads import Upload
from services.handoff.rules import Rules, is_member
from services.handoff.sight import Sight, actor, sees, sight
from services.handoff.tickets import Actor, Audited, Refused, Step, Ticket
from services.handoff.timeline import Entry

LINES = 50
LONGEST_TEXT = 4096  # Meta, "Text messages"
LONGEST_CAPTION = 1024
LONGEST_NOTE = 10_000
TYPING = timedelta(seconds=20)
"""Meta shows a typing indicator for 25 s."""

CLOSED_KEPT = timedelta(seconds=5)
"""How long a count of closed tickets is believed: it reads an index of all that ever were."""

_MOST_SIGHTS = 1_000
_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TEAM = "team:"

Decide = Callable[[Ticket, Actor, int], Step | None]


class Desk:
    """The tickets of one bot, as people handle them. Methods raise Refused and Unavailable."""

    def __init__(
        self,
        rules: Rules,
        database: Database,
        graph: Graph,
        jetstream: JetStream,
        *,
        metrics: HandoffMetrics,
        clock: Clock,
        committed: Callable[[], None],
    ) -> None:
        """Call `committed` after each change: there is something to tell."""
        self.rules = rules
        self._database = database
        self._graph = graph
        self._jetstream = jetstream
        self._metrics = metrics
        self._clock = clock
        self._committed = committed
        self._closed: dict[Sight, tuple[int, dict[View, int]]] = {}

    # --- looking ----------------------------------------------------------------------------------

    async def list(
        self,
        person: Person,
        view: View,
        *,
        search: str = "",
        team: str = "",
        cursor: str = "",
        limit: int = LINES,
        after: int = 0,
    ) -> Page:
        """Read a page of the list; `after` is what it is true up to."""
        looking = sight(person, self.rules)
        async with self._database.connection() as connection:
            listed = await listing.read(
                connection,
                self.rules.bot,
                looking,
                view,
                search=search,
                team=team,
                cursor=cursor,
                limit=limit,
            )
            counts = await self._counts(connection, looking)
        return Page(
            items=listed.items,
            total=counts[view] if listed.total is None else listed.total,
            next=listed.next,
            counts=counts,
            after=after,
        )

    async def open(self, person: Person, ticket_id: str, after: int) -> Opened:
        """Read a conversation with its newest lines; `after` is what the answer is true up to."""
        async with self._database.connection() as connection:
            ticket = await self._seen(connection, person, ticket_id)
            lines, more = await entries.page(
                connection, self.rules.bot, ticket.contact, before="", limit=LINES
            )
            history = await stored.history(connection, self.rules.bot, ticket)
        return Opened(
            conversation=tickets.conversation(ticket),
            messages=lines,
            more=more,
            history=history,
            after=after,
        )

    async def messages(
        self, person: Person, ticket_id: str, *, before: str, limit: int
    ) -> Messages:
        """Read older lines."""
        async with self._database.connection() as connection:
            ticket = await self._seen(connection, person, ticket_id)
            lines, more = await entries.page(
                connection, self.rules.bot, ticket.contact, before=storable(before), limit=limit
            )
        return Messages(messages=lines, more=more)

    async def file(self, person: Person, ticket_id: str, message: str) -> Entry:
        """Find the line whose file is asked for."""
        async with self._database.connection() as connection:
            ticket = await self._seen(connection, person, ticket_id)
            entry = await entries.get(connection, self.rules.bot, ticket.contact, storable(message))
        if entry is None or not entry.file or entry.message.media is None:
            raise Refused("gone")
        return entry

    async def agents(self, person: Person) -> tuple[Agent, ...]:
        """List who may be handed a ticket."""
        del person
        async with self._database.connection() as connection:
            people = await agents.everybody(connection, self.rules.bot)
            loads = await stored.loads(connection, self.rules.bot)
        now_ms = self._clock.now_ms()
        return tuple(
            Agent(
                id=each.id,
                name=each.name,
                available=each.present(now_ms),
                teams=tuple(
                    team.name
                    for team in self.rules.teams
                    if is_member(team, login=each.login, email=each.email, teams=each.teams)
                ),
                load=loads.get(each.id, 0),
            )
            for each in people
        )

    async def audit(self, *, ticket: str, cursor: str, limit: int) -> AuditPage:
        """Read the audit, newest first."""
        before = int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) < 18 else 0  # noqa: PLR2004 - digits of a bigint
        async with self._database.connection() as connection:
            return await audit.page(
                connection, self.rules.bot, ticket=storable(ticket), before=before, limit=limit
            )

    # --- being there ------------------------------------------------------------------------------

    async def here(self, person: Person) -> bool:
        """Note that somebody has the inbox open; tell whether she takes new tickets."""
        async with self._database.connection() as connection:
            await agents.seen(
                connection,
                self.rules.bot,
                id=person.id,
                name=person.name,
                login=person.login,
                email=person.email,
                role=person.role,
                teams=person.teams,
                now_ms=self._clock.now_ms(),
            )
            known = await agents.get(connection, self.rules.bot, person.id)
        return known is None or known.available

    async def set_available(self, person: Person, *, available: bool) -> None:
        """Note whether somebody takes new tickets."""
        await self.here(person)
        async with self._database.transaction() as connection:
            await agents.set_available(connection, self.rules.bot, person.id, available=available)
            await audit.add(
                connection,
                self.rules.bot,
                Audited("availability", {"available": available}),
                by=actor(person),
                ticket="",
                at_ms=self._clock.now_ms(),
            )
        self._committed()

    # --- acting -----------------------------------------------------------------------------------

    async def claim(self, person: Person, ticket_id: str) -> Conversation:
        """Take a conversation. Raises Refused with who was first."""
        await self.here(person)
        return await self._act(
            person, ticket_id, lambda t, who, now: tickets.claim(t, who, self.rules, now)
        )

    async def transfer(self, person: Person, ticket_id: str, to: str, note: str) -> Conversation:
        """Hand it to an agent's id or to `team:<name>`, with a word for whoever gets it."""
        if len(note) > LONGEST_NOTE:
            raise Refused("invalid")
        team, agent = to.removeprefix(_TEAM) if to.startswith(_TEAM) else "", None
        if to.startswith(_TEAM):
            if self.rules.team(team) is None:
                raise Refused("gone")
        else:
            async with self._database.connection() as connection:
                known = await agents.get(connection, self.rules.bot, storable(to))
            if known is None:
                raise Refused("gone")
            agent = Actor(known.id, known.name)
        return await self._act(
            person,
            ticket_id,
            lambda t, who, now: tickets.transfer(
                t, who, rules=self.rules, now_ms=now, to=agent, team=team
            ),
            note=note.strip(),
        )

    async def give_back(self, person: Person, ticket_id: str) -> Conversation:
        """Return it to the bot."""
        return await self._act(
            person, ticket_id, lambda t, who, now: tickets.give_back(t, who, self.rules, now)
        )

    async def close(self, person: Person, ticket_id: str, *, ask: bool) -> Conversation:
        """Close it; `ask` how well she was helped, while her window is open."""

        def decide(ticket: Ticket, who: Actor, now_ms: int) -> Step:
            step = tickets.close(ticket, who, self.rules, now_ms)
            may_ask = self.rules.question and now_ms < ticket.window_ends_ms
            if not (ask and may_ask and not ticket.unreachable):
                return step
            question = satisfaction.question(step.ticket, self.rules, now_ms)
            return msgspec.structs.replace(step, tells=(*step.tells, question))

        return await self._act(person, ticket_id, decide)

    async def reopen(self, person: Person, ticket_id: str) -> Conversation:
        """Take a closed conversation up again."""
        await self.here(person)
        return await self._act(
            person, ticket_id, lambda t, who, now: tickets.reopen(t, who, self.rules, now)
        )

    async def tag(self, person: Person, ticket_id: str, tags: tuple[str, ...]) -> Conversation:
        """Set all labels."""
        return await self._act(
            person, ticket_id, lambda t, who, now: tickets.tag(t, who, tags, now)
        )

    async def read(self, person: Person, ticket_id: str) -> Conversation:
        """Note that all was seen; whose conversation it is also shows her the blue ticks."""

        def decide(ticket: Ticket, who: Actor, now_ms: int) -> Step | None:
            step = tickets.read(ticket, who, now_ms)
            ticks = self.rules.receipts and ticket.agent == who.id and ticket.last_inbound_id
            if step is None or not ticks:
                return step
            number = f"{ticket.opened_at_ms}{ticket.revision}-2"
            seen = self._courtesy(ticket, number, typing=False, now_ms=now_ms)
            return msgspec.structs.replace(step, tells=(seen,))

        return await self._act(person, ticket_id, decide)

    async def typing(self, person: Person, ticket_id: str) -> None:
        """Show her that somebody writes: a courtesy, lost when NATS is away."""
        async with self._database.connection() as connection:
            ticket = await self._seen(connection, person, ticket_id)
        now_ms = self._clock.now_ms()
        hers = ticket.status == "open" and ticket.agent == person.id
        if not (hers and ticket.last_inbound_id and now_ms < ticket.window_ends_ms):
            return
        turn = now_ms // (TYPING // timedelta(milliseconds=1))
        told = self._courtesy(ticket, f"{turn}-1", typing=True, now_ms=now_ms)
        self._jetstream.publish_soon(
            subjects.outbound(self.rules.bot, told.priority, told.contact),
            msgspec.json.encode(told),
            message_id=told.id,
        ).add_done_callback(lambda done: done.exception())  # looked at, so that nothing is logged

    async def note(self, person: Person, ticket_id: str, note_id: str, text: str) -> Message:
        """Add a word among colleagues."""
        words = text.strip()
        if not _CLIENT_ID.fullmatch(note_id) or not words or len(words) > LONGEST_NOTE:
            raise Refused("invalid")
        async with self._database.transaction() as connection:
            ticket = await self._held(connection, person, ticket_id)
            known = await entries.get(connection, self.rules.bot, ticket.contact, note_id)
            if known is not None:
                return known.message
            entry = self._note(person, note_id, words)
            await self._record(connection, tickets.note(ticket, actor(person), entry), person)
        self._committed()
        return entry

    async def reply(self, person: Person, ticket_id: str, reply: Reply) -> Message:
        """Answer her. Gives the line, also when the same reply came before."""
        if not _CLIENT_ID.fullmatch(reply.id):
            raise Refused("invalid")
        chosen = await self._template(reply) if isinstance(reply, TemplateReply) else None
        async with self._database.transaction() as connection:
            ticket = await self._held(connection, person, ticket_id)
            known = await entries.get(connection, self.rules.bot, ticket.contact, reply.id)
            if known is not None:
                return known.message
            now_ms = self._clock.now_ms()
            if chosen is not None:
                entry, content = self._filled(person, reply.id, chosen, now_ms)
                category: outbound.Category = chosen[0].category
            else:
                entry, content = await self._words(connection, person, ticket, reply, now_ms)
                category = "service"
            told = Outbound(
                id=_outbound_id(ticket, reply.id),
                contact=ticket.contact,
                address=ticket.address,
                phone_number_id=ticket.phone_number_id,
                messages=(content,),
                author="agent",
                owner_revision=ticket.owner_revision,
                created_at_ms=now_ms,
                priority="high",
                category=category,
                agent=person.id,
            )
            entry = msgspec.structs.replace(entry, outbound=told.id)
            step = tickets.reply(
                ticket,
                actor(person),
                entry.message,
                outbound=told,
                rules=self.rules,
                now_ms=now_ms,
            )
            await self._record(connection, step, person, entry)
        self._committed()
        return entry.message

    async def upload(self, person: Person, ticket_id: str, content: bytes, filename: str) -> Upload:
        """Judge a file and bring it to Meta, for a reply that names it."""
        async with self._database.connection() as connection:
            ticket = await self._seen(connection, person, ticket_id)
        who = actor(person)
        if ticket.agent != who.id and not who.supervisor:
            raise Refused("not_yours", by=ticket.assignee)
        judged = files.judge(content, filename)
        if isinstance(judged, files.RefusedFile):
            raise Refused(judged.code, **({"limit": judged.limit} if judged.limit else {}))
        try:
            source = await self._graph.upload(content, judged.mime, judged.filename)
        except NotTaken:
            raise Refused("type_refused") from None
        upload = Upload(
            id=secrets.token_urlsafe(18),
            ticket=ticket.id,
            file=source,
            kind=judged.kind,
            mime=judged.mime,
            filename=judged.filename,
            bytes=len(content),
            agent=person.id,
            at_ms=self._clock.now_ms(),
        )
        async with self._database.connection() as connection:
            await uploads.add(connection, self.rules.bot, upload)
        return upload

    # --- pieces -----------------------------------------------------------------------------------

    async def _counts(self, connection: Connection, looking: Sight) -> dict[View, int]:
        """Count all views: what people have as of now, what is closed as of a moment ago."""
        now_ms = self._clock.now_ms()
        until_ms, closed = self._closed.get(looking, (0, {}))
        if now_ms >= until_ms:
            closed = await listing.count(connection, self.rules.bot, looking, closed=True)
            lasts = CLOSED_KEPT // timedelta(milliseconds=1)
            self._closed[looking] = (now_ms + lasts, closed)
            while len(self._closed) > _MOST_SIGHTS:
                self._closed.pop(next(iter(self._closed)))
        there = await listing.count(connection, self.rules.bot, looking, closed=False)
        return {view: there[view] + closed[view] for view in VIEWS}

    async def _act(
        self, person: Person, ticket_id: str, decide: Decide, *, note: str = ""
    ) -> Conversation:
        who, now_ms = actor(person), self._clock.now_ms()
        async with self._database.transaction() as connection:
            ticket = await self._held(connection, person, ticket_id)
            step = decide(ticket, who, now_ms)
            if step is None:
                return tickets.conversation(ticket)
            if ticket.status == "closed" and step.ticket.status != "closed":
                await self._make_newest(connection, ticket)
            await self._record(connection, step, person)
            if note:
                entry = self._note(person, f"note-{secrets.token_urlsafe(12)}", note)
                step = tickets.note(step.ticket, who, entry)
                await self._record(connection, step, person)
        self._committed()
        return tickets.conversation(step.ticket)

    async def _record(
        self, connection: Connection, step: Step, person: Person, *lines: Entry
    ) -> None:
        await recording.record(connection, self.rules.bot, [step], lines, by=actor(person))
        self._metrics.step(self.rules.bot, step)

    async def _make_newest(self, connection: Connection, ticket: Ticket) -> None:
        """Let a ticket that is taken up again be the one that her messages belong to."""
        found = await stored.lock(connection, self.rules.bot, [ticket.contact])
        newest = found[ticket.contact].ticket
        if newest is not None and newest.status != "closed":
            raise Refused("not_closed", conversation=newest.id)
        await stored.set_newest(connection, self.rules.bot, ticket)

    async def _held(self, connection: Connection, person: Person, ticket_id: str) -> Ticket:
        """Lock a ticket's contact and read it as it is now, with what is known of her by now."""
        ticket = await self._seen(connection, person, ticket_id)
        locked = await stored.lock(connection, self.rules.bot, [ticket.contact])
        ticket = await self._seen(connection, person, ticket_id)
        newest = locked[ticket.contact].ticket if ticket.contact in locked else None
        return tickets.caught_up(ticket, newest) if newest else ticket

    async def _seen(self, connection: Connection, person: Person, ticket_id: str) -> Ticket:
        ticket = await stored.get(connection, self.rules.bot, storable(ticket_id))
        looking: Sight = sight(person, self.rules)
        if ticket is None or not sees(looking, ticket.team, ticket.agent):
            raise Refused("gone")
        return ticket

    async def _template(self, reply: TemplateReply) -> tuple[templates.Template, tuple[str, ...]]:
        found = templates.find(await self._graph.templates(), reply.name, reply.language)
        if found is None or templates.filled(found, reply.parameters) is None:
            raise Refused("template_refused")
        return found, reply.parameters

    def _filled(
        self,
        person: Person,
        reply_id: str,
        chosen: tuple[templates.Template, tuple[str, ...]],
        now_ms: int,
    ) -> tuple[Entry, outbound.Message]:
        template, parameters = chosen
        content = templates.filled(template, parameters)
        assert content is not None  # noqa: S101 - it was asked before the transaction
        message = Message(
            id=reply_id,
            at=now_ms,
            sender="agent",
            kind="template",
            text=templates.reads(template, parameters),
            tick="queued",
            author=person.name,
            options=template.shape.buttons,
        )
        return Entry(message=message), content

    async def _words(
        self, connection: Connection, person: Person, ticket: Ticket, reply: Reply, now_ms: int
    ) -> tuple[Entry, outbound.Message]:
        if isinstance(reply, TextReply):
            if not reply.text.strip() or len(reply.text) > LONGEST_TEXT:
                raise Refused("invalid")
            quoted = await self._quoted(connection, ticket, reply.reply_to)
            text = outbound.Text(body=reply.text, reply_to=quoted)
            message, _ = timeline.bubble(
                text,
                id=reply.id,
                at_ms=now_ms,
                sender="agent",
                tick="queued",
                author=person.name,
            )
            message = msgspec.structs.replace(message, reply_to=reply.reply_to if quoted else "")
            return Entry(message=message), text
        assert isinstance(reply, MediaReply)  # noqa: S101 - templates have their own way
        upload = await uploads.get(connection, self.rules.bot, ticket.id, storable(reply.upload))
        if upload is None:
            raise Refused("gone")
        if len(reply.caption) > LONGEST_CAPTION:
            raise Refused("invalid")
        caption = reply.caption if upload.kind in ("image", "video", "document") else ""
        media = outbound.Media(
            kind=upload.kind, source=upload.file, caption=caption, filename=upload.filename
        )
        message, file = timeline.bubble(
            media, id=reply.id, at_ms=now_ms, sender="agent", tick="queued", author=person.name
        )
        shown = MediaShape(kind=upload.kind, mime_type=upload.mime, filename=upload.filename)
        return Entry(message=msgspec.structs.replace(message, media=shown), file=file), media

    async def _quoted(self, connection: Connection, ticket: Ticket, reply_to: str) -> str | None:
        """Give the wamid of a quoted line, None when there is nothing to quote."""
        if not reply_to:
            return None
        line = await entries.get(connection, self.rules.bot, ticket.contact, storable(reply_to))
        return (line.wamid or None) if line else None

    def _note(self, person: Person, note_id: str, text: str) -> Message:
        return Message(
            id=note_id,
            at=self._clock.now_ms(),
            sender="note",
            kind="text",
            text=text,
            author=person.name,
        )

    def _courtesy(self, ticket: Ticket, number: str, *, typing: bool, now_ms: int) -> Outbound:
        return Outbound(
            id=OutboundId(f"{ticket.contact}-{number}"),
            contact=ticket.contact,
            address=ticket.address,
            phone_number_id=ticket.phone_number_id,
            messages=(MarkRead(message=ticket.last_inbound_id, typing=typing),),
            author="platform",
            owner_revision=0,
            created_at_ms=now_ms,
            priority="high",
        )


def _outbound_id(ticket: Ticket, reply_id: str) -> OutboundId:
    """Name a reply after its id, in the form from which ingress reads a status' contact."""
    hashed = hashlib.blake2b(f"{ticket.id} {reply_id}".encode(), digest_size=7).digest()
    return OutboundId(f"{ticket.contact}-{int.from_bytes(hashed, 'big')}-0")
