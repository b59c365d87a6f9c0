"""The callback address: what is answered, and what is stored before the answer."""

from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from prosa.contracts import events, inbound
from prosa.contracts.identity import BotToken, bot_token
from prosa.contracts.inbound import Inbound
from services.ingress.webhooks import BODY_LIMIT
from tests.support.ingress import Ingress, a_bot, an_ingress
from tests.support.nats import BOT, provisioned
from tests.support.webhooks import (
    VERIFY_TOKEN,
    a_change,
    a_text,
    a_webhook,
    names,
    post,
    request,
    signed,
    stored,
)

OTHER = bot_token("bots", "other")
OTHER_NUMBER = "222222222222222"
OTHER_ACCOUNT = "888888888888888"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    bots = a_bot(tmp_path / "chatbots")
    return a_bot(
        bots,
        OTHER,
        number=OTHER_NUMBER,
        account=OTHER_ACCOUNT,
        secrets={"app-secret": "other_app_secret", "verify-token": "other_token"},
    )


@pytest.fixture
async def ingress(tmp_path: Path, folder: Path) -> AsyncIterator[Ingress]:
    async with provisioned(tmp_path, BOT, OTHER) as (_, jetstream):
        yield an_ingress(jetstream, folder)


# --- verification ---------------------------------------------------------------------------------


@pytest.mark.parametrize("token", [VERIFY_TOKEN, "other_token"])
async def test_meta_gets_its_challenge_back_for_the_token_of_any_bot(
    ingress: Ingress, token: str
) -> None:
    query = f"hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}"
    answer = await request(ingress.app, "GET", query=query)

    assert (answer.status, answer.body) == (200, b"1158201444")
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong",
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=",
        f"hub.mode=unsubscribe&hub.challenge=1&hub.verify_token={VERIFY_TOKEN}",
        "&".join(["a=b"] * 100),
    ],
)
async def test_others_get_nothing(ingress: Ingress, query: str) -> None:
    answer = await request(ingress.app, "GET", query=query)

    assert (answer.status, answer.body) == (403, b"")


# --- what is answered -----------------------------------------------------------------------------


async def test_a_stored_webhook_is_answered_with_an_empty_200(ingress: Ingress) -> None:
    answer = await post(ingress.app, stored("text"))

    assert (answer.status, answer.body) == (200, b"")
    assert [m.body for m in await ingress.mailbox()] == [
        inbound.Text("Oi, tem Corolla automático até 90 mil?")
    ]


@pytest.mark.parametrize("signature", [None, "sha256=00", "sha256=olá", signed(b"else")])
async def test_a_webhook_that_meta_did_not_sign_is_refused(
    ingress: Ingress, signature: str | None
) -> None:
    answer = await post(ingress.app, stored("text"), signature)

    assert answer.status == 401
    assert await ingress.mailbox() == []


async def test_what_is_not_json_is_refused_once_its_signature_is_known(ingress: Ingress) -> None:
    assert (await post(ingress.app, b"{")).status == 400
    assert (await post(ingress.app, b"{", signed(b"else"))).status == 401


@pytest.mark.parametrize("announced", [-1, None, 10])
async def test_a_body_over_metas_limit_is_refused(ingress: Ingress, announced: int | None) -> None:
    body = b" " * (BODY_LIMIT + 1)

    assert (await post(ingress.app, body, announced=announced)).status == 413


async def test_a_body_that_announces_too_much_is_not_even_read(ingress: Ingress) -> None:
    assert (await post(ingress.app, b"{}", announced=10**30)).status == 413


async def test_a_body_of_metas_limit_is_taken(ingress: Ingress) -> None:
    body = stored("text")
    body += b" " * (BODY_LIMIT - len(body))

    assert (await post(ingress.app, body, announced=None)).status == 200


async def test_a_body_that_stalls_is_given_up(tmp_path: Path, folder: Path) -> None:
    async with provisioned(tmp_path, BOT, OTHER) as (_, jetstream):
        ingress = an_ingress(jetstream, folder, body_patience=timedelta(milliseconds=50))
        answer = await request(ingress.app, "POST", body=b"{", body_breaks="stalls")

    assert answer.status == 408


async def test_a_client_that_goes_away_gets_no_answer(ingress: Ingress) -> None:
    answer = await request(ingress.app, "POST", body=stored("text"), body_breaks="cut off")

    assert answer.status == 0
    assert await ingress.mailbox() == []


async def test_other_methods_are_refused(ingress: Ingress) -> None:
    assert (await request(ingress.app, "PUT")).status == 405


async def test_other_paths_say_nothing(ingress: Ingress) -> None:
    assert (await request(ingress.app, "GET", path="/docs")).status == 404


# --- what is stored -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", names())
async def test_something_of_every_webhook_is_stored(ingress: Ingress, name: str) -> None:
    assert (await post(ingress.app, stored(name))).status == 200

    assert await ingress.mailbox() or await ingress.events() or await ingress.unrouted()


