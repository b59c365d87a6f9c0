"""Who gets a campaign's message now, which one, and why the others do not. Pure.

`preview` and `run` ask the same planner. What it decides is asked once more by the sender when the
message is about to leave.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from prosa.campaigns import rules, send_window, wording
from prosa.campaigns.rules import LeftOut
from prosa.campaigns.send_window import Moment
from prosa.campaigns.wording import MissingValue
from prosa.contracts.campaigns import outbound_id
from prosa.contracts.chatbot import Campaign, ChatbotSpec
from prosa.contracts.outbound import Outbound
from services.campaigns.candidates import Candidate, History
from services.campaigns.causes import Audience, Cause, Newness, Silence
from services.campaigns.time_zones import TimeZones

MOST_WAITING = 9_000
"""Messages on the queue beyond which none is added that must wait for its contact's send window.

The sender holds what waits unacknowledged, `topology.MAX_ACK_PENDING` at most, and behind those
nothing of any campaign moves: two that run at once must not fill that.
"""


class Planned(msgspec.Struct, frozen=True):
    """A contact gets this outbound; it covers `occasions`, of which the first leads.

    `wait_ms` is how long it waits for her send window.
    """

    outbound: Outbound
    occasions: tuple[str, ...]
    attempts: tuple[int, ...]
    wait_ms: int = 0


class Left(msgspec.Struct, frozen=True):
    """A contact is left out; `detail` names a value that is missing."""

    reason: LeftOut
    detail: str = ""


class Planner:
    """One run of one campaign. It keeps count of what it may still send today, and let wait."""

    def __init__(
        self,
        spec: ChatbotSpec,
        campaign: Campaign,
        trigger: Silence | Newness | Audience,
        *,
        now_ms: int,
        sent_today: int = 0,
        on_queue: int = 0,
    ) -> None:
        """`sent_today` are the campaign's messages of the last 24 hours, `on_queue` those of all.

        Raises BadTemplate, and ConfigError for a send window that is none.
        """
        self._spec = spec
        self._campaign = campaign
        self._trigger = trigger
        self._now_ms = now_ms
        self._rules = rules.read(spec.frequency, spec.session)
        self._wording = wording.parse(campaign)
        self._manner = wording.manner(spec, datetime.fromtimestamp(now_ms / 1000, UTC))
        self._money = frozenset(_money_fields(spec))
        self._left = campaign.max_per_day - sent_today if campaign.max_per_day else None
        self._room = MOST_WAITING - on_queue
        self._zones = TimeZones(spec.time_zone, self._manner.now)
        self._moments: dict[str, Moment] = {}

    def plan(self, candidate: Candidate, history: History) -> Planned | Left:
        """Decide about one contact: her consent and state, the cause, frequency, then the words."""
        marketing = self._campaign.category == "marketing"
        if reason := rules.bar(candidate.person, self._rules, self._now_ms, marketing=marketing):
            return Left(reason)
        if not (candidate.address.phone or candidate.address.user_id):
            return Left("no_address")
        cause = self._trigger.cause(candidate, self._now_ms)
        if not isinstance(cause, Cause):
            return Left(cause)
        cause = _unused(cause, history)
        if not cause.occasions:
            return Left("already_sent")
        if rules.too_often(history.lately, self._rules, self._now_ms):
            return Left("contacted_recently")
        try:
            planned = self._planned(candidate, cause, history)
        except MissingValue as error:
            return Left("no_parameters", error.placeholder)
        return self._counted(planned)

    def _counted(self, planned: Planned) -> Planned | Left:
        """Take a message off what the campaign may send today, and off the room to wait in."""
        if self._left is not None and self._left <= 0:
            return Left("campaign_cap")
        if planned.wait_ms and self._room <= 0:
            return Left("queue_full")
        if self._left is not None:
            self._left -= 1
        if planned.wait_ms:
            self._room -= 1
        return planned

    def _planned(self, candidate: Candidate, cause: Cause, history: History) -> Planned:
        messages, fallback = wording.messages(
            self._wording,
            self._values(candidate, cause),
            self._manner,
            window_open=candidate.window_open(self._now_ms),
        )
        attempts = tuple(history.attempts.get(each, 0) for each in cause.occasions)
        time_zone = candidate.time_zone or self._zones.of(candidate.address.phone or "")
        moment = self._moment(time_zone)
        lead = cause.occasions[0]
        outbound = Outbound(
            id=outbound_id(candidate.contact, self._campaign.name, lead, attempts[0]),
            contact=candidate.contact,
            address=candidate.address,
            phone_number_id=self._spec.whatsapp.phone_number_id,
            messages=messages,
            author="campaign",
            owner_revision=0,  # a campaign asks who speaks, not since when
            created_at_ms=self._now_ms,
            priority="low",
            category=self._campaign.category,
            fallback=fallback,
            campaign=self._campaign.name,
            occasion=lead,
            time_zone=time_zone,
            heard_until_ms=candidate.last_inbound_at_ms,
            expires_at_ms=moment.closes_at_ms,
        )
        return Planned(outbound, cause.occasions, attempts, moment.wait_ms)

    def _moment(self, time_zone: str) -> Moment:
        if time_zone not in self._moments:
            where: ZoneInfo = send_window.zone(time_zone, self._spec.time_zone)
            self._moments[time_zone] = send_window.moment(self._rules.window, where, self._now_ms)
        return self._moments[time_zone]

    def _values(self, candidate: Candidate, cause: Cause) -> Mapping[str, Any]:
        """Give what placeholders are filled from."""
        values: dict[str, Any] = {
            "contact": {
                "name": candidate.name,
                "phone": candidate.address.phone,
                "tags": list(candidate.tags),
                "attributes": candidate.attributes,
                "slots": candidate.slots,
            },
            "searched": wording.searched_values(candidate.searched),
            "searched_words": wording.search_words(candidate.searched, self._money, self._manner),
        }
        if cause.news:
            best = cause.news[0]
            values["item"] = best.item.fields
            values["items"] = [each.item.fields for each in cause.news]
            values["previous"], values["price"] = best.previous, best.price
        return values


def _unused(cause: Cause, history: History) -> Cause:
    """Leave out the occasions that this campaign has used for her."""
    if not history.used:
        return cause
    free = [n for n, occasion in enumerate(cause.occasions) if occasion not in history.used]
    return Cause(
        tuple(cause.occasions[n] for n in free),
        tuple(cause.news[n] for n in free) if cause.news else (),
    )


def _money_fields(spec: ChatbotSpec) -> tuple[str, ...]:
    if spec.catalogue is None:
        return ()
    declared = (name for name, field in spec.catalogue.fields.items() if field.type == "money")
    return (*declared, *((spec.catalogue.price,) if spec.catalogue.price else ()))
