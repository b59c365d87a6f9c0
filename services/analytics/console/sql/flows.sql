-- Flows: who begins them, where people stop, how long the rest takes. A conversation that stopped
-- at a question counts as left there once it has been silent for the bot's session.idle ($idle_before);
-- until then it is open.

-- name: flows
-- One row a flow: conversations that began it in the period, and what became of them.
with marks as (
    select session, step as flow, what, happened_at from steps
    where what in ('flow_started', 'flow_ended', 'cancelled') and step <> ''
      and happened_at >= $since and happened_at < $until
), began as (
    select session, flow, min(happened_at) as at from marks where what = 'flow_started' group by all
), ended as (
    select session, flow, max(happened_at) as at from marks where what = 'flow_ended' group by all
), cancelled as (
    select distinct session, flow, true as gone from marks where what = 'cancelled'
), became as (
    select
        began.flow, epoch_ms(ended.at) - epoch_ms(began.at) as ms,
        case
            when ended.at is not null then 'completed'
            when cancelled.gone then 'cancelled'
            when sessions.flow = began.flow and sessions.outcome = 'handed_off' then 'handedOff'
            when sessions.ended_at >= $idle_before then 'open'
            else 'left'
        end as fate
    from began
    left join ended using (session, flow)
    left join cancelled using (session, flow)
    left join sessions on sessions.id = began.session
)
select
    flow,
    count(*) as started,
    count(*) filter (where fate = 'completed') as completed,
    count(*) filter (where fate = 'cancelled') as cancelled,
    count(*) filter (where fate = 'handedOff') as "handedOff",
    count(*) filter (where fate = 'left') as "left",
    count(*) filter (where fate = 'open') as "open",
    (median(ms) filter (where fate = 'completed'))::bigint as "medianMs"
from became group by flow order by started desc, flow limit 500;

-- name: questions
-- One row a question of a flow, in the order in which people meet them.
with asked as (
    select flow, step, session, min(happened_at) as met, min(ordinal) as ordinal
    from steps
    where what = 'asked' and flow <> '' and ($flow = '' or flow = $flow)
      and happened_at >= $since and happened_at < $until
    group by all
), placed as (
    select *, row_number() over (partition by flow, session order by met, ordinal) as place
    from asked
), repaired as (
    select distinct flow, step, session from steps
    where what in ('not_understood', 'invalid', 'tied', 'partial') and step <> ''
      and happened_at >= $since and happened_at < $until
), given as (
    select step, session, max(happened_at) as given_at from steps
    where what in ('filled', 'corrected', 'skipped', 'confirmed')
      and happened_at >= $since and happened_at < $until
    group by all
)
select
    placed.flow as flow,
    placed.step as step,
    count(*) as reached,
    count(*) filter (
        where sessions.outcome = 'waiting' and sessions.flow = placed.flow
          and sessions.step = placed.step and sessions.ended_at < $idle_before
    ) as "left",
    count(*) filter (
        where sessions.outcome = 'handed_off' and sessions.flow = placed.flow
          and sessions.step = placed.step
    ) as "handedOff",
    count(repaired.session) as repaired,
    (median(epoch_ms(given.given_at) - epoch_ms(placed.met))
        filter (where given.given_at >= placed.met))::bigint as "medianMs",
    round(avg(placed.place), 2) as place
from placed
left join sessions on sessions.id = placed.session
left join repaired on repaired.flow = placed.flow and repaired.step = placed.step
    and repaired.session = placed.session
left join given on given.step = placed.step and given.session = placed.session
group by placed.flow, placed.step
order by flow, place, reached desc limit 2000;

-- name: outcomes
-- How conversations that began in the period stand or ended.
select
    case when outcome = 'waiting' and ended_at >= $idle_before then 'open' else outcome end
        as outcome,
    count(*) as conversations,
    median(turns)::integer as turns
from sessions where started_at >= $since and started_at < $until
group by 1 order by conversations desc;
