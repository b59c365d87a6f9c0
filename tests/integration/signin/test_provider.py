"""What comes from the identity provider counts only when it is proven."""

import base64
import hashlib
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from prosa.errors import Unavailable
from prosa.signin import tokens
from prosa.signin.oidc.provider import Provider, ProviderRefused, Vouched
from tests.support.door import TurnedClock
from tests.support.oidc import OidcProvider, an_oidc_provider

BACK = "http://127.0.0.1:8004/signin/callback"


class Wire:
    """What goes to the provider: looked at, and changed as somebody in between would."""

    def __init__(self) -> None:
        self.forms: list[dict[str, list[str]]] = []
        self.as_client: str | None = None

    async def __call__(self, request: httpx.Request) -> None:
        if not request.url.path.endswith("/token"):
            return
        self.forms.append(parse_qs(request.content.decode()))
        if self.as_client:
            pair = base64.b64encode(f"{self.as_client}:secret".encode()).decode()
            request.headers["Authorization"] = f"Basic {pair}"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running() -> AsyncIterator[OidcProvider]:
    async with an_oidc_provider() as provider:
        await provider.knows("ana", groups=["prosa-agent"])
        yield provider


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest_asyncio.fixture(loop_scope="session")
async def provider(running: OidcProvider, wire: Wire) -> AsyncIterator[Provider]:
    async with httpx.AsyncClient(event_hooks={"request": [wire]}) as http:
        yield a_provider(running.issuer, http)


def a_provider(issuer: str, http: httpx.AsyncClient, client: str = "prosa") -> Provider:
    secret = SecretStr("secret")
    return Provider(issuer, client, secret, "openid profile", http=http, clock=TurnedClock())


async def signed_in(provider: Provider, running: OidcProvider, client: str = "prosa") -> Vouched:
    """Go there and back; `client` is who the authorization says that it is for."""
    nonce, verifier = tokens.new(), tokens.new()
    address = await provider.address(
        state=tokens.new(), nonce=nonce, verifier=verifier, redirect=BACK
    )
    address = address.replace("client_id=prosa", f"client_id={client}")
    back = dict(parse_qsl(urlsplit(await running.approve(address, "ana")).query))
    return await provider.exchange(back["code"], nonce=nonce, verifier=verifier, redirect=BACK)


async def test_proven_claims_come_with_their_end(provider: Provider, running: OidcProvider) -> None:
    vouched = await signed_in(provider, running)

    assert vouched.claims["sub"] == "ana"
    assert vouched.claims["groups"] == ["prosa-agent"]
    assert vouched.until.timestamp() == vouched.claims["exp"]


async def test_a_token_for_another_client_is_refused(
    provider: Provider, running: OidcProvider, wire: Wire
) -> None:
    wire.as_client = "another"

    with pytest.raises(ProviderRefused, match=r"token_invalid: .*aud"):
        await signed_in(provider, running, client="another")


async def test_the_verifier_proves_who_began(
    provider: Provider, running: OidcProvider, wire: Wire
) -> None:
    verifier = tokens.new()
    address = await provider.address(state="s", nonce="n", verifier=verifier, redirect=BACK)
    sent = dict(parse_qsl(urlsplit(address).query))
    back = dict(parse_qsl(urlsplit(await running.approve(address, "ana")).query))
    await provider.exchange(back["code"], nonce="n", verifier=verifier, redirect=BACK)

    (form,) = wire.forms
    digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
    assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == sent["code_challenge"]


async def test_a_code_counts_once(provider: Provider, running: OidcProvider) -> None:
    address = await provider.address(state="s", nonce="n", verifier="v" * 43, redirect=BACK)
    back = dict(parse_qsl(urlsplit(await running.approve(address, "ana")).query))
    first = {"nonce": "n", "verifier": "v" * 43, "redirect": BACK}
    await provider.exchange(back["code"], **first)

    with pytest.raises(ProviderRefused, match="provider_refused"):
        await provider.exchange(back["code"], **first)


async def test_a_callback_of_another_issuer_is_refused(provider: Provider) -> None:
    with pytest.raises(ProviderRefused, match="another issuer"):
        await provider.exchange(
            "c", nonce="n", verifier="v", redirect=BACK, issuer="https://evil.example"
        )


async def test_a_refreshed_token_of_somebody_else_is_refused(
    provider: Provider, running: OidcProvider
) -> None:
    vouched = await signed_in(provider, running)
    assert vouched.refresh_token is not None

    with pytest.raises(ProviderRefused, match="another subject"):
        await provider.refresh(vouched.refresh_token, "bruno")


async def test_a_provider_that_calls_itself_otherwise_is_refused(running: OidcProvider) -> None:
    async with httpx.AsyncClient() as http:
        provider = a_provider(f"{running.issuer}/", http)  # one slash is another issuer

        with pytest.raises(ProviderRefused, match="PROSA_OIDC_ISSUER is"):
            await provider.address(state="s", nonce="n", verifier="v" * 43, redirect=BACK)


async def test_a_provider_that_is_away_is_unavailable() -> None:
    async with httpx.AsyncClient() as http:
        provider = a_provider("http://127.0.0.1:1", http)

        with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1 does not answer"):
            await provider.address(state="s", nonce="n", verifier="v" * 43, redirect=BACK)
