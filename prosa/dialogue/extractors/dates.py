"""Read a day and an hour as customers say them, or say that they are not known.

Right or silent: two days without a relation, a bound (`depois das 14h`) or a refusal (`sexta não
posso`) give no date. What cannot be (31/02, 25h, yesterday) is `Impossible`, so that the reply can
say so. Time zones are the caller's: `now` is local time of the business.
"""

import datetime as dt
import re

import msgspec

from prosa.dialogue.extractors import days, hours, resolution
from prosa.dialogue.extractors.hours import Hour
from prosa.dialogue.extractors.normalise import MAX_CHARACTERS, fold, language
from prosa.dialogue.extractors.resolution import Calendar, Day
from prosa.dialogue.extractors.when import Impossible, Part, Reason, When

__all__ = ["Impossible", "Part", "Reason", "When", "read_when"]


def read_when(
    text: str, *, now: dt.datetime, locale: str, known: When | None = None
) -> When | Impossible | None:
    """Read a day, an hour or both, and join them to what is `known`; None when there is neither.

    Without a year a date is the next one; a weekday is the nearest after today. `en` and `en-US`
    read 12/05 as the fifth of December, every other locale as the twelfth of May.
    """
    tongue = language(locale)
    text = text[:MAX_CHARACTERS]
    folded = fold(text)
    masked = _NOT_WHEN[tongue].sub(lambda found: "~" * len(found[0]), folded)
    asked = known if known and not known.complete and len(masked) <= _SHORT else None
    if asked is None and not _TRIGGER[tongue].search(masked):
        return None
    calendar = Calendar(
        now=now,
        not_before=known.not_before if known else None,
        month_first=locale.replace("_", "-").lower() in {"en", "en-us"},
    )
    found = _found(masked, calendar, tongue, known=known, asked=asked)
    if not isinstance(found, When):
        return found
    if found.date_text and len(folded) == len(text):  # in the customer's own spelling
        at = folded.find(found.date_text)
        found = msgspec.structs.replace(found, date_text=text[at : at + len(found.date_text)])
    found = known.merge(found) if known else found
    if found.date == now.date() and found.time is not None and found.time <= now.time():
        return Impossible("past", found.date_text or text[:_SHORT])
    return found


def _found(
    masked: str, calendar: Calendar, tongue: str, *, known: When | None, asked: When | None
) -> When | Impossible | None:
    """Read what this text alone says; `asked` allows a bare number to answer the open half."""
    period = days.find_period(masked, calendar, tongue)
    rest = masked
    if period:
        first, start, end = period
        calendar = calendar._replace(not_before=first)
        rest = masked[:start] + "#" * (end - start) + masked[end:]
    named, rest = days.find_days(rest, calendar, tongue)
    part = hours.find_part(rest, tongue)
    clock = hours.find_hours(rest, part or (known.part if known else None), tongue)
    if asked and not named and not clock:
        if asked.date and asked.time is None:
            bare = hours.read_bare_hour(masked, part or asked.part, tongue)
            clock = [bare] if bare else []
        elif number := _BARE_DAY.fullmatch(masked.strip(" .!,")):
            named = [resolution.day_of_month(0, len(masked), int(number[1]), calendar)]

    day = _the_day(named, masked, tongue)
    if isinstance(day, Impossible):
        return day
    hour = _the_hour(clock, masked, tongue)
    if isinstance(hour, Impossible):
        return hour
    return _joined(day=day, hour=hour, part=part, masked=masked, period=period, clock=clock)


def _joined(
    *,
    day: Day | None,
    hour: Hour | None,
    part: Part | None,
    masked: str,
    period: tuple[dt.date, int, int] | None,
    clock: list[Hour],
) -> When | None:
    time = hour.time if hour else day.time if day else None
    if part is None and hour is None and len(clock) == 1:
        part = _part_of_bound(clock[0], masked)
    not_before = period[0] if period and day is None else None
    if day is None and time is None and part is None and not_before is None:
        return None
    text = masked[day.start : day.end].strip() if day else None
    if text is None and period:
        text = masked[period[1] : period[2]].strip()
    return When(
        date=day.date if day else None,
        time=time,
        date_text=text,
        part=None if time is not None else part,
        not_before=not_before,
        assumed=bool((day and day.assumed) or (hour and hour.assumed)),
    )


