"""Tables of figures: medians with their ranges, and ratios of one stack to another."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.table import Table

from benchmarks.machine import CREDIBLE_FOREIGN_CPU

Runs = Sequence[Mapping[str, Any]]
Figure = Callable[[Mapping[str, Any]], float | None]


def _latency(of: str, quantile: str) -> Figure:
    return lambda run: run[of][quantile] if run[of] else None


FIGURES: Mapping[str, tuple[Figure, str]] = {
    "messages a second, end to end": (lambda run: run["messages_per_s"], "{:,.0f}"),
    "CPU, ms a message": (lambda run: sum(run["cpu_ms"].values()), "{:.2f}"),
    "webhook to 200, p50, ms": (_latency("ack_ms", "p50"), "{:.1f}"),
    "webhook to 200, p99, ms": (_latency("ack_ms", "p99"), "{:.1f}"),
    "webhook to reply, p50, ms": (_latency("answer_ms", "p50"), "{:.1f}"),
    "webhook to reply, p99, ms": (_latency("answer_ms", "p99"), "{:.1f}"),
    "memory, MiB": (lambda run: sum(run["rss_mib"].values()), "{:.0f}"),
    "foreign CPU, cores": (lambda run: run["foreign_cores"], "{:.2f}"),
}


def table(title: str, stacks: Mapping[str, Runs]) -> Table:
    """Show the figures of one scenario, a column a stack; with several, ratios to the last."""
    names = list(stacks)
    shown = Table("figure", *names, title=title, title_justify="left")
    rivals = names[:-1]
    for rival in rivals:
        shown.add_column(f"{names[-1]} : {rival}", justify="right")
    for what, (figure, form) in FIGURES.items():
        found = {name: values(runs, figure) for name, runs in stacks.items()}
        if any(found.values()):
            ratios = [ratio(found[names[-1]], found[rival]) for rival in rivals]
            shown.add_row(what, *(spread(each, form) for each in found.values()), *ratios)
    shown.add_row("by process, CPU ms · MiB", *map(_parts, stacks.values()), *("" for _ in rivals))
    shown.caption = _caption(stacks)
    return shown


def values(runs: Runs, figure: Figure) -> list[float]:
    """Give a figure of each run that has it."""
    return [value for run in runs if (value := figure(run)) is not None]


def spread(found: Sequence[float], form: str) -> str:
    """Write a median and its range."""
    if not found:
        return "–"
    middle, low, high = statistics.median(found), min(found), max(found)
    return f"{form} ({form}–{form})".format(middle, low, high)


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """Write the ratio of two medians, and the least and the greatest that the runs allow."""
    if not ours or not theirs or min(*ours, *theirs) <= 0:
        return "–"
    middle = statistics.median(ours) / statistics.median(theirs)
    return f"{middle:.3g} ({min(ours) / max(theirs):.3g}–{max(ours) / min(theirs):.3g})"


def _parts(runs: Runs) -> str:
    """Write the medians of each process, a line each."""
    lines = []
    for part in runs[0]["cpu_ms"]:
        cpu = statistics.median(run["cpu_ms"][part] for run in runs)
        memory = statistics.median(run["rss_mib"][part] for run in runs)
        lines.append(f"{part} {cpu:.2f} · {memory:.0f}")
    return "\n".join(lines)


def _caption(stacks: Mapping[str, Runs]) -> str:
    said = []
    if max(run["foreign_cores"] for runs in stacks.values() for run in runs) > CREDIBLE_FOREIGN_CPU:
        said.append("The machine was busy with other things: measure again.")
    for name, runs in stacks.items():
        if flaws := [run["flaws"] for run in runs if run["flaws"]]:
            said.append(f"{name} did not answer every message once and in order: {flaws}")
    return " ".join(said)
