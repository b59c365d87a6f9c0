"""Which bots an update is for."""

import pytest

from prosa.contracts.identity import BotToken
from prosa.errors import ConfigError
from services.ingress.routing import Route, Routes

CARS = BotToken("bots_cars")
TRUCKS = BotToken("bots_trucks")
PIZZA = BotToken("bots_pizza")
ROUTES = Routes([Route(CARS, "1", "A"), Route(TRUCKS, "2", "A"), Route(PIZZA, "3", "B")])
DEALER = frozenset({CARS, TRUCKS})


def test_a_number_has_one_bot() -> None:
    assert ROUTES.find("1", "A", DEALER) == (CARS,)


def test_an_account_has_all_its_bots() -> None:
    assert ROUTES.find("", "A", DEALER) == (CARS, TRUCKS)


def test_an_account_has_only_the_bots_the_app_may_speak_for() -> None:
    assert ROUTES.find("", "A", frozenset({CARS})) == (CARS,)


@pytest.mark.parametrize(("number", "account"), [("3", "B"), ("3", "A"), ("", "B")])
def test_an_app_cannot_speak_for_a_bot_that_is_not_its_own(number: str, account: str) -> None:
    assert ROUTES.find(number, account, DEALER) == "forged"


def test_a_number_of_nobody_is_not_its_accounts() -> None:
    assert ROUTES.find("9", "A", DEALER) == "unknown_number"


def test_an_account_of_nobody_is_unknown() -> None:
    assert ROUTES.find("", "Z", DEALER) == "unknown_account"


def test_two_bots_cannot_share_a_number() -> None:
    with pytest.raises(ConfigError, match="a number has one bot"):
        Routes([Route(CARS, "1", "A"), Route(PIZZA, "1", "B")])
