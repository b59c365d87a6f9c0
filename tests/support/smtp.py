"""A real SMTP server (aiosmtpd) for tests, with what mail servers do when things go wrong.

async with a_mail_server(tmp_path, refusals={"RCPT": ["451 4.7.1 come again"]}) as server: ...
"""

import asyncio
import email
import ipaddress
import ssl
import warnings
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.handoff.notify.settings import SmtpSettings

USER, PASSWORD = "bot", "password-of-the-mailbox"
SENDER = "Prosa <bot@shop.example>"

Tls = Literal["starttls", "implicit", "none"]


class MailServer:
    """Takes e-mails, unless told otherwise."""

    def __init__(
        self, folder: Path, tls: Tls, refusals: Mapping[str, Sequence[str]], deaths: int
    ) -> None:
        self._folder = folder
        self._tls = tls
        self._refusals = {verb: list(answers) for verb, answers in refusals.items()}
        self._deaths = deaths
        self.port = 0
        self.taken: list[tuple[list[str], EmailMessage]] = []
        self.commands: list[str] = []
        self.users: list[str] = []
        self.gate: asyncio.Event | None = None
        """When set, the server waits for it after the end of a message, before its answer."""
        self.rcpt_gate: asyncio.Event | None = None
        """The same before its answer to whom the message is for."""

    @property
    def ca(self) -> Path:
        return self._folder / "ca.pem"

    def settings(self, **changes: Any) -> SmtpSettings:
        """Give the settings of somebody who may send here."""
        password = self._folder / "password"
        password.write_text(f"{PASSWORD}\n")
        values: dict[str, Any] = {
            "host": "localhost",
            "port": self.port,
            "tls": self._tls,
            "sender": SENDER,
            "timeout": timedelta(seconds=20),
        }
        if self._tls != "none":
            values |= {"ca": self.ca, "user": USER, "password": password}
        return SmtpSettings(**(values | changes))

    def letters(self) -> list[EmailMessage]:
        return [letter for _, letter in self.taken]

    # --- what aiosmtpd calls

    async def handle_MAIL(  # noqa: N802 - its name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        self.commands.append("MAIL")
        envelope.mail_from = address
        return self._refused("MAIL") or "250 OK"

    async def handle_RCPT(  # noqa: N802 - its name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        self.commands.append("RCPT")
        if self.rcpt_gate is not None:
            await self.rcpt_gate.wait()
        if refusal := self._refused("RCPT"):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        self.commands.append("DATA")
        if refusal := self._refused("DATA"):
            return refusal
        assert isinstance(envelope.content, bytes)
        letter = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(letter, EmailMessage)
        self.taken.append((list(envelope.rcpt_tos), letter))
        if self.gate is not None:
            await self.gate.wait()
        if self._deaths > 0:
            self._deaths -= 1
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return "250 taken"

    def _refused(self, verb: str) -> str:
        answers = self._refusals.get(verb)
        return answers.pop(0) if answers else ""

    def protocol(self) -> SMTP:
        starttls = self._tls == "starttls"
        with warnings.catch_warnings():
            # of implicit TLS it knows nothing, and warns of passwords in the clear
            warnings.simplefilter("ignore", UserWarning)
            return SMTP(
                self,
                hostname="localhost",
                tls_context=self.context() if starttls else None,
                require_starttls=starttls,
                auth_required=self._tls != "none",
                auth_require_tls=starttls,
                authenticator=self._authenticate,
                loop=asyncio.get_running_loop(),
            )

    def context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.ca, self._folder / "key.pem")
        return context

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.users.append(data.login.decode())
        right = data == LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False)


@asynccontextmanager
async def a_mail_server(
    folder: Path,
    *,
    tls: Tls = "starttls",
    refusals: Mapping[str, Sequence[str]] | None = None,
    deaths: int = 0,
) -> AsyncIterator[MailServer]:
    """Start a server. `refusals`: first answers by verb; `deaths`: letters taken unanswered."""
    write_certificate(folder)
    server = MailServer(folder, tls, refusals or {}, deaths)
    context = server.context() if tls == "implicit" else None
    listener = await asyncio.get_running_loop().create_server(
        server.protocol, "127.0.0.1", 0, ssl=context
    )
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        for gate in (server.gate, server.rcpt_gate):
            if gate is not None:
                gate.set()
        listener.close()


def write_certificate(folder: Path) -> None:
    """Make a certificate for localhost that signs itself: `ca.pem`, `key.pem`."""
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)  # noqa: TID251 - OpenSSL compares it with the machine's clock
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "ca.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
