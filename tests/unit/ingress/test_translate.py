"""Every stored webhook, and what it becomes."""

import msgspec
import pytest

from prosa.contracts import events, inbound
from prosa.contracts.identity import NO_CONTACT, Address, ContactKey
from prosa.contracts.inbound import Inbound
from prosa.telemetry.metrics import Registry
from services.ingress import envelope, translate
from services.ingress.metrics import IngressMetrics
from services.ingress.updates import Update, origin_of
from tests.support.webhooks import a_change, a_text, a_webhook, names, stored

NOW = 1_764_000_000_500
WAMID = "wamid.HBgNNTUxOTk4NzY1NDMyMRUCABIYFDNBNEE2NTk5QUVFMDM4MTAxNDRG"
ANA = Address("5519987654321", "BR.13491208655302741918")
ANA_HIDDEN = Address(None, "BR.13491208655302741918")
ANA_PHONE = Address("5519987654321")
ANA_NEW = Address("5511911112222", "BR.24817305912873645029")
HER_KEY = ContactKey("uBR_13491208655302741918")

TEXT = inbound.Text("oi")
SAID = {
    "text": inbound.Text("Oi, tem Corolla automático até 90 mil?"),
    "text_v22_phone_only": TEXT,
    "text_from_missing": TEXT,
    "text_from_empty": TEXT,
    "text_reply": inbound.Text("esse mesmo"),
    "text_forwarded": inbound.Text("olha isso"),
    "text_product_question": inbound.Text("ainda tem?"),
    "text_from_ad": inbound.Text("Quero saber mais"),
    "image": inbound.Media(
        kind="image",
        id="1003383421387256",
        mime_type="image/jpeg",
        sha256="SfInY0gGKTsJlUWbwxC1k+FAD0FZHvzwfpvO0zX0GUI=",
        caption="É este aqui",
    ),
    "video": inbound.Media(
        kind="video",
        id="1003383421387257",
        mime_type="video/mp4",
        sha256="AQIDBAUGBwg=",
        caption="barulho do motor",
    ),
    "document": inbound.Media(
        kind="document",
        id="1003383421387258",
        mime_type="application/pdf",
        sha256="AQIDBAUGBwg=",
        filename="crlv.pdf",
    ),
    "audio_voice": inbound.Media(
        kind="audio",
        id="1003383421387259",
        mime_type="audio/ogg; codecs=opus",
        sha256="AQIDBAUGBwg=",
        voice=True,
    ),
    "sticker": inbound.Media(
        kind="sticker",
        id="1003383421387260",
        mime_type="image/webp",
        sha256="AQIDBAUGBwg=",
        animated=True,
    ),
    "location": inbound.Location(
        -22.9056, -47.0608, name="Mercadão", address="Av. Benjamin Constant, Campinas"
    ),
    "location_live": inbound.Location(-22.9056, -47.0608),
    "contacts": inbound.ContactCards(
        (
            inbound.ContactCard(
                name="João Lima",
                phones=("5519912345678", "+55 19 3232-0000"),
                emails=("joao@example.com",),
                organisation="Lima Motors",
            ),
        )
    ),
    "contacts_requested_phone": inbound.ContactCards(
        (inbound.ContactCard(name="Ana Souza", phones=("5519987654321",)),), requested=True
    ),
    "interactive_button_reply": inbound.Choice(
        source="button", id="agendar", title="Agendar test drive"
    ),
    "interactive_list_reply": inbound.Choice(
        source="list", id="corolla-2021", title="Corolla XEi 2021", description="R$ 89.900"
    ),
    "interactive_flow_reply": inbound.FlowReply(
        name="flow", response='{"flow_token":"t1","cpf":"***"}'
    ),
    "interactive_call_permission_reply": inbound.Unknown("interactive/call_permission_reply"),
    "interactive_with_errors_only": inbound.Unsupported(kind="interactive", code=131051),
    "button": inbound.Choice(source="template", id="ver_ofertas", title="Ver ofertas"),
    "order": inbound.Order(
        catalog="194836987003835",
        items=(
            inbound.OrderItem("tapete-01", 2, 89.9, "BRL"),
            inbound.OrderItem("capa-02", 1, 120, "BRL"),
        ),
        text="Para retirar hoje",
    ),
    "edit": inbound.Edit(message=f"{WAMID}01", text="Oi, tem Corolla até 95 mil?"),
    "edit_of_a_caption": inbound.Edit(message=f"{WAMID}09", text="É este, o prata"),
    "revoke": inbound.Revoke(message=f"{WAMID}01"),
    "unsupported_gif": inbound.Unsupported(kind="gif", code=131051),
    "unsupported_unavailable": inbound.Unsupported(kind="media_placeholder", code=131060),
    "type_of_tomorrow": inbound.Unknown("hologram"),
    "text_without_body": inbound.Unknown("text"),
    "system_user_changed_number": inbound.IdentityChanged(ANA_NEW),
    "system_user_changed_user_id": inbound.IdentityChanged(
        Address(None, "BR.24817305912873645029")
    ),
    "user_id_update": inbound.IdentityChanged(ANA_NEW),
    "standby_message": inbound.Standby("quero falar do financiamento"),
    "standby_echo": inbound.Standby("Claro! Qual o valor de entrada?", from_business=True),
    "handover_to_us": inbound.Handover(to_us=True),
    "handover_away": inbound.Handover(to_us=False),
    "other_number": inbound.Text("Oi, tem Corolla automático até 90 mil?"),
}
"""Webhooks of one message to a mailbox, and its body."""

