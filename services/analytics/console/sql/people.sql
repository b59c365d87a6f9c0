-- Handoff: how many conversations people hold, how long customers wait, what they say of it. Waiting
-- is measured on the clock on the wall; whether a promise was broken is the ticket's own word, whose
-- clocks stand still outside business hours.

-- name: summary
-- All tickets opened in the period, in one row.
select
    count(*) as tickets,
    count(*) filter (where status = 'closed') as closed,
    count(*) filter (where late_first_reply) as "lateFirstReply",
    count(*) filter (where late_resolution) as "lateResolution",
    median(epoch_ms(first_reply_at) - epoch_ms(opened_at))::bigint as "firstReplyMs",
    quantile_cont(epoch_ms(first_reply_at) - epoch_ms(opened_at), 0.9)::bigint as "firstReplyP90Ms",
    median(epoch_ms(closed_at) - epoch_ms(opened_at))::bigint as "resolutionMs",
    count(rating) as ratings,
    round(avg(rating), 2) as rating
from tickets where opened_at >= $since and opened_at < $until;

-- name: now
-- What is open at this moment, whenever it was opened.
select
    count(*) filter (where status = 'queue') as waiting,
    count(*) filter (where status = 'open') as held,
    epoch_ms(min(opened_at) filter (where status = 'queue')) as "oldestAt"
from tickets where status <> 'closed';

-- name: load
-- Tickets opened and closed by step of time; `before` is what was open when the period began.
select
    epoch_ms(timezone($zone, date_trunc($step, timezone($zone, opened_at)))) as at,
    'opened' as what, count(*) as tickets
from tickets where opened_at >= $since and opened_at < $until group by 1
union all
select
    epoch_ms(timezone($zone, date_trunc($step, timezone($zone, closed_at)))), 'closed', count(*)
from tickets where closed_at >= $since and closed_at < $until group by 1
union all
select epoch_ms($since), 'before', count(*)
from tickets where opened_at < $since and (closed_at is null or closed_at >= $since);

-- name: teams
-- One row a team.
with moved as (
    select ticket, count(*) as times from ticket_changes
    where change = 'transferred' and happened_at >= $since group by ticket
)
select
    team,
    count(*) as tickets,
    count(*) filter (where status = 'closed') as closed,
    count(*) filter (where late_first_reply) as "lateFirstReply",
    count(*) filter (where late_resolution) as "lateResolution",
    median(epoch_ms(first_reply_at) - epoch_ms(opened_at))::bigint as "firstReplyMs",
    median(epoch_ms(closed_at) - epoch_ms(opened_at))::bigint as "resolutionMs",
    coalesce(sum(moved.times), 0)::bigint as transfers,
    count(rating) as ratings,
    round(avg(rating), 2) as rating
from tickets left join moved on moved.ticket = tickets.ticket
where opened_at >= $since and opened_at < $until
group by team order by tickets desc, team limit 200;

-- name: agents
-- One row a person who held a ticket last.
with moved as (
    select ticket, count(*) as times from ticket_changes
    where change = 'transferred' and happened_at >= $since group by ticket
)
select
    agent,
    count(*) as tickets,
    count(*) filter (where status = 'closed') as closed,
    count(*) filter (where late_first_reply) as "lateFirstReply",
    count(*) filter (where late_resolution) as "lateResolution",
    median(epoch_ms(first_reply_at) - epoch_ms(opened_at))::bigint as "firstReplyMs",
    median(epoch_ms(closed_at) - epoch_ms(opened_at))::bigint as "resolutionMs",
    coalesce(sum(moved.times), 0)::bigint as transfers,
    count(rating) as ratings,
    round(avg(rating), 2) as rating
from tickets left join moved on moved.ticket = tickets.ticket
where agent <> '' and opened_at >= $since and opened_at < $until
group by agent order by tickets desc, agent limit 1000;

-- name: ratings
-- How often each of the five answers was given.
select rating, count(*) as tickets from tickets
where rating is not null and opened_at >= $since and opened_at < $until
group by rating order by rating desc;

-- name: reasons
-- Why conversations came to people.
select reason, count(*) as handoffs from handoffs
where happened_at >= $since and happened_at < $until
group by reason order by handoffs desc, reason limit 200;
