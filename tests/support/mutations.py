"""Webhooks gone wrong: mutations of stored ones, the same for the same seed."""

import copy
import random
from collections.abc import Sequence
from typing import Any

import msgspec

ODD: Sequence[Any] = (
    None,
    True,
    False,
    0,
    -1,
    2**63,
    2**70,
    1e308,
    -0.0,
    "",
    " ",
    "null",
    "true",
    "NaN",
    "-inf",
    "0x10",
    "1_000",
    "\x00",
    "\r\nNats-Msg-Id: forged\r\n\r\n",
    "> * . prosa.>",
    "../../etc/passwd",
    "😀",
    "\u202etxet",
    "١٢٣",
    "wamid." + "A" * 300,
    "x" * 70_000,
    [],
    {},
    [None],
    [[[[[[]]]]]],
    {"": ""},
    {"type": "text"},
    {"id": {"id": {"id": 1}}},
    "messages",
    "statuses",
    "system",
    "user_changed_number",
    "BR.1",
    "5519987654321",
)
"""Values that do not belong where they will be put."""


class Mutator:
    """Makes webhooks from stored ones. JSON stays JSON in `shape`, and mostly not in `bytes`."""

    def __init__(self, seeds: Sequence[bytes], seed: int) -> None:
        self._seeds = seeds
        self._random = random.Random(seed)  # noqa: S311 - a test that can be repeated, no secret

    def body(self) -> bytes:
        """Make one body: seven in ten are JSON still."""
        chance = self._random.random()
        if chance < 0.6:
            return self._shape()
        if chance < 0.7:
            return self._batch()
        return self._bytes()

    def chance(self) -> float:
        """Give a number from 0 to 1."""
        return self._random.random()

    def _shape(self) -> bytes:
        """Change one to four places of a webhook's structure."""
        webhook = self._decoded()
        for _ in range(self._random.randint(1, 4)):
            self._change(webhook)
        return msgspec.json.encode(webhook)

    def _batch(self) -> bytes:
        """Join the entries of several webhooks, and change a place or none."""
        entries = [e for _ in range(self._random.randint(2, 6)) for e in self._decoded()["entry"]]
        webhook = {"object": "whatsapp_business_account", "entry": entries}
        if self._random.random() < 0.5:
            self._change(webhook)
        return msgspec.json.encode(webhook)

    def _bytes(self) -> bytes:
        """Damage the text."""
        body = bytearray(self._random.choice(self._seeds))
        for _ in range(self._random.randint(1, 3)):
            at = self._random.randrange(len(body) + 1)
            end = min(len(body), at + self._random.randint(1, 30))
            match self._random.randrange(6):
                case 0:
                    body[at:end] = b""
                case 1:
                    body[at:at] = self._random.randbytes(self._random.randint(1, 4))
                case 2:
                    body[at:at] = body[at:end]
                case 3:
                    del body[at:]
                case 4:
                    body[at:at] = self._random.choice(b'{}[]",:0e\\').to_bytes()
                case _:
                    body[at:end] = self._random.choice(
                        (b"\\ud800", b"\\u0000", b"\xc3\x28", b"1e999", b"nul", b"\xed\xa0\x80")
                    )
        return bytes(body)

    def _decoded(self) -> Any:
        return msgspec.json.decode(self._random.choice(self._seeds))

    def _change(self, webhook: Any) -> None:
        holder, key = self._place(webhook)
        if holder is None:
            return
        match self._random.randrange(7):
            case 0:
                del holder[key]
            case 1:
                holder[key] = [holder[key]]
            case 2:
                holder[key] = {"value": holder[key]}
            case 3:
                other, there = self._place(self._decoded())
                holder[key] = other[there] if other is not None else None
            case 4 if isinstance(holder, list):
                holder.extend([holder[key]] * self._random.randint(1, 20))
            case 5 if isinstance(holder, dict):
                holder[self._random.choice(("type", "from", "id", "new_key"))] = holder.pop(key)
            case _:
                holder[key] = copy.deepcopy(self._random.choice(ODD))

    def _place(self, webhook: Any) -> tuple[Any, Any]:
        """Walk down to a random place; most lie deep, where messages are."""
        holder, key, node = None, None, webhook
        while isinstance(node, dict | list) and node and self._random.random() < 0.93:
            holder = node
            key = (
                self._random.choice(list(node))
                if isinstance(node, dict)
                else self._random.randrange(len(node))
            )
            node = node[key]
        return holder, key
