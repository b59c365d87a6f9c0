"""The compiled dialogue: what the compiler makes and the interpreter runs.

A flow is a flat list of operations with addresses, so that a place in a conversation is two words:
flow and address. `docs/reference/dialogue.md` describes the language as it is written.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from prosa.dialogue import examples
from prosa.dialogue.expressions import Expression
from prosa.dialogue.problems import Problem
from prosa.dialogue.templates import Template

VERSION = "v1"

EXHAUSTED = "repair.exhausted"
"""The flow that `repair.exhausted` becomes; no author's flow can have a dot in its name."""


class Words(msgspec.Struct, frozen=True):
    """A text by locale; the program's own locale is always there."""

    by_locale: Mapping[str, Template]
    default: str

    def within(self, locale: str) -> Template:
        """Give the text in a locale, else in its language, else in the program's locale."""
        if found := self.by_locale.get(locale):
            return found
        language = locale.partition("-")[0]
        for known, template in self.by_locale.items():
            if known.partition("-")[0] == language:
                return template
        return self.by_locale[self.default]


# --- values ---------------------------------------------------------------------------------------


class Fixed(msgspec.Struct, frozen=True):
    """A value that stands in the file."""

    value: Any


class Filled(msgspec.Struct, frozen=True):
    """A value with placeholders; a lone placeholder keeps its value's type."""

    template: Template


class Computed(msgspec.Struct, frozen=True):
    """A value that CEL computes: `{cel: "preco * 2"}`."""

    expression: Expression


class Mapped(msgspec.Struct, frozen=True):
    """A mapping of values."""

    entries: Mapping[str, "Value"]


class Listed(msgspec.Struct, frozen=True):
    """A list of values."""

    items: tuple["Value", ...]


Value = Fixed | Filled | Computed | Mapped | Listed

# --- slots ----------------------------------------------------------------------------------------

SlotType = Literal[
    "text",
    "number",
    "money",
    "date",
    "datetime",
    "choice",
    "yes_no",
    "email",
    "cpf",
    "phone",
    "plate",
    "postal_code",
    "location",
    "image",
    "video",
    "audio",
    "document",
]


class Option(msgspec.Struct, frozen=True):
    """One fixed option of a choice."""

    id: str
    label: Words
    words: tuple[str, ...] = ()
    description: Words | None = None


class FromCatalogue(msgspec.Struct, frozen=True):
    """Options are the values that a catalogue field has at present."""

    field: str


class FromResult(msgspec.Struct, frozen=True):
    """Options are the items of a list that a tool answered; the slot takes the whole item."""

    tool: str
    path: tuple[str, ...]


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """A value to be had from the customer, and what makes it valid.

    `bound` tells which end of "de 50 a 80 mil" is meant. `units` are words beside which a number is
    this slot's even when nobody asked. `listens` is whether it may be filled unasked at all. A
    `literal` text takes an answer that sounds like the wish for another flow ("uno mille", to the
    question for her car); consent, people, cancel and `faq` go before it all the same.
    """

    name: str
    type: SlotType
    title: Words | None = None
    options: tuple[Option, ...] = ()
    source: FromCatalogue | FromResult | None = None
    label: Template | None = None
    description: Template | None = None
    key: str = "id"
    fuzzy: bool = True
    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str = ""
    within_hours: bool = False
    only: Literal["future", "past", "any"] = "any"
    valid: Expression | None = None
    invalid: Words | None = None
    again: Words | None = None
    bare_thousands: bool = False
    bound: Literal["upper", "lower", "either"] = "either"
    units: tuple[str, ...] = ()
    listens: bool = True
    literal: bool = False
    keep: bool = False
    line: int = 0


# --- tools ----------------------------------------------------------------------------------------


class HttpTool(msgspec.Struct, frozen=True, kw_only=True):
    """An HTTP endpoint of the business. Its JSON answer is the result."""

    name: str
    method: Literal["GET", "POST"]
    url: Template
    query: Value | None = None
    json: Value | None = None
    timeout: dt.timedelta = dt.timedelta(seconds=5)
    cache: dt.timedelta = dt.timedelta(0)
    confirm: bool = False
    uses: frozenset[str] = frozenset()


class CatalogueTool(msgspec.Struct, frozen=True, kw_only=True):
    """A search in the bot's catalogue: `where` maps a field to `{operator: value}`.

    Operators: `is` (like this text, `equals` first and misspellings last; any of a list), `not`,
    `equals` (the whole text, but for case and accents), `contains`, `atLeast`, `atMost`. A
    condition whose value is null is left out.
    """

    name: str
    where: Mapping[str, Mapping[str, Value]]
    sort: str = ""
    descending: bool = False
    limit: int = 10
    uses: frozenset[str] = frozenset()


