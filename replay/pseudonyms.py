"""Other names and numbers for people, the same ones for the same key: nobody is told apart who was not before.

Words become words that can be said, in the case they had; digits become as many digits. Numbers of one length change
places among each other, so that two people never share an id.
"""

import hashlib
import hmac
import re
import unicodedata
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

_CONSONANTS: Final = "bdfgklmnprstvzhj"
_VOWELS: Final = "aeiou"
_SYLLABLES: Final = 4
_ROUNDS: Final = 8
_YEARS_APART: Final = 2
_KNOWN: Final = 100_000  # words kept in memory
_BLOB: Final = 60  # characters without a space: no word, but a picture or a document
_PARTS: Final = re.compile(r"\d+|[^\W\d_]+")
_WORDS: Final = re.compile(r"\S+")
_DAY: Final = re.compile(r"(\d{4})(-?)(\d\d)\2(\d\d)")


class Pseudonyms:
    """Replaces names, numbers and birth dates under one key. Who has the key can find out again who is who."""

    def __init__(self, key: bytes) -> None:
        self._key = hashlib.sha256(key).digest()
        self._word = lru_cache(_KNOWN)(self._make_word)
        self._number = lru_cache(_KNOWN)(self._make_number)

    def text(self, text: str) -> str:
        """Every word and number of a text replaced; spaces and marks between them stay."""
        return _WORDS.sub(self._words, text)

    def numbers(self, text: str, least: int) -> str:
        """Only numbers of at least so many digits replaced."""
        return re.sub(rf"\d{{{least},}}", lambda found: self._number(_ascii(found[0])), text)

    def birth_date(self, text: str) -> str:
        """Another day up to two years away; what is no day is replaced as a text."""
        found = _DAY.fullmatch(text)
        try:
            born = date(int(found[1]), int(found[3]), int(found[4])) if found else None
            days = self._draw("birth", text) % (2 * _YEARS_APART * 365) - _YEARS_APART * 365
            moved = born + timedelta(days=days or 1) if born else None
        except (ValueError, OverflowError):
            moved = None
        return moved.strftime(f"%Y{found[2]}%m{found[2]}%d") if moved and found else self.text(text)

    def _words(self, found: re.Match[str]) -> str:
        text = found[0]
        if len(text) > _BLOB:
            return self._word(text)
        return _PARTS.sub(self._part, text)

    def _part(self, found: re.Match[str]) -> str:
        part = found[0]
        if part[0].isdecimal():
            return self._number(_ascii(part))
        other = self._word(unicodedata.normalize("NFC", part).casefold())
        if len(part) == 1:
            other = other[0]
        if part.isupper():
            return other.upper()
        return other.capitalize() if part[0].isupper() else other

    def _make_word(self, text: str) -> str:
        drawn = self._draw("word", text)
        letters = []
        for _ in range(_SYLLABLES):
            drawn, consonant = divmod(drawn, len(_CONSONANTS))
            drawn, vowel = divmod(drawn, len(_VOWELS))
            letters.append(_CONSONANTS[consonant] + _VOWELS[vowel])
        return "".join(letters)

    def _make_number(self, text: str) -> str:
        """A permutation of the numbers of this length (a Feistel network over its two halves)."""
        size = len(text)
        if size == 1:
            return str((int(text) + self._draw("digit", "")) % 10)
        sizes = size // 2, size - size // 2
        left, right = int(text[: sizes[0]]), int(text[sizes[0] :])
        for turn in range(_ROUNDS):
            drawn = self._draw(f"number {size} {turn}", str(right if turn % 2 == 0 else left))
            if turn % 2 == 0:
                left = (left + drawn) % 10 ** sizes[0]
            else:
                right = (right + drawn) % 10 ** sizes[1]
        return f"{left:0{sizes[0]}}{right:0{sizes[1]}}"

    def _draw(self, purpose: str, text: str) -> int:
        return int.from_bytes(hmac.digest(self._key, f"{purpose}\0{text}".encode(), "sha256"), "big")


def _ascii(digits: str) -> str:
    return "".join(str(unicodedata.decimal(digit)) for digit in digits)
