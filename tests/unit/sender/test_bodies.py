"""Messages of ours as Meta's JSON."""

from typing import Any, get_args

import pytest

from prosa.contracts.identity import Address
from prosa.contracts.outbound import (
    Button,
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
    Row,
    Section,
    Template,
    TemplateButton,
    Text,
)
from services.sender import bodies

ANA = Address(phone="5519999990001", user_id="BR.1")
FILE = {"id": "123"}
PHOTO = Media(kind="image", source="a.png", caption="Foto")


def content(message: Message, file: bodies.File = FILE) -> Any:
    shaped = bodies.body(message, ANA, "o-1/0", file)
    return shaped[shaped["type"]]


def test_the_envelope_names_recipient_type_and_tracker() -> None:
    assert bodies.body(Text(body="oi"), ANA, "o-1/0") == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+5519999990001",
        "type": "text",
        "text": {"body": "oi", "preview_url": False},
        "biz_opaque_callback_data": "o-1/0",
    }


def test_somebody_without_a_phone_is_reached_by_her_user_id() -> None:
    shaped = bodies.body(Text(body="oi"), Address(user_id="BR.1"), "o-1/0")

    assert shaped["recipient"] == "BR.1"
    assert "to" not in shaped


def test_a_quoted_message_stands_in_the_context() -> None:
    shaped = bodies.body(Text(body="sim", reply_to="wamid.1"), ANA, "o-1/0")

    assert shaped["context"] == {"message_id": "wamid.1"}


@pytest.mark.parametrize(
    ("media", "expected"),
    [
        (PHOTO, {"id": "123", "caption": "Foto"}),
        (Media(kind="video", source="a.mp4"), {"id": "123"}),
        (
            Media(kind="document", source="a.pdf", filename="Ficha.pdf", caption="Ficha"),
            {"id": "123", "caption": "Ficha", "filename": "Ficha.pdf"},
        ),
        (Media(kind="audio", source="a.ogg", voice=True), {"id": "123", "voice": True}),
        (Media(kind="audio", source="a.ogg", caption="não vai"), {"id": "123"}),
        (Media(kind="sticker", source="a.webp", caption="não vai"), {"id": "123"}),
        (Media(kind="image", source="a.png", filename="não vai"), {"id": "123"}),
    ],
)
def test_a_file_has_the_fields_that_its_kind_has(media: Media, expected: Any) -> None:
    assert content(media) == expected


def test_buttons_with_header_and_footer() -> None:
    buttons = Buttons(
        body="Quer?",
        buttons=(Button("y", "Sim"), Button("n", "Não")),
        header=Header(text="Oferta"),
        footer="AutoCerto",
    )

    assert content(buttons) == {
        "type": "button",
        "header": {"type": "text", "text": "Oferta"},
        "body": {"text": "Quer?"},
        "footer": {"text": "AutoCerto"},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": "y", "title": "Sim"}},
                {"type": "reply", "reply": {"id": "n", "title": "Não"}},
            ]
        },
    }


def test_a_header_carries_a_file_without_its_caption() -> None:
    header = Header(media=PHOTO)
    expected = {"type": "image", "image": {"id": "123"}}

    for message in (
        Buttons(body="b", buttons=(Button("y", "Sim"),), header=header),
        Link(body="b", title="t", url="https://a.example", header=header),
    ):
        assert content(message)["header"] == expected


def test_a_list_leaves_out_what_is_empty() -> None:
    rows = (Row("1", "Um"), Row("2", "Dois", "o segundo"))

    assert content(List(body="b", button="Ver", sections=(Section(rows),)))["action"] == {
        "button": "Ver",
        "sections": [
            {
                "rows": [
                    {"id": "1", "title": "Um"},
                    {"id": "2", "title": "Dois", "description": "o segundo"},
                ]
            }
        ],
    }


def test_a_link() -> None:
    assert content(Link(body="b", title="Abrir", url="https://a.example"))["action"] == {
        "name": "cta_url",
        "parameters": {"display_text": "Abrir", "url": "https://a.example"},
    }


