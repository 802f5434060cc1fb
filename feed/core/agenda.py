"""The units that somebody is in: when and where they are, who is on which side, and how it ended for them.

What is not decided is said to be so; no time and no pair is guessed.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

import msgspec

from feed.core.entry import Entry
from feed.core.involvement import Cast
from feed.core.progression import possible
from feed.core.schedule import HIDDEN, Programme
from feed.core.schedule_changes import TIMELESS
from feed.core.scheduled import Row
from feed.core.sides import Side
from schemas.message import Micros
from schemas.rsc import parse_code
from schemas.topic import Topic

ENDED = frozenset({"FINISHED", "CANCELLED"})
HEAD_TO_HEAD = 2


class Timing(StrEnum):
    """What the `start` of a unit is: what happened, a plan, a guess of the schedule for its order, or nothing.

    `delayed` is a plan that is known not to hold.
    """

    ACTUAL = "actual"
    PLANNED = "planned"
    ESTIMATED = "estimated"
    DELAYED = "delayed"
    OPEN = "open"


class Place(StrEnum):
    """Whether a document says who is on a side."""

    DECIDED = "decided"
    TO_BE_DECIDED = "to_be_decided"
    NOBODY = "nobody"


class Named(msgspec.Struct, frozen=True):
    """A competitor."""

    id: str
    kind: str | None
    noc: str | None
    name: str | None


class From(msgspec.Struct, frozen=True):
    """Where a competitor comes from: the winner (W) or the loser (L) of a unit or phase, or what `value` names."""

    unit: str | None
    wlt: str | None
    value: str | None


class SideRow(msgspec.Struct, frozen=True):
    """One side; while it is not decided `possible` are those who may come, as far as start lists and brackets tell."""

    place: Place
    competitor: Named | None
    origin: From | None
    possible: tuple[Named, ...]


class ResultRow(msgspec.Struct, frozen=True):
    """What one result says of a competitor, as it was sent; `status` and `call` are of the whole result."""

    topic: str
    seq: int
    status: str | None
    call: str | None
    competitor: str
    rank: str | None
    rank_equal: bool
    result: str | None
    result_type: str | None
    diff: str | None
    irm: str | None
    wlt: str | None
    qualification_mark: str | None


class UnitRow(msgspec.Struct, frozen=True):
    """One unit; `scheduled` has topic, seq and version of its message, then the fields of its body, null if none came.

    `start` in microseconds UTC is what `timing` says; `decided` is false while nobody has said that they take part.
    `competitors` are those that were asked for, `sides` all of a head-to-head unit.
    """

    unit: str
    status: str | None
    start: Micros | None
    timing: Timing
    decided: bool
    competitors: tuple[Named, ...]
    sides: tuple[SideRow, ...]
    results: tuple[ResultRow, ...]
    scheduled: msgspec.Raw | None


class Agenda(NamedTuple):
    """The schedule of a competition and everybody who takes part in it."""

    competition: str
    programme: Programme
    cast: Cast

    def scheduled(self, unit: str) -> Row | None:
        return self.programme.unit(str(Topic(self.competition, parse_code(unit), "unit")))

    def is_over(self, unit: str) -> bool:
        """Whether nothing more is played in it; by its newest result where the schedule says nothing of it."""
        row = self.scheduled(unit)
        return self.cast.is_over(unit) if row is None or row.status is None else row.status in ENDED

    def may_be_shown(self, unit: str) -> bool:
        """A unit that is not scheduled may never take place."""
        row = self.scheduled(unit)
        return row is None or row.status != HIDDEN

    def start(self, unit: str) -> Micros | None:
        """The start in its place of the schedule, whatever it is worth."""
        row = self.scheduled(unit)
        return row.start if row else None

    def in_order(self, units: Iterable[str]) -> list[str]:
        """As the schedule has them: by start, Order and code, those without a start last."""
        return sorted(units, key=self._place)

    def row(self, unit: str, competitors: Mapping[str, tuple[Side, ...]], *, decided: bool = True) -> UnitRow:
        """What is shown of a unit; `competitors` are the sides that were asked for, by unit."""
        row, sides = self.scheduled(unit), self.cast.sides(unit)
        asked = tuple(side for side in competitors.get(unit, ()) if side.id) if decided else ()
        start, timing = _timing(row)
        return UnitRow(
            unit=unit,
            status=row.status if row else None,
            start=start,
            timing=timing,
            decided=decided,
            competitors=tuple(map(_named, asked)),
            sides=tuple(self._side(unit, side) for side in sides) if len(sides) <= HEAD_TO_HEAD else (),
            results=tuple(_results(self.cast.results(unit), frozenset(side.id for side in asked))),
            scheduled=msgspec.Raw(row.json) if row else None,
        )

    def _side(self, unit: str, side: Side) -> SideRow:
        place = Place.DECIDED if side.id else Place.NOBODY if side.is_empty else Place.TO_BE_DECIDED
        return SideRow(
            place=place,
            competitor=_named(side) if side.id else None,
            origin=From(*side.origin) if side.origin else None,
            possible=tuple(map(_named, possible(self.cast, unit, side))) if place is Place.TO_BE_DECIDED else (),
        )

    def _place(self, unit: str) -> tuple[int | str, ...]:
        row = self.scheduled(unit)
        return row.place if row else (2, 0, "", unit)


class _Times(msgspec.Struct):
    started: Micros | None = None
    start_hidden: bool = False


class _Competitor(msgspec.Struct):
    id: str
    rank: str | None = None
    rank_equal: bool = False
    result: str | None = None
    result_type: str | None = None
    diff: str | None = None
    irm: str | None = None
    wlt: str | None = None
    qualification_mark: str | None = None


class _Body(msgspec.Struct):
    call: str | None = None
    competitors: tuple[_Competitor, ...] = ()


class _Result(msgspec.Struct):
    status: str | None
    body: _Body | None


_TIMES, _RESULT = msgspec.json.Decoder(_Times), msgspec.json.Decoder(_Result)


def _timing(row: Row | None) -> tuple[Micros | None, Timing]:
    times = _TIMES.decode(row.json) if row else _Times()
    if times.started is not None:
        return times.started, Timing.ACTUAL
    if row is None or row.start is None or row.status in TIMELESS:
        return None, Timing.OPEN
    if row.status == "DELAYED":
        return row.start, Timing.DELAYED
    return row.start, Timing.ESTIMATED if times.start_hidden else Timing.PLANNED


def _named(side: Side) -> Named:
    return Named(side.id or "", side.kind, side.noc, side.name)


def _results(entries: Iterable[Entry], ids: frozenset[str | None]) -> Iterable[ResultRow]:
    for entry in entries:
        message = _RESULT.decode(entry.json)
        body = message.body or _Body()
        for each in body.competitors:
            if each.id in ids:
                said = {name: getattr(each, name) for name in _Competitor.__struct_fields__ if name != "id"}
                yield ResultRow(entry.topic, entry.seq, message.status, body.call, each.id, **said)
