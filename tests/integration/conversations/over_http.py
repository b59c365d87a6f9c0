"""Plays a customer through the simulator: webhooks go in, and her screen is what she sees.

A `Driver` like `tests.conversations.in_process`, over `prosa up`. Only two things are looked at
from within: `Witness` tells when an answer is whole, and the contact document what is known of her.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any

import msgspec
import yaml

from prosa.cli.manifests import Bundle
from prosa.clock import SystemClock
from prosa.contracts import inbound, subjects
from prosa.contracts.contact import Contact
from prosa.contracts.identity import ContactKey
from prosa.jetstream.buckets import Bucket
from prosa.jetstream.connection import JetStream
from tests.conversations.driver import Act, Bubble, Kind, Option, State
from tests.integration.conversations.witness import Witness
from tests.support.eventually import eventually
from tests.support.simulator import Simulator, bearer

PATIENCE = 90.0
"""Seconds for one answer: there may be many customers before her on a busy machine."""

_SENT: dict[Kind, dict[str, Any]] = {
    "location": {"location": {"latitude": -22.9056, "longitude": -47.0608}},
    "contacts": {"contacts": [{"name": "Bruno", "phone": "+5511988880002"}]},
    "unsupported": {"text": "poll"},
    "reaction": {"emoji": "👍"},
}
_KINDS = {"cta": "link"}  # what the simulator calls otherwise than the scripts


class Business:
    """One bot of a running platform."""

    def __init__(self, bundle: Bundle, jetstream: JetStream, meta: Simulator) -> None:
        token = bundle.chatbot.token
        self.bot = token
        self.number = bundle.chatbot.spec.whatsapp.phone_number_id
        self.meta = meta
        self.jetstream = jetstream
        self.witness = Witness(jetstream, token)
        self.contacts = Bucket(jetstream, subjects.bucket(token, "contacts"), Contact)
        self._access = bundle.secrets["access-token"].get_secret_value()
        file = bundle.folder / "templates.yaml"
        self._templates = yaml.safe_load(file.read_text("utf-8")) if file.exists() else []

    async def send_template(self, who: str, button: str) -> None:
        """Send her the template with this quick reply, as a campaign or a reminder does."""
        template = next(each for each in self._templates if button in str(each["components"]))
        (words,) = (part["text"] for part in template["components"] if part["type"] == "BODY")
        filled = [{"type": "text", "text": "Ana"}] * words.count("{{")
        body = {
            "messaging_product": "whatsapp",
            "to": who,
            "type": "template",
            "template": {
                "name": template["name"],
                "language": {"code": template["language"]},
                "components": [{"type": "body", "parameters": filled}],
            },
        }
        url = f"{self.meta.graph.rstrip('/')}/v23.0/{self.number}/messages"
        async with self.meta.http.post(url, json=body, headers=bearer(self._access)) as answer:
            assert answer.status == 200, await answer.text()


class OverHttp:
    """One customer; a `Driver`. `said` are the wamids of all that the bot answered, in order."""

    def __init__(self, business: Business, phone: str) -> None:
        self.said: list[str] = []
        self._business = business
        self._meta = business.meta
        self._phone = phone
        self._key = ContactKey("")
        self._by_people: set[str] = set()
        self._facts = count()

    async def say(self, texts: Sequence[str]) -> list[Bubble]:
        """Write messages in one burst."""
        return await self._do(*({"text": text} for text in texts))

    async def tap(self, option: Option) -> list[Bubble]:
        """Tap an option where the screen shows it last; a template is sent to her first."""
        if option.source == "template" and await self._find(option) is None:
            await self._business.send_template(self._phone, option.title)
        message = await eventually(lambda: self._find(option), within=PATIENCE)
        kind, name = ("list", "rowId") if option.source == "list" else ("button", "buttonId")
        return await self._do({"kind": kind, "messageId": message, name: option.id})

    async def send(self, kind: Kind, caption: str = "") -> list[Bubble]:
        """Send something that is no text; a reaction is put on the last message."""
        more = _SENT.get(kind, {"sample": True, "text": caption})
        if kind == "reaction":
            more = {**more, "messageId": (await self._screen())[-1]["id"]}
        return await self._do({"kind": kind, **more})

    async def people(self, act: Act) -> list[Bubble]:
        """Let a person act: in the inbox, or write from the business' own phone."""
        match act:
            case "claim":
                return await self._tell(inbound.Claim("bruno"))
            case "return":
                return await self._tell(inbound.Return("bruno"))
            case "write":
                text = {"who": self._phone, "text": "Oi, aqui é o Bruno."}
                echo = await self._meta.post("echo", text | {"business": self._business.number})
                self._by_people.add(echo["id"])
                return await self._answer(echo["id"])

    async def wait_until(self, moment: datetime) -> None:
        """Let time pass as it does: scripts that need a set clock are not played here."""

    async def state(self) -> State:
        """Read the contact document."""
        entry = await self._business.contacts.get(self._key)
        assert entry is not None, self._key
        contact = entry.value
        slots = contact.session.slots if contact.session else {}
        return State(contact.owner, contact.team, contact.marketing, contact.tags, slots)

    async def shown(self) -> list[str]:
        """Name what her screen shows of the bot, from the top; templates and people apart."""
        answers = [each for each in await self._screen() if each["side"] == "in"]
        return [
            each["id"]
            for each in answers
            if each["kind"] != "template" and each["id"] not in self._by_people
        ]

    async def _do(self, *acts: dict[str, Any]) -> list[Bubble]:
        addressed = {"who": self._phone, "business": self._business.number}
        said = await self._meta.customers_say([addressed | act for act in acts])
        return await self._answer(*said)

    async def _tell(self, body: inbound.FactBody) -> list[Bubble]:
        """Put a fact into her mailbox, as the inbox does."""
        now_ms = SystemClock().now_ms()
        fact = inbound.Inbound(
            id=f"{self._key}-fact-{next(self._facts)}",
            contact=self._key,
            phone_number_id=self._business.number,
            at_ms=now_ms,
            received_at_ms=now_ms,
            body=body,
        )
        subject = subjects.inbound(self._business.bot, self._key)
        await self._business.jetstream.publish(subject, msgspec.json.encode(fact))
        return await self._answer(fact.id)

    async def _answer(self, *inbounds: str) -> list[Bubble]:
        """Wait until these were taken and answered; give what came of it on her screen."""
        witness = self._business.witness
        turns = await eventually(lambda: witness.turns(inbounds), within=PATIENCE)
        self._key = turns[-1].contact
        wamids = [wamid for turn in turns for wamid in witness.wamids(turn)]
        self.said += wamids
        seen = {each["id"]: each for each in await self._screen()}
        assert seen.keys() >= set(wamids), "Meta took a message that her screen does not show"
        return [_bubble(seen[wamid]) for wamid in wamids]

    async def _find(self, option: Option) -> str | None:
        """Find the newest message that offers an option; None when the screen shows none."""
        showing = [each for each in await self._screen() if option in _options(each)]
        return str(showing[-1]["id"]) if showing else None

    async def _screen(self) -> list[dict[str, Any]]:
        threads = await self._meta.get("threads", business=self._business.number)
        shown: list[dict[str, Any]] = threads.get(self._phone.removeprefix("+"), [])
        return shown


def _bubble(message: dict[str, Any]) -> Bubble:
    text, kind = message["text"], message["kind"]
    if place := message.get("location"):
        text = f"{place.get('name', '')}\n{place.get('address', '')}"
    return Bubble(_KINDS.get(kind, kind), text, _options(message))


def _options(message: dict[str, Any]) -> tuple[Option, ...]:
    source: Any = "template" if message["kind"] == "template" else "button"
    buttons = [Option(source, each["id"], each["title"]) for each in message.get("buttons", ())]
    rows = [row for section in message.get("sections", ()) for row in section["rows"]]
    listed = [Option("list", row["id"], row["title"], row.get("description", "")) for row in rows]
    return (*buttons, *listed)
