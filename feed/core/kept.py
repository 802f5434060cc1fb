"""Bytes that were made once for everybody, kept while there is room: those not asked for longest go first."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Final, Generic, TypeVar

KEPT_OVERHEAD: Final = 200  # of one text that is kept: its key, its place, the objects around it

Key = TypeVar("Key", bound=Hashable)


class Kept(Generic[Key]):
    """At most so many bytes, by key; each of an `edition` of what it was made from, and of no use in another."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._bytes = 0
        self._texts: OrderedDict[Key, tuple[int, bytes]] = OrderedDict()

    def get(self, key: Key, edition: int = 0) -> bytes | None:
        """What is kept under a key; None where nothing of this edition is."""
        known, text = self._texts.get(key, (edition, None))
        if text is None or known != edition:
            return None
        self._texts.move_to_end(key)
        return text

    def keep(self, key: Key, text: bytes, edition: int = 0) -> bytes:
        """Keep a text, in the place of the one before; gives it back."""
        _, old = self._texts.pop(key, (0, None))
        self._bytes += len(text) + KEPT_OVERHEAD - (0 if old is None else len(old) + KEPT_OVERHEAD)
        self._texts[key] = edition, text
        while self._bytes > self._most:
            _, (_, gone) = self._texts.popitem(last=False)
            self._bytes -= len(gone) + KEPT_OVERHEAD
        return text
