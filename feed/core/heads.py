"""The newest message of every topic, as far as the gate needs it."""

import msgspec

from feed.core.index import Index


class Head(msgspec.Struct, frozen=True):
    """The newest message of one topic: its sequence and its index."""

    seq: int
    index: Index


class Heads:
    """Heads by topic. Learns from the followed stream and from our own acknowledged publishes, in any order."""

    def __init__(self) -> None:
        self._heads: dict[str, Head] = {}

    def __len__(self) -> int:
        return len(self._heads)

    def get(self, topic: str) -> Head | None:
        return self._heads.get(topic)

    def learn(self, topic: str, head: Head) -> None:
        """Keep a head unless a newer one is known: an acknowledgement may come before or after the stream's copy."""
        known = self._heads.get(topic)
        if known is None or known.seq < head.seq:
            self._heads[topic] = head
