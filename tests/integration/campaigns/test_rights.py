"""The job's own NATS rights are enough for all that it does, and it may do no more."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from prosa.contracts import subjects
from prosa.contracts.campaigns import Contacted, Pause
from prosa.contracts.topology import topology
from prosa.errors import Unavailable
from prosa.jetstream.buckets import Bucket
from prosa.jetstream.connection import connect
from prosa.jetstream.provision import provision
from tests.support.campaigns import CHEAPER, COMEBACK, a_car, a_market_on
from tests.support.nats import BOT
from tests.support.sender import key_of
from tests.support.simulator import ANA, BRUNO
from tests.support.strict import a_strict_server


async def test_its_own_rights_are_enough_and_no_more(url: SecretStr, tmp_path: Path) -> None:
    async with (
        a_strict_server(tmp_path, "campaigns") as server,
        connect(server.login("provision"), "provision") as all_rights,
    ):
        await provision(all_rights, topology(BOT))
        async with a_market_on(
            server, all_rights, url, tmp_path, campaigns=[COMEBACK, CHEAPER]
        ) as market:
            await market.knows(ANA)
            await market.knows(BRUNO, seen=("31",))
            await market.reprices(a_car("31", "Corolla", 99900), 89900)

            outcomes = [await market.run("volta"), await market.run("baixou")]
            await market.parts.pauses.pause("volta", Pause(1, "Bia"))

            assert [outcome.queued for outcome in outcomes] == [2, 0]  # one a week is enough
            assert await market.parts.pauses.resume("volta")
            async with connect(server.settings, "campaigns") as its_own:
                sends = Bucket(its_own, subjects.bucket(BOT, "campaigns"), Contacted)
                with pytest.raises(Unavailable):
                    await sends.put(key_of(ANA), Contacted())
