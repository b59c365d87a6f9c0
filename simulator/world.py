"""Who and what exists: apps, accounts, numbers, customers, and the threads between them.

State in memory, with lookups; nothing here sends, refuses or asks for the time.
"""

import base64
import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final

from simulator import screen
from simulator.config import AppConfig, Config, CustomerConfig, NumberConfig, WabaConfig
from simulator.errors import Impossible

SERVICE_WINDOW: Final = timedelta(hours=24)  # Meta, "Service messages": from the last inbound

# Calling code to country; of the others only that they are none of these (ZZ: CLDR, unknown).
COUNTRIES: Final = {"55": "BR", "351": "PT", "54": "AR", "52": "MX", "44": "GB", "1": "US"}


def digits(phone: str) -> str:
    """Reduce a phone number to its digits, as WhatsApp's ids have it."""
    return "".join(each for each in phone if each in "0123456789")


@dataclass(slots=True)
class Callback:
    """Where webhooks go, and the word that proves it is ours."""

    url: str
    verify_token: str


@dataclass(slots=True)
class App:
    """A Meta app."""

    id: str
    name: str
    secret: str
    tokens: frozenset[str]
    webhook_version: int
    callback: Callback | None
    verify_token: str


@dataclass(slots=True)
class Waba:
    """A WhatsApp Business Account."""

    id: str
    name: str
    app: App
    portfolio: str
    time_zone: str
    templates: dict[tuple[str, str], dict[str, Any]]
    callback: Callback | None = None
    subscribed: bool = True


@dataclass(slots=True)
class Number:
    """A business phone number."""

    id: str
    display: str
    name: str
    quality: str
    waba: Waba
    callback: Callback | None = None

    @property
    def phone(self) -> str:
        """The number's digits."""
        return digits(self.display)


@dataclass(slots=True)
class Customer:
    """A person. `id` stays, whatever happens to her phone; `changes` counts its changes."""

    id: str
    name: str
    phone: str
    wa_id: str
    hidden: bool = False
    changes: int = 0
    stopped: set[str] = field(default_factory=set)
    """Accounts whose marketing she has stopped."""


@dataclass(slots=True)
class Thread:
    """What passed between a business number and a customer."""

    number: Number
    customer: Customer
    messages: dict[str, screen.Message] = field(default_factory=dict)
    window: datetime | None = None
    """When the service window closes."""

    @property
    def user_id(self) -> str:
        """The customer's user id, as this business knows it."""
        return user_id(self.customer, self.number.waba.portfolio)

    def is_open(self, now: datetime) -> bool:
        """Whether the business may write without a template."""
        return self.window is not None and now < self.window

    def last_from_customer(self) -> str | None:
        """Find the wamid of the newest message that she wrote."""
        newest_first = reversed(self.messages.values())
        return next((each.id for each in newest_first if each.side == "out"), None)


