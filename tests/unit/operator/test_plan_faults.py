"""Specs that the schema lets through and that would not work: each fault names field and remedy."""

from typing import Any

import pytest

from prosa_operator import reasons
from prosa_operator.plan import plan
from prosa_operator.status import condition
from tests.support.worlds import OPTIONS, RECORDS, a_chatbot, a_world

CAMPAIGN: dict[str, Any] = {
    "name": "back",
    "trigger": {"inactive": "48h"},
    "schedule": "0 10 * * *",
    "template": {"name": "volta", "language": "pt_BR"},
}
FEED = {"source": {"http": {"url": "https://stock.example/cars.csv"}}}


def a_campaign(**fields: Any) -> dict[str, Any]:
    return {**RECORDS, "campaigns": [CAMPAIGN | fields]}


def fault(spec: dict[str, Any], **metadata: str) -> str:
    """Give what is told of a spec; a spec with faults changes nothing."""
    found = plan(a_world(a_chatbot(spec, **metadata)), OPTIONS)
    ready = condition(found.status, "Ready")
    assert ready is not None
    assert (found.objects, found.prune, found.status.phase) == ((), False, "Failed")
    assert (ready.status, ready.reason) == ("False", reasons.INVALID_SPEC)
    return ready.message


def sound(spec: dict[str, Any]) -> bool:
    return bool(plan(a_world(a_chatbot(spec)), OPTIONS).objects)


@pytest.mark.parametrize(
    "schedule",
    [
        "",
        "often",
        "* * * *",
        "0 0 10 * * *",
        "0 25 * * *",
        "0 0 30 2 *",
        "0 9 * * 7",
        "0 9 * * 5L",
        "0 9 L * *",
        "0 9 * * 1#2",
        "@daily",
        "TZ=UTC 0 9 * * *",
    ],
)
def test_a_schedule_that_no_cron_job_can_have(schedule: str) -> None:
    message = fault(a_campaign(schedule=schedule))

    assert "spec.campaigns[0].schedule" in message
    assert '"0 10 * * *"' in message


@pytest.mark.parametrize("schedule", ["*/15 9-17 * * *", "0 10 * * mon-fri", "30 8 1,15 * *"])
def test_a_schedule_that_one_can_have(schedule: str) -> None:
    assert sound(a_campaign(schedule=schedule))


def test_a_time_zone_that_nobody_knows() -> None:
    assert "spec.timeZone: nobody knows the time zone 'Brasil/SP'" in fault(
        {"timeZone": "Brasil/SP"}
    )


def test_hours_that_cannot_be_read() -> None:
    message = fault({"handoff": {"hours": {"mon-fri": ["18:00-09:00"]}}})

    assert message.startswith("spec.handoff.hours: mon-fri: 18:00-09:00 closes before it opens")


def test_an_audience_that_is_no_condition() -> None:
    trigger = {"audience": "contact.tags.contains("}

    assert "spec.campaigns[0].trigger.audience" in fault(a_campaign(trigger=trigger))


def test_a_parameter_that_nothing_fills() -> None:
    template = CAMPAIGN["template"] | {"parameters": ["{nobody.knows}"]}

    assert "spec.campaigns[0].template.parameters[0]" in fault(a_campaign(template=template))


def test_two_campaigns_of_one_name() -> None:
    message = fault({**RECORDS, "campaigns": [CAMPAIGN, CAMPAIGN]})

    assert "two campaigns are called back" in message


def test_a_campaign_with_the_name_of_the_feeds_cron_job() -> None:
    message = fault({**a_campaign(name="catalogue"), "catalogue": FEED})

    assert "spec.campaigns[0].name" in message


@pytest.mark.parametrize(
    ("field", "spec"),
    [
        ("spec.messaging.url", {"messaging": {"url": "http://nats:4222"}}),
        ("spec.messaging.url", {"messaging": {"url": ""}}),
        ("spec.messaging.url", {"messaging": {"url": "nats://nats:99999"}}),
        ("spec.assets.baseUrl", {"assets": {"baseUrl": "assets/"}}),
        (
            "spec.catalogue.source.http.url",
            {"catalogue": {"source": {"http": {"url": "ftp://stock.example"}}}},
        ),
    ],
)
def test_an_address_that_is_none(field: str, spec: dict[str, Any]) -> None:
    assert f"{field}: this is no address" in fault(spec)


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    message = fault({"messaging": {"url": "nats://prosa:hunter2@nats:4222"}})

    assert "Put those into a Secret" in message
    assert "hunter2" not in message


def test_a_quiet_time_longer_than_the_longest_wait() -> None:
    message = fault({"session": {"quietTime": "10s", "maxWait": "8s"}})

    assert "spec.session.quietTime: 10s is longer than maxWait, 8s" in message


def test_a_feed_that_is_asked_all_the_time() -> None:
    feed = {"source": {"http": {"url": "https://stock.example/cars.csv", "every": "0s"}}}

    assert "spec.catalogue.source.http.every" in fault({"catalogue": feed})


@pytest.mark.parametrize("field", ["quietTime", "idle"])
def test_a_duration_that_no_clock_counts(field: str) -> None:
    message = fault({"session": {field: "99999999999999d"}})

    assert f"spec.session.{field}: it lasts longer than time is counted" in message


def test_an_escalation_to_a_team_that_is_not_there() -> None:
    handoff = {"teams": [{"name": "sales"}], "escalation": {"to": "bosses"}}

    assert "there is no team 'bosses'" in fault({"handoff": handoff})


@pytest.mark.parametrize("host", ["https://shop.example", "shop", "Shop.example", "*.shop.example"])
def test_a_host_that_is_none(host: str) -> None:
    assert "spec.exposure.host" in fault({"exposure": {"host": host}})


@pytest.mark.parametrize(
    ("resources", "field"),
    [
        ({"limits": {"memory": "lots"}}, "limits.memory"),
        ({"memory": "1Gi"}, "memory"),
        ({"requests": {"memory": "2Gi"}, "limits": {"memory": "1Gi"}}, "requests.memory"),
        ({"limits": "1Gi"}, "limits"),
    ],
)
def test_resources_that_no_pod_can_have(resources: dict[str, Any], field: str) -> None:
    message = fault({"components": {"sender": {"resources": resources}}})

    assert f"spec.components.sender.resources.{field}" in message


@pytest.mark.parametrize("name", ["1shop", "a.b", "x" * 41])
def test_a_name_that_no_service_can_have(name: str) -> None:
    assert "metadata.name" in fault({}, name=name)


def test_a_catalogue_that_cannot_be_read() -> None:
    source = {"configMapRef": {"name": "stock", "key": "stock.csv"}}
    spec = {"catalogue": {"source": source, "fields": {"preco": {"type": "money"}}}}
    stock = {"stock": {"stock.csv": "id,preco\n1,cheap\n"}}
    found = plan(a_world(a_chatbot(spec), config_maps=stock), OPTIONS)
    ready = condition(found.status, "Ready")

    assert ready is not None
    assert ready.message.startswith("spec.catalogue.source.configMapRef: stock.csv")


def test_all_faults_are_told_at_once() -> None:
    message = fault({"timeZone": "Mars", "exposure": {"host": "x"}})

    assert "spec.timeZone" in message
    assert "spec.exposure.host" in message
