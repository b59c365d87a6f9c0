"""Read one number or one place in a list: `2`, `duas`, `98 mil`, `o segundo`, `a última`.

Two different numbers in one text are no answer: the caller asks again.
"""

import re
from decimal import Decimal

from prosa.dialogue.extractors import numerals
from prosa.dialogue.extractors.normalise import MAX_CHARACTERS, fold, language
from prosa.dialogue.extractors.wordlists import listed

LAST = -1

_ORDINALS = {
    "pt": {
        stem + ending: place
        for place, stems in enumerate(
            (
                ("primeir",),
                ("segund",),
                ("terceir",),
                ("quart",),
                ("quint",),
                ("sext",),
                ("setim",),
                ("oitav",),
                ("non",),
                ("decim",),
            ),
            start=1,
        )
        for stem in stems
        for ending in "oa"
    }
    | {"ultimo": LAST, "ultima": LAST},
    "en": {
        "first": 1,
        "second": 2,
        "third": 3,
        "fourth": 4,
        "fifth": 5,
        "sixth": 6,
        "seventh": 7,
        "eighth": 8,
        "ninth": 9,
        "tenth": 10,
        "last": LAST,
    },
}
_DIGITS = re.compile(r"(?<![\w.,])(\d+(?:[.,]\d+)*)(?:o|a|st|nd|rd|th)?(?!\w)")
_THOUSANDS = {
    "pt": re.compile(r"(?<![\w.,])(\d+(?:[.,]\d+)*) ?(?:mil|k)(?!\w)"),
    "en": re.compile(r"(?<![\w.,])(\d+(?:[.,]\d+)*) ?(?:thousand|k)(?!\w)"),
}
_WORD = re.compile(r"[a-z]+")
_DOZEN = {"pt": {"duzia": 12, "meia duzia": 6}, "en": {"dozen": 12, "half a dozen": 6}}
_ARTICLES = frozenset({"um", "uma"})  # "um carro com 4 portas": the number is four


def read_number(text: str, locale: str) -> Decimal | None:
    """Read the one number of the text; None when there is none, or more than one.

    Ordinals count as their place; `o último` and `the last` are -1, as in an index.
    """
    tongue = language(locale)
    folded = fold(text[:MAX_CHARACTERS])
    for phrase, count in reversed(_DOZEN[tongue].items()):
        if phrase in folded:
            return Decimal(count)
    values = {
        value * 1000
        for found in _THOUSANDS[tongue].finditer(folded)
        if (value := numerals.numeral(found[1], tongue)) is not None
    }
    folded = _THOUSANDS[tongue].sub(" ", folded)
    values |= {
        value
        for found in _DIGITS.finditer(folded)
        if (value := numerals.numeral(found[1], tongue)) is not None
    }
    articles: set[Decimal] = set()
    for spoken in numerals.spoken_numbers(folded, tongue):
        bare = folded[spoken.start : spoken.end] in _ARTICLES
        (articles if bare else values).add(spoken.value)
    if not values:
        values = {Decimal(p) for p in _ordinals(folded, tongue)} or articles
    return values.pop() if len(values) == 1 else None


def read_place(text: str, locale: str) -> int | None:
    """Read a place in a list when the text says little else: `2`, `opção 2`, `a segunda`.

    Counts from 1; -1 is the last. `quero 2 carros` is a quantity, hence None.
    """
    tongue = language(locale)
    words = [
        word
        for word in _PLACE_WORDS.findall(fold(text[:MAX_CHARACTERS]))
        if word not in _FILLERS[tongue]
    ]
    if len(words) != 1:
        return None
    (word,) = words
    if place := _ORDINALS[tongue].get(word):
        return place
    if digits := re.fullmatch(r"(\d{1,2})(?:o|a|st|nd|rd|th)?", word):
        return int(digits[1]) or None
    return numerals.SMALL[tongue].get(word) or None


_PLACE_WORDS = re.compile(r"[a-z0-9]+")
_FILLERS = {
    "pt": listed("""
        a, o, as, os, na, no, e, eh, de, do, da, opcao, opcoes, numero, num, n, item, quero,
        queria, fico, com, esse, essa, este, esta, vou, prefiro, pode, ser, por, favor, acho,
        que, mim, pra, me, ver, lista, sim
    """),
    "en": listed("""
        the, a, option, number, no, item, i, want, one, ill, take, please, would, like, id, it,
        is, choose, with, go, let, s, have, ones, yes
    """),
}


def _ordinals(folded: str, tongue: str) -> set[int]:
    places = _ORDINALS[tongue]
    return {places[word] for word in _WORD.findall(folded) if word in places}
