"""One ODF document to one message, or to the one refusal that refuses it."""

from typing import Any

from lxml import etree

from feed.candidate import Candidate, Decoded, Receipt
from feed.venues.odf.fingerprint import fingerprint
from feed.venues.odf.header import NOTE, VERSIONS_ATTRIBUTES, Header, sight
from feed.venues.odf.parse import parse
from feed.venues.odf.reading import RESULT, Reading, competition_of, read_again, read_whole
from feed.venues.odf.refused import RefusedError
from schemas.document import Document, DocumentBody
from schemas.message import DocumentHeader, Op, Remark, Stamps
from schemas.registry import KINDS, AnyMessage
from schemas.result import Result, ResultBody
from schemas.rsc import Level, Rsc


def decode(data: bytes, receipt: Receipt) -> Decoded:
    """Read an ODF document (`data` already inflated); never raises for what a venue sent.

    Its message has `prev` 0 and `ts.published` 0, times in microseconds UTC. A refused document tells its flag, topic
    and version where they can be read.
    """
    if (reading := read_again(data, receipt)) is not None:
        return _decoded(reading, receipt)
    try:
        root = parse(data)
    except RefusedError as refused:
        return Decoded(refusal=refused.refusal)
    try:
        return _decoded(read_whole(root, data, receipt), receipt)
    except RefusedError as refused:
        flag, topic, version = sight(dict(root.items()))
        return Decoded(refusal=refused.refusal, flag=flag, topic=topic, version=version)


def _decoded(reading: Reading, receipt: Receipt) -> Decoded:
    header = reading.header
    document = _document(header, reading.root, competition_of(reading.root))
    message = _message(header, reading.body, (*header.remarks, *reading.remarks), document, receipt.recv)
    candidate = Candidate(message, fingerprint(reading.content))
    return Decoded((candidate,), None, header.flag, header.topic, header.version)


def _message(
    header: Header,
    body: ResultBody | DocumentBody | None,
    remarks: tuple[Remark, ...],
    document: DocumentHeader,
    recv: int,
) -> AnyMessage:
    """The envelope; a body of None withdraws the document (Foundation Principles 2.12, Invalidation)."""
    is_unit = isinstance(header.code, Rsc) and header.code.level is Level.UNIT
    envelope: dict[str, Any] = {
        "prev": 0,
        "topic": header.topic,
        "op": Op.WITHDRAWN if body is None else Op.PUT,
        "competition": header.competition,
        "code": str(header.code),
        "unit": str(header.code) if is_unit else None,
        "version": header.version,
        "status": header.status,
        "source": header.source,
        "lane": KINDS[header.row.kind].lane,
        "remarks": tuple(dict.fromkeys(remarks)),
        "ts": Stamps(event=header.event, recv=recv, published=0),
        "document": document,
        "body": body,
    }
    return Result(**envelope) if header.row.kind == RESULT else Document(**envelope)


def _document(header: Header, root: etree._Element, competition: etree._Element | None) -> DocumentHeader:
    versions: list[str | None] = [None] * len(VERSIONS_ATTRIBUTES)
    if competition is not None:
        versions = [competition.get(name) or None for name in VERSIONS_ATTRIBUTES]
    gen, sport, codes = versions
    notes = ("".join(note.itertext()).strip() for note in root.iterchildren(NOTE))
    return DocumentHeader(
        type=header.row.name,
        code=str(header.code),
        subcode=header.subcode,
        subtype=header.subtype,
        language=header.language,
        version=header.version,
        logical_date=header.logical_date,
        gen=gen,
        sport=sport,
        codes=codes,
        notes=tuple(note for note in notes if note),
    )
