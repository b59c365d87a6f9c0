"""Several flows open at once: which comes first, which is returned to, which begins again."""

from tests.unit.dialogue.talking import Talk

THREE = """
dialogue: v1
slots:
  a: {type: text, title: A}
  b: {type: number}
  c: {type: number}
intents:
  um: [faz o azul, azul a, azul b, azul c]
  dois: [faz o verde, verde a, verde b, verde c]
  tres: [faz o roxo, roxo a, roxo b, roxo c]
  ajuda: [me ajuda, ajuda a, ajuda b, ajuda c]
  duvida: [e a dúvida, dúvida a, dúvida b, dúvida c]
faq: {duvida: Resposta.}
menu: {intent: ajuda, say: Menu}
flows:
  um: {title: fazer um, start: {intent: um}, steps: [{ask: a, say: A?}, {say: "fim um {a}"}]}
  dois: {title: fazer dois, start: {intent: dois}, steps: [{ask: b, say: B?}, {say: fim dois}]}
  tres: {title: fazer três, start: {intent: tres}, steps: [{ask: c, say: C?}, {flow: dois}]}
  atalho: {start: {keyword: já}, steps: [say: Já.]}
repair:
  attempts: 2
  exhausted: [{say: Desisto.}, {flow: atalho}]
"""


def flows(talk: Talk) -> list[str]:
    """Name the open flows, the topmost last."""
    return [frame.flow for frame in talk.reply.session.stack]


def test_cancelling_what_came_between_returns_to_what_was_before() -> None:
    talk = Talk(THREE)
    talk.says("faz o azul")
    talk.says("faz o verde")
    shown = talk.says("cancela")
    assert shown[1:] == ["Voltando: vamos fazer um.", "A?"]
    assert flows(talk) == ["um"]


def test_an_interrupted_flow_asked_for_comes_to_the_top() -> None:
    talk = Talk(THREE)
    for said in ("faz o azul", "faz o verde", "azul a"):
        talk.says(said)
    assert flows(talk) == ["dois", "um"]
    assert talk.says("x") == ["fim um x", "Voltando: vamos fazer dois.", "B?"]


def test_a_flow_that_waits_for_the_one_it_called_begins_again_when_asked_for() -> None:
    talk = Talk(THREE)
    for said in ("faz o roxo", "7"):
        talk.says(said)
    assert flows(talk) == ["tres", "dois"]
    assert talk.says("roxo a") == ["C?"]
    assert flows(talk) == ["tres"]


def test_five_flows_are_open_at_most_and_the_oldest_is_forgotten() -> None:
    names = "abcdefg"
    intents = "".join(f"  {n}: [vai {n}, faz {n}, quero {n}, tem {n}]\n" for n in names)
    body = "".join(
        f"  {n}: {{start: {{intent: {n}}}, steps: [{{ask: s_{n}, say: {n}}}]}}\n" for n in names
    )
    slots = "".join(f"  s_{n}: {{type: number}}\n" for n in names)
    talk = Talk(f"dialogue: v1\nintents:\n{intents}slots:\n{slots}flows:\n{body}")
    for name in names:
        talk.says(f"vai {name}")
    assert flows(talk) == ["c", "d", "e", "f", "g"]


def test_a_question_beside_is_answered_even_when_any_text_could_be_the_answer() -> None:
    talk = Talk(THREE)
    talk.says("faz o azul")
    assert talk.says("e a dúvida") == ["Resposta.", "A?"]
    assert "a" not in talk.slots


def test_a_keyword_starts_its_flow_even_when_any_text_could_be_the_answer() -> None:
    talk = Talk(THREE)
    talk.says("faz o azul")
    assert talk.says("Já!") == ["Já.", "Voltando: vamos fazer um.", "A?"]


def test_the_menu_is_shown_on_its_intent_and_a_choice_of_it_is_taken_by_words() -> None:
    talk = Talk(THREE)
    assert talk.says("me ajuda") == ["Menu"]
    assert talk.says("fazer dois") == ["B?"]


def test_a_long_menu_is_turned_page_by_page() -> None:
    names = [f"fluxo {letter}" for letter in "abcdefghijkl"]
    flows_ = "".join(
        f"  f{place}: {{title: {name}, start: {{keyword: {name}}}, steps: [say: x]}}\n"
        for place, name in enumerate(names)
    )
    talk = Talk(f"dialogue: v1\nflows:\n{flows_}")
    talk.says("menu")
    seen = list(talk.choices)
    talk.taps("Mais opções")
    seen += list(talk.choices)
    assert [title.lower() for title in seen if title != "Mais opções"] == names


def test_the_menu_is_shown_on_its_button() -> None:
    talk = Talk(THREE)
    assert talk.taps_id("menu:") == ["Menu"]


def test_an_answer_can_be_asked_for_by_a_button() -> None:
    talk = Talk(THREE)
    assert talk.taps_id("faq:duvida") == ["Resposta."]


def test_when_nothing_helps_the_exhausted_steps_run() -> None:
    talk = Talk(THREE)
    talk.says("zzz")
    assert talk.says("zzz") == ["Desisto.", "Já."]


def test_without_people_and_without_steps_the_menu_is_the_end_of_repair() -> None:
    talk = Talk(THREE[: THREE.index("repair:")])
    for _ in range(3):
        talk.says("zzz")
    assert talk.shown == ["Desculpe, não estou conseguindo ajudar com isso.\n\nMenu"]
