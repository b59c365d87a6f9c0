"""One person, one contact: by phone, by user id, by both, in any order."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from prosa.contracts.identity import Address, ContactKey, phone_alias, user_alias
from prosa.contracts.inbound import IdentityChanged, Inbound
from prosa.jetstream.buckets import Bucket
from tests.support.ingress import Ingress, a_bot, an_ingress
from tests.support.nats import BOT, provisioned
from tests.support.webhooks import a_change, a_text, a_webhook, post, stored

PHONE = "5519987654321"
USER = "BR.13491208655302741918"
NEW_PHONE = "5511911112222"
NEW_USER = "BR.24817305912873645029"
BY_PHONE = ContactKey(f"p{PHONE}")
BY_USER = ContactKey("uBR_13491208655302741918")

Keys = dict[str, str]


@pytest.fixture
async def ingress(tmp_path: Path) -> AsyncIterator[Ingress]:
    async with provisioned(tmp_path) as (_, jetstream):
        yield an_ingress(jetstream, a_bot(tmp_path / "chatbots"))


def a_message(wamid: str, phone: str | None = None, user: str | None = None) -> bytes:
    ids: dict[str, Any] = {"from": phone, "from_user_id": user}
    return a_webhook(a_text(wamid, **ids))


async def contact_of(ingress: Ingress, wamid: str) -> ContactKey:
    (found,) = [m.contact for m in await ingress.mailbox() if m.id == wamid]
    return found


async def contacts(ingress: Ingress, *bodies: bytes) -> list[ContactKey]:
    for body in bodies:
        assert (await post(ingress.app, body)).status == 200
    return [message.contact for message in await ingress.mailbox()]


# --- meeting --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phone", "user", "key"),
    [(PHONE, None, BY_PHONE), (None, USER, BY_USER), ("", USER, BY_USER), (PHONE, USER, BY_USER)],
)
async def test_a_new_person_is_keyed_by_user_id_else_by_phone(
    ingress: Ingress, phone: str | None, user: str | None, key: ContactKey
) -> None:
    assert await contacts(ingress, a_message("wamid.1", phone, user)) == [key]


@pytest.mark.parametrize(
    "later", [(PHONE, USER), (None, USER), (PHONE, None)], ids=["both", "user id", "phone"]
)
async def test_who_was_met_under_both_is_known_by_each(
    ingress: Ingress, later: tuple[str | None, str | None]
) -> None:
    first, second = await contacts(
        ingress, a_message("wamid.1", PHONE, USER), a_message("wamid.2", *later)
    )

    assert first == second == BY_USER


async def test_who_began_with_a_phone_keeps_her_contact_when_her_user_id_shows(
    ingress: Ingress,
) -> None:
    found = await contacts(
        ingress,
        a_message("wamid.1", PHONE),
        a_message("wamid.2", PHONE, USER),
        a_message("wamid.3", None, USER),
    )

    assert found == [BY_PHONE] * 3


async def test_who_began_hidden_keeps_her_contact_when_her_phone_shows(ingress: Ingress) -> None:
    found = await contacts(
        ingress,
        a_message("wamid.1", None, USER),
        a_message("wamid.2", PHONE, USER),
        a_message("wamid.3", PHONE),
    )

    assert found == [BY_USER] * 3


async def test_a_phone_shared_on_request_leads_to_her(ingress: Ingress) -> None:
    body = stored("contacts_requested_phone")

    assert await contacts(ingress, body, a_message("wamid.2", PHONE)) == [BY_USER] * 2


async def test_the_new_owner_of_a_phone_is_somebody_else(ingress: Ingress) -> None:
    found = await contacts(
        ingress,
        a_message("wamid.1", PHONE, USER),
        a_message("wamid.2", PHONE, NEW_USER),
        a_message("wamid.3", PHONE),
        a_message("wamid.4", None, USER),
    )

    theirs = ContactKey("uBR_24817305912873645029")
    assert found == [BY_USER, theirs, theirs, BY_USER]


async def test_the_new_owner_of_a_phone_does_not_get_the_contact_that_began_with_it(
    ingress: Ingress,
) -> None:
    found = await contacts(
        ingress,
        a_message("wamid.1", PHONE),
        a_message("wamid.2", PHONE, USER),
        a_message("wamid.3", PHONE, NEW_USER),
    )

    assert found == [BY_PHONE, BY_PHONE, ContactKey("uBR_24817305912873645029")]


async def test_a_status_in_between_does_not_hand_a_strangers_contact_over(
    ingress: Ingress,
) -> None:
    of_the_new_owner = stored("status_read").replace(USER.encode(), NEW_USER.encode())
    found = await contacts(
        ingress,
        a_message("wamid.1", PHONE, USER),
        of_the_new_owner,
        a_message("wamid.2", PHONE, NEW_USER),
    )

    assert found == [BY_USER, ContactKey("uBR_24817305912873645029")]


async def test_the_new_owner_of_a_phone_is_not_the_one_who_moved_away_from_it(
    ingress: Ingress,
) -> None:
    *_, theirs = await contacts(
        ingress,
        a_message("wamid.1", PHONE),
        stored("system_user_changed_number"),
        a_message("wamid.2", PHONE, "BR.3"),
    )

    assert theirs == "uBR_3"


async def test_webhooks_at_the_same_moment_agree_on_who_she_is(tmp_path: Path) -> None:
    """Meta delivers concurrently, and no replica knows what another has just met."""
    folder = a_bot(tmp_path / "chatbots")
    async with provisioned(tmp_path) as (_, jetstream):
        replicas = [an_ingress(jetstream, folder) for _ in range(4)]
        for n in range(20):
            phone, user = f"55199{n:04}", f"BR.{n:04}"
            ids = [(phone, user), (phone, user), (phone, None), (phone, user)]
            bodies = [a_message(f"wamid.{n}.{i}", *who) for i, who in enumerate(ids)]
            await asyncio.gather(
                *(post(r.app, body) for r, body in zip(replicas, bodies, strict=True))
            )
        found = {m.id: m.contact for m in await replicas[0].mailbox()}

    for n in range(20):
        assert len({found[f"wamid.{n}.{i}"] for i in range(4)}) == 1


async def test_a_known_contact_costs_no_read(ingress: Ingress) -> None:
    await post(ingress.app, a_message("wamid.1", PHONE, USER))

    assert ingress.aliases.known(BOT, Address(PHONE, USER)) == BY_USER


# --- statuses -------------------------------------------------------------------------------------


async def status_contacts(ingress: Ingress) -> list[str]:
    return [event.subject.rsplit(".", 1)[1] for event in await ingress.events(kind="status")]


async def test_a_status_finds_the_contact_of_its_recipient(ingress: Ingress) -> None:
    await post(ingress.app, a_message("wamid.1", PHONE))
    await post(ingress.app, a_message("wamid.2", PHONE, USER))
    await post(ingress.app, stored("status_read"))

    assert await status_contacts(ingress) == [BY_PHONE]


async def test_a_status_makes_nobody_a_contact(ingress: Ingress) -> None:
    await post(ingress.app, stored("status_read"))

    assert await status_contacts(ingress) == [BY_USER]
    assert await aliases(ingress).get(user_alias(USER)) is None


# --- moving ---------------------------------------------------------------------------------------


def aliases(ingress: Ingress) -> Bucket[str]:
    return Bucket(ingress.jetstream, f"prosa_{BOT}_aliases", str)


def changes(messages: list[Inbound]) -> list[tuple[str, IdentityChanged]]:
    return [(m.contact, m.body) for m in messages if isinstance(m.body, IdentityChanged)]


@pytest.mark.parametrize("name", ["system_user_changed_number", "user_id_update"])
async def test_who_changes_her_number_keeps_her_contact(ingress: Ingress, name: str) -> None:
    found = await contacts(
        ingress,
        a_message("wamid.1", PHONE, USER),
        stored(name),
        a_message("wamid.2", NEW_PHONE, NEW_USER),
        a_message("wamid.3", None, NEW_USER),
        a_message("wamid.4", NEW_PHONE),
    )

    assert found == [BY_USER] * 5


async def test_who_changes_her_user_id_alone_keeps_her_contact(ingress: Ingress) -> None:
    found = await contacts(
        ingress,
        a_message("wamid.1", None, USER),
        stored("system_user_changed_user_id"),
        a_message("wamid.2", None, NEW_USER),
    )

    assert found == [BY_USER] * 3


async def test_a_contact_that_began_under_the_new_address_is_named(ingress: Ingress) -> None:
    await contacts(
        ingress,
        a_message("wamid.1", PHONE, USER),
        a_message("wamid.2", NEW_PHONE, NEW_USER),
        stored("system_user_changed_number"),
        a_message("wamid.3", NEW_PHONE, NEW_USER),
    )

    ((contact, change),) = changes(await ingress.mailbox())
    assert contact == BY_USER
    assert change.previous == "uBR_24817305912873645029"
    assert await contact_of(ingress, "wamid.3") == BY_USER


async def test_who_had_her_new_number_before_is_not_she(ingress: Ingress) -> None:
    await contacts(
        ingress,
        a_message("wamid.1", PHONE, USER),
        a_message("wamid.2", NEW_PHONE, "BR.3"),
        stored("system_user_changed_number"),
    )

    ((contact, change),) = changes(await ingress.mailbox())
    assert (contact, change.previous) == (BY_USER, None)


async def test_a_move_within_a_batch_is_seen_by_what_follows_it(ingress: Ingress) -> None:
    system = {
        "id": "wamid.2",
        "type": "system",
        "from": PHONE,
        "system": {"type": "user_changed_number", "wa_id": NEW_PHONE},
    }
    batch = a_webhook(
        a_text("wamid.1", **{"from": PHONE}), system, a_text("wamid.3", **{"from": NEW_PHONE})
    )

    assert await contacts(ingress, batch) == [BY_PHONE] * 3


async def test_a_move_told_twice_is_one(ingress: Ingress) -> None:
    body = stored("user_id_update")
    await contacts(ingress, a_message("wamid.1", PHONE, USER), body, body)

    assert len(changes(await ingress.mailbox())) == 1


async def test_the_alias_of_the_new_phone_leads_to_her(ingress: Ingress) -> None:
    await contacts(ingress, a_message("wamid.1", PHONE, USER), stored("user_id_update"))

    entry = await aliases(ingress).get(phone_alias(NEW_PHONE))
    assert entry is not None
    assert entry.value == BY_USER


async def test_a_value_of_no_sender_is_kept_as_unknown(ingress: Ingress) -> None:
    value = {"metadata": {"phone_number_id": "106540352242922"}, "messages": [{"id": "w"}]}
    await post(ingress.app, a_change("messages", value))

    assert await ingress.mailbox() == []
    assert len(await ingress.events(kind="unknown")) == 1


async def test_an_alias_that_cannot_be_read_refuses_the_webhook_and_loses_nothing(
    ingress: Ingress,
) -> None:
    await ingress.jetstream.publish(f"$KV.prosa_{BOT}_aliases.p{PHONE}", b"?")

    assert (await post(ingress.app, a_message("wamid.1", PHONE))).status == 503
