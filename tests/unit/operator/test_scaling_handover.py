"""Who must own replicas before the reconciler leaves them out; the API's part is tested on one."""

from typing import Any

from prosa_operator.names import MANAGER, SCALER
from prosa_operator.scaling.handover import to_co_own


def a_deployment(*owners: str) -> dict[str, Any]:
    owned: dict[str, Any] = {"fieldsV1": {"f:spec": {"f:replicas": {}}}}
    other = {"manager": "kube-controller-manager", "fieldsV1": {"f:status": {"f:replicas": {}}}}
    return {
        "metadata": {
            "namespace": "bots",
            "name": "shop-sender",
            "managedFields": [*({"manager": owner, **owned} for owner in owners), other],
        },
        "spec": {"replicas": 4, "template": {}},
    }


def test_replicas_that_only_the_reconciler_owns_are_co_owned_first() -> None:
    assert to_co_own(a_deployment(MANAGER)) == {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"namespace": "bots", "name": "shop-sender"},
        "spec": {"replicas": 4},
    }


def test_replicas_that_somebody_else_owns_too_may_be_left_out() -> None:
    assert to_co_own(a_deployment(MANAGER, SCALER)) is None
    assert to_co_own(a_deployment("kubectl")) is None


def test_replicas_that_nobody_owns_are_left_out_already() -> None:
    assert to_co_own(a_deployment()) is None
