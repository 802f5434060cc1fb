"""What all messages of the feed's own making have in common, and what makes them.

A deriver is pure: its state is what the stream tells it, entry by entry, so that whoever begins later, or does the same
work twice, comes to the same messages.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import msgspec
from msgspec.structs import replace

from feed.core.entry import Entry
from schemas.derived import Derived, DerivedBody
from schemas.message import Lane, Message, Op
from schemas.registry import AnyMessage
from schemas.rsc import Code, PlainCode
from schemas.topic import Topic
from schemas.wire import decode

SOURCE = "feed"
MARK = "derived"


class Deriver(Protocol):
    """Makes messages that follow from others; methods but `learn` are called for one entry after the other."""

    def learn(self, entry: Entry) -> None:
        """Take over what an entry tells, also of what was derived before; entries come in rising sequence."""

    def concerns(self, entry: Entry) -> bool:
        """Whether something may follow from an entry, told without reading its body."""

    def before(self, entry: Entry) -> frozenset[int]:
        """The sequences of earlier messages that `follows` has to see."""

    def follows(self, entry: Entry, message: AnyMessage, earlier: Mapping[int, AnyMessage]) -> list[AnyMessage]:
        """The messages that an entry causes, in order; made with `derived_envelope`, their `prev` is set later."""

    def wrote(self, messages: Iterable[AnyMessage], last: int) -> None:
        """What every deriver gave for an entry is in the stream, each with its `seq`, all up to `last`.

        It comes back by `learn` too.
        """


class Remembering(ABC):
    """The part of a deriver that takes over the feed's own messages, each once.

    When they were written, before the stream brings them back, or from the stream where somebody else has written them.
    """

    def __init__(self) -> None:
        self._learned = 0

    @abstractmethod
    def apply(self, message: AnyMessage) -> None:
        """Add what a message of the feed's own making tells."""

    def recall(self, entry: Entry) -> None:
        """Take over one that the stream brings, unless it is known already."""
        if entry.seq > self._learned:
            self.apply(decode(entry.json))
            self._learned = entry.seq

    def wrote(self, messages: Iterable[AnyMessage], last: int) -> None:
        """Take over what was written, all up to `last`."""
        for message in messages:
            self.apply(message)
        self._learned = max(self._learned, last)


def derived_envelope(like: Message, code: Code, topic: str, cause: int) -> dict[str, Any]:
    """The envelope without body; times are those of the cause: this is what was known when it came."""
    return {
        "prev": 0,
        "topic": topic,
        "op": Op.PUT,
        "competition": like.competition,
        "code": str(code),
        "unit": None,
        "version": None,
        "status": None,
        "source": SOURCE,
        "lane": Lane.LIVE,
        "ts": replace(like.ts, published=0),
        "document": None,
        "caused_by": cause,
    }


def mark_topic(competition: str) -> str:
    """Where the last mark of a competition is."""
    return str(Topic(competition, PlainCode(""), MARK))


def mark(like: Message, seq: int) -> Derived:
    """The mark that ends a batch: all that follows from messages up to `seq` is in the stream."""
    envelope = derived_envelope(like, PlainCode(""), mark_topic(like.competition), seq)
    return Derived(**envelope, body=DerivedBody(through=seq))


def cause_of(entry: Entry) -> int | None:
    """The sequence of the message that a derived one follows from; what has a Version was sent, and is not read."""
    return None if entry.index.version else _ENVELOPE.decode(entry.json).caused_by


def is_derived(entry: Entry) -> bool:
    """Whether a message is of the feed's own making."""
    return cause_of(entry) is not None


class _Envelope(msgspec.Struct):
    caused_by: int | None


_ENVELOPE = msgspec.json.Decoder(_Envelope)
