"""Find the days that a folded text names: `amanha`, `sexta que vem`, `dia 5`, `05/12`, `next fri`.

Finds and resolves against today; which of several is meant is the matter of `dates`.
"""

# ruff: noqa: PLR2004 - the numbers of the calendar are their own names

import datetime as dt
import re
from collections.abc import Callable
from typing import NamedTuple

from prosa.dialogue.extractors.numerals import SMALL
from prosa.dialogue.extractors.when import Reason


class Day(NamedTuple):
    """A day named in the text, or the reason why there is no such day.

    `time` comes with what is counted in hours (`daqui a 2 horas`).
    """

    start: int
    end: int
    date: dt.date | None
    impossible: Reason | None = None
    assumed: bool = False
    weekday: bool = False
    time: dt.time | None = None


class Calendar(NamedTuple):
    """What a day is counted from."""

    now: dt.datetime
    not_before: dt.date | None  # the period already named: "semana que vem"
    month_first: bool  # 12/05 is the fifth of December

    @property
    def today(self) -> dt.date:
        """The date of `now`, in the time zone of `now`."""
        return self.now.date()


_Resolve = Callable[[re.Match[str], Calendar], Day | None]

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
_PT_WEEKDAYS = {"seg": 0, "2a": 0, "ter": 1, "3a": 1, "qua": 2, "4a": 2, "qui": 3, "5a": 3}
_PT_WEEKDAYS |= {"sex": 4, "6a": 4, "sab": 5, "dom": 6}
_EN_WEEKDAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}

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


