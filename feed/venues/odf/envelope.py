"""The envelope of messages, as the header of their document tells it."""

from typing import Any, cast

from lxml import etree

from feed.refusals import Reason
from feed.venues.odf.header import NOTE, VERSIONS_ATTRIBUTES, Header
from feed.venues.odf.parse import ROOT
from feed.venues.odf.refused import RefusedError
from schemas.message import DocumentHeader, Stamps
from schemas.registry import KINDS, AnyMessage
from schemas.rsc import Code, Level, Rsc

VERSION_LENGTH_MAX = 256

Fields = dict[str, Any]


def common_fields(header: Header, root: etree._Element, competition: etree._Element | None, recv: int) -> Fields:
    """What all messages of one document have in common."""
    return {
        "prev": 0,
        "competition": header.competition,
        "version": header.version,
        "source": header.source,
        "ts": Stamps(event=header.event, recv=recv, published=0),
        "document": _document_header(header, root, competition),
    }


def message(kind: str, common: Fields, code: Code, **own: Any) -> AnyMessage:  # noqa: ANN401 - fields of the envelope
    """A message of a kind about what `code` names; `own` are the fields that `common` and the kind do not tell."""
    row = KINDS[kind]
    return cast("AnyMessage", row.message(**common, lane=row.lane, code=str(code), unit=unit_of(code), **own))


def unit_of(code: Code) -> str | None:
    """The code again, if it is a unit's."""
    return str(code) if is_unit(code) else None


def is_unit(code: Code) -> bool:
    """Whether a code names a unit."""
    return isinstance(code, Rsc) and code.level is Level.UNIT


def _document_header(header: Header, root: etree._Element, competition: etree._Element | None) -> DocumentHeader:
    versions: list[str | None] = [None] * len(VERSIONS_ATTRIBUTES)
    if competition is not None:
        versions = [competition.get(name) or None for name in VERSIONS_ATTRIBUTES]
    for name, text in zip(VERSIONS_ATTRIBUTES, versions, strict=True):
        if text and len(text) > VERSION_LENGTH_MAX:  # each entity of a list repeats it
            detail = f"{name} is longer than {VERSION_LENGTH_MAX} characters"
            raise RefusedError(Reason.BAD_VALUE, detail, f"/{ROOT}/Competition/@{name}")
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
