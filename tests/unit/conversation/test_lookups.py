"""What campaigns may know of her: the last search, and what she was shown."""

from typing import Any

from prosa.contracts.contact import SEEN_LIMIT, Contact
from prosa.dialogue.compiler import compile_dialogue
from prosa.dialogue.turns import Answered, CallResult, Failed
from tests.unit.conversation.builders import NOW_MS, a_contact, decide, received, rules

PROGRAM = compile_dialogue(
    """\
dialogue: v1
locale: pt-BR
slots:
  sabor: {type: text}
  preco_max: {type: money}
flows:
  procurar:
    title: procurar
    start: {keyword: procurar}
    steps:
      - {ask: sabor, say: "Que sabor?"}
      - {call: bolos}
      - {say: "Temos {bolos.total}."}
  ver:
    title: ver um bolo
    start: {keyword: ver}
    steps: [{call: um}]
  tudo:
    title: ver tudo
    start: {keyword: tudo}
    steps: [{call: todos}]
tools:
  bolos:
    catalogue: search
    where: {sabor: "{sabor}", preco: {atMost: "{preco_max}"}}
  um:
    catalogue: search
    where: {id: "cenoura"}
  todos:
    catalogue: search
    where: {preco: {atMost: "{preco_max}"}}
""",
    "dialogue.yaml",
)


def found(*keys: str) -> Answered:
    return Answered({"items": [{"id": key} for key in keys], "total": len(keys)})


def after(contact: Contact, *texts: str, answer: CallResult) -> Contact:
    for text in texts:
        contact = decide(contact, received(text), rules(program=PROGRAM), answer=answer).contact
    return contact


def searched(contact: Contact) -> dict[str, Any]:
    return contact.searched


def test_her_search_is_kept_without_what_she_did_not_say() -> None:
    contact = after(a_contact(), "procurar", "cenoura", answer=found("a", "b"))

    assert contact.searched == {"where": {"sabor": {"is": "cenoura"}}}
    assert contact.searched_at_ms == NOW_MS
    assert contact.seen == ("a", "b")


def test_what_she_saw_again_is_the_newest() -> None:
    contact = after(a_contact(seen=("a", "b", "c")), "tudo", answer=found("b", "d"))

    assert contact.seen == ("a", "c", "b", "d")


def test_what_she_saw_long_ago_is_forgotten() -> None:
    before = tuple(str(n) for n in range(SEEN_LIMIT))

    contact = after(a_contact(seen=before), "tudo", answer=found("x"))

    assert contact.seen == (*before[1:], "x")


def test_to_look_at_one_item_or_at_everything_is_no_search() -> None:
    contact = after(a_contact(), "procurar", "cenoura", answer=found("a"))

    looked = after(contact, "ver", "tudo", answer=found("z"))

    assert searched(looked) == searched(contact)
    assert looked.seen == ("a", "z")


def test_a_search_that_failed_leaves_what_was_known() -> None:
    contact = after(a_contact(seen=("a",)), "tudo", answer=Failed("down"))

    assert (contact.seen, contact.searched) == (("a",), {})
