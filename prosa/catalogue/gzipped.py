"""Unpacks an answer as it comes, bounded, and notices when it was cut off.

aiohttp unpacks by itself, but takes a gzip stream that ends too early for whole, and half a
catalogue for the catalogue.
"""

import zlib

TYPES = ("application/gzip", "application/x-gzip")
"""What a server calls a packed file that it does not unpack on the way."""

_MAGIC = b"\x1f\x8b"
_WITH_HEADER = zlib.MAX_WBITS | 16


class Broken(Exception):
    """What is wrong with what came, to stand behind its name."""


class Pieces:
    """Collects the pieces of one answer; `packed` tells whether they are to be unpacked."""

    def __init__(self, *, packed: bool, largest: int) -> None:
        self.packed = packed
        self._largest = largest
        self._unpacker = zlib.decompressobj(_WITH_HEADER)
        self._body = bytearray()
        self._head = b""
        self._begun = False

    def take(self, piece: bytes) -> None:
        """Take the next piece; a file that is packed itself tells so by its first two bytes.

        Raises Broken.
        """
        if not self._begun:
            piece = self._head + piece
            if len(piece) < len(_MAGIC):
                self._head = piece
                return
            self._begun, self._head = True, b""
            self.packed = self.packed or piece.startswith(_MAGIC)
        if not self.packed:
            self._add(piece)
            return
        try:
            while piece and not self._unpacker.eof:
                self._add(self._unpacker.decompress(piece, self._largest - len(self._body) + 1))
                piece = self._unpacker.unconsumed_tail
        except zlib.error as error:
            raise Broken("sends gzip that is broken") from error

    def whole(self) -> bytes:
        """Give all of it. Raises Broken when some of it is missing."""
        if self.packed and (self._begun or self._head) and not self._unpacker.eof:
            raise Broken("was cut off in the middle; what was served stays")
        return self._head + self._body

    def _add(self, piece: bytes) -> None:
        self._body += piece
        if len(self._body) > self._largest:
            raise Broken(f"sends more than {self._largest // 1024 // 1024:,} MB")
