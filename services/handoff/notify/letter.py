"""A handoff as an e-mail: plain text and HTML, nothing in it can pass for a header or for markup.

Pure. The message id is made of the notification's id, so that all attempts carry the same one: the
reader's mail program, and whoever looks into a log, can tell a repeat.
"""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from html import escape

from services.handoff.notify import wording
from services.handoff.notify.wording import Told

_POLICY = SMTP.clone(cte_type="7bit")  # no server has to know 8BITMIME
_STYLE = "font:15px/1.5 system-ui,sans-serif;color:#1f2937"
_LABEL = "text-align:left;vertical-align:top;padding:2px 16px 2px 0;color:#6b7280;font-weight:400"
_QUOTE = "margin:4px 0;padding:4px 12px;border-left:3px solid #d1d5db"


def written(notification: str, told: Told, *, sender: str, to: str, now: datetime) -> EmailMessage:
    """Write the e-mail of a notification. `sender` and `to` are addresses that were checked."""
    letter = EmailMessage(policy=_POLICY)
    letter["From"] = sender
    letter["To"] = to
    letter["Subject"] = told.subject
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = message_id(notification, sender)
    letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies to a bot
    letter.set_content(wording.plain(told) + "\n")
    letter.add_alternative(markup(told), subtype="html")
    return letter


def message_id(notification: str, sender: str) -> str:
    """Give the Message-ID of all attempts of a notification."""
    return f"<{notification}@{parseaddr(sender)[1].rpartition('@')[2]}>"


def markup(told: Told) -> str:
    """Write the HTML alternative, everything escaped."""
    rows = "".join(
        f'<tr><th style="{_LABEL}">{escape(label)}</th><td>{escape(text)}</td></tr>'
        for label, text in told.facts
    )
    quotes = "".join(
        f'<blockquote style="{_QUOTE}"><small>{escape(at)}</small> {escape(text)}</blockquote>'
        for at, text in told.messages
    )
    heading = f"<h2>{escape(told.messages_label)}</h2>" if told.messages else ""
    link = (
        f'<p><a href="{escape(told.link)}">{escape(told.link_label)}</a></p>' if told.link else ""
    )
    return (
        f'<!doctype html><html lang="{told.language}"><head><meta charset="utf-8">'
        f"<title>{escape(told.subject)}</title></head>"
        f'<body style="{_STYLE}"><table>{rows}</table>{heading}{quotes}{link}</body></html>\n'
    )
