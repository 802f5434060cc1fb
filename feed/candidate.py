"""What a decoder is given and what it hands to the gate. Floor 0: both know it, not each other."""

from collections.abc import Callable
from datetime import tzinfo
from typing import cast

import msgspec

from feed.refusals import Refusal
from schemas.list import ListBody, ListedDocument
from schemas.message import BodyRef
from schemas.registry import AnyMessage
from schemas.topic import begins_with


class Receipt(msgspec.Struct, frozen=True):
    """What is known of bytes before they are read.

    `recv` is microseconds UTC; `source` the sender's name if the transport told it; `zone_of` gives a competition's
    time zone for header times that carry none, or None when it is not set.
    """

    recv: int
    source: str | None
    zone_of: Callable[[str], tzinfo | None]


class Attachment(msgspec.Struct, frozen=True):
    """A picture, a report, a sound: bytes that a body only refers to."""

    ref: BodyRef
    content: bytes


class Candidate(msgspec.Struct, frozen=True, gc=False):
    """A message that asks for admission: `prev` and `ts.published` are 0, `hash` is of its content as received.

    An entity of a set also tells its `list` (the topic of the set's head) and the `key` of its document. What is
    `attached` has to be stored before the message is. `venue` is where it is known to be although its message does not
    say so, `about` the organisations and athletes that its message mentions, where somebody has looked; as index
    headers have them.
    """

    message: AnyMessage
    hash: str
    list: str = ""
    key: str = ""
    attached: tuple[Attachment, ...] = ()
    venue: str | None = None
    about: tuple[str, str] | None = None


class Listing(msgspec.Struct, frozen=True):
    """A document as part of a set: its candidates are entities, and the set's head is written after them.

    `head` is of kind `list` and names this document alone; `full` tells a whole list (what it leaves out is removed)
    from an update. A document of op `withdrawn` takes the whole list back; the head itself is always put. A list with a
    `reach` is about those entities alone whose key parts begin with it: one period of a match, one language. Its
    content has so many `bytes`: whoever sends many waits longer for an answer.
    """

    head: Candidate
    full: bool
    bytes: int = 0
    reach: tuple[str, ...] | None = None

    @property
    def topic(self) -> str:
        """The topic of the set's head."""
        return self.head.message.topic

    def reaches(self, topic: str) -> bool:
        """Whether the list is about this entity of its set."""
        return self.reach is None or begins_with(topic, self.reach)

    @property
    def body(self) -> ListBody:
        """What the head tells of this document alone."""
        return cast("ListBody", self.head.message.body)

    @property
    def document(self) -> ListedDocument:
        """The document as its set will name it."""
        return self.body.documents[0]


class Sender(msgspec.Struct, frozen=True):
    """Which system made a document, for which competition and when: `event` in microseconds UTC."""

    competition: str
    source: str
    event: int


class Decoded(msgspec.Struct, frozen=True):
    """The outcome of one document: its messages, or the one refusal that refuses all of it.

    With a `listing` the candidates are entities, each topic once. No candidates and no refusal: a document that is
    archived and counted only; it has a `sign` then, which is all that it says. `flag`, `topic` and `version` are what
    could be read of them, also of a refused document.
    """

    candidates: tuple[Candidate, ...] = ()
    refusal: Refusal | None = None
    flag: str | None = None
    topic: str | None = None
    version: int | None = None
    listing: Listing | None = None
    sign: Sender | None = None

    @property
    def sender(self) -> Sender | None:
        """Who sent it; nobody where the document is refused."""
        if self.refusal is not None:
            return None
        if self.listing is None and not self.candidates:
            return self.sign
        message = self.listing.head.message if self.listing else self.candidates[0].message
        return Sender(message.competition, message.source, message.ts.event)


Decode = Callable[[bytes, Receipt], Decoded]
