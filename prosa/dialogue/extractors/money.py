"""Read an amount of money, with its bound: `até 80 mil`, `entre 50 e 80 mil`, `R$ 45.900,00`.

A number is money only by evidence: a currency, a scale (`80 mil`), grouped thousands, a bound, or
the question having been about money (`expected`). Years, distances, hours, dates, phones and
instalments are left alone. Two amounts without a relation are no answer.
"""

# ruff: noqa: PLR2004 - the numbers of amounts are their own names

import re
from decimal import Decimal
from itertools import pairwise
from typing import Literal, NamedTuple

import msgspec

from prosa.dialogue.extractors import numerals
from prosa.dialogue.extractors.money_words import (
    CURRENCIES,
    CURRENCY_WORDS,
    GRAMMARS,
    SCALES,
    Grammar,
)
from prosa.dialogue.extractors.normalise import MAX_CHARACTERS, fold, language

Kind = Literal["exact", "at_most", "at_least", "between"]


class Money(msgspec.Struct, frozen=True):
    """An amount, or a bound on one.

    `exact` has low == high; `at_most` only high, `at_least` only low, `between` both. `currency`
    is an ISO 4217 code when the text named one. `approximate` marks `uns 80 mil`.
    """

    kind: Kind
    low: Decimal | None
    high: Decimal | None
    currency: str | None = None
    approximate: bool = False

    @property
    def amount(self) -> Decimal:
        """The one number to work with: the upper bound where there is one, else the lower."""
        if self.high is not None:
            return self.high
        return self.low if self.low is not None else Decimal(0)


class _Amount(NamedTuple):
    value: Decimal
    start: int
    end: int
    currency: str | None
    scaled: bool  # by a word: "80 mil"; then "50" before it may mean 50 mil
    certain: bool  # money by its own shape
    bare: bool  # digits or words without anything


def read_money(
    text: str, *, locale: str, bare_thousands: bool = False, expected: bool = False
) -> Money | None:
    """Read the one amount or range of the text; None when there is none, or no single reading.

    `bare_thousands` reads `50` as 50,000, as buyers of cars say it. `expected` says that the
    question was about money, so that a bare number is an amount.
    """
    tongue = language(locale)
    folded = fold(text[:MAX_CHARACTERS])
    grammar = GRAMMARS[tongue]
    if not grammar.anything.search(folded):
        return None
    masked = _mask(folded, grammar)
    amounts = _amounts(masked, grammar, tongue)
    amounts = _ranges_completed(amounts, masked, grammar)
    amounts = [
        amount
        for amount in amounts
        if amount.certain or _is_money(amount, masked, grammar, expected, bare_thousands)
    ]
    if bare_thousands:
        amounts = [_in_thousands(amount, masked) for amount in amounts]
    if len(amounts) == 2:
        return _from_two(amounts[0], amounts[1], masked, grammar)
    if len(amounts) != 1 or _EITHER.search(_before(amounts[0], masked)):
        return None
    return _from_one(amounts[0], masked, grammar)


# joints that make a range only after "entre" or "de": "2018 até 90 mil", "50 e 80"
_LOOSE_JOINTS = frozenset({"e", "and", "ou", "or", "ate"})
_OF_MILLIONS = re.compile(r"\s+(?:de|of)(?=\s+(?:reais|dolares|euros|dollars|pounds)\b)")
_AND_SOME = re.compile(r"\be (?:poucos?|tantos|alguma coisa)\b|\bor so\b|\bish\b")
_AND = re.compile(r"\s+(?:e\s+|and\s+)?")
_CENTS = re.compile(r"(?:\d{1,3}(?:[.,]\d{3})+|\d{4,})[.,]\d{2}")
_COUNTED = re.compile(r"milh(?:ao|oes)\s+de\s+(?!reais|dolares|euros|entrada)")
_INSTALMENT = re.compile(r"(?:#|\bparcelas?)\s+de\s*$")
_EITHER = re.compile(r"\d\s*(?:ou|or|pra|para)\s*$")
_NEAR = 40  # letters before an amount that may belong to it
_TRAILING = re.compile(r"[.,]+$")


def _mask(folded: str, grammar: Grammar) -> str:
    """Blank out what is a phone, a date, an hour or an identifier, keeping every place."""
    return grammar.identifiers.sub(lambda found: "#" * len(found[0]), folded)


