"""The header of an ODF document as captured, read and moved on as bytes: the body is neither parsed nor changed.

Rules: ODF Foundation Principles 2.5 (what identifies a document and what orders its versions).
"""

import gzip
import re
import zlib
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final, NamedTuple

HEAD_BYTES: Final = 16_384  # a header ends long before this
DAY: Final = 86_400_000_000
_PROLOG = rb"(?:\xef\xbb\xbf)?(?:\s+|<\?.*?\?>|<!--.*?-->)*"
_PAIR = rb'\s+([A-Za-z_][\w.:-]*)\s*=\s*("[^"]*"|\'[^\']*\')'
_ROOT = re.compile(_PROLOG + rb"<OdfBody((?:" + _PAIR + rb")*)\s*/?>", re.DOTALL)
_ATTRIBUTE = re.compile(_PAIR)
_DATE = re.compile(r"(\d{4})(-?)(\d{2})\2(\d{2})")


class Header(NamedTuple):
    """Which document it is a version of, and which one; no Version where the header says none.

    `key` leaves the subtype and an ending _UPDATE out, so that all that writes one schedule or list has one key.
    """

    key: str
    version: int | None


class Move(NamedTuple):
    """How far a header is moved on: whole days for its dates, so that no time of day changes, and Versions."""

    days: int
    versions: int


def read_header(data: bytes, encoding: str) -> Header | None:
    """The header of a document; None where there is none to be read."""
    values = attributes(data, encoding)
    if values is None:
        return None
    kind = values.get("DocumentType", "").removesuffix("_UPDATE")
    named = ("FeedFlag", "CompetitionCode", "DocumentCode", "DocumentSubcode", "Language")
    version = values.get("Version", "")
    is_number = version.isascii() and version.isdigit()
    return Header("|".join([kind, *(values.get(name, "") for name in named)]), int(version) if is_number else None)


def attributes(data: bytes, encoding: str) -> dict[str, str] | None:
    """What stands in the root element; None where there is no header to be read."""
    found = _ROOT.match(_head(data, encoding))
    if found is None:
        return None
    return {name.decode(): text[1:-1].decode("utf-8", "replace") for name, text in _ATTRIBUTE.findall(found[1])}


def moved_on(data: bytes, encoding: str, move: Move) -> bytes:
    """The same document with Date, LogicalDate and Version of its header moved on; what is none stays as it is."""
    content = gzip.decompress(data) if encoding else data
    found = _ROOT.match(content[:HEAD_BYTES])
    if found is None:
        return data
    moved = _ATTRIBUTE.sub(lambda pair: _moved_pair(pair, move), found[1])
    content = content[: found.start(1)] + moved + content[found.end(1) :]
    return gzip.compress(content, compresslevel=6, mtime=0) if encoding else content


def _head(data: bytes, encoding: str) -> bytes:
    if not encoding:
        return data[:HEAD_BYTES]
    try:
        return zlib.decompressobj(wbits=31).decompress(data, HEAD_BYTES)
    except zlib.error:
        return b""


def _moved_date(text: str, move: Move) -> str:
    found = _DATE.fullmatch(text)
    if found is None:
        return text
    year, dash, month, day = found.groups()
    try:
        moved = date(int(year), int(month), int(day)) + timedelta(days=move.days)
    except (ValueError, OverflowError):
        return text
    return moved.strftime(f"%Y{dash}%m{dash}%d")


def _moved_version(text: str, move: Move) -> str:
    if not (text.isascii() and text.isdigit()):
        return text
    return str(int(text) + move.versions).zfill(len(text))


_MOVED: dict[bytes, Callable[[str, Move], str]] = {
    b"Date": _moved_date,
    b"LogicalDate": _moved_date,
    b"Version": _moved_version,
}


def _moved_pair(pair: re.Match[bytes], move: Move) -> bytes:
    act = _MOVED.get(pair[1])
    if act is None:
        return pair[0]
    before, quote, text = pair[0][: pair.start(2) - pair.start()], pair[2][:1], pair[2][1:-1]
    return before + quote + act(text.decode("utf-8", "replace"), move).encode() + quote
