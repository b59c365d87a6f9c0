"""From a dialogue's text to a program, or to every problem that it has.

`compile_dialogue` reads the whole file even when parts of it are wrong. What it promises: a program
that it returns never names a flow, slot, tool, team, intent or variable that does not exist, and
shows nothing fixed that WhatsApp would refuse for its length.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from prosa.dialogue import checks, declarations, source, speech
from prosa.dialogue.extractors.normalise import LANGUAGES
from prosa.dialogue.filters import currency_of
from prosa.dialogue.language import (
    EXHAUSTED,
    VERSION,
    Consent,
    Flow,
    Greeting,
    HandoffPolicy,
    Menu,
    Program,
    Repair,
    SessionPolicy,
    Speech,
    Team,
    Triggers,
    Words,
)
from prosa.dialogue.names import RESERVED
from prosa.dialogue.phrases import PHRASES, PLACEHOLDERS
from prosa.dialogue.problems import DialogueRefused, Problem, did_you_mean
from prosa.dialogue.reading import LOCALE, Fields, Reader
from prosa.dialogue.source import Node, Scalar
from prosa.dialogue.steps import Assembler, Compiled
from prosa.dialogue.templates import parse

SECTIONS = (
    "dialogue",
    "locale",
    "locales",
    "currency",
    "vars",
    "texts",
    "intents",
    "slots",
    "tools",
    "faq",
    "greeting",
    "menu",
    "flows",
    "repair",
    "handoff",
    "consent",
    "session",
)
RECEIVED = (
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
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")


def compile_dialogue(text: str, name: str = "dialogue.yaml") -> Program:
    """Compile a dialogue; `name` is the file's, for its problems.

    Raises DialogueRefused with all problems, warnings included, in the order of the file.
    """
    root = source.parse(text, name)
    reader = Reader(name, text)
    program = _Compilation(reader, root).program(_hash(text))
    problems = sorted(reader.problems, key=lambda problem: (problem.line, problem.column))
    if program is None or any(problem.severity == "error" for problem in problems):
        raise DialogueRefused(problems)
    return _with_warnings(program, tuple(problems))


def _hash(text: str) -> str:
    return hashlib.blake2b(f"{VERSION}\n{text}".encode(), digest_size=8).hexdigest()


def _with_warnings(program: Program, warnings: tuple[Problem, ...]) -> Program:
    return Program(
        **{**{f: getattr(program, f) for f in program.__struct_fields__}, "warnings": warnings}
    )


class _Compilation:
    def __init__(self, reader: Reader, root: Node) -> None:
        self._reader = reader
        self._root = root
        self._top = reader.fields(root, "a dialogue", SECTIONS)

    def program(self, program_hash: str) -> Program | None:
        """Read every section; None when there is too little to make a program of."""
        self._version()
        self._locales()
        self._declare()
        top, reader = self._top, self._reader
        variables = self._variables()
        intents = declarations.intents(top)
        slots = declarations.slots(top)
        tools = declarations.tools(top)
        faq, faq_titles = self._faq()
        flows, compiled = self._flows(tools)
        repair, exhausted = self._repair(tools)
        checks.flows(reader, top, flows, compiled)
        flows = checks.with_owned_slots(flows, compiled, tools)
        checks.unused(reader, top, flows, compiled, slots, tools, faq)
        menu = self._menu(flows)
        greeting = self._greeting()
        handoff = self._handoff()
        consent = self._consent()
        session = self._session()
        checks.intents(reader, top, flows, faq, (greeting, menu, handoff))
        return Program(
            name=reader.file,
            hash=program_hash,
            locale=reader.locale,
            locales=reader.locales,
            currency=self._currency(),
            variables=variables,
            phrases=self._phrases(),
            intents=intents,
            slots=slots,
            tools=tools,
            faq=faq,
            faq_titles=faq_titles,
            flows=flows,
            greeting=greeting,
            menu=menu,
            repair=repair,
            handoff=handoff,
            consent=consent,
            session=session,
            exhausted=exhausted,
        )

    # --- what all else stands on ------------------------------------------------------------------

    def _version(self) -> None:
        node = self._top.get("dialogue")
        if node is None:
            self._reader.error(
                self._root, "this does not say that it is a dialogue", "Begin with `dialogue: v1`."
            )
        elif not isinstance(node, Scalar) or node.text != VERSION:
            self._reader.error(
                node, "this version of the language is not known", f"Write `dialogue: {VERSION}`."
            )

    def _locales(self) -> None:
        reader = self._reader
        for key in ("locale", "locales"):
            for node in reader.items(self._top.get(key), f"`{key}`"):
                locale = reader.word(node, f"`{key}`")
                if not LOCALE.fullmatch(locale):
                    reader.error(node, "this is no locale", "Write one such as pt-BR, en or es-MX.")
                elif locale.partition("-")[0] not in LANGUAGES:
                    reader.warn(
                        node,
                        f"in {locale}, dates, amounts and yes or no are read as in English",
                        f"Known are {' and '.join(LANGUAGES)}; ask by buttons and lists here.",
                    )
        reader.locale = self._top.word("locale", "pt-BR") or "pt-BR"
        reader.locales = tuple(dict.fromkeys((reader.locale, *self._top.list_of_words("locales"))))

    def _declare(self) -> None:
        reader, names = self._reader, self._reader.names
        taken: dict[str, str] = {}
        for section in ("slots", "tools", "flows"):
            for name, _ in reader.entries(self._top.get(section), section):
                if not _NAME.fullmatch(name.text) or name.text in RESERVED:
                    reader.error(
                        name,
                        f"`{name.text}` cannot be a name",
                        "Use letters, digits and _, at most 40, beginning with a letter; "
                        f"not one of {', '.join(sorted(RESERVED))}.",
                    )
                elif section != "flows" and taken.setdefault(name.text, section) != section:
                    reader.error(
                        name,
                        f"`{name.text}` is a slot already",
                        "Texts and conditions know both by name: call the tool otherwise.",
                    )
        for name, node in reader.entries(self._top.get("slots"), "slots"):
            names.slots[name.text] = _slot_kind(node)
        names.tools = _keys(self._top.get("tools"))
        names.variables = _keys(self._top.get("vars"))
        names.flows = _keys(self._top.get("flows"))
        names.intents = _keys(self._top.get("intents"))
        handoff = self._top.get("handoff")
        if isinstance(handoff, source.Mapping):
            teams = handoff.get("teams")
            names.teams = _keys(teams) or {
                node.text for node in reader.items(teams, "`teams`") if isinstance(node, Scalar)
            }

    def _currency(self) -> str:
        node = self._top.get("currency")
        if node is None:
            return currency_of(self._reader.locale)
        code = self._reader.word(node, "`currency`")
        if not re.fullmatch(r"[A-Z]{3}", code):
            self._reader.error(node, "this is no currency", "Write its three letters, such as BRL.")
        return code

    def _variables(self) -> Mapping[str, Any]:
        reader = self._reader
        found: dict[str, Any] = {}
        for name, node in reader.entries(self._top.get("vars"), "vars"):
            localised = isinstance(node, source.Mapping) and set(node.keys()) <= set(reader.locales)
            found[name.text] = (
                reader.words(node, f"`{name.text}`") if localised else reader.fixed(node)
            )
        return found

    def _phrases(self) -> Mapping[str, Words]:
        reader = self._reader
        phrases = {key: self._built_in(key) for key in PHRASES["en"]}
        for name, node in reader.entries(self._top.get("texts"), "texts"):
            if name.text not in phrases:
                reader.error(
                    name, f"there is no text `{name.text}`", did_you_mean(name.text, phrases)
                )
                continue
            with reader.allowing(*PLACEHOLDERS.get(name.text, ())):
                words = reader.words(node, f"`{name.text}`", most=speech.BODY)
            phrases[name.text] = words or phrases[name.text]
        return phrases

    def _built_in(self, key: str) -> Words:
        by_locale = {locale: parse(texts[key]) for locale, texts in PHRASES.items()}
        language = self._reader.locale.partition("-")[0]
        own = next((known for known in by_locale if known.partition("-")[0] == language), "en")
        return Words(by_locale, own)

    # --- sections ---------------------------------------------------------------------------------

    def _faq(self) -> tuple[dict[str, Speech], dict[str, Words]]:
        reader = self._reader
        answers: dict[str, Speech] = {}
        titles: dict[str, Words] = {}
        for name, node in reader.entries(self._top.get("faq"), "faq"):
            reader.reference(name, "intent", reader.names.intents)
            localised = isinstance(node, source.Mapping) and any(
                LOCALE.fullmatch(key) and key not in speech.KEYS
                for key in node.keys()  # noqa: SIM118 - not a dict
            )
            if isinstance(node, source.Mapping) and not localised:
                fields = reader.fields(node, "an answer", ("title", *speech.KEYS))
                answers[name.text] = speech.read(fields)
                if title := fields.words("title", speech.ROW):
                    titles[name.text] = title
                continue
            items = reader.items(node, f"`{name.text}`")
            words = (reader.words(item, f"`{name.text}`") for item in items)
            answers[name.text] = Speech(tuple(text for text in words if text is not None))
        return answers, titles

    def _flows(self, tools: Any) -> tuple[dict[str, Flow], dict[str, Compiled]]:
        reader = self._reader
        flows: dict[str, Flow] = {}
        compiled: dict[str, Compiled] = {}
        if "flows" not in self._top:
            reader.error(self._root, "there are no flows", "Add `flows:` with at least one flow.")
        for name, node in reader.entries(self._top.get("flows"), "flows"):
            fields = reader.fields(
                node, f"the flow `{name.text}`", ("title", "start", "menu", "steps")
            )
            compiled[name.text] = Assembler(reader, tools).flow(
                fields.get("steps"), name, name.text
            )
            flows[name.text] = Flow(
                name=name.text,
                title=fields.words("title", speech.DESCRIPTION),
                triggers=self._triggers(fields),
                code=compiled[name.text].code,
                menu=fields.boolean("menu", default=True),
                asks=compiled[name.text].asks,
                dependences=compiled[name.text].dependences,
                line=name.place.line,
            )
        return flows, compiled

    def _triggers(self, fields: Fields) -> Triggers:
        reader = self._reader
        node = fields.get("start")
        intents: list[str] = []
        keywords: list[str] = []
        payloads: list[str] = []
        received: list[str] = []
        first = False
        for item in reader.items(node, "`start`"):
            keys = ("intent", "keyword", "payload", "received", "first")
            start = reader.fields(item, "`start`", keys)
            if isinstance(item, source.Mapping) and not item.entries:
                reader.error(item, "`start` names nothing", "Write {intent: …} or {keyword: …}.")
            intents += start.references("intent", "intent", reader.names.intents)
            keywords += start.list_of_words("keyword")
            payloads += start.list_of_words("payload")
            first = start.boolean("first") or first
            received += [
                kind
                for node in reader.items(start.get("received"), "`received`")
                if (kind := reader.one_of(node, "kind of message", RECEIVED))
            ]
        return Triggers(tuple(intents), tuple(keywords), tuple(payloads), tuple(received), first)

    def _greeting(self) -> Greeting | None:
        node = self._top.get("greeting")
        if node is None:
            return None
        if isinstance(node, source.Mapping) and node.get("say") is not None:
            fields = self._reader.fields(node, "`greeting`", ("say", "intent"))
            say = fields.words("say")
            intents = fields.references("intent", "intent", self._reader.names.intents)
        else:
            say, intents = self._reader.words(node, "`greeting`"), ()
        return Greeting(say, intents) if say else None

    def _menu(self, flows: Mapping[str, Flow]) -> Menu:
        fields = self._reader.fields(self._top.get("menu"), "`menu`", ("say", "intent", "flows"))
        named = fields.references("flows", "flow", self._reader.names.flows)
        for name, node in zip(
            named, self._reader.items(fields.get("flows"), "`flows`"), strict=False
        ):
            if name in flows and flows[name].title is None:
                self._reader.error(
                    node, f"`{name}` has no title to show in the menu", "Add `title:` to the flow."
                )
        offered = named or tuple(
            flow.name for flow in flows.values() if flow.title and flow.menu and _starts(flow)
        )
        return Menu(
            offered,
            fields.words("say", speech.BODY),
            fields.references("intent", "intent", self._reader.names.intents),
        )

    def _repair(self, tools: Any) -> tuple[Repair, Flow]:
        reader = self._reader
        fields = reader.fields(self._top.get("repair"), "`repair`", ("attempts", "exhausted"))
        steps = fields.get("exhausted")
        empty = Compiled((), {}, (), ())
        compiled = Assembler(reader, tools).flow(steps, fields.node, EXHAUSTED) if steps else empty
        flow = Flow(name=EXHAUSTED, title=None, triggers=Triggers(), code=compiled.code, menu=False)
        return Repair(fields.count("attempts", 1, 10) or 3), flow

    def _handoff(self) -> HandoffPolicy:
        reader = self._reader
        known = ("intent", "teams", "team", "say", "closed", "resume")
        fields = reader.fields(self._top.get("handoff"), "`handoff`", known)
        node = fields.get("teams")
        if isinstance(node, source.Mapping):
            teams = {
                name.text: Team(name.text, reader.fields(body, "a team", ("title",)).words("title"))
                for name, body in node.entries
            }
        else:
            teams = {team: Team(team) for team in fields.list_of_words("teams")}
        resume = reader.fields(fields.get("resume"), "`resume`", ("idle",))
        idle = resume.get("idle")
        default = fields.references("team", "team", teams)
        return HandoffPolicy(
            intents=fields.references("intent", "intent", reader.names.intents),
            teams=teams,
            default_team=next(iter(default or teams), ""),
            say=fields.words("say", speech.BODY),
            closed=fields.words("closed", speech.BODY),
            resume_idle=reader.duration(idle, "`idle`") if idle else None,
        )

    def _consent(self) -> Consent:
        fields = self._reader.fields(self._top.get("consent"), "`consent`", ("out", "in"))
        return Consent(fields.list_of_words("out"), fields.list_of_words("in"))

    def _session(self) -> SessionPolicy:
        fields = self._reader.fields(self._top.get("session"), "`session`", ("idle",))
        return SessionPolicy(fields.duration("idle", SessionPolicy().idle))


def _starts(flow: Flow) -> bool:
    triggers = flow.triggers
    return bool(triggers.intents or triggers.keywords or triggers.payloads)


def _keys(node: Node | None) -> set[str]:
    return set(node.keys()) if isinstance(node, source.Mapping) else set()


def _slot_kind(node: Node) -> str:
    """Give a slot's type as far as texts care: `item` when it takes a whole item."""
    if not isinstance(node, source.Mapping):
        return "text"
    kind, origin = node.get("type"), node.get("from")
    if isinstance(origin, Scalar) and not origin.text.startswith("catalogue."):
        return "item"
    return kind.text if isinstance(kind, Scalar) else "text"