def _on(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _dated(found: re.Match[str], calendar: Calendar, day: int, month: int, year: str | None) -> Day:
    """Resolve day and month; without a year it is the next such date, within eight years."""
    start, end = found.span()
    if year:
        date = _on(int(year) + (2000 if len(year) == 2 else 0), month, day)
        if date is None:
            return Day(start, end, None, "no_such_date")
        return Day(start, end, date, "past" if date < calendar.today else None)
    for later in range(9):  # 29 February is at most eight years away
        date = _on(calendar.today.year + later, month, day)
        if date is not None and date >= calendar.today:
            return Day(start, end, date)
    return Day(start, end, None, "no_such_date")


def _numeric(found: re.Match[str], calendar: Calendar) -> Day | None:
    first, second, year = int(found["first"]), int(found["second"]), found["year"]
    if found["sign"] != "/" and not year and not found["day"]:
        return None  # "10-12" is a range of hours as well as a date
    day, month = (second, first) if calendar.month_first else (first, second)
    if calendar.month_first and month > 12 >= day:
        day, month = month, day
    return _dated(found, calendar, day, month, year)


def _iso(found: re.Match[str], calendar: Calendar) -> Day | None:
    return _dated(found, calendar, int(found["day"]), int(found["month"]), found["year"])


def _worded(months: dict[str, int], day_words: dict[str, int]) -> _Resolve:
    def resolve(found: re.Match[str], calendar: Calendar) -> Day | None:
        said = found["day"]
        day = int(said) if said.isdigit() else day_words[said]
        return _dated(found, calendar, day, months[found["month"]], found["year"])

    return resolve


def _day_and_month_number(found: re.Match[str], calendar: Calendar) -> Day | None:
    return _dated(found, calendar, int(found["day"]), int(found["month"]), found["year"])


def _day_of_month(day_words: dict[str, int]) -> _Resolve:
    def resolve(found: re.Match[str], calendar: Calendar) -> Day | None:
        said = found["day"]
        return day_of_month(
            found.start(), found.end(), int(said) if said.isdigit() else day_words[said], calendar
        )

    return resolve


def day_of_month(start: int, end: int, number: int, calendar: Calendar) -> Day:
    """Resolve `dia 5`: the next day with that number, from the named period on."""
    first = max(calendar.not_before or calendar.today, calendar.today)
    month = first.replace(day=1)
    for _ in range(3):  # no two months in a row lack a day 31
        date = _on(month.year, month.month, number)
        if date is not None and date >= first:
            return Day(start, end, date)
        month = (month + dt.timedelta(days=32)).replace(day=1)
    return Day(start, end, None, "no_such_date")


def _in_days(days: int) -> _Resolve:
    def resolve(found: re.Match[str], calendar: Calendar) -> Day | None:
        date = calendar.today + dt.timedelta(days=days)
        return Day(found.start(), found.end(), date, "past" if days < 0 else None)

    return resolve


_UNITS = {"dia": "day", "semana": "week", "mes": "month", "hora": "hour", "minuto": "minute"}
_UNITS |= {"day": "day", "week": "week", "month": "month", "hour": "hour", "min": "minute"}
_UNITS |= {"hr": "hour"}


def _from_now(tongue: str) -> _Resolve:
    def resolve(found: re.Match[str], calendar: Calendar) -> Day | None:
        said = found["count"]
        half = said in {"meia", "half an"}
        count = 1 if said in {"a", "an"} else 0 if half else None
        if count is None:
            count = int(said) if said.isdigit() else SMALL[tongue].get(said)
        if count is None or count > 999:
            return None
        stem = next(stem for stem in _UNITS if found["unit"].startswith(stem))
        return _shifted(found, calendar, count, _UNITS[stem], half=half or bool(found["half"]))

    return resolve


def _shifted(
    found: re.Match[str], calendar: Calendar, count: int, unit: str, *, half: bool
) -> Day | None:
    start, end, today = found.start(), found.end(), calendar.today
    try:
        if unit == "month":
            years, month = divmod(today.month - 1 + count, 12)
            last = 31
            while (date := _on(today.year + years, month + 1, min(today.day, last))) is None:
                last -= 1
            return Day(start, end, date)
        if unit in {"day", "week"}:
            return Day(start, end, today + dt.timedelta(days=count * (7 if unit == "week" else 1)))
        minutes = count * (60 if unit == "hour" else 1) + (30 if half else 0)
        then = calendar.now + dt.timedelta(minutes=minutes)
    except OverflowError:
        return Day(start, end, None, "no_such_date")
    return Day(start, end, then.date(), time=then.time().replace(second=0, microsecond=0))


def _pt_weekday(found: re.Match[str], calendar: Calendar) -> Day | None:
    name = found["name"]
    letters = 2 if name[0].isdigit() else 3
    return _on_weekday(found, calendar, _PT_WEEKDAYS[name[:letters]], next_is_next_week=False)


def _en_weekday(found: re.Match[str], calendar: Calendar) -> Day | None:
    return _on_weekday(found, calendar, _EN_WEEKDAYS[found["name"][:3]], next_is_next_week=True)


def _on_weekday(
    found: re.Match[str], calendar: Calendar, weekday: int, *, next_is_next_week: bool
) -> Day:
    """Resolve a weekday: the nearest one after today, or the one of the named week.

    `next Friday`, said on a Tuesday, is next week's to most speakers of English and this week's to
    others; `sexta que vem` the other way round. Both are marked as assumed.
    """
    today, start, end = calendar.today, found.start(), found.end()
    if calendar.not_before and calendar.not_before > today:
        ahead = (weekday - calendar.not_before.weekday()) % 7
        return Day(start, end, calendar.not_before + dt.timedelta(days=ahead), weekday=True)
    ahead = (weekday - today.weekday()) % 7
    if ahead == 0 and not found["this"]:
        ahead = 7  # today would be called today
    said_next = found["next"] or found["after"] or ""
    assumed = bool(said_next) and weekday > today.weekday()
    if assumed and next_is_next_week:
        ahead += 7
    vague = assumed or said_next.startswith("outr")  # "a outra segunda" may be the one after
    return Day(start, end, today + dt.timedelta(days=ahead), assumed=vague, weekday=True)


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
_Rule = tuple[tuple[str, ...], re.Pattern[str], _Resolve]
_RULES: dict[str, tuple[_Rule, ...]] = {
    "pt": (
        (("-",), _ISO, _iso),
        (("/", ".", "-"), _NUMERIC, _numeric),
        (
            (),
            re.compile(
                rf"(?:\bdia\s+)?(?<![\w.,:/#-])(?P<day>{_PT_DAY})[oa]?(?:\s+de\s+|\s*/\s*|"
                rf"\s*-\s*|\s+)?"
                rf"(?:do mes de )?(?P<month>{_PT_MONTH})\b(?:\s*(?:,|de|do|/|-)?\s*{_YEAR}\b)?"
            ),
            _worded(_PT_MONTHS, _PT_DAY_WORDS),
        ),
        (
            (),
            re.compile(
                rf"(?:\bdia\s+)?(?<![\w.,:/#-])(?P<day>{_PT_DAY})[oa]?(?:\s+de\s+|\s?/\s?|\s?-\s?|"
                rf"(?<=\d)\s(?=\w+\s*(?:$|,|as\b|{_YEAR_AHEAD})))(?P<month>{_PT_MONTH_SHORT})\b(?:\s*(?:,|de|do|/|-)?\s*{_YEAR}\b)?"
            ),
            _worded(_PT_MONTHS, _PT_DAY_WORDS),
        ),
        (
            ("dia",),
            re.compile(
                r"\bdia\s+(?P<day>\d{1,2})\s+d[oe]\s+(?P<month>\d{1,2})\b"
                rf"(?:\s*(?:,|de|do|/|-)?\s*{_YEAR}\b)?"
            ),
            _day_and_month_number,
        ),
        (
            ("dia",),
            re.compile(
                rf"(?<!\bmeio )\bdias?\s+(?P<day>{_PT_DAY})\b(?!\s?(?:h\b|hs\b|horas|:|%))"
                r"(?:\s+(?:deste mes|desse mes|do mes)\b)?"
            ),
            _day_of_month(_PT_DAY_WORDS),
        ),
        (
            ("dia",),  # the other day of "dia 5 ou 6", "dias 5 e 6"
            re.compile(
                rf"(?<=#) (?:ou|e|ate|a) (?:dia )?(?P<day>{_PT_DAY})\b(?! ?(?:h|mil|da\b|:))"
            ),
            _day_of_month(_PT_DAY_WORDS),
        ),
        (
            ("daqui", "dentro", "em "),
            re.compile(
                rf"\b(?:daqui(?:\s+(?:a|ha))?|dentro de|em)\s+(?:uns\s+|"
                rf"umas\s+)?(?P<count>{_PT_COUNT})"
                r"\s+(?P<unit>dias?|semanas?|mes(?:es)?|horas?|minutos?)\b(?P<half>\s+e\s+meia\b)?"
                r"(?!\s+(?:de\s+)?(?:uso|garantia|parcel\w+))"
            ),
            _from_now("pt"),
        ),
        (
            ("amanh", "amnh", "amh"),
            re.compile(r"\b(?:depois|dps|dpois) (?:de )?(?:amanha|amnh|amh)\b"),
            _in_days(2),
        ),
        (("amanh", "amnh", "amh"), re.compile(r"\b(?:amanha|amnha|amnh|amh)\b"), _in_days(1)),
        (("ontem",), re.compile(r"\b(?:anteontem|antes de ontem)\b"), _in_days(-2)),
        (("ontem",), re.compile(r"\bontem\b"), _in_days(-1)),
        (("hoje", "hj"), re.compile(r"\b(?:hoje|hj)\b"), _in_days(0)),
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
            _pt_weekday,
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
            _pt_weekday,
        ),
    ),
    "en": (
        (("-",), _ISO, _iso),
        (("/", ".", "-"), _NUMERIC, _numeric),
        (
            (),
            re.compile(
                rf"\b(?P<month>{_EN_MONTH})\.?\s+(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b"
                rf"(?![:.]\d|\s?[ap]\.?m\b)(?:,?\s+{_YEAR}\b)?"
            ),
            _worded(_EN_MONTHS, _EN_DAY_WORDS),
        ),
        (
            (),
            re.compile(
                r"(?:\bthe\s+)?(?<![\w.,:/#-])(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s-]+(?:of\s+)?"
                rf"(?P<month>{_EN_MONTH})\b\.?(?:,?[\s-]+{_YEAR}\b)?"
            ),
            _worded(_EN_MONTHS, _EN_DAY_WORDS),
        ),
        (
            (),
            re.compile(
                r"\b(?:the|on the|day)\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?\b(?![:.]\d|\s?[ap]m)"
            ),
            _day_of_month(_EN_DAY_WORDS),
        ),
        (
            (),
            re.compile(r"(?<![\w.,:/#-])(?P<day>\d{1,2})(?:st|nd|rd|th)\b"),
            _day_of_month(_EN_DAY_WORDS),
        ),
        (
            ("in ", "within"),
            re.compile(
                rf"\b(?:in|within)\s+(?:about\s+)?(?P<count>{_EN_COUNT})\s+(?P<unit>days?|weeks?|"
                r"months?|hours?|hrs?|min(?:ute)?s?)\b(?P<half>\s+and a half\b)?"
            ),
            _from_now("en"),
        ),
        (
            (" from ",),
            re.compile(
                rf"\b(?P<count>{_EN_COUNT})\s+(?P<unit>days?|weeks?|months?|hours?|hrs?|"
                rf"min(?:ute)?s?)"
                r"(?P<half>\s+and a half)?\s+from\s+(?:now|today)\b"
            ),
            _from_now("en"),
        ),
        (
            ("tomorrow", "tmr", "tmw"),
            re.compile(r"\b(?:the )?day after (?:tomorrow|tmrw?|tmw)\b"),
            _in_days(2),
        ),
        (("tomorrow", "tmr", "tmw"), re.compile(r"\b(?:tomorrow|tmrw?|tmw)\b"), _in_days(1)),
        (("yesterday",), re.compile(r"\byesterday\b"), _in_days(-1)),
        (("today", "tonight"), re.compile(r"\btoday\b|\bto(?=night\b)"), _in_days(0)),
        (
            ("day",),
            re.compile(
                r"(?:(?P<this>\b(?:this|coming)\s+)|\bon\s+)?(?:\b(?P<next>next\s+))?"
                r"\b(?P<name>(?:mon|tues|wednes|thurs|fri|satur|sun)day)s?\b(?P<after>\s+next\b)?"
            ),
            _en_weekday,
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
            _en_weekday,
        ),
    ),
}
