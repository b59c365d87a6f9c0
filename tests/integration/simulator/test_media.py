"""Files: uploaded, sent, received, fetched, and gone when their time is over."""

import hashlib
from io import BytesIO
from typing import Any

import aiohttp
import pytest

from simulator import samples
from simulator.media import MEGABYTE
from tests.support.eventually import eventually
from tests.support.receiver import Receiver
from tests.support.simulator import ACCESS_TOKEN, ANA, NUMBER_ID, Simulator, bearer
from tests.unit.simulator.test_templates import button

pytestmark = pytest.mark.asyncio(loop_scope="package")

PHOTO = samples.content(samples.SAMPLES["image"])


async def upload(
    meta: Simulator, content: bytes = PHOTO, mime: str = "image/jpeg"
) -> tuple[int, Any]:
    form = aiohttp.FormData({"messaging_product": "whatsapp", "type": mime})
    form.add_field("file", BytesIO(content), filename="carro.jpg", content_type=mime)
    url = f"{meta.graph}/v23.0/{NUMBER_ID}/media"
    async with meta.http.post(url, data=form, headers=bearer()) as response:
        return response.status, await response.json()


async def fetch(meta: Simulator, url: str, token: str = ACCESS_TOKEN) -> tuple[int, bytes]:
    async with meta.http.get(url, headers=bearer(token)) as response:
        return response.status, await response.read()


async def describe(meta: Simulator, media_id: str) -> dict[str, Any]:
    async with meta.http.get(f"{meta.graph}/v23.0/{media_id}", headers=bearer()) as response:
        found: dict[str, Any] = await response.json()
        return found


def an_image(kind: str = "image", **media: str) -> dict[str, Any]:
    return {"messaging_product": "whatsapp", "to": ANA, "type": kind, kind: media}


async def test_an_uploaded_file_comes_back_the_same(meta: Simulator) -> None:
    _, answer = await upload(meta)
    file = await describe(meta, answer["id"])
    status, content = await fetch(meta, file["url"])

    assert (status, content) == (200, PHOTO)
    assert file["sha256"] == hashlib.sha256(PHOTO).hexdigest()
    assert (file["mime_type"], file["file_size"]) == ("image/jpeg", len(PHOTO))


async def test_an_address_needs_a_token_and_lives_five_minutes(meta: Simulator) -> None:
    _, answer = await upload(meta)
    file = await describe(meta, answer["id"])
    stranger, _ = await fetch(meta, file["url"], token="stolen")
    await meta.advance(301)
    late, _ = await fetch(meta, file["url"])

    assert (stranger, late) == (401, 404)


async def test_a_picture_is_seen_by_the_customer(meta: Simulator) -> None:
    await meta.customer_says(ANA, "foto?")
    _, answer = await upload(meta)
    await meta.send(an_image(id=answer["id"], caption="o carro"))
    message = (await meta.thread(ANA))[-1]
    async with meta.http.get(f"{meta.phone}{message['media']['url']}") as response:
        shown = await response.read()

    assert (message["kind"], message["text"]) == ("image", "o carro")
    assert shown == PHOTO


async def test_a_template_has_a_picture_words_and_buttons(meta: Simulator) -> None:
    _, answer = await upload(meta)
    await meta.send(a_template_with(answer["id"]))
    [message] = await meta.thread(ANA)

    assert (message["kind"], message["text"]) == ("template", "Ana, chegou um Corolla.")
    assert message["header"]["media"]["mimeType"] == "image/jpeg"
    assert message["footer"] == "AutoCerto"
    assert message["buttons"] == [{"id": "SEE_42", "title": "Quero ver"}]
    assert message["link"] == {"title": "Abrir", "url": "https://autocerto.example/42"}


def a_template_with(media_id: str) -> dict[str, Any]:
    words = [
        {"type": "text", "parameter_name": "nome", "text": "Ana"},
        {"type": "text", "parameter_name": "carro", "text": "Corolla"},
    ]
    picture = [{"type": "image", "image": {"id": media_id}}]
    components = [
        {"type": "header", "parameters": picture},
        {"type": "body", "parameters": words},
        button("0", "quick_reply", "payload", "SEE_42"),
        button("1", "url", "text", "42"),
    ]
    template = {"name": "novidades", "language": {"code": "pt_BR"}, "components": components}
    return {"messaging_product": "whatsapp", "to": ANA, "type": "template", "template": template}


