"""Approved templates as an agent picks and fills them.

Pure. Meta, "Message templates": components of a template object. The inbox fills a body's
parameters in order; a template that needs more (a file in the header, the end of a button's
address) is not offered.
"""

import re
from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from prosa.contracts import outbound
from services.handoff.contract import TemplateShape

LONGEST_PARAMETER = 1024

_PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
_FORBIDDEN = re.compile(r"[\n\t]| {5,}")  # Meta, 132018: no line breaks, tabs, five spaces
_NEEDS_MORE = frozenset({"COPY_CODE", "OTP", "FLOW", "MPM", "CATALOG", "SPM"})


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """A template; `names` are the placeholders of its body, in order."""

    shape: TemplateShape
    names: tuple[str, ...]
    named: bool

    @property
    def category(self) -> Literal["utility", "marketing", "authentication"]:
        """Meta's category, which consent and cost go by."""
        match self.shape.category:
            case "MARKETING":
                return "marketing"
            case "AUTHENTICATION":
                return "authentication"
            case _:
                return "utility"


def read(document: Any) -> Template | None:
    """Read one of `GET /<WABA>/message_templates`; None for one that the inbox cannot fill."""
    if not isinstance(document, dict) or document.get("status", "APPROVED") != "APPROVED":
        return None
    parts = {
        str(part.get("type", "")).upper(): part
        for part in document.get("components") or ()
        if isinstance(part, dict)
    }
    header, body = parts.get("HEADER", {}), parts.get("BODY", {})
    buttons = [b for b in parts.get("BUTTONS", {}).get("buttons") or () if isinstance(b, dict)]
    if _needs_more(header, buttons):
        return None
    names = tuple(dict.fromkeys(_PLACEHOLDER.findall(body.get("text", ""))))
    return Template(
        shape=TemplateShape(
            name=str(document.get("name", "")),
            language=str(document.get("language", "")),
            category=str(document.get("category", "")),
            header=str(header.get("text", "")),
            body=_numbered(str(body.get("text", "")), names),
            footer=str(parts.get("FOOTER", {}).get("text", "")),
            buttons=tuple(str(button.get("text", "")) for button in buttons),
            parameters=len(names),
        ),
        names=names,
        named=str(document.get("parameter_format", "")).upper() == "NAMED",
    )


def find(templates: Sequence[Template], name: str, language: str) -> Template | None:
    """Find one by name and language."""
    return next(
        (t for t in templates if t.shape.name == name and t.shape.language == language), None
    )


def filled(template: Template, parameters: Sequence[str]) -> outbound.Template | None:
    """Fill a template; None when the parameters do not fit it."""
    fits = len(parameters) == len(template.names) and all(
        text.strip() and len(text) <= LONGEST_PARAMETER and not _FORBIDDEN.search(text)
        for text in parameters
    )
    if not fits:
        return None
    return outbound.Template(
        name=template.shape.name,
        language=template.shape.language,
        body=() if template.named else tuple(parameters),
        named=dict(zip(template.names, parameters, strict=True)) if template.named else {},
    )


def reads(template: Template, parameters: Sequence[str]) -> str:
    """Say how a filled template reads on her phone, header and footer included."""
    values = {str(n): text for n, text in enumerate(parameters, start=1)}
    shape = template.shape
    body = _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), shape.body)
    return "\n".join(filter(None, (shape.header, body, shape.footer)))


def _needs_more(header: dict[str, Any], buttons: Sequence[dict[str, Any]]) -> bool:
    if header and str(header.get("format", "TEXT")).upper() != "TEXT":
        return True
    if _PLACEHOLDER.search(str(header.get("text", ""))):
        return True
    return any(
        str(button.get("type", "")).upper() in _NEEDS_MORE
        or _PLACEHOLDER.search(str(button.get("url", "")))
        for button in buttons
    )


def _numbered(body: str, names: Sequence[str]) -> str:
    """Give the placeholders numbers, as the page shows them, whatever they are called."""
    places = {name: str(n) for n, name in enumerate(names, start=1)}
    return _PLACEHOLDER.sub(lambda found: "{{" + places[found[1]] + "}}", body)
