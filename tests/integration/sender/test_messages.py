"""Every type of message is one that Meta takes, as the strict simulator judges it."""

from pathlib import Path

from prosa.contracts.outbound import (
    Button,
    Buttons,
    ContactCard,
    ContactCards,
    ContactRequest,
    Header,
    Link,
    List,
    Location,
    LocationRequest,
    Message,
    Reaction,
    Row,
    Section,
    Template,
    TemplateButton,
    Text,
)
from tests.support.eventually import eventually
from tests.support.sender import a_world, an_outbound
from tests.support.simulator import ANA

MESSAGES: tuple[Message, ...] = (
    Text(body="Oi, Ana! https://autocerto.example", preview_url=True),
    Buttons(
        body="Quer agendar?",
        buttons=(Button("yes", "Quero"), Button("no", "Agora não")),
        header=Header(text="Test drive"),
        footer="AutoCerto",
    ),
    List(
        body="Achei estes",
        button="Ver carros",
        sections=(
            Section((Row("c1", "Corolla 2020", "R$ 98.900"),), "Sedãs"),
            Section((Row("c2", "HR-V 2021"),), "SUVs"),
        ),
    ),
    Link(body="Veja no site", title="Abrir", url="https://autocerto.example/c1"),
    Location(latitude=-22.9, longitude=-47.06, name="AutoCerto", address="Av. 1"),
    Location(latitude=-22.9, longitude=-47.06),
    LocationRequest(body="Onde você está?"),
    ContactRequest(body="Qual é o seu telefone?"),
    ContactCards(cards=(ContactCard("Bia Vendas", "+5519999990000", "AutoCerto"),)),
    Template(
        name="volta_ai",
        language="pt_BR",
        body=("Ana",),
        buttons=(TemplateButton(0, "quick_reply", "ver"),),
    ),
)


async def test_meta_takes_every_type_of_message(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world, world.sender():
        await world.knows(ANA)
        await world.queue(*(an_outbound(ANA, message) for message in MESSAGES))

        await eventually(world.done)

        assert await world.dead_letters() == []
        assert len(await world.posted()) == len(MESSAGES)


async def test_a_reaction_lands_on_her_message(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world, world.sender():
        await world.knows(ANA)
        hers = await world.meta.customer_says(ANA, "obrigada!")
        await world.queue(an_outbound(ANA, Reaction(message=hers, emoji="❤️")))

        await eventually(world.done)

        assert (await world.posted())[0]["reaction"] == {"message_id": hers, "emoji": "❤️"}


async def test_a_quoted_bubble_names_her_message(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world, world.sender():
        await world.knows(ANA)
        hers = await world.meta.customer_says(ANA, "tem corolla?")
        await world.queue(an_outbound(ANA, Text(body="Tem!", reply_to=hers)))

        await eventually(world.sent)

        assert (await world.posted())[0]["context"] == {"message_id": hers}


async def test_the_messages_of_an_outbound_arrive_in_their_order(tmp_path: Path) -> None:
    texts = [f"linha {n}" for n in range(5)]
    async with a_world(tmp_path) as world, world.sender():
        await world.knows(ANA)
        await world.queue(an_outbound(ANA, *(Text(body=text) for text in texts)))

        await eventually(world.done)

        assert await world.said_to(ANA) == texts
        assert [each.index for each in await world.sent()] == [0, 1, 2, 3, 4]
