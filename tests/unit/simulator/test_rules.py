"""What Meta refuses at once: a message that is right, and each way to make it wrong."""

from copy import deepcopy
from typing import Any

import pytest

from simulator import recipients, rules
from simulator.errors import Refusal

MESSAGES: dict[str, dict[str, Any]] = {
    "text": {"body": "olá", "preview_url": False},
    "image": {"link": "https://example.com/a.jpg", "caption": "um carro"},
    "video": {"id": "1"},
    "audio": {"id": "1", "voice": True},
    "document": {"id": "1", "filename": "a.pdf", "caption": "leia"},
    "sticker": {"id": "1"},
    "location": {"latitude": "-22.9", "longitude": -47.06, "name": "Loja", "address": "Rua 1"},
    "reaction": {"message_id": "wamid.x", "emoji": "👍"},
}
CARD = {"name": {"formatted_name": "Ana Souza"}, "phones": [{"phone": "+55 19 99999-0001"}]}


def a_body(kind: str = "text", content: Any = None, **more: Any) -> dict[str, Any]:
    part = deepcopy(MESSAGES[kind]) if content is None else content
    to = "+5519999990001"
    return {"messaging_product": "whatsapp", "to": to, "type": kind, kind: part, **more}


def buttons(*titles: str, **more: Any) -> dict[str, Any]:
    replies = [
        {"type": "reply", "reply": {"id": f"b{n}", "title": title}}
        for n, title in enumerate(titles)
    ]
    return {"type": "button", "body": {"text": "Qual?"}, "action": {"buttons": replies}, **more}


def a_list(*sections: dict[str, Any], button: str = "Ver") -> dict[str, Any]:
    action = {"button": button, "sections": list(sections)}
    return {"type": "list", "body": {"text": "Escolha"}, "action": action}


def section(rows: int, title: str = "Carros", first: int = 0, **row: Any) -> dict[str, Any]:
    numbers = range(first, first + rows)
    made = [{"id": f"r{n}", "title": f"Carro {n}", **row} for n in numbers]
    return {"title": title, "rows": made}


def cta(**parameters: Any) -> dict[str, Any]:
    action = {"name": "cta_url", "parameters": parameters}
    return {"type": "cta_url", "body": {"text": "Veja"}, "action": action}


INTERACTIVE: dict[str, dict[str, Any]] = {
    "one button": buttons("Sim"),
    "three buttons": buttons("Sim", "Não", "Talvez"),
    "a button under a picture": buttons(
        "Sim", header={"type": "image", "image": {"id": "1"}}, footer={"text": "até 18h"}
    ),
    "a list": a_list(section(10)),
    "a list in sections": a_list(section(5), section(5, "Motos", first=5)),
    "a link": cta(display_text="Abrir", url="https://example.com"),
    "a request for the place": {
        "type": "location_request_message",
        "body": {"text": "Onde?"},
        "action": {"name": "send_location"},
    },
    "a request for the phone": {
        "type": "contact_request",
        "body": {"text": "Qual é seu número?"},
        "action": {"name": "request_contact_info"},
    },
}


@pytest.mark.parametrize("kind", MESSAGES)
def test_a_right_message_passes(kind: str) -> None:
    rules.check_message(a_body(kind))


@pytest.mark.parametrize("content", INTERACTIVE.values(), ids=INTERACTIVE)
def test_a_right_interactive_message_passes(content: dict[str, Any]) -> None:
    rules.check_message(a_body("interactive", content))


def test_right_contacts_pass() -> None:
    rules.check_message(a_body("contacts", [CARD]))


def without(body: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != key}


