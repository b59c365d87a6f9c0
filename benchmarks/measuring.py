"""One measurement: a fresh stack, a short load to warm it, then the load that counts."""

import time
from collections.abc import Sequence
from typing import Any

from benchmarks import loadgen, machine
from benchmarks.stacks import Running, Stack

COMMON = ("--text", "quero deixar um recado", "--answers", "burst")
FLAWS = ("lost", "doubled", "reordered", "misdirected", "refused", "unacknowledged")
_WARM_SECONDS = "2"


def measure(stack: Stack, options: Sequence[str], seconds: int) -> dict[str, Any]:
    """Start a stack, load it, and give the figures of the run. Raises LoadgenFailed, StackFailed.

    CPU is what the stack's processes and all their children spent, divided by the messages that
    were answered; foreign CPU what everything else used meanwhile, in cores.
    """
    with stack() as running:
        load(running, *options, "--warmup", "0", "--duration", _WARM_SECONDS)
        before, began = machine.Meter.read(running.pids), time.monotonic()
        record = load(running, *options, "--warmup", "1", "--duration", str(seconds))
        spent, busy = machine.Meter.read(running.pids).since(before)
        wall = time.monotonic() - began
        generator = record["generator_cpu_s"] + record["mock_cpu_s"]
        answered = record["answered"] or 1
        return {
            "messages_per_s": record["answers_per_s"],
            "cpu_ms": {name: 1e3 * used / answered for name, used in spent.items()},
            "ack_ms": record["ack_ms"],
            "answer_ms": record["answer_ms"],
            "rss_mib": {name: machine.memory_mib(pid) for name, pid in running.pids.items()},
            "foreign_cores": max(0.0, busy - sum(spent.values()) - generator) / wall,
            "flaws": {flaw: record[flaw] for flaw in FLAWS if record[flaw]},
            "loadgen": record,
        }


def load(running: Running, *options: str) -> dict[str, Any]:
    """Load a stack that runs; gives the generator's record. Raises LoadgenFailed."""
    return loadgen.run(running.webhook, running.send_port, running.app_secret, *COMMON, *options)
