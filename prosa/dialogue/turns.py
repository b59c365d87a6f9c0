"""What goes into a turn and what comes out: heard, scene, calls, reply.

Data only. The caller fills `Heard` and `Scene`, answers each `Call`, and carries out the `Reply`.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from prosa.contracts import outbound
from prosa.contracts.session import Session
from prosa.dialogue.hours import Hours
from prosa.dialogue.language import Tool

# --- heard ----------------------------------------------------------------------------------------


class Scored(msgspec.Struct, frozen=True):
    """An intent and how probable it is, 0 to 1."""

    intent: str
    score: float


class Ranking(msgspec.Struct, frozen=True):
    """What a classifier says of a text, best first, and what it would do about it.

    `accept`: act on the first. `clarify`: ask between the first few. `reject`: none of them.
    """

    intents: tuple[Scored, ...] = ()
    decision: Literal["accept", "clarify", "reject"] = "reject"


NOTHING_RANKED = Ranking()

UtteranceKind = Literal[
    "text",
    "choice",
    "image",
    "video",
    "document",
    "audio",
    "sticker",
    "location",
    "contacts",
    "order",
    "flow_reply",
    "reaction",
    "unsupported",
    "unknown",
]


class File(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file of hers at Meta."""

    kind: str
    id: str
    mime_type: str = ""
    filename: str = ""


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """A pin of hers, in degrees."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class Utterance(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One message of hers.

    `text` are her words: a text's body, a file's caption, the title of what she tapped. `choice` is
    the id of a tapped button, row or quick reply. `phones` come from shared contacts. `data` is
    what an order or a filled form brings, as plain JSON.
    """

    kind: UtteranceKind
    id: str = ""
    text: str = ""
    choice: str = ""
    file: File | None = None
    place: Place | None = None
    phones: tuple[str, ...] = ()
    data: Any = None
    ranking: Ranking = NOTHING_RANKED


class Heard(msgspec.Struct, frozen=True):
    """All that one turn drained, oldest first.

    `joint` ranks all texts joined by a line break; it is asked when no text alone is understood
    ("tem" + "corolla" + "automático?"). Leave it out when there is one text only.
    """

    utterances: tuple[Utterance, ...]
    joint: Ranking | None = None


# --- scene ----------------------------------------------------------------------------------------


class Person(msgspec.Struct, frozen=True, omit_defaults=True):
    """The contact, as far as a dialogue may know her."""

    name: str = ""
    phone: str = ""
    tags: tuple[str, ...] = ()
    attributes: dict[str, Any] = {}


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """The circumstances of a turn.

    `now` is aware; `time_zone` is the bot's. `locale` is the contact's language, empty for the
    program's own. `vocabulary` gives the values that catalogue fields have at present, for slots
    with `from: catalogue.<field>`. `variables` replace the program's `vars` of the same name.
    `idle` is the silence after which a conversation starts anew; None takes the program's.
    """

    now: dt.datetime
    time_zone: dt.tzinfo
    locale: str = ""
    contact: Person = Person()
    hours: Hours | None = None
    vocabulary: Mapping[str, tuple[str, ...]] = {}
    variables: Mapping[str, Any] = {}
    idle: dt.timedelta | None = None


# --- calls ----------------------------------------------------------------------------------------


class Call(msgspec.Struct, frozen=True):
    """Please run this tool.

    `arguments` are filled in: `url`, `query`, `json` for HTTP; `where`, `sort`, `descending`,
    `limit` for a catalogue.
    """

    tool: str
    arguments: dict[str, Any]
    spec: Tool


class Failed(msgspec.Struct, frozen=True):
    """The tool gave no answer; `reason` is for the trace, never for the customer."""

    reason: str


class Answered(msgspec.Struct, frozen=True):
    """The tool's answer, plain JSON. A catalogue answers `{"items": [...], "total": n}`."""

    value: Any


CallResult = Answered | Failed


# --- reply ----------------------------------------------------------------------------------------


class Handoff(msgspec.Struct, frozen=True):
    """Give the conversation to people. `team` is empty when the dialogue names none."""

    team: str
    reason: Literal["asked", "step", "exhausted", "failed"]
    summary: str
    slots: dict[str, Any]


class Tag(msgspec.Struct, frozen=True):
    """Add a tag to the contact."""

    name: str


class Untag(msgspec.Struct, frozen=True):
    """Take a tag off the contact."""

    name: str


class SetAttribute(msgspec.Struct, frozen=True):
    """Keep a lasting note on the contact; None removes it."""

    name: str
    value: Any


class OptOut(msgspec.Struct, frozen=True):
    """She wants no marketing; `words` are hers, as the record of it."""

    words: str


class OptIn(msgspec.Struct, frozen=True):
    """She agrees to marketing; `words` are hers, as the record of it."""

    words: str


class EndSession(msgspec.Struct, frozen=True):
    """The dialogue says that this conversation is over."""


Action = Handoff | Tag | Untag | SetAttribute | OptOut | OptIn | EndSession

DecisionKind = Literal[
    "understood",
    "clarified",
    "not_understood",
    "tapped",
    "stale_tap",
    "greeted",
    "filled",
    "corrected",
    "skipped",
    "invalid",
    "tied",
    "partial",
    "forgot",
    "confirmed",
    "denied",
    "flow_started",
    "flow_resumed",
    "flow_ended",
    "rewound",
    "cancelled",
    "digressed",
    "menu",
    "asked",
    "called",
    "call_failed",
    "handed_off",
    "exhausted",
    "opted_out",
    "opted_in",
    "expired",
    "restarted",
    "received",
    "missing_value",
    "condition_failed",
    "too_many_steps",
]


class Decision(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that was understood or decided: for `--explain`, for analytics.

    `subject` names an intent, slot, flow, tool or placeholder of the dialogue, `detail` adds to it.
    Neither holds the customer's own words. `flow` is the one that was on top; empty outside all.
    """

    kind: DecisionKind
    subject: str = ""
    detail: str = ""
    score: float | None = None
    flow: str = ""


class Reply(msgspec.Struct, frozen=True):
    """What a turn came to: the new session, what to say, what to do, and why."""

    session: Session
    messages: tuple[outbound.Message, ...] = ()
    actions: tuple[Action, ...] = ()
    trace: tuple[Decision, ...] = ()
