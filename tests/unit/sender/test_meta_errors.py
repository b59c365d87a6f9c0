"""Meta's error table: each code has the policy that its meaning asks for."""

import pytest

from services.sender.meta_errors import (
    POLICIES,
    DeadLetter,
    MarkContact,
    PauseChannel,
    Policy,
    Retry,
    RetryPair,
    SlowLane,
    StopCampaigns,
    SwitchToTemplate,
    UploadAgain,
    policy,
)

BY_CODE: list[tuple[type[Policy], tuple[int, ...]]] = [
    (SlowLane, (130429,)),
    (RetryPair, (131056,)),
    (Retry, (1, 2, 131000, 131016, 133004, 131057)),
    (StopCampaigns, (131048, 131064)),
    (SwitchToTemplate, (131047,)),
    (MarkContact, (131026, 131049, 131050, 130472, 130403)),
    (UploadAgain, (131052, 131053)),
    (
        PauseChannel,
        (4, 80007, 190, 104, 0, 3, 10, 131005, 133010, 131045, 131042, 368, 131031, 130497),
    ),
    (
        DeadLetter,
        (33, 100, 131008, 131009, 131021, 131030, 131051, 131062, 131063, 135000, 139200),
    ),
    (DeadLetter, (132000, 132001, 132005, 132007, 132012, 132015, 132016, 132018)),
]


@pytest.mark.parametrize(
    ("kind", "code"), [(kind, code) for kind, codes in BY_CODE for code in codes]
)
def test_a_known_code_has_its_policy_whatever_the_http_status(
    kind: type[Policy], code: int
) -> None:
    assert isinstance(policy(code, 400), kind)
    assert isinstance(policy(code, 500), kind)


def test_the_table_above_is_the_whole_table() -> None:
    assert {code for _, codes in BY_CODE for code in codes} == set(POLICIES)


def test_every_permission_code_pauses_the_channel() -> None:
    assert policy(200) == policy(299) == PauseChannel("permission", probed=True)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, DeadLetter()),
        (401, PauseChannel("token", probed=True)),
        (429, SlowLane()),
        (500, Retry(sure=False)),
        (503, Retry(sure=False)),
        (0, DeadLetter()),
    ],
)
def test_an_unknown_code_is_judged_by_its_http_status(status: int, expected: Policy) -> None:
    assert policy(999_999, status) == expected


def test_what_may_hide_a_success_is_not_repeated_blindly() -> None:
    for code in (1, 2, 131000, 131016, 133004):
        assert policy(code) in (Retry(sure=False), Retry(most=3, sure=False))
