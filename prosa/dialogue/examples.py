"""Examples of intents as customers would say them, placeholders filled with sample values."""

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle, islice

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


def spoken(examples: Sequence[str], values: Callable[[str], Sequence[str]]) -> tuple[str, ...]:
    """Give examples with each placeholder filled; `values` gives those of a slot by its name."""
    return tuple(dict.fromkeys(said for example in examples for said in _variants(example, values)))


def typical(kind: str, locale: str) -> Sequence[str]:
    """Give values of a slot's type as customers write them; none where no value is typical."""
    return _TYPICAL["pt" if locale.startswith("pt") else "en"].get(kind, ())


def _variants(example: str, values: Callable[[str], Sequence[str]]) -> Sequence[str]:
    template = parse(example)
    if not any(template.placeholders()):
        return (template.fixed,)
    variants = []
    for turn in range(SAMPLES):

        def fill(placeholder: Placeholder, turn: int = turn) -> str:
            return next(islice(cycle(values(placeholder.path[0])), turn, None))

        variants.append(template.render(fill))
    return variants
