"""Every fault of a dialogue is found at its line and column, with what to do about it."""

from textwrap import dedent

import pytest

from prosa.dialogue.compiler import compile_dialogue
from prosa.dialogue.problems import DialogueRefused, Problem


def problems(text: str) -> tuple[Problem, ...]:
    """Compile a text; give its problems, of a program its warnings."""
    try:
        return compile_dialogue(dedent(text).lstrip("\n"), "bot.yaml").warnings
    except DialogueRefused as refused:
        return refused.problems


def flow(*steps: str, more: str = "") -> str:
    """Write a dialogue of one flow; its first step stands in line 5."""
    listed = "\n".join(f"    - {step}" for step in steps)
    return f"dialogue: v1\nflows:\n  f:\n    start: {{first: true}}\n    steps:\n{listed}\n{more}"


def assert_problem(text: str, line: int, column: int, message: str, remedy: str) -> None:
    found = [(p.line, p.column, p.message, p.remedy) for p in problems(text)]
    assert any(
        at == (line, column) and message in said and remedy in cure
        for *at_, said, cure in found
        if (at := tuple(at_))
    ), found


YAML = [
    ("flows: [a, b\n", 2, 1, "this is no YAML", "close each bracket"),
    ("flows:\n  a: b: c\n", 2, 7, "this is no YAML", "Quote a text that holds `: `"),
    ("dialogue: v1\ndialogue: v1\n", 2, 1, "twice; line 1 has the first", "Keep one"),
    ("a: &x 1\n", 1, 4, "anchors and aliases", "Write the value out"),
    ("a: !python/name:os.system x\n", 1, 4, "the tag", "Leave it out"),
    ("", 1, 1, "the file is empty", "Begin with `dialogue: v1`"),
    ("a: \x07\n", 1, 4, "may not stand in YAML", "Remove it"),
    ("[" * 60 + "]" * 60, 1, 41, "nested too deeply", "Stay within 40 levels"),
]

KEYS = [
    ("dialogue: v2\nflows: {}\n", 1, 11, "this version", "Write `dialogue: v1`"),
    ("flows: {}\n", 1, 1, "does not say that it is a dialogue", "Begin with `dialogue: v1`"),
    ("dialogue: v1\nflow: {}\n", 2, 1, "has no key `flow`", "Did you mean `flows`?"),
    ("dialogue: v1\n", 1, 1, "there are no flows", "at least one flow"),
    ("dialogue: v1\nflows: [a]\n", 2, 8, "mapping of names", "`name: …`"),
    ("dialogue: v1\nlocale: brazil\nflows: {}\n", 2, 9, "no locale", "pt-BR"),
    ("dialogue: v1\ncurrency: real\nflows: {}\n", 2, 11, "no currency", "BRL"),
    ("dialogue: v1\ntexts: {rephrse: oi}\nflows: {}\n", 2, 9, "no text `rephrse`", "`rephrase`"),
    ("dialogue: v1\nslots: {vars: {type: text}}\nflows: {}\n", 2, 9, "cannot be a name", "letters"),
    ("dialogue: v1\nsession: {idle: soon}\nflows: {}\n", 2, 17, "is a duration", "12h"),
]

