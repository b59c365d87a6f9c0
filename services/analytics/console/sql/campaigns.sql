-- Campaigns: what left, what arrived, who answered or stopped, what was refused and why. A send
-- belongs to the period in which it left, or failed to; a reply counts within 72 hours.

-- name: campaigns
-- One row a campaign.
select
    campaign,
    count(sent_at) as sent,
    count(coalesce(delivered_at, read_at)) as delivered,
    count(read_at) as read,
    count(replied_at) as replied,
    count(opted_out_at) as "optedOut",
    count(failed_at) as failed,
    epoch_ms(max(coalesce(sent_at, failed_at))) as "lastAt"
from campaign_sends
where coalesce(sent_at, failed_at) >= $since and coalesce(sent_at, failed_at) < $until
group by campaign order by sent desc, campaign limit 500;

-- name: billed
-- What Meta bills the campaigns' messages as.
select campaign, coalesce(billable_as, '') as "billableAs", count(*) as messages
from campaign_sends where sent_at >= $since and sent_at < $until
group by 1, 2 order by 1, 3 desc limit 2000;

-- name: failures
-- Why messages of campaigns did not arrive.
select
    campaign, coalesce(failed_reason, '') as reason, coalesce(failed_code, 0) as code,
    count(*) as messages
from campaign_sends
where failed_at is not null
  and coalesce(sent_at, failed_at) >= $since and coalesce(sent_at, failed_at) < $until
group by 1, 2, 3 order by messages desc, campaign limit 500;

-- name: daily
-- Sends by step of time and campaign.
select
    epoch_ms(timezone($zone, date_trunc($step, timezone($zone, sent_at)))) as at,
    campaign, count(*) as messages
from campaign_sends where sent_at >= $since and sent_at < $until
group by 1, 2 order by 1, 2;

-- name: runs
-- The latest runs, and whom they left out.
select campaign, epoch_ms(happened_at) as at, considered, queued, skipped
from campaign_runs where happened_at >= $since and happened_at < $until
order by happened_at desc limit $rows;
