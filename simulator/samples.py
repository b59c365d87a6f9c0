"""Small files that a customer can send without having any: a photo, a voice note, a sticker, a PDF.

Drawn and composed for this project; they are what the phone page sends with `sample: true`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

DIRECTORY: Final = Path(__file__).parent / "samples"


@dataclass(frozen=True, slots=True)
class Sample:
    """A file of ours and its type, as WhatsApp would tell it."""

    filename: str
    mime_type: str


SAMPLES: Final = {
    "image": Sample("photo.jpg", "image/jpeg"),
    "audio": Sample("voice.ogg", "audio/ogg; codecs=opus"),
    "sticker": Sample("sticker.webp", "image/webp"),
    "document": Sample("document.pdf", "application/pdf"),
}


def content(sample: Sample) -> bytes:
    """Read a sample's bytes."""
    return (DIRECTORY / sample.filename).read_bytes()
