"""A conversation without WhatsApp: program, understanding and catalogue of a bot in one process.

What `prosa chat` talks to. The parts are those of a running bot; only its HTTP tools are left out
unless asked for, because a chat to try things out should not book a table.
"""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from datetime import datetime
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from prosa.catalogue import reading
from prosa.catalogue.search import Catalogue, query
from prosa.cli.manifests import Script
from prosa.contracts.catalogue import Item
from prosa.contracts.chatbot import Chatbot
from prosa.contracts.session import Session
from prosa.dialogue.compiler import compile_dialogue
from prosa.dialogue.hours import parse_hours
from prosa.dialogue.interpreter import finish, take_turn
from prosa.dialogue.language import CatalogueTool, HttpTool, Program
from prosa.dialogue.turns import (
    NOTHING_RANKED,
    Answered,
    Call,
    CallResult,
    Failed,
    Heard,
    Person,
    Ranking,
    Reply,
    Scene,
    Scored,
    SetAttribute,
    Utterance,
)
from prosa.understanding.classifier import IntentClassifier
from prosa.understanding.embedder import Embedder, build_embedder

_TIME_ZONE = "America/Sao_Paulo"  # the Chatbot's default


class Talk:
    """One customer's conversation with one bot."""

    def __init__(self, script: Script, embedder: Embedder | None, *, call_tools: bool) -> None:
        self.program: Program = compile_dialogue(script.dialogue.text, script.dialogue.name)
        self.session: Session | None = None
        self._catalogue = Catalogue(_items(script))
        self._call_tools = call_tools
        self._vocabulary = {
            field: self._catalogue.values(field) for field in self.program.catalogue_fields_used
        }
        spec = script.chatbot.spec if script.chatbot else None
        self._zone = ZoneInfo(spec.time_zone if spec else _TIME_ZONE)
        self._hours = parse_hours(spec.handoff.hours) if spec else None
        self._classifiers = self._train(embedder)
        self._attributes: dict[str, Any] = {}

    def say(self, text: str, now: datetime) -> tuple[Reply, Ranking]:
        """Say something; gives the reply and how the text was ranked."""
        ranking = self._rank(text)
        return self._turn(Utterance(kind="text", text=text, ranking=ranking), now), ranking

    def choose(self, choice: str, title: str, now: datetime) -> Reply:
        """Tap a button or a row."""
        return self._turn(Utterance(kind="choice", text=title, choice=choice), now)

    def _turn(self, utterance: Utterance, now: datetime) -> Reply:
        scene = Scene(
            now=now,
            time_zone=self._zone,
            hours=self._hours,
            vocabulary=self._vocabulary,
            contact=Person(name="Ana", attributes=self._attributes),
        )
        turn = take_turn(self.program, self.session, Heard((utterance,)), scene)
        reply = finish(turn, self._answer)
        self.session = reply.session
        for action in reply.actions:
            if isinstance(action, SetAttribute):
                self._attributes[action.name] = action.value
        return reply

    def _train(self, embedder: Embedder | None) -> Mapping[str, IntentClassifier]:
        classifiers = {}
        for locale in self.program.locales:
            if examples := self.program.intents_for(locale, self._vocabulary):
                classifiers[locale] = IntentClassifier.train(
                    examples, locale=locale, embedder=embedder
                )
        return classifiers

    def _rank(self, text: str) -> Ranking:
        locale = self.session.locale if self.session else ""
        classifier = self._classifiers.get(locale) or self._classifiers.get(self.program.locale)
        if classifier is None:
            return NOTHING_RANKED
        (ranked,) = classifier.classify([text])
        return Ranking(tuple(Scored(i.intent, i.score) for i in ranked.intents), ranked.decision)

    def _answer(self, call: Call) -> CallResult:
        match call.spec:
            case CatalogueTool():
                return self._search(call.arguments)
            case HttpTool() as tool:
                if not self._call_tools:
                    return Failed("not called in a chat; --tools calls it")
                return _request(tool, call.arguments)
            case _:
                assert_never(call.spec)

    def _search(self, wanted: Mapping[str, Any]) -> CallResult:
        sort = wanted.get("sort") or ""
        form = {
            "where": wanted.get("where"),
            "sort": f"-{sort}" if sort and wanted.get("descending") else sort,
            "limit": wanted.get("limit"),
        }
        try:
            found = self._catalogue.search(query(form))
        except ValueError as error:
            return Failed(str(error))
        items = [{**item.fields, "id": item.key} for item in found.items]
        return Answered({"items": items, "total": found.total})


def embedder_for(chatbot: Chatbot | None) -> Embedder | None:
    """Load the model that the Chatbot names; the one of the default without a Chatbot."""
    return build_embedder(chatbot.spec.understanding.provider if chatbot else "embedded")


def _items(script: Script) -> tuple[Item, ...]:
    spec = script.chatbot.spec.catalogue if script.chatbot else None
    if spec is None or script.catalogue is None:
        return ()
    return reading.read(script.catalogue.text, script.catalogue.name, spec)


def _request(tool: HttpTool, arguments: Mapping[str, Any]) -> CallResult:
    url = arguments["url"]
    if not url.startswith(("https://", "http://")):
        return Failed("not an HTTP address")
    if given := arguments.get("query"):
        url += f"?{urllib.parse.urlencode(given)}"
    body = json.dumps(arguments["json"]).encode() if arguments.get("json") is not None else None
    request = urllib.request.Request(  # noqa: S310 - the scheme was looked at
        url, data=body, method=tool.method.upper(), headers={"content-type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=tool.timeout.total_seconds()) as answer:  # noqa: S310 - the scheme was looked at
            return Answered(json.load(answer))
    except (OSError, ValueError) as error:
        return Failed(type(error).__name__)