STEPS = [
    (flow("sya: Olá"), 6, 7, "there is no step `sya`", "Did you mean `say`?"),
    (flow("llm: {goal: x}"), 6, 7, "there is no step `llm`", "No language model speaks"),
    (flow("wait: 3s"), 6, 7, "there is no step `wait`", "does not wait"),
    (flow("{say: Olá, goto: x}"), 6, 18, "`say` and `goto`", "a step of its own"),
    (flow("{say: Olá, whne: true}"), 6, 18, "no key `whne`", "Did you mean `when`?"),
    (flow("Olá"), 6, 7, "a step is a mapping", "- say:"),
    (flow("goto: x"), 6, 13, "no step here has the id `x`", "Known here"),
    (flow("goto: 1"), 6, 13, "no step here has the id `1`", "named, not counted"),
    (flow("goto: next"), 6, 13, "`goto: next`", "follow each other anyway"),
    (flow("end: true", "say: Olá"), 7, 7, "never reached", "Remove it"),
    (flow("flow: g"), 6, 13, "there is no flow `g`", "`f`"),
    (flow("flow: f"), 6, 13, "comes back to itself", "Put a `when`"),
    (flow("call: x"), 6, 13, "there is no tool `x`", "There is none yet"),
    (flow("ask: x"), 6, 12, "there is no slot `x`", "There is none yet"),
    (flow("handoff: vendas"), 6, 16, "there is no team `vendas`", "There is none yet"),
    (flow("set: {x: 1}"), 6, 13, "there is no slot `x`", "contact.<attribute>"),
    (flow("end: never"), 6, 12, "`never` is no `end`", "`session`"),
    (flow("{id: a, say: x}", "{id: a, say: y}"), 7, 12, "the id `a` is taken", "Ids differ"),
    (flow("if: true"), 6, 7, "an `if` needs `then`", "Add `then:`"),
    ("dialogue: v1\nflows:\n  f: {start: {first: true}}\n", 3, 3, "has no steps", "Add `steps:`"),
    ("dialogue: v1\nflows:\n  f: {steps: []}\n", 3, 14, "is empty", "Fill it"),
]

NAMES = [
    (flow("say: Olá {nome}"), 6, 16, "nothing is called `nome`", "`now`"),
    (flow('say: "Olá {contact.nome}"'), 6, 17, "`contact` has no part `nome`", "`name`"),
    (flow('say: "{vars.loja}"'), 6, 13, "`vars` has no part `loja`", "There is none yet"),
    (flow('say: "{contact.name|uper}"'), 6, 13, "there is no filter `uper`", "`upper`"),
    (flow('say: "{contact.name|upper:x}"'), 6, 13, "takes nothing after a colon", "`|upper`"),
    (flow('say: "Olá {contact.name"'), 6, 17, "never closed", "Close it"),
    (flow("say: Olá }"), 6, 16, "closes nothing", "`}}`"),
    (flow('say: "{1+1}"'), 6, 13, "is no placeholder", "carro.preco"),
    (flow("say: |\n        Olá,\n        {nome}!"), 8, 9, "nothing is called `nome`", "now"),
    (flow('{say: x, when: "contact.name ="}'), 6, 36, "is no CEL", "=="),
    (flow('{say: x, when: "nome == null"}'), 6, 23, "nothing is called `nome`", "`now`"),
    (flow('{say: x, when: "upper(locale)"}'), 6, 23, "no function `upper`", "Known here"),
    (flow("{say: x, when: [a]}"), 6, 22, "is a CEL expression", "preco > 1000"),
]

WHATSAPP = [
    (flow(f"say: {'x' * 4097}"), 6, 12, "4097 characters; WhatsApp shows 4096", "Cut it"),
    (
        flow("{say: x, buttons: [{title: Quero ver todos os carros, payload: a}]}"),
        6,
        34,
        "25 characters; WhatsApp shows 20",
        "Cut it",
    ),
    (
        flow(
            "{say: x, buttons: [{title: a, payload: a}, {title: b, payload: b}, "
            "{title: c, payload: c}, {title: d, payload: d}]}"
        ),
        6,
        98,
        "at most 3 buttons, and here are 4",
        "Make it a `list`",
    ),
    (
        flow("{say: x, buttons: [{title: a, payload: a}, {title: a, payload: b}]}"),
        6,
        50,
        "two choices are called `a`",
        "rename one",
    ),
    (flow("{say: x, buttons: [{title: a}]}"), 6, 26, "exactly one thing", "`flow`"),
    (
        flow("{say: x, buttons: [{title: a, payload: a}], list: {rows: []}}"),
        6,
        51,
        "cannot carry `buttons` and `list`",
        "two steps",
    ),
    (
        flow(f"{{say: {'x' * 1025}, image: a.jpg}}"),
        6,
        13,
        "1025 characters; WhatsApp shows 1024",
        "Cut it",
    ),
    (
        flow(f"{{say: x, buttons: [{{title: a, payload: a}}], footer: {'y' * 61}}}"),
        6,
        59,
        "61 characters; WhatsApp shows 60",
        "Cut it",
    ),
    (flow("{say: x, footer: y}"), 6, 16, "`footer` goes with", "Leave it out"),
    (flow("{buttons: [{title: a, payload: a}]}"), 6, 7, "needs words above", "Add `say"),
    (
        flow(
            "{say: x, list: {rows: ["
            + ", ".join(f"{{title: r{n}, payload: p}}" for n in range(11))
            + "]}}"
        ),
        6,
        280,
        "at most 10 rows, and here are 11",
        "paged",
    ),
    (
        flow("{say: x, list: {rows: [{title: abcdefghijklmnopqrstuvwxy, payload: p}]}}"),
        6,
        38,
        "25 characters; WhatsApp shows 24",
        "Cut it",
    ),
]


