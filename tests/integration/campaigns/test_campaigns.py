"""The three campaigns end to end: read model and catalogue in, a template on her screen, once."""

from pathlib import Path

from pydantic import SecretStr

from prosa.contracts.session import Frame, Session
from tests.support.campaigns import CHEAPER, COMEBACK, NEW_CARS, a_car, a_market
from tests.support.eventually import eventually
from tests.support.simulator import ANA, BRUNO, CARLA

COROLLA = a_car("31", "Corolla XEi", 99900)
GOL = a_car("32", "Gol", 39900)
WANTS_COROLLA = {"where": {"modelo": "corolla", "preco": {"atMost": 110000}}}


async def test_who_fell_silent_is_asked_back_once(url: SecretStr, tmp_path: Path) -> None:
    async with a_market(url, tmp_path, campaigns=[COMEBACK]) as market, market.world.sender():
        await market.knows(ANA, silent_hours=49)
        await market.knows(BRUNO, silent_hours=47)

        outcome = await market.run("volta")
        await eventually(lambda: market.world.said_to(ANA))
        again = await market.run("volta")

        assert await market.world.said_to(ANA) == ["Oi Ana, ainda procura carro?"]
        assert await market.world.said_to(BRUNO) == []
        assert (outcome.queued, outcome.skipped) == (1, {"not_silent": 1})
        assert (again.queued, again.skipped) == (0, {"not_silent": 1, "already_sent": 1})


async def test_who_left_in_the_middle_of_a_flow_is_asked_back(
    url: SecretStr, tmp_path: Path
) -> None:
    unfinished = Session(program="p", stack=(Frame("comprar"),))
    async with a_market(url, tmp_path) as market, market.world.sender():
        await market.knows(ANA, session=unfinished)

        outcome = await market.run("volta")
        await eventually(market.world.done)

        assert outcome.queued == 1
        assert len(await market.world.said_to(ANA)) == 1


async def test_a_new_item_is_told_to_who_searched_for_it(url: SecretStr, tmp_path: Path) -> None:
    async with a_market(url, tmp_path, campaigns=[NEW_CARS]) as market, market.world.sender():
        await market.knows(ANA, searched=WANTS_COROLLA)
        await market.knows(BRUNO, searched={"where": {"modelo": "onix"}})
        await market.knows(CARLA)
        await market.adds(COROLLA, GOL)

        outcome = await market.run("novos")
        await eventually(lambda: market.world.said_to(ANA))

        assert await market.world.said_to(ANA) == ["Ana, chegou um Corolla XEi por R$ 99.900."]
        assert outcome.skipped == {"no_match": 1, "no_search": 1}


async def test_a_fall_of_price_is_told_to_who_saw_the_item_once(
    url: SecretStr, tmp_path: Path
) -> None:
    async with a_market(url, tmp_path, campaigns=[CHEAPER]) as market, market.world.sender():
        await market.knows(ANA, seen=("31",))
        await market.knows(BRUNO, seen=("32",))
        await market.reprices(COROLLA, 95900)
        await market.reprices(GOL, 39800)  # less than 3 %

        await market.run("baixou")
        await eventually(lambda: market.world.said_to(ANA))
        await market.run("baixou")

        assert await market.world.said_to(ANA) == [
            "Ana, o Corolla XEi baixou de R$ 99.900 para R$ 95.900."
        ]
        assert await market.world.said_to(BRUNO) == []
