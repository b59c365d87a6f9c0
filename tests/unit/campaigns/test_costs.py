"""What Meta charges, by its own word on each message."""

from prosa.contracts.chatbot import Prices
from services.campaigns.costs import cost

BRAZIL = Prices(currency="BRL", per_message={"marketing": 0.35, "utility": 0.04})


def test_a_category_costs_what_the_chatbot_says() -> None:
    found = cost({"regular/marketing": 100, "regular/utility": 10}, BRAZIL)

    assert found.by_category == {"marketing": 35.0, "utility": 0.4}
    assert (found.currency, found.total) == ("BRL", 35.4)


def test_what_meta_gives_away_costs_nothing() -> None:
    found = cost(
        {"free_customer_service/service": 7, "free_entry_point/marketing": 2, "": 3}, BRAZIL
    )

    assert (found.total, found.free) == (0, 12)


def test_a_category_without_a_price_is_told_and_not_guessed() -> None:
    found = cost({"regular/authentication": 4}, BRAZIL)

    assert found.total == 0
    assert found.unpriced == {"authentication": 4}
