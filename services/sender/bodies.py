"""A message of ours as Meta's JSON: the body of `POST /<phone number id>/messages`. Pure.

Shapes: Meta's OpenAPI (v23.0), "Service messages", "Typing indicators" and "Templates". Lengths and
counts are left to Meta's judgement; the dialogue compiler has checked what people write.
"""

from collections.abc import Mapping
from typing import Any

from prosa.contracts.identity import Address
from prosa.contracts.outbound import (
    Buttons,
    ContactCard,
    ContactCards,
    ContactRequest,
    Header,
    Link,
    List,
    Location,
    LocationRequest,
    MarkRead,
    Media,
    Message,
    Reaction,
    Section,
    Template,
    TemplateButton,
    Text,
)

Json = dict[str, Any]

File = Mapping[str, str]
"""How a file is named to Meta: `{"id": …}` after an upload, or `{"link": …}`."""

NO_FILE: File = {}


def media_of(message: Message) -> Media | None:
    """Find the file that a message carries, its own or in its header."""
    match message:
        case Media():
            return message
        case (
            Buttons(header=Header(media=Media() as media))
            | List(header=Header(media=Media() as media))
        ):
            return media
        case (
            Link(header=Header(media=Media() as media))
            | Template(header=Header(media=Media() as media))
        ):
            return media
        case _:
            return None


def body(message: Message, address: Address, tracker: str, file: File = NO_FILE) -> Json:
    """Shape one message. `file` names what `media_of` found.

    A phone is sent with its plus: without it Meta may put the business's own country code in front
    and misdeliver (Meta, "Service messages"). A user id serves where no phone is known.
    """
    if isinstance(message, MarkRead):
        return _mark_read(message)
    kind, content = _content(message, file)
    shaped: Json = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **_recipient(address),
        "type": kind,
        kind: content,
        "biz_opaque_callback_data": tracker,
    }
    if message.reply_to:
        shaped["context"] = {"message_id": message.reply_to}
    return shaped


def _recipient(address: Address) -> Json:
    if address.phone:
        return {"to": f"+{address.phone}"}
    return {"recipient": address.user_id}


def _mark_read(message: MarkRead) -> Json:
    shaped: Json = {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": message.message,
    }
    if message.typing:
        shaped["typing_indicator"] = {"type": "text"}
    return shaped


_Content = (
    Text
    | Media
    | Buttons
    | List
    | Link
    | Location
    | LocationRequest
    | ContactRequest
    | ContactCards
    | Reaction
    | Template
)


def _content(message: _Content, file: File) -> tuple[str, Any]:
    match message:
        case Text():
            return "text", {"body": message.body, "preview_url": message.preview_url}
        case Media():
            return message.kind, _media(message, file)
        case Location():
            return "location", _without_empty(
                latitude=message.latitude,
                longitude=message.longitude,
                name=message.name,
                address=message.address,
            )
        case ContactCards():
            return "contacts", [_card(card) for card in message.cards]
        case Reaction():
            return "reaction", {"message_id": message.message, "emoji": message.emoji}
        case Template():
            return "template", _template(message, file)
        case Buttons() | List() | Link() | LocationRequest() | ContactRequest():
            return "interactive", _interactive(message, file)


def _media(media: Media, file: File) -> Json:
    """Shape a file: Meta refuses fields that a kind does not have, a sticker's caption, say."""
    shaped: Json = dict(file)
    if media.caption and media.kind in ("image", "video", "document"):
        shaped["caption"] = media.caption
    if media.filename and media.kind == "document":
        shaped["filename"] = media.filename
    if media.voice and media.kind == "audio":
        shaped["voice"] = True
    return shaped


def _card(card: ContactCard) -> Json:
    """Shape a contact: Meta wants one more part of the name beside the formatted one."""
    shaped: Json = {
        "name": {"formatted_name": card.name, "first_name": card.name},
        "phones": [{"phone": card.phone}],
    }
    if card.organisation:
        shaped["org"] = {"company": card.organisation}
    return shaped


def _interactive(
    message: Buttons | List | Link | LocationRequest | ContactRequest, file: File
) -> Json:
    shaped: Json = {"type": _interactive_type(message), "body": {"text": message.body}}
    if isinstance(message, Buttons | List | Link):
        if message.header is not None and (header := _header(message.header, file)):
            shaped["header"] = header
        if message.footer:
            shaped["footer"] = {"text": message.footer}
    shaped["action"] = _action(message)
    return shaped


def _interactive_type(message: Buttons | List | Link | LocationRequest | ContactRequest) -> str:
    match message:
        case Buttons():
            return "button"
        case List():
            return "list"
        case Link():
            return "cta_url"
        case LocationRequest():
            return "location_request_message"
        case ContactRequest():
            return "contact_request"


def _action(message: Buttons | List | Link | LocationRequest | ContactRequest) -> Json:
    match message:
        case Buttons():
            replies = [{"id": button.id, "title": button.title} for button in message.buttons]
            return {"buttons": [{"type": "reply", "reply": reply} for reply in replies]}
        case List():
            return {
                "button": message.button,
                "sections": [_section(section) for section in message.sections],
            }
        case Link():
            return {
                "name": "cta_url",
                "parameters": {"display_text": message.title, "url": message.url},
            }
        case LocationRequest():
            return {"name": "send_location"}
        case ContactRequest():
            return {"name": "request_contact_info"}


def _section(section: Section) -> Json:
    rows = [
        _without_empty(id=row.id, title=row.title, description=row.description)
        for row in section.rows
    ]
    return _without_empty(title=section.title, rows=rows)


def _header(header: Header, file: File) -> Json:
    if header.media is not None:
        kind = header.media.kind
        return {"type": kind, kind: _header_media(header.media, file)}
    return {"type": "text", "text": header.text} if header.text else {}


def _header_media(media: Media, file: File) -> Json:
    """Shape a file in a header, which has no caption."""
    if media.kind == "document" and media.filename:
        return {**file, "filename": media.filename}
    return dict(file)


def _template(template: Template, file: File) -> Json:
    components: list[Json] = []
    if template.header is not None and (header := _header(template.header, file)):
        components.append({"type": "header", "parameters": [header]})
    if template.body or template.named:
        positional: list[Json] = [{"type": "text", "text": text} for text in template.body]
        named: list[Json] = [
            {"type": "text", "parameter_name": name, "text": text}
            for name, text in template.named.items()
        ]
        components.append({"type": "body", "parameters": positional + named})
    components.extend(_template_button(button) for button in template.buttons)
    shaped: Json = {"name": template.name, "language": {"code": template.language}}
    if components:
        shaped["components"] = components
    return shaped


def _template_button(button: TemplateButton) -> Json:
    return {
        "type": "button",
        "sub_type": button.kind,
        "index": str(button.index),
        "parameters": [_button_parameter(button)],
    }


def _button_parameter(button: TemplateButton) -> Json:
    match button.kind:
        case "quick_reply":
            return {"type": "payload", "payload": button.value}
        case "url":
            return {"type": "text", "text": button.value}
        case "copy_code":
            return {"type": "coupon_code", "coupon_code": button.value}
        case "flow":
            return {"type": "action", "action": {"flow_token": button.value}}


def _without_empty(**fields: Any) -> Json:
    return {name: value for name, value in fields.items() if value != ""}
