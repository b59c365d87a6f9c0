-- One file a bot. Written by one thread from the streams EVT and IN; all times are UTC instants.
-- `sequence` is the place in the stream that told it. Names of people and their words stand here:
-- whatever gains a column with either has a column `contact`, by which erasure finds it.

-- How far each stream has been read; written in the transaction that holds what was made of it.
create table progress (
    stream    text primary key,
    sequence  ubigint not null,
    born      text not null,        -- when NATS made the stream: another time means another stream
    taken     ubigint not null,     -- messages read so far, oddities included
    missed    ubigint not null      -- sequences that were gone before they could be read, at most
);

-- What could not be read: kept as it came, for the version that can.
create table oddities (
    stream      text not null,
    sequence    ubigint not null,
    subject     text not null,
    received_at timestamptz not null,
    reason      text not null,
    payload     blob not null,
    primary key (stream, sequence)
);

-- Everything said, both ways. A row may begin with what is told about a message before the message
-- itself is (its status, its turn): `author` is null until then. The view `messages` leaves such
-- rows out.
create table message_rows (
    id          text primary key,   -- hers: the wamid; ours: <outbound>/<index>
    contact     text,
    happened_at timestamptz,        -- Meta's time of hers, ours of what we sent
    received_at timestamptz,        -- when the stream stored it
    direction   text,               -- in | out
    author      text,               -- customer | bot | agent | campaign | platform
    kind        text,               -- text | media | choice | buttons | list | template | …
    text        text,               -- the words of it, as a person sees them; '' when it has none
    content     json,               -- all of an outbound, and of an inbound that is no text
    wamid       text,
    outbound    text,
    position    integer,            -- within its outbound
    reply_to    text,
    campaign    text,
    agent       text,               -- who wrote it; 'echo': from the business's own phone
    category    text,               -- service | utility | marketing | authentication
    turn        text,               -- turns.id
    session     text,               -- sessions.id
    intent      text,               -- what its turn understood
    status      text,               -- sent | delivered | read | played | failed: the furthest
    status_rank utinyint,
    status_at   timestamptz,
    delivered_at timestamptz,
    read_at     timestamptz,
    failed_code integer,
    billable_as text,               -- Meta: <pricing type>/<category>
    reaction    text,
    edited      boolean,
    revoked     boolean,
    ambiguous   boolean,            -- it may be there twice
    sequence    ubigint,
    changed     ubigint             -- number of the commit that brought its words
);
create view messages as
    select * exclude (status_rank, changed) from message_rows where author is not null;

-- One turn of conversation's, with a customer's burst of messages in and the bot's answer out.
create table turns (
    id          text primary key,   -- <contact>:turn:<cursor>
    contact     text not null,
    happened_at timestamptz not null,
    session     text not null,
    owner       text not null,      -- who held the conversation when it began
    program     text not null,      -- hash of the dialogue
    cursor      ubigint not null,   -- on IN
    inbounds    text[] not null,    -- message ids
    messages    integer not null,   -- sent in answer
    intent      text not null,      -- understood; '' for none
    score       double,
    understood  text not null,      -- yes | clarified | no | '' (nothing was to be understood)
    handed_off  boolean not null,
    sequence    ubigint not null
);

-- What a turn decided, in order: the dialogue's trace.
create table steps (
    turn        text not null,
    ordinal     integer not null,
    contact     text not null,
    session     text not null,
    happened_at timestamptz not null,
    what        text not null,      -- prosa.dialogue.turns.DecisionKind: asked | understood | …
    flow        text not null,      -- in which flow; '' outside all
    step        text not null,      -- its subject: a slot, intent, flow or tool
    detail      text not null,
    score       double,
    sequence    ubigint not null,
    primary key (turn, ordinal)
);

-- A conversation: a contact's turns with no silence longer than the Chatbot's session.idle between.
create table sessions (
    id          text primary key,   -- id of its first turn
    contact     text not null,
    started_at  timestamptz not null,
    ended_at    timestamptz not null, -- its last turn so far
    turns       integer not null,
    inbounds    integer not null,
    messages    integer not null,
    missed      integer not null,   -- turns that were not understood
    outcome     text not null,      -- waiting (at flow and step) | completed | handed_off | talked
    flow        text not null,      -- where it stands, or stood when it ended
    step        text not null,
    program     text not null
);

create table statuses (
    event       text primary key,
    wamid       text not null,
    message     text not null,      -- message_rows.id; '' when it is not ours
    contact     text not null,
    happened_at timestamptz not null,
    status      text not null,
    code        integer,
    title       text not null,
    billable_as text not null,
    sequence    ubigint not null
);

create table failures (
    event       text primary key,
    outbound    text not null,
    position    integer not null,
    contact     text not null,
    happened_at timestamptz not null,
    reason      text not null,
    code        integer not null,
    author      text not null,
    campaign    text not null,
    sequence    ubigint not null
);

create table handoffs (
    event       text primary key,
    contact     text not null,
    happened_at timestamptz not null,
    team        text not null,
    reason      text not null,
    summary     text not null,
    slots       json not null,
    owner_revision integer not null,
    session     text not null,
    sequence    ubigint not null
);

