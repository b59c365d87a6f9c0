"""How notifications leave: the mail server, and where the inbox is reached from outside.

Whom a team wants told stands in its Chatbot; the keys of a CRM in a Secret of the bot.
"""

from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from prosa.errors import ConfigError
from prosa.settings import PREFIX, Span
from prosa.telemetry.logs import redact
from services.handoff.notify.addresses import is_mailbox


class SmtpSettings(BaseSettings):
    """The mail server that takes our e-mails."""

    model_config = SettingsConfigDict(
        env_prefix=f"{PREFIX}SMTP_",
        hide_input_in_errors=True,
        frozen=True,
        use_attribute_docstrings=True,
    )

    host: str = ""
    """Name of the mail server. Empty: e-mails become dead letters `smtp_unset`, to be replayed."""

    port: Annotated[int, Field(ge=1, le=65_535)] = 587
    """Its port: 587 for `starttls`, 465 for `implicit`, as a rule."""

    tls: Literal["starttls", "implicit", "none"] = "starttls"
    """How the connection is encrypted. `none` sends the customer's words in the clear: only to a
    server on the same machine."""

    ca: Path | None = None
    """Certificates of a private authority that signed the server's. Without it the system's."""

    user: str = ""
    """Who we are to the server. Empty: we do not sign in."""

    password: Path | None = None
    """File that holds the password, as a Secret is mounted."""

    sender: str = ""
    """From whom e-mails are, such as `Prosa <atendimento@autocerto.example>`. The server must
    allow it."""

    timeout: Span = timedelta(seconds=20)
    """Longest wait for each of the server's answers."""

    @field_validator("sender")
    @classmethod
    def _is_a_mailbox(cls, value: str) -> str:
        if value and not (value.isprintable() and is_mailbox(parseaddr(value)[1])):
            raise ValueError("write an address, or a name and <address>")
        return value

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.host and not self.sender:
            raise ValueError("PROSA_SMTP_SENDER is missing; a mail server needs to know from whom")
        if bool(self.user) != bool(self.password):
            raise ValueError("PROSA_SMTP_USER and PROSA_SMTP_PASSWORD belong together")
        if self.user and self.tls == "none":
            raise ValueError("PROSA_SMTP_TLS is none: the password would go in the clear")
        return self

    def read_password(self) -> SecretStr:
        """Read the password as it is now. Raises ConfigError that names the file."""
        if self.password is None:
            return SecretStr("")
        try:
            text = self.password.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"PROSA_SMTP_PASSWORD: {self.password} cannot be read ({type(error).__name__})"
            ) from None  # a UnicodeDecodeError holds the secret's bytes
        password = SecretStr(text)
        redact(password)
        return password


class NotifySettings(BaseSettings):
    """What all notifications share."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, hide_input_in_errors=True, frozen=True, use_attribute_docstrings=True
    )

    handoff_url: str = ""
    """Public address of the inbox, such as https://inbox.autocerto.example, for the link in a
    notification. Empty: no link."""

    @field_validator("handoff_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ValueError("write an address that begins with https://")
        return value
