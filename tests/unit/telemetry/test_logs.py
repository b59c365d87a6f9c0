"""What reaches a log line, and what never does."""

import json
import logging
from typing import Any
from urllib.parse import quote

import pytest
import structlog
from pydantic import SecretStr

from prosa.contracts.inbound import Text
from prosa.telemetry import logs

SECRET = 'EAA"slash/plus+§-of-the-tests'
"""With what JSON, URLs and Python each write in another way."""


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Any:
    """Give the one line that was logged, read back."""
    logs.redact(SecretStr(SECRET))
    logs.configure("info", "json", service="sender")

    def line() -> Any:
        written = capsys.readouterr().err
        assert SECRET not in written
        assert json.dumps(SECRET)[1:-1] not in written
        assert quote(SECRET, safe="") not in written
        return json.loads(written)

    return line


def test_an_event_stands_with_its_fields_and_its_service(told: Any) -> None:
    structlog.get_logger().warning("outbound_dropped", reason="opted_out", n=3)
    line = told()

    assert line["event"] == "outbound_dropped"
    assert (line["level"], line["service"]) == ("warning", "sender")
    assert (line["reason"], line["n"]) == ("opted_out", 3)


def test_fields_bound_to_a_message_stand_in_all_its_events(told: Any) -> None:
    with logs.bound(contact="u1"):
        structlog.get_logger().info("sent")

    assert told()["contact"] == "u1"


@pytest.mark.parametrize("shape", [SECRET, quote(SECRET, safe=""), f"Bearer {SECRET}"])
def test_a_secret_is_hidden_wherever_it_stands(told: Any, shape: str) -> None:
    structlog.get_logger().info("asked", url=f"https://graph?x={shape}", all=[{"a": shape}])

    assert told()["url"].endswith(logs.HIDDEN)


def test_a_secret_in_a_traceback_is_hidden(told: Any) -> None:
    try:
        raise ValueError(f"bad header {SECRET}")  # noqa: TRY301 - the traceback is the point
    except ValueError:
        structlog.get_logger().exception("crashed")

    assert "ValueError: bad header [redacted]" in told()["exception"]


def test_a_secret_in_another_librarys_record_is_hidden(told: Any) -> None:
    logging.getLogger("aiohttp").warning("retrying with %s", SECRET)
    line = told()

    assert line["event"] == "retrying with [redacted]"
    assert line["logger"] == "aiohttp"


@pytest.mark.parametrize("name", ["access_token", "app_secret", "Authorization", "password"])
def test_a_field_named_like_a_secret_is_hidden_even_unregistered(told: Any, name: str) -> None:
    structlog.get_logger().info("asked", **{name: "never-registered"})

    assert told()[name] == logs.HIDDEN


def test_counts_and_flags_of_secrets_may_be_told(told: Any) -> None:
    structlog.get_logger().info("verified", signature_valid=False, tokens=3)
    line = told()

    assert (line["signature_valid"], line["tokens"]) == (False, 3)


def test_a_customers_words_are_told_by_their_length(told: Any) -> None:
    structlog.get_logger().info("heard", text="tem corolla?", payload=b"{}")
    line = told()

    assert (line["text"], line["payload"]) == ("[12 characters]", "[2 bytes]")


def test_a_message_is_told_by_its_kind(told: Any) -> None:
    structlog.get_logger().info("heard", body=Text(body="tem corolla?"))

    assert told()["body"] == "<Text>"


def test_what_is_below_the_level_is_not_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("warning", "json")
    structlog.get_logger().info("chatter")

    assert capsys.readouterr().err == ""


def test_people_get_the_same_secrets_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    logs.redact(SecretStr("word-for-people"))
    logs.configure("info", "pretty")
    structlog.get_logger().info("asked", url="https://x/word-for-people")

    assert "https://x/[redacted]" in capsys.readouterr().err
