"""A used-car dealer's fortnight, invented: customers, the bot, people, campaigns.

The same at each run but for its days, which end today: what the console shows is of the last week.
"""

import random
from typing import Any

from prosa.contracts import events, inbound, outbound
from prosa.contracts.events import Event
from prosa.contracts.identity import Address, ContactKey
from prosa.contracts.inbound import Inbound

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000

NAMES = (
    "Marina Lopes", "João Pedro Dias", "Cíntia Alves", "Rafael Souza", "Beatriz Nunes",
    "Otávio Prado", "Lívia Castro", "Fábio Teixeira", "Helena Reis", "Caio Martins",
    "Paula Ferraz", "Diego Rocha", "Elisa Moura", "Gustavo Lima", "Nair Campos",
)  # fmt: skip
ASKED = ("tipo", "preco_max", "cidade")
SEARCHES = (
    "procuro um SUV até 90 mil", "tem onix automático?", "vocês têm civic?",
    "queria um hatch barato",
    "tem algum carro até 50 mil?", "procuro pickup a diesel", "quais sedans vocês têm?",
)  # fmt: skip
UNHEARD = (
    "vcs pegam consórcio contemplado?", "qual o km do prata da vitrine", "aceita moto na troca??",
    "é pra minha mãe que não dirige muito", "dá pra ver hoje depois das 19", "faz pra pcd?",
)  # fmt: skip
CARDS = "Encontrei 3 opções para você. Qual quer ver?"


