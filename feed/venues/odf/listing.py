"""A document that lists entities, each a message of its own (Foundation Principles 2.5).

Which elements are entities, and what their key is, stands in a table of the document's own file (schedule.py).
"""

from collections.abc import Callable
from datetime import tzinfo
from typing import NamedTuple

import msgspec
from lxml import etree

from feed.candidate import Decoded
from feed.refusals import Reason
from feed.venues.odf.around import forget_versions
from feed.venues.odf.fingerprint import INDICATOR, canonical_parts
from feed.venues.odf.header import Header
from feed.venues.odf.known import Known
from feed.venues.odf.names import Name, name_of
from feed.venues.odf.plan import Plan, compile_plan
from feed.venues.odf.received import Received
from feed.venues.odf.refused import RefusedError
from feed.venues.odf.sets import SetDocument
from schemas.infos import Infos
from schemas.message import Remark
from schemas.registry import Body
from schemas.rsc import OldCode

# Of canonical forms: three times the largest list. What is read of them takes four times as much.
_BYTES_MAX = 1_500_000
DELETED = "D"


Parts = tuple[str, ...]


def _no_parts(_header: Header, _element: etree._Element) -> Parts:
    return ()


def _no_more(_element: etree._Element) -> Parts:
    return ()


def _whole(_header: Header) -> None:
    return None


class Entity(NamedTuple):
    """How the elements of one tag become messages: kind, plan of the body, attributes of the key.

    With `has_own_code` the first of these is a Results System Code and the topic starts with it; otherwise the topic
    starts with the DocumentCode. What is left are the key parts, between those that `leading` and `trailing` find. An
    element that lacks one of the attributes is known by those `instead`, as many of them. With
    `has_older_ids` what a document of the 9-character generation has in the place of the code is a key part. Some
    `can_be_deleted` by their ModificationIndicator (General Messages up to 2024).
    """

    kind: str
    plan: Plan
    key: tuple[str, ...]
    has_own_code: bool = False
    leading: Callable[[Header, etree._Element], Parts] = _no_parts
    instead: tuple[str, ...] = ()
    has_older_ids: bool = False
    trailing: Callable[[etree._Element], Parts] = _no_more
    can_be_deleted: bool = False


class _Read(NamedTuple):
    """What an entity's canonical form says, with nothing left over; moments may depend on the zone."""

    zone: tzinfo | None
    body: Body


class Entities:
    """The entities of one document type by their tags, and what was read of them before.

    They stand in Competition, or in the elements of it that `within` names. `reach` gives the leading key parts of what
    a full list is about, where that is not all of the set.
    """

    def __init__(
        self, by_tag: dict[str, Entity], within: str = "", reach: Callable[[Header], Parts | None] = _whole
    ) -> None:
        self.by_tag = by_tag
        self.within = within
        self.reach = reach
        self.known: Known[_Read] = Known(_BYTES_MAX)
        self.around = compile_plan(Infos, {}, elsewhere=by_tag, within=within)

    def found(self, competition: etree._Element) -> list[etree._Element]:
        """The elements that are entities, in their order."""
        parents = competition.iterchildren(self.within) if self.within else (competition,)
        return [child for parent in parents for child in parent if child.tag in self.by_tag]


def read_listing(entities: Entities, received: Received) -> Decoded:
    """Read the entities and what stands around them; raises RefusedError."""
    document = SetDocument(received, entities.reach(received.header))
    if received.is_withdrawal() or (received.competition is None and not received.header.row.full):
        return document.decoded()
    competition = received.body()
    elements = entities.found(competition)
    names = [_name(document, entities.by_tag[str(element.tag)], element) for element in elements]
    contents = canonical_parts(document.content, elements)
    for element, name, content in zip(elements, names, contents, strict=True):
        _add(document, entities, element, name, content)
    about: Infos = document.walker.read(entities.around, competition)
    forget_versions(document.walker, competition)
    return document.decoded(about)


def _name(document: SetDocument, entity: Entity, element: etree._Element) -> Name:
    walker, header = document.walker, document.received.header
    key = tuple(filter(None, map(element.get, entity.key)))
    if len(key) < len(entity.key):
        key = tuple(filter(None, map(element.get, entity.instead)))
    if len(key) < len(entity.key):
        missing = next(name for name in entity.key if not element.get(name))
        raise RefusedError(Reason.NO_KEY, f"{missing} is missing or empty", walker.where(element, missing))
    has_code = entity.has_own_code and not (entity.has_older_ids and isinstance(header.code, OldCode))
    code, parts = (key[0], key[1:]) if has_code else (str(header.code), key)
    parts = entity.leading(header, element) + parts + entity.trailing(element)
    try:
        return name_of(header.competition, entity.kind, code, parts)
    except RefusedError as refused:
        raise refused.at(walker.where(element, entity.key[0])) from None


def _add(document: SetDocument, entities: Entities, element: etree._Element, name: Name, content: bytes) -> None:
    entity = entities.by_tag[str(element.tag)]
    if entity.can_be_deleted and element.get(INDICATOR) == DELETED:
        document.remove(name, content)
        return
    zone = document.received.header.zone
    known = entities.known.get(content) if document.has_plain_entities else None
    if known is not None and known.zone is zone:
        document.add(name, known.body, (), content)
        return
    body = document.walker.read(entity.plan, element)
    remarks: tuple[Remark, ...] = ()
    if document.walker.has_left:
        unmapped, remarks = document.walker.take(element)
        body = msgspec.structs.replace(body, unmapped=unmapped)
    elif document.has_plain_entities and not document.walker.context.attached:
        entities.known.keep(content, _Read(zone, body))
    document.add(name, body, remarks, content)
