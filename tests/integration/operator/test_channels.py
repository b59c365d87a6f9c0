"""What the simulator, as Meta, says of a number."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp
import msgspec
from pydantic import SecretStr

from prosa.contracts.chatbot import Chatbot
from prosa.telemetry.metrics import Registry
from prosa_operator.channels import Channels
from prosa_operator.metrics import OperatorMetrics
from prosa_operator.observed import Channel, Seen
from prosa_operator.watched import Key
from tests.support.eventually import eventually
from tests.support.simulator import ACCESS_TOKEN, NUMBER, NUMBER_ID, WABA_ID, simulator
from tests.support.worlds import a_chatbot

SHOP = Key("bots", "shop")
SECRETS = {"shop-whatsapp": Seen(frozenset({"access-token"}), "1")}
HOOK = "https://shop.example/webhook"
RECORDS = {"database": {"urlSecretRef": {"name": "records", "key": "url"}}}


class Drawer:
    """Secrets as the vault gives them."""

    def __init__(self, token: str) -> None:
        self.token = token

    async def values(self, _namespace: str, _name: str) -> Mapping[str, SecretStr]:
        return {"access-token": SecretStr(self.token)}


def a_shop(graph: str, number: str = NUMBER_ID, **spec: Any) -> Chatbot:
    chatbot = a_chatbot({"exposure": {"host": "shop.example"}, **spec})
    whatsapp = msgspec.structs.replace(
        chatbot.spec.whatsapp,
        graph_url=graph,
        phone_number_id=number,
        business_account_id=WABA_ID,
    )
    return msgspec.structs.replace(
        chatbot, spec=msgspec.structs.replace(chatbot.spec, whatsapp=whatsapp)
    )


def a_campaign(template: str) -> dict[str, Any]:
    campaign = {
        "name": "back",
        "trigger": {"inactive": "48h"},
        "schedule": "0 9 * * *",
        "template": {"name": template, "language": "pt_BR"},
    }
    return {**RECORDS, "campaigns": [campaign]}


@asynccontextmanager
async def channels(token: str = ACCESS_TOKEN) -> AsyncIterator[tuple[Channels, list[Key]]]:
    woken: list[Key] = []
    async with aiohttp.ClientSession() as http:
        asked = Channels(
            http,
            Drawer(token),  # type: ignore[arg-type]  # the part of the vault that it asks
            OperatorMetrics(Registry()),
            every=timedelta(minutes=5),
            wake=woken.append,
        )
        yield asked, woken
        await asked.close()


async def judged(chatbot: Chatbot, token: str = ACCESS_TOKEN) -> Channel:
    """Ask as passes do: the first takes what is known, and is woken when there is more."""
    async with channels(token) as (asked, woken):
        assert (await asked.latest(SHOP, chatbot, SECRETS)).reason == "NotChecked"
        await eventually(lambda: woken == [SHOP])
        return await asked.latest(SHOP, chatbot, SECRETS)


async def test_a_number_as_it_should_be_is_connected() -> None:
    async with simulator(webhook=HOOK) as meta:
        found = await judged(a_shop(meta.graph, **a_campaign("volta_ai")))

    assert found == Channel("Connected", "", NUMBER)


async def test_each_fault_has_its_reason() -> None:
    async with simulator(webhook=HOOK) as meta:
        wrong_token = await judged(a_shop(meta.graph), "another-token")
        unknown = await judged(a_shop(meta.graph, "999"))
        no_template = await judged(a_shop(meta.graph, **a_campaign("nobody_wrote_it")))
        elsewhere = await judged(a_shop(meta.graph, exposure={"host": "other.example"}))
    away = await judged(a_shop(meta.graph))

    reasons = [each.reason for each in (wrong_token, unknown, no_template, elsewhere, away)]
    assert reasons == [
        "TokenRefused",
        "NumberUnknown",
        "TemplateMissing",
        "WebhookNotRegistered",
        "MetaUnavailable",
    ]
    assert "another-token" not in wrong_token.message


async def test_a_secret_without_a_token_asks_nobody() -> None:
    async with channels() as (asked, woken):
        found = await asked.latest(SHOP, a_shop("http://127.0.0.1:9"), {})

    assert found.reason == "NotChecked"
    assert "shop-whatsapp has no key access-token" in found.message
    assert woken == []