def _the_day(named: list[Day], masked: str, tongue: str) -> Day | Impossible | None:
    """Choose the day that is meant; None when none is, or several without a relation."""
    offered = [day for day in named if not _is_refused(day.start, day.end, masked, tongue)]
    possible = [day for day in offered if day.impossible is None]
    if not possible:
        if not offered:
            return None
        worst = offered[-1]
        said = masked[worst.start : worst.end].strip()
        return Impossible(worst.impossible or "no_such_date", said)
    if any(day.impossible == "no_such_date" for day in offered):
        return None
    while len(possible) > 1:
        first, second = possible[0], possible[1]
        between = masked[first.end : second.start]
        if first.date == second.date:
            possible[:2] = [second if first.weekday else first]
        elif _SUPERSEDED[tongue].search(between) or _is_move(first.start, between, masked, tongue):
            possible[:2] = [second]
        elif first.weekday != second.weekday and _APPOSITION.fullmatch(between):
            weekday, dated = (first, second) if first.weekday else (second, first)
            if not (weekday.date and dated.date):
                return None
            if weekday.date.weekday() != dated.date.weekday():
                return Impossible("no_such_date", masked[first.start : second.end].strip())
            possible[:2] = [dated]
        else:
            return None
    return possible[0]


def _the_hour(clock: list[Hour], masked: str, tongue: str) -> Hour | Impossible | None:
    offered = [hour for hour in clock if not _is_refused(hour.start, hour.end, masked, tongue)]
    while len(offered) > 1:
        first, second = offered[0], offered[1]
        between = masked[first.end : second.start]
        if first.time == second.time and first.exact:
            offered[:2] = [first]
        elif _SUPERSEDED[tongue].search(between) or _MOVED_TO[tongue].search(between):
            offered[:2] = [second._replace(exact=True)]
        else:
            return None
    if not offered or _OR_ELSE[tongue].match(masked[offered[0].end :]):
        return None
    if offered[0].time is None:
        return Impossible("no_such_time", masked[offered[0].start : offered[0].end].strip())
    return offered[0] if offered[0].exact else None


def _part_of_bound(hour: Hour, masked: str) -> Part | None:
    """Tell what `depois das 14h` leaves of the day."""
    if hour.time is None:
        return None
    before = masked[max(0, hour.start - 20) : hour.end]
    if hour.time.hour >= 18 and _FROM_THEN_ON.search(before):  # noqa: PLR2004 - evening begins
        return "evening"
    if hour.time.hour >= hours.NOON and _FROM_THEN_ON.search(before):
        return "afternoon"
    if hour.time.hour <= hours.NOON and _UNTIL_THEN.search(before):
        return "morning"
    return None


def _is_refused(start: int, end: int, masked: str, tongue: str) -> bool:
    """Tell whether the customer names this day to say that it does not suit."""
    return (
        _REFUSED_BEFORE[tongue].search(masked[max(0, start - _NEAR) : start]) is not None
        or _REFUSED_AFTER[tongue].match(masked[end:]) is not None
    )


def _is_move(start: int, between: str, masked: str, tongue: str) -> bool:
    """Tell `mudar de sexta para sábado` from `sexta para ver o carro`."""
    return (
        _MOVED_TO[tongue].fullmatch(between) is not None
        and _MOVED_FROM[tongue].search(masked[:start]) is not None
    )


_OR_ELSE = {  # "às 10 ou 11": the second is no hour by its own shape
    "pt": re.compile(r"\s+ou\s+(?:as\s+|umas\s+)?\d{1,2}\b"),
    "en": re.compile(r"\s+or\s+(?:at\s+)?\d{1,2}\b"),
}
_NEAR = 60  # letters before a day in which it may be refused
_SHORT = 40  # letters: an answer and no more
_BARE_DAY = re.compile(r"(?:dia |the )?(\d{1,2})(?:st|nd|rd|th|o)?")
_APPOSITION = re.compile(r"[\s,(]*(?:o |the |on |em |no |na |dia )?[\s(]*")
_FROM_THEN_ON = re.compile(r"\b(?:depois|apos|a partir|desde|after|from|since)\b")
_UNTIL_THEN = re.compile(r"\b(?:antes|ate|before|until|till|by)\b")

