"""Identifiers that customers type: e-mail, CPF, number plate, phone, postal code.

Each reader returns the canonical spelling, or None when the text holds none or more than one. Only
the CPF carries check digits; of the others the shape is all that can be judged.
"""

import re

from prosa.dialogue.extractors.normalise import MAX_CHARACTERS, fold, language

_EMAIL = re.compile(
    r"(?<![\w.+-])([a-z0-9](?:[a-z0-9_%+-]|\.(?!\.)){0,62})@((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)"
    r"{1,8}[a-z]{2,24})(?![\w-]|\.[a-z0-9])",
    re.IGNORECASE,
)
_CPF = re.compile(r"(?<![\d.-])(\d{3})\.?\s?(\d{3})\.?\s?(\d{3})\s?[-/. ]?\s?(\d{2})(?![\d-])")
_PLATE = re.compile(r"(?<![A-Z0-9])([A-Z]{3})[ -]?(\d)([A-J0-9])(\d{2})(?![A-Z0-9])")
_CEP = re.compile(r"(?<![\d.-])(\d{2})\.?(\d{3})[- ]?(\d{3})(?![\d-])")
_ZIP = re.compile(r"(?<![\d-])(\d{5}(?:-\d{4})?)(?![\d-])")
# Anatel's area codes
_AREA_CODES = "1[1-9]|2[12478]|3[1-578]|4[1-9]|5[1345]|6[1-9]|7[134579]|8[1-9]|9[1-9]"
# Anatel's area codes: 52, for one, is nobody's, which tells many a CPF from a phone
_AREA = "1[1-9]|2[12478]|3[1-578]|4[1-9]|5[1345]|6[1-9]|7[134579]|8[1-9]|9[1-9]"
_PHONE = re.compile(
    rf"(?<![\d.,/-])(?:(?:\+|00)?\s?55[\s-]?)?\(?0?({_AREA})\)?[\s-]?"
    r"(9?[2-9]\d{3})[\s.-]?(\d{4})(?![\d-])"
)
_FOREIGN_PHONE = re.compile(r"(?<![\d+])\+(\d[\d\s().-]{6,20}\d)(?!\d)")


def read_email(text: str) -> str | None:
    """Read an address such as `ana@loja.com.br`; the domain in lower case."""
    return _only(
        {f"{name}@{domain.lower()}" for name, domain in _EMAIL.findall(text[:MAX_CHARACTERS])}
    )


def read_cpf(text: str) -> str | None:
    """Read a CPF with right check digits, as `529.982.247-25`.

    Source: Receita Federal; each check digit is 11 less the weighted sum modulo 11, 10 and 11
    count as 0, and equal digits throughout are never issued.
    """
    found = {"".join(parts) for parts in _CPF.findall(text[:MAX_CHARACTERS])}
    digits = _only({cpf for cpf in found if _is_cpf(cpf)})
    return digits and f"{digits[:3]}.{digits[3:6]}.{digits[6:9]}-{digits[9:]}"


def read_plate(text: str) -> str | None:
    """Read a Brazilian number plate, old (`ABC1234`) or Mercosul (`ABC1D23`), in capitals."""
    return _only({"".join(parts) for parts in _PLATE.findall(fold(text[:MAX_CHARACTERS]).upper())})


def read_phone(text: str, locale: str = "pt-BR") -> str | None:
    """Read a phone in E.164, as `+5519999990000`; the country code is Brazil's if none is given.

    A Brazilian number needs its area code: eight digits alone could be anyone's.
    """
    foreign = {
        "+" + re.sub(r"\D", "", digits) for digits in _FOREIGN_PHONE.findall(text[:MAX_CHARACTERS])
    }
    foreign = {number for number in foreign if 8 <= len(number) - 1 <= 15}  # noqa: PLR2004 - E.164
    if foreign:
        return _only(foreign)
    if language(locale) != "pt":
        return None
    return _only(
        {f"+55{area}{head}{tail}" for area, head, tail in _PHONE.findall(text[:MAX_CHARACTERS])}
    )


def read_postal_code(text: str, locale: str = "pt-BR") -> str | None:
    """Read a CEP as `13040-001`, or a ZIP code where the locale is English."""
    if language(locale) == "pt":
        return _only({f"{a}{b}-{c}" for a, b, c in _CEP.findall(text[:MAX_CHARACTERS])})
    return _only(set(_ZIP.findall(text[:MAX_CHARACTERS])))


def _only(found: set[str]) -> str | None:
    return found.pop() if len(found) == 1 else None


def _is_cpf(digits: str) -> bool:
    if len(set(digits)) == 1 or not digits.isascii():
        return False
    for length in (9, 10):
        weighted = sum(
            int(digit) * weight
            for digit, weight in zip(digits, range(length + 1, 1, -1), strict=False)
        )
        if int(digits[length]) != -weighted % 11 % 10:
            return False
    return True
