"""Files, places, contacts and what cannot be read."""

import pytest

from prosa.contracts import outbound
from prosa.dialogue.turns import File, Place, Utterance, UtteranceKind
from tests.unit.dialogue.talking import Talk

WORKSHOP = """
dialogue: v1
intents:
  conserto: [quero consertar, minha bike quebrou, preciso de conserto, consertam bike]
slots:
  foto: {type: image}
  onde: {type: location}
  fone: {type: phone}
flows:
  conserto:
    title: consertar a bicicleta
    start: [{intent: conserto}, {received: [image, video]}]
    steps:
      - {ask: foto, say: "Mande uma foto."}
      - {ask: onde, say: "Onde buscamos?"}
      - {ask: fone, say: "Qual o telefone?"}
      - {say: "Foto {foto.id}, {onde}, {fone}."}
"""
PHOTO = Utterance(kind="image", file=File("image", "77"))
PLACE = Utterance(kind="location", place=Place(-22.9, -47.06, "Casa"))


def test_a_photo_answers_the_question_for_one() -> None:
    talk = Talk(WORKSHOP)
    talk.says("minha bike quebrou")
    assert talk.sends(PHOTO) == ["Onde buscamos?"]


def test_a_place_is_asked_for_by_its_own_button_and_taken() -> None:
    talk = Talk(WORKSHOP)
    talk.sends(PHOTO)
    assert isinstance(talk.reply.messages[-1], outbound.LocationRequest)
    assert talk.sends(PLACE) == ["Qual o telefone?"]


def test_a_photo_out_of_the_blue_starts_the_flow_for_photos_and_is_not_asked_for_again() -> None:
    talk = Talk(WORKSHOP)
    assert talk.sends(PHOTO) == ["Onde buscamos?"]


def test_a_shared_contact_answers_the_question_for_a_phone() -> None:
    talk = Talk(WORKSHOP)
    talk.sends(PHOTO)
    talk.sends(PLACE)
    shown = talk.sends(Utterance(kind="contacts", phones=("+5519999990000",)))
    assert shown == ["Foto 77, Casa, (19) 99999-0000."]


def test_a_caption_is_understood_like_any_text() -> None:
    talk = Talk()
    ranking = talk.ranking("quero alugar uma bicicleta", "", ())
    caption = Utterance(kind="image", text="quero alugar uma bicicleta", ranking=ranking)
    assert talk.sends(caption) == ["Que tipo de bike?"]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("audio", "Ainda não consigo ouvir áudios."),
        ("image", "não consigo ver imagens"),
        ("document", "não consigo abrir"),
        ("contacts", "Recebi o contato."),
        ("location", "Recebi a sua localização."),
        ("order", "Recebi o seu pedido."),
        ("unsupported", "não chega até mim"),
        ("unknown", "não chega até mim"),
        ("sticker", "😊"),
    ],
)
def test_what_cannot_be_read_is_answered_and_the_question_repeated(
    kind: UtteranceKind, words: str
) -> None:
    talk = Talk()
    talk.says("tem speed para alugar?")
    shown = talk.sends(Utterance(kind=kind))
    assert words in shown[0]
    assert shown[-1] == "Até quanto por dia?"