class Story:
    """Tells what happened, message by message; `told` is all of it, in order."""

    def __init__(self, now_ms: int, name: str = "in", *, seed: int = 7) -> None:
        """Take a `name` that keeps this story's messages apart from another's."""
        self.now = now_ms
        self.name = name
        self.chance = random.Random(seed)  # noqa: S311 - a test's chance
        self.told: list[Event | Inbound] = []
        self._number = 0

    def contact(self, n: int) -> ContactKey:
        return ContactKey(f"p55199{90000000 + n * 7919 % 9999999:08d}")

    def says(self, who: int, at: int, text: str, **fields: Any) -> str:
        """Let a customer write; gives the message's id."""
        contact = self.contact(who)
        self._number += 1
        message = Inbound(
            id=f"wamid.{self.name}{self._number:06d}",
            contact=contact,
            phone_number_id="1",
            at_ms=at,
            received_at_ms=at + 400,
            body=fields.pop("body", None) or inbound.Text(text),
            address=Address(phone=contact[1:]),
            name=fields.pop("name", NAMES[who % len(NAMES)]),
            **fields,
        )
        self.told.append(message)
        return message.id

    def turn(self, who: int, at: int, heard: str, *steps: dict[str, Any], **fields: Any) -> int:
        """Let the bot decide; gives the turn's number."""
        contact = self.contact(who)
        self._number += 1
        self.told.append(
            events.TurnTaken(
                id=f"{contact}:turn:{self._number}",
                contact=contact,
                at_ms=at,
                inbounds=(heard,),
                cursor=self._number,
                owner=fields.pop("owner", "bot"),
                steps=steps,
                session="4f1d0c9be2a7",
                **fields,
            )
        )
        return self._number

    def sends(
        self, who: int, at: int, number: int, content: outbound.Message, **fields: Any
    ) -> str:
        """Let a message leave, arrive, and mostly be read; gives its outbound."""
        contact = self.contact(who)
        author = fields.pop("author", "bot")
        outbound_id = fields.pop("outbound", f"{contact}-{number}-0")
        fate = fields.pop("fate", None) or self.chance.choice(("read", "read", "delivered"))
        billed = fields.pop("billed", "free_customer_service/service")
        kind = content.__struct_config__.tag
        self.told.append(
            events.MessageSent(
                id=f"{outbound_id}/0:sent",
                contact=contact,
                at_ms=at,
                outbound=outbound_id,
                index=0,
                wamid=f"wamid.out.{outbound_id}",
                message=str(kind),
                author=author,
                category=fields.pop("category", "service"),
                content=content,
                **fields,
            )
        )
        for status in {"read": ("delivered", "read"), "failed": ("failed",)}.get(fate, (fate,)):
            at += 900
            self.told.append(
                events.StatusReceived(
                    id=f"{outbound_id}/0:{status}",
                    contact=contact,
                    at_ms=at,
                    wamid=f"wamid.out.{outbound_id}",
                    status=status,
                    tracker=f"{outbound_id}/0",
                    billable_as=billed if status != "failed" else "",
                    errors=(events.StatusError(131026, "Message undeliverable"),)
                    if status == "failed"
                    else (),
                )
            )
        return str(outbound_id)

    # --- scenes -----------------------------------------------------------------------------------

    def search(self, who: int, at: int, *, stops_at: int = 9, name: str = "") -> int:
        """Look for a car; whoever stops, stops at the question with this number."""
        score = round(self.chance.uniform(0.5, 0.97), 3)
        fields = {"name": name} if name else {}
        heard = self.says(who, at, self.chance.choice(SEARCHES), **fields)
        steps = [
            step("understood", "buscar", score=score),
            step("flow_started", "buscar", flow="buscar"),
        ]
        if who % 3 == 0:
            steps.insert(1, step("understood", "financiar", score=round((1 - score) * 0.8, 3)))
            steps[1]["kind"] = "clarified"
        for n, slot in enumerate(ASKED):
            steps.append(step("asked", slot, flow="buscar"))
            number = self.turn(who, at + 2000, heard, *steps, messages=1)
            self.sends(who, at + 2600, number, question(slot))
            if n == stops_at:
                return at
            at += self.chance.randint(20, 140) * 1000
            heard = self.says(
                who, at, self.chance.choice(("SUV", "até 80 mil", "Campinas", "tanto faz"))
            )
            steps = [step("filled", slot, flow="buscar")]
        steps += [
            step("called", "estoque", flow="buscar"),
            step("flow_ended", "buscar", flow="buscar"),
        ]
        number = self.turn(who, at + 2500, heard, *steps, messages=1)
        self.sends(who, at + 3300, number, cards())
        return at + 4000

    def miss(self, who: int, at: int) -> int:
        """Write what the bot does not understand; half of it brings a question back."""
        heard = self.says(who, at, self.chance.choice(UNHEARD))
        if self.chance.random() < 0.5:
            steps = [step("not_understood"), step("menu")]
        else:
            steps = [
                step("clarified", "financiar", score=0.41),
                step("clarified", "visitar", score=0.33),
                step("clarified", "buscar", score=0.12),
            ]
        number = self.turn(who, at + 1800, heard, *steps, messages=1)
        self.sends(
            who,
            at + 2300,
            number,
            outbound.Text(body="Não entendi bem. Pode dizer de outro jeito?"),
        )
        return at + 3000

    def handoff(
        self, who: int, at: int, *, waits: int = 4, rating: int = 0, late: bool = False
    ) -> int:
        """Ask for a person, be answered and (with a rating) be closed."""
        contact = self.contact(who)
        heard = self.says(who, at, "quero falar com uma pessoa")
        self.turn(
            who, at + 1500, heard,
            step("understood", "humano", score=0.94), step("handed_off", "vendas", detail="asked"),
        )  # fmt: skip
        self._number += 1
        ticket = f"t{self._number}"
        team = "vendas" if who % 4 else "pos_venda"
        asked = self.chance.choice(("asked", "asked", "step", "exhausted"))
        self.told += [
            events.HandoffRequested(
                id=f"{ticket}:handoff", contact=contact, at_ms=at + 1600, team=team, reason=asked,
                summary="Quer negociar o valor do Compass", owner_revision=1,
            ),
            events.OwnerChanged(
                id=f"{ticket}:owner", contact=contact, at_ms=at + 1600, owner="queue",
                previous="bot", owner_revision=1, by="dialogue",
            ),
        ]  # fmt: skip
        opened, revision = at + 2000, 0
        agent = self.chance.choice(("Bruno Telles", "Carla Mendes", "Davi Pires"))

        def change(
            what: events.TicketChange, status: events.TicketStatus, when: int, **more: Any
        ) -> None:
            nonlocal revision
            revision += 1
            self.told.append(
                events.TicketChanged(
                    id=f"{ticket}:{revision}", contact=contact, at_ms=when, ticket=ticket,
                    revision=revision, change=what, status=status, team=team,
                    agent="" if status == "queue" else agent, opened_at_ms=opened, **more,
                )
            )  # fmt: skip

        change("opened", "queue", opened)
        if late:
            change("breached", "queue", opened + 15 * MINUTE, late_for="first_reply")
        if waits < 0:
            return at
        at = opened + waits * MINUTE
        change("claimed", "open", at, by=agent)
        self.told.append(
            events.OwnerChanged(
                id=f"{ticket}:claim", contact=contact, at_ms=at, owner="human", previous="queue",
                owner_revision=2, by=agent,
            )
        )  # fmt: skip
        self.sends(
            who, at + 40_000, 0,
            outbound.Text(body=f"Oi! Aqui é {agent.split()[0]}. Faço um preço melhor, sim."),
            author="agent", agent=agent, outbound=f"{contact}-{ticket}-a",
        )  # fmt: skip
        change("first_reply", "open", at + 40_000)
        self.says(who, at + 3 * MINUTE, "ótimo, vou aí no sábado")
        if rating:
            change("closed", "closed", at + 9 * MINUTE, by=agent)
            change("rated", "closed", at + 11 * MINUTE, rating=rating)
            self.told.append(
                events.OwnerChanged(
                    id=f"{ticket}:return", contact=contact, at_ms=at + 9 * MINUTE, owner="bot",
                    previous="human", owner_revision=3, by=agent,
                )
            )  # fmt: skip
        return at + 12 * MINUTE

    def campaign(self, name: str, at: int, contacts: range) -> None:
        """Write to many unasked; some answer, one stops, some cannot be reached."""
        for who in contacts:
            fate = self.chance.choices(("read", "delivered", "failed"), (6, 3, 1))[0]
            template = outbound.Template(
                name="baixou", language="pt_BR", body=("Compass", "R$ 94.900")
            )
            when = at + self.chance.randint(0, 40) * MINUTE
            self.sends(
                who, when, 0, template, author="campaign", campaign=name, category="marketing",
                occasion=f"{name}-{at // DAY}", outbound=f"{self.contact(who)}-{name}-{at // DAY}",
                fate=fate, billed="regular/marketing",
            )  # fmt: skip
            if fate == "read" and self.chance.random() < 0.4:
                heard = self.says(who, when + 20 * MINUTE, "gostei! ainda tem?")
                number = self.turn(
                    who, when + 20 * MINUTE + 2000, heard,
                    step("understood", "buscar", score=0.81), messages=1,
                )  # fmt: skip
                self.sends(who, when + 20 * MINUTE + 2500, number, cards())
        self.told.append(
            events.CampaignRan(
                id=f"{name}:{at}", contact=ContactKey("_"), at_ms=at, campaign=name, run=f"{at}",
                considered=len(contacts) + 40, queued=len(contacts),
                skipped={"opted_out": 6, "frequency": 22, "owner_changed": 12},
            )
        )  # fmt: skip

    def fortnight(self, customers: int = 40, days: int = 14) -> list[Event | Inbound]:
        """Tell all of it: `customers` conversations a day at most, growing towards today."""
        who = 0
        for back in reversed(range(days)):
            begins = self.now - back * DAY - 9 * HOUR
            for _ in range(max(2, customers * (days - back) // (2 * days))):
                who += 1
                at = begins + self.chance.randint(0, 8 * 60) * MINUTE
                self.visit(who, min(at, self.now - 40 * MINUTE))
            if back % 3 == 1:
                self.campaign("price-drop", begins + HOUR, range(who, who + 9))
            if back % 4 == 2:
                self.campaign("inactive-48h", begins + 2 * HOUR, range(who + 30, who + 36))
        for n in range(3):
            self.handoff(who + n + 1, self.now - (3 + 9 * n) * MINUTE, waits=-1)
        return self.told

    def visit(self, who: int, at: int) -> None:
        """Let one customer come by."""
        match self.chance.choices(("search", "stop", "miss", "person"), (5, 3, 2, 2))[0]:
            case "search":
                self.search(who, at)
            case "stop":
                self.search(who, at, stops_at=self.chance.choices(range(3), (2, 5, 3))[0])
            case "miss":
                self.miss(who, self.search(who, at) + MINUTE)
            case _:
                late = self.chance.random() < 0.2
                waits = 22 if late else self.chance.randint(1, 9)
                rating = self.chance.choices((0, 5, 4, 3, 1), (3, 5, 4, 1, 1))[0]
                self.handoff(who, at, waits=waits, late=late, rating=rating)


def step(kind: str, subject: str = "", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "subject": subject} | more


def question(slot: str) -> outbound.Message:
    if slot == "tipo":
        titles = ("Hatch", "SUV", "Sedan")
        buttons = tuple(outbound.Button(id=title.lower(), title=title) for title in titles)
        return outbound.Buttons(body="Que *tipo* de carro você procura?", buttons=buttons)
    texts = {"preco_max": "Até quanto quer gastar?", "cidade": "Em qual cidade você está?"}
    return outbound.Text(body=texts[slot])


def cards() -> outbound.Message:
    rows = tuple(
        outbound.Row(id=name, title=name, description=price)
        for name, price in (("Compass 2021", "R$ 94.900"), ("Creta 2022", "R$ 89.900"))
    )
    return outbound.List(body=CARDS, button="Ver opções", sections=(outbound.Section(rows=rows),))