def _amounts(masked: str, grammar: Grammar, tongue: str) -> list[_Amount]:
    amounts: list[_Amount] = []
    for found in grammar.written.finditer(masked):
        digits = _TRAILING.sub("", found["digits"])
        value = _amount_of(digits, tongue)
        if value is None or (amounts and found.start() < amounts[-1].end):
            continue  # the 500 of "25 mil e 500" is taken
        spoken = numerals.Spoken(value, found.start(), found.start("digits") + len(digits))
        amounts.append(_whole(spoken, masked, grammar, symbol=found["currency"]))
    taken = [(amount.start, amount.end) for amount in amounts]
    for spoken in numerals.spoken_numbers(masked, tongue):
        if any(start <= spoken.start < end for start, end in taken):
            continue
        amounts.append(_whole(spoken, masked, grammar, symbol=None))
    return sorted(amounts, key=lambda amount: amount.start)


def _amount_of(digits: str, tongue: str) -> Decimal | None:
    value = numerals.numeral(digits, tongue)
    if value is not None and re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", digits):
        # no currency here has three decimals: "80,000" and "80.000" are both eighty thousand
        return Decimal(re.sub(r"[.,]", "", digits))
    return value


def _whole(found: numerals.Spoken, masked: str, grammar: Grammar, *, symbol: str | None) -> _Amount:
    """Take in what follows the number: a scale, the rest after the scale, a currency."""
    value, start, end = found
    said = masked[start:end].removeprefix(symbol or "").lstrip()
    in_words = not said[0].isdigit()
    scaled = in_words and any(word in SCALES for word in said.split())
    if (scale := grammar.scale_after.match(masked, end)) and not (in_words and scaled):
        factor = SCALES[scale[1]]
        end, scaled = scale.end(), True
        value = value * factor + (Decimal(factor) / 2 if scale[2] else 0)
    if scaled and (rest := grammar.tail.match(masked, end)):
        value, end = value + int(rest[1]), rest.end()
    elif scaled and not in_words:
        value, end = _spoken_tail(value, masked, end)
    currency = CURRENCIES.get(symbol) if symbol else None
    if joint := _OF_MILLIONS.match(masked, end):
        end = joint.end()
    word = grammar.currency_after.match(masked, end)
    if word:
        end = word.end()
        currency = next((code for stem, code in CURRENCY_WORDS if word[1].startswith(stem)), None)
    cents = bool(_CENTS.fullmatch(said))
    return _Amount(
        value=value,
        start=start,
        end=end,
        currency=currency,
        scaled=scaled,
        certain=symbol is not None or word is not None or cents,
        bare=not scaled and not re.search(r"\d[.,]\d{3}\b", said),
    )


def _spoken_tail(value: Decimal, masked: str, end: int) -> tuple[Decimal, int]:
    """Add the hundreds said after a written scale: `25 mil e quinhentos`."""
    joint = _AND.match(masked, end)
    if joint is None:
        return value, end
    tongue = "pt" if " e " in masked[end : end + 3] else "en"
    for spoken in numerals.spoken_numbers(masked[joint.end() : joint.end() + 60], tongue):
        if spoken.start == 0 and 100 <= spoken.value < 1000:
            return value + spoken.value, joint.end() + spoken.end
        break
    return value, end


def _is_money(
    amount: _Amount, masked: str, grammar: Grammar, expected: bool, bare_thousands: bool
) -> bool:
    before, bound = _before(amount, masked), None
    if grammar.unit_after.match(masked, amount.end):
        return False
    bound = grammar.at_most.search(before) or grammar.at_least.search(before)
    if grammar.not_money_before.search(before) and not (amount.scaled and bound):
        return amount.scaled and not re.search(r"(?:km|rod\w+|quilom\w+|mileage\D*)\W*$", before)
    if amount.scaled:
        if _is_year(amount, masked):
            return expected or bound is not None
        if not expected and _COUNTED.search(masked[amount.start : amount.end + _NEAR]):
            return False  # "um milhão de dúvidas"
        word = masked[amount.start : amount.end].strip()
        return expected or word not in {"mil", "um milhao", "milhoes", "milhao", "a million"}
    if not amount.bare:
        return True
    if expected and bare_thousands and _is_year(amount, masked):
        return False
    if expected:
        return masked[amount.start : amount.end] not in {"um", "uma", "one"}
    worded = not masked[amount.start].isdigit()
    if bound is None or _is_year(amount, masked) or (worded and amount.value < 10):
        return False
    return bare_thousands and grammar.ends.match(masked, amount.end) is not None


