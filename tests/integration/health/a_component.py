"""A component as small as one can be, run as a process by the tests beside.

Its argument says how it behaves: `works`, `crashes`, `ends`, `hangs`, `misconfigured`.
"""

import asyncio
import sys

import structlog
from pydantic import SecretStr

from prosa import service
from prosa.errors import ConfigError
from prosa.health import Health
from prosa.settings import ComponentSettings
from prosa.telemetry import logs

log = structlog.get_logger()


class Part:
    """Works until it is stopped, and says so."""

    def __init__(self, name: str, behaviour: str) -> None:
        self._name = name
        self._behaviour = behaviour
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Behave."""
        if self._behaviour == "crashes":
            raise ValueError("the secret is word-of-the-component")
        if self._behaviour == "ends":
            return
        await self._stopped.wait()
        if self._behaviour == "hangs":
            await asyncio.sleep(3600)
        log.info("part_done", part=self._name)

    def stop(self) -> None:
        """Take no more work."""
        log.info("part_stopped", part=self._name)
        self._stopped.set()


async def main(settings: ComponentSettings) -> None:
    """Build and run."""
    behaviour = sys.argv[1]
    logs.redact(SecretStr("word-of-the-component"))
    if behaviour == "misconfigured":
        raise ConfigError("PROSA_X: give another")
    await service.run(settings, Part("web", "works"), Part("consumer", behaviour), health=Health())


if __name__ == "__main__":
    service.start("tiny", ComponentSettings, main)
