"""Her time zone, by her number."""

from datetime import UTC, datetime

import pytest

from prosa.contracts.identity import Address
from services.campaigns.planning import Planned
from services.campaigns.time_zones import TimeZones
from tests.unit.campaigns.builders import HOUR, NOON, a_candidate, plan

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("phone", "zone"),
    [
        ("5519999990001", "America/Sao_Paulo"),
        ("5592981234567", "America/Manaus"),
        ("5568999990000", "America/Rio_Branco"),
        ("12125550123", "America/New_York"),
        ("351912345678", "Europe/Lisbon"),
        ("447911123456", "Europe/London"),
        ("99999999999999", ""),
        ("1", ""),
        ("", ""),
    ],
)
def test_a_number_tells_its_zone(phone: str, zone: str) -> None:
    found = TimeZones("America/Sao_Paulo", NOW).of(phone)

    assert (found == zone) or (zone == "Europe/London" and found.startswith("Europe/"))


def test_of_several_zones_the_bots_own_is_likely() -> None:
    assert TimeZones("Atlantic/Azores", NOW).of("351912345678") == "Atlantic/Azores"


def test_a_customer_in_acre_gets_it_by_her_own_clock() -> None:

    planned = plan(a_candidate(address=Address(phone="5568999990000")))

    assert isinstance(planned, Planned)
    assert planned.outbound.time_zone == "America/Rio_Branco"  # noon in São Paulo is ten there
    assert planned.outbound.expires_at_ms == NOON + 8 * HOUR