EXTRAS = [
    (flow("{say: x, link: {title: a}}"), 6, 22, "a `link` needs `url`", "Add `url"),
    (flow("{location: {latitude: 1}}"), 6, 18, "a `location` needs `longitude`", "Add `longitude"),
    (flow("{contact: {name: a}}"), 6, 17, "a `contact` needs `phone`", "Add `phone"),
    (flow("{template: {language: pt_BR}}"), 6, 18, "a `template` needs `name`", "Add `name"),
    (
        flow("{template: {name: a, body: [b], named: {c: d}}}"),
        6,
        39,
        "positional parameters or named ones, not both",
        "approved with",
    ),
    (flow("{say: x, list: {button: a}}"), 6, 22, "a `list` needs `rows`", "rows: ["),
    (flow("{say: x, buttons: [{flow: f}]}"), 6, 26, "a button needs a `title`", "title: Ver"),
    (flow("{say: x, buttons: [{title: a, flow: g}]}"), 6, 43, "there is no flow `g`", "`f`"),
    (flow("{say: x, buttons: [{title: a, handoff: g}]}"), 6, 46, "there is no team", "none yet"),
    (
        flow("{say: x, buttons: [{title: a, set: {b: c}}]}"),
        6,
        43,
        "there is no slot `b`",
        "none yet",
    ),
    (flow("{say: x, filename: a}"), 6, 16, "`filename` goes with `document`", "Leave it out"),
    (flow("{say: x, limit: 3}"), 6, 16, "`limit` goes with `each`", "Add `each"),
    (flow("{say: x, each: y.items}"), 6, 22, "nothing is called `y`", "`now`"),
    (flow("{say: '{item.a}'}"), 6, 14, "nothing is called `item`", "`now`"),
]


def declared(section: str, *, step: str = "say: Olá") -> str:
    """Write a dialogue with a section in lines 2 and 3."""
    return (
        f"dialogue: v1\n{section}\nflows:\n  f:\n    start: {{first: true}}\n"
        f"    steps:\n    - {step}\n"
    )


