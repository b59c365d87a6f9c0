"""Faults on demand: what goes wrong between Meta and a client, switched on for a while.

A fault is off, on, on for the next n occasions, or on with a probability. What a fault then does is
told here and done elsewhere: `graph` for requests, `courier` for webhooks, `dispatch` for statuses,
`notices` for hidden phones.
"""

import random
from typing import Annotated, Final, Literal, get_args

import msgspec
from msgspec import Meta, Struct

FaultName = Literal[
    "rate",  # requests are refused with 429 and 130429
    "error",  # requests are refused with 500 without JSON and 503 with code 2, in turn
    "slow",  # requests are answered late
    "hang",  # messages are accepted and never answered
    "reset",  # messages are accepted and the connection is cut
    "silent",  # no status webhooks
    "duplicate",  # each webhook is posted twice in the same instant
    "shuffle",  # webhooks leave late, in shuffled batches
    "hidden",  # customers appear by their user id only; `from` is missing and "" in turn
    "tokenExpired",  # requests are refused with 190
]
NAMES: Final[tuple[FaultName, ...]] = get_args(FaultName)


class Fault(Struct, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """One switch. `next` counts down; `probability` is asked each time; else it is simply on."""

    on: bool = True
    next: Annotated[int, Meta(ge=0)] | None = None
    probability: Annotated[float, Meta(ge=0, le=1)] | None = None
    delay_ms: Annotated[int, Meta(ge=0)] = 3000
    """How late `slow` answers, and within which time `shuffle` spreads webhooks."""
    accepted: bool = False
    """Whether `error` strikes after the message was accepted: Meta's 5xx may hide a success."""

    @property
    def active(self) -> bool:
        """Whether the fault may still strike."""
        return self.on and self.next != 0 and self.probability != 0


class Faults:
    """All switches, off at first. Chance comes from a seed, so a run can be repeated."""

    def __init__(self, seed: int = 1) -> None:
        self._faults: dict[FaultName, Fault] = {}
        self._random = random.Random(seed)  # noqa: S311 - chance that can be repeated, no secret

    def set(self, name: FaultName, fault: Fault) -> None:
        """Throw one switch."""
        self._faults[name] = fault

    def clear(self) -> None:
        """Switch everything off."""
        self._faults.clear()

    def strike(self, name: FaultName) -> Fault | None:
        """Ask, on one occasion, whether the fault strikes; this counts the occasion."""
        fault = self._faults.get(name)
        if fault is None or not fault.active:
            return None
        if fault.probability is not None and self._random.random() >= fault.probability:
            return None
        if fault.next is not None:
            fault.next -= 1
        return fault

    def peek(self, name: FaultName) -> Fault | None:
        """Look at a fault that may strike, without an occasion."""
        fault = self._faults.get(name)
        return fault if fault is not None and fault.active else None

    def active(self) -> dict[FaultName, bool]:
        """Tell for each fault whether it may strike, as the phone page shows it."""
        return {name: name in self._faults and self._faults[name].active for name in NAMES}


def read_switches(body: bytes) -> dict[FaultName, Fault]:
    """Read switches from JSON: {"rate": true, "error": {"next": 3}, "slow": false}.

    Raises msgspec.ValidationError.
    """
    switches = msgspec.json.decode(body, type=dict[FaultName, bool | Fault])
    return {
        name: Fault(on=switch) if isinstance(switch, bool) else switch
        for name, switch in switches.items()
    }
