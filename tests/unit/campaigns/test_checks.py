"""What is wrong with a Chatbot's campaigns is told with its field and a remedy."""

from typing import Any

import pytest

from prosa.campaigns import checks
from tests.unit.campaigns.builders import SILENT, a_spec


def told(campaign: dict[str, Any], *item_fields: str, **spec: Any) -> list[str]:
    return [
        str(fault) for fault in checks.faults(a_spec({**SILENT, **campaign}, **spec), item_fields)
    ]


def test_what_is_right_is_passed_over() -> None:
    assert told({}) == []


@pytest.mark.parametrize(
    ("campaign", "field", "remedy"),
    [
        (
            {"trigger": {"audience": "'vip' in contact.tag"}},
            "spec.campaigns[0].trigger.audience",
            "Did you mean `tags`?",
        ),
        (
            {"template": {**SILENT["template"], "parameters": ["a", "{contact.nam}"]}},
            "spec.campaigns[0].template.parameters[1]",
            "Did you mean `name`?",
        ),
        ({"text": "{searchd}"}, "spec.campaigns[0].text", "Did you mean `searched`?"),
    ],
)
def test_a_fault_names_field_and_remedy(campaign: dict[str, Any], field: str, remedy: str) -> None:
    (fault,) = told(campaign)

    assert fault.startswith(f"{field}: ")
    assert remedy in fault


def test_news_need_a_catalogue_and_falls_a_price() -> None:
    fall = {"trigger": {"catalogue": "priceDrop"}}
    source = {"configMapRef": {"name": "c", "key": "k.csv"}}

    assert "no catalogue" in told(fall, catalogue=None)[0]
    assert "spec.catalogue.price" in told(fall, catalogue={"source": source})[0]


def test_a_field_that_no_item_has_is_told_where_the_fields_are_known() -> None:
    new = {"trigger": {"catalogue": "added"}, "text": "{item.modlo}"}

    assert told(new) == []
    assert "Did you mean `modelo`?" in told(new, "id", "modelo")[0]


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"frequency": {"sendWindow": "09:00-29:00"}}, "spec.frequency.sendWindow"),
        ({"timeZone": "America/Campinas"}, "spec.timeZone"),
    ],
)
def test_what_all_campaigns_need_is_looked_at_too(spec: dict[str, Any], field: str) -> None:
    assert [fault.partition(":")[0] for fault in told({}, **spec)] == [field]


def test_two_of_one_name_are_told() -> None:
    assert "two campaigns" in told({}, campaigns=[SILENT, SILENT])[0]
