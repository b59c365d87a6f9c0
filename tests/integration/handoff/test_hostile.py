"""What customers and browsers send on purpose: it stays data, or is refused."""

import io
import zipfile

import aiohttp
import pytest

from tests.support.eventually import eventually
from tests.support.handoff import Browser, Inbox, World

pytestmark = pytest.mark.asyncio(loop_scope="package")

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa7\x9a\xa0\xa0"
    b"\x00\x00\x00\x00IEND\xaeB`\x82"
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!doctype html><script>alert(1)</script>"
INJECTIONS = (
    "'; drop table tickets; --",
    "ana' or '1'='1",
    "%' union select email from agents --",
    "\\'; select pg_sleep(5); --",
    "a & b | !c:*",
    "'' ::tsquery",
    "💥" * 60,
)


def a_zip(name: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr(name, "x")
    return written.getvalue()


async def upload(
    who: Browser, ticket: str, content: bytes, filename: str, kind: str = "image/png"
) -> tuple[int, object]:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("file", io.BytesIO(content), filename=filename, content_type=kind)
    return await who.ask("POST", f"conversations/{ticket}/uploads", data=form)


@pytest.mark.parametrize("asked", INJECTIONS)
async def test_a_search_is_never_part_of_the_question(
    world: World, inbox: Inbox, asked: str
) -> None:
    ticket = await world.a_ticket(inbox, world.somebody())
    boss = await world.boss(inbox)

    status, page = await boss.get("conversations", q=asked, cursor=asked, team=asked)

    assert status == 200
    assert page["items"] == []
    assert (await inbox.ticket(ticket))["conversation"]["id"] == ticket


async def test_what_postgresql_cannot_hold_is_no_fault_of_ours(world: World, inbox: Inbox) -> None:
    ticket, boss = await world.a_ticket(inbox, world.somebody()), await world.boss(inbox)

    assert (await boss.get("conversations", q="\x00", team="\x00", cursor="\x00"))[0] == 200
    assert (await boss.get("audit", conversation="\x00", cursor="\x00"))[0] == 200
    assert (await boss.get(f"conversations/{ticket}/messages", before="\x00"))[0] == 200
    assert (await boss.get("conversations/%00"))[0] == 404
    assert (await boss.post(f"conversations/{ticket}/transfer", {"to": "\x00"}))[0] == 404


@pytest.mark.parametrize("text", [*INJECTIONS[:4], "<script>alert(1)</script>", "a\x00b"])
async def test_notes_tags_and_words_come_back_as_they_were_written(
    world: World, inbox: Inbox, text: str
) -> None:
    ana = world.somebody()
    ticket, agent = await world.a_ticket(inbox, ana), await inbox.agent()
    await agent.post(f"conversations/{ticket}/claim")
    status, _ = await agent.post(f"conversations/{ticket}/notes", {"id": "n1", "text": text})
    await world.says(ana, text)
    kept = text.replace("\x00", "")

    assert status == 201
    lines = await eventually(lambda: _lines(inbox, ticket, kept))
    assert [line["from"] for line in lines] == ["note", "customer"]


async def test_a_script_from_a_customer_does_not_end_the_block_it_stands_in(
    world: World, inbox: Inbox
) -> None:
    contact = await world.customer(world.somebody(), name="</script><script>alert(1)</script>")
    ticket = await world.asks_for_a_person(contact)
    await eventually(lambda: world.is_there(inbox, ticket))
    agent = await inbox.agent()

    async with world.http.get(inbox.base, headers=agent.who.header) as response:
        page = await response.text()

    assert response.status == 200
    assert "<script>alert(1)" not in page
    assert "\\u003c/script>" in page
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("content", "filename", "code"),
    [
        (SVG, "logo.svg", "type_refused"),
        (SVG, "logo.png", "type_refused"),
        (HTML, "oferta.html", "type_refused"),
        (HTML, "oferta.txt", "type_refused"),
        (PNG, "foto.html", "type_refused"),
        (PNG + HTML, "foto.png", "type_refused"),
        (b"GIF89a" + bytes(20), "dança.gif", "type_refused"),
        (b"MZ" + bytes(64), "boleto.exe", "type_refused"),
        (a_zip("word.txt"), "carta.docx", "type_refused"),
        (PNG, "../../etc/passwd.png", "invalid"),
        (PNG, "..\\boleto.png", "invalid"),
        (PNG, "gnp.\u202eexe.png", "invalid"),
        (b"", "vazio.txt", "type_refused"),
        (PNG + bytes(5 * 1024 * 1024), "grande.png", "too_large"),
    ],
)
async def test_a_hostile_file_is_refused_before_anybody_sees_it(
    world: World, inbox: Inbox, content: bytes, filename: str, code: str
) -> None:
    ticket, agent = await world.a_ticket(inbox, world.somebody()), await inbox.agent()
    await agent.post(f"conversations/{ticket}/claim")

    _, problem = await upload(agent, ticket, content, filename)

    assert isinstance(problem, dict)
    assert problem["code"] == code


async def test_a_body_that_says_to_be_huge_is_not_read(world: World, inbox: Inbox) -> None:
    ticket, agent = await world.a_ticket(inbox, world.somebody()), await inbox.agent()

    status, problem = await agent.ask(
        "POST",
        f"conversations/{ticket}/uploads",
        headers={
            "Content-Length": str(10**9),
            "Content-Type": "multipart/form-data; boundary=x",
            "Connection": "close",  # the rest of that body never comes
        },
        data=b"",
    )

    assert (status, problem["code"]) == (413, "too_large")


async def test_a_note_beyond_all_measure_is_refused(world: World, inbox: Inbox) -> None:
    ticket, agent = await world.a_ticket(inbox, world.somebody()), await inbox.agent()

    status, problem = await agent.post(
        f"conversations/{ticket}/notes", {"id": "n", "text": "x" * 100_000}
    )

    assert (status, problem["code"]) == (413, "too_large")


async def test_a_picture_is_brought_to_meta_and_leaves_by_its_id(
    world: World, inbox: Inbox
) -> None:
    ana = world.somebody()
    ticket, agent = await world.a_ticket(inbox, ana), await inbox.agent()
    await agent.post(f"conversations/{ticket}/claim")

    status, kept = await upload(agent, ticket, PNG, "carro.png")
    assert status == 201
    assert isinstance(kept, dict)
    reply = {"id": "m1", "kind": "media", "upload": kept["upload"], "caption": "Este"}
    assert (await agent.post(f"conversations/{ticket}/messages", reply))[0] == 202

    (outbound,) = await eventually(lambda: world.outbounds(ana))
    assert outbound.messages[0].source.startswith("id:")
    status, content = await agent.get(f"conversations/{ticket}/media/m1")
    assert (status, content) == (200, PNG)


async def test_an_upload_belongs_to_its_conversation(world: World, inbox: Inbox) -> None:
    one = await world.a_ticket(inbox, world.somebody())
    two = await world.a_ticket(inbox, world.somebody())
    agent = await inbox.agent()
    for ticket in (one, two):
        await agent.post(f"conversations/{ticket}/claim")
    _, kept = await upload(agent, one, PNG, "carro.png")
    assert isinstance(kept, dict)

    reply = {"id": "m1", "kind": "media", "upload": kept["upload"], "caption": ""}
    status, problem = await agent.post(f"conversations/{two}/messages", reply)

    assert (status, problem["code"]) == (404, "gone")


async def _lines(inbox: Inbox, ticket: str, text: str) -> object:
    lines = (await inbox.ticket(ticket))["messages"]
    mine = [line for line in lines if line["text"] == text]
    return mine if len(mine) > 1 else None
