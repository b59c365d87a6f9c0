"""A newer operator rolls a few bots a minute."""

from prosa_operator.rollouts import Rollouts


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_no_more_bots_roll_in_a_minute_than_allowed() -> None:
    time = Time()
    budget = Rollouts(5, time)

    for _ in range(5):
        assert budget.left() > 0
        budget.take()

    assert budget.left() == 0


def test_a_token_comes_back_every_twelve_seconds() -> None:
    time = Time()
    budget = Rollouts(5, time)
    for _ in range(5):
        budget.take()

    time.now = 12.5

    assert budget.left() == 1


def test_tokens_do_not_pile_up_over_night() -> None:
    time = Time()
    budget = Rollouts(5, time)

    time.now = 40_000

    assert budget.left() == 5
