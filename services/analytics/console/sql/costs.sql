-- Cost and volume: messages by day, by who wrote them, and by what Meta bills them as (its word in
-- statuses: pricing type and category).

-- name: volume
-- Messages by step of time and author.
select
    epoch_ms(timezone($zone, date_trunc($step, timezone($zone, happened_at)))) as at,
    author, count(*) as messages
from messages where happened_at >= $since and happened_at < $until
group by 1, 2 order by 1, 2;

-- name: billed
-- Messages by step of time and by what Meta bills them as.
select
    epoch_ms(timezone($zone, date_trunc($step, timezone($zone, happened_at)))) as at,
    billable_as as "billableAs", count(*) as messages
from messages
where coalesce(billable_as, '') <> '' and happened_at >= $since and happened_at < $until
group by 1, 2 order by 1, 2;

-- name: categories
-- What was sent, by category, author and kind, and what became of it.
select
    coalesce(category, '') as category, author, kind,
    count(*) as messages,
    count(delivered_at) as delivered,
    count(read_at) as read,
    count(*) filter (where status = 'failed') as failed
from messages
where direction = 'out' and happened_at >= $since and happened_at < $until
group by 1, 2, 3 order by messages desc limit 500;

-- name: totals
-- The period in one row.
select
    count(*) filter (where direction = 'in') as received,
    count(*) filter (where direction = 'out') as sent,
    count(*) filter (where direction = 'out' and status = 'failed') as failed,
    count(delivered_at) as delivered,
    count(read_at) as read,
    count(distinct contact) as contacts
from messages where happened_at >= $since and happened_at < $until;
