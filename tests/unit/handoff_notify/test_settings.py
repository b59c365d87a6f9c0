"""How notifications leave."""

from pathlib import Path

import pytest

from prosa.clock import SystemClock
from prosa.errors import ConfigError
from prosa.settings import load
from services.handoff.notify.mail import Mail
from services.handoff.notify.settings import NotifySettings, SmtpSettings
from tests.unit.handoff_notify.builders import PORTUGUESE


def test_the_defaults_send_no_mail_and_encrypt_what_is_configured() -> None:
    smtp = SmtpSettings()

    assert (smtp.host, smtp.port, smtp.tls, smtp.user) == ("", 587, "starttls", "")
    assert (smtp.ca, smtp.password, smtp.sender) == (None, None, "")
    assert smtp.timeout.total_seconds() == 20
    assert NotifySettings().handoff_url == ""


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        ({"HOST": "mail"}, "PROSA_SMTP_SENDER is missing"),
        ({"HOST": "mail", "SENDER": "nobody"}, "PROSA_SMTP_SENDER: write an address"),
        ({"HOST": "mail", "SENDER": "Bot\r\nBcc: x <a@b>"}, "PROSA_SMTP_SENDER: write an address"),
        ({"USER": "bot"}, "belong together"),
        (
            {"USER": "bot", "PASSWORD": "/run/secret", "TLS": "none"},
            "the password would go in the clear",
        ),
    ],
)
def test_what_cannot_work_is_told_by_its_variable(
    variables: dict[str, str], problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"PROSA_SMTP_{name}", value)

    with pytest.raises(ConfigError, match=problem):
        load(SmtpSettings)


def test_an_inbox_address_is_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROSA_HANDOFF_URL", "javascript:alert(1)")

    with pytest.raises(ConfigError, match="PROSA_HANDOFF_URL: write an address"):
        load(NotifySettings)


def test_certificates_that_cannot_be_read_end_the_start(tmp_path: Path) -> None:
    smtp = SmtpSettings(host="mail", sender="bot@shop.example", ca=tmp_path / "gone.pem")

    with pytest.raises(ConfigError, match=r"PROSA_SMTP_CA: .*gone.pem cannot be read"):
        Mail(smtp, PORTUGUESE, SystemClock())


def test_a_password_that_cannot_be_read_is_told_without_it(tmp_path: Path) -> None:
    smtp = SmtpSettings(user="bot", password=tmp_path / "gone")

    with pytest.raises(ConfigError, match=r"PROSA_SMTP_PASSWORD: .*gone cannot be read"):
        smtp.read_password()
