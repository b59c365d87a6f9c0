"""Meta's error codes, and the two shapes in which Meta states them.

Source of codes, titles and statuses: Meta, "Error codes" (WhatsApp Business Platform). A refusal
is stated in the answer to a request; a failure comes later, in a status webhook. Clients should
build on `code` and `error_data.details`, since titles and HTTP statuses change.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

HREF: Final = (
    "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"  # in webhooks
)


@dataclass(frozen=True, slots=True)
class Code:
    """A code's title, and the HTTP status of the answer that refuses with it."""

    title: str
    status: HTTPStatus = HTTPStatus.BAD_REQUEST
    kind: str = "OAuthException"


CODES: Final[dict[int, Code]] = {
    2: Code("Service temporarily unavailable", HTTPStatus.SERVICE_UNAVAILABLE),
    100: Code("Invalid parameter"),
    104: Code("An access token is required to request this resource.", HTTPStatus.UNAUTHORIZED),
    190: Code("Invalid OAuth access token", HTTPStatus.UNAUTHORIZED),
    2200: Code("Callback verification failed"),
    2500: Code("Unknown path components"),
    130429: Code("Rate limit hit", HTTPStatus.TOO_MANY_REQUESTS),
    131008: Code("Required parameter is missing"),
    131009: Code("Parameter value is not valid"),
    131021: Code("Recipient cannot be sender"),
    131026: Code("Message undeliverable"),
    131047: Code("Re-engagement message"),
    131048: Code("Spam rate limit hit", HTTPStatus.TOO_MANY_REQUESTS),
    131050: Code("User has stopped receiving marketing messages from this business"),
    131051: Code("Message type unknown"),
    131052: Code("Media download error"),
    131053: Code("Media upload error"),
    131056: Code(
        "(Business Account, Consumer Account) pair rate limit hit", HTTPStatus.TOO_MANY_REQUESTS
    ),
    131060: Code("This message is currently unavailable"),
    131062: Code("Business-scoped user ids are not supported for this message"),
    132000: Code("Number of parameters does not match the expected number of params"),
    132001: Code("Template name does not exist in the translation", HTTPStatus.NOT_FOUND),
    132005: Code("Translated text too long"),
    132012: Code("Parameter format does not match format in the created template"),
    132015: Code("Template is paused"),
    132016: Code("Template is disabled"),
    132018: Code("Template parameter text is not allowed"),
}


class Refusal(Exception):
    """Meta says no. What happens next is the client's decision, by code.

    `details` explains to a developer; it must not hold a token.
    """

    def __init__(self, code: int, details: str, *, subcode: int | None = None) -> None:
        super().__init__(f"({code}) {details}")
        self.code = code
        self.details = details
        self.subcode = subcode

    @property
    def status(self) -> int:
        """HTTP status of the answer."""
        return CODES[self.code].status

    def answer(self, trace: str) -> dict[str, Any]:
        """Shape the refusal as the body of an answer."""
        code = CODES[self.code]
        title = self.details if self.code in SPEAKING else f"(#{self.code}) {code.title}"
        error: dict[str, Any] = {"message": title, "type": code.kind, "code": self.code}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.code not in SPEAKING:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        return {"error": {**error, "fbtrace_id": trace}}

    def failure(self) -> dict[str, Any]:
        """Shape the refusal as an item of a webhook's `errors`."""
        return failure(self.code, self.details)


class Impossible(Exception):
    """What was asked of the simulated world cannot be: no such customer, message or button.

    Not Meta's word but the simulator's own, to tests and the phone page. The message says why.
    """


SPEAKING: Final = frozenset({104, 190, 2200, 2500})
"""Codes of the Graph API itself: their message is the explanation, and they carry no details."""


def failure(code: int, details: str) -> dict[str, Any]:
    """Shape an error as an item of a webhook's `errors`."""
    title = CODES[code].title
    return {
        "code": code,
        "title": title,
        "message": title,
        "error_data": {"details": details},
        "href": HREF,
    }
