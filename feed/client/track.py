"""What one subscription has received: its place, what `prev` proves, and what differences are applied to.

Without a socket: payloads go in, what is told comes out. A snapshot is told as a whole when its end has come, so that
nothing of one that was cut off is ever told twice or left behind.
"""

from collections.abc import Iterator
from typing import NamedTuple

from msgspec import UNSET

from feed.client.errors import LostError, PatchError
from feed.client.events import Gap, Reset
from feed.client.patch import patched
from feed.client.wire import Head, Wire
from feed.client.wish import Pairs, Wish, is_by_topic, streamed
from schemas.control import Control, Filtered, Heartbeat, Hello, Skipped, SnapshotEnd
from schemas.registry import KINDS, KindClass

TOPICS_MAX = 200_000


class Arrival(NamedTuple):
    """A whole message, in the encoding that `wire` reads."""

    head: Head
    payload: bytes
    wire: Wire


class Track:
    """The course of one subscription over all its connections. `cursor` is where it resumes, None for nowhere yet."""

    def __init__(self, wish: Wish, topics_max: int = TOPICS_MAX) -> None:
        self.cursor = wish.get("after")
        self._reset: Reset | None = None
        self._wish = wish
        self._proves = _proves(wish)
        self._epoch = ""
        self._is_snapshot_due = bool(wish.get("snapshot"))
        self._changes = 0
        self._seq = self._since = -1  # all that matters behind `since` has come, up to `seq`
        self._state: dict[str, Arrival] | None = None  # a snapshot that is not complete
        self._last: dict[str, int] = {}  # by topic, the one that was touched longest ago first
        self._bases: dict[str, bytes] = {}
        self._topics_max = topics_max

    def query(self) -> Pairs:
        """The parameters of the next connection."""
        pairs = streamed(self._wish)
        if self.cursor is not None:
            return [*pairs, ("after", self.cursor)]
        return [*pairs, ("snapshot", "1")] if self._is_snapshot_due else pairs

    def change(self, wish: Wish) -> None:
        """Another wish is on its way to the service, which will say `filtered`."""
        self._wish = wish
        self._proves = _proves(wish)
        self._changes += 1

    def begin_anew(self, reset: Reset) -> None:
        """The place is gone: the next connection begins with the state."""
        self.cursor, self._is_snapshot_due, self._reset = None, True, reset

    def take(self, payload: bytes, wire: Wire) -> Iterator[Arrival | Control | Gap | Reset]:
        """What a frame tells: nothing if it was told before. Raises LostError where only resuming helps."""
        head = wire.head(payload)
        if head.topic is not None:
            yield from self._take_message(head.topic, Arrival(head, payload, wire))
        elif (control := wire.control(payload)) is not None:
            if isinstance(control, SnapshotEnd):
                yield from self._told_state()
            self._obey(control)
            yield control

    def _take_message(self, topic: str, arrival: Arrival) -> Iterator[Arrival | Gap]:
        head = arrival.head
        if head.seq <= self._seq:
            return
        last = self._last.get(topic)
        if self._state is None and self._is_missing(head, last):
            self._last[topic] = head.prev  # told once, also if the message has to come again
            self._bases.pop(topic, None)
            yield Gap(topic=topic, seq=head.seq, prev=head.prev, last=last)
        if head.patch is not UNSET:
            arrival = arrival._replace(payload=self._whole(topic, arrival, bytes(head.patch)))
        self._remember(topic, arrival)
        self._seq = head.seq
        if self._state is not None:
            self._state[topic] = arrival
            return
        self.cursor = f"{self._epoch}:{head.seq}"
        yield arrival

    def _is_missing(self, head: Head, last: int | None) -> bool:
        """Whether the one before on this topic should have come, and did not.

        What came before the beginning proves nothing. A reader that conflates gets all events, of the rest not all.
        """
        if not self._proves:
            return False
        kind = KINDS.get(head.type)
        if self._wish.get("conflate") and (kind is None or kind.kind_class is not KindClass.EVENT):
            return False
        return head.prev != last and (last is not None or head.prev > self._since)

    def _whole(self, topic: str, arrival: Arrival, patch: bytes) -> bytes:
        head, wire = arrival.head, arrival.wire
        base = self._bases.get(topic)
        if base is None or self._last.get(topic) != head.base:
            raise LostError(f"{topic}: {head.seq} is told by its difference from {head.base}, which is not here")
        try:
            return wire.encode(patched(wire.plain(base), wire.plain(patch)))
        except PatchError as error:
            raise LostError(f"{topic}: {head.seq}: {error.detail}") from error

    def _remember(self, topic: str, arrival: Arrival) -> None:
        """Keep what the next message of this topic is held against; of the topics that are quiet longest, nothing."""
        self._last.pop(topic, None)
        self._last[topic] = arrival.head.seq
        if self._wish.get("delta"):
            self._bases[topic] = arrival.payload
        if len(self._last) > self._topics_max:
            oldest = next(iter(self._last))
            self._since = max(self._since, self._last.pop(oldest))
            self._bases.pop(oldest, None)

    def _told_state(self) -> Iterator[Arrival | Reset]:
        if self._state is None:
            return
        if self._reset is not None:
            yield self._reset
            self._reset = None
        yield from self._state.values()

    def _obey(self, control: Control) -> None:
        match control:
            case Hello():
                self._greet(control)
            case SnapshotEnd() if self._state is not None:
                self._state = None
                self._since = control.seq
                self._move(control.seq)
            case Filtered():
                self._changes = max(self._changes - 1, 0)
                self._forget(control.seq)
                self._move(control.seq)
            case Heartbeat() | Skipped():
                self._move(control.seq)

    def _greet(self, hello: Hello) -> None:
        self._epoch = hello.epoch
        if hello.cursor is None:
            self._state = {}
            self._forget(-1)
            self._seq, self._changes = -1, 0
            return
        seq = int(hello.cursor.rpartition(":")[2])
        if self._changes or self._since < 0:
            self._forget(seq)
            self._changes = 0
        self._move(seq)

    def _move(self, seq: int) -> None:
        """Everything up to here has come; inside a snapshot no sequence is a place in the log yet."""
        if self._state is None and seq >= self._seq:
            self._seq = seq
            self.cursor = f"{self._epoch}:{seq}"

    def _forget(self, since: int) -> None:
        self._since = since
        self._last.clear()
        self._bases.clear()


def _proves(wish: Wish) -> bool:
    """Whether each message names the one before it that came: not where some of a topic are wanted and some are not."""
    return wish.get("proof", True) and is_by_topic(wish)
