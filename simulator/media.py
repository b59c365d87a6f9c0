"""Uploaded files and the addresses at which they are fetched.

Ids live 30 days when a business uploaded the file and 7 when a customer sent it; an address lives
five minutes (Meta, "Media"). Kept in memory.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Final, Literal

from simulator.clock import Clock
from simulator.errors import Refusal

UPLOADED: Final = timedelta(days=30)
RECEIVED: Final = timedelta(days=7)
ADDRESS: Final = timedelta(minutes=5)

MEGABYTE: Final = 1024 * 1024
KILOBYTE: Final = 1024

MediaKind = Literal["image", "video", "audio", "document", "sticker"]

# Meta, "Media", supported types and sizes. A document may be any of these; others are refused.
TYPES: Final[dict[MediaKind, tuple[frozenset[str], int]]] = {
    "image": (frozenset({"image/jpeg", "image/png"}), 5 * MEGABYTE),
    "video": (frozenset({"video/mp4", "video/3gpp", "video/3gp"}), 16 * MEGABYTE),
    "audio": (
        frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}),
        16 * MEGABYTE,
    ),
    "sticker": (frozenset({"image/webp"}), 500 * KILOBYTE),
    "document": (
        frozenset(
            {
                "text/plain",
                "application/pdf",
                "application/msword",
                "application/vnd.ms-excel",
                "application/vnd.ms-powerpoint",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            }
        ),
        100 * MEGABYTE,
    ),
}
STATIC_STICKER: Final = 100 * KILOBYTE

_SIGNATURES: Final[tuple[tuple[bytes, int, str], ...]] = (
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"WEBP", 8, "image/webp"),
    (b"%PDF-", 0, "application/pdf"),
    (b"OggS", 0, "audio/ogg"),
    (b"#!AMR", 0, "audio/amr"),
    (b"ID3", 0, "audio/mpeg"),
    (b"GIF8", 0, "image/gif"),
    (b"<svg", 0, "image/svg+xml"),
)


@dataclass(frozen=True, slots=True)
class File:
    """A file and what was said about it."""

    id: str
    owner: str
    """Id of the business number that sent or received it."""
    content: bytes
    mime_type: str
    until: datetime
    filename: str | None = None

    @property
    def sha256(self) -> str:
        """Hash in hexadecimal, as `GET /<media>` has it."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def sha256_base64(self) -> str:
        """Hash in base64, as webhooks have it."""
        return base64.b64encode(hashlib.sha256(self.content).digest()).decode()


class MediaStore:
    """All files of this run."""

    def __init__(self, clock: Clock, base_url: str) -> None:
        self._clock = clock
        self._base_url = base_url
        self._files: dict[str, File] = {}
        self._addresses: dict[str, tuple[str, datetime]] = {}
        # Numbers of 16 digits, unlike those of an earlier run.
        self._ids = count(10**15 + secrets.randbelow(10**8) * 10**7)

    def add(
        self,
        owner: str,
        content: bytes,
        mime_type: str,
        *,
        filename: str | None = None,
        life: timedelta = UPLOADED,
    ) -> File:
        """Keep a file."""
        until = self._clock.now() + life
        file = File(str(next(self._ids)), owner, content, mime_type, until, filename)
        self._files[file.id] = file
        return file

    def get(self, media_id: str) -> File | None:
        """Find a file that is still there."""
        file = self._files.get(media_id)
        return file if file is not None and self._clock.now() < file.until else None

    def remove(self, media_id: str) -> None:
        """Delete a file."""
        self._files.pop(media_id, None)

    def address(self, file: File) -> str:
        """Make an address under which the file can be fetched for five minutes."""
        key = secrets.token_urlsafe(24)
        self._addresses[key] = (file.id, self._clock.now() + ADDRESS)
        return f"{self._base_url}/whatsapp_business/attachments/?mid={file.id}&hash={key}"

    def fetch(self, media_id: str, key: str) -> File | None:
        """Find the file behind an address that has not expired."""
        known, until = self._addresses.get(key, ("", self._clock.now()))
        if known != media_id or self._clock.now() >= until:
            return None
        return self.get(media_id)

    def clear(self) -> None:
        """Forget all files."""
        self._files.clear()
        self._addresses.clear()


def bare(mime_type: str) -> str:
    """Drop the parameters of a MIME type: audio/ogg; codecs=opus becomes audio/ogg."""
    return mime_type.split(";", 1)[0].strip().lower()


def check_upload(mime_type: str, size: int) -> None:
    """Judge a file at its upload. Raises Refusal 100, as Meta refuses types and sizes at once."""
    mime = bare(mime_type)
    limits = [(kind, most) for kind, (types, most) in TYPES.items() if mime in types]
    if not limits:
        allowed = ", ".join(sorted(each for types, _ in TYPES.values() for each in types))
        raise Refusal(
            100,
            f"Param file must be a file with one of the following types: {allowed}. "
            f"Received file of type '{mime}'.",
        )
    if size == 0:
        raise Refusal(100, "Param file must not be empty.")
    kind, most = limits[0]
    if size > most:
        raise Refusal(100, f"The file is {size} bytes; a {kind} may have {most} at most.")


def misuse(kind: MediaKind, file: File) -> str | None:
    """Say why a file cannot be sent as this kind, or None. Meta finds out after accepting."""
    types, most = TYPES[kind]
    mime = bare(file.mime_type)
    if mime not in types:
        return f"A file of type {mime} cannot be sent as {kind}."
    real = sniff(file.content)
    if real is not None and real != mime:
        return f"Media file mime type mismatch: declared {mime}, found {real}."
    if kind == "sticker" and not _is_animated(file.content):
        most = STATIC_STICKER
    if len(file.content) > most:
        return f"The file is {len(file.content)} bytes; a {kind} may have {most} at most."
    return None


def sniff(content: bytes) -> str | None:
    """Recognise a type by its first bytes; None when they say nothing certain."""
    for mark, offset, mime in _SIGNATURES:
        if content[offset : offset + len(mark)] == mark:
            return mime
    return None


def _is_animated(webp: bytes) -> bool:
    return b"ANIM" in webp[:64]  # the chunk stands right behind the extended header
