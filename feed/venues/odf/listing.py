"""A document that lists entities, each a message of its own (Foundation Principles 2.5).

Which elements are entities, and what their key is, stands in a table of the document's own file (schedule.py).
"""

from collections.abc import Callable
from datetime import tzinfo
from typing import Any, NamedTuple

import msgspec
from lxml import etree

from feed.candidate import Decoded
from feed.refusals import Reason
from feed.venues.odf.around import VERSIONS, forget_code
from feed.venues.odf.fingerprint import INDICATOR, canonical_parts
from feed.venues.odf.header import Header
from feed.venues.odf.known import Known
from feed.venues.odf.names import Name, name_of
from feed.venues.odf.plan import Fields, Plan, compile_plan
from feed.venues.odf.received import Received
from feed.venues.odf.refused import RefusedError
from feed.venues.odf.sets import SetDocument
from schemas.infos import Infos
from schemas.message import Remark
from schemas.registry import Body
from schemas.rsc import OldCode

# Of canonical forms: three times the largest list. What is read of them takes four times as much.
_BYTES_MAX = 1_500_000
_BELOW_BYTES_MAX = 250_000  # of what stands below such elements as say the same there
DELETED = "D"


Parts = tuple[str, ...]


def _whole(_header: Header) -> None:
    return None


class Entity(NamedTuple):
    """How the elements of one tag become messages: kind, plan of the body, attributes of the key.

    With `has_own_code` the first of these is a Results System Code and the topic starts with it; otherwise the topic
    starts with the DocumentCode. What is left are the key parts, between those that `leading` and `trailing` find. An
    element that lacks one of the attributes is known by those `instead`, as many of them. With
    `has_older_ids` what a document of the 9-character generation has in the place of the code is a key part. Some
    `can_be_deleted` by their ModificationIndicator (General Messages up to 2024). Where many say the same below their
    own attributes (the units of a round: names, venue), those are `alike_below`, and it is read once.
    """

    kind: str
    plan: Plan
    key: tuple[str, ...]
    has_own_code: bool = False
    leading: Callable[[Header, etree._Element], Parts] | None = None
    instead: tuple[str, ...] = ()
    has_older_ids: bool = False
    trailing: Callable[[etree._Element], Parts] | None = None
    can_be_deleted: bool = False
    alike_below: bool = False


class _Read(msgspec.Struct, frozen=True, gc=False):
    """What an entity's canonical form says, with nothing left over; moments may depend on the zone."""

    zone: tzinfo | None
    body: Body


class _ReadBelow(msgspec.Struct, frozen=True, gc=False):
    """The fields that an entity's children fill, with nothing left over."""

    zone: tzinfo | None
    fields: Fields


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
        self.around = compile_plan(Infos, {}, elsewhere=(*by_tag, *VERSIONS), within=within)
        self.forget()

    def forget(self) -> None:
        """Know of no entity that was read before."""
        self.known: Known[_Read] = Known(_BYTES_MAX)
        self.below: Known[_ReadBelow] = Known(_BELOW_BYTES_MAX)

    def found(self, competition: etree._Element) -> list[etree._Element]:
        """The elements that are entities, in their order."""
        parents = competition.iterchildren(self.within) if self.within else (competition,)
        return [child for parent in parents for child in parent[:] if child.tag in self.by_tag]


def read_listing(entities: Entities, received: Received) -> Decoded:
    """Read the entities and what stands around them; raises RefusedError."""
    document = SetDocument(received, entities.reach(received.header))
    if received.is_withdrawal() or (received.competition is None and not received.header.row.full):
        return document.decoded()
    competition = received.body()
    elements = entities.found(competition)
    bodies = _Bodies(entities, document)
    contents = canonical_parts(document.content, elements)
    for element in elements:  # one after the other from end to end: what was just touched is still in the caches
        entity = entities.by_tag[str(element.tag)]
        name, content = _name(document, entity, element), next(contents)  # which has attributes when it has a name
        if entity.can_be_deleted and element.get(INDICATOR) == DELETED:
            document.remove(name, content)
        else:
            body, remarks = bodies.read(entity, element, content)
            document.add(name, body, remarks, content)
    about: Infos = document.walker.read(entities.around, competition)
    forget_code(document.walker, competition)
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
    if entity.leading:
        parts = entity.leading(header, element) + parts
    if entity.trailing:
        parts += entity.trailing(element)
    try:
        return name_of(header.competition, entity.kind, code, parts)
    except RefusedError as refused:
        raise refused.at(walker.where(element, entity.key[0])) from None


class _Bodies:
    """Reads the bodies of one document's entities, or finds what the same bytes said before."""

    def __init__(self, entities: Entities, document: SetDocument) -> None:
        self._known, self._below = entities.known, entities.below
        self._walker = document.walker
        self._zone = document.received.header.zone
        self._is_plain = document.has_plain_entities
        self._has_text = document.received.has_text

    def read(self, entity: Entity, element: etree._Element, content: bytes) -> tuple[Body, tuple[Remark, ...]]:
        """The body of an entity and what is odd about it; raises RefusedError."""
        known = self._known.get(content) if self._is_plain else None
        if known is not None and known.zone is self._zone:
            return known.body, ()
        if entity.alike_below and self._is_plain and not self._has_text:
            body = self._read_around(entity.plan, element, content)
        else:
            body = self._walker.read(entity.plan, element)
        if self._walker.has_left:
            unmapped, remarks = self._walker.take(element)
            return msgspec.structs.replace(body, unmapped=unmapped), remarks
        if self._is_plain and not self._walker.context.attached:
            self._known.keep(content, _Read(self._zone, body))
        return body, ()

    def _read_around(self, plan: Plan, element: etree._Element, content: bytes) -> Any:  # noqa: ANN401 - the plan's own Struct
        """The body at an element that is not known; what stands below it may be."""
        below = content[content.index(b">") :]  # or a bit more, where an attribute has one: all that is below is in it
        known = self._below.get(below)
        if known is None or known.zone is not self._zone:
            known = _ReadBelow(self._zone, self._walker.read_below(plan, element))
            if not self._walker.has_left and not self._walker.context.attached:
                self._below.keep(below, known)
        return self._walker.read_around(plan, element, known.fields)
