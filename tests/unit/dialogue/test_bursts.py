"""Several messages at once are one turn, with one answer."""

from prosa.dialogue.turns import Ranking, Scored, Utterance
from tests.unit.dialogue.talking import BIKE_SHOP, Talk

GREETING = 'greeting: "{day.greeting}, aqui é a {vars.loja}."\n'


def test_a_greeting_and_a_wish_get_one_answer() -> None:
    talk = Talk(BIKE_SHOP + GREETING)
    shown = talk.says("oi", "tem montanha para alugar?", "até 80 reais")
    assert shown == ["Boa tarde, aqui é a Pedal.", "Tenho 2. Qual?"]


def test_answers_to_the_open_question_and_the_next_are_both_taken() -> None:
    talk = Talk()
    talk.says("quero alugar uma bicicleta")
    assert talk.says("speed", "até 100 reais") == ["Tenho 1. Qual?"]


def test_a_yes_and_a_question_beside_are_both_answered() -> None:
    talk = Talk()
    talk.says("procuro uma montanha até 80 reais", intent="alugar")
    talk.says("a primeira")
    talk.says("sexta às 10h")
    shown = talk.says("sim", "onde fica a loja?")
    assert shown[0] == "Ficamos na Rua das Flores, 10."
    assert shown[1].startswith("Reservado!")


def test_what_is_not_understood_beside_what_is_counts_for_nothing() -> None:
    talk = Talk()
    talk.says("kkkk", "quero alugar uma bicicleta", "hmm")
    assert talk.shown == ["Que tipo de bike?"]
    assert talk.reply.session.misses == 0


def test_pieces_that_mean_nothing_alone_are_understood_together() -> None:
    talk = Talk()
    pieces = [Utterance(kind="text", text=text) for text in ("vcs tem", "alguma", "pra alugar")]
    joint = Ranking((Scored("alugar", 0.8),), "accept")
    assert talk.sends(*pieces, joint=joint) == ["Que tipo de bike?"]


def test_after_the_wish_for_a_person_no_more_is_answered() -> None:
    talk = Talk()
    talk.says("atendente por favor", "quero alugar uma bicicleta")
    assert talk.shown == ["Vou chamar alguém da equipe para falar com você."]


def test_she_is_greeted_once_a_day() -> None:
    talk = Talk(BIKE_SHOP + GREETING)
    assert "Boa tarde, aqui é a Pedal." in talk.says("oi")
    assert "Boa tarde, aqui é a Pedal." not in talk.waits(hours=2).says("oi")
    assert "Boa tarde, aqui é a Pedal." in talk.waits(hours=24).says("oi")


def test_nobody_is_greeted_in_the_middle_of_a_question() -> None:
    talk = Talk(BIKE_SHOP + GREETING)
    talk.says("quero alugar uma bicicleta")
    talk.waits(hours=20)
    assert talk.says("speed") == ["Até quanto por dia?"]


def test_thanks_are_answered_and_not_misunderstood() -> None:
    talk = Talk()
    talk.says("oi")
    assert talk.says("muito obrigado!") == ["Por nada! Se precisar, é só escrever."]


def test_a_reaction_is_answered_by_silence() -> None:
    talk = Talk()
    talk.says("quero alugar uma bicicleta")
    assert talk.sends(Utterance(kind="reaction", text="👍")) == []
    assert talk.session
    assert talk.session.question


def test_a_text_written_over_several_messages_is_one_text() -> None:
    talk = Talk(
        "dialogue: v1\nlocale: pt-BR\nslots: {recado: {type: text}}\n"
        "flows:\n  anotar:\n    start: {first: true}\n    steps:\n"
        '      - {ask: recado, say: "Pode falar."}\n      - {say: "Anotado: {recado}"}\n'
    )
    talk.says("oi")

    assert talk.says("o carro faz um barulho", "quando freia") == [
        "Anotado: o carro faz um barulho quando freia"
    ]
