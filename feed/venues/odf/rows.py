"""Where the rows of a table of competitors stand in its bytes, and the rows that were read before.

A live result is sent again and again, whole, while few of its rows change. What a row's bytes say is the same in every
document that is cut here: one encoding, no DTD, namespace, comment or section that could give them another meaning.
"""

import re
from collections import OrderedDict
from collections.abc import Mapping
from typing import NamedTuple

from feed.venues.odf.parse import UTF8_PROLOG
from schemas.competitor import Competitor

# Of rows' bytes: 35 fields of play, each with a result, its totals and a ranking of a hundred rows. What was read of
# them takes six times as much.
BYTES_MAX = 4_500_000
_NAME = b"<Result"
_START = re.compile(rb"<Result(?![A-Za-z0-9_.:\x80-\xff-])")
ROW_END = b"</Result>"
_BLANKS = b" \t\r\n"  # what is white space in XML; Python's own list is longer


class Row(NamedTuple):
    """What a row's bytes say: the competitor, and the row's canonical form."""

    competitor: Competitor
    content: bytes


_NOTHING: Mapping[bytes, Row] = {}


class Cut(NamedTuple):
    """A document's bytes before its rows, each row, and the bytes behind them."""

    head: bytes
    rows: list[bytes]
    tail: bytes


class Rows:
    """By topic, the rows of the document that was read last, of at most `bytes_max` together.

    The next Version replaces them: what it no longer says is not remembered. The document that did not come for longest
    is forgotten first.
    """

    def __init__(self, bytes_max: int = BYTES_MAX) -> None:
        self._tables: OrderedDict[str, Mapping[bytes, Row]] = OrderedDict()
        self._bytes = 0
        self._bytes_max = bytes_max

    def __len__(self) -> int:
        return sum(map(len, self._tables.values()))

    def of(self, topic: str) -> Mapping[bytes, Row]:
        """What was read of a document's rows, by their bytes."""
        return self._tables.get(topic, _NOTHING)

    def keep(self, topic: str, rows: Mapping[bytes, Row]) -> None:
        """Remember the rows of a document in place of those before, unless they alone are too many."""
        self._bytes -= _size(self._tables.pop(topic, _NOTHING))
        if (size := _size(rows)) > self._bytes_max:
            return
        self._tables[topic] = rows
        self._bytes += size
        while self._bytes > self._bytes_max:
            self._bytes -= _size(self._tables.popitem(last=False)[1])


def _size(rows: Mapping[bytes, Row]) -> int:
    return sum(map(len, rows))


def cut(document: bytes) -> Cut | None:
    """Cut a document where its rows end; None where that could go wrong, and for what has no rows.

    In such a document every `<` starts a tag. What is cut are its rows only if each of them is one by itself: that is
    known of those that were read before, and to be asked of all others (`are_rows`).
    """
    end, prolog = document.rfind(ROW_END) + len(ROW_END), UTF8_PROLOG.match(document)
    if end < len(ROW_END) or prolog is None or _has_odd_markup(document, prolog.end()):
        return None
    first = _START.search(document)
    if first is None or end <= first.start():
        return None
    start = first.start()
    rows = [piece.lstrip(_BLANKS) + ROW_END for piece in document[start:end].split(ROW_END)[:-1]]
    return Cut(document[:start], rows, document[end:])


def are_rows(rows: list[bytes], within: bytes) -> bool:
    """Whether these are the rows of the document that is left of a cut one when it has no others.

    When rows' starts and ends alternate and only white space stands between them, no row is nested in another and all
    have one parent. No namespace may change what their names mean, and no mark may be taken for their content.
    """
    if b"xmlns" in within or b"ModificationIndicator" in within:
        return False
    return _starts(within, len(rows)) == len(rows) and all(map(_START.match, rows))


def _has_odd_markup(document: bytes, start: int) -> bool:
    """Whether behind `start` there is other markup than tags; single letters are found fastest."""
    if b"\0" in document or (b"!" in document and b"<!" in document):
        return True
    return document.find(b"?", start) >= 0 and document.find(b"<?", start) >= 0


def _starts(document: bytes, expected: int) -> int:
    """How many rows start; names that only begin like a row's are looked at where there are any."""
    return expected if document.count(_NAME) == expected else len(_START.findall(document))


def cut_content(content: bytes, count: int) -> Cut | None:
    """Cut the canonical form of such a document with so many rows."""
    first, end = _START.search(content), content.rfind(ROW_END) + len(ROW_END)
    if first is None:
        return None
    rows = [piece + ROW_END for piece in content[first.start() : end].split(ROW_END)[:-1]]
    return Cut(content[: first.start()], rows, content[end:]) if len(rows) == count else None
