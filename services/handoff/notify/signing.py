"""Signs what a CRM's webhook is told, so that it can trust the sender and refuse old copies. Pure.

    Prosa-Signature: t=1764000000,v1=<hex of HMAC-SHA256 over "1764000000.<body>">

The receiver computes the same with its key, compares in constant time and refuses a `t` that is
minutes old. `v1` leaves room for another scheme beside it.
"""

import hashlib
import hmac

from pydantic import SecretStr

HEADER = "Prosa-Signature"


def signature(key: SecretStr, body: bytes, at_seconds: int) -> str:
    """Give the header's value for a body sent at this time."""
    signed = b"%d.%b" % (at_seconds, body)
    digest = hmac.new(key.get_secret_value().encode(), signed, hashlib.sha256).hexdigest()
    return f"t={at_seconds},v1={digest}"
