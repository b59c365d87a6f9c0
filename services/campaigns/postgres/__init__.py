"""The schema `campaigns`, and what it reads of the schema `analytics`.

The job has one process, one connection for each thing that it does at the same time, and no web
server: what PostgreSQL does wrong ends it with a sentence, and the next run goes on.
"""
