"""Steps, as a flow lists them, become operations with addresses.

A step has exactly one verb. Its `when` becomes a branch before it; the steps of `failed`, `denied`
and `exhausted` stand right behind their operation and end the flow unless they `goto`: what follows
a booking must never be reached by a booking that failed.
"""

from typing import NamedTuple

import msgspec

from prosa.dialogue import speech
from prosa.dialogue.language import (
    Ask,
    Branch,
    CallTool,
    Clear,
    Computed,
    Confirm,
    Dependence,
    End,
    Enter,
    Filled,
    HandOver,
    HttpTool,
    Jump,
    Label,
    Listed,
    Mapped,
    Operation,
    Say,
    SetValues,
    Tool,
    Value,
    Words,
)
from prosa.dialogue.problems import did_you_mean
from prosa.dialogue.reading import Fields, Reader
from prosa.dialogue.source import Mapping, Node, Scalar

BODY = 1024
"""Characters of an interactive message's body and of a caption (Meta, "Interactive messages")."""

VERBS = {
    "say": (*speech.KEYS, "each", "limit"),
    "ask": (
        *("say", "again", "buttons", "list", "show", "button", "image", "footer"),
        *("optional", "tries", "exhausted"),
    ),
    "confirm": ("denied", "yes", "no", "tries"),
    "set": (),
    "clear": (),
    "call": ("failed",),
    "if": ("then", "else"),
    "goto": (),
    "flow": (),
    "tag": (),
    "untag": (),
    "handoff": ("say",),
    "end": (),
}  # fmt: skip
COMMON = ("id", "when")
_SAYING = frozenset(speech.EXTRAS)
_LATER = {
    "llm": "No language model speaks in this version; use flows, `faq` or `handoff`.",
    "wait": "This version does not wait inside a flow; end it and let a campaign write later.",
}


class Compiled(NamedTuple):
    """What a list of steps came to."""

    code: tuple[Operation, ...]
    asks: dict[str, int]
    dependences: tuple[Dependence, ...]
    entered: tuple["Entered", ...]


class Entered(NamedTuple):
    """A flow called from a step; `always` when no condition stands before the call."""

    flow: str
    node: Node
    always: bool
    address: int
    at: int


