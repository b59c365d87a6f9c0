"""Switches: on, for a while, by chance."""

import msgspec
import pytest

from simulator.faults import NAMES, Fault, Faults, read_switches


def test_everything_is_off_at_first() -> None:
    assert not any(Faults().active().values())


def test_a_fault_for_the_next_three_strikes_three_times() -> None:
    faults = Faults()
    faults.set("error", Fault(next=3))

    assert [bool(faults.strike("error")) for _ in range(5)] == [True] * 3 + [False] * 2
    assert not faults.active()["error"]


def test_a_fault_by_chance_strikes_about_as_often() -> None:
    faults = Faults(seed=7)
    faults.set("silent", Fault(probability=0.3))

    struck = sum(bool(faults.strike("silent")) for _ in range(1000))

    assert 250 < struck < 350


def test_switches_are_read_from_json() -> None:
    switches = read_switches(b'{"rate": true, "slow": false, "error": {"next": 2}}')

    assert switches["rate"].active
    assert not switches["slow"].active
    assert switches["error"].next == 2


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        read_switches(b'{"fire": true}')


def test_each_fault_has_a_switch() -> None:
    assert set(Faults().active()) == set(NAMES)
    assert len(NAMES) == 10
