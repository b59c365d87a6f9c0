"""Builders, servers and conditions that tests import by name."""
