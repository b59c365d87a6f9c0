"""A customer's words in an export are no formula, whichever separator a spreadsheet reads by."""

import csv
import io

import msgspec
import pytest

from prosa.contracts import subjects
from prosa.contracts.identity import Address, contact_key
from prosa.contracts.inbound import Inbound, Text
from prosa.web.csv import FORMULA_STARTS
from tests.integration.security.conftest import Client
from tests.support.console import Running

pytestmark = pytest.mark.asyncio(loop_scope="package")

PHONE = "5511912345678"
WORDS = (
    "=1+1",
    "x,=1+1,y",
    "x;=1+1;y",
    "x\t=1+1",
    'x";=1+1;"y',
    "x\n=1+1",
    "@SUM(1)",
)


async def says(console: Running, number: int, text: str) -> None:
    now = console.app.state.signin.clock.now_ms()
    told = Inbound(
        id=f"wamid.csv{number}",
        contact=contact_key(Address(phone=PHONE)),
        phone_number_id="1",
        at_ms=now,
        received_at_ms=now,
        body=Text(text),
        address=Address(phone=PHONE),
        name="=cmd|' /C calc'!A0",
    )
    subject = subjects.inbound(console.bot, told.contact)
    await console.jetstream.publish(subject, msgspec.json.encode(told), message_id=told.id)


@pytest.mark.parametrize("language", ["pt-BR", "en"])
async def test_no_cell_begins_like_a_formula(
    console: Running, console_client: Client, language: str
) -> None:
    before = await console.count("messages")
    for number, text in enumerate(WORDS):
        await says(console, number, text)
    await console.holds("messages", max(before, len(WORDS)))
    path = f"/{console.bot}/api/files/conversations/messages.csv"
    async with console_client("supervisor") as http:
        answer = await http.get(
            path,
            params={"contact": contact_key(Address(phone=PHONE))},
            headers={"Accept-Language": language},
        )

    text = answer.content.decode("utf-8-sig")
    assert "1+1" in text
    for separator in (",", ";", "\t"):
        cells = [cell for row in csv.reader(io.StringIO(text), delimiter=separator) for cell in row]
        assert [cell for cell in cells if cell.startswith(FORMULA_STARTS)] == [], separator
