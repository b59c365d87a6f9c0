"""A real OpenID provider on this machine, from the package `oidc-provider-mock`, as a process.

    async with an_oidc_provider() as provider:
        await provider.knows("ana", groups=["prosa-agent"], email="ana@example.com", …)
        settings = SignInSettings(oidc_issuer=provider.issuer, oidc_client_id="prosa")

In a browser its page asks for the subject (a text box and a button “Authorize”); `approve` does the
same without one.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.eventually import eventually
from tests.support.nats import free_port

_REDIRECTS = (302, 303)


@dataclass
class OidcProvider:
    """A running provider."""

    issuer: str
    process: asyncio.subprocess.Process
    http: httpx.AsyncClient

    async def knows(self, subject: str, **claims: Any) -> None:
        """Make somebody known, with claims such as `groups=["prosa-agent"]`."""
        answer = await self.http.put(f"{self.issuer}/users/{subject}", json=claims)
        assert answer.status_code == 204, answer.text

    async def approve(self, address: str, subject: str) -> str:
        """Sign in there as the subject; gives the address that the browser is sent back to."""
        answer = await self.http.post(address, data={"sub": subject})
        assert answer.status_code in _REDIRECTS, answer.text
        return answer.headers["location"]

    async def deny(self, address: str) -> str:
        """Refuse there; gives the address that the browser is sent back to."""
        answer = await self.http.post(address, data={"action": "deny"})
        assert answer.status_code in _REDIRECTS, answer.text
        return answer.headers["location"]

    async def revokes(self, subject: str) -> None:
        """Take back every token of the subject."""
        await self.http.post(f"{self.issuer}/users/{subject}/revoke-tokens")

    async def stop(self) -> None:
        """End the process."""
        if self.process.returncode is None:
            self.process.terminate()
        await self.process.wait()


@asynccontextmanager
async def an_oidc_provider(*, token_seconds: int = 3600) -> AsyncIterator[OidcProvider]:
    """Run a provider whose tokens last so long."""
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "ignore", "-m", "oidc_provider_mock"),
        *("--port", str(port), "--token-max-age", str(token_seconds)),
        env={**os.environ, "NO_COLOR": "1"},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    async with httpx.AsyncClient(timeout=30) as http:
        provider = OidcProvider(issuer, process, http)
        try:
            await eventually(lambda: _answers(http, issuer), within=60)
            yield provider
        finally:
            await provider.stop()


async def _answers(http: httpx.AsyncClient, issuer: str) -> bool:
    try:
        answer = await http.get(f"{issuer}/.well-known/openid-configuration")
    except httpx.HTTPError:
        return False
    return answer.status_code == httpx.codes.OK
