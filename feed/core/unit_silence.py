"""When a unit that is being played has been silent for too long, whoever sends it, and when it is heard again.

What is expected is set by discipline; without a setting nothing is. It is told as of a system without a name, by a
message of kind `source` under the unit's own code, and only of units that fell silent once. Times are microseconds UTC.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from feed.core.derived import is_derived
from feed.core.entry import Entry
from feed.core.silence import Change, Heard, stated
from feed.core.sources import SourceRow, is_of_unit, names_unit
from feed.core.statuses import FINISHED
from schemas.message import Op
from schemas.source import Source, State
from schemas.topic import parse_topic, place_of

_RUNNING, _LIVE = "RUNNING", "LIVE"
_COMPETITION = "3"  # PhaseType: trainings, ceremonies and press conferences have no results to wait for
# The schedule may be slower than the results: play has begun where these still stand and a result is LIVE.
_NOT_YET = frozenset({None, "UNSCHEDULED", "SCHEDULED", "GETTING_READY", "RESCHEDULED", "DELAYED"})
_AT_REST = FINISHED | {"INTERMEDIATE"}  # over, or at a planned break (Foundation Principles 2.6)
_WITH_SUBUNIT, _PARENT = 8, "00"  # a token of a unit: a match of several races is heard in each of them

Limits = Mapping[str, int]  # by discipline


class Play(NamedTuple):
    """What was heard last of a unit that is being played."""

    place: str
    newest: Entry


class _Contest:
    """What is known of one unit; `newest` is the last message of it that a venue sent."""

    __slots__ = ("is_contest", "newest", "result", "scheduled")

    def __init__(self) -> None:
        self.scheduled: str | None = None
        self.result: str | None = None
        self.is_contest = False
        self.newest: Entry | None = None

    @property
    def is_played(self) -> bool:
        """By the schedule, unless the results are at rest; or by a result that is ahead of the schedule."""
        if self.scheduled == _RUNNING:
            return self.is_contest and self.result not in _AT_REST
        return self.scheduled in _NOT_YET and self.result == _LIVE


class _Planned(msgspec.Struct):
    status: str | None = None
    phase_type: str | None = None


class _Message(msgspec.Struct):
    body: _Planned | None


class Contests:
    """The view of a board that knows which units are being played."""

    def __init__(self) -> None:
        self._contests: dict[str, _Contest] = {}
        self._played: dict[str, Entry] = {}

    def apply(self, entry: Entry) -> None:
        if not names_unit(entry.topic) or entry.kind == "source" or is_derived(entry):
            return
        place = place_of(entry.topic)
        unit = self._contests.setdefault(place, _Contest())
        is_there = entry.index.op is Op.PUT
        if entry.kind == "unit":
            planned = (_MESSAGE.decode(entry.json).body if is_there else None) or _Planned()
            unit.scheduled = planned.status
            unit.is_contest = unit.is_contest or planned.phase_type == _COMPETITION
        elif entry.kind == "result":
            unit.result = entry.index.status if is_there else None
            unit.is_contest = True
        self._hear(place, entry)
        if len(place.rpartition(".")[2]) == _WITH_SUBUNIT and not place.endswith(_PARENT):
            self._hear(place[: -len(_PARENT)] + _PARENT, entry)

    def played(self) -> Iterable[Play]:
        """Those that are being played now."""
        return (Play(place, entry) for place, entry in self._played.items())

    def newest(self, place: str) -> Entry | None:
        """The last message that a venue sent of a unit."""
        unit = self._contests.get(place)
        return unit.newest if unit else None

    def _hear(self, place: str, entry: Entry) -> None:
        unit = self._contests.get(place)
        if unit is None:
            return
        unit.newest = entry
        if unit.is_played:
            self._played[place] = entry
        else:
            self._played.pop(place, None)


class Ear:
    """When each unit that is being played was heard last, by the clock of whoever watches."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._heard: dict[str, tuple[int, int]] = {}  # sequence, and when we saw it

    def changes(self, contests: Contests, rows: Iterable[SourceRow], since: int, now: int) -> Iterator[Change]:
        """What is not told yet at this moment; `rows` are the systems', `since` when we began to listen."""
        told = {place_of(row.topic): row for row in rows if is_of_unit(row.topic)}
        played = {play.place: play.newest for play in contests.played()}
        self._heard = {place: self._when(place, entry, now) for place, entry in played.items()}
        for place, entry in played.items():
            limit, row = self._limits.get(place.split(".", 2)[1]), told.get(place)
            is_silent = limit is not None and now - max(since, self._heard[place][1]) >= limit
            state = row.state if row else None
            if is_silent and state is not State.STALE:
                yield _change(place, State.STALE, entry)
            elif row is not None and state is not State.ON and not is_silent and _is_news(entry, row):
                yield _change(place, State.ON, entry)
        for place, row in told.items():
            newest = contests.newest(place)
            if place not in played and row.state is not State.OFF and newest is not None:
                yield _change(place, State.OFF, newest)

    def _when(self, place: str, entry: Entry, now: int) -> tuple[int, int]:
        known = self._heard.get(place)
        return known if known is not None and known[0] == entry.seq else (entry.seq, now)


def unit_stated(change: Change, now: int) -> Source:
    """The message that tells a change of a unit; its `source` is who was heard of it last."""
    message = stated(change, now)
    return replace(message, unit=message.code, source=change.heard.source if change.heard else "")


def _is_news(entry: Entry, row: SourceRow) -> bool:
    """Whether it came after what is told; what was on its way meanwhile is told by its receipt."""
    return entry.seq > row.seq or entry.index.recv > (row.since or 0)


def _change(place: str, state: State, newest: Entry) -> Change:
    index = newest.index
    source = _SENT.decode(newest.json).source
    heard = Heard(parse_topic(newest.topic).competition, source, index.event, index.recv, newest.seq)
    return Change(f"{place}.source", state, index.recv, heard)


class _Sent(msgspec.Struct):
    source: str


_MESSAGE = msgspec.json.Decoder(_Message)
_SENT = msgspec.json.Decoder(_Sent)
