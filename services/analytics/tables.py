"""How rows enter the file: columns with their types, and the statement that merges them in.

Each statement reads `batch`, an Arrow table with one row a key, and gives the same in any order and
when it is repeated.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]

from services.analytics.conversations import ContactState, SessionState
from services.analytics.rows import Row

TIME = pa.timestamp("ms", tz="UTC")
_TEXT, _INT, _BIG, _FLAG, _REAL = pa.string(), pa.int32(), pa.uint64(), pa.bool_(), pa.float64()


@dataclass(frozen=True)
class Table:
    """The columns of a batch and the statement that takes it in."""

    columns: dict[str, pa.DataType]
    statement: str

    def arrow(self, rows: Iterable[Row], commit: int) -> pa.Table:
        """Turn rows into a batch; a column that a row does not name is null, `changed` is ours."""
        listed = list(rows)
        return pa.table(
            {
                name: pa.array(
                    [commit] * len(listed)
                    if name == "changed"
                    else [row.get(name) for row in listed],
                    kind,
                )
                for name, kind in self.columns.items()
            }
        )


def _once(table: str, **columns: pa.DataType) -> Table:
    """Take facts that never change: one told twice is one."""
    return Table(columns, f"{_insert(table)} on conflict do nothing")


def _insert(table: str) -> str:
    return f"insert into {table} by name select * from batch"  # noqa: S608 - our own names


def _fact(table: str, **columns: pa.DataType) -> Table:
    return _once(table, event=_TEXT, contact=_TEXT, happened_at=TIME, sequence=_BIG, **columns)


_SAID: dict[str, pa.DataType] = {
    "contact": _TEXT,
    "happened_at": TIME,
    "received_at": TIME,
    "direction": _TEXT,
    "author": _TEXT,
    "kind": _TEXT,
    "text": _TEXT,
    "content": _TEXT,
    "wamid": _TEXT,
    "outbound": _TEXT,
    "position": _INT,
    "reply_to": _TEXT,
    "campaign": _TEXT,
    "agent": _TEXT,
    "category": _TEXT,
    "turn": _TEXT,
    "session": _TEXT,
    "ambiguous": _FLAG,
    "sequence": _BIG,
    "changed": _BIG,
}


def _fill(table: str, key: str, names: Iterable[str]) -> str:
    """Fill what is not known yet of a row that may have begun already."""
    filled = ", ".join(f"{name} = coalesce({table}.{name}, excluded.{name})" for name in names)
    return f"{_insert(table)} on conflict ({key}) do update set {filled}"


_ADVANCE = """
insert into message_rows by name select * from batch on conflict (id) do update set
    contact      = coalesce(message_rows.contact, excluded.contact),
    status       = case when excluded.status_rank > coalesce(message_rows.status_rank, 0)
                        then excluded.status else message_rows.status end,
    status_at    = case when excluded.status_rank > coalesce(message_rows.status_rank, 0)
                        then excluded.status_at else message_rows.status_at end,
    status_rank  = greatest(message_rows.status_rank, excluded.status_rank),
    delivered_at = least(message_rows.delivered_at, excluded.delivered_at),
    read_at      = least(message_rows.read_at, excluded.read_at),
    failed_code  = coalesce(excluded.failed_code, message_rows.failed_code),
    billable_as  = coalesce(excluded.billable_as, message_rows.billable_as)
returning epoch_ms(happened_at), case when campaign is not null then outbound end
"""

_CHANGED = ", changed = excluded.changed"

FOLLOW_STATUSES = """
update campaign_sends set
    delivered_at  = told.delivered_at,
    read_at       = told.read_at,
    billable_as   = told.billable_as,
    failed_at     = coalesce(told.failed_at, campaign_sends.failed_at),
    failed_code   = coalesce(told.failed_code, campaign_sends.failed_code),
    failed_reason = coalesce('meta_' || told.failed_code, campaign_sends.failed_reason),
    changed       = $changed
