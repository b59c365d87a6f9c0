"""A webhook is opened change by change."""

import pytest

from services.ingress import envelope
from tests.support.webhooks import a_text, a_webhook


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"hello",
        b'{"entry":[]} trailing',
        b'{"entry":5} trailing',
        b'{"entry":[],}',
        b'{"entry":[],"x":NaN}',
        b'{"entry":[{"changes":[]}],"x":"\xff"}',
        b'{"entry":[{"changes":[{"value":"\xff","field":"f"}]}]}',
        b'{"x":"\\ud800","entry":[]}',
        b'{"entry":[],"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"\xef\xbb\xbf{}",
    ],
)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(envelope.NotJson):
        list(envelope.changes(body))


@pytest.mark.parametrize("body", [b"[]", b"5", b"null", b"{}", b'{"entry":{}}', b'"entry"'])
def test_json_that_is_no_webhook_is_one_change_of_no_field(body: bytes) -> None:
    ((change, _),) = envelope.changes(body)

    assert (change.field, bytes(change.value)) == ("", body)


def test_a_broken_entry_costs_itself_alone() -> None:
    webhook = a_webhook(a_text("wamid.1"))
    body = webhook.replace(b'"entry":[', b'"entry":[7,{"id":"1","changes":[{"x":1}]},')

    assert [change.field for change, _ in envelope.changes(body)] == ["", "", "messages"]


def test_an_entry_whose_account_cannot_be_read_keeps_its_changes_apart() -> None:
    body = a_webhook(a_text("wamid.1")).replace(b'"id":"102290129340398"', b'"id":{"a":1}')

    assert [change.field for change, _ in envelope.changes(body)] == ["messages"]


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (b'{"metadata":{"phone_number_id":"1"}}', "1"),
        (b'{"metadata":{"phone_number_id":1}}', "1"),
        (b'{"recipient":{"phone_number_id":"1"}}', "1"),
        (b'{"metadata":null}', ""),
        (b'{"metadata":"1"}', ""),
        (b"[]", ""),
    ],
)
def test_a_change_names_its_number_in_metadata_or_as_recipient(value: bytes, number: str) -> None:
    body = b'{"entry":[{"changes":[{"field":"f","value":' + value + b"}]}]}"
    ((change, _),) = envelope.changes(body)

    assert envelope.number(change.value) == number
