"""Measures answers by the route that gave them; live streams, which last, are left out."""

import time

from starlette.types import ASGIApp, Receive, Scope, Send

from services.handoff.metrics import HandoffMetrics

_LASTING = "/api/events"


class Timed:
    """Wraps the application. A path that no route has is `other`: no stranger names a label."""

    def __init__(self, app: ASGIApp, *, metrics: HandoffMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and look at the clock before and after."""
        began = time.perf_counter()
        await self._app(scope, receive, send)
        route = str(getattr(scope.get("route"), "path", "other"))
        if scope["type"] == "http" and route != _LASTING:
            seconds = time.perf_counter() - began
            self._metrics.request_seconds.labels(route).observe(seconds)
