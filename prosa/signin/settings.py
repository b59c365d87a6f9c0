"""What sign-in is told by the environment. The inbox and the console read the same."""

from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from prosa.errors import ConfigError
from prosa.settings import PREFIX, Span
from prosa.signin.people import Role
from prosa.telemetry.logs import redact


class SignInSettings(BaseSettings):
    """Local passwords, an identity provider by OpenID Connect, and how long a session lasts."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        hide_input_in_errors=True,
        frozen=True,
        use_attribute_docstrings=True,
    )

    signin_passwords: bool = True
    """Whether accounts of `prosa accounts` may sign in with a password. With an identity provider,
    leaving it on keeps a way in while the provider is away."""

    signin_plain_http: Literal["loopback", "never"] = "loopback"
    """Where the session's cookie may travel without TLS: to this very machine (a laptop, a
    port-forward), or nowhere."""

    signin_proxies: str = ""
    """Networks of the proxies in front, such as `10.0.0.0/8`, with commas between them: their
    X-Forwarded-For is believed. Without them everybody seems to come from the proxy, and who
    guesses passwords through it slows down the account's owner."""

    session_idle: Span = timedelta(hours=12)
    """A session that nobody uses ends after this."""

    session_absolute: Span = timedelta(days=7)
    """Every session ends after this, however busy."""

    oidc_issuer: str = ""
    """The identity provider's issuer URL, as its discovery document has it. Empty: none."""

    oidc_client_id: str = ""
    """Our id at the provider."""

    oidc_client_secret: Path | None = None
    """File with our secret at the provider; none for a public client (PKCE is used in any case)."""

    oidc_name: str = ""
    """What the button says after “Sign in with”; else the provider's host."""

    oidc_scopes: str = "openid email profile"
    """What is asked for. With `offline_access` most providers give a refresh token, and a session
    outlives their id token."""

    oidc_redirect_url: str = ""
    """The page's address as browsers see it, such as https://inbox.example, where TLS ends before
    us; else the request's own. The provider must allow <this>/signin/callback."""

    oidc_roles_claim: str = "groups"
    """The claim that lists groups or roles; dots lead inside, as in `realm_access.roles`."""

    oidc_roles: dict[str, Role] = {
        "prosa-agent": "agent",
        "prosa-supervisor": "supervisor",
        "prosa-admin": "admin",
    }
    """Which value gives which role (JSON); the highest counts. Without one nobody comes in."""

    oidc_team_prefix: str = "prosa-team-"
    """Values that begin so give a team: `prosa-team-sales` is `sales`."""

    def client_secret(self) -> SecretStr | None:
        """Read our secret at the provider. Raises ConfigError that names the file."""
        if self.oidc_client_secret is None:
            return None
        try:
            secret = SecretStr(self.oidc_client_secret.read_text().strip())
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"PROSA_OIDC_CLIENT_SECRET: {self.oidc_client_secret} cannot be read"
                f" ({type(error).__name__})"
            ) from None  # a UnicodeDecodeError holds the secret's bytes
        redact(secret)
        return secret
