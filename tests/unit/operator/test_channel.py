"""What is made of Meta's answers about a number."""

from typing import Any

import pytest

from prosa.contracts.chatbot import ChatbotSpec
from prosa_operator import channel
from prosa_operator.channel import Said
from tests.support.worlds import a_chatbot

HOOK = "https://shop.example/webhook"


def a_spec(**more: Any) -> ChatbotSpec:
    return a_chatbot(more).spec


def a_number(**more: Any) -> Said:
    return Said(
        {
            "display_phone_number": "+55 19 3333-0000",
            "health_status": {"can_send_message": "AVAILABLE"},
            "webhook_configuration": {"application": HOOK},
            **more,
        }
    )


def test_a_healthy_number_whose_webhooks_reach_us_is_connected() -> None:
    found = channel.number(a_number(), HOOK)

    assert (found.reason, found.phone) == ("Connected", "+55 19 3333-0000")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (190, "TokenRefused"),
        (104, "TokenRefused"),
        (10, "TokenRefused"),
        (200, "TokenRefused"),
        (100, "NumberUnknown"),
        (33, "NumberUnknown"),
        (4, "MetaUnavailable"),
        (0, "MetaUnavailable"),
    ],
)
def test_a_refusal_becomes_its_reason(code: int, reason: str) -> None:
    assert channel.refused(Said({}, code, "said Meta"), a_spec()).reason == reason


def test_the_numbers_own_webhook_counts_before_the_accounts_and_the_apps() -> None:
    levels = {
        "application": "https://a.example",
        "whatsapp_business_account": "https://b.example",
        "phone_number": HOOK,
    }

    assert channel.number(a_number(webhook_configuration=levels), HOOK).reason == "Connected"


def test_a_webhook_that_goes_elsewhere_is_told_with_both_addresses() -> None:
    elsewhere = {"application": "https://old.example/hook"}

    found = channel.number(a_number(webhook_configuration=elsewhere), HOOK)

    assert found.reason == "WebhookNotRegistered"
    assert "https://old.example/hook" in found.message
    assert HOOK in found.message


def test_a_bot_that_does_not_say_its_host_needs_any_webhook() -> None:
    assert channel.number(a_number(), "").reason == "Connected"
    assert channel.number(a_number(webhook_configuration={}), "").reason == "WebhookNotRegistered"


def test_a_blocked_number_is_told_in_metas_words() -> None:
    blocked = {
        "can_send_message": "BLOCKED",
        "entities": [
            {
                "entity_type": "WABA",
                "can_send_message": "BLOCKED",
                "errors": [
                    {
                        "error_code": 141006,
                        "error_description": "There is an error with the payment method.",
                        "possible_solution": "Add one.",
                    }
                ],
            }
        ],
    }

    found = channel.number(a_number(health_status=blocked), HOOK)

    assert found.reason == "NumberBlocked"
    assert "payment method. Add one." in found.message


def test_a_campaigns_template_that_meta_does_not_have_is_named() -> None:
    spec = a_spec(
        database={"urlSecretRef": {"name": "records", "key": "url"}},
        campaigns=[
            {
                "name": "back",
                "trigger": {"inactive": "48h"},
                "schedule": "0 9 * * *",
                "template": {"name": "volta_ai", "language": "pt_BR"},
            }
        ],
    )

    assert channel.templates(spec, [("volta_ai", "pt_BR")], "").reason == "Connected"
    missing = channel.templates(spec, [("volta_ai", "en")], "")
    assert missing.reason == "TemplateMissing"
    assert "volta_ai (pt_BR) of campaign back" in missing.message