from (
    select outbound, min(delivered_at) as delivered_at, min(read_at) as read_at,
           max(billable_as) as billable_as, max(failed_code) as failed_code,
           min(status_at) filter (status = 'failed') as failed_at
    from message_rows
    where outbound in (select unnest($outbounds)) and happened_at >= $since
    group by outbound
) as told
where campaign_sends.outbound = told.outbound
"""
"""What statuses say of a campaign's messages, taken over into its row."""

_ANSWERED = """
update campaign_sends set {column} = told.happened_at, changed = told.changed
from (
    select sends.outbound, min(batch.happened_at) as happened_at, max(batch.changed) as changed
    from batch join campaign_sends as sends using (contact)
    where batch.happened_at between sends.sent_at and sends.sent_at + interval 72 hour
    group by sends.outbound
) as told
where campaign_sends.outbound = told.outbound
  and told.happened_at < coalesce(campaign_sends.{column}, 'infinity')
returning epoch_ms(sent_at)
"""
ANSWERED = {
    name: Table(
        {"contact": _TEXT, "happened_at": TIME, "changed": _BIG}, _ANSWERED.format(column=column)
    )
    for name, column in (("replies", "replied_at"), ("opt_outs", "opted_out_at"))
}
"""Her first message, and her stop, within 72 h of a campaign's."""

ANSWERED_BEFORE = """
update campaign_sends set replied_at = told.happened_at, changed = $changed
from (
    select sends.outbound, min(said.happened_at) as happened_at
    from campaign_sends as sends join message_rows as said using (contact)
    where sends.outbound in (select unnest($outbounds)) and said.direction = 'in'
      and said.happened_at >= $since
      and said.happened_at between sends.sent_at and sends.sent_at + interval 72 hour
    group by sends.outbound
) as told
where campaign_sends.outbound = told.outbound
"""
"""The same for sends that are read after her answer was: IN may be read ahead of EVT."""


_TICKETS = """
insert into tickets by name select * from batch on conflict (ticket) do update set
    status           = case when excluded.revision > tickets.revision
                            then excluded.status else tickets.status end,
    team             = case when excluded.revision > tickets.revision
                            then excluded.team else tickets.team end,
    agent            = case when excluded.revision > tickets.revision
                            then excluded.agent else tickets.agent end,
    closed_at        = case when excluded.revision > tickets.revision
                            then case when excluded.status = 'closed'
                                      then coalesce(excluded.closed_at, tickets.closed_at) end
                            else tickets.closed_at end,
    revision         = greatest(tickets.revision, excluded.revision),
    opened_at        = least(tickets.opened_at, excluded.opened_at),
    claimed_at       = least(tickets.claimed_at, excluded.claimed_at),
    first_reply_at   = least(tickets.first_reply_at, excluded.first_reply_at),
    rating           = coalesce(excluded.rating, tickets.rating),
    late_first_reply = tickets.late_first_reply or excluded.late_first_reply,
    late_resolution  = tickets.late_resolution or excluded.late_resolution
"""

