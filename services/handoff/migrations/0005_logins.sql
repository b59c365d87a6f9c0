-- By which name somebody signs in: a Chatbot lists its teams' members by it, and not by the name
-- that people see, which anybody may choose.
alter table agents add column login text not null default '';