REFUSED: dict[str, tuple[int, Any]] = {
    "a body that is no object": (100, []),
    "no product": (100, without(a_body(), "messaging_product")),
    "another product": (100, a_body() | {"messaging_product": "messenger"}),
    "no recipient": (100, without(a_body(), "to")),
    "no type": (100, without(a_body(), "type")),
    "an unknown type": (100, a_body() | {"type": "poll"}),
    "a type without its part": (100, without(a_body(), "text")),
    "another type's part": (100, a_body(image={"id": "1"})),
    "an unknown field": (100, a_body(priority="high")),
    "an unknown field within": (100, a_body("text", {"body": "olá", "bold": True})),
    "a group": (100, a_body(recipient_type="group")),
    "a tracker of 513 characters": (100, a_body(biz_opaque_callback_data="x" * 513)),
    "a context without a message": (100, a_body(context={})),
    "no words": (100, a_body("text", {"body": ""})),
    "4097 characters": (100, a_body("text", {"body": "x" * 4097})),
    "words that are a number": (100, a_body("text", {"body": 7})),
    "a preview that is a word": (100, a_body("text", {"body": "olá", "preview_url": "yes"})),
    "a picture from nowhere": (100, a_body("image", {"caption": "um carro"})),
    "a picture by id and link": (100, a_body("image", {"id": "1", "link": "https://a.example/b"})),
    "a link to a file": (100, a_body("image", {"link": "file:///etc/passwd"})),
    "a caption of 1025 characters": (100, a_body("image", {"id": "1", "caption": "x" * 1025})),
    "a sticker with a caption": (100, a_body("sticker", {"id": "1", "caption": "x"})),
    "a place beyond the pole": (100, a_body("location", {"latitude": 91, "longitude": 0})),
    "a place without longitude": (100, a_body("location", {"latitude": 1})),
    "no contacts": (100, a_body("contacts", [])),
    "a contact without a name": (100, a_body("contacts", [{"phones": []}])),
    "six contacts": (100, a_body("contacts", [CARD] * 6)),
    "a reaction to nothing": (100, a_body("reaction", {"emoji": "👍"})),
    "no buttons": (131009, a_body("interactive", buttons())),
    "four buttons": (131009, a_body("interactive", buttons("a", "b", "c", "d"))),
    "a button of 21 characters": (131009, a_body("interactive", buttons("x" * 21))),
    "a blank button": (131009, a_body("interactive", buttons(" "))),
    "two equal buttons": (131009, a_body("interactive", buttons("Sim", "Sim"))),
    "a header of 61 characters": (
        131009,
        a_body("interactive", buttons("Sim", header={"type": "text", "text": "x" * 61})),
    ),
    "a footer of 61 characters": (
        131009,
        a_body("interactive", buttons("Sim", footer={"text": "x" * 61})),
    ),
    "a question of 1025 characters": (
        131009,
        a_body("interactive", buttons("Sim", body={"text": "x" * 1025})),
    ),
    "buttons without a question": (131008, a_body("interactive", without(buttons("Sim"), "body"))),
    "an interactive message without action": (
        131008,
        a_body("interactive", without(buttons("Sim"), "action")),
    ),
    "an unknown interactive type": (131009, a_body("interactive", {"type": "carousel"})),
    "an unknown field of an interactive message": (
        100,
        a_body("interactive", buttons("Sim", colour="red")),
    ),
    "a list of 11 rows in two sections": (
        131009,
        a_body("interactive", a_list(section(6), section(5, "Motos", first=6))),
    ),
    "a section of 11 rows": (131009, a_body("interactive", a_list(section(11)))),
    "11 sections": (
        131009,
        a_body("interactive", a_list(*[section(1, first=n) for n in range(11)])),
    ),
    "two rows of one id": (131009, a_body("interactive", a_list(section(2, id="same")))),
    "two sections of which one has no title": (
        131009,
        a_body("interactive", a_list(section(1), section(1, "", first=1))),
    ),
    "a row of 25 characters": (131009, a_body("interactive", a_list(section(1, title="x" * 25)))),
    "a row description of 73 characters": (
        131009,
        a_body("interactive", a_list(section(1, description="x" * 73))),
    ),
    "a section title of 25 characters": (
        131009,
        a_body("interactive", a_list(section(1, "x" * 25))),
    ),
    "a list button of 21 characters": (
        131009,
        a_body("interactive", a_list(section(1), button="x" * 21)),
    ),
    "a list without a button": (
        131008,
        a_body("interactive", {**a_list(), "action": {"sections": [section(1)]}}),
    ),
    "a list under a picture": (
        131009,
        a_body(
            "interactive",
            {**a_list(section(1)), "header": {"type": "image", "image": {"id": "1"}}},
        ),
    ),
    "a link without an address": (131008, a_body("interactive", cta(display_text="Abrir"))),
    "a link to nowhere": (
        131009,
        a_body("interactive", cta(display_text="Abrir", url="javascript:alert(1)")),
    ),
    "a template without a language": (100, a_body("template", {"name": "volta_ai"})),
}


