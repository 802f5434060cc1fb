"""A message as the ODF document it came from, or could have come from, of a chosen generation.

Made from the message alone: the venue's own bytes are not looked at (`GET /v1/blobs` and RAW have those). What is read
back says the same; where the words of the document differ is named in docs/reference.md.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple, cast

import msgspec
from lxml import etree
from msgspec import UNSET
from msgspec.structs import replace

from feed.venues.odf.catalogue import CATALOGUE
from feed.venues.odf.fingerprint import INDICATOR
from feed.venues.odf.header import NOTE, VERSIONS_ATTRIBUTES, Header
from feed.venues.odf.listing import DELETED, Entities
from feed.venues.odf.lists import LISTS
from feed.venues.odf.parse import ROOT
from feed.venues.odf.received import COMPETITION
from feed.venues.odf.writing import Contents, in_order, write
from schemas.document import DocumentBody
from schemas.infos import Infos
from schemas.list import ListBody, ListedDocument
from schemas.message import BodyRef, DocumentHeader, Op
from schemas.registry import KINDS, AnyMessage
from schemas.topic import begins_with, key_parts, parse_topic

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NoDocumentError(ValueError):
    """No document says what this message says."""


class Family(msgspec.Struct, frozen=True):
    """What differs by generation: how the header tells its time (Foundation Principles 2.2; draft of 2028)."""

    name: str
    has_time_stamp: bool


FAMILIES = {
    row.name: row for row in (Family("2018", False), Family("2024", False), Family("2026", False), Family("2028", True))
}


class Writer(msgspec.Struct, frozen=True):
    """How documents are written: world, generation, time zone of the competition, and where contents are found."""

    flag: str
    family: Family
    zone: tzinfo
    contents: Contents

    def encode(self, message: AnyMessage, entities: Iterable[AnyMessage] = ()) -> bytes:
        """The document of a message, with the versions of its own document.

        The head of a set with its living `entities` is its newest full list; an entity alone is an update with nothing
        else in it. Raises NoDocumentError for what no document of its own says.
        """
        header = message.document
        if header is None:
            raise NoDocumentError(f"{message.topic} came in no document")
        if isinstance(message.body, DocumentBody):
            return message.body.xml.encode()
        if isinstance(message.body, ListBody):
            return self._list(message, message.body, header, entities)
        if type(message) in _LISTED:
            return self._document(replace(message, op=Op.PUT), _as_update(message, header), Infos(), [message])
        return self._document(message, header, message.body)

    def encode_sent(self, head: AnyMessage, entities: Sequence[AnyMessage]) -> bytes:
        """The document by which the head of a set was written, with the entities that `told_by` asks for.

        Raises NoDocumentError for a document that is still being written, or came late and changed nothing.
        """
        told = told_by(head)
        if told is None or head.document is None or not (told.advances or entities):
            raise NoDocumentError(f"{head.topic} is at the head of no document here")
        listed, reach = told.listed, _table_of(head.document).reach(cast("Header", head.document))
        inside = [each for each in entities if not told.is_full or reach is None or begins_with(each.topic, reach)]
        op = listed.op if told.advances else Op.PUT
        about = Infos() if listed.about is UNSET or not told.advances else listed.about
        body = replace(about, unmapped=listed.unmapped) if told.advances else about
        return self._document(replace(head, op=op), head.document, body, inside)

    def file_name(self, message: AnyMessage) -> str:
        """What a document is called where documents are files (Foundation Principles 8, file names; separated by ~)."""
        header = message.document
        if header is None:
            raise NoDocumentError(f"{message.topic} came in no document")
        stamp = self._stamp(message.ts.event)
        parts = (
            *(message.competition, header.logical_date, stamp.date().isoformat(), _clock(stamp), header.type),
            *(header.subtype, header.code, header.subcode, message.status, str(header.version)),
            *(self.flag, header.language),
        )
        return "~".join(part or "" for part in parts).replace("/", "_") + ".xml"

    def _list(self, head: AnyMessage, body: ListBody, header: DocumentHeader, entities: Iterable[AnyMessage]) -> bytes:
        if not body.documents or CATALOGUE[key_parts(body.documents[0].key)[0]].list_name not in LISTS:
            raise NoDocumentError(f"{head.topic} is the head of no list that a document holds")
        listed = max(body.documents, key=lambda each: (CATALOGUE[key_parts(each.key)[0]].full, each.event))
        parts = (*key_parts(listed.key), "", "", "")
        told = {name: part or None for name, part in zip(("subcode", "subtype", "language"), parts[1:], strict=False)}
        own = replace(header, type=parts[0], version=listed.version, **told)
        reach = _table_of(own).reach(cast("Header", own))
        inside = [each for each in entities if reach is None or begins_with(each.topic, reach)]
        head = replace(head, ts=replace(head.ts, event=listed.event), op=listed.op)
        about = Infos() if listed.about is UNSET else listed.about
        return self._document(head, own, replace(about, unmapped=listed.unmapped), inside)

    def _document(
        self,
        message: AnyMessage,
        header: DocumentHeader,
        body: msgspec.Struct | None,
        entities: Iterable[AnyMessage] = (),
    ) -> bytes:
        root = self._root(message, header)
        if message.op is Op.PUT and body is not None:
            competition = etree.SubElement(root, COMPETITION, _versions(header))
            write(competition, body, self.contents)
            for each in entities:
                self._write_entity(competition, each)
            in_order(competition)
        for note in header.notes:
            etree.SubElement(root, NOTE).text = note
        return etree.tostring(root, encoding="UTF-8", xml_declaration=True)

    def _write_entity(self, competition: etree._Element, entity: AnyMessage) -> None:
        table, tag = _LISTED[type(entity)]
        parent = competition
        if table.within:
            found = competition.find(table.within)
            parent = etree.SubElement(competition, table.within) if found is None else found
        if entity.body is not None:
            write(etree.SubElement(parent, tag), entity.body, self.contents)
        elif table.by_tag[tag].can_be_deleted:
            key = table.by_tag[tag].key
            parts = parse_topic(entity.topic).parts[-len(key) :]
            etree.SubElement(parent, tag, {**dict(zip(key, parts, strict=True)), INDICATOR: DELETED})

    def _root(self, message: AnyMessage, header: DocumentHeader) -> etree._Element:
        told = {
            "CompetitionCode": message.competition,
            "DocumentCode": header.code,
            "DocumentSubcode": header.subcode,
            "DocumentType": header.type,
            "DocumentSubtype": header.subtype,
            "Version": str(header.version),
            "ResultStatus": message.status,
            "Language": header.language,
            "FeedFlag": self.flag,
            **self._times(message.ts.event),
            "LogicalDate": header.logical_date,
            "Source": message.source,
        }
        return etree.Element(ROOT, {name: text for name, text in told.items() if text})

    def _times(self, event: int) -> dict[str, str]:
        stamp = self._stamp(event)
        if self.family.has_time_stamp:
            return {"TimeStamp": stamp.isoformat(timespec="milliseconds")}
        return {"Date": stamp.date().isoformat(), "Time": _clock(stamp)}

    def _stamp(self, event: int) -> datetime:
        return (_EPOCH + timedelta(microseconds=event)).astimezone(self.zone)


class Told(NamedTuple):
    """What the head of a set was written by: a full list or an update, as the newest of its key or late.

    To a full list belong all living entities of its set at the head, to an update those that came by it.
    """

    listed: ListedDocument
    is_full: bool
    advances: bool


def told_by(head: AnyMessage) -> Told | None:
    """What the head of a set was written by; None of what no document holds, and before a document is complete."""
    header, body = head.document, head.body
    if header is None or not isinstance(body, ListBody) or CATALOGUE[header.type].list_name not in LISTS:
        return None
    own = [part or "" for part in (header.type, header.subcode, header.subtype, header.language)]
    for listed in body.documents:
        parts = [*key_parts(listed.key), "", "", ""][: len(own)]
        if parts == own and listed.complete:
            return Told(listed, CATALOGUE[header.type].full, listed.version == header.version)
    return None


def _clock(stamp: datetime) -> str:
    return f"{stamp:%H%M%S}{stamp.microsecond // 1000:03}"


def references(struct: object) -> Iterator[BodyRef]:
    """Everything a body refers to: what a writer's `contents` is going to be asked for."""
    if isinstance(struct, BodyRef):
        yield struct
    elif isinstance(struct, msgspec.Struct):
        for name in struct.__struct_fields__:
            yield from references(getattr(struct, name))
    elif isinstance(struct, tuple):
        for part in struct:
            yield from references(part)


