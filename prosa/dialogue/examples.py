"""Examples of intents as customers would say them, placeholders filled with sample values."""

from collections.abc import Mapping, Sequence
from itertools import cycle, islice

from prosa.dialogue.language import FromCatalogue, Program, Slot
from prosa.dialogue.templates import Placeholder, parse

SAMPLES = 3
"""Values a placeholder takes in turn: enough to teach the place of a value and not the values."""

_TYPICAL: Mapping[str, Mapping[str, Sequence[str]]] = {
    "pt": {
        "number": ("2", "três", "48"),
        "money": ("80 mil", "R$ 45.900", "50 mil reais"),
        "date": ("amanhã", "sexta", "dia 15"),
        "datetime": ("amanhã às 10h", "sábado de manhã", "sexta às 15h"),
        "email": ("ana@exemplo.com.br",),
        "cpf": ("529.982.247-25",),
        "phone": ("(19) 99999-0000",),
        "plate": ("ABC1D23",),
        "postal_code": ("13040-001",),
        "yes_no": ("sim",),
    },
    "en": {
        "number": ("2", "three", "48"),
        "money": ("500", "$1,200", "80 dollars"),
        "date": ("tomorrow", "Friday", "March 15"),
        "datetime": ("tomorrow at 10 am", "Saturday morning", "Friday at 3 pm"),
        "email": ("ann@example.com",),
        "phone": ("+1 415 555 0100",),
        "postal_code": ("94103",),
        "yes_no": ("yes",),
    },
}


def spoken(
    program: Program, locale: str, vocabulary: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """Give the examples of every intent in a locale, else in the program's own."""
    return {
        intent: tuple(
            dict.fromkeys(
                said
                for example in by_locale.get(locale) or by_locale.get(program.locale) or ()
                for said in _variants(program, example, locale, vocabulary)
            )
        )
        for intent, by_locale in program.intents.items()
    }


def _variants(
    program: Program, example: str, locale: str, vocabulary: Mapping[str, Sequence[str]]
) -> Sequence[str]:
    template = parse(example)
    if not any(template.placeholders()):
        return (template.fixed,)
    variants = []
    for turn in range(SAMPLES):

        def fill(placeholder: Placeholder, turn: int = turn) -> str:
            slot = program.slots[placeholder.path[0]]
            values = _values(slot, locale, vocabulary)
            return next(islice(cycle(values), turn, None))

        variants.append(template.render(fill))
    return variants


def _values(slot: Slot, locale: str, vocabulary: Mapping[str, Sequence[str]]) -> Sequence[str]:
    if slot.options:
        return [name for option in slot.options for name in (option.id, *option.words[:1])]
    if isinstance(slot.source, FromCatalogue) and vocabulary.get(slot.source.field):
        return vocabulary[slot.source.field]
    typical = _TYPICAL["pt" if locale.startswith("pt") else "en"]
    return typical.get(slot.type) or (slot.name.replace("_", " "),)