Tool = HttpTool | CatalogueTool

# --- operations -----------------------------------------------------------------------------------


class Attached(msgspec.Struct, frozen=True):
    """A file that goes with a text; `source` as `prosa.contracts.outbound.Media` takes it."""

    kind: Literal["image", "video", "document", "audio", "sticker"]
    source: Template
    filename: Template | None = None


class Pin(msgspec.Struct, frozen=True):
    """A place to show; all four may be templates or numbers."""

    latitude: Value
    longitude: Value
    name: Words | None = None
    address: Words | None = None


class Press(msgspec.Struct, frozen=True):
    """A button or a row: its words and the payload that a tap brings back."""

    title: Words
    payload: Template
    description: Words | None = None


class Rows(msgspec.Struct, frozen=True):
    """A list that opens by a button."""

    button: Words | None
    rows: tuple[Press, ...]


class Address(msgspec.Struct, frozen=True):
    """A button that opens a web address."""

    title: Words
    url: Template


class ApprovedTemplate(msgspec.Struct, frozen=True):
    """A template approved at Meta, with its parameters."""

    name: str
    language: str
    body: tuple[Template, ...] = ()
    named: Mapping[str, Template] = {}


class SharedContact(msgspec.Struct, frozen=True):
    """A contact to share."""

    name: Words
    phone: Template


Extra = Attached | Pin | Rows | Address | ApprovedTemplate | SharedContact | tuple[Press, ...]


class Speech(msgspec.Struct, frozen=True):
    """What one `say` shows: bubbles, and the extra that goes with the last one."""

    texts: tuple[Words, ...] = ()
    extra: Extra | None = None
    image: Attached | None = None
    footer: Words | None = None


class Say(msgspec.Struct, frozen=True):
    """Speak; once for each item of the list at `each`, at most `limit` times."""

    speech: Speech
    each: tuple[str, ...] = ()
    limit: int = 1


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """Wait for a slot, unless it is filled already.

    `begins` is the address of its step: of its `when`, so that a question which an answer to
    another made needless is not asked again.
    """

    slot: str
    begins: int
    say: Words
    again: Words | None = None
    show: Literal["auto", "buttons", "list", "text"] = "auto"
    button: Words | None = None
    image: Attached | None = None
    footer: Words | None = None
    optional: bool = False
    tries: int = 3
    exhausted: int | None = None
    line: int = 0


class Confirm(msgspec.Struct, frozen=True, kw_only=True):
    """Wait for yes or no; no goes to `denied`."""

    say: Words
    denied: int
    yes: Words | None = None
    no: Words | None = None
    tries: int = 3
    line: int = 0


class SetValues(msgspec.Struct, frozen=True):
    """Set slots, and attributes of the contact."""

    slots: Mapping[str, Value]
    attributes: Mapping[str, Value]


class Clear(msgspec.Struct, frozen=True):
    """Empty slots, and drop results of tools."""

    names: tuple[str, ...]


class CallTool(msgspec.Struct, frozen=True):
    """Run a tool; its answer is the result under the tool's name, a failure goes to `failed`."""

    tool: str
    failed: int | None
    line: int = 0


class Branch(msgspec.Struct, frozen=True):
    """Go on if the condition holds, else to `otherwise`."""

    condition: Expression
    otherwise: int
    line: int = 0


class Jump(msgspec.Struct, frozen=True):
    """Go to an address of the same flow."""

    to: int


class Enter(msgspec.Struct, frozen=True):
    """Call another flow, then go on."""

    flow: str


class Label(msgspec.Struct, frozen=True):
    """Add and take off tags of the contact."""

    add: tuple[str, ...]
    remove: tuple[str, ...]


class HandOver(msgspec.Struct, frozen=True):
    """Give the conversation to people."""

    team: str
    say: Words | None = None


class End(msgspec.Struct, frozen=True):
    """End the flow, or the whole conversation."""

    session: bool = False


Operation = (
    Say
    | Ask
    | Confirm
    | SetValues
    | Clear
    | CallTool
    | Branch
    | Jump
    | Enter
    | Label
    | HandOver
    | End
)

# --- flows ----------------------------------------------------------------------------------------


class Triggers(msgspec.Struct, frozen=True):
    """What starts a flow. `first` is the first turn of a conversation that says nothing else."""

    intents: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    payloads: tuple[str, ...] = ()
    received: tuple[str, ...] = ()
    first: bool = False


