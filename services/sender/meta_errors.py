"""Meta's error codes as data: what a correct client does about each.

Source: Meta, "Error codes" (September 2026), by `error.code` and never by HTTP status, subcode or
title, as that page asks. The same table judges the answer to a send and the `failed` status that
comes minutes after an accepted one. What follows from a policy is done by the handlers.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Literal

Effect = Literal["window_closed", "unreachable", "marketing_stopped", "marketing_capped"]
PauseReason = Literal["token", "permission", "registration", "payment", "restricted", "quota"]


@dataclass(frozen=True, slots=True)
class Retry:
    """Meta's own trouble: again, with exponential backoff and full jitter, at most so often.

    `sure` is false where the message may have left all the same: its status is awaited first.
    """

    most: int = 12
    sure: bool = True


@dataclass(frozen=True, slots=True)
class RetryPair:
    """Too many to this customer: again after 4^X seconds; nobody else waits."""


@dataclass(frozen=True, slots=True)
class SlowLane:
    """Too many from this number: again, and all replicas send at half the rate for a while."""


@dataclass(frozen=True, slots=True)
class PauseChannel:
    """Nothing can leave until a person or a minute has passed: keep the queue, burn no retries.

    `probed` tells that asking Meta for the number shows whether the reason is gone; otherwise one
    message is tried after a while.
    """

    reason: PauseReason
    probed: bool = False


@dataclass(frozen=True, slots=True)
class StopCampaigns:
    """The number's reputation suffers: campaigns wait, answers go on."""


@dataclass(frozen=True, slots=True)
class SwitchToTemplate:
    """Her service window is closed: the fallback template, or nothing."""


@dataclass(frozen=True, slots=True)
class MarkContact:
    """It lies with the contact: conversation is told, the outbound ends."""

    effect: Effect


@dataclass(frozen=True, slots=True)
class UploadAgain:
    """The file did not arrive: upload it anew and send once more, then dead-letter."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Repeating it cannot help: a wrong parameter, template or type."""


Policy = (
    Retry
    | RetryPair
    | SlowLane
    | PauseChannel
    | StopCampaigns
    | SwitchToTemplate
    | MarkContact
    | UploadAgain
    | DeadLetter
)

FEW: Final = Retry(most=3)
UNSURE: Final = Retry(sure=False)

POLICIES: Final[dict[int, Policy]] = {
    # --- rates
    130429: SlowLane(),  # throughput of the number
    131056: RetryPair(),  # (business account, consumer account) pair rate
    4: PauseChannel("quota"),  # too many calls by the app
    80007: PauseChannel("quota"),  # too many calls on the WABA
    131048: StopCampaigns(),  # too many messages of this number were blocked or called spam
    131064: StopCampaigns(),  # limited because templates were put into a wrong category
    # --- Meta's own trouble
    1: Retry(most=3, sure=False),  # bad request or server error: Meta does not say which
    2: UNSURE,  # temporarily down or overloaded
    131000: Retry(most=3, sure=False),  # something went wrong
    131016: UNSURE,  # service unavailable
    133004: UNSURE,  # server temporarily unavailable
    131057: Retry(),  # maintenance, such as an upgrade of the throughput (a minute at most)
    # --- the contact
    131047: SwitchToTemplate(),  # more than 24 h since her last message
    131026: MarkContact("unreachable"),  # not on WhatsApp, old client, terms not accepted
    131049: MarkContact("marketing_capped"),  # Meta's cap on marketing to one person
    130472: MarkContact("marketing_capped"),  # she is part of an experiment without marketing
    131050: MarkContact("marketing_stopped"),  # she stopped the business's marketing
    130403: MarkContact("unreachable"),  # the business blocked her
    # --- the account
    190: PauseChannel("token", probed=True),  # access token expired or revoked
    104: PauseChannel("token", probed=True),  # no access token
    0: PauseChannel("token", probed=True),  # the app user could not be authenticated
    3: PauseChannel("permission", probed=True),  # capability or permission missing
    10: PauseChannel("permission", probed=True),  # permission not granted, or removed
    131005: PauseChannel("permission", probed=True),  # access denied
    133010: PauseChannel("registration"),  # number not registered
    131045: PauseChannel("registration"),  # number's certificate or registration failed
    131042: PauseChannel("payment"),  # payment method missing or refused
    368: PauseChannel("restricted"),  # blocked for a violation of policy
    131031: PauseChannel("restricted"),  # account locked
    130497: PauseChannel("restricted"),  # may not message people in this country
    # --- files
    131053: UploadAgain(),  # the file could not be fetched or is not what it was said to be
    131052: UploadAgain(),  # the file could not be downloaded
    # --- the message
    33: DeadLetter(),  # the number was deleted
    100: DeadLetter(),  # unsupported or misspelt parameter
    131008: DeadLetter(),  # required parameter missing
    131009: DeadLetter(),  # parameter's value not valid
    131021: DeadLetter(),  # sender and recipient are the same
    131030: DeadLetter(),  # recipient not on the test number's allow-list
    131051: DeadLetter(),  # unsupported message type
    131062: DeadLetter(),  # needs a phone; one is used whenever it is known
    131063: DeadLetter(),  # marketing is switched off on Cloud API for this WABA
    132000: DeadLetter(),  # template: number of parameters
    132001: DeadLetter(),  # template: missing or not approved in this language
    132005: DeadLetter(),  # template: text too long once filled in
    132007: DeadLetter(),  # template: content against policy
    132012: DeadLetter(),  # template: parameter in a wrong format
    132015: DeadLetter(),  # template: paused for low quality
    132016: DeadLetter(),  # template: disabled for good
    132018: DeadLetter(),  # template: text of a parameter not allowed
    135000: DeadLetter(),  # unknown error with the request's parameters
    139200: DeadLetter(),  # direct send blocked
}

TEMPLATE_FAULTS: Final = frozenset({132000, 132001, 132015, 132016, 131063})
"""Refusals that the next message of the same campaign would meet alike, whoever it is for."""

_PERMISSIONS = range(200, 300)


def policy(code: int, status: int = 0) -> Policy:
    """Say what to do about a code; an unknown one is judged by the answer's HTTP status.

    `status` 0 is a failure told by a webhook, which is final unless the table says otherwise.
    """
    if (known := POLICIES.get(code)) is not None:
        return known
    if code in _PERMISSIONS:
        return PauseChannel("permission", probed=True)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return SlowLane()
    if status == HTTPStatus.UNAUTHORIZED:
        return PauseChannel("token", probed=True)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return UNSURE
    return DeadLetter()
