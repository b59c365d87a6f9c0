"""What a `say` shows: its texts, and the one thing that goes with them.

The keys, and the limits that WhatsApp puts on fixed texts (Meta, "Interactive messages": three
buttons of 20 characters; ten rows of 24 with a description of 72; a footer of 60; a body of 1,024;
a text of 4,096).
"""

from prosa.dialogue.language import (
    Address,
    ApprovedTemplate,
    Attached,
    Extra,
    Pin,
    Press,
    Rows,
    SharedContact,
    Speech,
    Value,
    Words,
)
from prosa.dialogue.reading import Fields
from prosa.dialogue.source import Node, Sequence
from prosa.dialogue.templates import Template, parse, plain

FILES = ("image", "video", "document", "audio", "sticker")
EXTRAS = (*FILES, "location", "buttons", "list", "link", "template", "contact")
KEYS = ("say", *EXTRAS, "footer", "filename")

TEXT, BODY, BUTTON, ROW, DESCRIPTION, FOOTER, BUTTONS, ROWS = 4096, 1024, 20, 24, 72, 60, 3, 10
PRESS_KEYS = ("title", "description", "flow", "handoff", "payload", "set", "menu")
PAYLOAD = 200
"""Meta: 256 for a button, 200 for a row."""


def read(fields: Fields) -> Speech:
    """Read a speech; reports what WhatsApp would refuse."""
    reader = fields.reader
    extras = [key for key in EXTRAS if key in fields]
    image_of_buttons = "image" in extras and ("buttons" in extras or "link" in extras)
    if image_of_buttons:
        extras.remove("image")
    if len(extras) > 1:
        reader.error(
            fields.name(extras[1]),
            f"one message cannot carry `{extras[0]}` and `{extras[1]}`",
            "Say them in two steps.",
        )
    interactive = bool({"buttons", "list", "link"}.intersection(extras)) or bool(
        set(FILES).intersection(extras)
    )
    texts = _texts(fields, BODY if interactive else TEXT)
    key = extras[0] if extras else ""
    if key in {"buttons", "list", "link"} and not texts:
        reader.error(fields.node, f"`{key}` needs words above it", "Add `say: …`.")
    if "footer" in fields and key not in {"buttons", "list", "link"}:
        reader.error(
            fields.name("footer"), "`footer` goes with buttons, lists and links", "Leave it out."
        )
    if "filename" in fields and key != "document":
        reader.error(fields.name("filename"), "`filename` goes with `document`", "Leave it out.")
    return Speech(
        texts,
        _extra(fields, key) if key else None,
        file(fields, "image") if image_of_buttons else None,
        fields.words("footer", FOOTER),
    )


def file(fields: Fields, kind: str) -> Attached | None:
    """Read a file's source: an https address, a path below the bot's assets, a placeholder."""
    source = fields.template(kind)
    filename = fields.template("filename") if kind == "document" else None
    return None if source is None else Attached(kind, source, filename)  # type: ignore[arg-type]  # callers pass a literal


def _texts(fields: Fields, most: int) -> tuple[Words, ...]:
    node = fields.get("say")
    if node is None:
        return ()
    nodes = node.items if isinstance(node, Sequence) else (node,)
    read_texts = (fields.reader.words(item, "`say`", most=most) for item in nodes)
    return tuple(words for words in read_texts if words is not None)


def _extra(fields: Fields, key: str) -> Extra | None:
    node = fields.get(key)
    if node is None:
        return None
    match key:
        case "buttons":
            return _buttons(fields, node)
        case "list":
            return _list(fields, node)
        case "link":
            return _link(fields, node)
        case "location":
            return _pin(fields, node)
        case "template":
            return _approved(fields, node)
        case "contact":
            return _contact(fields, node)
        case _:
            return file(fields, key)


def _buttons(fields: Fields, node: Node) -> tuple[Press, ...]:
    nodes = fields.reader.items(node, "`buttons`")
    if len(nodes) > BUTTONS:
        fields.reader.error(
            nodes[BUTTONS],
            f"WhatsApp shows at most {BUTTONS} buttons, and here are {len(nodes)}",
            "Make it a `list` (up to 10 rows), or leave some out.",
        )
    presses = tuple(press for item in nodes if (press := _press(fields, item, BUTTON)) is not None)
    _check_distinct(fields, nodes, presses)
    return presses


def _list(fields: Fields, node: Node) -> Rows:
    parts = fields.reader.fields(node, "a `list`", ("button", "rows"))
    nodes = fields.reader.items(parts.get("rows"), "`rows`")
    if "rows" not in parts:
        fields.reader.error(
            node, "a `list` needs `rows`", "Write {button: Ver, rows: [{title: …}]}."
        )
    if len(nodes) > ROWS:
        fields.reader.error(
            nodes[ROWS],
            f"WhatsApp shows at most {ROWS} rows, and here are {len(nodes)}",
            "Leave some out, or ask for a slot with these options: its list is paged.",
        )
    rows = tuple(press for item in nodes if (press := _press(fields, item, ROW)) is not None)
    _check_distinct(fields, nodes, rows)
    return Rows(parts.words("button", BUTTON), rows)


