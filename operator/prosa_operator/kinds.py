"""The kinds that the operator renders, watches and deletes: where the API serves each. Pure.

A kind that is not in this table can be neither applied nor pruned; the chart's RBAC is checked
against it by a test.
"""

from dataclasses import dataclass

from prosa_operator import crd


@dataclass(frozen=True)
class Kind:
    """A kind and its address; `optional` ones are there only when somebody installed them."""

    name: str
    group: str
    version: str
    plural: str
    optional: bool = False

    @property
    def api_version(self) -> str:
        """`apps/v1`, or `v1` for the core group."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """Give the path below the server; without a namespace, of all namespaces."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        parts = [root]
        if namespace:
            parts.append(f"namespaces/{namespace}")
        parts.append(self.plural)
        parts.extend(part for part in (name, subresource) if part)
        return "/".join(parts)


CHATBOT = Kind("Chatbot", crd.GROUP, crd.VERSION, crd.PLURAL)
LEASE = Kind("Lease", "coordination.k8s.io", "v1", "leases")
EVENT = Kind("Event", "events.k8s.io", "v1", "events")
SECRET = Kind("Secret", "", "v1", "secrets")
CONFIG_MAP = Kind("ConfigMap", "", "v1", "configmaps")
DEPLOYMENT = Kind("Deployment", "apps", "v1", "deployments")
AUTOSCALER = Kind("HorizontalPodAutoscaler", "autoscaling", "v2", "horizontalpodautoscalers")
CRON_JOB = Kind("CronJob", "batch", "v1", "cronjobs")

CHILDREN = (
    CONFIG_MAP,
    SECRET,
    Kind("ServiceAccount", "", "v1", "serviceaccounts"),
    Kind("PersistentVolumeClaim", "", "v1", "persistentvolumeclaims"),
    Kind("Service", "", "v1", "services"),
    DEPLOYMENT,
    Kind("StatefulSet", "apps", "v1", "statefulsets"),
    CRON_JOB,
    Kind("Job", "batch", "v1", "jobs"),
    Kind("PodDisruptionBudget", "policy", "v1", "poddisruptionbudgets"),
    Kind("NetworkPolicy", "networking.k8s.io", "v1", "networkpolicies"),
    Kind("Ingress", "networking.k8s.io", "v1", "ingresses"),
    Kind("HTTPRoute", "gateway.networking.k8s.io", "v1", "httproutes", optional=True),
    Kind("ScaledObject", "keda.sh", "v1alpha1", "scaledobjects", optional=True),
    Kind("ServiceMonitor", "monitoring.coreos.com", "v1", "servicemonitors", optional=True),
    Kind("PrometheusRule", "monitoring.coreos.com", "v1", "prometheusrules", optional=True),
)
"""In the order in which they are applied: what a pod mounts or calls comes before the pod."""

BY_NAME = {kind.name: kind for kind in (*CHILDREN, CHATBOT, LEASE, EVENT)}