create table owners (
    event       text primary key,
    contact     text not null,
    happened_at timestamptz not null,
    owner       text not null,
    previous    text not null,
    owner_revision integer not null,
    by_whom     text not null,
    sequence    ubigint not null
);

create table tickets (
    ticket      text primary key,
    contact     text not null,
    revision    integer not null,
    opened_at   timestamptz not null,
    claimed_at  timestamptz,
    first_reply_at timestamptz,
    closed_at   timestamptz,
    team        text not null,
    agent       text not null,
    status      text not null,      -- queue | open | closed
    rating      integer,            -- 1 to 5
    late_first_reply boolean not null,
    late_resolution  boolean not null
);

create table ticket_changes (
    event       text primary key,
    ticket      text not null,
    contact     text not null,
    happened_at timestamptz not null,
    change      text not null,
    status      text not null,
    team        text not null,
    agent       text not null,
    by_whom     text not null,
    late_for    text not null,
    rating      integer,
    sequence    ubigint not null
);

-- One an outbound of a campaign; what statuses say is taken over from `message_rows`.
create table campaign_sends (
    outbound    text primary key,
    campaign    text not null,
    occasion    text not null,
    contact     text not null,
    wamid       text,
    sent_at     timestamptz,
    delivered_at timestamptz,
    read_at     timestamptz,
    replied_at  timestamptz,        -- her first message within 72 h
    opted_out_at timestamptz,       -- her stop within 72 h
    failed_at   timestamptz,
    failed_reason text,
    failed_code integer,
    billable_as text,
    changed     ubigint not null    -- number of the commit that changed it last
);
create table campaign_runs (
    event       text primary key,
    campaign    text not null,
    run         text not null,
    happened_at timestamptz not null,
    considered  integer not null,
    queued      integer not null,
    skipped     json not null,      -- {reason: contacts}
    sequence    ubigint not null
);

create table preferences (
    event       text primary key,
    contact     text not null,
    happened_at timestamptz not null,
    value       text not null,      -- stop | resume
    source      text not null,      -- words | meta | send
    category    text not null,
    sequence    ubigint not null
);

create table catalogue_changes (
    event       text primary key,
    happened_at timestamptz not null,
    version     text not null,
    change      text not null,      -- added | removed | price | imported
    item        text not null,      -- its key; '' for an import
    previous    double,
    price       double,
    detail      json not null,
    sequence    ubigint not null
);

-- What Meta tells of numbers, accounts and templates, and updates without a name yet.
create table notices (
    event       text primary key,
    contact     text,               -- null: it concerns no single customer
    happened_at timestamptz not null,
    kind        text not null,      -- account | unknown
    field       text not null,
    account     text not null,
    value       json not null,
    sequence    ubigint not null
);

create table contacts (
    contact     text primary key,
    phone       text not null,
    user_id     text not null,
    name        text not null,
    username    text not null,
    first_at    timestamptz,        -- her first message in these records
    last_in_at  timestamptz,
    last_out_at timestamptz,
    turns       integer not null,
    cursor      ubigint not null,   -- of her last turn: a turn told twice counts once
    last_turn_at timestamptz,
    session     text not null,      -- her latest; '' before her first turn and after its end
    owner       text not null,
    marketing   text not null       -- unknown | granted | stopped
);

-- Vectors have length one and are comparable under one model only. What a search filters by stands
-- beside them.
create table embeddings (
    message     text primary key,
    contact     text not null,
    happened_at timestamptz not null,
    author      text not null,
    intent      text not null,
    model       text not null,
    dim         integer not null,
    vector      float[512] not null,
    changed     ubigint not null    -- number of the commit
);

-- Up to which message vectors were made: (changed, id) in `message_rows`.
create table embedded (
    model       text primary key,
    changed     ubigint not null,
    message     text not null
);

-- Hours whose records changed, and when last: what roll-ups and exports have to do again.
create table hours (
    hour        timestamptz primary key,
    changed     ubigint not null    -- number of the commit
);

-- UTC days that stand in Parquet files.
create table exports (
    day         date primary key,
    changed     ubigint not null,   -- the latest commit in it
    exported_at timestamptz not null,
    rows        ubigint not null,
    bytes       ubigint not null
);

-- Contacts erased, by a digest of their keys, so that what was under way is not taken in again.
create table erasures (
    digest      text not null,
    erased_at   timestamptz not null,
    done_at     timestamptz,        -- null: files may still hold something of her
    primary key (digest, erased_at)
);

-- Where conversations are left: sessions that reached a question, and that ended at it unanswered.
create view drop_offs as
    with reached as (
        select flow, step, count(distinct session) as sessions, min(happened_at) as first_at
        from steps where what = 'asked' group by flow, step
    ), stopped as (
        select flow, step, count(*) as sessions
        from sessions where outcome = 'waiting' group by flow, step
    )
    select flow, step, reached.sessions as reached, coalesce(stopped.sessions, 0) as ended_here
    from reached left join stopped using (flow, step);
