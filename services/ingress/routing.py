"""Which bots an update is for: by its number, or by its account where it names none. Pure."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from prosa.contracts.identity import BotToken
from prosa.errors import ConfigError

Unrouted = Literal["unknown_number", "unknown_account", "forged"]
"""Why no bot gets an update: nobody configured it, or an app spoke for a bot not its own."""


class Route(msgspec.Struct, frozen=True):
    """Where one bot is at Meta."""

    bot: BotToken
    number: str
    account: str


class Routes:
    """The bots of this process by number and by account."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._by_number: dict[str, BotToken] = {}
        self._by_account: dict[str, tuple[BotToken, ...]] = {}
        for route in routes:
            if other := self._by_number.get(route.number):
                raise ConfigError(
                    f"Chatbots {other} and {route.bot} both have phoneNumberId {route.number};"
                    " a number has one bot"
                )
            self._by_number[route.number] = route.bot
            self._by_account[route.account] = (*self._by_account.get(route.account, ()), route.bot)

    def find(
        self, number: str, account: str, speaks_for: frozenset[BotToken]
    ) -> tuple[BotToken, ...] | Unrouted:
        """Give the bots that get an update signed by an app that may speak for `speaks_for`."""
        if number:
            bot = self._by_number.get(number)
            if bot is None:
                return "unknown_number"
            return (bot,) if bot in speaks_for else "forged"
        bots = self._by_account.get(account, ())
        if not bots:
            return "unknown_account"
        return tuple(bot for bot in bots if bot in speaks_for) or "forged"
