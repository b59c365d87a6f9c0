"""What objects say: schedules, ways in and out, disruptions, scaling, memory, drain."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from cronsim import CronSim

from prosa.contracts.durations import duration
from prosa.contracts.topology import ACK_WAIT
from prosa_operator import names
from prosa_operator.observed import Object, Options, Plan
from prosa_operator.plan import plan
from prosa_operator.rendering import addresses, resources, schedules
from prosa_operator.rendering.addresses import Address
from tests.support.worlds import (
    OPTIONS,
    RECORDS,
    a_chatbot,
    a_secret,
    a_world,
    applied,
    changed,
    find,
    keys,
)

STOCK = {"catalogue": {"source": {"configMapRef": {"name": "stock", "key": "stock.csv"}}}}


def planned(spec: dict[str, Any], **world: Any) -> Plan:
    return plan(a_world(a_chatbot(spec), **world), OPTIONS)


def container(workload: Object) -> Object:
    found: Object = workload["spec"]["template"]["spec"]["containers"][0]
    return found


def environment(workload: Object) -> dict[str, str]:
    return {entry["name"]: entry["value"] for entry in container(workload)["env"]}


# --- jobs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["1s", "1m", "7m", "15m", "45m", "1h", "5h", "12h", "1d", "7d"])
@pytest.mark.parametrize("seed", ["one", "two", "three"])
def test_a_feed_is_asked_at_least_as_often_as_wished(text: str, seed: str) -> None:
    moments = CronSim(schedules.every(duration(text), seed), datetime(2026, 1, 1, tzinfo=UTC))
    first = [next(moments) for _ in range(50)]
    longest = max(b - a for a, b in pairwise(first))

    wished = min(max(duration(text), timedelta(minutes=1)), timedelta(days=1))
    assert longest <= wished


def test_feeds_of_two_bots_are_not_asked_in_the_same_minute() -> None:
    found = {schedules.every(timedelta(minutes=15), f"bot {n}") for n in range(30)}

    assert len(found) > 10


def test_a_campaign_runs_in_the_bots_time_zone_and_once_at_a_time() -> None:
    campaign = {
        "name": "back",
        "trigger": {"inactive": "48h"},
        "schedule": "0 10 * * *",
        "template": {"name": "volta", "language": "pt_BR"},
        "suspend": True,
    }
    spec = find(planned(RECORDS | {"campaigns": [campaign]}), "CronJob", "shop-back")["spec"]
    (container,) = spec["jobTemplate"]["spec"]["template"]["spec"]["containers"]

    assert (spec["timeZone"], spec["concurrencyPolicy"]) == ("America/Sao_Paulo", "Forbid")
    assert spec["suspend"] is True
    assert container["command"] == [
        *("python", "-m", "services.campaigns", "run", "back", "--bot", "bots_shop")
    ]


def test_a_jobs_pods_are_no_children_of_the_chatbot() -> None:
    spec = {"catalogue": {"source": {"http": {"url": "https://stock.example/a.csv"}}}}
    template = find(planned(spec), "CronJob", "shop-catalogue")["spec"]["jobTemplate"]

    for metadata in (template["metadata"], template["spec"]["template"]["metadata"]):
        assert "app.kubernetes.io/managed-by" not in metadata["labels"]


def test_another_catalogue_is_another_job() -> None:
    def job(text: str) -> str:
        found = planned(STOCK, config_maps={"stock": {"stock.csv": text}})
        return next(name for kind, name in keys(found) if kind == "Job")

    assert job("id\n1\n") == job("id\n1\n") != job("id\n2\n")


def test_a_catalogue_that_was_loaded_is_not_loaded_again_by_a_new_operator() -> None:
    world = a_world(a_chatbot(STOCK), config_maps={"stock": {"stock.csv": "id\n1\n"}})
    before = plan(world, OPTIONS)
    newer = Options(image="registry.example/prosa/{component}:0.2.0")
    after = plan(applied(world, before), newer)

    def jobs(found: Plan) -> list[Object]:
        return [each for each in found.objects if each["kind"] == "Job"]

    assert jobs(after) == jobs(before)


# --- the way in -----------------------------------------------------------------------------------


def test_without_a_database_only_the_webhook_is_exposed() -> None:
    found = planned({"exposure": {"host": "shop.example"}})
    rules = {name for kind, name in keys(found) if kind == "Ingress"}

    assert rules == {"shop-webhook"}


def test_each_door_has_a_host_of_its_own() -> None:
    found = planned(RECORDS | {"exposure": {"host": "shop.example", "tlsSecret": "tls"}})
    hosts = [
        find(found, "Ingress", f"shop-{door}")["spec"]["tls"][0]["hosts"]
        for door in ("webhook", "inbox", "console")
    ]

    assert hosts == [["shop.example"], ["inbox.shop.example"], ["console.shop.example"]]


def test_only_the_webhooks_path_reaches_ingress() -> None:
    found = planned({"exposure": {"host": "shop.example"}})
    (rule,) = find(found, "Ingress", "shop-webhook")["spec"]["rules"]
    (path,) = rule["http"]["paths"]

    assert (path["path"], path["pathType"]) == ("/webhook", "Exact")


def test_a_gateway_gets_routes_and_no_ingress() -> None:
    found = planned({"exposure": {"host": "shop.example", "gateway": {"name": "public"}}})

    assert ("HTTPRoute", "shop-webhook") in keys(found)
    assert not any(kind == "Ingress" for kind, _ in keys(found))


def test_the_inbox_knows_its_address() -> None:
    found = planned(RECORDS | {"exposure": {"host": "shop.example"}})

    url = environment(find(found, "Deployment", "shop-handoff"))["PROSA_HANDOFF_URL"]
    assert url == "https://inbox.shop.example"


# --- the ways out ---------------------------------------------------------------------------------


def ports(found: Plan, part: str) -> set[int]:
    egress = find(found, "NetworkPolicy", f"shop-{part}")["spec"]["egress"]
    return {port["port"] for rule in egress for port in rule["ports"]}


def test_conversation_reaches_nats_and_what_its_tools_name() -> None:
    tool = "# https://crm.internal.svc:8443/leads\n"
    chatbot = a_chatbot()
    text = (chatbot.spec.dialogue.inline or "") + tool
    found = planned({"dialogue": {"inline": text}})

    assert ports(planned({}), "conversation") == {53, 4222}
    assert ports(found, "conversation") == {53, 4222, 8443}


def test_who_calls_meta_may() -> None:
    found = planned(RECORDS)

    assert 443 in ports(found, "sender") & ports(found, "handoff")
    assert 443 not in ports(found, "ingress")


def test_nobody_reaches_postgres_but_who_keeps_records() -> None:
    found = planned(RECORDS)

    with_records = [part for part in names.COMPONENTS if 5432 in ports(found, part)]
    assert with_records == ["handoff", "analytics"]


def test_nats_is_reached_in_its_namespace() -> None:
    found = planned({"messaging": {"url": "nats://nats.messaging:4222"}})
    rules = find(found, "NetworkPolicy", "shop-sender")["spec"]["egress"]
    (nats,) = [rule for rule in rules if rule["ports"][0]["port"] == 4222]

    (to,) = nats["to"]
    assert to["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "messaging"}


def test_nobody_gets_in_to_a_worker_but_for_its_metrics() -> None:
    (rule,) = find(planned({}), "NetworkPolicy", "shop-sender")["spec"]["ingress"]

    assert rule["ports"] == [{"port": 8081, "protocol": "TCP"}]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("nats://nats:4222", Address("nats", 4222, "bots")),
        ("nats", Address("nats", 4222, "bots")),
        (
            "tls://nats.messaging.svc.cluster.local",
            Address("nats.messaging.svc.cluster.local", 4222, "messaging", secure=True),
        ),
        ("https://graph.facebook.com", Address("graph.facebook.com", 443, secure=True)),
        ("http://10.0.0.7:8000", Address("10.0.0.7", 8000)),
    ],
)
def test_an_address_tells_where_a_server_stands(url: str, expected: Address) -> None:
    assert addresses.address(url, "bots") == expected


# --- pods -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("component", names.COMPONENTS)
def test_the_grace_covers_the_work_in_hand_and_its_redelivery(component: str) -> None:
    found = planned(RECORDS)
    kind = "StatefulSet" if component == "analytics" else "Deployment"
    workload = find(found, kind, f"shop-{component}")
    pod = workload["spec"]["template"]["spec"]
    asleep = container(workload)["lifecycle"]["preStop"]["sleep"]["seconds"]
    grace = duration(environment(workload)["PROSA_GRACE"])

    needed = timedelta(seconds=asleep) + grace + ACK_WAIT
    assert timedelta(seconds=pod["terminationGracePeriodSeconds"]) > needed


def test_each_part_gets_the_keys_that_it_reads_and_no_more() -> None:
    found = planned(RECORDS)

    def given(kind: str, component: str) -> set[str]:
        volumes = find(found, kind, f"shop-{component}")["spec"]["template"]["spec"]["volumes"]
        sources = [s for v in volumes for s in v.get("projected", {}).get("sources", ())]
        return {item["key"] for s in sources if "secret" in s for item in s["secret"]["items"]}

    assert given("Deployment", "ingress") == {"app-secret", "app-secret-previous", "verify-token"}
    assert given("Deployment", "sender") == {"access-token"}
    assert given("Deployment", "conversation") == set()
    assert given("StatefulSet", "analytics") == {"url"}


def test_a_service_gets_its_own_way_to_nats_where_there_is_one() -> None:
    spec = {"messaging": {"credentialsSecretRef": {"name": "nats"}}}
    world = a_world(a_chatbot(spec))
    own = a_secret("ingress.creds", "sender.creds", "conversation.creds")
    found = plan(changed(world, secrets={**world.secrets, "nats": own}), OPTIONS)

    sender = environment(find(found, "Deployment", "shop-sender"))
    assert sender["PROSA_NATS_CREDENTIALS"] == "/etc/prosa/nats/sender.creds"


def test_credentials_that_the_operator_made_are_taken() -> None:
    world = a_world()
    own = a_secret("ingress.creds", "sender.creds", "conversation.creds")
    found = plan(changed(world, secrets={**world.secrets, "shop-nats": own}), OPTIONS)

    sender = environment(find(found, "Deployment", "shop-sender"))
    assert sender["PROSA_NATS_CREDENTIALS"] == "/etc/prosa/nats/sender.creds"


def test_resources_that_are_written_stand_in_whole() -> None:
    written = {"requests": {"memory": "1Gi"}, "limits": {"memory": "2Gi"}}
    found = planned({"components": {"sender": {"resources": written}}})

    assert container(find(found, "Deployment", "shop-sender"))["resources"] == written


@pytest.mark.parametrize(
    ("limit", "given"), [("1Gi", "524MiB"), ("512Mi", "256MiB"), ("16Gi", "4096MiB")]
)
def test_duckdb_gets_what_the_limit_leaves(limit: str, given: str) -> None:
    written = {"analytics": {"resources": {"limits": {"memory": limit}}}}
    found = planned(RECORDS | {"components": written})

    analytics = environment(find(found, "StatefulSet", "shop-analytics"))
    assert analytics["PROSA_ANALYTICS_MEMORY"] == given


@pytest.mark.parametrize(("quantity", "value"), [("100m", 0.1), ("1.5Gi", 1.5 * 2**30), (2, 2.0)])
def test_a_quantity_is_read(quantity: object, value: float) -> None:
    assert resources.parsed(quantity) == pytest.approx(value)


# --- workloads ------------------------------------------------------------------------------------


def test_a_single_pod_has_no_disruption_budget() -> None:
    spec = {"components": {"sender": {"autoscaling": {"mode": "builtin", "max": 5}}}}
    budgets = {name for kind, name in keys(planned(spec)) if kind == "PodDisruptionBudget"}

    assert budgets == {"shop-ingress", "shop-sender"}


def test_a_scaled_service_begins_with_one_replica_at_least() -> None:
    spec = {"components": {"sender": {"autoscaling": {"mode": "builtin", "min": 0}}}}

    assert find(planned(spec), "Deployment", "shop-sender")["spec"]["replicas"] == 1


def test_the_volume_that_stands_is_kept_and_the_wish_is_told() -> None:
    world = a_world(a_chatbot(RECORDS))
    world = applied(world, plan(world, OPTIONS))
    larger = a_chatbot(RECORDS | {"components": {"analytics": {"storage": {"size": "50Gi"}}}})
    found = plan(changed(world, chatbot=larger), OPTIONS)
    (claim,) = find(found, "StatefulSet", "shop-analytics")["spec"]["volumeClaimTemplates"]

    assert claim["spec"]["resources"]["requests"]["storage"] == "10Gi"
    assert any("spec.components.analytics.storage" in c.message for c in found.status.conditions)


@pytest.mark.parametrize(("policy", "fate"), [("Retain", "Retain"), ("Delete", "Delete")])
def test_the_volume_outlives_the_chatbot_as_its_policy_says(policy: str, fate: str) -> None:
    analytics = find(planned(RECORDS | {"deletionPolicy": policy}), "StatefulSet", "shop-analytics")

    assert analytics["spec"]["persistentVolumeClaimRetentionPolicy"]["whenDeleted"] == fate


def test_keda_watches_every_class_of_the_senders_queue() -> None:
    spec = {"components": {"sender": {"autoscaling": {"mode": "keda", "lagPerReplica": 100}}}}
    triggers = find(planned(spec), "ScaledObject", "shop-sender")["spec"]["triggers"]

    assert [t["metadata"]["consumer"] for t in triggers] == [
        *("sender-high", "sender-default", "sender-low")
    ]
    assert {t["metadata"]["lagThreshold"] for t in triggers} == {"100"}


def test_keda_hears_our_annotations() -> None:
    spec = {"components": {"sender": {"autoscaling": {"mode": "keda"}}}}
    found = planned(spec, annotations={names.SCALING_PAUSED_REPLICAS: "3", "other": "x"})

    annotations = find(found, "ScaledObject", "shop-sender")["metadata"]["annotations"]
    assert annotations == {"autoscaling.keda.sh/paused-replicas": "3"}
