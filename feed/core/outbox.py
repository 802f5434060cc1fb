"""What of the log a customer of ODF still has to get, and which document is sent next; no clock, no socket.

Documents of one key go one behind the other; those of different keys side by side. One that failed is sent again after
a wait that grows, and its key alone waits. Where too many keys fail it is the customer that is away: only they are
tried then. `through` never passes a document that was not answered.
"""

from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Final, NamedTuple

FIRST_WAIT: Final = 0.5  # seconds
LONGEST_WAIT: Final = 15.0
FAILING_MAX: Final = 16  # keys that fail at a time before the customer as a whole waits
WAITING_MAX: Final = 5_000  # documents that are known by their sequences and not answered


class Due(NamedTuple):
    """A document that is to be sent now: its sequence, its key, and which attempt this is, from 1 on."""

    seq: int
    topic: str
    attempt: int


class _Lane:
    """The documents of one key, oldest first; the first of them is the one that is sent."""

    __slots__ = ("failures", "seqs")

    def __init__(self) -> None:
        self.seqs: deque[int] = deque()
        self.failures = 0


class Outbox:
    """One customer's. Times are seconds of any clock that only rises; `chance` gives numbers from 0 to 1."""

    def __init__(self, through: int, in_flight: int, chance: Callable[[], float]) -> None:
        self.scanned = through
        self.failing = 0  # keys whose oldest document was not taken
        self._in_flight = in_flight
        self._chance = chance
        self._lanes: dict[str, _Lane] = {}
        self._order: deque[int] = deque()  # every sequence that is waiting, and answered ones behind a waiting one
        self._answered: set[int] = set()
        self._sent: dict[str, bool] = {}  # keys on their way, and whether that is not for the first time
        self._fresh: list[tuple[int, str]] = []
        self._again: list[tuple[int, str]] = []
        self._asleep: list[tuple[float, int, str]] = []

    @property
    def through(self) -> int:
        """The newest sequence up to which nothing is left to send."""
        return self._order[0] - 1 if self._order else self.scanned

    @property
    def waiting(self) -> int:
        """Documents that are not answered."""
        return len(self._order) - len(self._answered)

    @property
    def oldest(self) -> int | None:
        """The sequence of the oldest of them."""
        return self._order[0] if self._order else None

    @property
    def has_room(self) -> bool:
        """Whether more may be offered."""
        return len(self._order) < WAITING_MAX

    def offer(self, seq: int, topic: str) -> None:
        """A document is to be sent; sequences rise."""
        lane = self._lanes.get(topic)
        if lane is None:
            lane = self._lanes[topic] = _Lane()
            heappush(self._fresh, (seq, topic))
        lane.seqs.append(seq)
        self._order.append(seq)
        self.scanned = seq

    def pass_by(self, seq: int) -> None:
        """Everything up to a sequence has been offered, or is not for this customer."""
        self.scanned = seq

    def take(self, now: float) -> Due | None:
        """The document to send now, which is on its way from here on; None when none may be sent."""
        while self._asleep and self._asleep[0][0] <= now:
            _, seq, topic = heappop(self._asleep)
            heappush(self._again if self._lanes[topic].failures else self._fresh, (seq, topic))
        if len(self._sent) >= self._in_flight:
            return None
        heap = self._next_heap()
        if heap is None:
            return None
        seq, topic = heappop(heap)
        self._sent[topic] = heap is self._again
        return Due(seq, topic, self._lanes[topic].failures + 1)

    def next_at(self) -> float | None:
        """When a key that waits is due; None when none does."""
        return self._asleep[0][0] if self._asleep else None

    def answered(self, topic: str) -> None:
        """The document of a key that is on its way needs not be sent any more."""
        del self._sent[topic]
        lane = self._lanes[topic]
        self._answered.add(lane.seqs.popleft())
        while self._order and self._order[0] in self._answered:
            self._answered.discard(self._order.popleft())
        self.failing -= lane.failures > 0
        lane.failures = 0
        if lane.seqs:
            heappush(self._fresh, (lane.seqs[0], topic))
        else:
            del self._lanes[topic]

    def failed(self, topic: str, now: float) -> float:
        """The document of a key was not taken: seconds until it is sent again."""
        lane = self._lanes[topic]
        self.failing += not lane.failures
        lane.failures += 1
        longest = min(FIRST_WAIT * (1 << min(lane.failures - 1, 30)), LONGEST_WAIT)
        wait = longest * (1 + self._chance()) / 2
        self.put_off(topic, now + wait)
        return wait

    def put_off(self, topic: str, until: float) -> None:
        """The document of a key is left alone for a time, through no fault of the customer."""
        del self._sent[topic]
        heappush(self._asleep, (until, self._lanes[topic].seqs[0], topic))

    def _next_heap(self) -> list[tuple[int, str]] | None:
        """What failed before takes no more than half of the places, the oldest goes first otherwise."""
        may_again = self._again and sum(self._sent.values()) < max(1, self._in_flight // 2)
        may_fresh = self._fresh and self.failing < FAILING_MAX
        if may_again and may_fresh:
            return min(self._again, self._fresh)
        return self._again if may_again else self._fresh if may_fresh else None
