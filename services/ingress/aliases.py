"""Which contact a phone or a user id leads to.

The bucket of aliases holds one entry a phone and one a user id. A person is met under either or
both, by several webhooks at once, on several replicas: entries are created, never overwritten, and
whoever loses the race takes the winner's answer. The phone is claimed first, so that "phone only"
and "phone and user id", arriving together, agree.

When both are known and lead apart, the user id wins: every webhook has it, the phone comes and
goes. A phone whose contact belongs to another user id has a new owner (numbers are recycled): she
becomes a contact of her own and the phone is pointed to her, so that nobody reads a stranger's
conversation. For that, a contact that began with a phone keeps the first user id seen with it.
"""

from collections import OrderedDict
from collections.abc import Iterator
from datetime import timedelta

from prosa.clock import Clock
from prosa.contracts import subjects
from prosa.contracts.identity import (
    Address,
    BotToken,
    ContactKey,
    contact_key,
    phone_alias,
    user_alias,
)
from prosa.errors import Unavailable
from prosa.jetstream.buckets import Bucket
from prosa.jetstream.connection import Conflict, JetStream

CACHED = 50_000
"""People remembered, about 300 bytes each."""

TRUSTED_FOR = timedelta(minutes=1)
"""For so long another replica's move of an address may go unseen here."""

_RACES = 5
_FIRST_USER = "by_"


class Aliases:
    """The aliases of all bots of this process."""

    def __init__(self, jetstream: JetStream, clock: Clock) -> None:
        self._jetstream = jetstream
        self._clock = clock
        self._buckets: dict[BotToken, Bucket[str]] = {}
        self._cache: OrderedDict[tuple[BotToken, Address], tuple[ContactKey, int]] = OrderedDict()

    def known(self, bot: BotToken, address: Address) -> ContactKey | None:
        """Give the contact of an address met a moment ago, without asking anybody."""
        key = (bot, address)
        entry = self._cache.get(key)
        if entry is None or entry[1] < self._clock.now_ms():
            return None
        self._cache.move_to_end(key)
        return entry[0]

    async def resolve(self, bot: BotToken, address: Address) -> ContactKey:
        """Give the contact of an address; make it one when it is new. Raises Unavailable."""
        if found := self.known(bot, address):
            return found
        bucket = self._bucket(bot)
        if address.user_id is None:
            contact = await _claim(bucket, phone_alias(_phone(address)), contact_key(address))
        else:
            contact = await self._resolve_user(bucket, address, address.user_id)
            self._cache.pop((bot, Address(address.phone)), None)  # it may have been another's
        return self._remember(bot, address, contact)

    async def find(self, bot: BotToken, address: Address) -> ContactKey:
        """Give the contact of an address, or the key it would get. Raises Unavailable."""
        if found := self.known(bot, address):
            return found
        bucket = self._bucket(bot)
        for alias in _aliases(address):
            if entry := await bucket.get(alias):
                return ContactKey(entry.value)  # not remembered: the phone may be another's now
        return contact_key(address)

    async def begun(self, bot: BotToken, address: Address) -> ContactKey | None:
        """Give the contact that a person began as under an address; None when there is none.

        A former owner of her phone is not she: with a user id, only that counts, and a phone alone
        names no contact that was made from a user id. Raises Unavailable.
        """
        entry = await self._bucket(bot).get(next(_aliases(address)))
        if entry is None or (address.user_id is None and entry.value.startswith("u")):
            return None
        return ContactKey(entry.value)

    async def point(self, bot: BotToken, address: Address, contact: ContactKey) -> None:
        """Let an address lead to a contact, whatever it led to. Raises Unavailable."""
        bucket = self._bucket(bot)
        for alias in _aliases(address):
            await _point(bucket, alias, contact)
        if address.user_id is not None and contact.startswith("p"):
            await _claim(bucket, _FIRST_USER + contact, user_alias(address.user_id))
        self._cache.clear()  # rare, and an old address may be remembered in several forms

    async def _resolve_user(
        self, bucket: Bucket[str], address: Address, user_id: str
    ) -> ContactKey:
        own = user_alias(user_id)
        if entry := await bucket.get(own):
            contact = ContactKey(entry.value)
        elif address.phone is None:
            contact = await _claim(bucket, own, contact_key(address))
        else:
            contact = await _claim(bucket, own, await self._by_phone(bucket, address, own))
        if address.phone is not None:
            await _point(bucket, phone_alias(address.phone), contact)
        return contact

    async def _by_phone(self, bucket: Bucket[str], address: Address, own: str) -> ContactKey:
        """Give the contact that a new user id's phone leads to, unless that is another person."""
        fresh = contact_key(address)
        held = await _claim(bucket, phone_alias(_phone(address)), fresh)
        if held == fresh:
            return fresh
        if held.startswith("u"):
            return fresh  # made from another user id than hers
        first = await _claim(bucket, _FIRST_USER + held, own)
        return held if first == own else fresh

    def _remember(self, bot: BotToken, address: Address, contact: ContactKey) -> ContactKey:
        until = self._clock.now_ms() + TRUSTED_FOR // timedelta(milliseconds=1)
        self._cache[bot, address] = (contact, until)
        self._cache.move_to_end((bot, address))
        if len(self._cache) > CACHED:
            self._cache.popitem(last=False)
        return contact

    def _bucket(self, bot: BotToken) -> Bucket[str]:
        bucket = self._buckets.get(bot)
        if bucket is None:
            bucket = Bucket(self._jetstream, subjects.bucket(bot, "aliases"), str)
            self._buckets[bot] = bucket
        return bucket


def _aliases(address: Address) -> Iterator[str]:
    if address.user_id is not None:
        yield user_alias(address.user_id)
    if address.phone is not None:
        yield phone_alias(address.phone)


def _phone(address: Address) -> str:
    if address.phone is None:
        raise ValueError("an address needs a phone or a user id")
    return address.phone


async def _claim(bucket: Bucket[str], alias: str, contact: str) -> ContactKey:
    """Let an alias lead to a contact unless it leads somewhere; give where it leads."""
    for _ in range(_RACES):
        if entry := await bucket.get(alias):
            return ContactKey(entry.value)
        try:
            await bucket.create(alias, contact)
        except Conflict:
            continue  # somebody was quicker: read what it says
        return ContactKey(contact)
    raise Unavailable(f"an alias in {bucket.name} is written faster than it can be read")


async def _point(bucket: Bucket[str], alias: str, contact: ContactKey) -> None:
    """Let an alias lead to a contact, whatever it led to."""
    for _ in range(_RACES):
        entry = await bucket.get(alias)
        if entry is not None and entry.value == contact:
            return
        try:
            if entry is None:
                await bucket.create(alias, contact)
            else:
                await bucket.update(alias, contact, entry.revision)
        except Conflict:
            continue
        return
    raise Unavailable(f"an alias in {bucket.name} is written faster than it can be moved")