KINDS = {
    "reaction": ["reaction", "reaction_event"],
    "reaction_removed": ["reaction", "reaction_event"],
    "smb_message_echo_text": ["echo", "echo_event"],
    "smb_message_echo_image": ["echo", "echo_event"],
    "message_echo": ["echo", "echo_event"],
    "preference_stop": ["preference", "preference_event"],
    "preference_resume": ["preference", "preference_event"],
    "status_sent_v23": ["status"],
    "status_delivered_v24": ["status"],
    "status_read": ["status"],
    "status_played": ["status"],
    "status_failed": ["status"],
    "status_group": ["status"],
    "status_of_tomorrow": ["status"],
    "standby_status": ["status"],
    "errors_of_the_number": ["error"],
    "template_status_update": ["account"],
    "template_quality_update": ["account"],
    "template_category_update": ["account"],
    "account_update": ["account"],
    "account_alerts": ["account"],
    "phone_number_quality_update": ["account"],
    "business_capability_update": ["account"],
    "group_message": ["unknown_group"],
    "nobody": ["unknown_nobody"],
    "system_customer_identity_changed": ["unknown_system"],
    "handover_without_sender": ["unknown_nobody"],
    "preference_signup": ["unknown_preference"],
    "call_connect": ["unknown_field"],
    "group_lifecycle_update": ["unknown_field"],
    "history": ["unknown_field"],
    "field_of_tomorrow": ["unknown_field"],
    "batch_of_two_people": ["text", "text", "text"],
    "batch_of_everything": ["text", "status", "echo", "echo_event", "account"],
}
"""The other webhooks, and the kinds of their updates in order."""


def translated(body: bytes) -> list[Update]:
    found = []
    for change, entry in envelope.changes(body):
        origin = origin_of(change, entry, envelope.number(change.value), NOW)
        found += translate.updates(change.value, origin)
    return found


def only(name: str) -> Inbound:
    (update,) = translated(stored(name))
    assert isinstance(update.record, Inbound)
    return update.record


def only_status(name: str) -> events.StatusReceived:
    (update,) = translated(stored(name))
    assert isinstance(update.record, events.StatusReceived)
    return update.record


def test_every_stored_webhook_is_in_one_of_the_tables() -> None:
    assert sorted([*SAID, *KINDS]) == names()


@pytest.mark.parametrize("name", SAID)
def test_a_webhook_of_one_message_becomes_one_inbound(name: str) -> None:
    assert only(name).body == SAID[name]


