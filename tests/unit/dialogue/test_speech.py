"""What the bot says, as WhatsApp messages: extras, languages, long texts, placeholders."""

import datetime as dt

import pytest

from prosa.contracts import outbound
from prosa.dialogue.turns import Answered, Person
from tests.unit.dialogue.talking import SAO_PAULO, TUESDAY_NOON, Talk

ANA = Person(name="Ana")


def said(
    step: str, *, contact: Person = ANA, now: dt.datetime = TUESDAY_NOON
) -> tuple[outbound.Message, ...]:
    """Run a dialogue of one step; give its messages."""
    talk = Talk(
        f"dialogue: v1\nflows:\n  f:\n    start: {{first: true}}\n    steps:\n      - {step}\n",
        contact=contact,
        now=now,
    )
    talk.says("oi")
    return talk.reply.messages


EXTRAS = [
    ("{say: Veja, image: a.jpg}", outbound.Media("image", "a.jpg", "Veja")),
    ("{image: a.jpg}", outbound.Media("image", "a.jpg")),
    (
        "{document: a.pdf, filename: '{contact.name}.pdf'}",
        outbound.Media("document", "a.pdf", "", "Ana.pdf"),
    ),
    (
        "{say: Veja, link: {title: Abrir, url: https://a.example}}",
        outbound.Link("Veja", "Abrir", "https://a.example"),
    ),
    (
        "{location: {latitude: -22.9, longitude: '-47', name: Loja}}",
        outbound.Location(-22.9, -47.0, "Loja"),
    ),
    (
        "{contact: {name: Loja, phone: '+551933330000'}}",
        outbound.ContactCards((outbound.ContactCard("Loja", "+551933330000"),)),
    ),
    (
        "{template: {name: volta, language: pt_BR, body: ['{contact.name}']}}",
        outbound.Template("volta", "pt_BR", ("Ana",)),
    ),
    (
        "{say: Olá, buttons: [{title: Menu, menu: true}], footer: Pedal, image: a.jpg}",
        outbound.Buttons(
            "Olá",
            (outbound.Button("menu:", "Menu"),),
            outbound.Header(media=outbound.Media("image", "a.jpg")),
            "Pedal",
        ),
    ),
    (
        "{say: Olá, list: {button: Ver, rows: [{title: Um, payload: u, description: o 1}]}}",
        outbound.List("Olá", "Ver", (outbound.Section((outbound.Row("u", "Um", "o 1"),)),)),
    ),
]


@pytest.mark.parametrize(("step", "message"), EXTRAS)
def test_an_extra_becomes_its_message(step: str, message: outbound.Message) -> None:
    assert said(step) == (message,)


def test_several_texts_are_several_bubbles_and_the_extra_goes_with_the_last() -> None:
    assert said("{say: [Um, Dois], image: a.jpg}") == (
        outbound.Text("Um"),
        outbound.Media("image", "a.jpg", "Dois"),
    )


def test_an_audio_carries_no_words() -> None:
    assert said("{say: Ouça, audio: a.ogg}") == (
        outbound.Media("audio", "a.ogg"),
        outbound.Text("Ouça"),
    )


def test_a_long_text_from_data_is_divided_between_words() -> None:
    messages = said(
        "say: '{contact.attributes.longo}'", contact=Person(attributes={"longo": "palavra " * 900})
    )
    bodies = [message.body for message in messages if isinstance(message, outbound.Text)]
    assert len(bodies) == 2
    assert all(len(body) <= 4096 and body.endswith("palavra") for body in bodies)


def test_a_body_too_long_for_buttons_is_said_before_them() -> None:
    long = Person(attributes={"longo": "palavra " * 200})
    text, buttons = said(
        "{say: '{contact.attributes.longo}', buttons: [{title: A, payload: a}]}", contact=long
    )
    assert isinstance(text, outbound.Text)
    assert isinstance(buttons, outbound.Buttons)
    assert buttons.body == "Escolha uma opção:"


