"""Rows of results that were read before, by their canonical text.

A live result is sent again and again, whole, while few of its rows change. A row's text determines its Struct, so what
has been read once need not be read again.
"""

from typing import Generic, TypeVar

from lxml import etree

ROW = "Result"
_STARTS = (b"<Result ", b"<Result>")
_END = b"</Competitor></Result>"
GENERATION_BYTES = 1024 * 1024  # of texts; a Struct takes about five times its text

T = TypeVar("T")


class Rows(Generic[T]):
    """What was read, by text: two generations, so that what is not used for a whole one is forgotten."""

    def __init__(self, generation_bytes: int = GENERATION_BYTES) -> None:
        self._young: dict[bytes, T] = {}
        self._old: dict[bytes, T] = {}
        self._bytes = 0
        self._generation_bytes = generation_bytes

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def get(self, key: bytes) -> T | None:
        row = self._young.get(key)
        if row is None and (row := self._old.pop(key, None)) is not None:
            self.keep(key, row)
        return row

    def keep(self, key: bytes, row: T) -> None:
        """Remember a row; the older generation goes when the younger is full."""
        self._young[key] = row
        self._bytes += len(key)
        if self._bytes > self._generation_bytes:
            self._young, self._old, self._bytes = {}, self._young, 0


def keys_of(competition: etree._Element, content: bytes) -> dict[etree._Element, bytes]:
    """The canonical text of each row, as far as it can be told apart safely; else nothing.

    In a canonical form `<` only starts a tag. When there are as many starts and ends of rows as there are rows, none is
    nested in another and each piece between two ends holds exactly one row (the first also what stands before it, the
    others what stands between: that only makes them miss).
    """
    rows = competition.findall(ROW)
    starts = sum(content.count(start) for start in _STARTS)
    pieces = content.split(_END)
    if not starts == len(rows) == len(pieces) - 1:
        return {}
    return dict(zip(rows, pieces, strict=False))
