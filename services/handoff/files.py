"""Which files may leave by the inbox, and how files are shown in it.

Pure. A file is what its first bytes say, never what its name or a browser says. Types and sizes:
Meta, "Media", supported media types. What could be taken for a page (HTML, SVG, scripts within an
image) is refused; what comes in is shown only if it is a raster image, audio or video, and offered
as a download otherwise.
"""

import re
from typing import Final, Literal, NamedTuple
from urllib.parse import quote

import filetype  # type: ignore[import-untyped]  # it ships no types

Kind = Literal["image", "video", "audio", "document", "sticker"]

MEGABYTE: Final = 1024 * 1024
SIZES: Final[dict[Kind, int]] = {
    "image": 5 * MEGABYTE,
    "video": 16 * MEGABYTE,
    "audio": 16 * MEGABYTE,
    "sticker": 500 * 1024,
    "document": 100 * MEGABYTE,
}
LARGEST: Final = SIZES["document"]

_OFFICE = "application/vnd.openxmlformats-officedocument."
TYPES: Final[dict[str, tuple[Kind, tuple[str, ...]]]] = {
    "image/jpeg": ("image", ("jpg", "jpeg")),
    "image/png": ("image", ("png",)),
    "video/mp4": ("video", ("mp4",)),
    "video/3gpp": ("video", ("3gp", "3gpp")),
    "audio/aac": ("audio", ("aac",)),
    "audio/amr": ("audio", ("amr",)),
    "audio/mpeg": ("audio", ("mp3",)),
    "audio/mp4": ("audio", ("m4a", "mp4")),
    "audio/ogg": ("audio", ("ogg", "oga", "opus")),
    "application/pdf": ("document", ("pdf",)),
    "text/plain": ("document", ("txt", "csv", "md", "log")),
    "application/msword": ("document", ("doc",)),
    "application/vnd.ms-excel": ("document", ("xls",)),
    "application/vnd.ms-powerpoint": ("document", ("ppt",)),
    f"{_OFFICE}wordprocessingml.document": ("document", ("docx",)),
    f"{_OFFICE}spreadsheetml.sheet": ("document", ("xlsx",)),
    f"{_OFFICE}presentationml.presentation": ("document", ("pptx",)),
}
"""What WhatsApp takes from us: its kind, and how the file may be called."""

SHOWN: Final = frozenset(
    {
        "image/jpeg", "image/png", "image/webp", "image/gif",
        "video/mp4", "video/3gpp",
        "audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg",
    }
)  # fmt: skip
"""Types that a page may show in place."""

LONGEST_NAME: Final = 200

_SYNONYMS: Final = {
    "audio/m4a": "audio/mp4",
    "audio/x-m4a": "audio/mp4",
    "video/3gp": "video/3gpp",
    "application/x-ole-storage": "application/msword",
}
_FILENAME = re.compile(r"[^\x00-\x1f\x7f/\\:*?\"<>|\u202a-\u202e\u2066-\u2069]+")
_MARKUP = re.compile(rb"<(?:script|html|svg|body|iframe|!doctype)\b|<\?php", re.IGNORECASE)


class Judged(NamedTuple):
    """A file that may leave."""

    kind: Kind
    mime: str
    filename: str


class RefusedFile(NamedTuple):
    """One that may not: a code of the inbox' API, and the limit that it breaks (0: none)."""

    code: Literal["too_large", "type_refused", "invalid"]
    limit: int = 0


def judge(content: bytes, filename: str) -> Judged | RefusedFile:
    """Judge a file that an agent wants to send."""
    name = filename.strip()
    if not _FILENAME.fullmatch(name) or len(name) > LONGEST_NAME or name.startswith("."):
        return RefusedFile("invalid")
    mime = sniff(content)
    if mime not in TYPES:
        return RefusedFile("type_refused")
    kind, endings = TYPES[mime]
    ending = name.rpartition(".")[2].lower()
    if mime == "audio/mp4" and ending == "mp4":
        ending = "m4a"
    if ending not in endings or (kind != "document" and _MARKUP.search(content)):
        return RefusedFile("type_refused")
    if len(content) > SIZES[kind]:
        return RefusedFile("too_large", SIZES[kind])
    return Judged(kind, mime, name)


def sniff(content: bytes) -> str:
    """Name a file's type by its bytes; "" for what is none of ours."""
    guessed = filetype.guess(content[:8192])
    mime = guessed.mime if guessed is not None else ""
    mime = _SYNONYMS.get(mime, mime)
    if mime == "application/zip":
        return _office(content)
    if mime:
        return mime
    return "text/plain" if _is_plain(content) else ""


def shown_as(mime: str, filename: str) -> dict[str, str]:
    """Give the headers under which a file reaches a page."""
    bare = mime.partition(";")[0].strip().lower()
    headers = {
        "Cache-Control": "private, max-age=86400",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    if bare in SHOWN:
        return headers | {"Content-Type": bare, "Content-Disposition": "inline"}
    name = quote(filename or "file", safe="")
    return headers | {
        "Content-Type": bare
        if bare in TYPES and bare != "text/plain"
        else "application/octet-stream",
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
    }


def _is_plain(content: bytes) -> bool:
    """Tell whether these are words: UTF-8, no control characters, nothing like a page."""
    if not content:
        return False
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    if any(letter < " " and letter not in "\t\n\r" for letter in text):
        return False
    return not text.lstrip().startswith("<") and not _MARKUP.search(content)


def _office(content: bytes) -> str:
    """Tell Microsoft's documents from other archives by the folder that each must have."""
    for folder, kind in (
        (b"word/", "wordprocessingml.document"),
        (b"xl/", "spreadsheetml.sheet"),
        (b"ppt/", "presentationml.presentation"),
    ):
        if b"[Content_Types].xml" in content and folder in content:
            return f"{_OFFICE}{kind}"
    return ""