def _ranges_completed(amounts: list[_Amount], masked: str, grammar: Grammar) -> list[_Amount]:
    """Let `50` of `50 a 80 mil` be fifty thousand, and `80` of `$50-80` money."""
    completed = list(amounts)
    for place, (first, second) in enumerate(pairwise(amounts)):
        joint = masked[first.end : second.start]
        opened = grammar.between_before.search(_before(first, masked)) is not None
        ranged = grammar.between_joint.fullmatch(joint) is not None and (
            opened or joint.strip() not in _LOOSE_JOINTS
        )
        if not ranged or grammar.unit_after.match(masked, second.end):
            continue
        if first.bare and not first.certain and not second.bare and not _is_year(first, masked):
            scale = 1
            if second.scaled and first.value < 1000 and first.value < second.value:
                scale = 10**6 if second.value >= 10**6 else 1000
            completed[place] = first._replace(
                value=first.value * scale, scaled=second.scaled, bare=False, certain=True
            )
        elif first.certain and second.bare and first.value < second.value:
            completed[place + 1] = second._replace(certain=True)
    return completed


def _before(amount: _Amount, masked: str) -> str:
    """Return the words just before an amount, where its bound stands."""
    return masked[max(0, amount.start - _NEAR) : amount.start]


def _is_year(amount: _Amount, masked: str) -> bool:
    """Tell `2018` and `dois mil e vinte` from an amount that happens to be as large."""
    said = masked[amount.start : amount.end]
    worded = not said[:1].isdigit() and said.startswith(("dois mil e ", "two thousand "))
    return 1950 <= amount.value <= 2100 and (worded or said.isdigit())


def _in_thousands(amount: _Amount, masked: str) -> _Amount:
    if _INSTALMENT.search(_before(amount, masked)):
        return amount
    if amount.bare and not amount.certain and 0 < amount.value < 1000:
        return amount._replace(value=amount.value * 1000)
    return amount


def _from_two(first: _Amount, second: _Amount, masked: str, grammar: Grammar) -> Money | None:
    between = masked[first.end : second.start]
    if grammar.superseded.search(between):
        money = _from_one(second, masked, grammar)
        if money.kind == "exact" and not re.search(r"\b(?:exat\w+|exactly)\b", between):
            first_kind = _from_one(first, masked, grammar).kind
            return _bounded(first_kind, second) if first_kind != "exact" else money
        return money
    opened = grammar.between_before.search(_before(first, masked)) is not None
    if not grammar.between_joint.fullmatch(between):
        return None
    low, high = first.value, second.value
    joint = between.strip()
    if joint in _LOOSE_JOINTS and not opened:
        return None
    if low >= high:
        return None
    currency = second.currency or first.currency
    return Money(kind="between", low=_tidy(low), high=_tidy(high), currency=currency)


def _from_one(amount: _Amount, masked: str, grammar: Grammar) -> Money:
    before = _before(amount, masked)
    approximate = grammar.approximately.search(before)
    if approximate:
        before = before[: approximate.start()]
    vague = approximate is not None or _AND_SOME.search(masked, amount.start) is not None
    if grammar.at_most.search(before) or grammar.at_most_after.match(masked, amount.end):
        kind: Kind = "at_most"
    elif grammar.at_least.search(before) or grammar.at_least_after.match(masked, amount.end):
        kind = "at_least"
    else:
        kind = "exact"
    return _bounded(kind, amount, approximate=vague and kind == "exact")


def _bounded(kind: Kind, amount: _Amount, *, approximate: bool = False) -> Money:
    value = _tidy(amount.value)
    return Money(
        kind=kind,
        low=None if kind == "at_most" else value,
        high=None if kind == "at_least" else value,
        currency=amount.currency,
        approximate=approximate,
    )


def _tidy(value: Decimal) -> Decimal:
    """Write whole amounts without a fraction: 45900, not 45900.00."""
    whole = value.to_integral_value()
    return whole if whole == value else value
