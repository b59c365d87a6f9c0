"""PostgreSQL for records: a pool, numbered migrations, and a server of one's own without a cluster.

The SQL itself stands in the stores of the services and in their `migrations/` folders.
"""
