"""A document as read: whole, or, where most rows of a table were read before, without reading those again."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, cast

from lxml import etree
from msgspec.structs import replace

from feed.candidate import Attachment, Receipt
from feed.venues.odf.bodies import in_order, read_body, read_rows
from feed.venues.odf.fingerprint import canonical
from feed.venues.odf.header import Header, read_header
from feed.venues.odf.parse import parse, received_text
from feed.venues.odf.received import Received, competition_of
from feed.venues.odf.refused import RefusedError
from feed.venues.odf.rows import Cut, Row, Rows, cut, cut_content
from schemas.competitor import Rows as Table
from schemas.document import DocumentBody
from schemas.message import Remark
from schemas.registry import KINDS, Body

ROWS_MIN = 2  # one row is always read
_ROW = "Result"
_rows = Rows()


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
    """Read a table of competitors from its changed rows and those known; None for what has to be read whole."""
    if (found := cut(document)) is None or len(found.rows) < ROWS_MIN:
        return None
    # The first row is always read: where it stands in the tree, the others stand.
    known = [None, *map(_rows.get, found.rows[1:])]
    changed = [row for row, before in zip(found.rows, known, strict=True) if before is None]
    try:
        return _read_changed(found, known, changed, receipt)
    except RefusedError:
        return None  # told of the whole document, with the right place


def _read_changed(found: Cut, known: Sequence[Row | None], changed: list[bytes], receipt: Receipt) -> Reading | None:
    root = parse(b"".join((found.head, *changed, found.tail)))
    header = read_header(dict(root.items()), receipt)
    competition = competition_of(root)
    is_table = issubclass(KINDS[header.row.kind].body, Table)
    if competition is None or not is_table or etree.tostring(root, method="text", encoding="unicode"):
        return None
    elements = competition.findall(_ROW)
    content = cut_content(canonical(root, is_marked=False, has_blanks=False), len(changed))
    competitors = read_rows(elements, header) if len(elements) == len(changed) else None
    if competitors is None or content is None:
        return None
    fresh = [Row(*pair) for pair in zip(competitors, content.rows, strict=True)]
    for key, row in zip(changed[1:], fresh[1:], strict=True):
        _rows.keep(key, row)
    for element in elements:
        competition.remove(element)
    left = iter(fresh)
    rows = [row or next(left) for row in known]
    around, remarks, _ = read_body(competition, header, has_text=False)
    body = replace(cast("Table", around), competitors=in_order(row.competitor for row in rows))
    return Reading(header, body, remarks, root, b"".join((content.head, *(row.content for row in rows), content.tail)))
