"""Conversations to look at: what a business sends, and one that holds every kind of message."""

from typing import Any

from tests.support.simulator import ANA, Simulator

CONTACT = {"name": {"formatted_name": "Marina Lopes"}, "phones": [{"phone": "+55 19 99876-1234"}]}


async def business_says(meta: Simulator, kind: str, part: Any, **more: Any) -> str:
    """Send one message to Ana as the business; returns the wamid."""
    body = {"messaging_product": "whatsapp", "to": ANA.removeprefix("+"), "type": kind, kind: part}
    status, answer = await meta.send({**body, **more})
    assert status == 200, answer
    return str(answer["messages"][0]["id"])


async def business_writes(meta: Simulator, text: str) -> str:
    """Send a text to Ana as the business."""
    return await business_says(meta, "text", {"body": text})


async def business_asks(meta: Simulator, text: str, **parts: Any) -> str:
    """Send an interactive message to Ana."""
    return await business_says(meta, "interactive", {"body": {"text": text}, **parts})


def replies(*titles: str) -> dict[str, Any]:
    """Make reply buttons."""
    buttons = [{"type": "reply", "reply": {"id": title, "title": title}} for title in titles]
    return {"type": "button", "action": {"buttons": buttons}}


def a_list(button: str, *rows: str) -> dict[str, Any]:
    """Make a list with one section."""
    found = [{"id": row, "title": row, "description": "R$ 94.900"} for row in rows]
    sections = [{"title": "SUVs", "rows": found}]
    return {"type": "list", "action": {"button": button, "sections": sections}}


async def every_kind(meta: Simulator) -> None:
    """Let Ana and the business send one message of each kind."""
    hello = await meta.customer_says(ANA, "Oi, boa tarde")
    await business_asks(
        meta,
        "Que tipo de *carro* você procura?",
        header={"type": "text", "text": "AutoCerto"},
        footer={"text": "Responda a qualquer hora"},
        **replies("Hatch", "SUV"),
    )
    await meta.customer_says(ANA, "SUV", replyTo=hello)
    await business_asks(meta, "Encontrei duas opções", **a_list("Ver opções", "Compass", "Creta"))
    link = {"display_text": "Ver no site", "url": "https://example.com/compass"}
    await business_asks(
        meta, "A ficha", type="cta_url", action={"name": "cta_url", "parameters": link}
    )
    place = {
        "latitude": -22.9,
        "longitude": -47.06,
        "name": "AutoCerto",
        "address": "Av. Brasil, 1200",
    }
    await business_says(meta, "location", place)
    await business_says(meta, "contacts", [CONTACT])
    await business_asks(
        meta, "Onde você está?", type="location_request_message", action={"name": "send_location"}
    )
    body = [{"type": "body", "parameters": [{"type": "text", "text": "Ana"}]}]
    template = {"name": "volta_ai", "language": {"code": "pt_BR"}, "components": body}
    await business_says(meta, "template", template)
    for kind in ("image", "audio", "document", "sticker"):
        await meta.customer_says(ANA, kind=kind, sample=True)
    await meta.customer_says(ANA, kind="contacts", contacts=[{"name": "João", "phone": "+55 1"}])
    await meta.customer_says(ANA, kind="unsupported")
    last = await business_writes(meta, "Marco *sábado às 10h*?")
    await meta.customer_says(ANA, kind="reaction", messageId=last, emoji="👍")
    await business_says(meta, "reaction", {"message_id": hello, "emoji": "❤️"})
