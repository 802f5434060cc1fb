"""A document of a set while it is read: it writes the messages of its entities and the head of the set."""

from msgspec import UNSET
from msgspec.structs import replace

from feed.candidate import Candidate, Decoded, Listing
from feed.refusals import Reason
from feed.venues.odf.around import keep_around
from feed.venues.odf.envelope import common_fields, message
from feed.venues.odf.fingerprint import fingerprint
from feed.venues.odf.header import Header
from feed.venues.odf.names import Name
from feed.venues.odf.parse import ROOT
from feed.venues.odf.received import Received
from feed.venues.odf.refused import RefusedError
from feed.venues.odf.walker import Walker
from schemas.infos import Infos
from schemas.list import LIST_KIND, ListBody, ListedDocument
from schemas.message import Op, Remark
from schemas.registry import AnyMessage, Body
from schemas.topic import BadKeyError, key_text


class SetDocument:
    """Collects the entities of one document, then makes what the gate gets; methods raise RefusedError.

    `walker` reads the entities, and the rest; `content` is the document's canonical form.
    """

    def __init__(self, received: Received, reach: tuple[str, ...] | None = None) -> None:
        self.received = received
        self.walker = Walker(received.header.zone, has_text=received.has_text)
        self.content = received.content()
        self.has_plain_entities = not received.is_marked  # then their canonical forms say all that they say
        self._topic = received.header.topic
        self._key = _document_key(received.header)
        self._reach = reach
        self._common = common_fields(received.header, received.root, received.competition, received.recv)
        self._blanks: dict[str, AnyMessage] = {}
        self._entities: dict[str, Candidate] = {}
        self._removed: list[str] = []

    def add(self, name: Name, body: Body, remarks: tuple[Remark, ...], content: bytes) -> None:
        """One more entity and its own `content`; of several with one name the last is kept, at its own place."""
        self._keep(name, Op.PUT, body, remarks, content)

    def remove(self, name: Name, content: bytes) -> None:
        """One entity that is no more; its tombstone keeps the place that it would have."""
        self._removed.append(name.topic)
        self._keep(name, Op.REMOVED, None, (), content)

    def _keep(self, name: Name, op: Op, body: Body | None, remarks: tuple[Remark, ...], content: bytes) -> None:
        if self._entities.pop(name.topic, None):
            remarks = (*remarks, Remark.REPEATED_IN_DOCUMENT)
        blank = self._blanks.get(name.kind) or self._blank(name.kind)
        entity = replace(blank, topic=name.topic, code=name.code, unit=name.unit, op=op, remarks=remarks, body=body)
        attached = self.walker.take_attached() if self.walker.context.attached else ()
        self._entities[name.topic] = Candidate(entity, fingerprint(content), self._topic, self._key, attached)

    def _blank(self, kind: str) -> AnyMessage:
        """What the entities of a kind have in common: filled in by `replace`, which is much faster than making them."""
        own = {"topic": "", "op": Op.PUT, "status": None, "body": None}
        # Notes are about the document: in each of thousands of entities they would be megabytes.
        common = self._common | {"document": replace(self._common["document"], notes=())}
        self._blanks[kind] = message(kind, common, self.received.header.code, **own)
        return self._blanks[kind]

    def decoded(self, about: Infos | None = None) -> Decoded:
        """All of it, after the last entity; what the walker has left over belongs to the head."""
        header = self.received.header
        keep_around(self.walker, self.received.root, self.received.competition)
        unmapped, remarks = self.walker.take()
        document = ListedDocument(
            key=self._key,
            version=header.version,
            event=header.event,
            hash=fingerprint(self._said()),
            op=Op.WITHDRAWN if self.received.is_withdrawal() else Op.PUT,
            about=about if about is not None and about != Infos() else UNSET,
            unmapped=unmapped,
        )
        own = {
            "topic": header.topic,
            "op": Op.PUT,  # also of a withdrawal: it is the entities that are withdrawn
            "status": header.status,
            "remarks": tuple(dict.fromkeys((*header.remarks, *remarks))),
            "body": ListBody((document,), full=header.event if header.row.full else None),
        }
        head = Candidate(message(LIST_KIND, self._common, header.code, **own), document.hash)
        return Decoded(
            tuple(self._entities.values()),
            listing=Listing(head, full=header.row.full, bytes=len(self.content), reach=self._reach),
            flag=header.flag,
            topic=header.topic,
            version=header.version,
        )

    def _said(self) -> bytes:
        """The content, and what is removed: of a removal, the canonical form lacks the very mark."""
        return b"\0".join((self.content, *(topic.encode() for topic in self._removed)))


def _document_key(header: Header) -> str:
    """Type, subcode, subtype and language: competition and code are the set's."""
    try:
        return key_text((header.row.name, header.subcode or "", header.subtype or "", header.language or ""))
    except BadKeyError as error:
        raise RefusedError(Reason.BAD_KEY, str(error), f"/{ROOT}") from error
