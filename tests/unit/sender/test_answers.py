"""Meta's answers: what is known after each."""

import msgspec
import pytest

from services.sender.answers import (
    NO_CODE,
    Accepted,
    Refused,
    Unanswered,
    Uploaded,
    read,
    read_upload,
)


def json(document: object) -> bytes:
    return msgspec.json.encode(document)


def test_an_accepted_message_has_its_wamid() -> None:
    body = json({"messaging_product": "whatsapp", "messages": [{"id": "wamid.1"}]})

    assert read(200, body) == Accepted("wamid.1")


def test_a_template_that_meta_holds_back_is_accepted_as_held() -> None:
    held = {"id": "wamid.1", "message_status": "held_for_quality_assessment"}

    assert read(200, json({"messages": [held]})) == Accepted(
        "wamid.1", "held_for_quality_assessment"
    )


def test_a_read_mark_is_accepted_without_a_wamid() -> None:
    assert read(200, json({"success": True})) == Accepted("")


def test_a_refusal_has_metas_code_and_its_details() -> None:
    error = {"code": 131056, "message": "(#131056) …", "error_data": {"details": "too many"}}

    assert read(429, json({"error": error})) == Refused(131056, 429, "too many")


def test_a_refusal_by_the_graph_itself_has_its_message() -> None:
    error = {"code": 190, "type": "OAuthException", "message": "Invalid OAuth access token"}

    assert read(401, json({"error": error})) == Refused(190, 401, "Invalid OAuth access token")


def test_code_zero_is_a_code_and_its_absence_is_not() -> None:
    assert read(401, json({"error": {"code": 0}})) == Refused(0, 401)
    assert read(401, json({"error": {"message": "?"}})) == Refused(NO_CODE, 401, "?")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'{"messages":"x"}'])
def test_a_5xx_without_metas_json_is_no_answer(body: bytes) -> None:
    assert isinstance(read(502, body), Unanswered)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"messages":[]}', b'{"messages":[{"id":""}]}'])
def test_a_200_that_names_no_message_is_no_answer(body: bytes) -> None:
    assert isinstance(read(200, body), Unanswered)


def test_a_429_without_json_is_a_refusal_without_a_code() -> None:
    answer = read(429, b"slow down")

    assert isinstance(answer, Refused)
    assert (answer.code, answer.status) == (NO_CODE, 429)


def test_metas_words_are_cut_short() -> None:
    answer = read(400, json({"error": {"code": 100, "message": "x" * 5000}}))

    assert isinstance(answer, Refused)
    assert len(answer.details) == 300


def test_an_upload_has_an_id() -> None:
    assert read_upload(200, json({"id": "123"})) == Uploaded("123")
    assert isinstance(read_upload(200, b"{}"), Unanswered)
    assert read_upload(400, json({"error": {"code": 100, "message": "type"}})) == Refused(
        100, 400, "type"
    )


@pytest.mark.parametrize(
    ("retry_after", "after_ms"),
    [
        ("", 0),
        ("7", 7000),
        (" 7 ", 7000),
        ("86400", 3_600_000),
        ("9" * 5000, 3_600_000),
        ("-1", 0),
        ("²", 0),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 0),
    ],
)
def test_a_refusal_says_how_long_meta_asks_to_wait(retry_after: str, after_ms: int) -> None:
    throttled = json({"error": {"code": 130429, "message": "too fast"}})

    for body in (throttled, b"<html>"):
        refused = read(429, body, retry_after)
        assert isinstance(refused, Refused)
        assert refused.after_ms == after_ms