def test_a_photo_is_shown_for_each_item_up_to_the_limit() -> None:
    items = [{"nome": f"n{n}", "foto": f"{n}.jpg"} for n in range(5)]
    talk = Talk(
        "dialogue: v1\ntools: {t: {catalogue: search}}\nflows:\n  f:\n    start: {first: true}\n"
        "    steps:\n      - call: t\n"
        "      - {say: '{item.nome}', image: '{item.foto}', each: t.items, limit: 3}\n",
        answer=lambda _: Answered({"items": items, "total": 5}),
    )
    assert talk.says("oi") == ["n0", "n1", "n2"]


def test_a_missing_value_is_empty_and_noted() -> None:
    talk = Talk(
        "dialogue: v1\nslots: {x: {type: text}}\nflows:\n  f:\n    start: {first: true}\n"
        "    steps: [say: 'a{x}b']\n"
    )
    assert talk.says("oi") == ["ab"]
    assert ("missing_value", "x") in talk.decisions


def test_a_condition_that_fails_is_false_and_noted() -> None:
    talk = Talk(
        "dialogue: v1\nslots: {x: {type: number}}\nflows:\n  f:\n    start: {first: true}\n"
        "    steps: [{say: grande, when: x > 3}, {say: fim}]\n"
    )
    assert talk.says("oi") == ["fim"]
    assert ("condition_failed", "x > 3") in talk.decisions


LANGUAGES = """
dialogue: v1
locale: pt-BR
locales: [en]
vars: {loja: {pt-BR: a loja, en: the shop}}
flows:
  f:
    start: {first: true}
    steps:
      - say: {pt-BR: "{day.greeting} d{vars.loja}!", en: "{day.greeting} from {vars.loja}!"}
"""


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("", "Boa tarde da loja!"),
        ("pt-BR", "Boa tarde da loja!"),
        ("pt-PT", "Boa tarde da loja!"),
        ("en", "Good afternoon from the shop!"),
        ("en-GB", "Good afternoon from the shop!"),
        ("ja", "Boa tarde da loja!"),
    ],
)
def test_she_reads_her_own_language_or_the_nearest(locale: str, words: str) -> None:
    assert Talk(LANGUAGES, locale=locale).says("oi") == [words]


def test_the_language_of_a_session_is_kept() -> None:
    talk = Talk(LANGUAGES, locale="en")
    talk.says("hi")
    assert talk.reply.session.locale == "en"


def test_a_text_of_the_engine_can_be_replaced() -> None:
    talk = Talk(
        "dialogue: v1\ntexts: {rephrase: Hein?}\nflows: {f: {start: {keyword: x}, steps: [say: y]}}"
    )
    assert talk.says("asdf") == ["Hein?"]


def test_the_chatbot_replaces_variables() -> None:
    source = (
        "dialogue: v1\nvars: {loja: A}\n"
        "flows: {f: {start: {first: true}, steps: [say: '{vars.loja}']}}"
    )
    assert Talk(source, variables={"loja": "B"}).says("oi") == ["B"]


@pytest.mark.parametrize(
    ("hour", "words"),
    [(5, "Bom dia"), (11, "Bom dia"), (12, "Boa tarde"), (18, "Boa noite"), (3, "Boa noite")],
)
def test_the_greeting_goes_by_the_part_of_the_day(hour: int, words: str) -> None:
    now = dt.datetime(2026, 11, 24, hour, tzinfo=SAO_PAULO)
    (message,) = said("say: '{day.greeting}'", now=now)
    assert message == outbound.Text(words)


def test_out_of_hours_people_answer_when_they_are_back() -> None:
    talk = Talk(now=dt.datetime(2026, 11, 24, 22, tzinfo=SAO_PAULO))
    assert talk.says("atendente por favor") == [
        "Estamos fechados agora. A equipe responde quarta-feira, 25/11, às 9h."
    ]
    assert talk.reply.actions
