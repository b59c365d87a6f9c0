"""Events of EVT, as the job's records take them."""

from prosa.contracts.campaigns import is_campaigns, outbound_id
from prosa.contracts.events import (
    CatalogueImported,
    ItemAdded,
    ItemRemoved,
    PriceChanged,
    SendFailed,
)
from prosa.contracts.identity import NO_CONTACT, ContactKey
from prosa.contracts.outbound import OutboundId
from services.campaigns import happenings
from services.campaigns.happenings import Change, Loss
from tests.unit.campaigns.builders import NOON, a_car

ANA = ContactKey("p5519999990001")
COROLLA = a_car("31", "Corolla", 99900)


def test_what_is_new_cheaper_or_gone_is_kept_in_order() -> None:
    told = {"contact": NO_CONTACT, "at_ms": NOON, "version": "1"}
    states, changes = happenings.of_catalogue(
        [
            ItemAdded(id="a", item=COROLLA, **told),  # type: ignore[arg-type]
            PriceChanged(id="p", item=COROLLA, previous=99900, price=95900, **told),  # type: ignore[arg-type]
            ItemRemoved(id="r", item=COROLLA, **told),  # type: ignore[arg-type]
            CatalogueImported(id="i", source="s", items=1, added=1, changed=0, removed=0, **told),  # type: ignore[arg-type]
        ],
        "preco",
    )

    assert [(s.added, s.removed, s.price) for s in states] == [
        (True, False, 99900),
        (False, False, 95900),
        (False, True, 99900),
    ]
    assert changes == [
        Change("a", "added", "31", NOON),
        Change("p", "price", "31", NOON, 99900, 95900),
    ]


def failed(outbound: OutboundId, reason: str) -> SendFailed:
    return SendFailed(id="f", contact=ANA, at_ms=NOON, outbound=outbound, index=0, reason=reason)


def test_an_outbound_that_was_dropped_frees_its_occasion_unless_for_good() -> None:
    own = outbound_id(ANA, "volta", "1", 0)

    lost = happenings.of_failures(
        [failed(own, "expired"), failed(own, "opted_out"), failed(OutboundId("p1-7-0"), "expired")]
    )

    assert lost == [Loss(own, "expired", free=True), Loss(own, "opted_out", free=False)]


def test_an_outbound_is_named_by_its_cause() -> None:
    name = outbound_id(ANA, "volta", "1", 0)

    assert name == outbound_id(ANA, "volta", "1", 0)
    assert len({name, outbound_id(ANA, "volta", "2", 0), outbound_id(ANA, "volta", "1", 1)}) == 3
    assert outbound_id(ANA, "a", "b\0c", 0) != outbound_id(ANA, "a", "b", 0)
    assert is_campaigns(name)
    assert len(outbound_id(ContactKey("u" + "x" * 140), "c" * 42, "o" * 200, 9)) < 190