TABLES: dict[str, Table] = {
    "said": Table({"id": _TEXT, **_SAID}, _fill("message_rows", "id", _SAID)),
    "advanced": Table(
        {
            "id": _TEXT,
            "contact": _TEXT,
            "status": _TEXT,
            "status_rank": pa.uint8(),
            "status_at": TIME,
            "delivered_at": TIME,
            "read_at": TIME,
            "failed_code": _INT,
            "billable_as": _TEXT,
        },
        _ADVANCE,
    ),
    "turned": Table(
        dict.fromkeys(("id", "contact", "turn", "session", "intent"), _TEXT),
        _fill("message_rows", "id", ("contact", "turn", "session", "intent")),
    ),
    "edits": Table(
        {"wamid": _TEXT, "text": _TEXT, "edited": _FLAG, "revoked": _FLAG},
        "update message_rows set text = coalesce(batch.text, message_rows.text),"
        " edited = coalesce(batch.edited, message_rows.edited),"
        " revoked = coalesce(batch.revoked, message_rows.revoked)"
        " from batch where message_rows.wamid = batch.wamid",
    ),
    "reactions": Table(
        {"wamid": _TEXT, "reaction": _TEXT},
        "update message_rows set reaction = nullif(batch.reaction, '')"
        " from batch where message_rows.wamid = batch.wamid",
    ),
    "turns": _once(
        "turns",
        id=_TEXT,
        contact=_TEXT,
        happened_at=TIME,
        session=_TEXT,
        owner=_TEXT,
        program=_TEXT,
        cursor=_BIG,
        inbounds=pa.list_(_TEXT),
        messages=_INT,
        intent=_TEXT,
        score=_REAL,
        understood=_TEXT,
        handed_off=_FLAG,
        sequence=_BIG,
    ),
    "steps": _once(
        "steps",
        turn=_TEXT,
        ordinal=_INT,
        contact=_TEXT,
        session=_TEXT,
        happened_at=TIME,
        what=_TEXT,
        flow=_TEXT,
        step=_TEXT,
        detail=_TEXT,
        score=_REAL,
        sequence=_BIG,
    ),
    "statuses": _fact(
        "statuses",
        wamid=_TEXT,
        message=_TEXT,
        status=_TEXT,
        code=_INT,
        title=_TEXT,
        billable_as=_TEXT,
    ),
    "failures": _fact(
        "failures",
        outbound=_TEXT,
        position=_INT,
        reason=_TEXT,
        code=_INT,
        author=_TEXT,
        campaign=_TEXT,
    ),
    "handoffs": _fact(
        "handoffs",
        team=_TEXT,
        reason=_TEXT,
        summary=_TEXT,
        slots=_TEXT,
        owner_revision=_INT,
        session=_TEXT,
    ),
    "owners": _fact("owners", owner=_TEXT, previous=_TEXT, owner_revision=_INT, by_whom=_TEXT),
    "ticket_changes": _fact(
        "ticket_changes",
        ticket=_TEXT,
        change=_TEXT,
        status=_TEXT,
        team=_TEXT,
        agent=_TEXT,
        by_whom=_TEXT,
        late_for=_TEXT,
        rating=_INT,
    ),
    "tickets": Table(
        {
            "ticket": _TEXT,
            "contact": _TEXT,
            "revision": _INT,
            "opened_at": TIME,
            "claimed_at": TIME,
            "first_reply_at": TIME,
            "closed_at": TIME,
            "team": _TEXT,
            "agent": _TEXT,
            "status": _TEXT,
            "rating": _INT,
            "late_first_reply": _FLAG,
            "late_resolution": _FLAG,
        },
        _TICKETS,
    ),
    "campaign_sends": Table(
        {
            "outbound": _TEXT,
            "campaign": _TEXT,
            "occasion": _TEXT,
            "contact": _TEXT,
            "wamid": _TEXT,
            "sent_at": TIME,
            "failed_at": TIME,
            "failed_reason": _TEXT,
            "failed_code": _INT,
            "changed": _BIG,
        },
        _fill(
            "campaign_sends",
            "outbound",
            (
                *("campaign", "occasion", "contact", "wamid", "sent_at"),
                *("failed_at", "failed_reason", "failed_code"),
            ),
        )
        + _CHANGED,
    ),
    "campaign_runs": _once(
        "campaign_runs",
        event=_TEXT,
        happened_at=TIME,
        sequence=_BIG,
        campaign=_TEXT,
        run=_TEXT,
        considered=_INT,
        queued=_INT,
        skipped=_TEXT,
    ),
    "preferences": _fact("preferences", value=_TEXT, source=_TEXT, category=_TEXT),
    "catalogue_changes": _once(
        "catalogue_changes",
        event=_TEXT,
        happened_at=TIME,
        sequence=_BIG,
        version=_TEXT,
        change=_TEXT,
        item=_TEXT,
        previous=_REAL,
        price=_REAL,
        detail=_TEXT,
    ),
    "notices": _once(
        "notices",
        event=_TEXT,
        contact=_TEXT,
        happened_at=TIME,
        sequence=_BIG,
        kind=_TEXT,
        field=_TEXT,
        account=_TEXT,
        value=_TEXT,
    ),
    "oddities": _once(
        "oddities",
        stream=_TEXT,
        sequence=_BIG,
        subject=_TEXT,
        received_at=TIME,
        reason=_TEXT,
        payload=pa.binary(),
    ),
}
"""In the order in which they are taken in."""

