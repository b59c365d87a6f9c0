"""What Meta's answer to a send means. Pure: status and bytes in, a case of `Answer` out.

The four cases differ in what is known: `Accepted` has left, `Refused` has not (unless its policy
says that this is unsure), `Unreached` never arrived at Meta, `Unanswered` may have left.
"""

from dataclasses import dataclass
from http import HTTPStatus

import msgspec


@dataclass(frozen=True, slots=True)
class Accepted:
    """Meta took it: 200 is acceptance only, delivery is told by webhook. A read mark has no wamid.

    `held` is `held_for_quality_assessment` or `paused` (Meta, "Template pacing").
    """

    wamid: str
    held: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """Meta said no. `details` are Meta's words for a developer, without the customer's.

    `after_ms` is how long Meta asks to wait (`Retry-After`); 0: it does not say.
    """

    code: int
    status: int
    details: str = ""
    after_ms: int = 0


@dataclass(frozen=True, slots=True)
class Unreached:
    """The connection failed before the request was written."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The request was written and no answer of Meta's came back: time-out, reset, a bare 5xx."""

    reason: str


Answer = Accepted | Refused | Unreached | Unanswered


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file is at Meta under this id, for 30 days (Meta, "Media")."""

    id: str


UploadAnswer = Uploaded | Refused | Unreached | Unanswered


class _ErrorData(msgspec.Struct):
    details: str = ""


NO_CODE = -1
"""Stands for a code that an answer should have had: 0 is one of Meta's."""


class _Error(msgspec.Struct):
    code: int = NO_CODE
    message: str = ""
    error_data: _ErrorData | None = None


class _Message(msgspec.Struct):
    id: str = ""
    message_status: str = "accepted"


class _Body(msgspec.Struct):
    id: str = ""
    messages: tuple[_Message, ...] = ()
    success: bool = False
    error: _Error | None = None


_decode = msgspec.json.Decoder(_Body, strict=False).decode

_DETAILS = 300
"""Characters of Meta's words that are kept."""

_MOST_SECONDS = 3600
_SECONDS_DIGITS = 9


def read(status: int, body: bytes, retry_after: str = "") -> Answer:
    """Read an answer; `retry_after` is the header of that name.

    A 4xx without a code is a refusal under `NO_CODE`, judged by its HTTP status; a 200 that names
    no message is no answer, for the message may have left.
    """
    told = _tell(body)
    if told.error is not None:
        return _refused(told.error, status, _milliseconds(retry_after))
    if status < HTTPStatus.MULTIPLE_CHOICES:
        if told.messages and told.messages[0].id:
            first = told.messages[0]
            return Accepted(
                first.id, "" if first.message_status == "accepted" else first.message_status
            )
        if told.success:
            return Accepted("")
        return Unanswered(f"HTTP {status} without a message id")
    return _without_code(status, _milliseconds(retry_after))


def read_upload(status: int, body: bytes) -> UploadAnswer:
    """Read the answer to an upload."""
    told = _tell(body)
    if told.error is not None:
        return _refused(told.error, status)
    if status < HTTPStatus.MULTIPLE_CHOICES and told.id:
        return Uploaded(told.id)
    return _without_code(status)


def _milliseconds(retry_after: str) -> int:
    """Read whole seconds, an hour at most: nobody answers a customer later. A date counts as 0."""
    seconds = retry_after.strip()
    if not (seconds.isascii() and seconds.isdigit()):
        return 0
    return min(_MOST_SECONDS, int(seconds[:_SECONDS_DIGITS])) * 1000


def _tell(body: bytes) -> _Body:
    try:
        return _decode(body)
    except msgspec.MsgspecError:
        return _Body()


def _refused(error: _Error, status: int, after_ms: int = 0) -> Refused:
    details = error.error_data.details if error.error_data else ""
    return Refused(error.code, status, (details or error.message)[:_DETAILS], after_ms)


def _without_code(status: int, after_ms: int = 0) -> Refused | Unanswered:
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return Refused(NO_CODE, status, f"HTTP {status} without an error code", after_ms)
    return Unanswered(f"HTTP {status} without what Meta answers")
