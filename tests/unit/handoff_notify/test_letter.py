"""The e-mail, read back by the standard library's parser as a mail program would."""

import email
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.handoff.notify import letter, wording
from services.handoff.notify.addresses import is_mailbox
from services.handoff.notify.notification import Handoff, Line
from tests.unit.handoff_notify.builders import PORTUGUESE, a_handoff, a_request

NOW = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
]


def read_back(handoff: Handoff) -> EmailMessage:
    written = letter.written(
        "notify-1",
        wording.tell(handoff, "vendas", PORTUGUESE),
        sender="Prosa <bot@shop.example>",
        to="vendas@shop.example",
        now=NOW,
    )
    read = email.message_from_bytes(written.as_bytes(), policy=default)
    assert isinstance(read, EmailMessage)
    return read


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    content = body.get_content()
    assert isinstance(content, str)
    return content


def test_it_has_a_plain_and_an_html_form() -> None:
    message = read_back(a_handoff())

    assert message["Subject"] == "Atendimento: Maria (vendas)"
    assert "quero falar com alguém" in part(message, "plain")
    assert 'href="https://inbox.example/bots_test/all/t-1"' in part(message, "html")


def test_all_attempts_carry_one_message_id() -> None:
    assert read_back(a_handoff())["Message-ID"] == "<notify-1@shop.example>"


def test_what_she_wrote_is_no_markup() -> None:
    hostile = '"><img src=x onerror=alert(1)>'
    message = read_back(
        a_handoff(a_request(summary=hostile), name=hostile, messages=(Line(0, hostile),))
    )

    assert "<img" not in part(message, "html")
    assert part(message, "html").count("&lt;img src=x") >= 3


@given(name=st.text(), summary=st.text(), said=st.text(max_size=200))
def test_no_text_makes_a_header_or_an_element(name: str, summary: str, said: str) -> None:
    message = read_back(
        a_handoff(
            a_request(summary=summary, slots={name: said}), name=name, messages=(Line(0, said),)
        )
    )

    assert message.keys() == HEADERS
    tags = part(read_back(a_handoff(a_request(summary="", slots={}), messages=())), "html")
    assert part(message, "html").count("<script") == tags.count("<script") == 0
    assert message["To"] == "vendas@shop.example"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a@",
        "@b",
        "a b@c",
        "a@b\r\nBcc: c@d",
        "<a@b>",
        '"a b"@c',
        "a@b,c@d",
        "ã@b",
        "a@-b",
        "a..b@c",
    ],
)
def test_what_is_no_plain_address_is_not_written_to(text: str) -> None:
    assert not is_mailbox(text)


@pytest.mark.parametrize("text", ["a@b", "vendas@autocerto.example", "a.b+c@d-e.example"])
def test_a_plain_address_is_written_to(text: str) -> None:
    assert is_mailbox(text)
