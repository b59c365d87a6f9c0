"""The sender's own NATS rights are enough for all that it does."""

from pathlib import Path

from prosa.contracts.outbound import MarkRead, Template, Text
from prosa.contracts.topology import topology
from prosa.jetstream.connection import connect
from prosa.jetstream.provision import provision
from tests.integration.sender.test_media import PHOTO, assets
from tests.support.eventually import eventually
from tests.support.nats import BOT
from tests.support.sender import ANY_HOUR, World, a_campaigns_message, a_world_on, an_outbound
from tests.support.simulator import ANA, BRUNO, CARLA
from tests.support.strict import a_strict_server

REMINDER = Template(name="lembrete", language="pt_BR", body=("segunda", "10h"))
CAPPED = {
    "name": "volta",
    "trigger": {"inactive": "48h"},
    "schedule": "0 9 * * *",
    "template": {"name": "volta_ai", "language": "pt_BR"},
    "maxPerDay": 5,
}


async def test_its_own_rights_are_enough(tmp_path: Path) -> None:
    async with (
        assets() as files,
        a_strict_server(tmp_path, "sender") as server,
        connect(server.login("provision"), "provision") as all_rights,
    ):
        await provision(all_rights, topology(BOT))
        async with (
            a_world_on(
                server,
                all_rights,
                tmp_path,
                assets={"baseUrl": files.url},
                frequency=ANY_HOUR,
                campaigns=[CAPPED],
            ) as world,
            world.sender(answer_timeout="1s"),
        ):
            await _use_everything(world)

            reasons = {each.reason for each in await world.failures()}
            assert reasons == {"window_closed", "meta_132001", "meta_131026", "meta_131047"}
            assert len(await world.said_to(CARLA)) == 1
            assert {p.letter.reason for p in await world.dead_letters()} == {"meta_132001"}


async def _use_everything(world: World) -> None:
    """Doubt, upload, courtesy, limits, campaign, mailbox, late fallback, dead letter, replay."""
    await world.knows(ANA)
    await world.knows(BRUNO, wrote=False)
    await world.knows(CARLA, marketing="granted")
    await world.queue(
        a_campaigns_message(CARLA, Template(name="volta_ai", language="pt_BR", body=("C",)))
    )
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
