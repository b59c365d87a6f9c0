"""What Meta refuses in a request to send, before it accepts anything. Pure.

Sources: Meta's OpenAPI (v23.0) for shapes and lengths; Meta, "Error codes" for codes; the total of
10 rows of a list from providers' documentation, since the OpenAPI states it per section only.

Refused at once (an HTTP error; the message does not exist):
    100      shapes, lengths, unknown fields, recipients that are none, ids of unknown media
    131008   a missing, 131009 an invalid part of an interactive message or a template's button
    131009   a context or a reaction to a message that is not in this conversation
    131021   sender and recipient are the same number
    131062   a user id where the message needs a phone (authentication templates)
    132000 … 132018   templates (module `templates`)
    130429   number rate, 131056 pair rate (module `rates`)
Accepted with 200, then failed by a status webhook (module `dispatch`):
    131026   the recipient has no WhatsApp
    131047   outside the service window and no template
    131048   the portfolio's messaging limit is used up
    131050   marketing to someone who stopped it
    131053   media that cannot be fetched, or is not what it was said to be
Where Meta's pages leave open which of the two it does, this is our reading.
"""

import re
from collections.abc import Iterator
from typing import Any, Final, Literal

from simulator.errors import Refusal
from simulator.media import MediaKind
from simulator.shapes import (
    Check,
    Misfit,
    anything,
    array,
    by_type,
    flag,
    number,
    one_of,
    record,
    text,
)

BODY: Final = 4096  # characters of a text
INTERACTIVE_BODY: Final = 1024
CAPTION: Final = 1024
LINE: Final = 60  # header and footer of an interactive message
URL: Final = 2000
TRACKER: Final = 512  # biz_opaque_callback_data
ROWS: Final = 10  # of all sections of a list together
MEDIA_KINDS: Final[tuple[MediaKind, ...]] = ("image", "video", "audio", "document", "sticker")


def _media(**optional: Check) -> Check:
    shape = record(optional={"id": text(), "link": text(), **optional})

    def check(value: Any, place: str) -> None:
        shape(value, place)
        if ("id" in value) == ("link" in value):
            reason: Literal["invalid", "missing"] = "invalid" if "id" in value else "missing"
            raise Misfit(reason, place, f"Param {place} needs either an id or a link.")
        if not re.match("https?://", value.get("link", "http://")):
            raise Misfit("invalid", place, f"Param {place}['link'] must be an http(s) URL.")

    return check


def _address(value: Any, place: str) -> None:
    text(URL)(value, place)
    if not re.match(r"https?://[^\s/]+", value):
        raise Misfit("invalid", place, f"Param {place} must be an http(s) URL.")


def _label(most: int) -> Check:
    """Take a title or an id: not blank, with no space around."""
    length = text(most)

    def check(value: Any, place: str) -> None:
        length(value, place)
        if value != value.strip():
            raise Misfit("invalid", place, f"Param {place} has spaces around it or is blank.")

    return check


# --- what each type of message looks like

_HOME_OR_WORK = {"type": one_of("HOME", "WORK")}
_CARD = record(
    {
        "name": record(
            {"formatted_name": text()},
            dict.fromkeys(
                ("first_name", "last_name", "middle_name", "prefix", "suffix"), text(least=0)
            ),
        )
    },
    {
        "phones": array(record({"phone": text()}, {"wa_id": text(), "type": text()})),
        "emails": array(record({"email": text()}, _HOME_OR_WORK)),
        "urls": array(record({"url": text()}, _HOME_OR_WORK)),
        "org": record(optional=dict.fromkeys(("company", "department", "title"), text())),
        "birthday": text(10),
        "addresses": array(
            record(
                optional={
                    **_HOME_OR_WORK,
                    **dict.fromkeys(
                        ("city", "country", "country_code", "state", "street", "zip"), text(least=0)
                    ),
                }
            )
        ),
    },
)
_HEADER = by_type(
    {
        "text": record({"type": anything, "text": text(LINE)}, {"sub_text": text(LINE)}),
        "image": record({"type": anything, "image": _media()}),
        "video": record({"type": anything, "video": _media()}),
        "document": record({"type": anything, "document": _media(filename=text())}),
    }
)
_TEXT_HEADER = by_type({"text": record({"type": anything, "text": text(LINE)})})
_WORDS = record({"text": text(INTERACTIVE_BODY)})
_FOOTER = record({"text": text(LINE)})
_REPLY = record(
    {
        "type": one_of("reply"),
        "reply": record({"id": _label(256), "title": _label(20)}),
    }
)
_ROW = record({"id": _label(200), "title": _label(24)}, {"description": text(72, least=0)})
_SECTION = record({"rows": array(_ROW, least=1, most=ROWS)}, {"title": text(24, least=0)})


def _interactive(action: Check, header: Check = _HEADER) -> Check:
    required = {"type": anything, "body": _WORDS, "action": action}
    return record(required, {"header": header, "footer": _FOOTER})


