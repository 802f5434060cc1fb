"""The sessions and units of each competition: which of them somebody wants, in the order ODF gives a schedule.

Sessions by their code; units by start, Order and code, those without a start last (General Messages, DT_SCHEDULE).
"""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from operator import attrgetter
from typing import NamedTuple

from feed.core.entry import Entry
from feed.core.scheduled import SCHEDULED, Row, row_of
from schemas.message import Op
from schemas.topic import escape

HIDDEN = "UNSCHEDULED"  # a swim-off, a spare heat: it may never take place
_DAY = re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Wanted(NamedTuple):
    """What of a schedule is wanted; what names nothing is left open. `day` is its first microsecond and the next day's.

    Units that are not scheduled are wanted only where their status is named.
    """

    day: tuple[int, int] | None = None
    disciplines: frozenset[str] = frozenset()
    nocs: frozenset[str] = frozenset()
    venues: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()

    def has_unit(self, row: Row) -> bool:
        status_fits = row.status in self.statuses if self.statuses else row.status != HIDDEN
        return status_fits and self._fits(row) and (not self.nocs or not self.nocs.isdisjoint(row.nocs))

    def has_session(self, row: Row) -> bool:
        """Whether a session is wanted for its own sake: it has no NOC and no status of a unit."""
        return not self.nocs and not self.statuses and self._fits(row)

    def _fits(self, row: Row) -> bool:
        return (
            (self.day is None or (row.start is not None and self.day[0] <= row.start < self.day[1]))
            and (not self.disciplines or row.discipline in self.disciplines)
            and (not self.venues or row.venue in self.venues)
        )


class Programme:
    """The schedule of one competition; `seq` is that of the newest message that changed it, 0 while there is none."""

    def __init__(self) -> None:
        self.seq = 0
        self._rows: dict[str, dict[str, Row]] = {kind: {} for kind in SCHEDULED}

    def apply(self, entry: Entry) -> None:
        self.seq = entry.seq
        if entry.index.op is Op.PUT:
            self._rows[entry.kind][entry.topic] = row_of(entry)
        else:
            self._rows[entry.kind].pop(entry.topic, None)

    def unit(self, topic: str) -> Row | None:
        """The unit at a topic."""
        return self._rows["unit"].get(topic)

    def select(self, wanted: Wanted) -> tuple[list[Row], list[Row]]:
        """Sessions and units, each in their order; with a unit comes its session, whatever else is wanted."""
        units = [row for row in self._rows["unit"].values() if wanted.has_unit(row)]
        named = {row.session for row in units}
        sessions = [row for row in self._rows["session"].values() if row.code in named or wanted.has_session(row)]
        return sorted(sessions, key=attrgetter("place")), sorted(units, key=attrgetter("place"))


class Schedule:
    """The view of a board that holds every competition's programme."""

    def __init__(self) -> None:
        self._programmes: dict[str, Programme] = {}

    def apply(self, entry: Entry) -> None:
        if entry.kind in SCHEDULED:
            self._programmes.setdefault(entry.topic.partition(".")[0], Programme()).apply(entry)

    def of(self, competition: str) -> Programme:
        """An empty one where there is no schedule."""
        return self._programmes.get(escape(competition)) or Programme()


def day_bounds(text: str, zone: tzinfo) -> tuple[int, int]:
    """The first microsecond of a calendar day YYYY-MM-DD in a zone, and that of the next; raises ValueError."""
    if not _DAY.fullmatch(text):
        raise ValueError("it is written YYYY-MM-DD")
    day = date.fromisoformat(text)
    return _start_of(day, zone), _start_of(day + timedelta(days=1), zone)


def _start_of(day: date, zone: tzinfo) -> int:
    return (datetime(day.year, day.month, day.day, tzinfo=zone) - _EPOCH) // _MICROSECOND
