"""Meta's error codes, and the two shapes in which Meta states them.

Source of the codes and their meaning: Meta, "Error codes" (WhatsApp Business Platform). A refusal
is stated in the answer to a request; a failure comes later, in a status webhook. Titles and HTTP
statuses are not promised by Meta and differ between its pages: clients should build on `code` and
`error_data.details`.
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


_LATER = HTTPStatus.TOO_MANY_REQUESTS
_FORBIDDEN = HTTPStatus.FORBIDDEN
_UNAUTHORIZED = HTTPStatus.UNAUTHORIZED
_BROKEN = HTTPStatus.INTERNAL_SERVER_ERROR
_AWAY = HTTPStatus.SERVICE_UNAVAILABLE
CODES: Final[dict[int, Code]] = {
    0: Code("AuthException", _UNAUTHORIZED),
    1: Code("API Unknown"),
    2: Code("API Service", _AWAY),
    3: Code("API Method", _BROKEN),
    4: Code("API Too Many Calls", _LATER),
    10: Code("Permission Denied", _FORBIDDEN),
    33: Code("Parameter value is not valid"),
    100: Code("Invalid parameter"),
    104: Code("An access token is required to request this resource.", _UNAUTHORIZED),
    190: Code("Access token has expired", _UNAUTHORIZED),
    200: Code("API Permission", _FORBIDDEN),
    368: Code("Temporarily blocked for policies violations", _FORBIDDEN),
    2200: Code("Callback verification failed"),
    2500: Code("Unknown path components"),
    80007: Code("Rate limit issues", _LATER),
    130403: Code("User is blocked"),
    130429: Code("Rate limit hit", _LATER),
    130472: Code("User's number is part of an experiment"),
    130497: Code("Business account is restricted from messaging users in this country", _FORBIDDEN),
    131000: Code("Something went wrong", _BROKEN),
    131005: Code("Access denied", _FORBIDDEN),
    131008: Code("Required parameter is missing"),
    131009: Code("Parameter value is not valid"),
    131016: Code("Service unavailable", _AWAY),
    131021: Code("Recipient cannot be sender"),
    131026: Code("Message undeliverable"),
    131030: Code("Recipient phone number not in allowed list"),
    131031: Code("Account has been locked", _FORBIDDEN),
    131042: Code("Business eligibility payment issue"),
    131045: Code("Incorrect certificate", _BROKEN),
    131047: Code("Re-engagement message"),
    131048: Code("Spam rate limit hit", _LATER),
    131049: Code("Meta chose not to deliver"),
    131050: Code("User has stopped receiving marketing messages from this business"),
    131051: Code("Unsupported message type"),
    131052: Code("Media download error"),
    131053: Code("Media upload error"),
    131056: Code("(Business Account, Consumer Account) pair rate limit hit", _LATER),
    131057: Code("Account in maintenance mode", _AWAY),
    131060: Code("This message is currently unavailable"),
    131062: Code("Business-scoped user ids are not supported for this message"),
    131063: Code("Marketing messages are disabled for this account on Cloud API"),
    131064: Code("Limited because templates were categorised wrongly"),
    132000: Code("Template param count mismatch"),
    132001: Code("Template does not exist", HTTPStatus.NOT_FOUND),
    132005: Code("Template hydrated text too long"),
    132007: Code("Template format character policy violated"),
    132012: Code("Template parameter format mismatch"),
    132015: Code("Template is paused"),
    132016: Code("Template is disabled"),
    132018: Code("Template parameter text is not allowed"),
    133004: Code("Server temporarily unavailable", _AWAY),
    133010: Code("Phone number not registered"),
    135000: Code("Generic user error"),
    139200: Code("Message blocked"),
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
