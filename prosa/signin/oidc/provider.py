"""The identity provider over HTTP: what it says of itself, its keys, codes and tokens.

OpenID Connect Core 1.0 and Discovery 1.0, PKCE (RFC 7636), issuer identification (RFC 9207). What
comes out is proven: signature, issuer, audience, expiry, nonce. A provider that does not answer is
`Unavailable`; one that says no, or something unproven, is `ProviderRefused`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec
import structlog
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from authlib.oidc.discovery import get_well_known_url  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from pydantic import SecretStr

from prosa.clock import Clock
from prosa.errors import ConfigError, ProsaError, Unavailable
from prosa.signin.cookies import LOOPBACK

SKEW = timedelta(minutes=2)  # between the provider's clock and ours
PATIENCE_SECONDS = 10.0
_FRESH = timedelta(hours=1)  # what the provider says of itself
_KEYS_AGAIN = timedelta(minutes=1)  # an unknown key id asks for the keys at most so often
_SIGNED_WITH = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
_OK = 200
_SERVER_ERROR = 500

log = structlog.get_logger()


class ProviderRefused(ProsaError):
    """The provider, or what it sent, does not let this person in; `reason` is a word for a page."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class Vouched(msgspec.Struct, frozen=True):
    """Proven claims, how long they hold, and the means to ask again."""

    claims: Mapping[str, Any]
    until: datetime
    refresh_token: str | None


class _Metadata(msgspec.Struct, frozen=True):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class _Tokens(msgspec.Struct, frozen=True):
    access_token: str = ""
    id_token: str = ""
    refresh_token: str | None = None
    expires_in: float = 300.0


