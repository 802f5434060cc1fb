"""The newest message of every topic, as far as the gate needs it, and which topics a set consists of."""

from collections.abc import Iterable

import msgspec

from feed.core.disputes import Disputes
from feed.core.entry import Entry
from feed.core.index import Index
from feed.core.vocabulary import Vocabulary
from schemas.list import LIST_KIND, ListBody
from schemas.message import Op


class Head(msgspec.Struct, frozen=True):
    """The newest message of one topic: its sequence and its index; for the head of a set also what it tells.

    `json` is its text as delivered, empty until what we published ourselves has been taken over.
    """

    seq: int
    index: Index
    list: ListBody | None = None
    json: bytes = b""


def head_of(entry: Entry) -> Head:
    """The head that a stored message is; raises msgspec.ValidationError for the head of a set we never wrote."""
    listed = _LISTED.decode(entry.json).body if entry.kind == LIST_KIND else None
    return Head(entry.seq, entry.index, listed, entry.json)


_RESULT = ".result"


class _Listed(msgspec.Struct):
    body: ListBody | None


_LISTED = msgspec.json.Decoder(_Listed)


class Heads:
    """Heads by topic. Learns from the followed stream and from our own acknowledged publishes, in any order.

    `disputes` are what is open beside the results, as far as the followed stream tells; `vocabulary` the codes known.
    """

    def __init__(self) -> None:
        self.disputes = Disputes()
        self.vocabulary = Vocabulary()
        self._heads: dict[str, Head] = {}
        self._members: dict[str, set[str]] = {}
        self._results: dict[str, set[str]] = {}

    def __len__(self) -> int:
        return len(self._heads)

    def get(self, topic: str) -> Head | None:
        return self._heads.get(topic)

    def learn(self, topic: str, head: Head) -> None:
        """Keep a head unless a newer one is known: an acknowledgement may come before or after the stream's copy."""
        if head.json:
            self.disputes.learn(topic, head.seq, head.index.op, head.json)
        known = self._heads.get(topic)
        if known is None and topic.endswith(_RESULT):
            self._results.setdefault(topic.rsplit(".", 2)[0], set()).add(topic)
        if known is None or known.seq < head.seq:
            self._heads[topic] = head
            self.vocabulary.learn(topic, head.index.op)
            if known is not None and known.index.list:
                self._members[known.index.list].discard(topic)
            if head.index.list and head.index.op is Op.PUT:
                self._members.setdefault(head.index.list, set()).add(topic)
        elif known.seq == head.seq and head.json:
            self._heads[topic] = head

    def results(self, phase: str) -> Iterable[str]:
        """The topics of the results of a phase, told by their first five tokens."""
        return self._results.get(phase, ())

    def members(self, list_topic: str) -> set[str]:
        """The topics of the living entities that were last written by this set's documents."""
        return self._members.get(list_topic, set())
