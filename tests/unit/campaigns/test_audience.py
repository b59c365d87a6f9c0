"""Audiences: a CEL condition over one contact."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from prosa.campaigns.audience import FIELDS, BadAudience, compile_audience, holds

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def a_contact(**known: Any) -> dict[str, Any]:
    return {
        **dict.fromkeys(FIELDS),
        "tags": [],
        "attributes": {},
        "slots": {},
        "searched": {},
        **known,
    }


@pytest.mark.parametrize(
    ("condition", "known", "expected"),
    [
        ("'vip' in contact.tags", {"tags": ["vip"]}, True),
        ("'vip' in contact.tags", {"tags": ["novo"]}, False),
        ("contact.attributes.cidade == 'Campinas'", {"attributes": {"cidade": "Campinas"}}, True),
        ("contact.attributes.cidade == 'Campinas'", {}, False),
        ("contact.slots.preco_max <= 90000", {"slots": {"preco_max": 85000}}, True),
        ("contact.slots.preco_max <= 90000", {"slots": {"preco_max": None}}, False),
        (
            "now - contact.last_inbound_at > duration('72h')",
            {"last_inbound_at": NOON - timedelta(hours=73)},
            True,
        ),
        (
            "now - contact.last_inbound_at > duration('72h')",
            {"last_inbound_at": NOON - timedelta(hours=71)},
            False,
        ),
        ("now - contact.last_inbound_at > duration('72h')", {"last_inbound_at": None}, False),
        ("contact.name", {"name": "Ana"}, False),
        ("size(contact.seen) > 1", {"seen": ["31", "32"]}, True),
    ],
)
def test_a_condition_holds_or_not(condition: str, known: dict[str, Any], expected: bool) -> None:
    assert holds(compile_audience(condition), a_contact(**known), NOON) is expected


@pytest.mark.parametrize(
    ("condition", "message", "remedy"),
    [
        ("'vip' in", "this is no CEL", "'vip' in contact.tags"),
        ("tags == 1", "`tags` is not known here", "quoted"),
        ("contact.tag == 1", "a contact has no `tag`", "Did you mean `tags`?"),
        ("upper(contact.name) == 'ANA'", "CEL has no function `upper`", "Known here"),
    ],
)
def test_a_broken_condition_is_refused_with_its_remedy(
    condition: str, message: str, remedy: str
) -> None:
    with pytest.raises(BadAudience) as refused:
        compile_audience(condition)

    assert message in refused.value.message
    assert remedy in refused.value.remedy or "Did you mean" in refused.value.remedy


def test_a_field_named_within_a_text_is_no_field() -> None:
    assert (
        holds(compile_audience("contact.name == 'contact.foo'"), a_contact(name="x"), NOON) is False
    )
