"""Whole plans, as files that one can read: what a Chatbot becomes.

python -m tests.unit.operator.test_plan_golden      writes them anew; look at the difference

"""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml

from prosa_operator.observed import Observed
from prosa_operator.plan import plan
from prosa_operator.status import as_dict
from tests.support.worlds import OPTIONS, RECORDS, a_chatbot, a_secret, a_world, an_example, changed

GOLDEN = Path(__file__).parent / "golden"


def autocerto() -> Observed:
    """Give the car dealer with records, an own NATS identity for each service, and a way in."""
    world = an_example(
        "autocerto",
        {
            **RECORDS,
            "messaging": {
                "url": "nats://nats.messaging:4222",
                "replicas": 3,
                "credentialsSecretRef": {"name": "autocerto-nats"},
            },
            "exposure": {"host": "autocerto.example", "tlsSecret": "autocerto-tls"},
            "components": {
                "conversation": {"autoscaling": {"mode": "builtin", "min": 0, "max": 20}},
                "sender": {"autoscaling": {"mode": "keda", "lagPerReplica": 100}},
                "analytics": {"storage": {"size": "20Gi"}},
            },
        },
    )
    creds = a_secret(
        *(f"{name}.creds" for name in ("ingress", "conversation", "sender", "handoff")),
        *("analytics.creds", "campaigns.creds", "ca.crt"),
    )
    return changed(world, secrets={**world.secrets, "autocerto-nats": creds})


def bakery() -> Observed:
    """Give the bakery as its file stands: no database, one NATS without a password."""
    return an_example("bakery")


def gateway() -> Observed:
    """Give a bot behind a Gateway, with a feed and a CRM, on a cluster without Prometheus."""
    spec = {
        **RECORDS,
        "catalogue": {"source": {"http": {"url": "https://stock.example/cars.json"}}},
        "exposure": {
            "host": "shop.example",
            "gateway": {"name": "public", "namespace": "gateways"},
        },
        "handoff": {
            "teams": [
                {"name": "sales", "notify": {"crm": {"webhookSecretRef": {"name": "crm"}}}},
            ]
        },
    }
    return a_world(a_chatbot(spec), kinds=frozenset({"HTTPRoute"}))


WORLDS: Mapping[str, Callable[[], Observed]] = {
    "autocerto": autocerto,
    "bakery": bakery,
    "gateway": gateway,
}


def written(world: Observed) -> str:
    """Write a plan: its objects, then its status."""
    found = plan(world, OPTIONS)
    documents = [*found.objects, {"status": as_dict(found.status)}]
    return yaml.dump_all(documents, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        """Write everything out: a golden file is read by people."""
        del data
        return True


@pytest.mark.parametrize("name", WORLDS)
def test_a_plan_is_as_its_golden_file_says(name: str) -> None:
    assert written(WORLDS[name]()) == (GOLDEN / f"{name}.yaml").read_text()


if __name__ == "__main__":
    for each, world in WORLDS.items():
        (GOLDEN / f"{each}.yaml").write_text(written(world()))
