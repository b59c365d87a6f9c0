"""What a session remembers, forgets, and survives: silence, an end, a new dialogue."""

import msgspec

from prosa.contracts.session import Session, pinned_to
from prosa.dialogue.compiler import compile_dialogue
from prosa.dialogue.interpreter import program_for
from prosa.dialogue.turns import EndSession, SetAttribute, Tag, Untag
from tests.unit.dialogue.talking import BIKE_SHOP, Talk


def reserved() -> Talk:
    """Talk until a bike is reserved."""
    talk = Talk()
    talk.says("procuro uma montanha até 80 reais", intent="alugar")
    for text in ("a primeira", "sexta às 10h", "sim"):
        talk.says(text)
    return talk


def test_an_ended_flow_leaves_its_values_for_people_to_read() -> None:
    talk = reserved()
    talk.says("atendente por favor")
    assert "quando: sexta-feira, 27/11, às 10h" in talk.reply.actions[0].summary  # type: ignore[union-attr]  # a Handoff


def test_a_flow_begun_again_asks_again() -> None:
    talk = reserved()
    assert talk.says("quero alugar uma bicicleta") == ["Que tipo de bike?"]


def test_a_flow_called_again_asks_again_what_it_asks_itself() -> None:
    talk = reserved()
    assert talk.says("quero reservar uma bike") == ["Quando quer retirar?"]
    assert talk.slots["bicicleta"]["id"] == "b1"


def test_a_value_kept_is_not_asked_again() -> None:
    talk = Talk(
        BIKE_SHOP.replace("[corrida], dobravel: {label: dobrável}}}", "[corrida]}, keep: true}")
    )
    talk.says("tem speed para alugar?", intent="alugar")
    talk.waits(days=3)
    assert talk.says("quero alugar uma bicicleta") == ["Até quanto por dia?"]


def test_after_a_long_silence_a_conversation_starts_anew() -> None:
    talk = Talk()
    talk.says("tem speed para alugar?", intent="alugar")
    talk.waits(hours=25)
    talk.says("100 reais")
    assert ("expired", "") in talk.decisions
    assert talk.slots == {}


def test_the_chatbot_sets_how_long_silence_may_be() -> None:
    talk = Talk()
    talk.says("tem speed para alugar?", intent="alugar")
    talk.scene = msgspec.structs.replace(talk.scene, idle=talk.scene.now - talk.scene.now)
    talk.waits(seconds=1).says("100 reais")
    assert ("expired", "") in talk.decisions


def test_a_session_is_pinned_to_its_program_while_a_flow_is_open() -> None:
    talk = Talk()
    talk.says("tem speed para alugar?", intent="alugar")
    newer = compile_dialogue(BIKE_SHOP + "# newer\n")
    assert pinned_to(talk.session) == talk.program.hash
    assert program_for(talk.session, newer, {talk.program.hash: talk.program}) is talk.program
    assert program_for(reserved().session, newer, {talk.program.hash: talk.program}) is newer


def test_under_an_unknown_program_it_starts_again_politely_and_keeps_what_still_exists() -> None:
    talk = Talk()
    talk.says("tem speed para alugar?", intent="alugar")
    talk.program = compile_dialogue(BIKE_SHOP.replace("Que tipo", "Qual tipo"))
    shown = talk.says("onde fica a loja?")
    assert shown[0].startswith("Fui atualizado")
    assert talk.reply.session.program == talk.program.hash
    assert talk.slots == {"tipo": "speed"}
    assert talk.reply.session.stack == ()


def test_between_flows_a_new_program_is_taken_over_in_silence() -> None:
    talk = reserved()
    talk.program = compile_dialogue(BIKE_SHOP + "# newer\n")
    assert talk.says("onde fica a loja?") == ["Ficamos na Rua das Flores, 10."]


def test_a_program_is_named_by_its_text() -> None:
    assert compile_dialogue(BIKE_SHOP).hash == compile_dialogue(BIKE_SHOP, "other.yaml").hash
    assert compile_dialogue(BIKE_SHOP).hash != compile_dialogue(BIKE_SHOP + "\n").hash


def test_a_session_of_a_newer_version_is_read_by_what_is_known_of_it() -> None:
    stored = b'{"program":"x","slots":{"a":1},"tomorrow":true}'
    assert msgspec.json.decode(stored, type=Session).slots == {"a": 1}


STEPS = """
dialogue: v1
slots: {nome: {type: text}, total: {type: number}}
flows:
  f:
    start: {keyword: já}
    steps:
      - {set: {nome: "{contact.name|first}", total: {cel: "2 * 3"}, contact.visto: "{nome}"}}
      - {tag: [a, b]}
      - {untag: c}
      - {say: "{nome} {total}", when: total == 6}
      - {clear: nome}
      - if: nome == null
        then: [{say: vazio}]
        else: [{say: cheio}]
      - {end: session}
"""


def test_steps_without_a_question_run_in_a_row() -> None:
    talk = Talk(STEPS)
    assert talk.says("já") == ["Ana 6", "vazio"]
    assert talk.reply.actions == (
        SetAttribute("visto", "Ana"),
        Tag("a"),
        Tag("b"),
        Untag("c"),
        EndSession(),
    )


def test_the_end_of_a_session_leaves_no_values() -> None:
    talk = Talk(STEPS)
    talk.says("já")
    assert talk.slots == {}
