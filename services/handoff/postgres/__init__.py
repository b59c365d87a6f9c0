"""What handoff keeps in PostgreSQL, schema `handoff`: all of its SQL stands in this package.

Functions take a connection that their caller has in a transaction; what belongs together is written
together. Whoever changes a contact's ticket or timeline holds the lock of `contacts.lock`.
"""
