-- Conversations: who talked, what was found in their words, and one replayed step by step. Lists go
-- back from $before (an instant in milliseconds; 0: from the newest). A replay's turns, hand-overs and
-- failures are those of the stretch of time that its page of messages covers.

-- name: conversations
-- One row a contact who talked in the period, latest first.
with talked as (
    select
        contact, max(happened_at) as at, count(*) as messages,
        arg_max(text, happened_at) as text, arg_max(author, happened_at) as author,
        arg_max(kind, happened_at) as kind
    from messages
    where happened_at >= $since and happened_at < $until
      and ($author = '' or author = $author) and ($intent = '' or intent = $intent)
    group by contact
), held as (
    select
        contact, count(*) as sessions, sum(missed)::integer as missed,
        arg_max(case when outcome = 'waiting' and ended_at >= $idle_before then 'open' else outcome end, ended_at) as outcome,
        arg_max(flow, ended_at) as flow
    from sessions where ended_at >= $since and started_at < $until
    group by contact
)
select
    talked.contact as contact, coalesce(contacts.name, '') as name,
    coalesce(contacts.phone, '') as phone, epoch_ms(talked.at) as at,
    coalesce(talked.text, '') as text, talked.author as author, talked.kind as kind,
    talked.messages as messages, coalesce(held.sessions, 0) as sessions,
    coalesce(held.missed, 0) as missed, coalesce(held.outcome, '') as outcome,
    coalesce(held.flow, '') as flow, coalesce(contacts.owner, '') as owner
from talked
left join contacts on contacts.contact = talked.contact
left join held on held.contact = talked.contact
where ($before = 0 or epoch_ms(talked.at) < $before) and ($kind = '' or held.outcome = $kind)
order by talked.at desc limit $rows;

-- name: found
-- Messages that hold the words, whatever their case and accents, or whose contact is named or
-- numbered so; newest first.
select
    messages.contact as contact, coalesce(contacts.name, '') as name,
    coalesce(contacts.phone, '') as phone, epoch_ms(messages.happened_at) as at,
    coalesce(messages.text, '') as text, messages.author as author, messages.kind as kind,
    coalesce(messages.intent, '') as intent, messages.id as message
from messages left join contacts on contacts.contact = messages.contact
where messages.happened_at >= $since and messages.happened_at < $until
  and ($author = '' or messages.author = $author) and ($intent = '' or messages.intent = $intent)
  and ($before = 0 or epoch_ms(messages.happened_at) < $before)
  and (
      contains(strip_accents(lower(coalesce(messages.text, ''))), strip_accents(lower($q)))
      or contains(strip_accents(lower(coalesce(contacts.name, ''))), strip_accents(lower($q)))
      or ($digits <> '' and contains(coalesce(contacts.phone, ''), $digits))
  )
order by messages.happened_at desc, messages.id limit $rows;

-- name: intents
-- The intents that there are to choose from.
select distinct intent from turns
where intent <> '' and happened_at >= $since and happened_at < $until
order by intent limit 500;

-- name: person
-- Who she is.
select
    contact, name, phone, username, owner, marketing,
    (select count(*) from messages where messages.contact = $contact and direction = 'in') as inbounds,
    (select count(*) from messages where messages.contact = $contact and direction = 'out') as outbounds,
    epoch_ms(first_at) as "firstAt", epoch_ms(last_in_at) as "lastInAt"
from contacts where contact = $contact;

-- name: messages
-- A page of her messages, oldest first.
with page as (
    select * from messages
    where contact = $contact and ($before = 0 or epoch_ms(happened_at) < $before)
    order by happened_at desc, sequence desc, position desc limit $rows
)
select
    id, epoch_ms(happened_at) as at, author, kind, coalesce(text, '') as text, content,
    coalesce(reply_to, '') as "replyTo", coalesce(wamid, '') as wamid,
    coalesce(agent, '') as agent, coalesce(campaign, '') as campaign,
    coalesce(category, '') as category, coalesce(turn, '') as turn,
    coalesce(status, '') as status, epoch_ms(delivered_at) as "deliveredAt",
    epoch_ms(read_at) as "readAt", failed_code as "failedCode",
    coalesce(reaction, '') as reaction, coalesce(edited, false) as edited,
    coalesce(revoked, false) as revoked, coalesce(ambiguous, false) as ambiguous
from page order by happened_at, sequence, position;

-- name: turns
-- The turns between them: what was understood, and how surely.
with page as (
    select happened_at from messages
    where contact = $contact and ($before = 0 or epoch_ms(happened_at) < $before)
    order by happened_at desc, sequence desc, position desc limit $rows
)
select
    id, epoch_ms(happened_at) as at, owner, inbounds, messages, intent, score, understood,
    handed_off as "handedOff", program, session
from turns
where contact = $contact and happened_at >= (select min(happened_at) from page)
  and ($before = 0 or epoch_ms(happened_at) < $before)
order by happened_at, cursor limit 1000;

-- name: trace
-- What each of those turns decided, in order.
with page as (
    select happened_at from messages
    where contact = $contact and ($before = 0 or epoch_ms(happened_at) < $before)
    order by happened_at desc, sequence desc, position desc limit $rows
)
select turn, ordinal, what, flow, step, detail, score
from steps
where contact = $contact and happened_at >= (select min(happened_at) from page)
  and ($before = 0 or epoch_ms(happened_at) < $before)
order by turn, ordinal limit 5000;

-- name: moves
-- What changed hands, what was asked of people, what could not be sent.
with page as (
    select happened_at from messages
    where contact = $contact and ($before = 0 or epoch_ms(happened_at) < $before)
    order by happened_at desc, sequence desc, position desc limit $rows
), told as (
    select happened_at, 'owner' as what, owner as subject, by_whom as detail
    from owners where contact = $contact
    union all
    select happened_at, 'handoff', team, reason from handoffs where contact = $contact
    union all
    select happened_at, 'failed', reason, code::text from failures where contact = $contact
    union all
    select happened_at, 'preference', value, source from preferences where contact = $contact
)
select epoch_ms(happened_at) as at, what, subject, detail from told
where happened_at >= (select min(happened_at) from page)
  and ($before = 0 or epoch_ms(happened_at) < $before)
order by happened_at limit 1000;
