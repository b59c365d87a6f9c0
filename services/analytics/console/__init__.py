"""The console in the browser: what runs now, what was said, what it led to and what it cost.

Reads JetStream (queues, dead letters) and the records (DuckDB) behind one HTTP application; changes
nothing but dead letters, which it brings back or drops. From the bottom: periods and queues (pure),
a module a section that builds its SQL and shapes its answer, sampler and letters (JetStream), api.
"""
