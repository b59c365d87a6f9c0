"""From HandoffRequested on EVT to a mailbox, through the service's own reading of events."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path

import aiohttp
import pytest

from prosa import chatbots
from prosa.clock import SystemClock
from prosa.jetstream.dead_letters import DeadLetters, Parked
from prosa.postgres.pool import Pool
from prosa.telemetry.metrics import Registry
from services.handoff.notify import parts
from services.handoff.notify.metrics import NotificationMetrics
from services.handoff.notify.settings import NotifySettings, SmtpSettings
from tests.integration.handoff_notify.office import Office
from tests.support.eventually import eventually
from tests.support.handoff import World, a_world
from tests.support.nats import BOT
from tests.support.smtp import a_mail_server

TEAM = {"name": "vendas", "notify": {"email": ["vendas@shop.example"]}}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(tmp_path) as world:
        world.write_chatbot(teams=[TEAM])
        yield world


@asynccontextmanager
async def notifying(world: World, pool: Pool, smtp: SmtpSettings) -> AsyncIterator[None]:
    """Run the notifier that the service runs, with this mail server."""
    (bot,) = chatbots.load(world.chatbots, needs=())
    async with aiohttp.ClientSession() as http:
        notifier = parts.build(
            bot,
            smtp=smtp,
            settings=NotifySettings(),
            pool=pool,
            jetstream=world.jetstream,
            http=http,
            metrics=NotificationMetrics(Registry()),
            clock=SystemClock(),
        )
        async with Office(pool, world.jetstream).at_work(notifier):
            yield


async def letters_of(world: World) -> list[Parked]:
    return [parked async for parked in DeadLetters(world.jetstream, BOT).walk()]


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    content = body.get_content()
    assert isinstance(content, str)
    return content


async def test_a_team_hears_of_a_handoff_once_with_her_last_words(
    world: World, tmp_path: Path
) -> None:
    phone = world.somebody()
    async with (
        a_mail_server(tmp_path / "smtp") as mail,
        world.handoff() as inbox,
        notifying(world, inbox.database.pool, mail.settings()),
    ):
        await world.says(phone, "quero falar com alguém")
        await world.a_ticket(inbox, phone, summary="Quer um Onix")
        await eventually(lambda: mail.taken)

    (letter,) = mail.letters()
    assert "Resumo: Quer um Onix" in text_of(letter)
    assert "quero falar com alguém" in text_of(letter)


async def test_what_nobody_could_be_told_is_told_after_the_replay(
    world: World, tmp_path: Path
) -> None:
    async with a_mail_server(tmp_path / "smtp") as mail, world.handoff() as inbox:
        async with notifying(world, inbox.database.pool, SmtpSettings()):
            ticket = await world.a_ticket(inbox, world.somebody())
            (parked,) = await eventually(lambda: letters_of(world))
        assert parked.letter.reason == "smtp_unset"
        async with notifying(world, inbox.database.pool, mail.settings()):
            await DeadLetters(world.jetstream, BOT).replay(parked.number)
            await eventually(lambda: mail.taken)
        opened = await inbox.ticket(ticket)

    assert len(mail.taken) == 1
    assert opened["history"] == []  # it is the same ticket: the replay has opened no other
