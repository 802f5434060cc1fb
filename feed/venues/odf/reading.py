"""A document as read: whole, or, where rows of a table or others of their shape came before, without parsing those."""

from collections.abc import Iterable
from typing import NamedTuple, cast

from lxml import etree
from msgspec.structs import replace

from feed.candidate import Attachment, Receipt
from feed.venues.odf.bodies import ROW_PLAN, in_order, read_body, read_rows
from feed.venues.odf.fingerprint import canonical
from feed.venues.odf.header import Header, read_header
from feed.venues.odf.parse import parse, received_text
from feed.venues.odf.received import Received, competition_of
from feed.venues.odf.refused import RefusedError
from feed.venues.odf.rows import Cut, Row, Rows, are_rows, cut, cut_content
from feed.venues.odf.shapes import Shapes
from feed.venues.odf.values import Context
from schemas.competitor import Rows as Table
from schemas.document import DocumentBody
from schemas.message import Remark
from schemas.registry import KINDS, Body

_ROW = "Result"
_STUB = b"<Result></Result>"  # its own canonical form
_rows = Rows()
_shapes = Shapes(ROW_PLAN)


class Reading(NamedTuple):
    """Header, body (None withdraws), remarks, the tree around the body, the canonical content, what is attached."""

    header: Header
    body: Body | None
    remarks: Iterable[Remark]
    root: etree._Element
    content: bytes
    attached: tuple[Attachment, ...] = ()


def read_typed(received: Received) -> Reading:
    """Read all of a document whose type is modelled; raises RefusedError."""
    header = received.header
    if not received.is_withdrawal() and (header.row.full or received.competition is not None):
        body, remarks, attached = read_body(received.body(), header, has_text=received.has_text)
        return Reading(header, body, remarks, received.root, received.content(), attached)
    empty = None
    if not header.row.full:
        empty = cast("Body", KINDS[header.row.kind].body())  # it replaces nothing, so it withdraws nothing
    return Reading(header, empty, (), received.root, received.content())


def read_document(received: Received) -> Reading:
    """Carry a document whose type is not modelled; raises RefusedError."""
    body = None if received.is_withdrawal() else DocumentBody(received_text(received.document, received.root))
    return Reading(received.header, body, (), received.root, received.content())


def read_again(document: bytes, receipt: Receipt) -> Reading | None:
    """Read a table of competitors without parsing the rows that are known, or whose shape is.

    None for what has to be read whole.
    """
    if (found := cut(document)) is None:
        return None
    try:
        return _read_table(found, receipt)
    except RefusedError:
        return None  # told of the whole document, with the right place


def _read_table(found: Cut, receipt: Receipt) -> Reading | None:
    # A stub stands for the rows: where it stands in the tree, they stand.
    root = _with_rows(found, [_STUB])
    if root is None:
        return None
    header = read_header(dict(root.items()), receipt)
    around = _around(root, header)
    if around is None or (rows := _read_rows(found, header)) is None:
        return None
    _rows.keep(header.topic, dict(zip(found.rows, rows, strict=True)))
    competition, content = around
    competition.remove(competition.findall(_ROW)[0])
    body, remarks, _ = read_body(competition, header, has_text=False)
    body = replace(cast("Table", body), competitors=in_order(row.competitor for row in rows))
    written = b"".join((content.head, *(row.content for row in rows), content.tail))
    return Reading(header, body, remarks, root, written)


def _around(root: etree._Element, header: Header, count: int = 1) -> tuple[etree._Element, Cut] | None:
    """The Competition of a table that has so many rows, and its canonical form; None for what has to be read whole.

    Raises RefusedError.
    """
    competition = competition_of(root)
    is_table = issubclass(KINDS[header.row.kind].body, Table)
    if competition is None or not is_table or etree.tostring(root, method="text", encoding="unicode"):
        return None
    content = cut_content(canonical(root, is_marked=False, has_blanks=False), count)
    return (competition, content) if content is not None and len(competition.findall(_ROW)) == count else None


def _read_rows(found: Cut, header: Header) -> list[Row] | None:
    """What the rows of a document say, or None when something about one of them is odd; raises RefusedError."""
    known, context = _rows.of(header.topic), Context(header.zone)
    read = [known.get(row) or _shapes.read(row, context) for row in found.rows]
    left = [row for row, said in zip(found.rows, read, strict=True) if said is None]
    if not left:
        return cast("list[Row]", read)
    if (parsed := _parsed(found, left, header)) is None:
        return None
    for row in left:
        _shapes.learn(row)
    fresh = iter(parsed)
    return [said or next(fresh) for said in read]


def _parsed(found: Cut, rows: list[bytes], header: Header) -> list[Row] | None:
    """What these rows of a document say, by the parser; as `_read_rows`."""
    root = _with_rows(found, rows)
    if root is None or (around := _around(root, header, len(rows))) is None:
        return None
    competition, content = around
    competitors = read_rows(competition.findall(_ROW), header)
    if competitors is None:
        return None
    return [Row(*pair) for pair in zip(competitors, content.rows, strict=True)]


def _with_rows(found: Cut, rows: list[bytes]) -> etree._Element | None:
    """The document as if it had these rows alone; None where they are none. Raises RefusedError."""
    document = b"".join((found.head, *rows, found.tail))
    return parse(document) if are_rows(rows, document) else None
