-- When a campaign's message failed: what never left belongs to the period in which it failed.
alter table campaign_results add column failed_at timestamptz;
delete from progress where name = 'campaign_results';   -- all are written once more
