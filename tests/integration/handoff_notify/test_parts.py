"""The notifier as the service builds it: one ticket, all channels, told once each."""

from pathlib import Path

import aiohttp
import msgspec

from prosa.clock import SystemClock
from prosa.contracts import subjects
from prosa.contracts.outbound import Outbound
from prosa.jetstream.connection import JetStream
from prosa.postgres.pool import Pool
from services.handoff.notify import parts
from services.handoff.notify.settings import NotifySettings
from tests.integration.handoff_notify.crm_bot import a_bot
from tests.integration.handoff_notify.office import Office
from tests.support.crm import a_hook
from tests.support.eventually import eventually
from tests.support.smtp import a_mail_server
from tests.unit.handoff_notify.builders import BOT

TEAM = """\
  handoff:
    teams:
      - name: vendas
        notify:
          email: [vendas@shop.example]
          whatsapp: ["+5519999990000"]
          crm: {webhookSecretRef: {name: crm}}
"""


async def test_one_ticket_is_told_on_every_channel_of_its_team(
    table: Pool, jetstream: JetStream, tmp_path: Path
) -> None:
    office = Office(table, jetstream)
    async with (
        a_mail_server(tmp_path / "smtp") as mail,
        a_hook() as hook,
        aiohttp.ClientSession() as http,
    ):
        bot = a_bot(tmp_path, hook.url, TEAM)
        notifier = parts.build(
            bot,
            smtp=mail.settings(),
            settings=NotifySettings(handoff_url="https://inbox.example"),
            pool=table,
            jetstream=jetstream,
            http=http,
            metrics=office.metrics,
            clock=SystemClock(),
        )
        async with office.at_work(notifier):
            await office.opened(team=bot.chatbot.spec.handoff.teams[0])
            notifier.wake()
            await eventually(lambda: office.are(*["delivered"] * 3))

    (letter,) = mail.letters()
    body = letter.get_body(("plain",))
    assert body is not None
    assert "https://inbox.example/bots_test/all/t-1" in body.get_content()
    assert len(hook.taken) == 1
    assert len(await outbounds(jetstream)) == 1


async def outbounds(jetstream: JetStream) -> list[Outbound]:
    stored = await jetstream.read(
        subjects.out_stream(BOT), subjects.outbound(BOT, "high", "*"), limit=5
    )
    return [msgspec.json.decode(each.payload, type=Outbound) for each in stored]
