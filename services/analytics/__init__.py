"""Analytics: what happened, kept and counted, and the console that shows it.

Consumes    EVT and IN, by stream sequence; the contacts bucket, by revision.
Publishes   dead letters that a person brings back, to where they came from.
Keeps       DuckDB and Parquet (messages, turns, statuses, embeddings); PostgreSQL, schema
            `analytics`: roll-ups and the contact read model.
Scales by   nothing: one writer a bot, because DuckDB has one.
Never       stands in the message path: while it is away, customers are answered all the same.
"""
