"""`prosa campaign`: what a person who runs campaigns sees."""

import asyncio
import csv
import io
from pathlib import Path
from typing import Any

import msgspec
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from prosa.cli import app
from tests.support.campaigns import CHEAPER, COMEBACK, Market, a_market, ago
from tests.support.nats import BOT
from tests.support.sender import key_of
from tests.support.simulator import ANA, BRUNO, CARLA

PRICES = {"prices": {"currency": "BRL", "perMessage": {"marketing": 0.35}}}


async def prosa(market: Market, *words: str) -> Result:
    """Type a command."""
    where = (
        *("--nats", market.world.server.url),
        *("--chatbots", str(market.world.folder / "chatbots")),
        *("--database", str(market.url_file)),
    )
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, ["campaign", *words, *where]))


async def said(market: Market, *words: str) -> Any:
    """Type a command with --json; gives what it printed."""
    result = await prosa(market, *words, "--json")
    assert result.exit_code == 0, result.output
    return msgspec.json.decode(result.stdout)


async def test_a_preview_says_who_gets_what_and_why_others_do_not(
    url: SecretStr, tmp_path: Path
) -> None:
    async with a_market(url, tmp_path) as market:
        await market.knows(ANA)
        await market.knows(BRUNO, marketing="stopped")
        await market.knows(CARLA, name="=1+1")

        shown = await prosa(market, "preview", "volta")
        table = await prosa(market, "preview", "volta", "--csv")

        assert "volta_ai (pt_BR): Ana" in shown.stdout
        assert "she stopped marketing" in shown.stdout
        assert "2 of 3 contacts would get volta now" in shown.stderr
        names = [row["name"] for row in csv.DictReader(io.StringIO(table.stdout))]
        assert sorted(names) == ["'=1+1", "Ana Souza", "Ana Souza"]
        assert await market.world.queued() == 0
        assert await market.ledger() == []


async def test_a_run_a_pause_and_the_list(url: SecretStr, tmp_path: Path) -> None:
    async with a_market(url, tmp_path, campaigns=[COMEBACK, CHEAPER]) as market:
        await market.knows(ANA)

        ran = await said(market, "run", "volta")
        await prosa(market, "pause", "baixou", "--reason", "preço errado")
        listed = await said(market, "list")
        stopped = await prosa(market, "run", "baixou")

        assert (ran["queued"], ran["considered"]) == (1, 1)
        assert [each["campaign"] for each in listed] == ["volta", "baixou"]
        assert listed[0]["last_run"]["queued"] == 1
        assert listed[1]["paused"]["reason"] == "preço errado"
        assert "baixou was stopped: paused" in stopped.stderr


async def test_a_report_counts_what_became_of_it_and_what_it_cost(
    url: SecretStr, tmp_path: Path
) -> None:
    async with a_market(url, tmp_path, whatsapp=PRICES) as market:
        for who in (ANA, BRUNO, CARLA):
            await market.knows(who)
        await market.run("volta")
        await _result(market, ANA, delivered_at=ago(hours=3), read_at=ago(hours=2))
        await _result(market, BRUNO, delivered_at=ago(hours=3), replied_at=ago(hours=1))
        dropped = {"sent_at": None, "failed_reason": "meta_132001", "billable_as": ""}
        await _result(market, CARLA, failed_at=ago(hours=3), **dropped)
        await _result(market, CARLA, outbound="of-old", failed_at=ago(days=31), **dropped)

        (_, (found,), _) = await market.says("report", "volta")
        shown = await prosa(market, "report", "volta")

        counts = {key: found[key] for key in ("planned", "sent", "delivered", "read", "replied")}
        assert counts == {"planned": 3, "sent": 2, "delivered": 2, "read": 1, "replied": 1}
        assert found["failed"] == {"meta_132001": 1}
        assert found["cost"]["total"] == 0.7
        assert "Meta has no approved template of this name" in shown.stdout
        assert "BRL 0.70" in shown.stdout


async def _result(market: Market, who: str, **columns: Any) -> None:
    """Write what became of a contact's message, as analytics would."""
    row = {
        "outbound": f"o-{who}",
        "occasion": "1",
        "sent_at": ago(hours=4),
        "failed_reason": "",
        "billable_as": "regular/marketing",
        **columns,
    }
    names = list(row)
    async with market.parts.database.connection() as connection:
        await connection.execute(
            "insert into analytics.campaign_results"  # noqa: S608 - names of ours
            f" (bot, campaign, contact, {', '.join(names)})"
            f" values ($1, 'volta', $2, {', '.join(f'${n + 3}' for n in range(len(names)))})",
            *(BOT, key_of(who), *row.values()),
        )


async def test_what_is_missing_is_told_with_a_remedy(url: SecretStr, tmp_path: Path) -> None:
    async with a_market(url, tmp_path) as market:
        code, _, err = await market.says("preview", "vlta")
        assert code == 2
        assert "has no campaign vlta; it has: volta" in err

        async with market.parts.database.connection() as connection:
            await connection.execute("drop schema analytics cascade")
        code, _, err = await market.says("preview", "volta")
        assert code == 2
        assert "is it running" in err
