"""The contact document's own rules: the service window and the ids it remembers."""

from hypothesis import given
from hypothesis import strategies as st

from prosa.contracts import contact as contacts
from prosa.contracts.contact import Contact, digest, is_recent, remember, window_open
from prosa.contracts.identity import Address, ContactKey, bot_token, contact_key, is_contact_key

DAY = 24 * 3600 * 1000
NOW = 20_000 * DAY


def a_contact(**fields: object) -> Contact:
    return Contact(key=ContactKey("pana"), **fields)  # type: ignore[arg-type]


def test_the_window_is_open_for_a_day_after_her_message() -> None:
    contact = a_contact(last_inbound_at_ms=NOW)

    assert window_open(contact, NOW + DAY - 1)
    assert not window_open(contact, NOW + DAY)


def test_meta_s_word_closes_the_window_early() -> None:
    assert not window_open(a_contact(last_inbound_at_ms=NOW, window_closed=True), NOW)


@given(st.lists(st.text(max_size=80), unique=True, max_size=60))
def test_what_was_remembered_is_recent(ids: list[str]) -> None:
    contact = a_contact(recent=remember({}, [digest(i) for i in ids], NOW))

    assert all(is_recent(contact, digest(i)) for i in ids)
    assert not is_recent(contact, digest("another one of 81 characters" + "x" * 60))


def test_an_id_is_kept_for_the_seven_days_of_meta_s_retries() -> None:
    recent = remember({}, [digest("wamid.1")], NOW)

    week_later = a_contact(recent=remember(recent, [digest("wamid.2")], NOW + 7 * DAY))
    ten_days_later = a_contact(recent=remember(recent, [digest("wamid.2")], NOW + 10 * DAY))

    assert is_recent(week_later, digest("wamid.1"))
    assert not is_recent(ten_days_later, digest("wamid.1"))


def test_a_replay_is_another_delivery_of_the_same_id() -> None:
    assert digest("wamid.1", 1) != digest("wamid.1")


def test_the_oldest_ids_go_when_there_are_too_many() -> None:
    recent: dict[str, str] = {}
    for day in range(5):
        ids = [digest(f"{day}-{n}") for n in range(1000)]
        recent = remember(recent, ids, NOW + day * DAY)

    contact = a_contact(recent=recent)
    assert sum(map(len, recent.values())) == contacts.RECENT_LIMIT * 11
    assert not is_recent(contact, digest("0-0"))
    assert is_recent(contact, digest("4-999"))


def test_a_contact_is_keyed_by_user_id_before_phone() -> None:
    address = Address(phone="5519999990001", user_id="BR.1349")

    assert contact_key(address) == "uBR_1349"
    assert contact_key(Address(phone="5519999990001")) == "p5519999990001"


@given(st.text(min_size=1))
def test_any_id_becomes_a_safe_token(user_id: str) -> None:
    assert is_contact_key(contact_key(Address(user_id=user_id)))


def test_a_bot_s_name_with_dots_stays_one_token() -> None:
    assert bot_token("bots", "auto.certo") == "bots_auto_-_certo"
