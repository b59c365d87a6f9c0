"""Reading of what flows stand on: intents, slots, tools."""

import datetime as dt
from collections.abc import Mapping
from typing import get_args

import cel

from prosa.dialogue import source, speech
from prosa.dialogue.extractors.normalise import fold
from prosa.dialogue.language import (
    CatalogueTool,
    Filled,
    FromCatalogue,
    FromResult,
    HttpTool,
    Option,
    Slot,
    SlotType,
    Tool,
    Value,
    Words,
)
from prosa.dialogue.problems import did_you_mean
from prosa.dialogue.reading import LOCALE, Fields, Reader
from prosa.dialogue.source import Node, Scalar
from prosa.dialogue.steps import named_in
from prosa.dialogue.templates import BadTemplate, parse, plain

TYPES: tuple[SlotType, ...] = get_args(SlotType)
LEAST_EXAMPLES = 4
"""With 2 examples an intent is recognised in 67 of 100 messages, with 4 in 80, with 8 in 87."""

SLOT_KEYS = (
    "type",
    "title",
    "options",
    "from",
    "label",
    "description",
    "key",
    "fuzzy",
    "min",
    "max",
    "minLength",
    "maxLength",
    "pattern",
    "within",
    "only",
    "valid",
    "invalid",
    "again",
    "thousands",
    "bound",
    "units",
    "listen",
    "literal",
    "keep",
)
_ONLY_FOR: Mapping[str, frozenset[str]] = {
    "options": frozenset({"choice"}),
    "from": frozenset({"choice"}),
    "label": frozenset({"choice"}),
    "description": frozenset({"choice"}),
    "key": frozenset({"choice"}),
    "fuzzy": frozenset({"choice"}),
    "min": frozenset({"number", "money"}),
    "max": frozenset({"number", "money"}),
    "minLength": frozenset({"text"}),
    "maxLength": frozenset({"text"}),
    "pattern": frozenset({"text"}),
    "literal": frozenset({"text"}),
    "within": frozenset({"date", "datetime"}),
    "only": frozenset({"date", "datetime"}),
    "thousands": frozenset({"money"}),
    "bound": frozenset({"money"}),
    "units": frozenset({"number"}),
}
_SHY = frozenset({"text", "number", "yes_no"})
"""Types that take a value only when asked: anything could be a text, a number, a yes."""

MAX_TIMEOUT = dt.timedelta(seconds=30)


# --- intents --------------------------------------------------------------------------------------


def intents(top: Fields) -> dict[str, dict[str, tuple[str, ...]]]:
    """Read examples by intent and locale: a block of text with one a line, or a list."""
    reader = top.reader
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    owners: dict[tuple[str, str], str] = {}
    for name, node in reader.entries(top.get("intents"), "intents"):
        by_locale: dict[str, tuple[str, ...]] = {}
        if isinstance(node, source.Mapping):
            for locale, examples in node.entries:
                if locale.text not in reader.locales or not LOCALE.fullmatch(locale.text):
                    reader.error(
                        locale,
                        f"`{locale.text}` is no locale of this dialogue",
                        did_you_mean(locale.text, reader.locales),
                    )
                by_locale[locale.text] = _examples(reader, examples, name.text)
        else:
            by_locale[reader.locale] = _examples(reader, node, name.text)
        for tag, said in by_locale.items():
            if len(said) < LEAST_EXAMPLES:
                reader.warn(
                    name,
                    f"`{name.text}` has {len(said)} examples in {tag}",
                    f"Give at least {LEAST_EXAMPLES}, better 8, as customers write them.",
                )
            for example in said:
                key = (tag, fold(example))
                if owners.setdefault(key, name.text) != name.text:
                    reader.error(
                        reader.within(node, example),
                        f"“{example}” is an example of `{owners[key]}` too",
                        "Keep it in one of the two intents: nothing can tell them apart by it.",
                    )
        found[name.text] = by_locale
    return found


def _examples(reader: Reader, node: Node, name: str) -> tuple[str, ...]:
    if isinstance(node, Scalar):
        lines = [line.strip() for line in node.text.splitlines()]
    else:
        lines = [
            reader.word(item, "an example").strip() for item in reader.items(node, f"`{name}`")
        ]
    examples = tuple(dict.fromkeys(line for line in lines if line))
    if not examples:
        reader.error(node, f"`{name}` has no examples", "Give at least four, one a line.")
    for example in examples:
        try:
            template = parse(example)
        except BadTemplate as bad:
            reader.error(reader.within(node, bad.snippet), bad.message, bad.remedy)
            continue
        for placeholder in template.placeholders():
            if placeholder.path[0] not in reader.names.slots:
                reader.error(
                    reader.within(node, "{" + placeholder.written + "}"),
                    f"there is no slot `{placeholder.path[0]}`",
                    did_you_mean(placeholder.path[0], reader.names.slots),
                )
    return examples


