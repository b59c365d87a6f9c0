"""Whom a campaign must leave alone, and why. Pure.

Asked twice with the same words: by the job when it plans, from the read model, and by the sender
when the message is about to leave, from the contact document. Minutes or hours lie between.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final, Literal

import msgspec

from prosa.campaigns import send_window
from prosa.campaigns.send_window import SendWindow
from prosa.contracts.chatbot import Frequency, SessionSpec
from prosa.contracts.contact import Contact
from prosa.contracts.durations import duration
from prosa.errors import ConfigError

Bar = Literal[
    "opted_out",
    "no_consent",
    "marketing_capped",
    "unreachable",
    "owner_not_bot",
    "flow_open",
    "contacted_recently",
    "already_sent",
]
"""Why a contact may not be written to by a campaign at all, now."""

LeftOut = (
    Bar
    | Literal[
        "unknown_contact",
        "never_talked",
        "not_silent",
        "silent_too_long",
        "no_search",
        "no_match",
        "not_in_audience",
        "no_parameters",
        "no_address",
        "campaign_cap",
        "queue_full",
    ]
)
"""Why the job leaves a contact out of a run."""

SENTENCES: Final[dict[str, str]] = {
    # the contact
    "opted_out": "she stopped marketing",
    "no_consent": "she has not agreed to marketing, which spec.frequency.optIn requires",
    "marketing_capped": "Meta held marketing to her back (131049); it rests for a while",
    "unreachable": "Meta cannot reach her",
    "owner_not_bot": "people have her conversation",
    "flow_open": "she is in the middle of something with the bot",
    "contacted_recently": "campaigns wrote to her as often as spec.frequency.perContact allows",
    "already_sent": "this campaign has written to her for this very occasion",
    "unknown_contact": "she is not known any more",
    "no_address": "neither a phone nor a user id of hers is known",
    # the cause
    "never_talked": "she has never written",
    "not_silent": "she has written too lately",
    "silent_too_long": "she has been silent for longer than trigger.within",
    "no_search": "she has searched for nothing yet, and was shown nothing",
    "no_match": "nothing that changed is what she searched for or was shown",
    "not_in_audience": "trigger.audience does not hold for her",
    "no_parameters": "a value that the message needs is not known",
    # the campaign
    "campaign_cap": "maxPerDay is used up",
    "queue_full": "her send window is shut, and as many wait for theirs as may; a run within it"
    " writes to her",
    "paused": "the campaign was paused after this was queued",
    "expired": "it could not leave before her send window closed",
    "wrote_since": "she wrote after this was planned",
    "window_closed": "her service window closed, and there was no template",
}
"""What each reason says to the person who reads it; those of the gate among them."""

_OF_META: Final[dict[str, str]] = {
    "131026": "Meta cannot deliver to her: not on WhatsApp, or a client that is too old",
    "131047": "her service window had closed, and there was no template",
    "131049": "Meta held it back, so that nobody gets too much marketing; it is not tried again",
    "131050": "she stopped the business's marketing at Meta",
    "131063": "marketing is switched off for this account on Cloud API",
    "130472": "Meta has her in an experiment without marketing",
    "132000": "the template wants another number of parameters: compare template.parameters",
    "132001": "Meta has no approved template of this name in this language: look at template.name"
    " and template.language, and at the WhatsApp Manager",
    "132005": "the template's text is too long with these parameters",
    "132007": "the template breaks Meta's policy",
    "132012": "a parameter is of another kind than the template wants",
    "132015": "Meta has paused the template for low quality: send fewer, or better ones",
    "132016": "Meta has disabled the template for good: write another",
    "132018": "a parameter's text is not allowed in a template",
}
"""Meta, "Error codes", in words for who runs campaigns."""


def sentence(reason: str) -> str:
    """Say what a reason means; Meta's codes are `meta_<code>`."""
    if known := SENTENCES.get(reason):
        return known
    code = reason.removeprefix("meta_")
    return _OF_META.get(code) or f"Meta refuses it: look up code {code} in Meta's list of errors"


FREED: Final = frozenset(
    {
        *("expired", "paused", "wrote_since", "owner_not_bot", "flow_open", "contacted_recently"),
        *("marketing_capped", "no_consent"),
    }
)
"""Reasons of the gate that leave the occasion free: a later run may use it again."""

_MS = timedelta(milliseconds=1)


class Rules(msgspec.Struct, frozen=True):
    """A Chatbot's `spec.frequency`, read; `idle_ms` is the silence that ends a conversation."""

    consent_required: bool
    rest_ms: int
    most: int
    per_ms: int
    window: SendWindow
    idle_ms: int


class Person(msgspec.Struct, frozen=True):
    """What the rules look at in a contact.

    `flow_open` tells that she left a flow unfinished, which is what she does until she has been
    silent for so long that her conversation begins anew.
    """

    owner: str
    flow_open: bool
    last_inbound_at_ms: int
    marketing: str
    capped_at_ms: int
    unreachable: bool


def read(frequency: Frequency, session: SessionSpec | None = None) -> Rules:
    """Read the rules. Raises ConfigError for a window that is none."""
    session = session or SessionSpec()
    try:
        window = send_window.parse(frequency.send_window)
    except ValueError as error:
        raise ConfigError(f"spec.frequency.sendWindow: {error}") from error
    return Rules(
        consent_required=frequency.opt_in == "required",
        rest_ms=duration(frequency.rest) // _MS,
        most=frequency.per_contact.max,
        per_ms=duration(frequency.per_contact.per) // _MS,
        window=window,
        idle_ms=duration(session.idle) // _MS,
    )


def person(contact: Contact) -> Person:
    """Look at a contact document."""
    return Person(
        owner=contact.owner,
        flow_open=contact.session is not None and bool(contact.session.stack),
        last_inbound_at_ms=contact.last_inbound_at_ms,
        marketing=contact.marketing,
        capped_at_ms=contact.marketing_capped_at_ms,
        unreachable=bool(contact.unreachable),
    )


def bar(person: Person, rules: Rules, now_ms: int, *, marketing: bool) -> Bar | None:
    """Say what bars a contact: consent first, then reach, then what she is doing; None: nothing."""
    if marketing and (reason := consent_bar(person, rules, now_ms)):
        return reason
    if person.unreachable:
        return "unreachable"
    if person.owner != "bot":
        return "owner_not_bot"
    if person.flow_open and now_ms - person.last_inbound_at_ms < rules.idle_ms:
        return "flow_open"
    return None


def consent_bar(person: Person, rules: Rules, now_ms: int) -> Bar | None:
    """Say what bars a contact from marketing, whoever sends it."""
    if person.marketing == "stopped":
        return "opted_out"
    if rules.consent_required and person.marketing != "granted":
        return "no_consent"
    if now_ms - person.capped_at_ms < rules.rest_ms:
        return "marketing_capped"
    return None


def too_often(times_ms: Iterable[int], rules: Rules, now_ms: int) -> bool:
    """Tell whether campaigns have used up what one contact takes, by when they wrote to her."""
    return sum(now_ms - at_ms < rules.per_ms for at_ms in times_ms) >= rules.most
