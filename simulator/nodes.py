"""How numbers, accounts, templates and files describe themselves in Graph API answers. Pure.

Sources: Meta's OpenAPI (v23.0); Meta, "Messaging and Calling Health Status", "Webhook overrides".
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from simulator.errors import Refusal
from simulator.media import File
from simulator.world import Number, Waba

PAGE: Final = 25  # templates a page, when no limit is asked for


def select(node: dict[str, Any], fields: str | None) -> dict[str, Any]:
    """Choose the fields asked for; `id` always comes. Raises Refusal for one that is not there."""
    if fields is None:
        return {key: node[key] for key in node["_default"]}
    names = [name.strip() for name in fields.split(",") if name.strip()]
    for name in names:
        if name not in node or name.startswith("_"):
            kind = node["_kind"]
            raise Refusal(100, f"Tried accessing nonexisting field ({name}) on node type ({kind})")
    return {name: node[name] for name in [*names, "id"]}


def number(of: Number) -> dict[str, Any]:
    """Describe a phone number."""
    configuration = {"application": of.waba.app.callback.url if of.waba.app.callback else ""}
    if of.waba.callback:
        configuration["whatsapp_business_account"] = of.waba.callback.url
    if of.callback:
        configuration["phone_number"] = of.callback.url
    return {
        "_kind": "WhatsAppBusinessPhoneNumber",
        "_default": (
            "verified_name",
            "code_verification_status",
            "display_phone_number",
            "quality_rating",
            "platform_type",
            "throughput",
            "webhook_configuration",
            "id",
        ),
        "id": of.id,
        "display_phone_number": of.display,
        "verified_name": of.name,
        "code_verification_status": "VERIFIED",
        "quality_rating": of.quality,
        "platform_type": "CLOUD_API",
        "status": "CONNECTED",
        "name_status": "APPROVED",
        "account_mode": "LIVE",
        "throughput": {"level": "STANDARD"},
        "whatsapp_business_manager_messaging_limit": "TIER_2K",
        "webhook_configuration": configuration,
        "health_status": _health(of.waba, of),
    }


def waba(of: Waba) -> dict[str, Any]:
    """Describe an account."""
    return {
        "_kind": "WhatsAppBusinessAccount",
        "_default": ("id", "name", "timezone_id", "message_template_namespace"),
        "id": of.id,
        "name": of.name,
        "timezone_id": of.time_zone,
        "currency": "BRL",
        "message_template_namespace": f"ns_{of.id}",
        "account_review_status": "APPROVED",
        "business_verification_status": "verified",
        "ownership_type": "SELF",
        "health_status": _health(of, None),
    }


def _health(of: Waba, phone: Number | None) -> dict[str, Any]:
    entities = [("WABA", of.id), ("BUSINESS", of.portfolio), ("APP", of.app.id)]
    if phone is not None:
        entities.insert(0, ("PHONE_NUMBER", phone.id))
    return {
        "can_send_message": "AVAILABLE",
        "entities": [
            {"entity_type": kind, "id": name, "can_send_message": "AVAILABLE"}
            for kind, name in entities
        ],
    }


def media(file: File, url: str) -> dict[str, Any]:
    """Describe a file, with the address where it can be fetched for five minutes."""
    return {
        "messaging_product": "whatsapp",
        "url": url,
        "mime_type": file.mime_type,
        "sha256": file.sha256,
        "file_size": len(file.content),
        "id": file.id,
    }


def subscriptions(of: Waba) -> list[dict[str, Any]]:
    """List the apps that get an account's webhooks."""
    if not of.subscribed:
        return []
    app = of.app
    link = f"https://www.facebook.com/games/?app_id={app.id}"
    item: dict[str, Any] = {
        "whatsapp_business_api_data": {"id": app.id, "name": app.name, "link": link}
    }
    if of.callback:
        item["override_callback_uri"] = of.callback.url
    return [item]


def page(items: list[dict[str, Any]], after: str = "") -> dict[str, Any]:
    """Wrap a whole list, or its last page."""
    cursors = {"before": after or "0", "after": after or str(len(items))}
    return {"data": items, "paging": {"cursors": cursors}}


def template_page(templates: Iterable[dict[str, Any]], query: Mapping[str, str]) -> dict[str, Any]:
    """List the templates that a query asks for: by name, language, status, category; in pages."""
    listed = [
        {"id": str(10**15 + n), "status": "APPROVED", "category": "MARKETING", **template}
        for n, template in enumerate(templates)
    ]
    for key in ("name", "language", "status", "category"):
        if key in query:
            listed = [each for each in listed if each[key] == query[key]]
    limit, after = query.get("limit", str(PAGE)), query.get("after", "0")
    if not (limit.isdigit() and int(limit) > 0 and after.isdigit()):
        raise Refusal(100, "Param limit must be a positive number, and after a cursor of ours.")
    start, end = int(after), int(after) + int(limit)
    wanted = _fields(query.get("fields"))
    items = [
        {key: each[key] for key in each if not wanted or key in wanted}
        for each in listed[start:end]
    ]
    paging: dict[str, Any] = {"cursors": {"before": after, "after": str(end)}}
    if end < len(listed):
        paging["next"] = f"?after={end}&limit={limit}"
    return {"data": items, "paging": paging}


def _fields(fields: str | None) -> set[str]:
    return {*(fields or "").split(","), "id"} if fields else set()