def test_requests_for_what_only_she_can_give() -> None:
    assert content(LocationRequest(body="b"))["action"] == {"name": "send_location"}
    assert content(ContactRequest(body="b"))["action"] == {"name": "request_contact_info"}


def test_a_place_on_the_equator_keeps_its_zero() -> None:
    assert content(Location(latitude=0.0, longitude=-47.0)) == {
        "latitude": 0.0,
        "longitude": -47.0,
    }


def test_contacts_and_reactions() -> None:
    card = ContactCard("Bia", "+5519", "AutoCerto")
    assert content(ContactCards(cards=(card,))) == [
        {
            "name": {"formatted_name": "Bia", "first_name": "Bia"},
            "phones": [{"phone": "+5519"}],
            "org": {"company": "AutoCerto"},
        }
    ]
    assert content(Reaction(message="wamid.1", emoji="")) == {"message_id": "wamid.1", "emoji": ""}


def test_a_template_with_all_its_parts() -> None:
    template = Template(
        name="oferta",
        language="pt_BR",
        body=("Ana", "R$ 98.900"),
        header=Header(media=PHOTO),
        buttons=(
            TemplateButton(0, "quick_reply", "ver"),
            TemplateButton(1, "url", "c1"),
            TemplateButton(2, "copy_code", "AUTO10"),
            TemplateButton(3, "flow", "token"),
        ),
    )

    assert content(template) == {
        "name": "oferta",
        "language": {"code": "pt_BR"},
        "components": [
            {"type": "header", "parameters": [{"type": "image", "image": {"id": "123"}}]},
            {
                "type": "body",
                "parameters": [
                    {"type": "text", "text": "Ana"},
                    {"type": "text", "text": "R$ 98.900"},
                ],
            },
            _button("quick_reply", "0", {"type": "payload", "payload": "ver"}),
            _button("url", "1", {"type": "text", "text": "c1"}),
            _button("copy_code", "2", {"type": "coupon_code", "coupon_code": "AUTO10"}),
            _button("flow", "3", {"type": "action", "action": {"flow_token": "token"}}),
        ],
    }


def _button(kind: str, index: str, parameter: dict[str, Any]) -> dict[str, Any]:
    return {"type": "button", "sub_type": kind, "index": index, "parameters": [parameter]}


def test_named_parameters_carry_their_names() -> None:
    template = Template(name="t", language="pt_BR", named={"nome": "Ana"})

    assert content(template)["components"][0]["parameters"] == [
        {"type": "text", "parameter_name": "nome", "text": "Ana"}
    ]


def test_a_template_without_parameters_has_no_components() -> None:
    assert content(Template(name="t", language="pt_BR")) == {
        "name": "t",
        "language": {"code": "pt_BR"},
    }


def test_a_read_mark_is_another_kind_of_request() -> None:
    assert bodies.body(MarkRead(message="wamid.1", typing=True), ANA, "") == {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": "wamid.1",
        "typing_indicator": {"type": "text"},
    }
    assert "typing_indicator" not in bodies.body(MarkRead(message="wamid.1"), ANA, "")


@pytest.mark.parametrize(
    "message",
    [
        PHOTO,
        Buttons(body="b", buttons=(), header=Header(media=PHOTO)),
        List(body="b", button="v", sections=(), header=Header(media=PHOTO)),
        Link(body="b", title="t", url="u", header=Header(media=PHOTO)),
        Template(name="t", language="pt_BR", header=Header(media=PHOTO)),
    ],
)
def test_a_file_is_found_wherever_a_message_carries_it(message: Message) -> None:
    assert bodies.media_of(message) == PHOTO


def test_a_message_without_a_file_has_none() -> None:
    assert bodies.media_of(Text(body="oi")) is None
    assert bodies.media_of(Buttons(body="b", buttons=(), header=Header(text="t"))) is None


def test_every_type_of_message_is_shaped() -> None:
    assert len(get_args(Message)) == 12, "a new type of message needs a body and a test"
