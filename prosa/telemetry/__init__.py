"""How a component tells what it does: logs, metrics, traces. It decides nothing."""