class Provider:
    """One issuer, at which we are one client."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: SecretStr | None,
        scopes: str,
        *,
        http: httpx.AsyncClient,
        clock: Clock,
    ) -> None:
        self.issuer = issuer
        self._client_id = client_id
        self._secret = client_secret
        self._scopes = scopes
        self._http = http
        self._clock = clock
        self._metadata: tuple[_Metadata, datetime] | None = None
        self._keys: tuple[KeySet, datetime] | None = None
        check_transport(issuer)

    async def address(self, *, state: str, nonce: str, verifier: str, redirect: str) -> str:
        """Give where the browser goes to sign in there. Raises Unavailable, ProviderRefused."""
        metadata = await self._discovered()
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect,
            "scope": self._scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        joined = "&" if urlsplit(metadata.authorization_endpoint).query else "?"
        return f"{metadata.authorization_endpoint}{joined}{urlencode(query)}"

    async def exchange(
        self, code: str, *, nonce: str, verifier: str, redirect: str, issuer: str | None = None
    ) -> Vouched:
        """Trade a code for proven claims; `issuer` is the callback's, where it names one.

        Raises Unavailable, ProviderRefused.
        """
        metadata = await self._discovered()
        if issuer not in (None, metadata.issuer) or (
            issuer is None and metadata.authorization_response_iss_parameter_supported
        ):
            raise ProviderRefused("token_invalid", "the callback is another issuer's")
        tokens = await self._tokens(
            metadata,
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": redirect,
                "code_verifier": verifier,
            },
        )
        claims = await self._proven(metadata, tokens, nonce)
        return await self._vouched(metadata, tokens, claims)

    async def refresh(self, refresh_token: str, subject: str) -> Vouched:
        """Ask again whether the subject is still let in, by the means of the last time.

        Raises Unavailable, ProviderRefused.
        """
        metadata = await self._discovered()
        tokens = await self._tokens(
            metadata, {"grant_type": "refresh_token", "refresh_token": refresh_token}
        )
        # a provider need not send an id token again (Core, 12.2): userinfo speaks then
        claims = await self._proven(metadata, tokens, None) if tokens.id_token else {"sub": subject}
        if claims["sub"] != subject:
            raise ProviderRefused("token_invalid", "the refreshed token is another subject's")
        if tokens.refresh_token is None:
            tokens = msgspec.structs.replace(tokens, refresh_token=refresh_token)
        return await self._vouched(metadata, tokens, claims)

    async def _vouched(
        self, metadata: _Metadata, tokens: _Tokens, claims: Mapping[str, Any]
    ) -> Vouched:
        """Add userinfo, which holds what providers leave out of the id token."""
        now = self._clock.now()
        until = now + timedelta(seconds=tokens.expires_in)
        if "exp" in claims:
            until = datetime.fromtimestamp(float(claims["exp"]), UTC)
        if metadata.userinfo_endpoint and tokens.access_token:
            headers = {"Authorization": f"Bearer {tokens.access_token}"}
            more = await self._json("GET", metadata.userinfo_endpoint, headers=headers)
            if more.get("sub") != claims["sub"]:  # Core, 5.3.2
                raise ProviderRefused("token_invalid", "userinfo is another subject's")
            claims = {**more, **claims}
        return Vouched(claims, until, tokens.refresh_token)

    async def _proven(
        self, metadata: _Metadata, tokens: _Tokens, nonce: str | None
    ) -> Mapping[str, Any]:
        """Check an id token as Core 3.1.3.7 says."""
        try:
            token = await self._decoded(metadata, tokens.id_token)
            claims = CodeIDToken(
                token.claims,
                token.header,
                {
                    "iss": {"essential": True, "value": metadata.issuer},
                    "aud": {"essential": True, "value": self._client_id},
                    "sub": {"essential": True},
                },
                {
                    "client_id": self._client_id,
                    "access_token": tokens.access_token,
                    **({"nonce": nonce} if nonce is not None else {}),
                },
            )
            now = int(self._clock.now().timestamp())
            claims.validate(now=now, leeway=int(SKEW.total_seconds()))
        except (JoseError, ValueError) as error:
            # the library's words name the claim; they hold no token
            raise ProviderRefused("token_invalid", f"{type(error).__name__}: {error}") from None
        proven: dict[str, Any] = dict(claims)
        return proven

    async def _decoded(self, metadata: _Metadata, id_token: str) -> jwt.Token:
        try:
            return jwt.decode(id_token, await self._keyset(metadata), algorithms=[*_SIGNED_WITH])
        except InvalidKeyIdError:  # the provider has new keys
            keys = await self._keyset(metadata, renew=True)
            return jwt.decode(id_token, keys, algorithms=[*_SIGNED_WITH])

    async def _keyset(self, metadata: _Metadata, *, renew: bool = False) -> KeySet:
        now = self._clock.now()
        if self._keys is not None:
            keys, at = self._keys
            if now - at < (_KEYS_AGAIN if renew else _FRESH):
                return keys
        keys = KeySet.import_key_set(await self._json("GET", metadata.jwks_uri))  # type: ignore[arg-type]  # judged by the library
        self._keys = (keys, now)
        return keys

    async def _discovered(self) -> _Metadata:
        now = self._clock.now()
        if self._metadata is not None and now - self._metadata[1] < _FRESH:
            return self._metadata[0]
        said = await self._json("GET", get_well_known_url(self.issuer, external=True))
        try:
            metadata = msgspec.convert(said, _Metadata)
        except msgspec.ValidationError as error:
            raise ProviderRefused("provider_misconfigured", str(error)) from None
        if metadata.issuer != self.issuer:  # Discovery, 4.3
            raise ProviderRefused(
                "provider_misconfigured",
                f"PROSA_OIDC_ISSUER is {self.issuer}, the provider calls itself {metadata.issuer}",
            )
        for endpoint in (metadata.token_endpoint, metadata.jwks_uri):
            check_transport(endpoint)
        self._metadata = (metadata, now)
        return metadata

    async def _tokens(self, metadata: _Metadata, form: dict[str, str]) -> _Tokens:
        auth: httpx.BasicAuth | None = None
        if self._secret is None:
            form = {**form, "client_id": self._client_id}
        elif "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            auth = httpx.BasicAuth(self._client_id, self._secret.get_secret_value())
        else:
            secret = self._secret.get_secret_value()
            form = {**form, "client_id": self._client_id, "client_secret": secret}
        said = await self._json("POST", metadata.token_endpoint, data=form, auth=auth)
        try:
            return msgspec.convert(said, _Tokens, strict=False)
        except msgspec.ValidationError:
            raise ProviderRefused("token_invalid", "the token answer cannot be read") from None

    async def _json(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        """Ask for a JSON object."""
        try:
            response = await self._http.request(method, url, **more)
        except httpx.HTTPError as error:
            host = urlsplit(url).netloc
            raise Unavailable(f"{host} does not answer ({type(error).__name__})") from None
        if response.status_code >= _SERVER_ERROR:
            raise Unavailable(f"{urlsplit(url).netloc} answers {response.status_code}")
        try:
            said = msgspec.json.decode(response.content)
        except (msgspec.DecodeError, UnicodeDecodeError):
            said = None
        if not isinstance(said, dict) or response.status_code != _OK:
            word = said.get("error") if isinstance(said, dict) else None
            raise ProviderRefused(
                "provider_refused", f"{urlsplit(url).path}: {response.status_code} {word or ''}"
            )
        return said


def check_transport(url: str) -> None:
    """Refuse a provider without TLS that is not on this machine. Raises ConfigError."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ConfigError(f"PROSA_OIDC_ISSUER: {url} must begin with https://")
