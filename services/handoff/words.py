"""What a search finds: words without case and accents, and a phone by any of its ends.

Pure. PostgreSQL's text search matches beginnings of words; a phone is stored with all of its
endings, so that the last digits find it too.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

SHORTEST_ENDING = 3
LONGEST_QUERY = 100
MOST_WORDS = 8

_WORD = re.compile(r"[^\W_]+")


def plain(text: str) -> str:
    """Give a text without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def searchable(*texts: str, phone: str = "") -> str:
    """Join what something is found by."""
    return " ".join((*_words(texts), *_endings(phone)))


def query(asked: str) -> str:
    """Write a text search: every word of the question as the beginning of a word. "" finds all.

    Only letters and digits are left, so that nothing a person types is part of the language of
    searches.
    """
    words = list(_words((asked[:LONGEST_QUERY],)))[:MOST_WORDS]
    return " & ".join(f"{word}:*" for word in words)


def _words(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from _WORD.findall(plain(text))


def _endings(phone: str) -> Iterator[str]:
    for start in range(max(0, len(phone) - SHORTEST_ENDING + 1)):
        yield phone[start:]