def _check_distinct(fields: Fields, nodes: tuple[Node, ...], presses: tuple[Press, ...]) -> None:
    seen: set[str] = set()
    for node, press in zip(nodes, presses, strict=False):
        title = press.title.within(fields.reader.locale).fixed
        if title and title in seen:
            fields.reader.error(
                node, f"two choices are called `{title}`", "WhatsApp refuses that: rename one."
            )
        seen.add(title)


def _press(fields: Fields, node: Node, most: int) -> Press | None:
    reader = fields.reader
    press = reader.fields(node, "a button", PRESS_KEYS)
    title = press.words("title", most)
    if "title" not in press:
        reader.error(node, "a button needs a `title`", "Write {title: Ver carros, flow: buscar}.")
    payload = _payload(press)
    if title is None or payload is None:
        return None
    return Press(title, payload, press.words("description", DESCRIPTION))


def _payload(press: Fields) -> Template | None:
    reader = press.reader
    does = [key for key in ("flow", "handoff", "payload", "set", "menu") if key in press]
    if len(does) != 1:
        reader.error(
            press.node if not does else press.name(does[1]),
            "a button does exactly one thing",
            "Give it `flow`, `handoff`, `set`, `menu` or a `payload` of your own.",
        )
        return None
    node = press.get(does[0])
    if node is None:
        return None
    match does[0]:
        case "flow":
            name = reader.reference(node, "flow", reader.names.flows)
            return plain(f"flow:{name}") if name else None
        case "handoff":
            name = reader.reference(node, "team", reader.names.teams)
            return plain(f"handoff:{name}") if name else None
        case "menu":
            return plain("menu:") if reader.boolean(node, "`menu`") else None
        case "payload":
            return reader.template(node, "`payload`", PAYLOAD)
        case _:
            return _setting(press, node)


def _setting(press: Fields, node: Node) -> Template | None:
    reader = press.reader
    entries = reader.entries(node, "set")
    if len(entries) != 1:
        reader.error(node, "a button sets one slot", "Write {title: SUV, set: {tipo: suv}}.")
        return None
    ((slot, value),) = entries
    if reader.reference(slot, "slot", reader.names.slots) is None:
        return None
    text = reader.template(value, "`set`", PAYLOAD - len(slot.text) - 1)
    return text and Template((f"{slot.text}=", *text.parts))


def _link(fields: Fields, node: Node) -> Address | None:
    link = fields.reader.fields(node, "a `link`", ("title", "url"))
    title, url = link.words("title", BUTTON), link.template("url")
    if title is None or url is None:
        _lacking(fields, node, link, "link", ("title", "url"))
        return None
    return Address(title, url)


def _pin(fields: Fields, node: Node) -> Pin | None:
    pin = fields.reader.fields(node, "a `location`", ("latitude", "longitude", "name", "address"))
    latitude, longitude = pin.get("latitude"), pin.get("longitude")
    if latitude is None or longitude is None:
        _lacking(fields, node, pin, "location", ("latitude", "longitude"))
        return None
    values: list[Value] = [fields.reader.value(part, "a degree") for part in (latitude, longitude)]
    return Pin(values[0], values[1], pin.words("name"), pin.words("address"))


def _approved(fields: Fields, node: Node) -> ApprovedTemplate | None:
    reader = fields.reader
    template = reader.fields(node, "a `template`", ("name", "language", "body", "named"))
    if "name" not in template:
        _lacking(fields, node, template, "template", ("name",))
        return None
    body = reader.items(template.get("body"), "`body`")
    named = reader.entries(template.get("named"), "named")
    if body and named:
        reader.error(
            template.name("named"),
            "a template has positional parameters or named ones, not both",
            "Keep the kind that it was approved with.",
        )
    return ApprovedTemplate(
        template.word("name"),
        template.word("language") or reader.locale.replace("-", "_"),
        tuple(reader.template(item, "a parameter") or parse("") for item in body),
        {key.text: reader.template(value, "a parameter") or parse("") for key, value in named},
    )


def _contact(fields: Fields, node: Node) -> SharedContact | None:
    contact = fields.reader.fields(node, "a `contact`", ("name", "phone"))
    name, phone = contact.words("name"), contact.template("phone")
    if name is None or phone is None:
        _lacking(fields, node, contact, "contact", ("name", "phone"))
        return None
    return SharedContact(name, phone)


def _lacking(
    fields: Fields, node: Node, read_fields: Fields, what: str, needed: tuple[str, ...]
) -> None:
    for key in needed:
        if key not in read_fields:
            fields.reader.error(node, f"a `{what}` needs `{key}`", f"Add `{key}: …`.")