async def test_a_customers_picture_can_be_fetched(meta: Simulator, ingress: Receiver) -> None:
    await meta.customer_says(ANA, "olha", kind="image", sample=True)
    [message] = await eventually(lambda: ingress.values("messages"))
    file = await describe(meta, message["image"]["id"])

    assert message["image"]["caption"] == "olha"
    assert await fetch(meta, file["url"]) == (200, PHOTO)
    assert await fetch(meta, message["image"]["url"]) == (200, PHOTO)


async def test_a_customers_file_may_be_made_unlike_any(meta: Simulator, ingress: Receiver) -> None:
    await meta.customer_says(ANA, kind="image", sample=True, raw={"image": None})
    await meta.customer_says(ANA, "oi", sample=True)
    await eventually(lambda: len(ingress.values("messages")) == 2)

    image, text = ingress.values("messages")
    assert "image" not in image
    assert text["text"] == {"body": "oi"}


@pytest.mark.parametrize("kind", ["image", "audio", "sticker", "document"])
async def test_customers_have_a_sample_of_each_kind(
    meta: Simulator, ingress: Receiver, kind: str
) -> None:
    await meta.customer_says(ANA, kind=kind, sample=True)
    [message] = await eventually(lambda: ingress.values("messages"))

    assert message["type"] == kind
    assert message[kind]["mime_type"] == samples.SAMPLES[kind].mime_type
    assert message["audio"]["voice"] if kind == "audio" else True


@pytest.mark.parametrize(
    ("content", "mime"),
    [(b"x" * 10, "image/bmp"), (b"", "image/png"), (b"x" * (5 * MEGABYTE + 1), "image/png")],
    ids=["an unknown type", "an empty file", "a picture over 5 MB"],
)
async def test_what_cannot_be_sent_cannot_be_uploaded(
    meta: Simulator, content: bytes, mime: str
) -> None:
    status, answer = await upload(meta, content, mime)

    assert (status, answer["error"]["code"]) == (400, 100)


@pytest.mark.parametrize(
    ("content", "kind"),
    [(PHOTO, "video"), (b"\x89PNG\r\n\x1a\n", "image")],
    ids=["a picture as a video", "a PNG said to be JPEG"],
)
async def test_a_file_that_is_something_else_fails_later(
    meta: Simulator, ingress: Receiver, content: bytes, kind: str
) -> None:
    await meta.customer_says(ANA, "foto?")
    _, file = await upload(meta, content)
    status, _ = await meta.send(an_image(kind, id=file["id"]))
    await eventually(lambda: ingress.values("statuses"))

    assert status == 200
    assert ingress.values("statuses")[0]["errors"][0]["code"] == 131053


async def test_a_link_to_this_machine_is_fetched(meta: Simulator, ingress: Receiver) -> None:
    await meta.customer_says(ANA, kind="image", sample=True)
    url = f"{meta.phone}{(await meta.thread(ANA))[0]['media']['url']}"
    await meta.send(an_image(link=url))
    await eventually(lambda: ingress.values("statuses"))
    message = (await meta.thread(ANA))[-1]

    assert ingress.values("statuses")[0]["status"] != "failed"
    assert message["media"]["mimeType"] == "image/jpeg"


@pytest.mark.parametrize("link", ["https://example.com/a.jpg", "http://127.0.0.1:9/a.jpg"])
async def test_a_link_that_leads_nowhere_fails_later(
    meta: Simulator, ingress: Receiver, link: str
) -> None:
    await meta.customer_says(ANA, "foto?")
    status, _ = await meta.send(an_image(link=link))
    await eventually(lambda: ingress.values("statuses"))

    assert status == 200
    assert ingress.values("statuses")[0]["errors"][0]["code"] == 131053


async def test_a_deleted_file_is_gone(meta: Simulator) -> None:
    _, file = await upload(meta)
    address = f"{meta.graph}/v23.0/{file['id']}"
    async with meta.http.delete(address, headers=bearer()) as response:
        assert await response.json() == {"success": True}

    assert (await describe(meta, file["id"]))["error"]["error_subcode"] == 33
