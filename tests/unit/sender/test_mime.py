"""What a file is, and what WhatsApp takes it as."""

import pytest

from services.sender import mime


@pytest.mark.parametrize(
    ("content", "declared", "expected"),
    [
        (b"\xff\xd8\xff\xe0rest", "image/png", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\nrest", "application/octet-stream", "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "", "image/webp"),
        (b"\x00\x00\x00\x18ftypmp42", "video/mp4", "video/mp4"),
        (b"\x00\x00\x00\x18ftypmp42", "audio/mp4; codecs=aac", "audio/mp4"),
        (b"\x00\x00\x00\x18ftyp3gp4", "", "video/3gpp"),
        (b"OggS\x00\x02", "application/ogg", "audio/ogg"),
        (b"%PDF-1.7", "text/plain", "application/pdf"),
        (b"ol\xc3\xa1", "Text/Plain; charset=utf-8", "text/plain"),
        (b"", "", ""),
    ],
)
def test_the_bytes_win_over_what_the_server_says(
    content: bytes, declared: str, expected: str
) -> None:
    assert mime.sniff(content, declared) == expected


@pytest.mark.parametrize(
    ("kind", "type_"),
    [
        ("image", "image/png"),
        ("sticker", "image/webp"),
        ("audio", "audio/ogg"),
        ("video", "video/mp4"),
        ("document", "application/pdf"),
    ],
)
def test_a_file_within_the_limits_is_taken(kind: mime.Kind, type_: str) -> None:
    assert mime.misfit(kind, type_, mime.SIZES[kind]) == ""
    assert "may have" in mime.misfit(kind, type_, mime.SIZES[kind] + 1)
    assert "empty" in mime.misfit(kind, type_, 0)


def test_a_file_of_another_kind_is_not() -> None:
    assert mime.misfit("image", "image/webp", 10) == "image/webp cannot be sent as image"
    assert "unknown type" in mime.misfit("image", "", 10)