class Assembler:
    """Compiles the steps of one flow."""

    def __init__(self, reader: Reader, tools: dict[str, Tool]) -> None:
        self._reader = reader
        self._tools = tools
        self._code: list[Operation] = []
        self._places: dict[str, int] = {"start": 0}
        self._jumps: list[tuple[int, Scalar, int | None]] = []
        self._asks: dict[str, int] = {}
        self._dependences: list[Dependence] = []
        self._entered: list[Entered] = []
        self._ids: dict[str, Node] = {}
        self._wanted: set[str] = set()
        self._conditional = 0
        self._next: list[int] = []
        self._nexts: dict[int, int] = {}

    def flow(self, steps: Node | None, what: Node, name: str) -> Compiled:
        """Compile a flow's steps."""
        nodes = self._reader.items(steps, f"the steps of `{name}`")
        if steps is None or not nodes:
            if steps is None:
                self._reader.error(
                    what, f"`{name}` has no steps", "Add `steps:` with a list of steps."
                )
            nodes = ()
        self._wanted = set(_targets(nodes))
        self._block(nodes, confirmed=False)
        self._code.append(End())
        self._resolve()
        for step_id, node in self._ids.items():
            if step_id not in self._wanted:
                self._reader.warn(node, f"nothing goes to `{step_id}`", "Leave the id out.")
        return Compiled(
            tuple(self._code), self._asks, tuple(self._dependences), tuple(self._entered)
        )

    # --- blocks -----------------------------------------------------------------------------------

    def _block(self, nodes: tuple[Node, ...], *, confirmed: bool) -> bool:
        """Compile steps in a row; tell whether the last of them never goes on."""
        ended = False
        for node in nodes:
            has_id = isinstance(node, Mapping) and node.get("id") is not None
            if ended and not has_id:
                self._reader.error(
                    node,
                    "this step is never reached: the one above it never goes on",
                    "Remove it, give it an `id` to go to, or put a `when` on the step above.",
                )
            ended, confirmed = self._step(node, confirmed=confirmed)
        return ended

    def _step(self, node: Node, *, confirmed: bool) -> tuple[bool, bool]:
        if not isinstance(node, Mapping) or not node.entries:
            self._reader.error(
                node, "a step is a mapping with one verb", "Write `- say: Olá!`, for instance."
            )
            return False, confirmed
        verb = self._verb(node)
        if verb is None:
            return False, confirmed
        known = (verb, *(key for key in VERBS[verb] if key != verb), *COMMON)
        fields = self._reader.fields(node, f"a `{verb}` step", known)
        address = len(self._code)
        self._name(fields, address)
        guard = self._guard(fields)
        ended = self._operations(verb, fields, address, confirmed=confirmed)
        if guard is not None:
            self._conditional -= 1
            self._aim(guard, len(self._code))
            return False, confirmed
        return ended, confirmed or verb == "confirm"

    def _verb(self, node: Mapping) -> str | None:
        keys = node.keys()
        verbs = [key for key in keys if key in VERBS]
        if set(verbs) in ({"ask", "say"}, {"handoff", "say"}):
            verbs.remove("say")
        if not verbs and _SAYING.intersection(keys):
            return "say"
        if len(verbs) == 1:
            return verbs[0]
        if not verbs:
            name = node.entries[0][0]
            later = next((key for key in keys if key in _LATER), None)
            self._reader.error(
                name,
                f"there is no step `{later or name.text}`",
                _LATER[later] if later else did_you_mean(name.text, (*VERBS, *_SAYING)),
            )
            return None
        second = next(name for name, _ in node.entries if name.text == verbs[1])
        self._reader.error(
            second,
            f"a step has one verb, and this has `{verbs[0]}` and `{verbs[1]}`",
            f"Make `{verbs[1]}` a step of its own.",
        )
        return None

    def _name(self, fields: Fields, address: int) -> None:
        node = fields.get("id")
        if node is None:
            return
        name = self._reader.word(node, "`id`")
        if name in self._places or name == "next":
            self._reader.error(
                node,
                f"the id `{name}` is taken",
                "Ids differ within a flow; `start` and `next` have a meaning of their own.",
            )
        elif name:
            self._places[name] = address
            self._ids[name] = node

    def _guard(self, fields: Fields) -> int | None:
        condition = fields.expression("when")
        if condition is None:
            return None
        self._conditional += 1
        self._code.append(Branch(condition, -1, fields.node.place.line))
        return len(self._code) - 1

    def _aim(self, at: int, to: int) -> None:
        """Give the operation at an address the address that it was made without."""
        match self._code[at]:
            case Branch() as branch:
                self._code[at] = msgspec.structs.replace(branch, otherwise=to)
            case _:
                self._code[at] = Jump(to)

    # --- verbs ------------------------------------------------------------------------------------

    def _operations(  # noqa: C901, PLR0912 - a verb, a case
        self, verb: str, fields: Fields, address: int, *, confirmed: bool
    ) -> bool:
        """Append a step's operations; tell whether it never goes on to the next step."""
        match verb:
            case "say":
                self._say(fields)
            case "ask":
                self._ask(fields, address, confirmed=confirmed)
            case "confirm":
                self._confirm(fields, address, confirmed=confirmed)
            case "set":
                self._set(fields, address)
            case "clear":
                names = {*self._reader.names.slots, *self._reader.names.tools}
                self._code.append(Clear(fields.references("clear", "slot or tool", names)))
            case "call":
                self._call(fields, address, confirmed=confirmed)
            case "if":
                return self._if(fields, confirmed=confirmed)
            case "goto":
                return self._goto(fields)
            case "flow":
                self._flow(fields, address)
            case "tag":
                self._code.append(Label(fields.list_of_words("tag"), ()))
            case "untag":
                self._code.append(Label((), fields.list_of_words("untag")))
            case "handoff":
                self._handoff(fields)
                return True
            case _:
                return self._end(fields)
        return False

    def _say(self, fields: Fields) -> None:
        reader = self._reader
        each: tuple[str, ...] = ()
        if (node := fields.get("each")) is not None:
            each = tuple(reader.word(node, "`each`").strip("{}").split("."))
            if fault := reader.names.fault(each):
                reader.error(node, *fault)
        limit = fields.count("limit", 1, 10) or (10 if each else 1)
        if "limit" in fields and not each:
            reader.error(fields.name("limit"), "`limit` goes with `each`", "Add `each: <list>`.")
        with reader.allowing(*(("item",) if each else ())):
            spoken = speech.read(fields)
        self._code.append(Say(spoken, each, limit))

    def _ask(self, fields: Fields, address: int, *, confirmed: bool) -> None:
        reader = self._reader
        node = fields.get("ask") or fields.node
        slot = reader.reference(node, "slot", reader.names.slots)
        say = fields.words("say", BODY)
        if "say" not in fields:
            reader.error(fields.node, "an `ask` needs its question", "Add `say: …`.")
        if slot is None or say is None:
            return
        show = fields.one_of("show", ("auto", "buttons", "list", "text"), "auto")
        for key in ("buttons", "list"):
            if (value := fields.get(key)) and reader.one_of(value, f"`{key}`", ("options",)):
                show = key
        at = len(self._code)
        self._code.append(
            Ask(
                slot=slot,
                begins=address,
                say=say,
                again=fields.words("again", BODY),
                show=show,  # type: ignore[arg-type]  # one_of has read one of the literals
                button=fields.words("button", 20),
                image=speech.file(fields, "image"),
                footer=fields.words("footer", 60),
                optional=fields.boolean("optional"),
                tries=fields.count("tries", 1, 10) or 3,
                line=fields.node.place.line,
            )
        )
        self._asks.setdefault(slot, address)
        self._aside(fields, "exhausted", at=at, confirmed=confirmed)

    def _confirm(self, fields: Fields, address: int, *, confirmed: bool) -> None:
        say = fields.words("confirm", BODY)
        if say is None:
            return
        at = len(self._code)
        self._code.append(
            Confirm(
                say=say,
                denied=-1,
                yes=fields.words("yes", 20),
                no=fields.words("no", 20),
                tries=fields.count("tries", 1, 10) or 3,
                line=fields.node.place.line,
            )
        )
        self._dependences.append(
            Dependence("confirm", address, at, _named_in_words(say) & self._reader.names.filled())
        )
        self._aside(fields, "denied", at=at, confirmed=confirmed, always=True)

    def _set(self, fields: Fields, address: int) -> None:
        slots: dict[str, Value] = {}
        attributes: dict[str, Value] = {}
        for name, node in self._reader.entries(fields.get("set"), "set"):
            value = self._reader.value(node, f"`{name.text}`")
            root, dot, attribute = name.text.partition(".")
            if root == "contact" and dot and attribute:
                attributes[attribute] = value
            elif name.text in self._reader.names.slots:
                slots[name.text] = value
            else:
                self._reader.error(
                    name,
                    f"there is no slot `{name.text}`",
                    did_you_mean(
                        name.text,
                        self._reader.names.slots,
                        "Declare it under `slots`, or write `contact.<attribute>`.",
                    ),
                )
        at = len(self._code)
        self._code.append(SetValues(slots, attributes))
        reads = frozenset[str]().union(*map(named_in, slots.values())) & self._reader.names.filled()
        if reads:
            self._dependences.append(Dependence("set", address, at, reads))

    def _call(self, fields: Fields, address: int, *, confirmed: bool) -> None:
        node = fields.get("call") or fields.node
        name = self._reader.reference(node, "tool", self._reader.names.tools)
        tool = self._tools.get(name or "")
        if name is None or tool is None:
            return
        if isinstance(tool, HttpTool) and tool.confirm and not confirmed:
            self._reader.error(
                node,
                f"`{name}` commits the business, and nothing asks the customer first",
                "Put a `confirm` step before this one, or take `confirm: true` off the tool.",
            )
        at = len(self._code)
        self._code.append(CallTool(name, None, fields.node.place.line))
        self._dependences.append(Dependence("call", address, at, tool.uses))
        self._aside(fields, "failed", at=at, confirmed=confirmed)

    def _aside(
        self,
        fields: Fields,
        key: str,
        *,
        at: int,
        confirmed: bool,
        always: bool = False,
    ) -> None:
        """Compile the steps under `key` right behind the operation at `at`."""
        nodes = self._reader.items(fields.get(key), f"`{key}`")
        if not nodes and not always:
            return
        jump = len(self._code)
        self._code.append(Jump(-1))
        self._code[at] = msgspec.structs.replace(self._code[at], **{key: len(self._code)})
        self._conditional += 1
        self._next.append(jump)
        self._block(nodes, confirmed=confirmed)
        self._next.pop()
        self._conditional -= 1
        self._code.append(End())
        self._aim(jump, len(self._code))

    def _if(self, fields: Fields, *, confirmed: bool) -> bool:
        condition = fields.expression("if")
        then, other = fields.get("then"), fields.get("else")
        if then is None:
            self._reader.error(
                fields.node, "an `if` needs `then`", "Add `then:` with a list of steps."
            )
        if condition is None or then is None:
            return False
        self._conditional += 1
        branch = len(self._code)
        self._code.append(Branch(condition, -1, fields.node.place.line))
        then_ends = self._block(self._reader.items(then, "`then`"), confirmed=confirmed)
        other_ends = False
        if other is None:
            self._aim(branch, len(self._code))
        else:
            jump = len(self._code)
            self._code.append(Jump(-1))
            self._aim(branch, len(self._code))
            other_ends = self._block(self._reader.items(other, "`else`"), confirmed=confirmed)
            self._aim(jump, len(self._code))
        self._conditional -= 1
        return then_ends and other_ends

    def _goto(self, fields: Fields) -> bool:
        node = fields.get("goto")
        if not isinstance(node, Scalar) or not node.text:
            self._reader.error(fields.node, "a `goto` names an id", "Write `goto: <id>`.")
            return True
        self._jumps.append((len(self._code), node, self._next[-1] if self._next else None))
        self._code.append(Jump(-1))
        return True

    def _flow(self, fields: Fields, address: int) -> None:
        node = fields.get("flow") or fields.node
        name = self._reader.reference(node, "flow", self._reader.names.flows)
        if name is not None:
            at = len(self._code)
            self._entered.append(Entered(name, node, not self._conditional, address, at))
            self._code.append(Enter(name))

    def _handoff(self, fields: Fields) -> None:
        node = fields.get("handoff")
        team = ""
        if isinstance(node, Scalar) and not (node.plain and node.text in {"true", ""}):
            team = self._reader.reference(node, "team", self._reader.names.teams) or ""
        elif not isinstance(node, Scalar):
            self._reader.error(
                node or fields.node, "a `handoff` names a team", "Write `handoff: <team>`."
            )
        self._code.append(HandOver(team, fields.words("say")))

    def _end(self, fields: Fields) -> bool:
        node = fields.get("end") or fields.node
        scope = self._reader.one_of(node, "`end`", ("true", "flow", "session"))
        self._code.append(End(session=scope == "session"))
        return True

    # --- afterwards -------------------------------------------------------------------------------

    def _resolve(self) -> None:
        for at, node, around in self._jumps:
            target = self._places.get(node.text)
            if node.text == "next":
                target = self._after(around)
                if target is None:
                    self._reader.error(
                        node,
                        "`goto: next` belongs inside `failed`, `denied` and `exhausted`",
                        "Leave it out: steps follow each other anyway.",
                    )
            elif target is None:
                self._reader.error(
                    node,
                    f"no step here has the id `{node.text}`",
                    "Steps are named, not counted: put `id: …` on the step and go to that."
                    if node.text.isdecimal()
                    else did_you_mean(node.text, self._places),
                )
            self._aim(at, target or 0)

    def _after(self, jump: int | None) -> int | None:
        match self._code[jump] if jump is not None else None:
            case Jump(to):
                return to
            case _:
                return None


def _targets(nodes: tuple[Node, ...]) -> list[str]:
    """Name every `goto` within steps, however deep."""
    found: list[str] = []
    pending = list(nodes)
    while pending:
        node = pending.pop()
        if isinstance(node, Mapping):
            for name, value in node.entries:
                if name.text == "goto" and isinstance(value, Scalar):
                    found.append(value.text)
                pending.append(value)
        elif not isinstance(node, Scalar):
            pending.extend(node.items)
    return found


def _named_in_words(words: Words) -> frozenset[str]:
    return frozenset(
        placeholder.path[0]
        for template in words.by_locale.values()
        for placeholder in template.placeholders()
    )


def named_in(value: Value | None) -> frozenset[str]:
    """Name the roots that a value reads."""
    match value:
        case Filled(template):
            return frozenset(placeholder.path[0] for placeholder in template.placeholders())
        case Computed(expression):
            return expression.names
        case Mapped(entries):
            return frozenset().union(*map(named_in, entries.values()))
        case Listed(items):
            return frozenset().union(*map(named_in, items))
        case _:
            return frozenset()
