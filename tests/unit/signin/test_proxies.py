"""Where a request comes from, whatever it says of itself."""

import pytest

from prosa.errors import ConfigError
from prosa.signin.proxies import origin, read

INGRESS = read("10.0.0.0/8, fd00::/8")


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("203.0.113.7", [], "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),  # nobody we trust says so
        ("10.1.1.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.1.1.1", ["6.6.6.6, 198.51.100.1, 10.2.2.2"], "198.51.100.1"),  # 6.6.6.6 is made up
        ("10.1.1.1", ["6.6.6.6", "198.51.100.1"], "198.51.100.1"),
        ("10.1.1.1", ["10.2.2.2"], "10.2.2.2"),
        ("10.1.1.1", ["unknown"], "10.1.1.1"),
        ("10.1.1.1", [""], "10.1.1.1"),
        ("fd00::1", ["2001:db8::7"], "2001:db8::7"),
        ("", ["198.51.100.1"], ""),
    ],
)
def test_the_nearest_address_that_is_no_proxys_counts(
    peer: str, forwarded: list[str], found: str
) -> None:
    assert origin(peer, forwarded, INGRESS) == found


def test_without_trusted_proxies_nothing_forwarded_is_believed() -> None:
    assert origin("10.1.1.1", ["198.51.100.1"], read("")) == "10.1.1.1"


def test_what_is_no_network_is_told() -> None:
    with pytest.raises(ConfigError, match="PROSA_SIGNIN_PROXIES"):
        read("10.0.0.0/8, everybody")