def _as_update(message: AnyMessage, header: DocumentHeader) -> DocumentHeader:
    """A full list of one entity would remove all others, so it is written as the update of its set."""
    row = CATALOGUE[header.type]
    table, tag = _LISTED[type(message)]
    if message.body is None and not table.by_tag[tag].can_be_deleted:
        raise NoDocumentError(f"{message.topic} left its list: no document says that of one entity")
    if not row.full:
        return header
    update = next((each for each in CATALOGUE.values() if each.list_name == row.list_name and not each.full), None)
    if update is None:
        raise NoDocumentError(f"{message.topic} is written with its whole list only: there is no update of {row.name}")
    return replace(header, type=update.name, subcode=None, subtype=None)


def _table_of(header: DocumentHeader) -> Entities:
    return LISTS[CATALOGUE[header.type].list_name]


def _versions(header: DocumentHeader) -> dict[str, str]:
    texts = (header.gen, header.sport, header.codes)
    return {name: text for name, text in zip(VERSIONS_ATTRIBUTES, texts, strict=True) if text}


_LISTED = {KINDS[entity.kind].message: (table, tag) for table in LISTS.values() for tag, entity in table.by_tag.items()}
# Kinds whose messages are parts of documents: the document is told by the head of their set.
LISTED_KINDS = frozenset(entity.kind for table in LISTS.values() for entity in table.by_tag.values())
