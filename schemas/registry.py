"""One row per kind. Adding a kind is its file and one row here."""

from enum import StrEnum
from typing import Protocol

import msgspec

from schemas.document import Document, DocumentBody
from schemas.list import List, ListBody
from schemas.message import Lane, Mentions, Message
from schemas.result import Result, ResultBody
from schemas.session import Session, SessionBody
from schemas.source import Source, SourceBody
from schemas.unit import Unit, UnitBody


class KindClass(StrEnum):
    """What a later message means for an earlier one of the same topic; `event` is never conflated."""

    DOCUMENT = "document"
    ENTITY = "entity"
    EVENT = "event"


class Body(Protocol):
    """What every kind's body can tell about itself."""

    def mentions(self) -> Mentions: ...


class Kind(msgspec.Struct, frozen=True):
    """Columns: name, Struct of the whole message, Struct of its body, key parts in topic order, class, lane."""

    name: str
    message: type[Message]
    body: type[msgspec.Struct]
    key_parts: tuple[str, ...]
    kind_class: KindClass
    lane: Lane


ODF_KEY = ("subcode", "subtype", "language")
KINDS: dict[str, Kind] = {
    row.name: row
    for row in (
        Kind("result", Result, ResultBody, ODF_KEY, KindClass.DOCUMENT, Lane.LIVE),
        Kind("document", Document, DocumentBody, ("type", *ODF_KEY), KindClass.DOCUMENT, Lane.LIVE),
        Kind("list", List, ListBody, ("name",), KindClass.ENTITY, Lane.LIVE),
        Kind("session", Session, SessionBody, ("session",), KindClass.ENTITY, Lane.LIVE),
        Kind("unit", Unit, UnitBody, (), KindClass.ENTITY, Lane.LIVE),
        Kind("source", Source, SourceBody, ("source",), KindClass.ENTITY, Lane.LIVE),
    )
}

AnyMessage = Result | Document | List | Session | Unit | Source