DECLARATIONS = [
    (declared("slots:\n  x: {}"), 3, 3, "has no type", "Add `type:`"),
    (declared("slots:\n  x: {type: monney}"), 3, 13, "no `type`", "Did you mean `money`?"),
    (
        declared("slots:\n  x: {type: text, min: 3}"),
        3,
        19,
        "means nothing for the type text",
        "money",
    ),
    (declared("slots:\n  x: {type: choice}"), 3, 3, "needs `options` or `from`", "options: [a, b]"),
    (declared("slots:\n  x: {type: number, min: 9, max: 1}"), 3, 29, "less than `min`", "Exchange"),
    (declared("slots:\n  x: {type: number, min: nove}"), 3, 26, "is a number", "Write digits"),
    (declared("slots:\n  x: {type: text, pattern: '('}"), 3, 28, "no regular expression", "RE2"),
    (
        declared("slots:\n  x: {type: choice, from: y.items}"),
        3,
        27,
        "cannot come from",
        "catalogue",
    ),
    (
        declared("slots:\n  x: {type: choice, fuzzy: sim, options: [a]}"),
        3,
        28,
        "true or false",
        "`true`",
    ),
    (declared("tools:\n  x: {put: a}"), 3, 7, "no key `put`", "`post`"),
    (declared("tools:\n  x: {timeout: 3s}"), 3, 3, "needs `get`, `post` or `catalogue`", "https"),
    (declared("tools:\n  x: {get: ftp://a}"), 3, 12, "no web address", "https://"),
    (declared("tools:\n  x: {get: http://a, json: {a: 1}}"), 3, 22, "carries no body", "query"),
    (declared("tools:\n  x: {get: http://a, timeout: 60s}"), 3, 22, "does not wait", "30s"),
    (
        declared("tools:\n  x: {catalogue: search, where: {p: {atmost: 3}}}"),
        3,
        38,
        "no comparison",
        "Did you mean `atMost`?",
    ),
    (declared("faq:\n  x: Olá"), 3, 3, "there is no intent `x`", "There is none yet"),
    (declared("intents:\n  x: ''"), 3, 6, "has no examples", "at least four"),
    (declared("intents:\n  x: [a, 'b {y}', c, d]"), 3, 13, "there is no slot `y`", "none yet"),
    (
        declared("tools:\n  x: {post: http://a, confirm: true}", step="call: x"),
        8,
        13,
        "nothing asks the customer first",
        "Put a `confirm` step",
    ),
    (declared("handoff:\n  intent: humano"), 3, 11, "no intent `humano`", "none yet"),
    (declared("menu:\n  flows: [g]"), 3, 11, "there is no flow `g`", "`f`"),
    (declared("menu:\n  flows: [f]"), 3, 11, "has no title", "Add `title:`"),
    (declared("repair:\n  attempts: 99"), 3, 13, "from 1 to 10", "Write 1 to 10"),
]


@pytest.mark.parametrize(
    ("text", "line", "column", "message", "remedy"),
    [*YAML, *KEYS, *STEPS, *NAMES, *WHATSAPP, *EXTRAS, *DECLARATIONS],
)
def test_a_fault_is_found_at_its_place_with_a_remedy(
    text: str, line: int, column: int, message: str, remedy: str
) -> None:
    assert_problem(text, line, column, message, remedy)


def test_an_example_in_two_intents_is_refused_where_it_is_repeated() -> None:
    text = declared("intents:\n  x: [a, b, c, d]\n  y: [e, f, B, g]")
    assert_problem(text, 4, 13, "“B” is an example of `x` too", "Keep it in one")


def test_an_intent_with_two_meanings_is_refused() -> None:
    text = declared("intents:\n  x: [a, b, c, d]\nfaq:\n  x: Olá\nhandoff: {intent: x}")
    assert_problem(text, 3, 3, "starts both `faq` and `handoff`", "its own intent")


def test_flows_that_call_each_other_without_a_condition_are_refused() -> None:
    text = (
        "dialogue: v1\nflows:\n  a: {start: {first: true}, steps: [flow: b]}\n"
        "  b: {steps: [flow: a]}\n"
    )
    assert_problem(text, 4, 21, "the flow `a` comes back to itself", "Put a `when`")


def test_flows_that_call_each_other_on_a_condition_are_taken() -> None:
    text = """
        dialogue: v1
        flows:
          a: {start: {first: true}, steps: [flow: b]}
          b: {steps: [{flow: a, when: contact.name == ''}, say: Olá]}
    """
    assert problems(text) == ()


def test_a_choice_from_a_tool_that_nothing_calls_is_refused() -> None:
    text = declared(
        "slots:\n  x: {type: choice, from: t.items}\ntools: {t: {catalogue: search}}",
        step="{ask: x, say: 'Qual?'}",
    )
    assert_problem(text, 3, 3, "which nothing calls", "Put `call: t`")


def test_a_tool_named_like_a_slot_is_refused() -> None:
    text = declared("slots: {x: {type: text}}\ntools: {x: {get: http://a}}")
    assert_problem(text, 3, 9, "`x` is a slot already", "call the tool otherwise")