_INTERACTIVE = by_type(
    {
        "button": _interactive(record({"buttons": array(_REPLY, least=1, most=3)})),
        "list": _interactive(
            record({"button": _label(20), "sections": array(_SECTION, least=1, most=10)}),
            _TEXT_HEADER,
        ),
        "cta_url": _interactive(
            record(
                {
                    "name": one_of("cta_url"),
                    "parameters": record({"display_text": _label(20), "url": _address}),
                }
            )
        ),
        "location_request_message": record(
            {
                "type": anything,
                "body": _WORDS,
                "action": record({"name": one_of("send_location")}),
            }
        ),
        "contact_request": record(
            {
                "type": anything,
                "body": _WORDS,
                "action": record({"name": one_of("request_contact_info")}),
            }
        ),
    }
)
_PARAMETER = record(
    {"type": text()},
    dict.fromkeys(
        (
            "text",
            "parameter_name",
            "payload",
            "currency",
            "date_time",
            "image",
            "video",
            "document",
            "location",
            "coupon_code",
            "action",
        ),
        anything,
    ),
)
_COMPONENT = record(
    {"type": text()},
    {"sub_type": text(), "index": anything, "parameters": array(_PARAMETER)},
)
_TEMPLATE = record(
    {"name": text(512), "language": record({"code": text()}, {"policy": one_of("deterministic")})},
    {"components": array(_COMPONENT)},
)

CONTENT: Final[dict[str, Check]] = {
    "text": record({"body": text(BODY)}, {"preview_url": flag}),
    "image": _media(caption=text(CAPTION, least=0)),
    "video": _media(caption=text(CAPTION, least=0)),
    "audio": _media(voice=flag),
    "document": _media(caption=text(CAPTION, least=0), filename=text(240)),
    "sticker": _media(),
    "location": record(
        {"latitude": number(-90, 90), "longitude": number(-180, 180)},
        {"name": text(1000, least=0), "address": text(1000, least=0)},
    ),
    "contacts": array(_CARD, least=1, most=5),
    "reaction": record({"message_id": text(), "emoji": text(16, least=0)}),
    "interactive": _INTERACTIVE,
    "template": _TEMPLATE,
}
_COMMON: Final[dict[str, Check]] = {
    "messaging_product": one_of("whatsapp"),
    "type": one_of(*CONTENT),
}
_OPTIONAL: Final[dict[str, Check]] = {
    "recipient_type": one_of("individual"),
    "to": text(),
    "recipient": text(),
    "context": record({"message_id": text()}),
    "biz_opaque_callback_data": text(TRACKER),
}
_READ = record(
    {"messaging_product": one_of("whatsapp"), "status": one_of("read"), "message_id": text()},
    {"typing_indicator": record({"type": one_of("text")})},
)


def check_message(body: Any) -> None:
    """Judge the body of a send, all that can be judged without knowing anyone. Raises Refusal."""
    _judge(_check_envelope, body)
    kind = body["type"]
    _judge(CONTENT[kind], body[kind], kind)
    if kind == "interactive":
        _check_choices(body["interactive"])


def check_mark_read(body: Any) -> None:
    """Judge the body of mark-as-read, with or without a typing indicator. Raises Refusal."""
    _judge(_READ, body)


def _judge(check: Check, value: Any, place: str = "") -> None:
    try:
        check(value, place)
    except Misfit as misfit:
        raise Refusal(_code(misfit), misfit.details) from None


def _code(misfit: Misfit) -> int:
    """Choose the code: interactive messages have their own for what is missing or invalid."""
    if misfit.place.startswith("interactive") and misfit.reason != "unexpected":
        return 131008 if misfit.reason == "missing" else 131009
    return 100


def _check_envelope(body: Any, place: str) -> None:
    if not isinstance(body, dict):
        raise Misfit("invalid", place, "The body must be a JSON object.")
    record(_COMMON, dict.fromkeys(body, anything))(body, place)
    kind = body["type"]
    record({**_COMMON, kind: anything}, _OPTIONAL)(body, place)
    if not body.get("to") and not body.get("recipient"):
        raise Misfit("missing", "to", "The parameter to is required.")


def _check_choices(interactive: dict[str, Any]) -> None:
    """Check what no single field shows: duplicates, totals, titles of several sections."""
    action = interactive["action"]
    if interactive["type"] == "button":
        replies = [button["reply"] for button in action["buttons"]]
        _check_unique("Button", replies, ("id", "title"))
    if interactive["type"] == "list":
        rows = [row for section in action["sections"] for row in section["rows"]]
        if len(rows) > ROWS:
            raise Refusal(131009, f"Total row count exceed max allowed count: {ROWS}")
        _check_unique("Row", rows, ("id",))
        untitled = [section for section in action["sections"] if not section.get("title")]
        if untitled and len(action["sections"]) > 1:
            raise Refusal(131009, "Section title is required when there are several sections.")


def _check_unique(what: str, items: list[dict[str, Any]], keys: tuple[str, ...]) -> None:
    for key in keys:
        values = [item[key] for item in items]
        if len(set(values)) < len(values):
            raise Refusal(131009, f"{what} {key}s must be unique.")


# --- the media in it


def media_in(body: dict[str, Any]) -> Iterator[tuple[MediaKind, dict[str, Any]]]:
    """List the media objects of a checked body, with the kind each is sent as."""
    kind = body["type"]
    content = body[kind]
    if kind in MEDIA_KINDS:
        yield kind, content
    elif kind == "interactive":
        yield from _media_of(content.get("header"))
    elif kind == "template":
        for component in content.get("components", ()):
            for parameter in component.get("parameters", ()):
                yield from _media_of(parameter)


def _media_of(holder: dict[str, Any] | None) -> Iterator[tuple[MediaKind, dict[str, Any]]]:
    for kind in MEDIA_KINDS:
        if holder and holder["type"] == kind and isinstance(holder.get(kind), dict):
            yield kind, holder[kind]


def check_parameter_media(body: dict[str, Any]) -> None:
    """Judge the media of a template's parameters, which `check_message` leaves open."""
    for kind, each in media_in(body):
        _judge(_media(filename=text(), caption=text(CAPTION, least=0)), each, kind)
