"""How long results take from the venue to the readers' sockets, hop by hop, by competition and discipline.

Measured once for each message at each node, never for each reader, from the stamps that the message carries: between
machines a hop is as right as their clocks. Only what comes live counts: not what is read back at the start, nor long
lists (lane `bulk`) and the heads of sets, nor the feed's own messages.
"""

from collections import deque
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Final, NamedTuple

from feed.core.entry import Entry
from feed.core.tally import OTHER
from feed.core.windows import Part, Row, Window, Windows
from schemas.message import Micros

PLACES_MAX: Final = 200
PENDING_MAX: Final = 100_000  # messages that wait for the pump; where it runs, more never do


class Hop(StrEnum):
    """`venue` ends where `total` begins: venues' clocks lie. The four between follow each other and add up to `total`.

    `venue`: from the venue's clock to the last byte of the document here. `admit`: until it is sent to the stream.
    `store`: until it is stored and this node has taken it over. `wait`: until the first socket is about to be written
    to. `write`: until it is written to the last reader who wants it and has room.
    """

    VENUE = "venue"
    ADMIT = "admit"
    STORE = "store"
    WAIT = "wait"
    WRITE = "write"
    TOTAL = "total"


HOPS: Final = tuple(Hop)  # the row of a place
_WAIT: Final = HOPS.index(Hop.WAIT)


class Place(NamedTuple):
    """Where a message is from, as its topic has it; OTHER and OTHER for what comes after the first PLACES_MAX."""

    competition: str
    discipline: str


_HEAD: Final = "list"  # of a set: it comes when all the others of its list are stored
_ELSEWHERE: Final = Place(OTHER, OTHER)


class Hops:
    """What one node has measured of one flag, since `since` (microseconds UTC)."""

    def __init__(self, clock: Callable[[], Micros]) -> None:
        self.since = clock()
        self._clock = clock
        self._windows: Windows[Place] = Windows(len(HOPS))
        self._places: dict[tuple[str, str], Place] = {}
        # Entry, place, receipt, taken over: those that wait for the round that writes them.
        self._pending: deque[tuple[Entry, Place, Micros, Micros]] = deque(maxlen=PENDING_MAX)

    def take(self, entry: Entry) -> None:
        """Measure a message that is taken over at this moment."""
        lap = entry.lap
        if lap is None or entry.kind == _HEAD:
            return
        event, recv, published = lap
        now = self._clock()
        place = self._place(entry.topic)
        self._windows.record(place, 0, (recv - event, published - recv, now - published), now)
        self._pending.append((entry, place, recv, now))

    def written(self, front: int, batches: Iterable[Iterable[Entry]], began: Micros) -> None:
        """Measure what was written in one round that reached `front`; what nobody wanted has no further hops."""
        if not self._pending:
            return
        now = self._clock()
        entries = set[Entry]().union(*batches)
        while self._pending and self._pending[0][0].seq <= front:
            entry, place, recv, taken = self._pending.popleft()
            if entry in entries:
                self._windows.record(place, _WAIT, (began - taken, now - began, now - recv), now)

    def of(self, window: Window) -> Part[Place]:
        """Microseconds: for each place the histograms of HOPS."""
        return self._windows.of(window, self._clock())

    def whole(self) -> Row:
        """All that was measured since the start, of all places."""
        return self._windows.all()

    def _place(self, topic: str) -> Place:
        competition, discipline, _ = topic.split(".", 2)
        place = self._places.get((competition, discipline))
        if place is None:
            if len(self._places) == PLACES_MAX:
                return _ELSEWHERE
            place = self._places[competition, discipline] = Place(competition, discipline)
        return place