def test_all_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    text = flow("sya: a", "{say: x, whne: y}", "goto: nowhere")
    assert [problem.line for problem in problems(text)] == [6, 7, 8]


def test_a_refusal_reads_like_a_compilers() -> None:
    (problem,) = problems(flow("sya: Olá"))
    assert str(problem) == "bot.yaml:6:7: there is no step `sya`\n  Did you mean `say`?"


# --- warnings -------------------------------------------------------------------------------------

WARNINGS = [
    (declared("intents:\n  x: [a, b, c]\nfaq: {x: Olá}"), 3, 3, "has 3 examples", "better 8"),
    (declared("intents:\n  x: [a, b, c, d]"), 3, 3, "nothing happens on the intent", "`start`"),
    (declared("slots:\n  x: {type: text}"), 3, 3, "nothing asks for the slot", "Add an `ask`"),
    (declared("tools:\n  x: {get: http://a}"), 3, 3, "nothing calls `x`", "Add a `call`"),
    (
        declared("locales:\n  - en", step="{say: {pt-BR: Olá}}"),
        8,
        13,
        "`say` lacks en",
        "those customers read pt-BR",
    ),
    (
        "dialogue: v1\nflows:\n  f: {steps: [say: a]}\n",
        3,
        3,
        "nothing starts the flow `f`",
        "Add `start:",
    ),
    (flow("{id: x, say: a}"), 6, 12, "nothing goes to `x`", "Leave the id out"),
    (
        declared(
            "slots:\n  x: {type: choice, options: [abcdefghijklmnopqrstuvwxy]}",
            step="{ask: x, say: 'Qual?'}",
        ),
        3,
        31,
        "the label has 25 characters",
        "It will be cut",
    ),
    (declared("locale: fr"), 2, 9, "are read as in English", "pt"),
]


@pytest.mark.parametrize(("text", "line", "column", "message", "remedy"), WARNINGS)
def test_what_may_be_meant_is_a_warning(
    text: str, line: int, column: int, message: str, remedy: str
) -> None:
    assert_problem(text, line, column, message, remedy)
    assert {problem.severity for problem in problems(text)} == {"warning"}


def test_a_text_without_the_dialogues_own_locale_is_refused() -> None:
    text = declared("locales: [en]", step="{say: {en: Hello}}")
    assert_problem(text, 7, 13, "lacks the dialogue's own locale pt-BR", "Add `pt-BR")


# --- what YAML 1.1 would have misread -------------------------------------------------------------


@pytest.mark.parametrize("word", ["no", "on", "off", "yes", "10:30", "1_000", "0o17", "2026-11-24"])
def test_a_word_is_kept_as_written(word: str) -> None:
    program = compile_dialogue(flow(f"say: {word}"))
    say = program.flows["f"].code[0]
    assert say.speech.texts[0].within("pt-BR").fixed == word  # type: ignore[union-attr]  # it is a Say


@pytest.mark.parametrize("text", ["Qual?", "a ? b", "http://a/?b=c", "a:b", "a#b", "já é?!"])
def test_a_text_inside_braces_needs_no_quotes_for_its_marks(text: str) -> None:
    program = compile_dialogue(flow(f"{{say: {text}}}", f"say: {text}"))
    for say in program.flows["f"].code[:2]:
        assert say.speech.texts[0].within("pt-BR").fixed == text  # type: ignore[union-attr]  # it is a Say


def test_a_text_over_several_lines_is_joined_by_blanks() -> None:
    program = compile_dialogue(flow("say: um\n        dois\n\n        três", "{say: um\n   dois}"))
    texts = [op.speech.texts[0].within("pt-BR").fixed for op in program.flows["f"].code[:2]]  # type: ignore[union-attr]  # both are Says
    assert texts == ["um dois\ntrês", "um dois"]


def test_a_key_may_be_a_word_that_yaml_once_took_for_a_truth() -> None:
    program = compile_dialogue(declared("vars: {no: Não, on: 10:30, n: 3, t: true}"))
    assert program.variables == {"no": "Não", "on": "10:30", "n": 3, "t": True}
