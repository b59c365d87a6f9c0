"""The scale subresource of a real Deployment, through the one module that talks to the API."""

from collections.abc import Callable

from prosa_operator.cluster import Cluster
from prosa_operator.kinds import DEPLOYMENT
from prosa_operator.observed import Object
from prosa_operator.scaling.decide import Current
from prosa_operator.scaling.target import Target

Watched = Callable[[str, str], Object | None]
"""A Deployment of this namespace and name as a watch last showed it; None: not known."""


class ClusterScale:
    """Reads replicas from the watch where that will do, and writes them through /scale."""

    def __init__(self, cluster: Cluster, watched: Watched) -> None:
        self._cluster = cluster
        self._watched = watched

    async def read(self, target: Target, *, fresh: bool) -> Current:
        """Give replicas as asked for and as they run. Raises ApiError."""
        seen = None if fresh else self._watched(target.namespace, target.deployment)
        if seen is None:
            seen = await self._cluster.read_scale(DEPLOYMENT, target.namespace, target.deployment)
        return Current(seen["spec"].get("replicas", 0), seen.get("status", {}).get("replicas", 0))

    async def write(self, target: Target, replicas: int) -> None:
        """Set replicas. Raises ApiError."""
        await self._cluster.scale(DEPLOYMENT, target.namespace, target.deployment, replicas)
