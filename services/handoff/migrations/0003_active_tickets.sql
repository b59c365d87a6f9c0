-- The list counts what people have at every look: an index of that alone, which stays small.
create index tickets_active on tickets (bot, status, outcome) include (team, agent)
    where status <> 'closed';
