"""One stored message as every reader gets it: bytes made once, shared by all."""

import re
import sys
from typing import NamedTuple

from msgspec.structs import replace

from feed.core.cursor import write_cursor
from feed.core.events import event_head
from feed.core.frames import text_frame_head
from feed.core.index import Index, read_index
from feed.core.scope import Scope
from feed.core.traces import TRACEPARENT
from feed.errors import ContradictionError
from schemas.message import Micros, Op
from schemas.topic import KIND_TOKEN, SUBJECT_PREFIX
from schemas.wire import splice_seq

_PREV = re.compile(rb'\{"seq":[0-9]+,"type":"[a-z_]+","prev":([0-9]+)')
# The first there is: what stands before it are texts, where quotes are escaped.
_PUBLISHED = re.compile(rb'"ts":\{"event":(?:null|-?[0-9]+),"recv":[0-9]+,"published":([0-9]+)\}')
# Of a venue's message alone: those that the feed makes itself have no document.
_LIVE = re.compile(
    rb'"lane":"live","remarks":\[[^]]*\],"ts":\{"event":(-?[0-9]+),"recv":([0-9]+),"published":([0-9]+)\},"document":\{'
)
HEAD_BYTES = 4_096  # more than all that stands before it, but for a source of thousands of letters


class Lap(NamedTuple):
    """The stamps of a result that came live from a venue."""

    event: Micros
    recv: Micros
    published: Micros


class Entry:
    """A message at its sequence: `json` is the delivered text with `seq`, `frame` that text's WebSocket frame head.

    One that `is_open` was stored in a batch that goes on after it: nobody may see the one without the other. The
    `traceparent` of one that is traced names the span that it was published in.
    """

    __slots__ = ("_event_head", "frame", "index", "is_open", "json", "kind", "seq", "topic", "traceparent")

    def __init__(self, seq: int, topic: str, index: Index, json: bytes) -> None:
        self.seq = seq
        self.topic = topic
        self.kind = topic.split(".", KIND_TOKEN + 1)[KIND_TOKEN]
        self.index = index
        self.json = json
        self.frame = text_frame_head(len(json))
        self.is_open = False
        self.traceparent: str | None = None
        self._event_head: bytes | None = None

    @classmethod
    def stored(
        cls, seq: int, subject: str, headers: dict[str, str], payload: bytes, *, is_open: bool = False
    ) -> "Entry":
        """The entry of a message as the stream keeps it."""
        topic = sys.intern(subject.removeprefix(SUBJECT_PREFIX))  # it comes again with every version: kept once
        entry = cls(seq, topic, read_index(headers), splice_seq(payload, seq))
        entry.is_open = is_open
        entry.traceparent = headers.get(TRACEPARENT)
        return entry

    def within(self, scope: Scope) -> "Entry | None":
        """What it does to the state of those who see no more than a scope: None is nothing.

        A topic that leaves their venues with it is removed.
        """
        if not scope.holds(self.topic, self.index.venues):
            return None
        if scope.is_at((self.index.place,)):
            return self
        return Entry(self.seq, self.topic, replace(self.index, op=Op.REMOVED), self.json)

    def event_head(self, epoch: str) -> bytes:
        """What stands before `json` in a stream of events; made when it is first asked for, then kept."""
        if self._event_head is None:
            self._event_head = event_head(self.kind, write_cursor(epoch, self.seq))
        return self._event_head

    @property
    def prev(self) -> int:
        """The sequence of the message before it on its topic, 0 for the first one; read without decoding the rest."""
        found = _PREV.match(self.json)
        if found is None:
            raise ContradictionError(f"seq {self.seq} on {self.topic} does not begin with seq and prev")
        return int(found[1])

    @property
    def published(self) -> Micros:
        """When it was published; read without decoding the rest."""
        found = _PUBLISHED.search(self.json)
        if found is None:
            raise ContradictionError(f"seq {self.seq} on {self.topic} does not say when it was published")
        return int(found[1])

    @property
    def lap(self) -> Lap | None:
        """Its stamps, None for a long list and for the feed's own message; read without decoding the rest."""
        found = _LIVE.match(self.json, self.json.find(b'"lane":"', 0, HEAD_BYTES))
        return None if found is None else Lap(*map(int, found.groups()))

    @property
    def size(self) -> int:
        """Bytes this entry keeps in memory, near enough."""
        return len(self.json) + len(self.index.nocs) + len(self.index.athletes) + 500
