"""Numbers as they are written and spoken: `45.900,00`, `oitenta mil`, `twenty five`.

The shared floor of `numbers` and `money`. It finds numbers in folded text with their places; it
does not judge what a number means.
"""

# ruff: noqa: PLR2004 - the numbers of numerals are their own names

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

MAX_DIGITS = 15  # more is an identifier, not a quantity


class Spoken(NamedTuple):
    """A number in words, from `start` to `end` of the text it was found in."""

    value: Decimal
    start: int
    end: int


def _in_order(words: str) -> list[str]:
    return words.split()


_PT_SMALL = _in_order(
    "zero um dois tres quatro cinco seis sete oito nove dez onze doze treze quatorze quinze "
    "dezesseis dezessete dezoito dezenove"
)
_EN_SMALL = _in_order(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_PT_TENS = _in_order("vinte trinta quarenta cinquenta sessenta setenta oitenta noventa")
_EN_TENS = _in_order("twenty thirty forty fifty sixty seventy eighty ninety")
_PT_HUNDREDS = _in_order(
    "duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos"
)

SMALL: dict[str, dict[str, int]] = {
    "pt": {
        **{word: value for value, word in enumerate(_PT_SMALL)},
        **{word: 10 * tens for tens, word in enumerate(_PT_TENS, start=2)},
        **{word: 100 * hundreds for hundreds, word in enumerate(_PT_HUNDREDS, start=2)},
        **{f"{word[:-2]}as": 100 * n for n, word in enumerate(_PT_HUNDREDS, start=2)},
        "uma": 1,
        "duas": 2,
        "catorze": 14,
        "cem": 100,
        "cento": 100,
        "cinqenta": 50,
        "cinquentas": 50,
    },
    "en": {
        **{word: value for value, word in enumerate(_EN_SMALL)},
        **{word: 10 * tens for tens, word in enumerate(_EN_TENS, start=2)},
        "fourty": 40,
    },
}
SCALES: dict[str, dict[str, int]] = {
    "pt": {"mil": 1000, "milhao": 10**6, "milhoes": 10**6},
    "en": {"thousand": 1000, "grand": 1000, "million": 10**6, "millions": 10**6},
}
_HALF = {"pt": frozenset({"meio", "meia"}), "en": frozenset({"half"})}
_AND = {"pt": "e", "en": "and"}
_WORD = re.compile(r"[a-z]+")


def numeral(written: str, tongue: str) -> Decimal | None:
    """Read digits with their separators: `45.900,00` in Portuguese, `45,900.00` in English.

    A separator before exactly three digits is the thousands' one in its own language; anything
    else is the decimal one, whichever sign is used (`45.9` and `45,9` are the same number).
    """
    if sum(map(str.isdigit, written)) > MAX_DIGITS:
        return None
    thousands, decimal = (".", ",") if tongue == "pt" else (",", ".")
    whole, _, fraction = written.partition(decimal)
    groups = whole.split(thousands)
    if len(groups) == 1:
        if decimal in fraction:
            return None
        return _decimal(whole, fraction)
    if all(len(group) == 3 for group in groups[1:]) and 1 <= len(groups[0]) <= 3:
        return _decimal("".join(groups), fraction)
    if len(groups) == 2 and not fraction:
        return _decimal(groups[0], groups[1])
    return None


def spoken_numbers(folded: str, tongue: str) -> Iterator[Spoken]:
    """Find every number in words, longest first from the left: `vinte e cinco mil e duzentos`."""
    small, scales = SMALL[tongue], SCALES[tongue]
    words = [(word[0], word.start(), word.end()) for word in _WORD.finditer(folded)]
    if not any(word in small or word in scales or word == "hundred" for word, _, _ in words):
        return
    place = 0
    while place < len(words):
        read = _spoken_at(words, place, tongue, folded)
        if read is None:
            place += 1
        else:
            value, after = read
            yield Spoken(value, words[place][1], words[after - 1][2])
            place = after


def _spoken_at(
    words: list[tuple[str, int, int]], place: int, tongue: str, folded: str
) -> tuple[Decimal, int] | None:
    small, scales, half, joiner = SMALL[tongue], SCALES[tongue], _HALF[tongue], _AND[tongue]
    total, group, floor = Decimal(0), Decimal(0), 1000
    scale, last_scale = 1, 10**9
    here = end = place
    while here < len(words):
        word, start, _ = words[here]
        if here > place and folded[words[here - 1][2] : start].strip(" -"):
            break  # a comma or a digit stands between
        if word == joiner or (word == "a" and tongue == "en" and here > place):
            if here == place:
                break
            here += 1
            continue
        if word in small and small[word] < floor:
            value = small[word]
            group += value
            floor = _room_below(value)
        elif tongue == "en" and word == "hundred" and group < 100:
            group = (group or Decimal(1)) * 100
            floor = 100
        elif word in scales and scales[word] < last_scale:
            scale = last_scale = scales[word]
            total += (group or 1) * scale
            group, floor = Decimal(0), 1000
        elif word in half and here + 1 < len(words) and _scale_after(words, here, scales):
            here += 1 + (words[here + 1][0] == "a")
            total += Decimal("0.5") * scales[words[here][0]]
            scale = last_scale = scales[words[here][0]]
        elif word in half and scale > 1 and group == 0 and words[here - 1][0] in {joiner, "a"}:
            total += Decimal(scale) / 2  # "um milhao e meio"
            here += 1
            end = here
            break
        else:
            break
        here += 1
        end = here
    return (total + group, end) if end > place else None


def _scale_after(words: list[tuple[str, int, int]], here: int, scales: dict[str, int]) -> bool:
    after = [word for word, _, _ in words[here + 1 : here + 3]]
    return after[0] in scales or (after[0] == "a" and len(after) > 1 and after[1] in scales)


def _room_below(value: int) -> int:
    """Return the bound of what may follow in the group: after a hundred a ten, then a unit."""
    if value >= 100:
        return 100
    return 10 if value >= 20 else 0


def _decimal(whole: str, fraction: str) -> Decimal | None:
    if not whole.isascii() or not whole.isdigit():
        return None
    if fraction and not (fraction.isascii() and fraction.isdigit()):
        return None
    return Decimal(f"{whole}.{fraction}" if fraction else whole)
