-- When her mailbox was last told that people have her, and who had her before she went back
-- into a queue: its team gives her to somebody else.
alter table tickets
    add column held_at_ms bigint not null default 0,
    add column not_again text not null default '';
