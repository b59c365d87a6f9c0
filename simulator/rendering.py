"""How a message from a business looks on the customer's phone. Pure.

Takes bodies that `rules` has let through; `picture` turns a media object of Meta's into what the
phone page can show.
"""

from collections.abc import Callable, Mapping
from typing import Any

from simulator import templates
from simulator.screen import (
    Button,
    Card,
    Header,
    Link,
    Location,
    Media,
    Message,
    Row,
    Section,
)

Picture = Callable[[dict[str, Any]], Media]


def render(
    body: dict[str, Any], template: dict[str, Any] | None, picture: Picture, wamid: str, at: int
) -> Message:
    """Make the bubble of a message; a reaction makes none and must not come here.

    `template` is the definition when the body sends one.
    """
    kind = body["type"]
    message = Message(id=wamid, at=at, side="in", kind="text", text="", state="sent")
    message.quotes = body.get("context", {}).get("message_id")
    if template is not None:
        _template(message, body["template"], template, picture)
    else:
        _RENDER[kind](message, body[kind], picture)
    return message


def _text(message: Message, content: dict[str, Any], _: Picture) -> None:
    message.text = content["body"]


def _media(kind: Any) -> Callable[[Message, dict[str, Any], Picture], None]:
    def render_media(message: Message, content: dict[str, Any], picture: Picture) -> None:
        message.kind = kind
        message.text = content.get("caption", "")
        message.media = picture(content)
        message.media.filename = content.get("filename", message.media.filename)
        message.media.voice = content.get("voice")

    return render_media


def _location(message: Message, content: dict[str, Any], _: Picture) -> None:
    message.kind = "location"
    message.location = Location(
        latitude=float(content["latitude"]),
        longitude=float(content["longitude"]),
        name=content.get("name"),
        address=content.get("address"),
    )


def _contacts(message: Message, content: list[dict[str, Any]], _: Picture) -> None:
    message.kind = "contacts"
    message.contacts = cards(content)


def cards(contacts: list[dict[str, Any]]) -> list[Card]:
    """Make the cards of contacts in Meta's form."""
    return [
        Card(
            name=contact["name"]["formatted_name"],
            phone=next((each.get("phone") for each in contact.get("phones", ())), None),
        )
        for contact in contacts
    ]


def _interactive(message: Message, content: dict[str, Any], picture: Picture) -> None:
    message.text = content["body"]["text"]
    message.header = _header(content.get("header"), picture)
    message.footer = content.get("footer", {}).get("text")
    _ACTIONS[content["type"]](message, content["action"])


def _header(header: dict[str, Any] | None, picture: Picture) -> Header | None:
    if header is None:
        return None
    kind = header["type"]
    if kind == "text":
        return Header(kind="text", text=header["text"])
    return Header(kind=kind, media=picture(header[kind]))


def _buttons(message: Message, action: dict[str, Any]) -> None:
    message.kind = "buttons"
    replies = [button["reply"] for button in action["buttons"]]
    message.buttons = [Button(id=reply["id"], title=reply["title"]) for reply in replies]


def _list(message: Message, action: dict[str, Any]) -> None:
    message.kind = "list"
    message.button = action["button"]
    message.sections = [
        Section(
            title=section.get("title", ""),
            rows=[
                Row(id=row["id"], title=row["title"], description=row.get("description"))
                for row in section["rows"]
            ],
        )
        for section in action["sections"]
    ]


def _cta(message: Message, action: dict[str, Any]) -> None:
    message.kind = "cta"
    parameters = action["parameters"]
    message.link = Link(title=parameters["display_text"], url=parameters["url"])


def _location_request(message: Message, _: dict[str, Any]) -> None:
    message.kind = "location_request"


def _contact_request(message: Message, action: dict[str, Any]) -> None:
    # The phone page has no kind for it: a tap sends the customer's own contact.
    message.kind = "buttons"
    message.buttons = [Button(id=action["name"], title="📇")]


_ACTIONS: Mapping[str, Callable[[Message, dict[str, Any]], None]] = {
    "button": _buttons,
    "list": _list,
    "cta_url": _cta,
    "location_request_message": _location_request,
    "contact_request": _contact_request,
}
_RENDER: Mapping[str, Callable[[Message, Any, Picture], None]] = {
    "text": _text,
    **{kind: _media(kind) for kind in ("image", "video", "audio", "document", "sticker")},
    "location": _location,
    "contacts": _contacts,
    "interactive": _interactive,
}


def _template(
    message: Message, sent: dict[str, Any], template: dict[str, Any], picture: Picture
) -> None:
    message.kind = "template"
    message.text = templates.filled(template, sent, "BODY")
    message.footer = templates.footer(template)
    message.header = _template_header(sent, template, picture)
    replies = []
    for button, given in templates.buttons(template, sent):
        kind = button["type"].upper()
        if kind == "QUICK_REPLY":
            # Meta: without a payload of the send's own, the button's text is the payload
            replies.append(Button(id=given or button["text"], title=button["text"]))
        elif kind == "URL":
            url = templates.PLACEHOLDER.sub(given, button["url"])
            message.link = Link(title=button["text"], url=url)
        elif kind == "PHONE_NUMBER":
            message.link = Link(title=button["text"], url=f"tel:{button['phone_number']}")
    message.buttons = replies or None


def _template_header(
    sent: dict[str, Any], template: dict[str, Any], picture: Picture
) -> Header | None:
    header = templates.header(template)
    form = header.get("format", "TEXT").lower()
    if not header or form == "location":
        return None
    if form == "text":
        return Header(kind="text", text=templates.filled(template, sent, "HEADER"))
    return Header(kind=form, media=picture(templates.header_parameter(sent)[form]))
