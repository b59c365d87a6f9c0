"""Every kind of message with a stranger's words in each of its fields.

Made of the stored examples, so that a kind or a field that is added tomorrow is there tomorrow.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

import prosa.contracts

EXAMPLES = Path(prosa.contracts.__file__).parent / "examples"
HOSTILE = """javascript:alert(1)//"'><img src=x onerror=alert(2)><svg onload=alert(3)>{{7*7}}"""

T = TypeVar("T")


def hostile(kind: type[T], pattern: str) -> Iterator[T]:
    """Read examples, with HOSTILE in each text whose type lets it stand there."""
    files = sorted(EXAMPLES.glob(pattern))
    assert files, f"no example is called {pattern}"
    for file in files:
        document = json.loads(file.read_bytes())
        for holder, key in list(_texts(document)):
            kept, holder[key] = holder[key], HOSTILE
            if not _fits(document, kind):
                holder[key] = kept
        yield msgspec.json.decode(json.dumps(document), type=kind)


def _texts(value: Any) -> Iterator[tuple[Any, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        if isinstance(item, str):
            yield value, key
        elif isinstance(item, dict | list):
            yield from _texts(item)


def _fits(document: Any, kind: Any) -> bool:
    try:
        msgspec.json.decode(json.dumps(document), type=kind)
    except msgspec.ValidationError:
        return False
    return True
