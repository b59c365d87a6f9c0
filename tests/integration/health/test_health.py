"""What a machine asks a component, over real HTTP."""

import json
from datetime import timedelta

import aiohttp
import pytest

from prosa.errors import ConfigError
from prosa.health import Health, Progress


async def ask(port: int, path: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"http://127.0.0.1:{port}{path}") as response,
    ):
        return response.status, await response.text()


async def test_a_component_is_ready_when_no_check_has_a_reason() -> None:
    health = Health()
    health.ready("nats", lambda: "")
    async with health.serve("127.0.0.1", 0) as port:
        assert await ask(port, "/readyz?verbose") == (200, '{"ok": true, "reasons": {}}\n')


async def test_a_reason_is_told_by_name_and_gives_no_work() -> None:
    health = Health()
    health.ready("nats", lambda: "not connected")
    async with health.serve("127.0.0.1", 0) as port:
        status, body = await ask(port, "/readyz")

        assert (status, json.loads(body)["reasons"]) == (503, {"nats": "not connected"})
        assert (await ask(port, "/livez"))[0] == 200


async def test_a_loop_that_stands_still_is_not_alive() -> None:
    now = 0.0
    progress = Progress(timedelta(seconds=10), monotonic=lambda: now)
    health = Health()
    health.live("consumer", progress)
    async with health.serve("127.0.0.1", 0) as port:
        assert (await ask(port, "/livez"))[0] == 200
        now = 11.0
        status, body = await ask(port, "/livez")
        assert (status, "no progress for 11 s" in body) == (503, True)
        progress.mark()
        assert (await ask(port, "/livez"))[0] == 200


async def test_metrics_are_those_of_the_registry() -> None:
    health = Health()
    health.registry.counter("prosa_sent_total", "Messages sent.").inc()
    async with health.serve("127.0.0.1", 0) as port:
        assert "prosa_sent_total 1.0" in (await ask(port, "/metrics"))[1]


async def test_another_path_says_which_there_are() -> None:
    async with Health().serve("127.0.0.1", 0) as port:
        assert await ask(port, "/") == (404, '{"paths":["/livez","/readyz","/metrics"]}\n')


async def test_a_taken_port_is_told_by_its_setting() -> None:
    async with Health().serve("127.0.0.1", 0) as port:
        with pytest.raises(ConfigError, match=r"^PROSA_HEALTH_PORT: 127\.0\.0\.1:"):
            async with Health().serve("127.0.0.1", port):
                pass
