"""Tests by level; see CONTRIBUTING."""