# Words that look like days and hours and are none; blanked out first.
_NOT_WHEN = {
    "pt": re.compile(
        r"\b(?:bom dia|boa tarde|boa noite|24/7|24/24|tod[oa]s? (?:os |as )?(?:dias?|noites?)|"
        r"amanha ou depois|tod[oa]s? (?:as |os )?(?:segunda|terca|quarta|quinta|sexta|sabado|"
        r"domingo)s?|"
        r"dia a dia|dia das? \w+|hora do almoco)\b"
        r"|r\$\s*[\d.,]+(?:\s*(?:mil|k)\b)?"
        r"|\b\d[\d.,]*\s?(?:mil|k|km|kms|%|x|reais|real|anos?|parcelas?|vezes|portas?|lugares|"
        r"cv)(?![a-z])"
        r"|\b(?:ha|faz|fazem)\s+(?:uns\s+|umas\s+)?\w+\s+(?:dias?|horas?|semanas?|meses|mes|"
        r"anos?)\b"
        r"|\b\w+ (?:dias?|semanas?|mes(?:es)?|horas?) atras\b"
        r"|\(\d{2}\)\s*[\d -]{8,11}|\b\d{4,5}-\d{4}\b|\b\d{3}\.\d{3}\.\d{3}-\d{2}\b"
        r"|\b\d{5}-\d{3}\b|\b(?:20|19)\d\d/\d{2,4}\b|\bmotor \d\.\d\b"
    ),
    "en": re.compile(
        r"\b(?:good (?:morning|afternoon|evening|night|day)|24/7|every (?:day|night|morning))\b"
        r"|[$£€]\s*[\d.,]+k?"
        r"|\b\d[\d.,]*\s?(?:k|km|miles?|%|x|dollars|bucks|years?|doors?|seats?|mpg)(?![a-z])"
        r"|\b\w+ (?:days?|weeks?|months?|hours?|years?) ago\b|\blast \w+\b"
        r"|\(\d{3}\)\s*[\d -]{7,10}|\b\d{3}[-.]\d{3}[-.]\d{4}\b|\b\d{3}-\d{4}\b"
    ),
}
_TRIGGER = {
    "pt": re.compile(
        r"\d|\b(?:hoje|hj|amanha|amnha?|amh|ontem|anteontem|segunda|terca|quarta|quinta|sexta|sab|"
        r"sabad\w+|domingo|dom|seg|ter|qua|qui|sex|manha\w*|cedo|tard\w+|noit\w+|almoco|meio|meia|"
        r"daqui|dentro|em|semana|mes|fds|finde|fim|final|as|pelas|umas|das|pr[ao]s|dia|a uma|de|"
        r"janeiro|fevereiro|marco|abril|maio|junho|julho|agosto|setembro|outubro|novembro|"
        r"dezembro)\b"
    ),
    "en": re.compile(
        r"\d|\b(?:to(?:day|night|morrow)|tmrw?|tmw|yesterday|\w+day|mon|tues?|wed|thu\w*|fri|sat|"
        r"sun|"
        r"morning|afternoon|evening|night|noon|midday|midnight|in|at|week|weekend|month|next|past|"
        r"from|within|around|o'?clock|am|pm)\b"
    ),
}
_SUPERSEDED = {
    "pt": re.compile(r"\b(?:quer dizer|na verdade|alias|ou melhor|digo|errei|nao)\b|, melhor\b"),
    "en": re.compile(r"\b(?:i mean|actually|sorry|or rather|make (?:it|that)|instead|no)\b"),
}
_MOVED_TO = {
    "pt": re.compile(r"\s*(?:para|pra|pro|pras|por)(?: o| a| as)?\s*"),
    "en": re.compile(r"\s*to\s*"),
}
_MOVED_FROM = {
    "pt": re.compile(r"\b(?:mud\w+|troc\w+|pass\w+|remarc\w+|transfer\w+|adi\w+)\b"),
    "en": re.compile(r"\b(?:mov\w+|chang\w+|switch\w*|reschedul\w+|push\w*)\b"),
}
_REFUSED_BEFORE = {
    "pt": re.compile(
        r"\bnao (?:\w+ )?(?:posso|consigo|da|dar|quero|pode|rola|poder|ir|conseguir|serve|vou|"
        r"tenho)"
        r"(?: \w+){0,2}\s*$|\b(?:menos|exceto)(?: na| no| as)?\s*$"
    ),
    "en": re.compile(
        r"\b(?:can'?t|cannot|can not|won'?t|don'?t|not)(?: \w+){0,3}\s*$|\bexcept(?: on| at)?\s*$"
    ),
}
_REFUSED_AFTER = {
    "pt": re.compile(
        r"\s*(?:,\s*)?(?:(?:eu|ja|infelizmente|acho que)\s+)?nao\b(?!\s+(?:teria|tem como|da pra|"
        r"e\b))"
    ),
    "en": re.compile(
        r"\s*(?:(?:i|it|unfortunately)\s+)?(?:can'?t|won'?t|doesn'?t|isn'?t|is not|not)\b"
    ),
}
