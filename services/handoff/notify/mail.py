"""Tells by e-mail, over SMTP.

SMTP has no key that makes a repeat harmless. Between the end of the message and the server's answer
a death, of ours or the server's, leaves it open whether the e-mail is on its way; so that instant
is marked before it begins. A notification that was in it is sent once more under the same
Message-ID, and no third time.
"""

import ssl
from contextlib import suppress
from email.utils import parseaddr
from pathlib import Path

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from prosa.clock import Clock
from prosa.errors import ConfigError, Reject, RetryLater
from services.handoff.notify import letter, wording
from services.handoff.notify.addresses import is_mailbox
from services.handoff.notify.notification import Mark, Notification, Unanswered
from services.handoff.notify.retries import BY_SCHEDULE
from services.handoff.notify.settings import SmtpSettings
from services.handoff.notify.wording import Voice

_PERMANENT = 500
_GOOD_BYE_SECONDS = 2.0


class Mail:
    """The channel `email`. Its target is an address."""

    def __init__(self, smtp: SmtpSettings, voice: Voice, clock: Clock) -> None:
        """Raise ConfigError when the certificates cannot be read."""
        self._smtp = smtp
        self._voice = voice
        self._clock = clock
        self._context = None if smtp.tls == "none" else _trusting(smtp.ca)

    async def deliver(self, notification: Notification, mark: Mark) -> None:
        """Send one e-mail. Raises RetryLater, Reject, Unanswered."""
        if not self._smtp.host:
            raise Reject("smtp_unset", "no mail server is configured: set PROSA_SMTP_HOST")
        if not is_mailbox(notification.target):
            raise Reject("smtp_address", "this is no address that e-mails can be sent to")
        message = self._message(notification)
        client = self._client()
        try:
            await self._ready(client, notification.target)
            await mark()
            await self._hand_over(client, message)
        finally:
            client.close()

    def _message(self, notification: Notification) -> bytes:
        told = wording.tell(notification.handoff, notification.team, self._voice)
        return letter.written(
            notification.id,
            told,
            sender=self._smtp.sender,
            to=notification.target,
            now=self._clock.now(),
        ).as_bytes()

    def _client(self) -> SMTP:
        smtp = self._smtp
        return SMTP(
            hostname=smtp.host,
            port=smtp.port,
            timeout=smtp.timeout.total_seconds(),
            use_tls=smtp.tls == "implicit",
            start_tls=False,  # asked for below: by itself it would do without when refused
            tls_context=self._context,
        )

    async def _ready(self, client: SMTP, target: str) -> None:
        """Come to the point where only the message is missing; nothing has been sent yet."""
        smtp = self._smtp
        try:
            await client.connect()
            await client.ehlo()
            if smtp.tls == "starttls":
                await _encrypt(client)
            if smtp.user:
                await _sign_in(client, smtp)
            await client.mail(parseaddr(smtp.sender)[1])
            await client.rcpt(target)
        except SMTPAuthenticationError as error:
            raise _judged(error, "smtp_auth") from None  # the cause may hold what was sent
        except SMTPResponseException as error:
            raise _judged(error) from None
        except ConfigError as error:
            raise Reject("smtp_password", str(error)) from None
        except (SMTPException, OSError) as error:
            raise _unreachable(error) from None

    async def _hand_over(self, client: SMTP, message: bytes) -> None:
        try:
            await client.data(message)
            with suppress(SMTPException, OSError):  # taken it is; good-bye is a courtesy
                await client.quit(timeout=_GOOD_BYE_SECONDS)
        except SMTPResponseException as error:
            raise _judged(error) from None
        except (SMTPServerDisconnected, SMTPTimeoutError, OSError) as error:
            raise Unanswered(type(error).__name__) from None


def _trusting(ca: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca)
    except OSError as error:  # ssl.SSLError is one
        raise ConfigError(
            f"PROSA_SMTP_CA: {ca} cannot be read ({type(error).__name__});"
            " it must hold certificates in PEM form"
        ) from error


async def _encrypt(client: SMTP) -> None:
    """Ask for TLS. A server that offers none, or somebody in between, gets nothing of ours."""
    if not client.supports_extension("starttls"):
        raise Reject("smtp_no_tls", "the mail server offers no STARTTLS; see PROSA_SMTP_TLS")
    await client.starttls()


async def _sign_in(client: SMTP, smtp: SmtpSettings) -> None:
    await client.ehlo()  # what is offered after STARTTLS is what counts
    if not client.supports_extension("auth"):
        raise Reject("smtp_auth", "the mail server takes no sign-in; leave PROSA_SMTP_USER empty")
    await client.login(smtp.user, smtp.read_password().get_secret_value())


def _judged(error: SMTPResponseException, word: str = "") -> RetryLater | Reject:
    """Read the server's refusal: 4xx is for now, 5xx for good."""
    reason = word or f"smtp_{error.code}"
    if error.code < _PERMANENT:
        return RetryLater(BY_SCHEDULE, reason)
    return Reject(reason, f"the mail server answered {error.code}")


def _unreachable(error: Exception) -> RetryLater | Reject:
    """Tell a server that is away from one whose certificate is not to be trusted."""
    causes: list[BaseException] = [error]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None:
        causes.append(cause)
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return Reject("smtp_certificate", "the mail server's certificate is not trusted")
    if isinstance(error, SMTPConnectError | SMTPServerDisconnected | SMTPTimeoutError | OSError):
        return RetryLater(BY_SCHEDULE, "smtp_away")
    return RetryLater(BY_SCHEDULE, "smtp_trouble")
