"""News of the catalogue: an item that was added, or is cheaper than it was. Pure."""

from collections.abc import Iterable

import msgspec

from prosa.contracts.catalogue import Item
from prosa.contracts.chatbot import Trigger


class News(msgspec.Struct, frozen=True):
    """One item and what is new of it; `previous` and `price` are None for one that was added."""

    item: Item
    previous: float | None = None
    price: float | None = None

    @property
    def occasion(self) -> str:
        """The cause that it is: the item for good, or the item at this price."""
        return self.item.key if self.price is None else f"{self.item.key}:{self.price:g}"

    @property
    def fall(self) -> float:
        """By what part of the former price it is cheaper, 0 to 1."""
        if not self.previous or self.price is None:
            return 0.0
        return (self.previous - self.price) / self.previous


def worth_telling(news: Iterable[News], trigger: Trigger) -> tuple[News, ...]:
    """Leave out what has not fallen by `atLeast`; the largest fall comes first."""
    if trigger.catalogue != "priceDrop":
        return tuple(news)
    least = float(trigger.at_least.rstrip("%")) / 100
    fallen = [each for each in news if each.fall > 0 and each.fall >= least - _ROUNDING]
    return tuple(sorted(fallen, key=lambda each: -each.fall))


_ROUNDING = 1e-9
"""99,900 to 96,903 is a fall of 3 %, however floats put it."""
