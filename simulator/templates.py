"""Message templates: which parameters one expects, whether a send brings them, and how it reads.

Pure. A definition is Meta's own template object, as `GET /<WABA>/message_templates` lists it.
Codes: Meta, "Error codes", 132000 to 132018. The details follow the sentences that developers
quote from Meta's answers.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

from simulator.errors import Refusal

PLACEHOLDER: Final = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
FORBIDDEN: Final = re.compile(r"[\n\t]| {5,}")  # Meta: no line breaks, tabs, five spaces in a row
BODY: Final = 1024
MEDIA: Final = ("IMAGE", "VIDEO", "DOCUMENT")
VALUES: Final = ("text", "currency", "date_time")  # kinds of parameters that stand for words

Parameters = list[dict[str, Any]]


def find(templates: dict[tuple[str, str], dict[str, Any]], sent: dict[str, Any]) -> dict[str, Any]:
    """Find the template that a send names, if it may be used. Raises Refusal."""
    name, language = sent["name"], sent["language"]["code"]
    template = templates.get((name, language))
    status = template.get("status", "APPROVED") if template else "missing"
    if status == "PAUSED":
        raise Refusal(132015, f"Template {name} is paused due to low quality.")
    if status == "DISABLED":
        raise Refusal(132016, f"Template {name} was paused too many times and is disabled.")
    if template is None or status != "APPROVED":
        raise Refusal(132001, f"template name ({name}) does not exist in {language}")
    return template


def check(template: dict[str, Any], sent: dict[str, Any]) -> None:
    """Judge the parameters that a send brings to a template. Raises Refusal."""
    components = sent.get("components", [])
    for component in components:
        if component["type"].lower() not in ("header", "body", "button"):
            raise Refusal(132012, f"components: unknown type {component['type']}")
    named = template.get("parameter_format", "POSITIONAL").upper() == "NAMED"
    _check_header(template, _parameters(components, "header"), named=named)
    body = _parameters(components, "body")
    _check_words("body", _part(template, "BODY").get("text", ""), body, named=named)
    _check_buttons(template, [each for each in components if each["type"].lower() == "button"])
    if len(fill(_part(template, "BODY").get("text", ""), body)) > BODY:
        raise Refusal(132005, f"Translated text too long: body exceeds {BODY} characters")


def _check_header(template: dict[str, Any], parameters: Parameters, *, named: bool) -> None:
    header = _part(template, "HEADER")
    form = header.get("format", "TEXT").upper()
    if form == "TEXT" or not header:
        _check_words("header", header.get("text", ""), parameters, named=named)
        return
    got = [parameter["type"].upper() for parameter in parameters]
    if got != [form]:
        received = got[0] if got else "UNKNOWN"
        raise Refusal(132012, f"header: Format mismatch, expected {form}, received {received}")
    if not isinstance(parameters[0].get(form.lower()), dict):
        raise Refusal(131008, f"header: parameter {form.lower()} is required")


def _check_words(part: str, words: str, parameters: Parameters, *, named: bool) -> None:
    expected = list(dict.fromkeys(PLACEHOLDER.findall(words)))
    if len(parameters) != len(expected):
        raise Refusal(
            132000,
            f"{part}: number of localizable_params ({len(parameters)}) does not match the "
            f"expected number of params ({len(expected)})",
        )
    for parameter in parameters:
        _check_value(part, parameter)
    if named:
        given = [parameter.get("parameter_name") for parameter in parameters]
        if set(given) != set(expected):
            raise Refusal(132012, f"{part}: parameter_name must name each of: {expected}")


def _check_value(part: str, parameter: dict[str, Any]) -> None:
    kind = parameter["type"]
    if kind not in VALUES:
        raise Refusal(132012, f"{part}: Format mismatch, expected TEXT, received {kind.upper()}")
    words = value_of(parameter)
    if not words:
        raise Refusal(131008, f"{part}: Parameter of type {kind} is missing {kind} value")
    if FORBIDDEN.search(words):
        raise Refusal(
            132018,
            "Param text cannot have new-line/tab characters or more than 4 consecutive spaces",
        )


def _check_buttons(template: dict[str, Any], sent: list[dict[str, Any]]) -> None:
    buttons = _part(template, "BUTTONS").get("buttons", [])
    by_index: dict[int, dict[str, Any]] = {}
    for component in sent:
        index = str(component.get("index", ""))
        if not index.isdigit() or int(index) >= len(buttons):
            raise Refusal(131009, f"buttons: no button at index ({index})")
        if int(index) in by_index:
            raise Refusal(131009, f"buttons: index ({index}) is given twice")
        by_index[int(index)] = component
    for n, button in enumerate(buttons):
        _check_button(n, button, by_index.get(n))


def _check_button(index: int, button: dict[str, Any], sent: dict[str, Any] | None) -> None:
    kind = button["type"].upper()
    needed = kind == "COPY_CODE" or (kind == "URL" and PLACEHOLDER.search(button.get("url", "")))
    if sent is None:
        if needed:
            name = kind.title().replace("_", "")
            details = f"buttons: Button at index {index} of type {name} requires a parameter"
            raise Refusal(131008, details)
        return
    if sent.get("sub_type", "").upper() != kind:
        details = f"buttons: Button at index {index} is of type {kind.lower()}"
        raise Refusal(132012, details)
    wanted = {"QUICK_REPLY": "payload", "URL": "text", "COPY_CODE": "coupon_code"}.get(kind)
    given = sent.get("parameters", [])
    if wanted and not (len(given) == 1 and given[0]["type"] == wanted and given[0].get(wanted)):
        raise Refusal(131008, f"buttons: Button at index {index} needs one {wanted} parameter")
    if kind == "URL" and not needed:
        raise Refusal(132000, f"buttons: Button at index {index} takes no parameter")


def _part(template: dict[str, Any], kind: str) -> dict[str, Any]:
    components: list[dict[str, Any]] = template.get("components", [])
    return next((each for each in components if each["type"].upper() == kind), {})


def _parameters(components: Iterable[dict[str, Any]], kind: str) -> Parameters:
    parts = [each for each in components if each["type"].lower() == kind]
    return [parameter for each in parts for parameter in each.get("parameters", [])]


# --- how it reads


def value_of(parameter: dict[str, Any]) -> str:
    """Read the words that a parameter stands for; "" when it has none."""
    kind = parameter["type"]
    value = parameter.get(kind)
    if isinstance(value, dict):
        # Meta: for currency and date_time the Cloud API always shows the fallback
        value = value.get("fallback_value")
    return value if isinstance(value, str) else ""


def fill(words: str, parameters: Parameters) -> str:
    """Put parameters into a text, by name or in their order."""
    names = list(dict.fromkeys(PLACEHOLDER.findall(words)))
    values = {
        parameter.get("parameter_name", name): value_of(parameter)
        for name, parameter in zip(names, parameters, strict=False)
    }
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), words)


def category(template: dict[str, Any]) -> str:
    """Read the category as statuses spell it."""
    return str(template.get("category", "MARKETING")).lower()


def header(template: dict[str, Any]) -> dict[str, Any]:
    """Look up the header component; {} when there is none."""
    return _part(template, "HEADER")


def filled(template: dict[str, Any], sent: dict[str, Any], kind: str) -> str:
    """Read the header's or the body's words with the parameters of a send."""
    return fill(
        _part(template, kind).get("text", ""), _parameters(sent.get("components", []), kind.lower())
    )


def footer(template: dict[str, Any]) -> str | None:
    """Read the footer."""
    return _part(template, "FOOTER").get("text")


def header_parameter(sent: dict[str, Any]) -> dict[str, Any]:
    """Look up the parameter of a header that holds a picture, video or document."""
    return next(iter(_parameters(sent.get("components", []), "header")), {})


def buttons(template: dict[str, Any], sent: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """List the buttons, each with the payload or the address's end that the send gave it."""
    given = {
        str(each.get("index")): each["parameters"][0]
        for each in sent.get("components", [])
        if each["type"].lower() == "button" and each.get("parameters")
    }
    result = []
    for index, button in enumerate(_part(template, "BUTTONS").get("buttons", [])):
        parameter = given.get(str(index), {})
        result.append((button, str(parameter.get(parameter.get("type", ""), ""))))
    return result
