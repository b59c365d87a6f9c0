"""Measures a message's way through Prosa: rate, CPU a message, latency, memory; medians and ranges.

    python -m benchmarks [capacity] [--runs N] [--seconds S] [--json FILE]
    python -m benchmarks versus     the same beside the Celery design, with ratios

Each run starts its stack afresh, and stacks take turns, so that the machine's drift meets them all.
What else the machine did meanwhile is told as foreign CPU: believe nothing while it is above 0.15
cores.
"""

import argparse
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from benchmarks import loadgen, machine, measuring, report, stacks

AT_ONCE = ("--window", "128")
SLOW_META = ("--window", "512", "--mock-latency", "100")
EQUAL_LOAD = ("--mode", "open-loop", "--rate", "100", "--connections", "128")
SCENARIOS = {
    "Meta answers at once": AT_ONCE,
    "Meta answers after 100 ms": SLOW_META,
    "100 messages a second": EQUAL_LOAD,
}
COMPARISONS: dict[str, tuple[str, ...]] = {"capacity": (), "versus": ("celery", "celery tuned")}
STACKS: dict[str, stacks.Stack] = {
    "celery": stacks.celery,
    "celery tuned": partial(stacks.celery, tuned=True),
    "prosa": stacks.prosa,
}


def main() -> int:
    """Run all scenarios; 1 when Prosa lost, doubled or reordered a message."""
    arguments = _arguments()
    console = Console()
    loadgen.build()
    names = (*COMPARISONS[arguments.what], "prosa")
    if len(names) > 1:
        stacks.prepare_rival()
    results: dict[str, dict[str, list[dict[str, Any]]]] = {}
    with Progress(console=console) as progress:
        task = progress.add_task("", total=len(SCENARIOS) * arguments.runs * len(names))
        for scenario, options in SCENARIOS.items():
            found = results[scenario] = {name: [] for name in names}
            for _ in range(arguments.runs):
                for name in names:
                    progress.update(task, description=f"{scenario}: {name}")
                    found[name].append(measuring.measure(STACKS[name], options, arguments.seconds))
                    progress.advance(task)
            console.print(report.table(scenario, found))
    console.print(machine.describe())
    if arguments.json:
        record = {"machine": machine.describe(), "results": results}
        arguments.json.write_text(json.dumps(record, indent=2) + "\n")
    return int(any(run["flaws"] for found in results.values() for run in found["prosa"]))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", nargs="?", choices=COMPARISONS, default="capacity")
    parser.add_argument("--runs", type=int, default=3, help="runs of each scenario (3)")
    parser.add_argument("--seconds", type=int, default=8, help="seconds of sending in a run (8)")
    parser.add_argument("--json", type=Path, help="also write every run's record to this file")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