@pytest.mark.parametrize("name", KINDS)
def test_a_webhook_becomes_updates_in_its_own_order(name: str) -> None:
    assert [update.kind for update in translated(stored(name))] == KINDS[name]


@pytest.mark.parametrize("name", names())
def test_every_record_can_be_stored_and_read_again(name: str) -> None:
    for update in translated(stored(name)):
        kind = Inbound if isinstance(update.record, Inbound) else events.Event
        again = msgspec.json.decode(msgspec.json.encode(update.record), type=kind)

        assert msgspec.json.encode(again) == msgspec.json.encode(update.record)


# --- a message and what surrounds it --------------------------------------------------------------


def test_the_wamid_is_the_id_and_metas_seconds_are_the_time() -> None:
    record = only("text")

    assert (record.id, record.at_ms, record.received_at_ms) == (
        f"{WAMID}01",
        1_764_000_000_000,
        NOW,
    )


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("text", ANA),
        ("text_v22_phone_only", ANA_PHONE),
        ("text_from_missing", ANA_HIDDEN),
        ("text_from_empty", ANA_HIDDEN),
        ("contacts_requested_phone", ANA),
        ("standby_echo", ANA_PHONE),
        ("handover_to_us", ANA_PHONE),
    ],
)
def test_a_person_is_named_by_all_that_the_webhook_shows_of_her(
    name: str, address: Address
) -> None:
    assert only(name).address == address


def test_profile_name_and_username_come_along() -> None:
    record = only("text_from_empty")

    assert (record.name, record.username) == ("Ana", "ana.souza")


def test_a_reply_names_what_it_answers() -> None:
    assert only("text_reply").reply_to == "wamid.OUT1"


def test_a_forward_is_marked_and_answers_nothing() -> None:
    record = only("text_forwarded")

    assert (record.forwarded, record.reply_to) == (True, None)


def test_a_product_question_names_the_product() -> None:
    assert only("text_product_question").product == "corolla-2021-xei"


def test_the_advertisement_comes_along() -> None:
    referral = only("text_from_ad").referral

    assert referral == inbound.Referral(
        source_type="ad",
        source_id="120226305854810726",
        source_url="https://fb.me/3cr4Wqqkv",
        headline="Fale conosco",
        click_id="Aff-n8ZTODiE79d22KtAwQKj9e_mIEOOj",
    )


@pytest.mark.parametrize("name", ["type_of_tomorrow", "unsupported_gif", "text_without_body"])
def test_what_a_body_cannot_hold_is_kept_as_it_came(name: str) -> None:
    webhook = msgspec.json.decode(stored(name))
    message = webhook["entry"][0]["changes"][0]["value"]["messages"][0]

    assert msgspec.json.decode(only(name).raw) == message


def test_a_timestamp_that_is_none_gives_way_to_our_own_time() -> None:
    (update,) = translated(a_webhook(a_text("wamid.1", timestamp="yesterday")))

    assert update.record.at_ms == NOW


def test_a_wamid_that_would_break_a_header_is_replaced_by_a_digest() -> None:
    (update,) = translated(a_webhook(a_text("wamid.1\r\nNats-Msg-Id: x")))

    assert update.record.id.startswith("message-")


def test_one_broken_item_costs_itself_alone() -> None:
    broken = {"metadata": {"phone_number_id": "1"}, "messages": [None, 5, {"from": [], "id": "x"}]}
    value = {**broken, "messages": [*broken["messages"], {"from": "55119", **a_text("wamid.1")}]}

    kinds = [update.kind for update in translated(a_change("messages", value))]

    assert kinds == ["unknown_shape", "unknown_shape", "unknown_shape", "text"]


def test_a_value_without_its_lists_is_kept_whole() -> None:
    value = {"metadata": {"phone_number_id": "1"}, "surprise": 1}
    (update,) = translated(a_change("messages", value))

    assert isinstance(update.record, events.WebhookUnknown)
    assert msgspec.json.decode(update.record.value) == value


