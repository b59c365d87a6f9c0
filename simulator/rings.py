"""The events that feed the phone page: one ring per business number, since a page shows one."""

from prosa.web.live import Ring
from simulator.audience import Event
from simulator.clock import Clock, milliseconds
from simulator.faults import Faults
from simulator.journal import Entry
from simulator.world import Number, World


class Rings:
    """One ring of events per business number."""

    def __init__(self, world: World, clock: Clock) -> None:
        self._clock = clock
        self._rings = {number: self._new() for number in world.numbers}

    def _new(self) -> Ring:
        # A page that outlives this process, or a reset, has a lower number and starts over.
        return Ring(last=milliseconds(self._clock.now()))

    def start_over(self) -> None:
        """Let all pages load their state again: the world is another one."""
        for number, ring in self._rings.items():
            self._rings[number] = self._new()
            ring.close()

    def of(self, number: Number) -> Ring:
        """Find a number's ring."""
        return self._rings[number.id]

    def tell(self, number: Number | None, event: Event) -> None:
        """Publish to the pages of a number, or of all."""
        rings = self._rings.values() if number is None else [self.of(number)]
        for ring in rings:
            ring.publish(event)

    def tell_traffic(self, entry: Entry) -> None:
        """Publish a journal entry to the pages of its number, or of all."""
        event = {"type": "traffic", "entry": entry}
        for number, ring in self._rings.items():
            if entry.number in (None, number):
                ring.publish(event)

    def tell_faults(self, faults: Faults) -> None:
        """Publish the switches."""
        self.tell(None, {"type": "faults", "faults": faults.active()})

    def close(self) -> None:
        """End all streams."""
        for ring in self._rings.values():
            ring.close()
