"""What analytics keeps in PostgreSQL, schema `analytics`: all of its SQL stands in this package.

Every write can be repeated, and carries in its transaction how far it followed its source.
"""
