"""What is counted: the figures of a stretch of time, by minute, hour or day, from the records.

SQL for DuckDB. Each figure is a name, its labels (words of the bot's own making, never a
customer's) and a value that adds up over periods.
"""

FIGURES = """
    select happened_at, 'messages' as metric,
           json_object('direction', direction, 'author', author) as labels, 1.0 as value
    from messages where {within}
  union all
    select happened_at, 'turns', json_object('understood', understood, 'owner', owner), 1.0
    from turns where {within}
  union all
    select happened_at, 'intents', json_object('intent', intent, 'understood', understood), 1.0
    from turns where intent <> '' and {within}
  union all
    select started_at as happened_at, 'sessions', json_object('outcome', outcome), 1.0
    from sessions where {began}
  union all
    select happened_at, 'asked', json_object('flow', flow, 'step', step), 1.0
    from steps where what = 'asked' and {within}
  union all
    select happened_at, 'statuses', json_object('status', status), 1.0
    from statuses where {within}
  union all
    select happened_at, 'failures', json_object('reason', reason), 1.0
    from failures where {within}
  union all
    select happened_at, 'handoffs', json_object('team', team, 'reason', reason), 1.0
    from handoffs where {within}
  union all
    select happened_at, 'tickets', json_object('change', change, 'team', team), 1.0
    from ticket_changes where {within}
      and change in ('opened', 'claimed', 'first_reply', 'breached', 'closed', 'returned', 'rated')
  union all
    select happened_at, 'rating_sum', json_object('team', team), rating::double
    from ticket_changes where change = 'rated' and rating is not null and {within}
  union all
    select happened_at, 'preferences', json_object('value', value, 'source', source), 1.0
    from preferences where {within}
  union all
    select happened_at, 'billed', json_object('billable_as', billable_as), 1.0
    from messages where billable_as is not null and {within}
  union all
    select happened_at, 'campaign_messages', json_object('campaign', campaign), 1.0
    from messages where campaign is not null and {within}
""".format(  # noqa: S608 - our own words: each part names the stretch
    within="happened_at >= $starts_at and happened_at < $ends_at",
    began="started_at >= $starts_at and started_at < $ends_at",
)

_SUMMED = """
select {start} as starts_at, metric, labels, sum(value) as value
from ({figures}) group by all order by all
"""

BY_MINUTE = _SUMMED.format(start="date_trunc('minute', happened_at)", figures=FIGURES)
BY_HOUR = _SUMMED.format(start="date_trunc('hour', happened_at)", figures=FIGURES)
BY_DAY = _SUMMED.format(start="$starts_at", figures=FIGURES)

CHANGED_HOURS = """
select hour, changed from hours
where changed > $changed and changed <= (
    select max(changed) from (
        select changed from hours where changed > $changed order by changed limit $rows
    )
)
order by changed, hour
"""

CHANGED_RESULTS = """
select campaign, occasion, contact, outbound, sent_at, delivered_at, read_at, replied_at,
       opted_out_at, failed_at, coalesce(failed_reason, '') as failed_reason,
       coalesce(billable_as, '') as billable_as, changed
from campaign_sends where changed > $changed and changed <= $next
"""
NEXT_RESULTS = """
select max(changed) as changed from (
    select changed from campaign_sends where changed > $changed order by changed limit $rows
)
"""
LAST_COMMIT = """
select greatest((select coalesce(max(changed), 0) from hours),
                (select coalesce(max(changed), 0) from campaign_sends)) as changed
"""
