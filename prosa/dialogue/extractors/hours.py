"""Find the hours that a folded text names: `14h30`, `3 da tarde`, `meio-dia`, `half past 3 pm`.

Finds and reads; which of several is meant is the matter of `dates`. Durations (`2 horas de
aluguel`, `aberto 24 horas`) and quantities are left alone.
"""

# ruff: noqa: PLR2004 - the numbers of the clock are their own names

import datetime as dt
import re
from typing import NamedTuple

from prosa.dialogue.extractors.numerals import SMALL
from prosa.dialogue.extractors.when import Part

NOON = 12
_NEAR = 40  # letters before an hour that may belong to it


class Hour(NamedTuple):
    """An hour named in the text; `time` is None when there is no such hour.

    `exact` is false for a bound (`depois das 14h`); `assumed` when the half of the day is a guess.
    """

    start: int
    end: int
    time: dt.time | None
    exact: bool = True
    assumed: bool = False


def find_part(masked: str, tongue: str) -> Part | None:
    """Return the one part of the day that the text names."""
    parts = {_PART_OF[word] for word in _PART[tongue].findall(masked)}
    return parts.pop() if len(parts) == 1 else None


def find_hours(masked: str, part: Part | None, tongue: str) -> list[Hour]:
    """Return the hours named, in order; `part` is the part of the day they lie in, if known."""
    hours: list[Hour] = []
    for pattern in _CLOCKS[tongue]:
        for found in pattern.finditer(masked):
            hour = _read(found, masked, part, tongue)
            if hour is not None:
                hours.append(hour)
                masked = masked[: hour.start] + "#" * (hour.end - hour.start) + masked[hour.end :]
    return sorted(hours, key=lambda hour: hour.start)


def read_bare_hour(masked: str, part: Part | None, tongue: str) -> Hour | None:
    """Read an hour where nothing else was asked for: `10`, `umas 10`, `dez e meia`."""
    found = _BARE[tongue].fullmatch(masked.strip(" ,.!?"))
    return None if found is None else _read(found, masked, part, tongue)


_PART_OF: dict[str, Part] = {
    "manha": "morning",
    "manhazinha": "morning",
    "cedo": "morning",
    "tarde": "afternoon",
    "tardezinha": "afternoon",
    "tardinha": "afternoon",
    "almoco": "afternoon",
    "noite": "evening",
    "noitinha": "evening",
    "morning": "morning",
    "afternoon": "afternoon",
    "evening": "evening",
    "night": "evening",
}
_PART = {
    "pt": re.compile(
        r"(?<!mais )(?<!muito )\b(?:(?<=depois do )|(?<=apos o )|(?=[mctn]))"
        r"(manha|manhazinha|cedo|tarde|tardezinha|tardinha|almoco|noite|noitinha)\b(?! demais)"
        r"(?<!meia noite)(?<!meia-noite)"
    ),
    "en": re.compile(r"\b(?:to)?(morning|afternoon|evening|night)\b|(?<=##)(night)\b"),
}
_PART["en"] = re.compile(r"(?:\b|(?<=#))(morning|afternoon|evening|night)\b")

_PT_HOURS = {word: n for word, n in SMALL["pt"].items() if 0 < n <= 20}
_PT_HOURS |= {"vinte e uma": 21, "vinte e duas": 22, "vinte e tres": 23}
_EN_HOURS = {word: n for word, n in SMALL["en"].items() if 0 < n <= NOON}
_PT_MINUTES = {"meia": 30, "quinze": 15, "trinta": 30, "quarenta e cinco": 45, "dez": 10}
_PT_MINUTES |= {"vinte": 20, "quarenta": 40, "cinco": 5, "cinquenta": 50}