# --- slots ----------------------------------------------------------------------------------------


def slots(top: Fields) -> dict[str, Slot]:
    """Read the slots."""
    reader = top.reader
    return {
        name.text: _slot(name, reader.fields(node, f"the slot `{name.text}`", SLOT_KEYS))
        for name, node in reader.entries(top.get("slots"), "slots")
    }


def _slot(name: Scalar, fields: Fields) -> Slot:
    reader = fields.reader
    kind: SlotType = fields.one_of("type", TYPES, "text")  # type: ignore[assignment]  # one of the literals
    if "type" not in fields:
        reader.error(
            name, f"the slot `{name.text}` has no type", f"Add `type:`; {did_you_mean('', TYPES)}"
        )
    for key, types in _ONLY_FOR.items():
        if key in fields and kind not in types:
            reader.error(
                fields.name(key),
                f"`{key}` means nothing for the type {kind}",
                f"It goes with {' and '.join(sorted(types))}.",
            )
    source_of = _source(fields)
    options = _options(fields)
    if kind == "choice" and bool(options) == bool(source_of):
        reader.error(
            name,
            f"the choice `{name.text}` needs `options` or `from`, one of both",
            "Write options: [a, b], or from: catalogue.<field>, or from: <tool>.items.",
        )
    minimum, maximum = fields.number("min"), fields.number("max")
    if minimum is not None and maximum is not None and minimum > maximum:
        reader.error(fields.name("max"), "`max` is less than `min`", "Exchange the two.")
    with reader.allowing(anything=True):
        label, description = fields.template("label"), fields.template("description")
    with reader.allowing("value"):
        valid = fields.expression("valid")
    return Slot(
        name=name.text,
        type=kind,
        title=fields.words("title", speech.DESCRIPTION),
        options=options,
        source=source_of,
        label=label,
        description=description,
        key=fields.word("key", "id"),
        fuzzy=fields.boolean("fuzzy", default=True),
        minimum=minimum,
        maximum=maximum,
        min_length=fields.count("minLength", 1, 4096),
        max_length=fields.count("maxLength", 1, 4096),
        pattern=_pattern(fields),
        within_hours="within" in fields
        and fields.one_of("within", ("business",), "") == "business",
        only=fields.one_of(
            "only", ("future", "past", "any"), "any" if "within" not in fields else "future"
        ),  # type: ignore[arg-type]  # one of the literals
        valid=valid,
        invalid=fields.words("invalid", speech.BODY),
        again=fields.words("again", speech.BODY),
        bare_thousands=fields.boolean("thousands"),
        bound=fields.one_of("bound", ("upper", "lower", "either"), "either"),  # type: ignore[arg-type]  # one of the literals
        units=fields.list_of_words("units"),
        listens=fields.boolean("listen", default=kind not in _SHY or "units" in fields),
        literal=fields.boolean("literal"),
        keep=fields.boolean("keep"),
        line=name.place.line,
    )


def _pattern(fields: Fields) -> str:
    node = fields.get("pattern")
    if node is None:
        return ""
    pattern = fields.reader.word(node, "`pattern`")
    try:
        cel.evaluate("text.matches(pattern)", {"text": "", "pattern": pattern})
    except RuntimeError:
        fields.reader.error(
            node,
            "this is no regular expression",
            "It is matched by RE2's rules (linear time: no look-around, no back-references).",
        )
        return ""
    return pattern


def _source(fields: Fields) -> FromCatalogue | FromResult | None:
    node = fields.get("from")
    if node is None:
        return None
    reader = fields.reader
    root, *path = reader.word(node, "`from`").split(".")
    if root == "catalogue" and len(path) == 1 and path[0]:
        return FromCatalogue(path[0])
    if root not in reader.names.tools or not path:
        known = [f"{tool}.items" for tool in reader.names.tools] + ["catalogue.<field>"]
        reader.error(node, "options cannot come from there", did_you_mean(root, known))
        return None
    return FromResult(root, tuple(path))


def _options(fields: Fields) -> tuple[Option, ...]:
    reader = fields.reader
    node = fields.get("options")
    options: list[Option] = []
    if isinstance(node, source.Mapping):
        for name, body in node.entries:
            options.append(_option(reader, name, body))
    elif node is not None:
        for item in reader.items(node, "`options`"):
            if text := reader.word(item, "an option"):
                options.append(Option(text, _own_words(reader, text)))
                _check_label(reader, item, text)
    return tuple(options)


