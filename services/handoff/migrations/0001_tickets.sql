-- What people have to do with customers. Instants are UTC milliseconds, as everywhere on the wire.
-- Every table carries the bot: one database may serve several.

-- A contact who has, or had, a ticket. Whoever changes her ticket or timeline locks this row first,
-- so that agents, the streams' consumers and the clocks take turns over each customer.
create table contacts (
    bot     text not null,
    contact text not null,
    ticket  text not null default '',       -- the newest
    early   jsonb not null default '[]',    -- changes of lines that have not come yet
    primary key (bot, contact)
);

create table tickets (
    bot                text not null,
    id                 text not null,
    contact            text not null,
    opened_by          text not null,       -- the event that asked for it
    opened_at_ms       bigint not null,
    status             text not null check (status in ('queue', 'open', 'closed')),
    revision           integer not null,
    outcome            text not null check (outcome in ('', 'returned', 'closed')),
    owner              text not null,
    owner_revision     integer not null,
    name               text not null,
    phone              text not null,
    user_id            text not null,
    phone_number_id    text not null,
    team               text not null,
    agent              text not null,
    agent_name         text not null,
    assigned_at_ms     bigint not null,
    tags               text[] not null,
    reason             text not null,
    summary            text not null,
    slots              jsonb not null,
    unread             integer not null,
    last_text          text not null,
    last_from          text not null,
    last_at_ms         bigint not null,
    last_inbound_id    text not null,
    last_inbound_at_ms bigint not null,
    window_closed      boolean not null,
    unreachable        boolean not null,
    waiting_since_ms   bigint,
    first_reply_at_ms  bigint,
    first_reply_due_ms bigint,
    resolution_due_ms  bigint,
    left_ms            bigint,              -- what the resolution clock had left at the close
    escalate_at_ms     bigint,
    late               text[] not null,
    closed_at_ms       bigint,
    rating             integer not null check (rating between 0 and 5),
    backfilled         boolean not null,
    next_due_ms        bigint,              -- when time itself changes the ticket
    words              tsvector not null,   -- what the search finds it by
    primary key (bot, id),
    unique (bot, opened_by),
    check ((status = 'queue') <= (agent = '')),
    check ((status = 'closed') = (closed_at_ms is not null))
);

create unique index one_open_ticket on tickets (bot, contact) where status <> 'closed';
create index tickets_of_contact on tickets (bot, contact, opened_at_ms desc);
create index tickets_by_time on tickets (bot, last_at_ms desc, id desc) include (status, outcome, team, agent);
create index tickets_by_view on tickets (bot, status, outcome, last_at_ms desc, id desc) include (team, agent);
create index tickets_due on tickets (next_due_ms) where next_due_ms is not null;
create index tickets_waiting on tickets (bot, opened_at_ms) where status = 'queue';
create index tickets_unfilled on tickets (bot) where not backfilled;
create index tickets_words on tickets using gin (words);

-- The timeline: a line each, in the shape of the inbox' API.
create table entries (
    bot           text not null,
    contact       text not null,
    id            text not null,
    place         bigint generated always as identity,
    at_ms         bigint not null,
    wamid         text not null,
    outbound      text not null,
    index         integer not null,
    file          text not null,
    changed_at_ms bigint not null,
    message       jsonb not null,
    words         tsvector not null,
    primary key (bot, contact, id)
);

create index entries_by_time on entries (bot, contact, at_ms desc, place desc);
create index entries_by_wamid on entries (bot, contact, wamid) where wamid <> '';
create index entries_by_outbound on entries (bot, contact, outbound) where outbound <> '';
create index entries_words on entries using gin (words);

-- Who works here, as of the last visit.
create table agents (
    bot            text not null,
    id             text not null,
    name           text not null,
    email          text not null,
    role           text not null,
    teams          text[] not null,
    available      boolean not null default true,
    seen_at_ms     bigint not null,
    assigned_at_ms bigint not null default 0,
    primary key (bot, id)
);

create table uploads (
    bot      text not null,
    id       text not null,
    ticket   text not null,
    file     text not null,                 -- id:<media id> at Meta
    kind     text not null,
    mime     text not null,
    filename text not null,
    bytes    bigint not null,
    agent    text not null,
    at_ms    bigint not null,
    primary key (bot, id)
);

-- Who did what. Rows are only added.
create table audit (
    id     bigint generated always as identity primary key,
    bot    text not null,
    at_ms  bigint not null,
    agent  text not null,
    name   text not null,
    action text not null,
    ticket text not null,
    detail jsonb not null
);

create index audit_by_bot on audit (bot, id desc);
create index audit_by_ticket on audit (bot, ticket, id desc);

-- What a change has to tell the streams, written with the change, removed after the PubAck.
create table outbox (
    id         bigint generated always as identity primary key,
    bot        text not null,
    contact    text not null,
    subject    text not null,
    message_id text not null,
    payload    bytea not null,
    tried      boolean not null default false
);

create index outbox_by_bot on outbox (bot, id);