def _one_of(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_PT_WORD = _one_of(_PT_HOURS)
_PT_MIN = rf"[0-5]\d|{_one_of(_PT_MINUTES)}"
_EN_WORD = _one_of(_EN_HOURS)
_AMPM = r"(?P<half>a\.?m|p\.?m)\b\.?"

# What may stand after "as 10": otherwise "as 10 parcelas" would be an hour.
_PT_AFTER = (
    r"(?=\s*(?:$|[,.;!?)#]|(?:da|de|do|na|no|em ponto|e|ou|por|pode|ta|esta|hoje|hj|amanha|entao|"
    r"mesmo|pra|para|horas|com|se|ate|la|ai|as|a|seria|fica|ok|blz|beleza)\b))"
)
_NO_DIGIT = r"(?<![\w.,:/#$-])"

_CLOCKS: dict[str, tuple[re.Pattern[str], ...]] = {
    "pt": (
        re.compile(r"\b(?P<noon>meio[ -]?dia)(?:\s+e\s+(?P<m>meia|\d\d|quinze))?\b"),
        re.compile(r"\b(?P<midnight>meia[ -]noite)\b"),
        re.compile(
            rf"\b(?P<to>\d{{1,2}}|cinco|dez|quinze|vinte)\s+(?:minutos\s+)?(?:pr[ao]s|para as|"
            rf"pra as|"
            rf"para a|pra)\s+(?P<h>\d{{1,2}}|{_PT_WORD})\b(?!\s*(?:pessoas|mil|reais|carros))"
        ),
        re.compile(
            rf"{_NO_DIGIT}(?P<h>\d{{1,2}}):(?P<m>\d{{2}})(?::\d{{2}})?(?![\d:])(?:\s?hr?s?\b)?"
        ),
        re.compile(
            rf"{_NO_DIGIT}(?P<h>\d{{1,2}})\s?(?P<unit>h|hs|hr|hrs|hora|horas)(?![a-z])"
            rf"(?:\s?(?:e\s)?(?P<m>\d{{2}}(?!\d)|meia\b|quinze\b)(?:\s?m(?:in\w*)?\b)?)?"
        ),
        re.compile(
            rf"{_NO_DIGIT}(?P<h>\d{{1,2}}|"
            rf"{_PT_WORD})(?:\s+e\s+(?P<m>{_PT_MIN}))?(?:\s+(?P<unit>horas?))?"
            r"\s+(?:horas\s+)?(?:d[ae]|pela|a)\s+(?P<part>manha|tarde|noite|madrugada)\b"
        ),
        re.compile(
            rf"\b(?:as|pelas|umas|pras|por volta d[ea]s?)\s+(?P<h>\d{{1,2}}|{_PT_WORD})"
            rf"(?:\s+(?P<unit>horas))?(?:\s+e\s+(?P<m>{_PT_MIN}))?\b{_PT_AFTER}"
        ),
        re.compile(
            rf"\b(?P<bound>das|antes das|depois das|a partir das|ate as|entre)\s+(?:as\s+)?"
            rf"(?P<h>\d{{1,2}}|{_PT_WORD})(?:\s+e\s+(?P<m>{_PT_MIN}))?\b{_PT_AFTER}"
        ),
        re.compile(
            rf"(?:^|\ba\s+)(?P<h>uma)(?:\s+hora)?(?:\s+e\s+(?P<m>{_PT_MIN}))?(?=\s+d[ae] |$)"
        ),
    ),
    "en": (
        re.compile(r"\b(?P<noon>noon|midday|mid-day)\b"),
        re.compile(r"\b(?P<midnight>midnight)\b"),
        re.compile(
            rf"\b(?P<past>half|quarter|\d{{1,2}}|ten|twenty|five)\s+past\s+(?P<h>\d{{1,2}}|"
            rf"{_EN_WORD})\b"
            rf"(?:\s?{_AMPM})?"
        ),
        re.compile(
            rf"\b(?P<to>quarter|\d{{1,2}}|ten|twenty|five)\s+(?:to|till)\s+(?P<h>\d{{1,2}}(?!\d)|"
            rf"{_EN_WORD})"
            rf"(?:\s?{_AMPM}|\b(?=\s*(?:$|[,.!?]|in the|o'?clock)))"
        ),
        re.compile(rf"{_NO_DIGIT}(?P<h>\d{{1,2}}|\b(?:{_EN_WORD}))(?:[:.](?P<m>\d\d))?\s?{_AMPM}"),
        re.compile(rf"{_NO_DIGIT}(?P<h>\d{{1,2}}):(?P<m>\d{{2}})(?::\d\d)?(?![\d:])"),
        re.compile(
            rf"{_NO_DIGIT}(?P<h>\d{{1,2}}|\b(?:{_EN_WORD}))(?:\s+(?P<m>thirty))?\s*"
            r"(?:o'?clock\b(?:\s+in the (?:morning|afternoon|evening))?|"
            r"in the (?P<part>morning|afternoon|evening)\b|at (?:night)\b)"
        ),
        re.compile(
            rf"\b(?:at|around|by|about)\s+(?P<h>\d{{1,2}}|{_EN_WORD})(?:\s+(?P<m>thirty))?\b"
            r"(?=\s*(?:$|[,.;!?)#]|(?:on|today|tomorrow|please|or|and|then|if|works|would|in the|"
            r"this|next|tonight)\b))"
        ),
        re.compile(
            rf"\b(?P<bound>after|before|until|till|from|between)\s+(?P<h>\d{{1,2}}|{_EN_WORD})\b"
            r"(?=\s*(?:$|[,.;!?)#]|(?:on|today|tomorrow|please|or|and|to|in the)\b))"
        ),
    ),
}
_BARE = {
    "pt": re.compile(
        rf"(?:(?:as|umas|pelas|la pelas|pode ser|acho que|entao|prefiro|quero|melhor)\s+)*"
        rf"(?P<h>\d{{1,2}}|{_PT_WORD})(?:\s+e\s+(?P<m>{_PT_MIN}))?"
        r"(?:\s+(?:em ponto|por favor|mesmo|entao|ta bom|pode ser|horas?))*"
    ),
    "en": re.compile(
        rf"(?:(?:at|around|about|maybe|let'?s say)\s+)*(?P<h>\d{{1,2}}|{_EN_WORD})"
        r"(?:\s+(?P<m>thirty))?(?:\s+(?:please|sharp|then|works|is fine))*"
    ),
}
_BOUND = {
    "pt": re.compile(
        r"\b(depois|apos|a partir|antes|ate|entre|desde)(?: d[aeo]s?| as?| o)?\s*$|"
        r"(?<!\bo )\bdas\s*$"
    ),
    "en": re.compile(r"\b(after|before|until|till|between|from|since|by)\s*$"),
}
_ABOUT = {
    "pt": re.compile(
        r"\b(?:por volta d[aeo]s?|la pelas|pelas|umas|cerca d[ae]s?|tipo)\s*(?:as\s*)?$"
    ),
    "en": re.compile(r"\b(?:around|about|roughly)\s*$"),
}
_DURATION = {
    "pt": re.compile(
        r"\b(?:por|durante|dura|duram|em|ha|faz|fazem|leva|demora|daqui(?: a)?|dentro de|uns|mais|"
        r"menos de|aberto|abert[ao]s?|funciona|cada|a cada|de|atende|atendem)\s*$"
    ),
    "en": re.compile(r"\b(?:for|during|takes|in|within|every|open)\s*$"),
}


def _read(found: re.Match[str], masked: str, part: Part | None, tongue: str) -> Hour | None:
    groups = found.groupdict()
    start, end = found.span()
    before = masked[max(0, start - _NEAR) : start]
    exact, assumed = _exactness(found[0], before, tongue)
    if groups.get("noon"):
        minute = _minutes(groups.get("m"))
        return Hour(start, end, dt.time(NOON, minute or 0), exact, assumed)
    if groups.get("midnight"):
        return Hour(start, end, dt.time(0), exact, assumed)

    hour = _number(groups["h"], _PT_HOURS if tongue == "pt" else _EN_HOURS)
    minute = _minutes(groups.get("m"))
    unit = groups.get("unit")
    if unit and (hour == 24 or (unit.startswith("hora") and _DURATION[tongue].search(before))):
        return None  # "24 horas", "dura 2 horas"
    if hour > 23 or minute is None or minute > 59:
        said_as_hour = exact and (unit is None or groups.get("m") or before.strip() in {"", "as"})
        said_as_hour = said_as_hour or before.endswith("as ")
        return Hour(start, end, None) if said_as_hour else None
    time, guessed = _on_clock(hour, minute, groups, _part_said(groups, part), tongue)
    if time is None:
        return Hour(start, end, None)
    for name, sign in (("past", 1), ("to", -1)):
        if shift := groups.get(name):
            time = _shift(time, sign * _shift_minutes(shift))
    return Hour(start, end, time, exact, assumed or guessed)


def _exactness(said: str, before: str, tongue: str) -> tuple[bool, bool]:
    lead = before + said.split(" ", 1)[0] + " " if not said[0].isdigit() else before
    about = _ABOUT[tongue].search(lead) or _ABOUT[tongue].search(before)
    if about:
        return True, True
    bound = _BOUND[tongue].search(before) or _BOUND[tongue].search(lead)
    return bound is None, False


def _part_said(groups: dict[str, str | None], part: Part | None) -> str | None:
    said = groups.get("part")
    if said == "madrugada":
        return "small hours"
    if said:
        return _PART_OF[said]
    half = groups.get("half")
    if half:
        return "am" if half[0] == "a" else "pm"
    return part


def _on_clock(
    hour: int, minute: int, groups: dict[str, str | None], part: str | None, tongue: str
) -> tuple[dt.time | None, bool]:
    """Place an hour in its half of the day; the flag says that the half is a guess.

    Said without a part, 1 to 6 are taken as afternoon, the hours of business. Only what is said in
    the manner of a 24-hour clock (`03:00`) or, in Portuguese, from 7 on, is sure.
    """
    said = groups["h"] or ""
    if part in {"am", "small hours"} or (part == "morning" and hour <= NOON):
        if hour > NOON:
            return None, False
        return dt.time(0 if hour == NOON and part != "morning" else hour, minute), False
    if part == "pm" and hour > NOON:
        return None, False
    if part in {"pm", "afternoon"} and hour < NOON:
        return dt.time(hour + NOON, minute), False
    if part == "evening" and hour <= NOON:
        return dt.time(0 if hour == NOON else hour + NOON if hour > 4 else hour, minute), False
    if part == "morning":
        return None, False  # "14h da manhã"
    if hour == 0 or hour >= NOON or said.startswith("0") or part is not None:
        return dt.time(hour, minute), False
    if hour <= 6:
        return dt.time(hour + NOON, minute), True
    return dt.time(hour, minute), tongue == "en" and not groups.get("m")


def _number(said: str | None, words: dict[str, int]) -> int:
    if said is None:
        return 99
    return int(said) if said.isdigit() else words[said]


def _minutes(said: str | None) -> int | None:
    if said is None:
        return 0
    if said.isdigit():
        return int(said)
    return 30 if said == "thirty" else _PT_MINUTES.get(said)


def _shift_minutes(said: str) -> int:
    words = {"half": 30, "quarter": 15, "ten": 10, "twenty": 20, "five": 5}
    words |= {"cinco": 5, "dez": 10, "quinze": 15, "vinte": 20}
    return int(said) if said.isdigit() else words[said]


def _shift(time: dt.time, minutes: int) -> dt.time:
    total = (time.hour * 60 + time.minute + minutes) % (24 * 60)
    return dt.time(*divmod(total, 60))