def _option(reader: Reader, name: Scalar, body: Node) -> Option:
    if isinstance(body, source.Mapping):
        fields = reader.fields(body, f"the option `{name.text}`", ("label", "words", "description"))
        label = fields.words("label") or _own_words(reader, name.text)
        _check_label(reader, fields.name("label"), label.within(reader.locale).fixed)
        return Option(
            name.text,
            label,
            fields.list_of_words("words"),
            fields.words("description", speech.DESCRIPTION),
        )
    if isinstance(body, Scalar) and not body.null:
        label = reader.words(body, f"`{name.text}`") or _own_words(reader, name.text)
        _check_label(reader, body, label.within(reader.locale).fixed)
        return Option(name.text, label)
    words = (
        ()
        if isinstance(body, Scalar)
        else tuple(reader.word(item, "a word") for item in body.items)
    )
    _check_label(reader, name, name.text)
    return Option(name.text, _own_words(reader, name.text), words)


def _own_words(reader: Reader, text: str) -> Words:
    return Words({reader.locale: plain(text)}, reader.locale)


def _check_label(reader: Reader, node: Node, label: str) -> None:
    if len(label) > speech.ROW:
        reader.warn(
            node,
            f"the label has {len(label)} characters; WhatsApp shows {speech.ROW}",
            "It will be cut, with the whole of it below: shorten it.",
        )


# --- tools ----------------------------------------------------------------------------------------

_HTTP_KEYS = ("get", "post", "query", "json", "timeout", "cache", "confirm")
_CATALOGUE_KEYS = ("catalogue", "where", "sort", "limit")
OPERATORS = ("is", "not", "equals", "contains", "atLeast", "atMost")


def tools(top: Fields) -> dict[str, Tool]:
    """Read the tools."""
    reader = top.reader
    found: dict[str, Tool] = {}
    for name, node in reader.entries(top.get("tools"), "tools"):
        keys = node.keys() if isinstance(node, source.Mapping) else ()
        tool = (
            _catalogue(name.text, reader.fields(node, "a catalogue search", _CATALOGUE_KEYS))
            if "catalogue" in keys
            else _http(name, reader.fields(node, "a tool", _HTTP_KEYS))
        )
        if tool is not None:
            found[name.text] = tool
    return found


def _catalogue(name: str, fields: Fields) -> CatalogueTool:
    reader = fields.reader
    node = fields.get("catalogue")
    if node is not None:
        reader.one_of(node, "use of the catalogue", ("search",))
    where: dict[str, Mapping[str, Value]] = {}
    for field, condition in reader.entries(fields.get("where"), "where"):
        if isinstance(condition, source.Mapping) and condition.keys() != ("cel",):
            by_operator: dict[str, Value] = {}
            for operator, value in condition.entries:
                if reader.one_of(operator, "comparison", OPERATORS):
                    by_operator[operator.text] = reader.value(value, f"`{field.text}`")
            where[field.text] = by_operator
        else:
            where[field.text] = {"is": reader.value(condition, f"`{field.text}`")}
    sort = fields.word("sort")
    uses = frozenset[str]().union(
        *(named_in(value) for condition in where.values() for value in condition.values())
    )
    return CatalogueTool(
        name=name,
        where=where,
        sort=sort.removeprefix("-"),
        descending=sort.startswith("-"),
        limit=fields.count("limit", 1, 100) or 10,
        uses=uses & reader.names.filled(),
    )


def _http(name: Scalar, fields: Fields) -> HttpTool | None:
    reader = fields.reader
    verbs = [key for key in ("get", "post") if key in fields]
    if len(verbs) != 1:
        reader.error(
            name,
            f"the tool `{name.text}` needs `get`, `post` or `catalogue`, one of them",
            'Write {get: "https://…"}, {post: "https://…"} or {catalogue: search}.',
        )
        return None
    url = fields.template(verbs[0])
    node = fields.get(verbs[0]) or fields.node
    if url is None:
        return None
    first = url.parts[0]
    if not isinstance(first, str) or not first.startswith(("http://", "https://")):
        reader.error(
            node, "this is no web address", "Begin it with https:// (or http:// inside a cluster)."
        )
    if "json" in fields and verbs[0] == "get":
        reader.error(fields.name("json"), "a `get` carries no body", "Use `query`, or `post`.")
    query = fields.get("query")
    body = fields.get("json")
    timeout = fields.duration("timeout", dt.timedelta(seconds=5))
    if timeout > MAX_TIMEOUT or not timeout:
        reader.error(
            fields.name("timeout"), "a customer does not wait that long", "Stay within 1s and 30s."
        )
    tool = HttpTool(
        name=name.text,
        method="GET" if verbs[0] == "get" else "POST",
        url=url,
        query=reader.value(query, "`query`") if query else None,
        json=reader.value(body, "`json`") if body else None,
        timeout=timeout,
        cache=fields.duration("cache", dt.timedelta(0)),
        confirm=fields.boolean("confirm"),
    )
    uses = named_in(Filled(url)) | named_in(tool.query) | named_in(tool.json)
    return HttpTool(
        **{
            **{f: getattr(tool, f) for f in tool.__struct_fields__},
            "uses": uses & reader.names.filled(),
        }
    )