async def test_what_has_no_name_is_kept_as_it_came(ingress: Ingress) -> None:
    await post(ingress.app, stored("field_of_tomorrow"))

    (event,) = await ingress.events(kind="unknown")
    kept = msgspec.json.decode(event.payload, type=events.WebhookUnknown)
    assert kept.field == "telepathy_update"
    assert msgspec.json.decode(kept.value)["thoughts"] == [{"id": "1"}]
    assert ingress.counted("prosa_ingress_unknown_total", reason="field") == 1


async def test_json_that_is_no_webhook_is_kept_too(ingress: Ingress) -> None:
    assert (await post(ingress.app, b'{"hello":"world"}')).status == 200

    (kept,) = await ingress.unrouted()
    assert b'{"hello":"world"}' in kept.payload


async def test_a_thousand_updates_are_all_stored_in_their_order(ingress: Ingress) -> None:
    people = [f"55199000{n:05}" for n in range(100)]
    batch = [a_text(f"wamid.{n}", str(n), **{"from": people[n % 100]}) for n in range(1_000)]

    assert (await post(ingress.app, a_webhook(*batch))).status == 200

    said = defaultdict(list)
    for message in await ingress.mailbox():
        assert isinstance(message.body, inbound.Text)
        said[message.contact].append(int(message.body.body))
    assert len(said) == 100
    assert all(numbers == list(range(numbers[0], 1_000, 100)) for numbers in said.values())


async def test_a_webhook_that_comes_again_is_stored_once(ingress: Ingress) -> None:
    for _ in range(3):
        assert (await post(ingress.app, stored("batch_of_everything"))).status == 200

    assert len(await ingress.mailbox()) == 2
    assert len(await ingress.events()) == 3
    assert ingress.counted("prosa_ingress_duplicates_total") == 10


async def test_the_wamid_is_the_id_in_the_stream(ingress: Ingress) -> None:
    await post(ingress.app, a_webhook(a_text("wamid.1")))

    (message,) = await ingress.read(f"PROSA_{BOT}_IN", f"prosa.{BOT}.in.*")
    assert message.headers["Nats-Msg-Id"] == "wamid.1"


async def test_an_account_notice_reaches_every_bot_of_the_account(
    tmp_path: Path, folder: Path
) -> None:
    sister = bot_token("bots", "sister")
    a_bot(folder, sister, number="3")
    async with provisioned(tmp_path, BOT, OTHER, sister) as (_, jetstream):
        ingress = an_ingress(jetstream, folder)
        await post(ingress.app, stored("template_status_update"))

        told = {bot: len(await ingress.events(bot, "account")) for bot in (BOT, sister, OTHER)}
        assert told == {BOT: 1, sister: 1, OTHER: 0}


# --- whose it is ----------------------------------------------------------------------------------


async def mailboxes(ingress: Ingress) -> dict[BotToken, list[Inbound]]:
    return {bot: await ingress.mailbox(bot) for bot in (BOT, OTHER)}


async def test_a_number_reaches_its_own_bot(ingress: Ingress) -> None:
    body = a_webhook(a_text("wamid.1"), number=OTHER_NUMBER, account=OTHER_ACCOUNT)
    await post(ingress.app, body, signed(body, "other_app_secret"))

    found = await mailboxes(ingress)
    assert (found[BOT], len(found[OTHER])) == ([], 1)


async def test_an_app_cannot_forge_messages_for_the_bot_of_another(ingress: Ingress) -> None:
    body = a_webhook(a_text("wamid.1"), number=OTHER_NUMBER, account=OTHER_ACCOUNT)
    answer = await post(ingress.app, body)

    assert answer.status == 200
    assert await mailboxes(ingress) == {BOT: [], OTHER: []}
    (kept,) = await ingress.unrouted()
    assert kept.headers["Prosa-Reason"] == "forged"
    assert ingress.counted("prosa_ingress_unrouted_total", reason="forged") == 1


async def test_a_number_that_nobody_configured_is_kept_for_that_day(ingress: Ingress) -> None:
    await post(ingress.app, stored("other_number"))

    (kept,) = await ingress.unrouted()
    assert kept.headers["Prosa-Reason"] == "unknown_number"
    assert b"999999999999999" in kept.payload


async def test_a_strange_account_cannot_choose_its_subject(ingress: Ingress) -> None:
    await post(ingress.app, a_change("account_update", {}, account="a.b.> *"))

    (kept,) = await ingress.unrouted()
    assert kept.subject == "prosa_unrouted._"


# --- rotation -------------------------------------------------------------------------------------


async def test_a_rotated_secret_is_found_without_a_restart(ingress: Ingress, folder: Path) -> None:
    secrets = folder / BOT / "whatsapp"
    (secrets / "app-secret-previous").write_text("test_app_secret")
    (secrets / "app-secret").write_text("a_new_secret")
    body = stored("text")

    assert (await post(ingress.app, body, signed(body, "a_new_secret"))).status == 200
    assert (await post(ingress.app, body, signed(body, "test_app_secret"))).status == 200


async def test_a_secret_that_is_gone_opens_nothing(ingress: Ingress, folder: Path) -> None:
    (folder / BOT / "whatsapp" / "app-secret").write_text("a_new_secret")
    body = stored("text")
    await post(ingress.app, body, signed(body, "a_new_secret"))

    assert (await post(ingress.app, body, signed(body, "test_app_secret"))).status == 401