class World:
    """Everything that exists, found by the names that Meta's API gives it."""

    def __init__(self, config: Config) -> None:
        self._config = config
        # Ids are unlike those of an earlier run: a platform remembers a message id for days.
        self._run = secrets.token_hex(5)
        self._messages = count(1)
        self.apps = {app.id: _app(app) for app in config.apps}
        self.wabas: dict[str, Waba] = {}
        self.numbers: dict[str, Number] = {}
        for app in config.apps:
            self._found(app)
        self._forget_people()

    def _found(self, app: AppConfig) -> None:
        for each in app.wabas:
            waba = self.wabas[each.id] = _waba(each, self.apps[app.id])
            for number in each.phone_numbers:
                self.numbers[number.id] = _number(number, waba)

    def _forget_people(self) -> None:
        self.customers: dict[str, Customer] = {}
        self._by_phone: dict[str, Customer] = {}
        self._by_user_id: dict[str, tuple[str, Customer]] = {}
        self._threads: dict[tuple[str, str], Thread] = {}
        self._by_wamid: dict[str, Thread] = {}
        for each in self._config.customers:
            self.add_customer(each)

    def reset(self) -> None:
        """Forget threads, customers and callbacks, but for what the configuration says."""
        self._forget_people()
        for waba in self.wabas.values():
            waba.callback, waba.subscribed = None, True
        for number in self.numbers.values():
            number.callback = None

    # --- businesses

    def app_of(self, token: str) -> App | None:
        """Find the app that a token belongs to."""
        return next((app for app in self.apps.values() if token in app.tokens), None)

    def numbers_of(self, waba: Waba) -> list[Number]:
        """List the numbers of an account."""
        return [number for number in self.numbers.values() if number.waba is waba]

    # --- people

    def add_customer(self, config: CustomerConfig) -> Customer:
        """Give a person WhatsApp. Known by her phone, she is the same as before."""
        phone = digits(config.phone)
        known = self._by_phone.get(phone)
        if known is not None:
            known.name, known.hidden = config.name, config.hidden
            return known
        customer = Customer(phone, config.name, phone, config.wa_id or phone, config.hidden)
        self.customers[customer.id] = customer
        self._name(customer)
        return customer

    def _name(self, customer: Customer) -> None:
        self._by_phone[customer.phone] = self._by_phone[customer.wa_id] = customer
        for portfolio in {waba.portfolio for waba in self.wabas.values()}:
            self._by_user_id[user_id(customer, portfolio)] = (portfolio, customer)

    def change_phone(self, customer: Customer, phone: str) -> None:
        """Give a customer another phone: her user ids change with it, as Meta's do."""
        for name in (customer.phone, customer.wa_id):
            self._by_phone.pop(name, None)
        for name, (_, owner) in list(self._by_user_id.items()):
            if owner is customer:
                del self._by_user_id[name]
        customer.phone = customer.wa_id = digits(phone)
        customer.changes += 1
        self._name(customer)

    def by_phone(self, phone: str) -> Customer | None:
        """Find a customer by her phone or WhatsApp id, digits only."""
        return self._by_phone.get(phone)

    def by_user_id(self, user_id: str) -> tuple[str, Customer] | None:
        """Find a customer by her user id, and the portfolio in which it is valid."""
        return self._by_user_id.get(user_id)

    def customer(self, who: str) -> Customer | None:
        """Find a customer by any of her names: id, phone, WhatsApp id, user id."""
        found = self.customers.get(who) or self.by_phone(digits(who))
        if found is None and (named := self.by_user_id(who)):
            return named[1]
        return found

    # --- threads

    def find_number(self, business: str | None) -> Number:
        """Find a business number by its id, the first one for None. Raises Impossible."""
        first = next(iter(self.numbers.values()), None)
        found = first if business is None else self.numbers.get(business)
        if found is None:
            raise Impossible(f"business: there is no phone number id {business!r}")
        return found

    def find_thread(self, who: str, business: str | None) -> Thread:
        """Find the thread of a customer, by any of her names, and a number. Raises Impossible."""
        customer = self.customer(who)
        if customer is None:
            raise Impossible(f"who: there is no customer {who!r}; create her first")
        return self.thread(self.find_number(business), customer)

    def thread(self, number: Number, customer: Customer) -> Thread:
        """Open the thread of a number and a customer."""
        key = number.id, customer.id
        if key not in self._threads:
            self._threads[key] = Thread(number, customer)
        return self._threads[key]

    def threads(self) -> Iterator[Thread]:
        """Go through all threads that were opened."""
        yield from self._threads.values()

    def thread_of(self, wamid: str) -> Thread | None:
        """Find the thread that a message is in."""
        return self._by_wamid.get(wamid)

    def add(self, thread: Thread, message: screen.Message) -> None:
        """Put a message at the end of a thread."""
        thread.messages[message.id] = message
        self._by_wamid[message.id] = thread

    def name_message(self, thread: Thread, wamid: str) -> None:
        """Let a message be found that leaves nothing on the screen, such as a reaction."""
        self._by_wamid[wamid] = thread

    def wamid(self, customer_phone: str, *, outbound: bool) -> str:
        """Make a message id of Meta's look: base64 over phone, direction and a unique part."""
        unique = f"{self._run}{next(self._messages):08X}".upper().encode()
        phone = customer_phone.encode()
        direction = b"\x15\x02\x00\x11\x18" if outbound else b"\x15\x02\x00\x12\x18"
        raw = b"\x1c\x18" + bytes([len(phone)]) + phone + direction + unique + b"\x00"
        return "wamid." + base64.b64encode(raw).decode()


def user_id(customer: Customer, portfolio: str) -> str:
    """Make the business-scoped user id: one per portfolio and person, new with a new phone.

    Meta, "Business-scoped user IDs": country code, a dot, up to 128 letters and digits.
    """
    seed = f"{portfolio}/{customer.id}/{customer.changes}".encode()
    country = next((c for code, c in COUNTRIES.items() if customer.phone.startswith(code)), "ZZ")
    return f"{country}.{int.from_bytes(hashlib.sha256(seed).digest()[:8], 'big'):020d}"


def _app(config: AppConfig) -> App:
    return App(
        id=config.id,
        name=config.name,
        secret=config.app_secret,
        tokens=frozenset(config.access_tokens),
        webhook_version=int(config.webhook_version[1:].split(".", 1)[0]),
        callback=Callback(config.webhook, config.verify_token) if config.webhook else None,
        verify_token=config.verify_token,
    )


def _waba(config: WabaConfig, app: App) -> Waba:
    return Waba(
        id=config.id,
        name=config.name,
        app=app,
        portfolio=config.portfolio or app.id,
        time_zone=config.time_zone,
        templates={(each["name"], each["language"]): each for each in config.templates},
    )


def _number(config: NumberConfig, waba: Waba) -> Number:
    return Number(config.id, config.display, config.name, config.quality_rating, waba)
