"""Find the days that a folded text names: `amanha`, `sexta que vem`, `dia 5`, `05/12`, `next fri`.

The patterns, by language and in order: what one takes, the next does not see. `resolution` turns a
match into a date; which of several is meant is the matter of `dates`.
"""

# ruff: noqa: PLR2004 - the numbers of the calendar are their own names

import datetime as dt
import re

from prosa.dialogue.extractors import resolution
from prosa.dialogue.extractors.numerals import SMALL
from prosa.dialogue.extractors.resolution import Calendar, Day, Resolve

_PT_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            ("janeiro", "jan"),
            ("fevereiro", "fev"),
            ("marco", "mar"),
            ("abril", "abr"),
            ("maio", "mai"),
            ("junho", "jun"),
            ("julho", "jul"),
            ("agosto", "ago"),
            ("setembro", "set"),
            ("outubro", "out"),
            ("novembro", "nov"),
            ("dezembro", "dez"),
        ),
        start=1,
    )
    for name in names
}
_EN_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            ("january", "jan"),
            ("february", "feb"),
            ("march", "mar"),
            ("april", "apr"),
            ("may",),
            ("june", "jun"),
            ("july", "jul"),
            ("august", "aug"),
            ("september", "sept", "sep"),
            ("october", "oct"),
            ("november", "nov"),
            ("december", "dec"),
        ),
        start=1,
    )
    for name in names
}
_PT_DAY_WORDS = {word: n for word, n in SMALL["pt"].items() if 1 <= n <= 30}
_PT_DAY_WORDS |= {"primeiro": 1, "1o": 1, "vinte e um": 21, "vinte e dois": 22, "vinte e tres": 23}
_PT_DAY_WORDS |= {"vinte e quatro": 24, "vinte e cinco": 25, "vinte e seis": 26}
_PT_DAY_WORDS |= {"vinte e sete": 27, "vinte e oito": 28, "vinte e nove": 29, "trinta e um": 31}
_EN_DAY_WORDS = {word: n for word, n in SMALL["en"].items() if 1 <= n <= 30}


