"""The sender's own NATS rights are enough for all that it does."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from prosa.cli import nats_server
from prosa.contracts.outbound import MarkRead, Template, Text
from prosa.contracts.permissions import Identity, permissions
from prosa.contracts.topology import topology
from prosa.jetstream.connection import connect
from prosa.jetstream.provision import provision
from prosa.settings import NatsSettings
from tests.integration.sender.test_media import PHOTO, assets
from tests.support.eventually import eventually
from tests.support.nats import BOT, NatsServer, free_port
from tests.support.sender import World, a_world_on, an_outbound
from tests.support.simulator import ANA, BRUNO

WHO: tuple[Identity, ...] = ("sender", "provision")
REMINDER = Template(name="lembrete", language="pt_BR", body=("segunda", "10h"))


class StrictServer(NatsServer):
    """A server that knows its users; the sender logs in as itself."""

    @property
    def settings(self) -> NatsSettings:
        return self.login("sender")

    def login(self, who: Identity) -> NatsSettings:
        folder = self.folder / who
        folder.mkdir(exist_ok=True)
        for file in ("user", "password"):
            (folder / file).write_text(who)
        return NatsSettings(url=self.url, credentials=folder)


@asynccontextmanager
async def a_strict_server(folder: Path) -> AsyncIterator[StrictServer]:
    server = StrictServer(folder, free_port())
    users = {who: (SecretStr(who), permissions(who, (BOT,))) for who in WHO}
    (folder / "nats.json").write_text(nats_server.config(server.port, folder / "store", users))
    process = await asyncio.create_subprocess_exec(
        str(nats_server.binary()),
        "-c",
        str(folder / "nats.json"),
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await eventually(lambda: _listens(server.port))
        yield server
    finally:
        process.terminate()
        await process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def test_its_own_rights_are_enough(tmp_path: Path) -> None:
    async with (
        assets() as files,
        a_strict_server(tmp_path) as server,
        connect(server.login("provision"), "provision") as all_rights,
    ):
        await provision(all_rights, topology(BOT))
        async with (
            a_world_on(server, all_rights, tmp_path, assets={"baseUrl": files.url}) as world,
            world.sender(answer_timeout="1s"),
        ):
            await _use_everything(world)

            reasons = {each.reason for each in await world.failures()}
            assert reasons == {"window_closed", "meta_132001", "meta_131026", "meta_131047"}
            assert {p.letter.reason for p in await world.dead_letters()} == {"meta_132001"}


async def _use_everything(world: World) -> None:
    """Doubt, upload, courtesy, messaging limit, mailbox, late fallback, dead letter and replay."""
    await world.knows(ANA)
    await world.knows(BRUNO, wrote=False)
    hers = await world.meta.customer_says(ANA, "oi")
    await world.meta.faults(hang={"next": 1})
    await world.queue(an_outbound(ANA, MarkRead(message=hers)))
    await world.queue(an_outbound(ANA, Text(body="um"), PHOTO, repeat=True))
    await eventually(world.done)
    await world.queue(an_outbound(BRUNO, Text(body="fora")), an_outbound(BRUNO, REMINDER))
    await eventually(world.done)
    await world.meta.verdict(131047, when="status", next=1, who=ANA)
    await world.queue(an_outbound(ANA, Text(body="dois"), fallback=REMINDER))
    await eventually(lambda: _has_fallen_back(world))
    await world.meta.verdict(131026, when="answer", next=1, who=ANA)
    await world.queue(an_outbound(ANA, Text(body="três")))
    await eventually(lambda: _failed(world, "meta_131026"))
    await world.queue(an_outbound(ANA, Template(name="unknown", language="pt_BR")))
    (parked,) = await eventually(world.dead_letters)
    await world.letters.replay(parked.number)
    await eventually(world.dead_letters)


async def _has_fallen_back(world: World) -> bool:
    return "Seu test drive é segunda às 10h." in await world.said_to(ANA)


async def _failed(world: World, reason: str) -> bool:
    return reason in [each.reason for each in await world.failures()]
