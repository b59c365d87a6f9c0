-- When her mailbox was last told that people have her, and who was given her and let her wait.
alter table tickets
    add column held_at_ms bigint not null default 0,
    add column let_wait text not null default '';