@pytest.mark.parametrize(("code", "body"), REFUSED.values(), ids=REFUSED)
def test_meta_refuses(code: int, body: Any) -> None:
    with pytest.raises(Refusal) as refused:
        rules.check_message(body)

    assert refused.value.code == code


@pytest.mark.parametrize(
    "body",
    [
        {"messaging_product": "whatsapp", "status": "delivered", "message_id": "wamid.x"},
        {"messaging_product": "whatsapp", "status": "read"},
        {"messaging_product": "whatsapp", "status": "read", "message_id": "x", "to": "1"},
    ],
)
def test_marking_anything_else_is_refused(body: Any) -> None:
    with pytest.raises(Refusal, match="100"):
        rules.check_mark_read(body)


@pytest.mark.parametrize(
    ("to", "digits"),
    [
        ("+5519999990001", "5519999990001"),
        ("+55 (19) 99999-0001", "5519999990001"),
        ("5519999990001", "5519999990001"),
        ("19999990001", "5519999990001"),
        ("16505551234", "5516505551234"),
        ("+16505551234", "16505551234"),
    ],
)
def test_a_phone_without_a_plus_sign_is_taken_for_a_national_one(to: str, digits: str) -> None:
    assert recipients.recipient({"to": to}, "+55 19 3333-0000").name == digits


@pytest.mark.parametrize("to", ["ana", "+", "+12", "+" + "1" * 16, "12"])
def test_what_is_no_phone_is_refused(to: str) -> None:
    with pytest.raises(Refusal, match="100"):
        recipients.recipient({"to": to}, "+55 19 3333-0000")


def test_a_phone_wins_over_a_user_id() -> None:
    both = {"to": "+5519999990001", "recipient": "BR.123"}

    assert recipients.recipient(both, "+55 19 3333-0000").kind == "phone"


def test_a_user_id_needs_its_country() -> None:
    assert recipients.recipient({"recipient": "BR.123"}, "+55 19 3333-0000").kind == "user_id"
    with pytest.raises(Refusal, match="100"):
        recipients.recipient({"recipient": "123"}, "+55 19 3333-0000")


def test_all_media_of_a_message_are_found() -> None:
    header = {"type": "image", "image": {"id": "2"}}
    parameters = [{"type": "document", "document": {"id": "3"}}, {"type": "text", "text": "oi"}]
    bodies = [
        a_body("sticker", {"id": "1"}),
        a_body("interactive", buttons("Sim", header=header)),
        a_body("template", {"components": [{"type": "header", "parameters": parameters}]}),
        a_body("text"),
    ]

    found = [[(kind, each["id"]) for kind, each in rules.media_in(body)] for body in bodies]

    assert found == [[("sticker", "1")], [("image", "2")], [("document", "3")], []]


def test_a_templates_picture_needs_an_id_or_a_link() -> None:
    parameters = [{"type": "image", "image": {"id": "1", "link": "https://example.com/a.jpg"}}]
    body = a_body("template", {"components": [{"type": "header", "parameters": parameters}]})

    with pytest.raises(Refusal, match="100"):
        rules.check_parameter_media(body)
