-- Data: how much is kept, how far the writer has read, and what it could not read.

-- name: tables
-- How many rows each table has.
select 'messages' as name, count(*) as rows from message_rows
union all select 'turns', count(*) from turns
union all select 'steps', count(*) from steps
union all select 'sessions', count(*) from sessions
union all select 'statuses', count(*) from statuses
union all select 'failures', count(*) from failures
union all select 'handoffs', count(*) from handoffs
union all select 'tickets', count(*) from tickets
union all select 'campaign_sends', count(*) from campaign_sends
union all select 'contacts', count(*) from contacts
union all select 'embeddings', count(*) from embeddings
order by rows desc, name;

-- name: progress
-- How far each stream has been read.
select
    stream, sequence::bigint as sequence, taken::bigint as taken, missed::bigint as missed
from progress order by stream;

-- name: oddities
-- What could not be read, by reason; its words stay where they are.
select stream, reason, count(*) as messages, epoch_ms(max(received_at)) as "lastAt"
from oddities group by 1, 2 order by messages desc limit $rows;

-- name: days
-- Days with records, latest first, and whether their Parquet files hold all of it.
with days as (
    select (hour at time zone 'UTC')::date as day, max(changed) as changed from hours group by 1
)
select
    strftime(days.day, '%Y-%m-%d') as day,
    exports.day is not null as exported,
    coalesce(exports.changed >= days.changed, false) as current,
    exports.rows::bigint as rows, exports.bytes::bigint as bytes,
    epoch_ms(exports.exported_at) as "exportedAt"
from days left join exports on exports.day = days.day
order by days.day desc limit $rows;

-- name: storage
-- How large the file is, how old what it holds is, and how much of it can be found by meaning.
select
    (select (max(total_blocks) * max(block_size))::bigint from pragma_database_size()) as bytes,
    (select epoch_ms(min(happened_at)) from messages) as "oldestAt",
    (select epoch_ms(max(received_at)) from messages) as "newestAt",
    (select count(*) from messages where direction = 'in' and coalesce(text, '') <> '') as texts,
    (select count(*) from embeddings) as embedded,
    (select coalesce(max(model), '') from embeddings) as model,
    (select count(*) from erasures where done_at is not null) as erased;
