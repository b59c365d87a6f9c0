"""Find the offered option that the customer means.

By place (`a segunda`), by the words that tell one label from the others (`o compass`), and by
those words misspelt (`corola`, `hb 20`, `onics`). Words that fit two options equally well are a
`Tie`: the caller asks between those, and nothing is guessed.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import msgspec
from rapidfuzz import fuzz

from prosa.dialogue.extractors.normalise import MAX_CHARACTERS, fold, language
from prosa.dialogue.extractors.numbers import read_place
from prosa.dialogue.extractors.wordlists import listed

FUZZY_THRESHOLD = 88.0  # "saveiro" scores 71 against "sandero", "corola" 92 against "corolla"
FUZZY_MIN_LETTERS = 4  # shorter words differ by too little: "gol" and "sol"
_EQUAL = 1e-9  # sums of floats in another order
_FUZZY_WEIGHT = 0.9  # an exact word beats a misspelt one


class Option(msgspec.Struct, frozen=True):
    """One thing to choose: its id, the label on the screen, other names for it."""

    id: str
    label: str
    synonyms: tuple[str, ...] = ()


class Tie(msgspec.Struct, frozen=True):
    """The text fits several options equally well; in the order in which they were offered."""

    options: tuple[Option, ...]


def match_choice(
    text: str, options: Sequence[Option], locale: str, *, fuzzy: bool = True
) -> Option | Tie | None:
    """Return the option that the text names, a Tie between several, or None."""
    return _prepared(tuple(options), locale).match(text, fuzzy=fuzzy)


class Choices:
    """Options made ready for matching; worth keeping where the list is long and fixed."""

    def __init__(self, options: Sequence[Option], locale: str) -> None:
        self.options = tuple(options)
        self._locale = locale
        self._tongue = language(locale)
        self._names: dict[str, set[int]] = {}
        self._words: dict[str, frozenset[int]] = {}
        self._whole: dict[int, int] = {}  # words of the shortest name
        spread: dict[str, set[int]] = {}
        for place, option in enumerate(self.options):
            for name in (option.id, option.label, *option.synonyms):
                if words := _words(fold(name), self._tongue):
                    self._names.setdefault(" ".join(words), set()).add(place)
                    self._whole[place] = min(self._whole.get(place, len(words)), len(words))
                for word in (*words, *_pairs(words)):
                    spread.setdefault(word, set()).add(place)
        for word, carriers in spread.items():
            # a word that every label carries tells nothing, unless there is nothing to tell
            if len(carriers) < len(self.options) or len(self.options) == 1:
                self._words[word] = frozenset(carriers)
        self._sounds: dict[str, frozenset[int]] = {}
        for word, places in self._words.items():
            if len(word) >= FUZZY_MIN_LETTERS and word.isalpha():
                sound = _sound(word)
                self._sounds[sound] = self._sounds.get(sound, frozenset()) | places

    def match(self, text: str, *, fuzzy: bool = True) -> Option | Tie | None:
        """Return the option that the text names, a Tie between several, or None."""
        said = _words(_without_refusals(fold(text[:MAX_CHARACTERS]), self._tongue), self._tongue)
        if exact := self._names.get(" ".join(said)):
            return self._answer(sorted(exact))
        by_words = self._by_words(said, fuzzy=fuzzy)
        place = read_place(text, self._locale)
        if place is not None and self.options and place <= len(self.options):
            index = place - 1 if place > 0 else len(self.options) - 1
            return self._answer(sorted({index, *by_words}))
        return self._answer(by_words)

    def _by_words(self, said: list[str], *, fuzzy: bool) -> list[int]:
        """Score the options by the words they share with the text, rare words counting more.

        A name said whole beats one said in part (`corolla` is not the Corolla Cross). A word that
        contradicts the best option (`compass 2020`, when the Compass is of 2018) adds the options
        that do carry it.
        """
        scores: dict[int, float] = {}
        hits: dict[int, int] = {}
        named: list[frozenset[int]] = []
        for word in dict.fromkeys((*said, *_pairs(said))):
            places, weight = self._words.get(word), 1.0
            if places is not None:
                named.append(places)
            elif fuzzy:
                places, weight = self._sounding_like(word), _FUZZY_WEIGHT
            for place in places or ():
                scores[place] = scores.get(place, 0.0) + weight / len(places or ())
                hits[place] = hits.get(place, 0) + 1
        best = max(scores.values(), default=0.0)
        fitting = {place for place, score in scores.items() if score >= best - _EQUAL}
        fitting = {place for place in fitting if hits[place] >= self._whole[place]} or fitting
        for places in named:
            if not places & fitting:
                fitting |= places
        return sorted(fitting)

    def _sounding_like(self, word: str) -> frozenset[int] | None:
        if len(word) < FUZZY_MIN_LETTERS or not word.isalpha():
            return None
        sound = _sound(word)
        if exact := self._sounds.get(sound):
            return exact
        best, places = FUZZY_THRESHOLD, frozenset[int]()
        for known, at in self._sounds.items():
            score = fuzz.ratio(sound, known, score_cutoff=best)
            if score > best:
                best, places = score, at
            elif score == best:
                places |= at
        return places or None

    def _answer(self, places: Sequence[int]) -> Option | Tie | None:
        if not places:
            return None
        if len(places) == 1:
            return self.options[places[0]]
        return Tie(tuple(self.options[place] for place in places))


@lru_cache(maxsize=64)
def _prepared(options: tuple[Option, ...], locale: str) -> Choices:
    return Choices(options, locale)


_WORD = re.compile(r"[a-z0-9]+(?:[.,][0-9]+)*")
_CLAUSE = re.compile(r"[,;.!?]+(?=\s|$)|\bmas\b|\bbut\b")
_REFUSAL = {
    "pt": re.compile(r"\b(?:nao|nem|exceto|menos(?! de\b))\b"),
    "en": re.compile(r"\b(?:not|no)\b"),
}
_IDLE = {
    "pt": listed("""
        a, o, as, os, um, uma, uns, umas, de, do, da, dos, das, em, no, na, nos, nas, e, ou,
        por, pelo, pela, para, pra, pro, com, que, eh, sim, quero, queria, gostaria, prefiro,
        pode, ser, esse, essa, este, esta, aquele, aquela, isso, acho, vou, fico, ficar, ver,
        mais, me, mim, favor, r, rs, reais, opcao, carro, oi, ola, bom, boa, dia, tarde, noite,
        tem, vcs, vc, voces, voce
    """),
    "en": listed("""
        a, an, the, of, in, on, at, and, or, for, to, with, i, want, would, like, id, ill, take,
        please, this, that, one, it, is, be, my, me, yes, option, hi, hello, you, do, have
    """),
}


def _words(folded: str, tongue: str) -> list[str]:
    idle = _IDLE[tongue]
    return [word for word in _WORD.findall(folded) if word not in idle]


def _pairs(words: list[str]) -> list[str]:
    """Join neighbours: `hb 20` is `hb20`, and `t-cross` is `tcross`."""
    return [
        first + second
        for first, second in pairwise(words)
        if len(first) <= 3 or len(second) <= 3  # noqa: PLR2004 - "hb", "20", "t": parts of one name
    ]


def _without_refusals(folded: str, tongue: str) -> str:
    """Drop the clauses that refuse something: `o onix não, o hb20` leaves `o hb20`."""
    refusal = _REFUSAL[tongue]
    if not refusal.search(folded):
        return folded
    return " ".join(clause for clause in _CLAUSE.split(folded) if not refusal.search(clause))


_SOUNDS = (
    (re.compile(r"(.)\1"), r"\1"),
    (re.compile(r"^h"), ""),
    (re.compile(r"ph"), "f"),
    (re.compile(r"x"), "cs"),
    (re.compile(r"ck|qu|q"), "k"),
    (re.compile(r"c(?=[eiy])"), "s"),
    (re.compile(r"c"), "k"),
    (re.compile(r"z"), "s"),
    (re.compile(r"y"), "i"),
    (re.compile(r"w"), "v"),
    (re.compile(r"e$"), "i"),
)


@lru_cache(maxsize=4096)
def _sound(word: str) -> str:
    """Spell a word by its sound, so that `onics` is `onix` and `corola` is `corolla`."""
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return word