def test_messages_without_a_number_are_kept_whole() -> None:
    (update,) = translated(a_change("messages", {"messages": [a_text("wamid.1")]}))

    assert update.kind == "unknown_no_number"


@pytest.mark.parametrize("place", ["nan", "inf", "-inf"])
def test_a_place_that_is_no_number_is_not_understood(place: str) -> None:
    message = {"id": "w", "type": "location", "location": {"latitude": place, "longitude": 1}}
    (update,) = translated(a_webhook(message))

    assert update.kind == "unknown"


def test_a_reaction_that_cannot_be_read_deserves_no_answer() -> None:
    (update,) = translated(a_webhook({"id": "w", "type": "reaction", "reaction": {}}))

    assert update.kind == "unknown_shape"


# --- who ------------------------------------------------------------------------------------------


def test_a_batch_names_each_person_by_her_own_contact() -> None:
    records = [update.record for update in translated(stored("batch_of_two_people"))]

    assert [record.name for record in records if isinstance(record, Inbound)] == [
        "Ana Souza",
        "Bia",
        "Ana Souza",
    ]


@pytest.mark.parametrize(
    ("name", "old"),
    [
        ("system_user_changed_number", ANA_PHONE),
        ("system_user_changed_user_id", ANA_HIDDEN),
        ("user_id_update", ANA_HIDDEN),
    ],
)
def test_a_change_of_identity_goes_to_whom_she_was(name: str, old: Address) -> None:
    (update,) = translated(stored(name))

    assert update.person == old


# --- statuses -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "billable_as"),
    [
        ("status_sent_v23", "regular/utility"),
        ("status_delivered_v24", "regular/marketing"),
        ("status_played", "free_customer_service/service"),
        ("status_read", ""),
    ],
)
def test_a_status_says_how_the_message_is_billed(name: str, billable_as: str) -> None:
    assert only_status(name).billable_as == billable_as


def test_a_status_finds_its_contact_by_our_tracker() -> None:
    (update,) = translated(stored("status_failed"))

    assert (update.record.contact, update.person) == (HER_KEY, Address())


def test_a_status_without_our_tracker_is_looked_up_and_makes_nobody_a_contact() -> None:
    (update,) = translated(stored("status_read"))

    assert (update.person, update.known_only) == (ANA, True)


@pytest.mark.parametrize("tracker", ["pedido-17", "/", "x/1", "zebra-1-0/0", "promo-b-c/0"])
def test_a_tracker_of_somebody_else_names_no_contact(tracker: str) -> None:
    item = {
        "id": "wamid.1",
        "status": "sent",
        "recipient_id": "55119",
        "biz_opaque_callback_data": tracker,
    }
    value = {"metadata": {"phone_number_id": "1"}, "statuses": [item]}
    (update,) = translated(a_change("messages", value))

    assert update.record.contact == "p55119"


def test_a_status_of_a_group_belongs_to_no_contact_and_names_the_participant() -> None:
    record = only_status("status_group")

    assert record.contact == NO_CONTACT
    assert record.id.endswith("/delivered/5519987654321")


def test_the_reason_of_a_failure_comes_along() -> None:
    (error,) = only_status("status_failed").errors

    assert error.code == 131049
    assert error.details.startswith("In order to maintain")


def test_statuses_of_one_message_have_ids_of_their_own() -> None:
    ids = {only_status(f"status_{name}").id for name in ("sent_v23", "delivered_v24", "read")}

    assert len(ids) == 3


# --- ids ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", names())
def test_a_webhook_told_twice_has_the_same_ids(name: str) -> None:
    first = [update.record.id for update in translated(stored(name))]
    second = [update.record.id for update in translated(stored(name))]

    assert first == second


def test_stopping_and_resuming_are_two_facts() -> None:
    stop, resume = (translated(stored(f"preference_{word}"))[0] for word in ("stop", "resume"))

    assert stop.record.id != resume.record.id


@pytest.mark.parametrize("name", names())
def test_every_kind_of_update_is_counted(name: str) -> None:
    metrics = IngressMetrics(Registry())

    for update in translated(stored(name)):
        metrics.count(update.kind)
