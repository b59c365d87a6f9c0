"""Who owns `spec.replicas` when the mode of scaling changes: a jump to one replica is not allowed.

Pure. With server-side apply a field that its only owner no longer applies is taken away, and a
Deployment without replicas has one (Kubernetes, "Server-Side Apply", on handing over to an HPA).
The reconciler owns replicas in mode `none` and leaves them out in every other mode. Before it
leaves them out for the first time, `names.SCALER` applies the number that stands, so that the field
has two owners; whoever scales from then on takes it over by writing another number. The way back
needs nothing: the reconciler applies the number that the spec says, by force.
"""

from typing import Any

from prosa_operator.names import MANAGER
from prosa_operator.observed import Object


def to_co_own(deployment: Object) -> Object | None:
    """Give what `names.SCALER` must apply before the reconciler's apply leaves replicas out.

    None when nothing would be lost: the reconciler does not own replicas, or not alone. Takes the
    Deployment as the API gives it, with its managedFields.
    """
    owners = [
        entry.get("manager")
        for entry in deployment["metadata"].get("managedFields", ())
        if _owns_replicas(entry)
    ]
    if owners != [MANAGER]:
        return None
    metadata = deployment["metadata"]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"namespace": metadata["namespace"], "name": metadata["name"]},
        "spec": {"replicas": deployment["spec"]["replicas"]},
    }


def _owns_replicas(entry: dict[str, Any]) -> bool:
    return "f:replicas" in entry.get("fieldsV1", {}).get("f:spec", {})
