"""The same lags, played to `decide`: it does what a real KEDA with a real HPA was recorded to do.

`recordings/record.py` took the recordings, and tells how. Both polled at their own moments, so that
steps are compared, not seconds. Readings of KEDA's that failed are not in the series: where they
were many, only the end of each step tells.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
import pytest

from prosa.contracts.components import Autoscaling
from prosa.contracts.durations import duration
from tests.support.scaling import AWAY, Scaler

FILES = sorted((Path(__file__).parent / "recordings").glob("*.json"))
WAKING = ("asleep", "woken, and up by policy to ceil(35 / 10)")
"""KEDA wakes one and leaves the rest to the HPA; in both recordings an EOF woke it too early."""


@dataclass
class Moment:
    """When replicas became so many, in which step of the recording."""

    at: float
    step: str
    replicas: int


@dataclass
class Series:
    """One target of a recording."""

    samples: list[dict[str, Any]]
    spec: Autoscaling
    seconds: float

    def recorded(self) -> list[Moment]:
        return [Moment(each["at"], each["step"], each["replicas"]) for each in self.samples]

    def played(self) -> list[Moment]:
        """Let `decide` poll the recorded lags, each poll a decision that is carried out."""
        scaler = Scaler(self.spec, replicas=0)
        moments = []
        for at, sample in self._polls():
            replicas = scaler.at(at, AWAY if sample["lag"] is None else sample["lag"]).replicas
            moments.append(Moment(at, sample["step"], replicas))
        return moments

    def _polls(self) -> Iterator[tuple[float, dict[str, Any]]]:
        every = duration(self.spec.polling_interval).total_seconds()
        at = self.samples[0]["at"]
        while at < self.seconds:
            yield at, next(each for each in reversed(self.samples) if each["at"] <= at)
            at += every


def read(file: Path) -> dict[str, Series]:
    recording = json.loads(file.read_text())
    spec = msgspec.convert(recording["autoscaling"], Autoscaling)
    return {
        f"{file.stem}, {name}": Series(samples, spec, recording["seconds"])
        for name, samples in recording["series"].items()
    }


ALL = {name: series for file in FILES for name, series in read(file).items()}
UNDISTURBED = ALL["polled-every-5s, one"]


def by_step(moments: list[Moment]) -> dict[str, list[int]]:
    """Give the replicas of each step, from those that it began with, each number in its order."""
    found = {}
    last = 0
    for step, of in groupby(moments, key=lambda each: each.step):
        replicas = [last, *(each.replicas for each in of)]
        found[step] = [number for number, _ in groupby(replicas)]
        last = replicas[-1]
    return found


def test_every_step_goes_through_the_same_replicas() -> None:
    theirs, ours = by_step(UNDISTURBED.recorded()), by_step(UNDISTURBED.played())

    assert len(theirs) == 11
    for step in WAKING:
        del theirs[step], ours[step]
    assert ours == theirs


def test_each_number_is_reached_at_about_the_same_time() -> None:
    first: dict[tuple[str, int], float] = {}
    for each in UNDISTURBED.recorded():
        first.setdefault((each.step, each.replicas), each.at)
    late = [
        each.at - first.pop((each.step, each.replicas), each.at) for each in UNDISTURBED.played()
    ]

    assert min(late) > -5  # a sync of the HPA: no window or period was cut short
    assert max(late) < 10  # two polls


@pytest.mark.parametrize("name", ALL)
def test_every_step_ends_with_the_same_replicas(name: str) -> None:
    theirs, ours = by_step(ALL[name].recorded()), by_step(ALL[name].played())

    assert {step: path[-1] for step, path in ours.items()} == {
        step: path[-1] for step, path in theirs.items() if step != "asleep"
    } | {"asleep": 0}


def test_waking_skips_the_one() -> None:
    assert by_step(UNDISTURBED.played())[WAKING[1]] == [0, 2, 4]
