"""What the API's answers mean for who asked."""

from datetime import timedelta

import pytest

from prosa_operator.refusals import (
    ApiError,
    ApiUnavailable,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    classified,
)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (400, Invalid),
        (401, Forbidden),
        (403, Forbidden),
        (404, NotFound),
        (409, Conflict),
        (410, NotFound),
        (422, Invalid),
        (429, ApiUnavailable),
        (500, ApiUnavailable),
        (503, ApiUnavailable),
    ],
)
def test_a_code_becomes_what_to_do_next(code: int, kind: type[ApiError]) -> None:
    assert type(classified(code, "GET /x", {})) is kind


def test_a_server_that_names_a_time_is_given_it() -> None:
    assert classified(429, "GET /x", {}, retry_after="7").after == timedelta(seconds=7)


def test_a_date_in_place_of_seconds_is_no_time() -> None:
    assert classified(503, "GET /x", {}, retry_after="Tue, 24 Nov").after is None


def test_the_message_says_what_was_asked_and_is_bounded() -> None:
    error = classified(422, "PATCH /api/v1/x", {"message": "spec is wrong " + "x" * 9000})

    assert str(error).startswith("PATCH /api/v1/x: spec is wrong")
    assert len(str(error)) < 500
