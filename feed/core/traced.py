"""Messages that are traced, on their way to the readers of one node."""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from feed.core.entry import Entry
from schemas.message import Micros

PENDING_MAX: Final = 1_000  # messages that wait for the pump; where it runs, more never do


class Delivery(NamedTuple):
    """A traced message that was taken over, and written to readers from `began` to `ended`; microseconds UTC."""

    entry: Entry
    traceparent: str
    taken: Micros
    began: Micros
    ended: Micros


class Traced:
    """The traced messages of one flag between the board of this node and its readers; `tell` is told of each.

    One that nobody here wanted is not told.
    """

    def __init__(self, clock: Callable[[], Micros], tell: Callable[[Delivery], None]) -> None:
        self._clock = clock
        self._tell = tell
        self._pending: deque[tuple[Entry, str, Micros]] = deque(maxlen=PENDING_MAX)

    def take(self, entry: Entry) -> None:
        """Remember a message that is taken over at this moment, if it is traced."""
        if entry.traceparent is not None:
            self._pending.append((entry, entry.traceparent, self._clock()))

    def written(self, front: int, batches: Iterable[Iterable[Entry]], began: Micros) -> None:
        """Tell of what was written in one round that reached `front`."""
        if not self._pending or self._pending[0][0].seq > front:
            return
        now = self._clock()
        entries = set[Entry]().union(*batches)
        while self._pending and self._pending[0][0].seq <= front:
            entry, traceparent, taken = self._pending.popleft()
            if entry in entries:
                self._tell(Delivery(entry, traceparent, taken, began, now))
