-- What campaigns know and have done. Every table carries the bot: one schema serves them all.

-- How far the job has read EVT, by kind of event; written in the transaction that holds what was
-- made of it. `born` is when NATS made the stream: another time means another stream.
create table places (
    bot       text not null,
    kind      text not null,
    born      text not null,
    sequence  bigint not null,
    primary key (bot, kind)
);

-- Items of the catalogue that became new, cheaper or dearer, or vanished, since there are campaigns.
create table items (
    bot         text not null,
    key         text not null,
    fields      jsonb not null,
    price       double precision,
    version     text not null,      -- of the catalogue, as its event named it
    added_at    timestamptz,        -- null: it was there before
    removed_at  timestamptz,        -- null: it is there
    primary key (bot, key)
);

create table changes (
    bot       text not null,
    event     text not null,        -- id of the event that told it
    kind      text not null check (kind in ('added', 'price')),
    item      text not null,
    previous  double precision,
    price     double precision,
    at        timestamptz not null,
    primary key (bot, event)
);
create index changes_by_time on changes (bot, at);

-- One row a contact, campaign and occasion: what makes a message leave once. Several occasions may
-- be covered by one outbound; its `lead` row stands for it.
create table ledger (
    bot         text not null,
    campaign    text not null,
    contact     text not null,
    occasion    text not null,
    outbound    text not null,
    attempt     integer not null,
    lead        boolean not null,
    run         text not null,
    state       text not null check (state in ('planned', 'queued', 'dropped', 'failed')),
    reason      text not null default '',   -- of dropped (the occasion is free again) and failed
    message     bytea,              -- the lead's outbound while it is `planned`: personal data
    planned_at  timestamptz not null,
    primary key (bot, campaign, contact, occasion)
);
create index ledger_by_contact on ledger (bot, contact, planned_at);
create index ledger_by_outbound on ledger (bot, outbound);
create index ledger_by_time on ledger (bot, campaign, planned_at);
create index ledger_unfinished on ledger (bot, campaign) where state = 'planned';

create table runs (
    bot         text not null,
    campaign    text not null,
    run         text not null,
    started_at  timestamptz not null,
    ended_at    timestamptz,        -- null: at work, or died
    considered  integer not null default 0,
    queued      integer not null default 0,
    again       integer not null default 0,     -- queued once more for a run that died
    skipped     jsonb not null default '{}',
    primary key (bot, campaign, run)
);

create table pauses (
    bot       text not null,
    campaign  text not null,
    at        timestamptz not null,
    by        text not null,
    reason    text not null,
    primary key (bot, campaign)
);
