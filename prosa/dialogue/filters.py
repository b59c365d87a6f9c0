"""The filters of placeholders, `{preco|brl}`, and how values look when there is none.

Every filter takes any value without an error: what it cannot format it shows as it is.
"""

import datetime as dt
import math
from collections.abc import Callable
from typing import Any

import msgspec

CURRENCIES = {
    "BRL": "R$ ",
    "USD": "US$ ",
    "EUR": "€ ",
    "GBP": "£ ",
    "ARS": "AR$ ",
    "MXN": "MX$ ",
}
_HOME_SIGN = {("en", "USD"): "$", ("en", "GBP"): "£", ("en", "EUR"): "€"}
_REGION_CURRENCY = {"BR": "BRL", "US": "USD", "GB": "GBP", "PT": "EUR", "IE": "EUR"}
_LANGUAGE_CURRENCY = {"pt": "BRL", "en": "USD"}

_WEEKDAYS = {
    "pt": (
        "segunda-feira",
        "terça-feira",
        "quarta-feira",
        "quinta-feira",
        "sexta-feira",
        "sábado",
        "domingo",
    ),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_YES_NO = {"pt": ("sim", "não"), "en": ("yes", "no")}
_LISTED_WITH = ", "
_TOO_LARGE = 10**15  # floats lose cents beyond


class Manner(msgspec.Struct, frozen=True):
    """For whom a value is written: language, currency, place in time."""

    locale: str
    currency: str
    now: dt.datetime
    time_zone: dt.tzinfo

    @property
    def language(self) -> str:
        """The language that formats are known for; English for any other."""
        language = self.locale.partition("-")[0].lower()
        return language if language in _WEEKDAYS else "en"


def currency_of(locale: str) -> str:
    """Name the currency that is meant in a locale when nobody says which."""
    language, _, region = locale.partition("-")
    return _REGION_CURRENCY.get(region.upper()) or _LANGUAGE_CURRENCY.get(language.lower(), "USD")


def show(value: Any, manner: Manner) -> str:  # noqa: C901 - a type, a case
    """Write a value without a filter: lists joined, moments and truth in words."""
    match value:
        case None:
            return ""
        case bool():
            return _YES_NO[manner.language][0 if value else 1]
        case str():
            return value
        case float() if math.isfinite(value) and value.is_integer() and abs(value) < _TOO_LARGE:
            return str(int(value))
        case float():
            return _decimal_comma(str(value), manner)
        case dt.datetime():
            return str(_datetime(value, "", manner))
        case dt.date():
            return str(_date(value, "", manner))
        case dt.time():
            return str(_time(value, "", manner))
        case list() | tuple():
            return _LISTED_WITH.join(show(item, manner) for item in value)
        case dict():
            return show(
                next((value[key] for key in ("label", "name", "nome", "id") if key in value), None),
                manner,
            )
        case _:
            return str(value)


def apply(name: str, argument: str, value: Any, manner: Manner) -> Any:
    """Run one filter. Raises KeyError for an unknown name, which the compiler has ruled out."""
    return _FILTERS[name](value, argument, manner)


def _money(value: Any, argument: str, manner: Manner) -> Any:
    number = _number_of(value)
    if number is None:
        return value
    currency = (argument or manner.currency).strip().upper()
    sign = _HOME_SIGN.get((manner.language, currency)) or CURRENCIES.get(currency, currency + " ")
    digits = _grouped(abs(number), manner, decimals=0 if float(number).is_integer() else 2)
    return f"{'-' if number < 0 else ''}{sign}{digits}"


def _number(value: Any, argument: str, manner: Manner) -> Any:
    number = _number_of(value)
    if number is None:
        return value
    decimals = int(argument) if argument.strip().isdecimal() else None
    if decimals is None:
        decimals = 0 if float(number).is_integer() else 2
    return f"{'-' if number < 0 else ''}{_grouped(abs(number), manner, decimals=min(decimals, 6))}"


def _percent(value: Any, argument: str, manner: Manner) -> Any:
    number = _number_of(value)
    return value if number is None else f"{_number(number, argument, manner)}%"


def _date(value: Any, _argument: str, manner: Manner) -> Any:
    day = _day_of(value, manner)
    if day is None:
        return value
    weekday = _WEEKDAYS[manner.language][day.weekday()]
    year = "" if day.year == manner.now.year else f"{day.year}"
    if manner.language == "pt":
        return f"{weekday}, {day.day:02}/{day.month:02}" + (f"/{year}" if year else "")
    return f"{weekday}, {_MONTHS_EN[day.month - 1]} {day.day}" + (f", {year}" if year else "")


def _weekday(value: Any, _argument: str, manner: Manner) -> Any:
    day = _day_of(value, manner)
    return value if day is None else _WEEKDAYS[manner.language][day.weekday()]


def _time(value: Any, _argument: str, manner: Manner) -> Any:
    time = _time_of(value, manner)
    if time is None:
        return value
    if manner.language == "pt":
        return f"{time.hour}h" + (f"{time.minute:02}" if time.minute else "")
    half = "am" if time.hour < 12 else "pm"  # noqa: PLR2004 - noon
    return f"{time.hour % 12 or 12}" + (f":{time.minute:02}" if time.minute else "") + f" {half}"


def _datetime(value: Any, argument: str, manner: Manner) -> Any:
    time = _time_of(value, manner)
    if time is None or _day_of(value, manner) is None:
        return value if time is None else _time(value, argument, manner)
    joint = ", às " if manner.language == "pt" else " at "
    return f"{_date(value, argument, manner)}{joint}{_time(value, argument, manner)}"


def _len(value: Any, _argument: str, _manner: Manner) -> Any:
    return len(value) if isinstance(value, (str, list, tuple, dict)) else 0


def _first(value: Any, _argument: str, _manner: Manner) -> Any:
    if isinstance(value, str):
        return value.split()[0] if value.split() else ""
    return value[0] if isinstance(value, (list, tuple)) and value else value or None


def _last(value: Any, _argument: str, _manner: Manner) -> Any:
    return value[-1] if isinstance(value, (list, tuple)) and value else value or None


def _join(value: Any, argument: str, manner: Manner) -> Any:
    if not isinstance(value, (list, tuple)):
        return value
    return (argument or _LISTED_WITH).join(show(item, manner) for item in value)


def _cased(case: Callable[[str], str]) -> "_Filter":
    def cased(value: Any, _argument: str, manner: Manner) -> Any:
        return case(show(value, manner))

    return cased


def _title(text: str) -> str:
    return " ".join(word[:1].upper() + word[1:] for word in text.split(" "))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _phone(value: Any, _argument: str, _manner: Manner) -> Any:
    digits = "".join(character for character in str(value or "") if character in "0123456789")
    if digits.startswith("55") and len(digits) in {12, 13}:  # Brazil: 55, area, 8 or 9 digits
        return f"({digits[2:4]}) {digits[4:-4]}-{digits[-4:]}"
    return f"+{digits}" if digits else value


def _or(value: Any, argument: str, _manner: Manner) -> Any:
    return argument if value is None or value in ("", []) else value


_Filter = Callable[[Any, str, Manner], Any]
_FILTERS: dict[str, _Filter] = {
    "money": _money,
    "brl": lambda value, _, manner: _money(value, "BRL", manner),
    "usd": lambda value, _, manner: _money(value, "USD", manner),
    "eur": lambda value, _, manner: _money(value, "EUR", manner),
    "number": _number,
    "percent": _percent,
    "date": _date,
    "weekday": _weekday,
    "time": _time,
    "datetime": _datetime,
    "len": _len,
    "first": _first,
    "last": _last,
    "join": _join,
    "upper": _cased(str.upper),
    "lower": _cased(str.lower),
    "title": _cased(_title),
    "capital": _cased(_capital),
    "phone": _phone,
    "or": _or,
}
FILTERS = frozenset(_FILTERS)
WITH_ARGUMENT = frozenset({"money", "number", "percent", "join", "or"})


def _number_of(value: Any) -> int | float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, (int, float)) and math.isfinite(value) and abs(value) < _TOO_LARGE:
        return value
    return None


def _grouped(number: float, manner: Manner, *, decimals: int) -> str:
    return _decimal_comma(f"{number:,.{decimals}f}", manner)


def _decimal_comma(text: str, manner: Manner) -> str:
    return text.translate({44: ".", 46: ","}) if manner.language == "pt" else text


def _moment_of(value: Any, manner: Manner) -> dt.datetime | None:
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, dt.datetime):
        return None
    try:
        return value.astimezone(manner.time_zone) if value.tzinfo else value
    except OverflowError:  # at the ends of the calendar
        return value


def _day_of(value: Any, manner: Manner) -> dt.date | None:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    moment = _moment_of(value, manner)
    return moment.date() if moment else None


def _time_of(value: Any, manner: Manner) -> dt.time | None:
    if isinstance(value, dt.time):
        return value
    if isinstance(value, str):
        try:
            return dt.time.fromisoformat(value)
        except ValueError:
            pass
    moment = _moment_of(value, manner)
    return moment.time() if moment else None
