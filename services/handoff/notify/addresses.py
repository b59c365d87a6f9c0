"""Which mailbox addresses we write to. Pure.

Stricter than RFC 5321 on purpose: no quoted local parts, no comments, ASCII only, so that an
address can stand in an SMTP command and in a header without another look.
"""

import re

_MAILBOX = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
)
_LONGEST = 254
"""RFC 5321, 4.5.3.1.3: a path of 256 octets, less its brackets."""


def is_mailbox(text: str) -> bool:
    """Tell whether this is an address that we write to."""
    return len(text) <= _LONGEST and _MAILBOX.fullmatch(text) is not None
