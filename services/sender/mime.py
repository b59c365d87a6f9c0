"""What a file is, and whether WhatsApp takes it as the kind it is sent as. Pure.

Types and sizes: Meta, "Media", supported media types. Meta looks into the bytes, so we do too: a
wrong header of the file's server would only show minutes later, as 131053.
"""

from typing import Final, Literal

Kind = Literal["image", "video", "document", "audio", "sticker"]

MEGABYTE: Final = 1024 * 1024

SIZES: Final[dict[Kind, int]] = {
    "image": 5 * MEGABYTE,
    "video": 16 * MEGABYTE,
    "audio": 16 * MEGABYTE,
    "sticker": 500 * 1024,
    "document": 100 * MEGABYTE,
}
"""Bytes at most; a static sticker has 100 KB, which is left to Meta."""

_OFFICE = "application/vnd.openxmlformats-officedocument."
TYPES: Final[dict[Kind, frozenset[str]]] = {
    "image": frozenset({"image/jpeg", "image/png"}),
    "video": frozenset({"video/mp4", "video/3gpp"}),
    "audio": frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}),
    "sticker": frozenset({"image/webp"}),
    "document": frozenset(
        {
            "text/plain",
            "application/pdf",
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            f"{_OFFICE}wordprocessingml.document",
            f"{_OFFICE}spreadsheetml.sheet",
            f"{_OFFICE}presentationml.presentation",
        }
    ),
}

_SIGNATURES: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (8, b"WEBP", "image/webp"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"OggS", "audio/ogg"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp3g", "video/3gpp"),
    (4, b"ftyp", "video/mp4"),
)


def sniff(content: bytes, declared: str) -> str:
    """Name a file's type: by its first bytes where they are certain, else as its server said."""
    for offset, mark, mime in _SIGNATURES:
        if content.startswith(mark, offset):
            return "audio/mp4" if mime == "video/mp4" and _bare(declared) == "audio/mp4" else mime
    return _bare(declared)


def misfit(kind: Kind, mime: str, size: int) -> str:
    """Say why a file cannot be sent as this kind; empty when it can."""
    if mime not in TYPES[kind]:
        return f"{mime or 'a file of unknown type'} cannot be sent as {kind}"
    if size == 0:
        return "the file is empty"
    if size > SIZES[kind]:
        return f"{size} bytes; a {kind} may have {SIZES[kind]}"
    return ""


def _bare(mime: str) -> str:
    return mime.partition(";")[0].strip().lower()
