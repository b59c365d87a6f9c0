"""What could not be handled, with all that is needed to understand it and to bring it back."""

import msgspec

from prosa.contracts.identity import ContactKey


class DeadLetter(
    msgspec.Struct,
    frozen=True,
    omit_defaults=True,
    kw_only=True,
    tag_field="type",
    tag="dead_letter",
):
    """One message that came to its end, on `prosa.<b>.dlq.<service>.<c>`.

    `reason` is a word (`poison`, `undecodable`, `meta_132000`), `detail` a sentence without secrets
    or the customer's text. `payload` is the message as it was stored, byte for byte.
    `origin_subject`, `origin_stream` and `origin_sequence` say where it came from; replay publishes
    it there again.
    """

    id: str
    service: str
    contact: ContactKey
    reason: str
    origin_subject: str
    origin_stream: str
    origin_sequence: int
    at_ms: int
    payload: bytes
    detail: str = ""
    attempts: int = 1
    headers: dict[str, str] = {}
    v: int = 1
