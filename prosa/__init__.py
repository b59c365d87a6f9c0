"""The kernel that every Prosa component stands on; it imports no component.

From the bottom: errors and clock; contracts (what crosses a process boundary); telemetry, settings,
understanding and dialogue; health, jetstream and postgres; service (a component's life); cli.
"""
