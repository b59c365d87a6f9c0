"""Which files may leave, and how files are shown."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.handoff import files
from services.handoff.files import Judged, RefusedFile

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
JPEG = b"\xff\xd8\xff\xe0" + bytes(64)
PDF = b"%PDF-1.7\n" + bytes(64)


def office(folder: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(f"{folder}/document.xml", "<x/>")
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "filename", "kind", "mime"),
    [
        (PNG, "carro.png", "image", "image/png"),
        (JPEG, "Foto do Carro.JPG", "image", "image/jpeg"),
        (PDF, "contrato.pdf", "document", "application/pdf"),
        (b"OggS" + bytes(64), "voz.ogg", "audio", "audio/ogg"),
        ("Preço: R$ 1\n".encode(), "preços.txt", "document", "text/plain"),
        (office("xl"), "tabela.xlsx", "document", f"{files._OFFICE}spreadsheetml.sheet"),
        (office("word"), "carta.docx", "document", f"{files._OFFICE}wordprocessingml.document"),
    ],
)
def test_what_whatsapp_takes_may_leave(content: bytes, filename: str, kind: str, mime: str) -> None:
    assert files.judge(content, filename) == Judged(kind, mime, filename)  # type: ignore[arg-type]  # one of the kinds


@given(st.binary(max_size=512), st.text(max_size=40))
def test_no_bytes_under_any_name_are_taken_for_what_they_are_not(content: bytes, name: str) -> None:
    judged = files.judge(content, name)

    if isinstance(judged, Judged):
        assert judged.mime in files.TYPES
        assert name.strip().rpartition(".")[2].lower() in files.TYPES[judged.mime][1]
    else:
        assert isinstance(judged, RefusedFile)


@given(st.sampled_from([b"<script>", b"<SVG ", b"<?php", b"<!DOCTYPE html", b"<iframe "]))
def test_a_page_within_a_picture_is_found_wherever_it_stands(markup: bytes) -> None:
    for content in (PNG + markup, JPEG + bytes(100_000) + markup):
        ending = "png" if content.startswith(PNG) else "jpg"
        assert files.judge(content, f"a.{ending}") == RefusedFile("type_refused")


@pytest.mark.parametrize("mime", ["image/svg+xml", "text/html", "application/xhtml+xml", "", "x"])
def test_what_could_run_is_offered_as_a_download(mime: str) -> None:
    headers = files.shown_as(mime, "a\r\nSet-Cookie: x.svg")

    assert headers["Content-Disposition"].startswith("attachment")
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert not {"\r", "\n"} & set(headers["Content-Disposition"])


def test_a_picture_is_shown_in_place() -> None:
    assert files.shown_as("image/jpeg; x=y", "")["Content-Disposition"] == "inline"
