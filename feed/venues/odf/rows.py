"""Where the rows of a table of competitors stand in its bytes, and the rows that were read before.

A live result is sent again and again, whole, while few of its rows change. What a row's bytes say is the same in every
document that is cut here: one encoding, no DTD, namespace, comment or section that could give them another meaning.
"""

import re
from typing import NamedTuple

from feed.venues.odf.known import Known
from feed.venues.odf.parse import UTF8_PROLOG
from schemas.competitor import Competitor

BYTES_MAX = 1_400_000  # of rows' bytes: 35 fields of play with 100 rows; what was read of them takes six times as much
_NAME = b"<Result"
_START = re.compile(rb"<Result(?![A-Za-z0-9_.:\x80-\xff-])")
ROW_END = b"</Result>"
_BLANKS = b" \t\r\n"  # what is white space in XML; Python's own list is longer


class Row(NamedTuple):
    """What a row's bytes say: the competitor, and the row's canonical form."""

    competitor: Competitor
    content: bytes


class Cut(NamedTuple):
    """A document's bytes before its rows, each row, and the bytes behind them."""

    head: bytes
    rows: list[bytes]
    tail: bytes


class Rows(Known[Row]):
    """The rows that were read."""

    def __init__(self, bytes_max: int = BYTES_MAX) -> None:
        super().__init__(bytes_max)


def cut(document: bytes) -> Cut | None:
    """Cut a document at its rows; None where that could go wrong, and for what has no rows.

    In such a document every `<` starts a tag. When the rows' starts and ends alternate and only white space stands
    between them, no row is nested in another and all have one parent.
    """
    end, prolog = document.rfind(ROW_END) + len(ROW_END), UTF8_PROLOG.match(document)
    if end < len(ROW_END) or prolog is None or _has_other_meanings(document, prolog.end()):
        return None
    first = _START.search(document)
    if first is None or end <= first.start():
        return None
    start = first.start()
    rows = [piece.lstrip(_BLANKS) + ROW_END for piece in document[start:end].split(ROW_END)[:-1]]
    if _starts(document, len(rows)) != len(rows) or not all(map(_START.match, rows)):
        return None
    return Cut(document[:start], rows, document[end:])


def _has_other_meanings(document: bytes, start: int) -> bool:
    """Whether anything could give bytes behind `start` another meaning; single letters are found fastest."""
    if b"\0" in document or (b"!" in document and b"<!" in document):
        return True
    if document.find(b"?", start) >= 0 and document.find(b"<?", start) >= 0:
        return True
    return b"xmlns" in document or b"ModificationIndicator" in document


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
