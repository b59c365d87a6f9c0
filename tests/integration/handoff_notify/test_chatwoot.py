"""The channel `chatwoot` against a strict stand-in of its Application API."""

from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from prosa.chatbots import RunningBot
from prosa.errors import Reject, RetryLater
from services.handoff.notify import chatwoot
from services.handoff.notify.notification import Handoff, Notification
from tests.integration.handoff_notify.crm_bot import a_bot
from tests.support.crm import a_chatwoot
from tests.unit.handoff_notify.builders import PORTUGUESE, a_handoff

PHONE = "+5519999990001"


async def tell(bot: RunningBot, handoff: Handoff | None = None, name: str = "notify-1") -> None:
    async with aiohttp.ClientSession() as http:
        channel = chatwoot.Chatwoot(http, bot, PORTUGUESE)
        told = Notification(name, "chatwoot", "crm", "vendas", handoff or a_handoff())
        await channel.deliver(told, no_mark)


async def no_mark() -> None:
    raise AssertionError("what was made before is found: nothing to mark")


async def test_a_customer_it_does_not_know_gets_contact_conversation_and_note(
    tmp_path: Path,
) -> None:
    async with a_chatwoot() as there:
        await tell(a_bot(tmp_path, there.url))

    assert [(c["name"], c["phone_number"]) for c in there.contacts] == [("Maria", PHONE)]
    assert [c["custom_attributes"] for c in there.conversations] == [{"prosa_ticket": "t-1"}]
    (note,) = there.messages
    assert note["private"]
    assert "Motivo: pediu para falar com uma pessoa" in note["content"]
    assert note["content"].endswith("Prosa · notify-1")


async def test_a_customer_it_knows_is_found_by_her_phone_exactly(tmp_path: Path) -> None:
    async with a_chatwoot() as there:
        there.a_contact(name=f"not her: {PHONE}", phone_number="+15550001")
        there.a_contact(name="Mrs. Souza", phone_number=PHONE, source="known")
        await tell(a_bot(tmp_path, there.url))

    assert len(there.contacts) == 2
    assert [c["contact_id"] for c in there.conversations] == [2]
    assert "tie" not in there.calls


async def test_a_customer_of_another_inbox_is_tied_to_this_one(tmp_path: Path) -> None:
    async with a_chatwoot() as there:
        there.a_contact(name="Mrs. Souza", phone_number=PHONE)
        await tell(a_bot(tmp_path, there.url))

    assert [c["contact_id"] for c in there.conversations] == [1]


async def test_somebody_without_a_phone_is_known_by_our_key(tmp_path: Path) -> None:
    async with a_chatwoot() as there:
        bot = a_bot(tmp_path, there.url)
        await tell(bot, a_handoff(phone=""))
        await tell(bot, a_handoff(phone="", ticket="t-2"), "notify-2")

    assert [c["identifier"] for c in there.contacts] == ["p5519999990001"]
    assert len(there.conversations) == 2


async def test_another_notification_of_a_ticket_is_another_note_in_its_conversation(
    tmp_path: Path,
) -> None:
    async with a_chatwoot() as there:
        bot = a_bot(tmp_path, there.url)
        await tell(bot)
        await tell(bot, name="notify-2")

    assert (len(there.conversations), len(there.messages)) == (1, 2)


@pytest.mark.parametrize(
    "call", ["search", "create_contact", "of_contact", "create_conversation", "create_message"]
)
async def test_an_answer_that_is_lost_doubles_nothing(call: str, tmp_path: Path) -> None:
    async with a_chatwoot(call) as there:
        bot = a_bot(tmp_path, there.url)
        with suppress(RetryLater):  # a lost answer to a GET is asked for again by aiohttp itself
            await tell(bot)
        await tell(bot)

    assert (len(there.contacts), len(there.conversations), len(there.messages)) == (1, 1, 1)


async def test_a_wrong_token_is_a_persons_matter(tmp_path: Path) -> None:
    async with a_chatwoot() as there:
        with pytest.raises(Reject, match="crm_401"):
            await tell(a_bot(tmp_path, there.url, access_token="wrong"))


async def test_an_account_that_is_no_number_is_told(tmp_path: Path) -> None:
    with pytest.raises(Reject, match="account-id and inbox-id are numbers"):
        await tell(a_bot(tmp_path, "http://127.0.0.1:1", account_id="1/../2"))


async def test_something_else_at_the_address_is_told(tmp_path: Path) -> None:
    async with a_chatwoot() as there:
        with pytest.raises(Reject, match="crm_404"):
            await tell(a_bot(tmp_path, f"{there.url}/elsewhere"))
