"""A process that is killed with a notification in hand: the next one goes on, and knows where."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr

from prosa.clock import SystemClock
from prosa.jetstream.connection import JetStream
from prosa.postgres.pool import Pool
from services.handoff.notify.webhook import Webhook
from tests.integration.handoff_notify.crm_bot import a_bot
from tests.integration.handoff_notify.office import Office, by_mail
from tests.support.crm import a_hook
from tests.support.eventually import eventually
from tests.support.metrics import ROOT
from tests.support.nats import NatsServer
from tests.support.smtp import a_mail_server
from tests.unit.handoff_notify.builders import PORTUGUESE, a_team

PROGRAM = Path(__file__).with_name("a_notifier.py")
CRM = a_team(crm={"webhookSecretRef": {"name": "crm"}})


@pytest.fixture
def office(table: Pool, jetstream: JetStream) -> Office:
    return Office(table, jetstream)


@asynccontextmanager
async def killed_when(
    ready: Callable[[], object], database: SecretStr, server: NatsServer, folder: Path, port: int
) -> AsyncIterator[None]:
    """Run a notifier process until the condition holds, then kill it -9."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(PROGRAM), server.url, str(folder), str(port)),
        stdin=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
    )
    try:
        assert process.stdin is not None
        process.stdin.write(f"{database.get_secret_value()}\n".encode())
        await eventually(ready)
    finally:
        process.kill()
        await process.wait()
    yield


async def test_killed_before_its_e_mail_was_handed_over_it_is_sent_once(
    office: Office, database: SecretStr, server: NatsServer, tmp_path: Path
) -> None:
    a_bot(tmp_path, "http://127.0.0.1:1")
    await office.opened()
    async with a_mail_server(tmp_path / "smtp", tls="none") as mail:
        mail.rcpt_gate = asyncio.Event()
        async with killed_when(
            lambda: "RCPT" in mail.commands, database, server, tmp_path, mail.port
        ):
            mail.rcpt_gate.set()
        async with office.notifier(by_mail(mail.settings())):
            await eventually(lambda: office.are("delivered"))

    assert len(mail.taken) == 1
    assert office.counted("prosa_handoff_notifications_ambiguous_total") == 0


async def test_killed_while_the_mail_server_thinks_it_is_sent_again_under_the_same_id(
    office: Office, database: SecretStr, server: NatsServer, tmp_path: Path
) -> None:
    a_bot(tmp_path, "http://127.0.0.1:1")
    await office.opened()
    async with a_mail_server(tmp_path / "smtp", tls="none") as mail:
        mail.gate = asyncio.Event()
        async with killed_when(lambda: mail.taken, database, server, tmp_path, mail.port):
            mail.gate.set()
        async with office.notifier(by_mail(mail.settings())):
            await eventually(lambda: office.are("delivered"))

    first, second = mail.letters()
    assert first["Message-ID"] == second["Message-ID"]
    assert office.counted("prosa_handoff_notifications_ambiguous_total") == 1


async def test_killed_while_the_crm_thinks_the_crm_knows_the_repeat_by_its_key(
    office: Office, database: SecretStr, server: NatsServer, tmp_path: Path
) -> None:
    await office.opened(team=CRM)
    async with a_hook() as hook, aiohttp.ClientSession() as http:
        bot = a_bot(tmp_path, hook.url)
        hook.gate = asyncio.Event()
        async with killed_when(lambda: hook.posted, database, server, tmp_path, 1):
            hook.gate.set()
        async with office.notifier(Webhook(http, bot, PORTUGUESE, SystemClock())):
            await eventually(lambda: office.are("delivered"))

    assert len(hook.posted) == 2
    assert len(hook.taken) == 1
