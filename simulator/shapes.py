"""A small vocabulary for what a JSON value must look like, with errors that name the place.

Pure. It knows nothing of WhatsApp: `rules` says in these words what Meta takes. A check is a
function of a value and its place; it returns nothing and raises Misfit.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

Check = Callable[[Any, str], None]


class Misfit(Exception):
    """A value does not have its shape: it is missing, unexpected, or not what it should be."""

    def __init__(
        self, reason: Literal["missing", "unexpected", "invalid"], place: str, details: str
    ) -> None:
        super().__init__(details)
        self.reason = reason
        self.place = place
        self.details = details


def _invalid(place: str, must: str) -> Misfit:
    return Misfit("invalid", place, f"Param {place} must be {must}.")


def text(most: int | None = None, *, least: int = 1) -> Check:
    """Take a string of `least` to `most` characters."""

    def check(value: Any, place: str) -> None:
        if not isinstance(value, str):
            raise _invalid(place, "a string")
        if len(value) < least:
            raise _invalid(place, f"at least {least} characters long")
        if most is not None and len(value) > most:
            raise _invalid(place, f"at most {most} characters long")

    return check


def flag(value: Any, place: str) -> None:
    """Take true or false."""
    if not isinstance(value, bool):
        raise _invalid(place, "a boolean")


def number(low: float, high: float) -> Check:
    """Take a number, or a string that is one: Meta's own examples show both."""

    def check(value: Any, place: str) -> None:
        try:
            if isinstance(value, bool) or not low <= float(value) <= high:
                raise _invalid(place, f"a number from {low:g} to {high:g}")
        except (TypeError, ValueError):
            raise _invalid(place, "a number") from None

    return check


def one_of(*names: str) -> Check:
    """Take one of these strings."""

    def check(value: Any, place: str) -> None:
        if value not in names:
            raise _invalid(place, f"one of {{{', '.join(names)}}}")

    return check


def anything(value: Any, place: str) -> None:
    """Take whatever comes."""


def array(item: Check, *, least: int = 0, most: int | None = None) -> Check:
    """Take a list of `least` to `most` items of one shape."""

    def check(value: Any, place: str) -> None:
        if not isinstance(value, list):
            raise _invalid(place, "an array")
        if len(value) < least:
            raise _invalid(place, f"an array of at least {least} elements")
        if most is not None and len(value) > most:
            raise _invalid(place, f"an array of at most {most} elements")
        for i, each in enumerate(value):
            item(each, f"{place}[{i}]")

    return check


def record(
    required: Mapping[str, Check] | None = None, optional: Mapping[str, Check] | None = None
) -> Check:
    """Take an object with these keys and no others."""
    needs = dict(required or {})
    known = {**(optional or {}), **needs}

    def check(value: Any, place: str) -> None:
        if not isinstance(value, dict):
            raise _invalid(place or "body", "a JSON object")
        for key in needs:
            if value.get(key) is None:
                at = within(place, key)
                raise Misfit("missing", at, f"The parameter {at} is required.")
        for key, each in value.items():
            at = within(place, key)
            if key not in known:
                details = f'Unexpected key "{key}" on param "{place or "body"}".'
                raise Misfit("unexpected", at, details)
            known[key](each, at)

    return check


def by_type(kinds: Mapping[str, Check]) -> Check:
    """Take an object whose `type` chooses its shape."""
    types = record({"type": one_of(*kinds)}, dict.fromkeys(kinds, anything))

    def check(value: Any, place: str) -> None:
        if not isinstance(value, dict) or "type" not in value:
            types(value, place)
        one_of(*kinds)(value["type"], within(place, "type"))
        kinds[value["type"]](value, place)

    return check


def within(place: str, key: str) -> str:
    """Name the place of a key as Meta's messages do: text['body']."""
    return f"{place}['{key}']" if place else key
