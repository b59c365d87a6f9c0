"""An application with one page and one API behind a sign-in, and a clock to turn.

What a service builds, as small as it can be: for tests of the sign-in itself.
"""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from typing import Annotated, Any

import asyncpg
import httpx
import uvicorn
from fastapi import Depends, FastAPI
from pydantic import SecretStr
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from prosa import signin
from prosa.clock import SystemClock
from prosa.signin import Person, SignIn, SignInSettings, refusals, rules
from prosa.signin.passwords import Passwords
from prosa.telemetry.metrics import Registry
from prosa.web.assets import Assets
from prosa.web.guard import Guard
from tests.support.eventually import eventually
from tests.support.signin import QUICK

ORIGIN = "http://127.0.0.1:8004"


class TurnedClock:
    """Stands still where it was made, but for what a test adds: no test depends on its own pace."""

    def __init__(self) -> None:
        self.ahead = timedelta()
        self._made = SystemClock().now()

    def now(self) -> datetime:
        return self._made + self.ahead

    def now_ms(self) -> int:
        return int(self.now().timestamp() * 1000)


class Door:
    """One process that people come to, and its settings."""

    def __init__(
        self, app: FastAPI, opened: SignIn, clock: TurnedClock, registry: Registry
    ) -> None:
        self.app = app
        self.signin = opened
        self.clock = clock
        self.registry = registry

    @asynccontextmanager
    async def browser(
        self, origin: str = ORIGIN, **headers: str
    ) -> AsyncIterator[httpx.AsyncClient]:
        """Open a browser of its own, which keeps cookies and follows nothing by itself."""
        transport = httpx.ASGITransport(Guard(self.app), client=("203.0.113.7", 5000))
        async with httpx.AsyncClient(
            transport=transport, base_url=origin, headers=headers
        ) as client:
            yield client

    def counted(self, how: str, outcome: str) -> float:
        """Read the metric of attempts."""
        text = self.registry.render()[0].decode()
        wanted = f'prosa_signin_attempts_total{{how="{how}",outcome="{outcome}"}} '
        return sum(float(line[len(wanted) :]) for line in text.splitlines() if wanted in line)


def an_app(opened: SignIn) -> FastAPI:
    """Build what a service builds: a page, an API, the sign-in."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.signin = opened
    refusals.install(app)
    app.router.routes.extend(opened.routes)
    app.mount("/assets", rules.public(Assets()))

    @app.get("/inbox")
    async def inbox(person: Annotated[Person, Depends(rules.needs("agent"))]) -> Any:
        return PlainTextResponse(f"inbox of {person.name}")

    @app.get("/api/me")
    async def me(person: Annotated[Person, Depends(rules.needs("agent"))]) -> dict[str, Any]:
        return {"name": person.name, "role": person.role, "teams": person.teams}

    @app.get("/api/audit")
    async def audit(
        person: Annotated[Person, Depends(rules.needs("supervisor"))],
    ) -> dict[str, str]:
        return {"name": person.name}

    return app


@asynccontextmanager
async def a_door(url: SecretStr, **settings: Any) -> AsyncIterator[Door]:
    """Open the sign-in of one process."""
    clock, registry = TurnedClock(), Registry()
    async with signin.open(
        SignInSettings(**settings), url, clock, registry=registry, passwords=Passwords(QUICK)
    ) as opened:
        yield Door(an_app(opened), opened, clock, registry)


async def enter(
    browser: httpx.AsyncClient, name: str, password: str, **more: str
) -> httpx.Response:
    """Sign in as the page does."""
    return await browser.post("/signin", json={"name": name, "password": password, **more})


async def audit_of(url: SecretStr) -> list[dict[str, Any]]:
    """Read the audit, oldest first."""
    connection = await asyncpg.connect(url.get_secret_value())
    try:
        return [
            dict(row) for row in await connection.fetch("select * from signin.audit order by id")
        ]
    finally:
        await connection.close()


async def a_database(url: SecretStr) -> SecretStr:
    """Make an empty database beside the other one; gives its URL."""
    name = f"empty_{secrets.token_hex(4)}"
    connection = await asyncpg.connect(url.get_secret_value())
    await connection.execute(f"create database {name}")
    await connection.close()
    return SecretStr(url.get_secret_value().rpartition("/")[0] + f"/{name}")


class _Uvicorn(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to pytest."""
        yield


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """Serve an application on a free port of this machine; gives its address."""
    opened = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False)
    server = _Uvicorn(config)
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(server.serve([opened]))
        await eventually(lambda: server.started or serving.done())
        try:
            yield f"http://127.0.0.1:{opened.getsockname()[1]}"
        finally:
            server.should_exit = True