EMBEDDINGS = Table(
    {
        "message": _TEXT,
        "contact": _TEXT,
        "happened_at": TIME,
        "author": _TEXT,
        "intent": _TEXT,
        "model": _TEXT,
        "dim": _INT,
        "vector": pa.list_(pa.float32(), 512),
        "changed": _BIG,
    },
    # a message may have been erased while its vector was computed
    "insert into embeddings by name"
    " select batch.* from batch semi join message_rows on message_rows.id = batch.message"
    " on conflict do nothing",
)

CONTACTS = Table(
    {
        "contact": _TEXT,
        "phone": _TEXT,
        "user_id": _TEXT,
        "name": _TEXT,
        "username": _TEXT,
        "first_at": TIME,
        "last_in_at": TIME,
        "last_out_at": TIME,
        "turns": _INT,
        "cursor": _BIG,
        "last_turn_at": TIME,
        "session": _TEXT,
        "owner": _TEXT,
        "marketing": _TEXT,
    },
    "insert or replace into contacts by name select * from batch",
)
SESSIONS = Table(
    {
        "id": _TEXT,
        "contact": _TEXT,
        "started_at": TIME,
        "ended_at": TIME,
        "turns": _INT,
        "inbounds": _INT,
        "messages": _INT,
        "missed": _INT,
        "outcome": _TEXT,
        "flow": _TEXT,
        "step": _TEXT,
        "program": _TEXT,
    },
    "insert or replace into sessions by name select * from batch",
)
HOURS = Table(
    {"hour": TIME, "changed": _BIG}, "insert or replace into hours by name select * from batch"
)


def contact_row(state: ContactState) -> Row:
    """Write a contact's state as its row."""
    return {
        "contact": state.contact,
        "phone": state.phone,
        "user_id": state.user_id,
        "name": state.name,
        "username": state.username,
        "first_at": state.first_ms,
        "last_in_at": state.last_in_ms,
        "last_out_at": state.last_out_ms,
        "turns": state.turns,
        "cursor": state.cursor,
        "last_turn_at": state.last_turn_ms,
        "session": state.session_id,
        "owner": state.owner,
        "marketing": state.marketing,
    }


def session_row(session: SessionState) -> Row:
    """Write a session's state as its row."""
    return {
        "id": session.id,
        "contact": session.contact,
        "started_at": session.started_ms,
        "ended_at": session.ended_ms,
        "turns": session.turns,
        "inbounds": session.inbounds,
        "messages": session.messages,
        "missed": session.missed,
        "outcome": session.outcome,
        "flow": session.flow,
        "step": session.step,
        "program": session.program,
    }


READ_CONTACTS = """
select contact, phone, user_id, name, username, epoch_ms(first_at), epoch_ms(last_in_at),
       epoch_ms(last_out_at), turns, cursor, epoch_ms(last_turn_at), owner, marketing, session
from contacts where contact in (select unnest($contacts))
"""

READ_SESSIONS = """
select id, contact, epoch_ms(started_at), epoch_ms(ended_at), turns, inbounds, messages, missed,
       outcome, flow, step, program
from sessions where id in
    (select session from contacts where contact in (select unnest($contacts)))
"""


def contact_of(row: tuple[Any, ...], sessions: Mapping[str, SessionState]) -> ContactState:
    """Read a row of READ_CONTACTS."""
    state = ContactState(*row[:-1])
    state.session = sessions.get(row[-1])
    return state


def session_of(row: tuple[Any, ...]) -> SessionState:
    """Read a row of READ_SESSIONS."""
    return SessionState(*row)