class Dependence(msgspec.Struct, frozen=True):
    """The step that begins at `address` read `slots`: a change of one asks for a return to it.

    `at` is the operation itself; the flow has passed it when its frame's address is greater.
    """

    kind: Literal["call", "set", "confirm", "enter"]
    address: int
    at: int
    slots: frozenset[str]


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of conversation.

    `owns` are the slots that a new start forgets: those it asks for, and those that only its tools
    use. `hears` are the slots that may be filled unasked while it is open, those of the flows it
    calls included. `asks` maps each slot it asks for to the address of the first question.
    """

    name: str
    title: Words | None
    triggers: Triggers
    code: tuple[Operation, ...]
    menu: bool = True
    owns: frozenset[str] = frozenset()
    hears: tuple[str, ...] = ()
    asks: Mapping[str, int] = {}
    dependences: tuple[Dependence, ...] = ()
    line: int = 0


# --- the rest -------------------------------------------------------------------------------------


class Menu(msgspec.Struct, frozen=True):
    """What the bot can do, offered on request and when it does not understand."""

    flows: tuple[str, ...]
    say: Words | None = None
    intents: tuple[str, ...] = ()


class Repair(msgspec.Struct, frozen=True):
    """What happens when she is not understood: `attempts` turns, then the flow `exhausted`."""

    attempts: int = 3


class Team(msgspec.Struct, frozen=True):
    """People who take over; the Chatbot says who they are."""

    name: str
    title: Words | None = None


class HandoffPolicy(msgspec.Struct, frozen=True):
    """When and how people are called. `resume_idle`: after their silence the bot answers again."""

    intents: tuple[str, ...] = ()
    teams: Mapping[str, Team] = {}
    default_team: str = ""
    say: Words | None = None
    closed: Words | None = None
    resume_idle: dt.timedelta | None = None


class Greeting(msgspec.Struct, frozen=True):
    """Said once a day, before the first answer."""

    say: Words
    intents: tuple[str, ...] = ()


class Consent(msgspec.Struct, frozen=True):
    """Words that stop or allow marketing, beside the built-in ones."""

    out_words: tuple[str, ...] = ()
    in_words: tuple[str, ...] = ()


class SessionPolicy(msgspec.Struct, frozen=True):
    """After `idle` of silence a conversation starts anew."""

    idle: dt.timedelta = dt.timedelta(hours=24)


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """A dialogue, compiled.

    `hash` names it: sessions are pinned to it while a flow is open. `phrases` are the engine's own
    words, the built-in ones overlaid with the file's `texts`.
    """

    name: str
    hash: str
    locale: str
    locales: tuple[str, ...]
    currency: str
    variables: Mapping[str, Any]
    phrases: Mapping[str, Words]
    intents: Mapping[str, Mapping[str, tuple[str, ...]]]
    slots: Mapping[str, Slot]
    tools: Mapping[str, Tool]
    faq: Mapping[str, Speech]
    faq_titles: Mapping[str, Words]
    flows: Mapping[str, Flow]
    greeting: Greeting | None
    menu: Menu
    repair: Repair
    handoff: HandoffPolicy
    consent: Consent
    session: SessionPolicy
    exhausted: Flow
    warnings: tuple[Problem, ...] = ()

    def intents_for(
        self, locale: str, vocabulary: Mapping[str, tuple[str, ...]] | None = None
    ) -> dict[str, tuple[str, ...]]:
        """Give the examples of each intent in a locale, to train a classifier with.

        Placeholders of slots are filled with sample values: options, `vocabulary` for catalogue
        fields.
        """
        known = vocabulary or {}
        return {
            intent: examples.spoken(
                by_locale.get(locale) or by_locale.get(self.locale) or (),
                lambda name: _sample_values(self.slots[name], locale, known),
            )
            for intent, by_locale in self.intents.items()
        }

    @property
    def catalogue_fields_used(self) -> frozenset[str]:
        """Fields that slots and searches name; the catalogue must declare them."""
        fields = {
            slot.source.field
            for slot in self.slots.values()
            if isinstance(slot.source, FromCatalogue)
        }
        for tool in self.tools.values():
            if isinstance(tool, CatalogueTool):
                fields |= set(tool.where)
                fields |= {tool.sort} if tool.sort else set()
        return frozenset(fields)


def _sample_values(
    slot: Slot, locale: str, vocabulary: Mapping[str, tuple[str, ...]]
) -> Sequence[str]:
    """Give values to teach a classifier with: options, names of the catalogue, typical ones."""
    if slot.options:
        return [name for option in slot.options for name in (option.id, *option.words[:1])]
    if isinstance(slot.source, FromCatalogue) and vocabulary.get(slot.source.field):
        return vocabulary[slot.source.field]
    return examples.typical(slot.type, locale) or (slot.name.replace("_", " "),)
