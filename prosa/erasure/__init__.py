"""Forgets one contact of one bot in every store (LGPD, articles 16 and 18).

`streams` deletes messages so that their bytes are overwritten, `postgres` deletes rows wherever a
table names a bot and a contact, `erasing` does both in an order that can be broken off and
repeated. The records of analytics (DuckDB and Parquet) are one process's alone: the event
`ContactErased` tells it to forget. What other systems were sent (WhatsApp, a CRM, e-mails, backups)
is not ours to take back.
"""
