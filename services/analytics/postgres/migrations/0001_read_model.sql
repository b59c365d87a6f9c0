-- What other components read of analytics: figures by minute, hour and day, the contacts as
-- campaigns judge them, and what became of campaigns' messages. All of it can be made again from
-- the records and from the contacts' bucket: nothing here is the only copy.

-- How far each of the three has followed its source.
create table progress (
    bot     text not null,
    name    text not null,          -- contacts | campaign_results | rollups
    value   bigint not null,        -- a revision of the bucket, or a commit of the records
    source  text not null default '',   -- which bucket or file it was: another begins at 0
    primary key (bot, name)
);

create table rollups (
    bot         text not null,
    period      text not null check (period in ('minute', 'hour', 'day')),
    starts_at   timestamptz not null,   -- a day begins at midnight in the bot's time zone
    metric      text not null,
    labels      jsonb not null,
    value       double precision not null,
    primary key (bot, period, starts_at, metric, labels)
);
create index rollups_by_metric on rollups (bot, metric, period, starts_at);

create table contacts (
    bot                 text not null,
    contact             text not null,
    phone               text not null,
    user_id             text not null,
    name                text not null,
    locale              text not null,
    time_zone           text not null,      -- empty: by her phone, which campaigns work out
    owner               text not null,
    flow_open           boolean not null,
    marketing           text not null,
    marketing_capped_at timestamptz,
    unreachable         text not null,
    first_inbound_at    timestamptz,
    last_inbound_at     timestamptz,
    window_closed       boolean not null,
    phone_number_id     text not null,
    tags                text[] not null,
    attributes          jsonb not null,
    slots               jsonb not null,
    searched            jsonb not null,
    searched_at         timestamptz,
    seen                text[] not null,
    revision            bigint not null,    -- of her document: an older one never replaces a newer
    updated_at          timestamptz not null default now(),
    primary key (bot, contact)
);
create index contacts_by_last_inbound on contacts (bot, last_inbound_at);

create table campaign_results (
    bot             text not null,
    campaign        text not null,
    occasion        text not null,
    contact         text not null,
    outbound        text not null,
    sent_at         timestamptz,
    delivered_at    timestamptz,
    read_at         timestamptz,
    replied_at      timestamptz,            -- her first message within 72 h
    opted_out_at    timestamptz,            -- her stop within 72 h
    failed_reason   text not null,
    billable_as     text not null,
    primary key (bot, outbound)
);
create index campaign_results_by_campaign on campaign_results (bot, campaign, sent_at);
create index campaign_results_by_contact on campaign_results (bot, contact);
