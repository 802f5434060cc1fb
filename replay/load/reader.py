"""What every subscriber has, whether it is pushed or pulls: its place in the stream, and what it writes down."""

import json
import zlib
from abc import ABC, abstractmethod
from collections import Counter
from typing import Final

from replay.load.asking import Answer, Door
from replay.load.journal import JournalWriter, OpenStretch
from replay.load.received import BROKEN
from replay.load.subscription import Subscription

PROTOCOL_ERROR: Final = 1002
ENDED_BY_US: Final = 0
_FRONT: Final = b'{"seq":'
_FRONT_BYTES: Final = len(_FRONT)
_SEQ_END: Final = 1 << 63


class Counts:
    """What the readers of one fleet count together. `closed` counts ended stretches by code."""

    __slots__ = ("closed", "connected", "received", "reconnects")

    def __init__(self) -> None:
        self.received = 0
        self.connected = 0  # now, and has been greeted
        self.reconnects = 0
        self.closed: Counter[int] = Counter()


class Reader(ABC):
    """One subscriber without its socket: bytes in, bytes to write out, and what is recorded.

    `place` is EPOCH and SEQ to resume behind: None before the first greeting and until a snapshot is whole. `refusal`
    is why it need not come back, `trouble` why its last connection ended if that was not our wish. `is_over` tells that
    its connection is to be closed. `wish` is its part of a query.
    """

    __slots__ = (
        "_counts",
        "_door",
        "_journal",
        "_reason",
        "_stretch",
        "greetings",
        "is_greeted",
        "is_over",
        "place",
        "refusal",
        "stretches",
        "subscription",
        "trouble",
        "wish",
    )

    def __init__(self, subscription: Subscription, door: Door, journal: JournalWriter, counts: Counts) -> None:
        self.subscription = subscription
        self.place: tuple[str, int] | None = None
        self.refusal = ""
        self.is_over = False
        self.is_greeted = False  # on the present connection
        self.greetings = 0
        self.stretches = 0
        self.trouble = ""
        self.wish = [("filter", text) for text in subscription.filters] + [
            ("type", kind) for kind in subscription.kinds
        ]
        self._counts = counts
        self._door = door
        self._journal = journal
        self._reason: tuple[int, str] | None = None  # code and reason that the service told, or that we chose
        self._stretch: OpenStretch | None = None

    @property
    def reached(self) -> int:
        """The sequence up to which it has all that it wants."""
        return self.place[1] if self.place else -1

    @abstractmethod
    def begin(self, now: float) -> bytes:
        """A connection is there: what to say first."""

    @abstractmethod
    def take(self, view: memoryview, now: float) -> bytes:
        """Bytes that a read brought at `now`: what to answer. The view may be overwritten afterwards."""

    def leave(self) -> bytes:
        """We want to go: what to say; whatever code the service answers with, it was our wish."""
        self._reason = ENDED_BY_US, "left"
        return b""

    def end(self, now: float, code: int = BROKEN, reason: str = "") -> None:
        """The connection is gone; what the service told itself counts before what is named here."""
        stretch, self._stretch = self._stretch, None
        if self.is_greeted:
            self._counts.connected -= 1
        self.is_greeted = self.is_over = False
        code, reason = self._reason or (code, reason)
        self._reason = None
        self.trouble = f"{code} {reason}" if code != ENDED_BY_US else ""
        if stretch is not None:
            stretch.close(now, code, reason)
            self._counts.closed[code] += 1

    def _open(self, now: float, *, in_snapshot: bool = False) -> OpenStretch:
        after = self.place[1] if self.place else None
        if self.stretches:
            self._counts.reconnects += 1
        self.stretches += 1
        self._stretch = self._journal.open(self.subscription.number, now, after, in_snapshot=in_snapshot)
        return self._stretch

    def _greet(self) -> None:
        self.is_greeted = True
        self.greetings += 1
        self._counts.connected += 1

    def _message(self, stretch: OpenStretch, text: bytes, now: float) -> int:
        """Write a message down; its sequence, 0 for what is none."""
        if text.startswith(_FRONT):
            try:
                seq = int(text[_FRONT_BYTES : text.index(b",", _FRONT_BYTES)])
            except ValueError:
                seq = 0
            if 0 < seq < _SEQ_END:
                stretch.message(seq, now, zlib.crc32(text))
                self._counts.received += 1
                return seq
        stretch.unreadable += 1
        return 0

    def _move(self, epoch: str, seq: int) -> None:
        """Resume behind this from now on; never behind less of the same stream."""
        if self.place is None or self.place[0] != epoch or self.place[1] < seq:
            self.place = epoch, seq

    def _stop(self, code: int, reason: str, *, for_good: bool = False) -> None:
        self._reason = self._reason or (code, reason)
        self.is_over = True
        if for_good:
            self.refusal = f"{code} {reason}"


def told(answer: Answer) -> str:
    """The service's own words about an error."""
    try:
        error = json.loads(answer.body)["error"]
        return f"{error['name']}: {error['detail']}"
    except (ValueError, KeyError, TypeError):
        return answer.body[:200].decode(errors="replace")
