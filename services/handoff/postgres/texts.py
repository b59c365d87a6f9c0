"""What PostgreSQL can hold of a text: it knows no NUL, which a customer may send all the same."""

from typing import Any

_NUL = "\0"


def storable(value: Any) -> Any:
    """Give a value without NUL characters, however deep they stand; most values come back as is."""
    if isinstance(value, str):
        return value.replace(_NUL, "") if _NUL in value else value
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    return value
