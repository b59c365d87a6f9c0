"""The channel `email` against a real SMTP server."""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from prosa.clock import SystemClock
from prosa.errors import Reject, RetryLater
from prosa.telemetry import logs
from services.handoff.notify.mail import Mail
from services.handoff.notify.notification import LeaseLost, Notification, Unanswered
from services.handoff.notify.settings import SmtpSettings
from tests.support.logged import logged
from tests.support.nats import free_port
from tests.support.smtp import PASSWORD, USER, MailServer, Tls, a_mail_server
from tests.unit.handoff_notify.builders import PORTUGUESE, a_handoff

TO = "vendas@shop.example"


class Marks:
    """What a channel marked."""

    def __init__(self, error: Exception | None = None) -> None:
        self.made = 0
        self._error = error

    async def __call__(self) -> None:
        self.made += 1
        if self._error is not None:
            raise self._error


async def deliver(smtp: SmtpSettings, marks: Marks | None = None, to: str = TO) -> None:
    mail = Mail(smtp, PORTUGUESE, SystemClock())
    told = Notification("notify-1", "email", to, "vendas", a_handoff())
    await mail.deliver(told, marks or Marks())


@contextlib.contextmanager
def rejected(reason: str) -> Iterator[None]:
    with pytest.raises(Reject) as caught:
        yield
    assert caught.value.reason == reason


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_it_arrives_encrypted_and_signed_in(tls: Tls, tmp_path: Path) -> None:
    async with a_mail_server(tmp_path, tls=tls) as server:
        await deliver(server.settings())

    ((to, letter),) = server.taken
    assert to == [TO]
    assert letter["Subject"] == "Atendimento: Maria (vendas)"
    assert server.users == [USER]


async def test_a_server_without_tls_gets_nothing(tmp_path: Path) -> None:
    async with a_mail_server(tmp_path, tls="none") as server:
        with rejected("smtp_no_tls"):
            await deliver(server.settings(tls="starttls", ca=server.ca))

    assert server.commands == []


async def test_a_certificate_that_nobody_vouches_for_gets_nothing(tmp_path: Path) -> None:
    async with a_mail_server(tmp_path / "one") as server, a_mail_server(tmp_path / "two") as other:
        with rejected("smtp_certificate"):
            await deliver(server.settings(ca=other.ca))

    assert server.users == []


async def test_a_wrong_password_is_a_persons_matter_and_is_not_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("a-wrong-password")
    logs.configure("debug")
    async with a_mail_server(tmp_path) as server:
        with rejected("smtp_auth"):
            await deliver(server.settings(password=wrong))

    assert "a-wrong-password" not in logged(capsys)


async def test_a_greylist_is_waited_for(tmp_path: Path) -> None:
    async with a_mail_server(tmp_path, refusals={"RCPT": ["451 4.7.1 come again"]}) as server:
        with pytest.raises(RetryLater, match="smtp_451"):
            await deliver(server.settings())
        await deliver(server.settings())

    assert len(server.taken) == 1


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
async def test_a_refusal_for_good_is_not_tried_again(verb: str, tmp_path: Path) -> None:
    async with a_mail_server(tmp_path, refusals={verb: ["550 5.1.1 no such user"]}) as server:
        with rejected("smtp_550"):
            await deliver(server.settings())


async def test_a_server_that_dies_before_its_answer_leaves_a_doubt(tmp_path: Path) -> None:
    marks = Marks()
    async with a_mail_server(tmp_path, deaths=1) as server:
        with pytest.raises(Unanswered):
            await deliver(server.settings(), marks)

    assert (marks.made, len(server.taken)) == (1, 1)


async def test_a_server_that_never_answers_leaves_a_doubt(tmp_path: Path) -> None:
    async with a_mail_server(tmp_path) as server:
        server.gate = asyncio.Event()
        with pytest.raises(Unanswered):
            await deliver(server.settings(timeout="2s"))


async def test_a_server_that_is_away_leaves_none(tmp_path: Path) -> None:
    marks = Marks()
    server = MailServer(tmp_path, "none", {}, 0)
    server.port = free_port()
    with pytest.raises(RetryLater, match="smtp_away"):
        await deliver(server.settings(), marks)

    assert marks.made == 0


async def test_whoever_lost_the_row_hands_nothing_over(tmp_path: Path) -> None:
    async with a_mail_server(tmp_path) as server:
        with pytest.raises(LeaseLost):
            await deliver(server.settings(), Marks(LeaseLost()))

    assert server.taken == []


async def test_without_a_server_the_letter_says_which_setting_is_missing() -> None:
    with pytest.raises(Reject, match="PROSA_SMTP_HOST"):
        await deliver(SmtpSettings())


async def test_what_is_no_address_never_reaches_the_server(tmp_path: Path) -> None:
    async with a_mail_server(tmp_path) as server:
        with rejected("smtp_address"):
            await deliver(server.settings(), to="a@b\r\nRCPT TO:<c@d>")

    assert server.commands == []


async def test_the_password_is_read_anew_for_each_e_mail(tmp_path: Path) -> None:
    async with a_mail_server(tmp_path) as server:
        smtp = server.settings()
        (tmp_path / "password").write_text("an-old-one")
        with rejected("smtp_auth"):
            await deliver(smtp)
        (tmp_path / "password").write_text(PASSWORD)
        await deliver(smtp)

    assert len(server.taken) == 1
