"""Judges what Meta says of a number: is it known, healthy, and do its webhooks reach us? Pure.

One reason at a time, the one to mend first; the message names the remedy.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from prosa.contracts.chatbot import ChatbotSpec
from prosa_operator import reasons
from prosa_operator.observed import Channel

_TOKEN = frozenset({102, 104, 190})
"""Meta, "Error codes": the token is missing, broken or has expired."""

_RIGHTS = frozenset({3, 10, *range(200, 300)})
"""The same: the token's user lacks a permission, or the asset is not assigned to it."""

_UNKNOWN = frozenset({33, 100})


@dataclass(frozen=True)
class Said:
    """What Meta answered: a body, or why there is none. `code` is Graph's, 0 without an answer."""

    body: dict[str, Any]
    code: int = 0
    problem: str = ""


def refused(said: Said, spec: ChatbotSpec) -> Channel:
    """Judge an answer that is none."""
    secret = spec.whatsapp.credentials_secret_ref.name
    if said.code in _TOKEN:
        return Channel(
            reasons.TOKEN_REFUSED,
            f"Meta refuses the access-token of Secret {secret}: {said.problem};"
            " make a new token of the system user and put it there",
        )
    if said.code in _RIGHTS:
        return Channel(
            reasons.TOKEN_REFUSED,
            f"the access-token of Secret {secret} may not read this number: {said.problem};"
            " assign the account to the system user, with whatsapp_business_management and"
            " whatsapp_business_messaging",
        )
    if said.code in _UNKNOWN:
        return Channel(
            reasons.NUMBER_UNKNOWN,
            f"Meta does not know {spec.whatsapp.phone_number_id} of account"
            f" {spec.whatsapp.business_account_id} for this token: {said.problem};"
            " look at spec.whatsapp.phoneNumberId and businessAccountId",
        )
    return Channel(reasons.META_UNAVAILABLE, said.problem)


def number(said: Said, webhook: str) -> Channel:
    """Judge a number; `webhook` is the address that Meta should call, empty when not known."""
    phone = str(said.body.get("display_phone_number") or "")
    health = said.body.get("health_status") or {}
    if health.get("can_send_message") == "BLOCKED":
        return Channel(reasons.NUMBER_BLOCKED, _blocked(health), phone)
    registered = _callback(said.body.get("webhook_configuration") or {})
    if not registered:
        return Channel(
            reasons.WEBHOOK_NOT_REGISTERED,
            "no webhook is registered at Meta for this number; register"
            f" {webhook or 'the address of its ingress'} with the verify-token",
            phone,
        )
    if webhook and registered.rstrip("/") != webhook.rstrip("/"):
        return Channel(
            reasons.WEBHOOK_NOT_REGISTERED,
            f"Meta sends this number's webhooks to {registered}, not to {webhook};"
            " register it as the number's override_callback_uri",
            phone,
        )
    return Channel(reasons.CONNECTED, "", phone)


def subscribed(said: Said, phone: str) -> Channel:
    """Judge who gets the account's webhooks."""
    if said.body.get("data"):
        return Channel(reasons.CONNECTED, "", phone)
    return Channel(
        reasons.APP_NOT_SUBSCRIBED,
        "no app is subscribed to the account, so that Meta sends no webhooks;"
        " POST /<businessAccountId>/subscribed_apps with the app's token",
        phone,
    )


def templates(spec: ChatbotSpec, approved: Iterable[tuple[str, str]], phone: str) -> Channel:
    """Judge whether the templates of all campaigns stand at Meta, approved."""
    have = frozenset(approved)
    missing = [
        f"{each.template.name} ({each.template.language}) of campaign {each.name}"
        for each in spec.campaigns
        if (each.template.name, each.template.language) not in have
    ]
    if not missing:
        return Channel(reasons.CONNECTED, "", phone)
    return Channel(
        reasons.TEMPLATE_MISSING,
        f"Meta has no approved template {', '.join(missing)}; submit it, or correct the campaign",
        phone,
    )


def _blocked(health: dict[str, Any]) -> str:
    """Tell what blocks, in Meta's words."""
    for entity in health.get("entities") or ():
        for error in entity.get("errors") or ():
            what = error.get("error_description") or error.get("error_code")
            remedy = error.get("possible_solution") or "see WhatsApp Manager"
            return f"Meta blocks sending ({entity.get('entity_type')}): {what} {remedy}"
    return "Meta blocks sending; see WhatsApp Manager"


def _callback(configuration: dict[str, Any]) -> str:
    """Give the address that counts: the number's, else the account's, else the app's."""
    for level in ("phone_number", "whatsapp_business_account", "application"):
        if address := configuration.get(level):
            return str(address)
    return ""