def _one_of(words: dict[str, int]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


def find_days(masked: str, calendar: Calendar, tongue: str) -> tuple[list[Day], str]:
    """Return the days named, in order, and the text with them blanked out."""
    days: list[Day] = []
    for trigger, pattern, resolve in _RULES[tongue]:
        if trigger and not any(word in masked for word in trigger):
            continue
        for found in pattern.finditer(masked):
            day = resolve(found, calendar)
            if day is not None:
                days.append(day)
                masked = masked[: day.start] + "#" * (day.end - day.start) + masked[day.end :]
    return sorted(days), masked


def find_period(masked: str, calendar: Calendar, tongue: str) -> tuple[dt.date, int, int] | None:
    """Find a period whose day is still open (`semana que vem`): its first day, and its place."""
    found = _PERIODS[tongue].search(masked)
    if found is None:
        return None
    today = calendar.today
    if found["week"]:
        first = today + dt.timedelta(days=7 - today.weekday())
    elif found["month"]:
        first = (today.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    else:
        first = today + dt.timedelta(days=(5 - today.weekday()) % 7)
    return first, found.start(), found.end()


_PERIODS = {
    "pt": re.compile(
        r"\b(?:n[ao]\s+|da\s+|do\s+)?(?:(?P<week>semana que vem|semana q vem|proxima semana|"
        r"outra semana|semana seguinte)|(?P<month>mes que vem|mes q vem|proximo mes|mes seguinte)|"
        r"(?P<weekend>fim de semana|final de semana|fds|finde))\b"
    ),
    "en": re.compile(
        r"\b(?:(?:the|this|on the|of)\s+)?(?:(?P<week>next week|the week after)|"
        r"(?P<month>next month)|(?P<weekend>weekend))\b"
    ),
}


_PT_MONTH = _one_of({n: m for n, m in _PT_MONTHS.items() if len(n) > 3})
_PT_MONTH_SHORT = _one_of({n: m for n, m in _PT_MONTHS.items() if len(n) == 3})
_PT_DAY = rf"\d{{1,2}}|{_one_of(_PT_DAY_WORDS)}"
_EN_MONTH = _one_of(_EN_MONTHS)
_PT_COUNT = rf"\d{{1,3}}|meia|{_one_of(SMALL['pt'])}"
_EN_COUNT = rf"\d{{1,3}}|half an|an|a|{_one_of(SMALL['en'])}"
_YEAR = r"(?P<year>20\d\d|19\d\d)"
_YEAR_AHEAD = r"20\d\d\b"
_NUMERIC = re.compile(
    r"(?P<day>\bdia\s+)?(?<![\d/.,:#-])(?P<first>\d{1,2})\s?(?P<sign>[/.-])\s?(?P<second>\d{1,2})"
    r"(?:\s?(?P=sign)\s?(?P<year>\d{4}|\d{2}))?(?![\d/]|[.,:-]\d)"
)
_ISO = re.compile(r"(?<![\d/-])(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?![\d/-])")

# "a segunda opção" is a place, "de segunda mão" a kind
_PT_NOT_A_DAY = (
    r"(?!\s+(?:opcao|via|mao|parcela|vez|marcha|geracao|unidade|dose|vaga|etapa|pessoa|alternativa|"
    r"pergunta|coisa|carro|foto|linha|fila|casa|parte))"
)
_Rule = tuple[tuple[str, ...], re.Pattern[str], Resolve]
_RULES: dict[str, tuple[_Rule, ...]] = {
    "pt": (
        (("-",), _ISO, resolution.iso),
        (("/", ".", "-"), _NUMERIC, resolution.numeric),
        (
            (),
            re.compile(
                rf"(?:\bdia\s+)?(?<![\w.,:/#-])(?P<day>{_PT_DAY})[oa]?(?:\s+de\s+|\s*/\s*|"
                rf"\s*-\s*|\s+)?"
                rf"(?:do mes de )?(?P<month>{_PT_MONTH})\b(?:\s*(?:,|de|do|/|-)?\s*{_YEAR}\b)?"
            ),
            resolution.worded(_PT_MONTHS, _PT_DAY_WORDS),
        ),
        (
            (),
            re.compile(
                rf"(?:\bdia\s+)?(?<![\w.,:/#-])(?P<day>{_PT_DAY})[oa]?(?:\s+de\s+|\s?/\s?|\s?-\s?|"
                rf"(?<=\d)\s(?=\w+\s*(?:$|,|as\b|"
                rf"{_YEAR_AHEAD})))(?P<month>{_PT_MONTH_SHORT})\b(?:\s*(?:,|de|do|/|-)?\s*{_YEAR}\b)?"
            ),
            resolution.worded(_PT_MONTHS, _PT_DAY_WORDS),
        ),
        (
            ("dia",),
            re.compile(
                r"\bdia\s+(?P<day>\d{1,2})\s+d[oe]\s+(?P<month>\d{1,2})\b"
                rf"(?:\s*(?:,|de|do|/|-)?\s*{_YEAR}\b)?"
            ),
            resolution.day_and_month,
        ),
        (
            ("dia",),
            re.compile(
                rf"(?<!\bmeio )\bdias?\s+(?P<day>{_PT_DAY})\b(?!\s?(?:h\b|hs\b|horas|:|%))"
                r"(?:\s+(?:deste mes|desse mes|do mes)\b)?"
            ),
            resolution.numbered(_PT_DAY_WORDS),
        ),
        (
            ("dia",),  # the other day of "dia 5 ou 6", "dias 5 e 6"
            re.compile(
                rf"(?<=#) (?:ou|e|ate|a) (?:dia )?(?P<day>{_PT_DAY})\b(?! ?(?:h|mil|da\b|:))"
            ),
            resolution.numbered(_PT_DAY_WORDS),
        ),
        (
            ("daqui", "dentro", "em "),
            re.compile(
                r"\b(?:daqui(?:\s+(?:a|ha))?|dentro de|em)\s+(?:uns\s+|umas\s+)?"
                rf"(?P<count>{_PT_COUNT})"
                r"\s+(?P<unit>dias?|semanas?|mes(?:es)?|horas?|minutos?)\b(?P<half>\s+e\s+meia\b)?"
                r"(?!\s+(?:de\s+)?(?:uso|garantia|parcel\w+))"
            ),
            resolution.from_now("pt"),
        ),
        (
            ("amanh", "amnh", "amh"),
            re.compile(r"\b(?:depois|dps|dpois) (?:de )?(?:amanha|amnh|amh)\b"),
            resolution.in_days(2),
        ),
        (
            ("amanh", "amnh", "amh"),
            re.compile(r"\b(?:amanha|amnha|amnh|amh)\b"),
            resolution.in_days(1),
        ),
        (("ontem",), re.compile(r"\b(?:anteontem|antes de ontem)\b"), resolution.in_days(-2)),
        (("ontem",), re.compile(r"\bontem\b"), resolution.in_days(-1)),
        (("hoje", "hj"), re.compile(r"\b(?:hoje|hj)\b"), resolution.in_days(0)),
        (
            (),
            re.compile(
                r"(?:(?P<this>\b(?:n?ess[ae]|n?est[ae])\s+)|\bn[ao]\s+)?"
                r"(?:\b(?P<next>(?:proxim[ao]|outr[ao])\s+))?"
                r"\b(?P<name>(?:segunda|terca|quarta|quinta|sexta)(?:[ -]?feira)?|sabad(?:o|ao|"
                r"inho)|"
                r"domingo|[2-6]a[ -]?feira|[2-6]a(?=\s*(?:$|[,.?!]|as\b|de manha|a tarde|"
                r"que vem)))\b"
                rf"{_PT_NOT_A_DAY}(?P<after>\s+(?:que vem|q vem|proxim[ao])\b)?"
            ),
            resolution.pt_weekday,
        ),
        (
            (),
            re.compile(
                r"(?:^|(?<=[,.] )|(?P<this>\b(?:n?ess[ae]|n?est[ae])\s+)|\b(?:n[ao]|ou|e|"
                r"pode ser|de|"
                r"pra|para|quero|prefiro|so)\s+)(?:\b(?P<next>proxim[ao]\s+))?"
                r"\b(?P<name>seg|ter|qua|qui|sex|sab|dom)\b"
                r"(?=\s*(?:$|[,.?!/#]|as?\b|de manha|de tarde|de noite|que vem|ou\b|e\b|\d|pela|"
                r"cedo|"
                r"la\b|umas\b|feira))(?P<after>\s+(?:que vem|q vem|proxim[ao])\b)?"
            ),
            resolution.pt_weekday,
        ),
    ),
    "en": (
        (("-",), _ISO, resolution.iso),
        (("/", ".", "-"), _NUMERIC, resolution.numeric),
        (
            (),
            re.compile(
                rf"\b(?P<month>{_EN_MONTH})\.?\s+(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b"
                rf"(?![:.]\d|\s?[ap]\.?m\b)(?:,?\s+{_YEAR}\b)?"
            ),
            resolution.worded(_EN_MONTHS, _EN_DAY_WORDS),
        ),
        (
            (),
            re.compile(
                r"(?:\bthe\s+)?(?<![\w.,:/#-])(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s-]+(?:of\s+)?"
                rf"(?P<month>{_EN_MONTH})\b\.?(?:,?[\s-]+{_YEAR}\b)?"
            ),
            resolution.worded(_EN_MONTHS, _EN_DAY_WORDS),
        ),
        (
            (),
            re.compile(
                r"\b(?:the|on the|day)\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?\b(?![:.]\d|\s?[ap]m)"
            ),
            resolution.numbered(_EN_DAY_WORDS),
        ),
        (
            (),
            re.compile(r"(?<![\w.,:/#-])(?P<day>\d{1,2})(?:st|nd|rd|th)\b"),
            resolution.numbered(_EN_DAY_WORDS),
        ),
        (
            ("in ", "within"),
            re.compile(
                rf"\b(?:in|within)\s+(?:about\s+)?(?P<count>{_EN_COUNT})\s+(?P<unit>days?|weeks?|"
                r"months?|hours?|hrs?|min(?:ute)?s?)\b(?P<half>\s+and a half\b)?"
            ),
            resolution.from_now("en"),
        ),
        (
            (" from ",),
            re.compile(
                rf"\b(?P<count>{_EN_COUNT})\s+(?P<unit>days?|weeks?|months?|hours?|hrs?|"
                rf"min(?:ute)?s?)"
                r"(?P<half>\s+and a half)?\s+from\s+(?:now|today)\b"
            ),
            resolution.from_now("en"),
        ),
        (
            ("tomorrow", "tmr", "tmw"),
            re.compile(r"\b(?:the )?day after (?:tomorrow|tmrw?|tmw)\b"),
            resolution.in_days(2),
        ),
        (
            ("tomorrow", "tmr", "tmw"),
            re.compile(r"\b(?:tomorrow|tmrw?|tmw)\b"),
            resolution.in_days(1),
        ),
        (("yesterday",), re.compile(r"\byesterday\b"), resolution.in_days(-1)),
        (("today", "tonight"), re.compile(r"\btoday\b|\bto(?=night\b)"), resolution.in_days(0)),
        (
            ("day",),
            re.compile(
                r"(?:(?P<this>\b(?:this|coming)\s+)|\bon\s+)?(?:\b(?P<next>next\s+))?"
                r"\b(?P<name>(?:mon|tues|wednes|thurs|fri|satur|sun)day)s?\b(?P<after>\s+next\b)?"
            ),
            resolution.en_weekday,
        ),
        (
            (),
            re.compile(
                r"(?:^|(?<=[,.] )|(?P<this>\bthis\s+)|\b(?:on|or|for|"
                r"by)\s+)?(?:\b(?P<next>next\s+))?"
                r"(?:^|(?<=next )|(?<=this )|(?<=on )|(?<=or )|(?<=for )|(?<=by )|(?<=, ))"
                r"(?P<name>mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)\b"
                r"(?=\s*(?:$|[,.?!/#]|at\b|in the\b|or\b|\d|morning|afternoon|evening|night|"
                r"around))"
                r"(?P<after>\s+next\b)?"
            ),
            resolution.en_weekday,
        ),
    ),
}
