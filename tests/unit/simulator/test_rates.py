"""How much Meta lets through, by a clock that only this test moves."""

from datetime import UTC, datetime, timedelta

import pytest

from simulator.config import Limits
from simulator.errors import Refusal
from simulator.rates import Rates

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def send_many(rates: Rates, messages: int, to: str, at: datetime) -> None:
    for _ in range(messages):
        rates.send("number", to, at)


def test_a_number_sends_so_many_a_second() -> None:
    rates = Rates(Limits(messages_per_second=80))
    for n in range(80):
        rates.send("number", f"customer {n}", NOON)

    with pytest.raises(Refusal, match="130429"):
        rates.send("number", "one more", after(0.9))
    rates.send("number", "one more", after(1))


def test_what_comes_in_counts_too() -> None:
    rates = Rates(Limits(messages_per_second=2))
    rates.receive("number", NOON)
    rates.receive("number", NOON)

    with pytest.raises(Refusal, match="130429"):
        rates.send("number", "ana", NOON)


def test_a_customer_gets_45_at_once_and_then_one_in_six_seconds() -> None:
    rates = Rates(Limits())
    send_many(rates, 45, "ana", NOON)

    with pytest.raises(Refusal, match="131056"):
        rates.send("number", "ana", after(5.9))
    rates.send("number", "ana", after(6))
    with pytest.raises(Refusal, match="131056"):
        rates.send("number", "ana", after(6))


def test_a_customers_rate_is_nobody_elses() -> None:
    rates = Rates(Limits())
    send_many(rates, 45, "ana", NOON)

    rates.send("number", "bruno", NOON)


def test_a_refused_message_costs_nothing() -> None:
    rates = Rates(Limits(messages_per_second=46))
    send_many(rates, 45, "ana", NOON)
    for _ in range(5):
        with pytest.raises(Refusal, match="131056"):
            rates.send("number", "ana", NOON)

    rates.send("number", "bruno", NOON)


def test_a_portfolio_opens_so_many_conversations_a_day() -> None:
    rates = Rates(Limits(messaging_limit=2))
    assert rates.reach("portfolio", "ana", NOON)
    assert rates.reach("portfolio", "bruno", NOON)

    assert not rates.reach("portfolio", "carla", after(60))
    assert rates.reach("portfolio", "ana", after(60))
    assert rates.reach("portfolio", "carla", after(24 * 3600))
