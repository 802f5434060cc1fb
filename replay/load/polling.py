"""The loop of a fleet: sockets that are ready, moments that have come, and connections waiting for their turn."""

import heapq
import itertools
import select
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from replay.tally import Spread

OPENING_MAX: Final = 200  # connections on their way at once: below any listen backlog
BUFFER_BYTES: Final = 1 << 18
_IDLE_SECONDS: Final = 0.5


class Polling:
    """One turn takes what is ready, then what is due, then begins connections.

    `view` is one buffer for all reads. `busiest` is the largest share of a core in any second, `worst_turn` in seconds.
    """

    def __init__(self) -> None:
        self.view = memoryview(bytearray(BUFFER_BYTES))
        self._poll = select.epoll()
        self._ready: dict[int, Callable[[int], None]] = {}
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._count = itertools.count()
        self._waiting: deque[Callable[[], None]] = deque()
        self._opening = 0
        self.measure()

    def measure(self) -> None:
        """Forget what was measured of the loop itself until now."""
        self.busiest = 0.0
        self.worst_turn = 0.0
        self.turns = Spread()
        self._second = time.monotonic(), time.process_time()

    def watch(self, number: int, events: int, ready: Callable[[int], None]) -> None:
        """Call `ready` with the events of a descriptor; errors and hang-ups come unasked."""
        self._poll.register(number, events)
        self._ready[number] = ready

    def change(self, number: int, events: int) -> None:
        self._poll.modify(number, events)

    def forget(self, number: int) -> None:
        """No more events of it; may be said twice."""
        if self._ready.pop(number, None):
            self._poll.unregister(number)

    def at(self, moment: float, act: Callable[[], None]) -> None:
        """Call once when a moment has come; whoever no longer wants it must tell by itself."""
        heapq.heappush(self._timers, (moment, next(self._count), act))

    def line_up(self, connect: Callable[[], None]) -> None:
        """Call as soon as few enough connections are on their way; `arrived` must follow once."""
        self._waiting.append(connect)

    def arrived(self) -> None:
        """A connection is there, or has failed."""
        self._opening -= 1

    def turn(self) -> None:
        """Wait until there is something to do, at most half a second, and do it."""
        began = time.monotonic()
        due = self._timers[0][0] - began if self._timers else _IDLE_SECONDS
        events = self._poll.poll(0 if self._has_room else min(_IDLE_SECONDS, max(0.0, due)))
        began = time.monotonic()
        ready = self._ready
        for number, event in events:
            ready[number](event)
        timers = self._timers
        while timers and timers[0][0] <= began:
            heapq.heappop(timers)[2]()
        while self._has_room:
            self._opening += 1
            self._waiting.popleft()()
        ended = time.monotonic()
        if events:
            self.turns.add(ended - began)
            self.worst_turn = max(self.worst_turn, ended - began)
        if ended - self._second[0] >= 1:
            self._look_at_the_clock(ended)

    @property
    def _has_room(self) -> bool:
        return bool(self._waiting) and self._opening < OPENING_MAX

    def _look_at_the_clock(self, now: float) -> None:
        spent = time.process_time()
        self.busiest = max(self.busiest, (spent - self._second[1]) / (now - self._second[0]))
        self._second = now, spent
