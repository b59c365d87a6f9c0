"""The webhook's signature, checked as a receiver would."""

import hashlib
import hmac
import re
from typing import Any

from pydantic import SecretStr

from services.handoff.notify import signing
from tests.support.metrics import ROOT

HOW_TO = ROOT / "docs" / "how-to" / "notifications.md"


def test_a_receiver_with_the_key_can_check_it() -> None:
    header = signing.signature(SecretStr("key"), b'{"a":1}', 1_764_000_000)
    told = dict(part.split("=", 1) for part in header.split(","))
    expected = hmac.new(b"key", b'1764000000.{"a":1}', hashlib.sha256).hexdigest()

    assert told == {"t": "1764000000", "v1": expected}


def test_another_body_time_or_key_has_another_signature() -> None:
    made = {
        signing.signature(SecretStr(key), body, at).rpartition("=")[2]
        for key, body, at in (("k", b"a", 1), ("k", b"b", 1), ("k", b"a", 2), ("l", b"a", 1))
    }

    assert len(made) == 4


def test_the_receiver_of_the_how_to_takes_ours_and_no_other() -> None:
    (program,) = re.findall(r"```python\n(.*?)```", HOW_TO.read_text("utf-8"), re.DOTALL)
    receiver: dict[str, Any] = {}
    exec(program, receiver)  # noqa: S102 - what the page tells people to write
    header = signing.signature(SecretStr("key"), b"{}", 1000)

    assert receiver["is_ours"](header, b"{}", b"key", 1100.0)
    assert not receiver["is_ours"](header, b"{ }", b"key", 1100.0)
    assert not receiver["is_ours"](header, b"{}", b"another", 1100.0)
    assert not receiver["is_ours"](header, b"{}", b"key", 2000.0)
