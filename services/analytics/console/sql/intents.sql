-- Intents: what the bot recognises, how surely, and the messages that it does not. The words behind a
-- turn are those of its inbounds: the messages of a burst were heard as one. Scores are the
-- dialogue's, 0 to 1; below $low an intent was acted on, but barely.

-- name: intents
-- One row an intent.
select
    step as intent,
    count(*) filter (where what = 'understood') as understood,
    count(*) filter (where what = 'clarified') as clarified,
    count(*) filter (where what = 'understood' and score < $low) as low,
    round(median(score) filter (where what = 'understood'), 3) as "medianScore"
from steps
where what in ('understood', 'clarified') and step <> ''
  and happened_at >= $since and happened_at < $until
group by step order by understood desc, clarified desc, intent limit 1000;

-- name: verdicts
-- Turns by step of time and by how well they were understood.
select
    epoch_ms(timezone($zone, date_trunc($step, timezone($zone, happened_at)))) as at,
    understood, count(*) as turns
from turns
where understood <> '' and happened_at >= $since and happened_at < $until
group by 1, 2 order by 1, 2;

-- name: misses
-- Messages that were not understood, asked back about, or understood barely; equal words are one
-- row, newest first. `guess` is the likeliest intent of the latest.
with doubtful as (
    select id, contact, happened_at, case
        when understood = 'no' then 'not_understood'
        when understood = 'clarified' then 'clarified'
        else 'low'
    end as kind
    from turns
    where (understood in ('no', 'clarified') or (understood = 'yes' and score < $low))
      and happened_at >= $since and happened_at < $until
), candidates as (
    select turn, arg_max(step, score) as guess, max(score) as score, list(step) as options
    from steps
    where what in ('understood', 'clarified') and step <> ''
      and happened_at >= $since and happened_at < $until
    group by turn
), words as (
    select turn, trim(string_agg(text, ' ' order by happened_at)) as text from messages
    where direction = 'in' and coalesce(text, '') <> '' and turn is not null
      and happened_at >= $since - interval 1 day and happened_at < $until
    group by turn
)
select
    arg_max(words.text, doubtful.happened_at) as text,
    arg_max(doubtful.kind, doubtful.happened_at) as kind,
    count(*) as times,
    coalesce(arg_max(candidates.guess, doubtful.happened_at), '') as guess,
    round(arg_max(candidates.score, doubtful.happened_at), 3) as score,
    arg_max(doubtful.contact, doubtful.happened_at) as contact,
    epoch_ms(max(doubtful.happened_at)) as at
from doubtful
join words on words.turn = doubtful.id
left join candidates on candidates.turn = doubtful.id
where ($kind = '' or doubtful.kind = $kind)
  and ($intent = '' or list_contains(candidates.options, $intent))
group by lower(strip_accents(words.text))
order by max(doubtful.happened_at) desc limit $rows;
