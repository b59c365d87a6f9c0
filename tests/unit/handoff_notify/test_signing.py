"""The webhook's signature, checked as a receiver would."""

import hashlib
import hmac

from pydantic import SecretStr

from services.handoff.notify import signing


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
