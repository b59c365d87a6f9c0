-- Who is told of a handoff, one row for each ticket, channel and target (services/handoff/notify).
--
--   pending  due at `next_at`
--   claimed  a worker has it until `next_at`; then it may be taken over
--   sending  as claimed, and handed over: a death leaves it open whether it was delivered
--   failed   given up; its dead letter is to be parked
--   dead     its dead letter is parked; a replay makes it pending again
--   delivered
create table notifications (
    id text primary key,
    bot text not null,
    ticket text not null,
    event text not null,  -- id of the HandoffRequested
    contact text not null,
    team text not null,
    channel text not null check (channel in ('email', 'whatsapp', 'webhook', 'chatwoot')),
    target text not null,
    handoff jsonb,  -- what is told; forgotten some days after the delivery
    state text not null default 'pending'
        check (state in ('pending', 'claimed', 'sending', 'failed', 'dead', 'delivered')),
    claim text not null default '',
    attempts integer not null default 0,
    unanswered integer not null default 0,
    deaths integer not null default 0,
    last_error text not null default '',
    next_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    changed_at timestamptz not null default now(),
    unique (bot, ticket, channel, target),
    check (handoff is not null or state = 'delivered')
);
create index notifications_due on notifications (bot, next_at)
    where state in ('pending', 'claimed', 'sending', 'failed');
create index notifications_event on notifications (bot, event);
create index notifications_contact on notifications (bot, contact);
create index notifications_told on notifications (changed_at)
    where state = 'delivered' and handoff is not null;
