"""When and where every unit is held: each on the first place of its discipline that is free, phase behind phase."""

import heapq
from collections import defaultdict
from collections.abc import Iterable

from replay.simulate.catalogue import Scale
from replay.simulate.draws import Draws
from replay.simulate.fortnight import BESIDE_NOON, COURSES, DAYS, FIELDS, NOON, OPENING, USUAL
from replay.simulate.legs import is_of_legs
from replay.simulate.model import Event, Unit
from replay.simulate.moments import DAY, HOUR, MINUTE
from replay.simulate.sports import tie
from replay.simulate.staging import TREES

_OPENS, _CLOSES = 8 * HOUR, 22 * HOUR
_SHORT = 30  # minutes; who plays longer plays once a day
_CHANGE = 5 * MINUTE
_REST_OVERNIGHT, _REST_SHORT, _REST_BETWEEN = 13 * HOUR, 50 * MINUTE, 3 * HOUR
_FEW_ROUNDS = 5  # of a pool; where there are more, two are played a day
_APART, _CLOSE = 50 * MINUTE, 15 * MINUTE  # between beginnings: over all of the day, or in its morning
_MOVED_ODDS = 0.004
_MOVED_BY = 90 * MINUTE


def arrange(events: list[Event], scale: Scale, seed: int) -> None:
    """Give every unit its times, its place and its session."""
    queue: list[tuple[int, int, int]] = [
        (_first_start(number, event, events, scale), event.number, 0) for number, event in enumerate(events)
    ]
    heapq.heapify(queue)
    by_number = {event.number: event for event in events}
    places: dict[str, list[int]] = {}
    crowd = Crowd(scale)
    for event in events:
        free = places.setdefault(event.discipline, [])
        free += [0] * (event.format.fields - len(free))
    while queue:
        ready, number, phase = heapq.heappop(queue)
        event = by_number[number]
        of_rounds, of_phases = _pace(event, scale)
        end = _held(event.phases[phase], event, ready, of_rounds, places[event.discipline], crowd)
        if phase + 1 < len(event.phases):
            heapq.heappush(queue, (end + _rest(event, of_phases), number, phase + 1))
    units = [(event, unit) for event in events for unit in event.units]
    for event, unit in units:
        draws = Draws(seed, "moved", unit.code)
        is_moved = draws.chance(_MOVED_ODDS) or (event is events[0] and unit is event.units[0])
        unit.planned = unit.start - _MOVED_BY if is_moved else unit.start
    _number_sessions(units)
    for _, unit in units:
        tie.time_parts(unit)


def _first_start(number: int, event: Event, events: list[Event], scale: Scale) -> int:
    """Events of a discipline are spread over its days, which are at the same part of shorter Games."""
    same = [each.number for each in events if each.discipline == event.discipline]
    course = COURSES.get(event.discipline, USUAL)
    first, last = (round(day * (scale.days - 1) / (DAYS - 1)) for day in (course.first, course.last))
    day = first + (last - first) * same.index(number) // max(1, len(same) - 1)
    step = _APART if scale.days >= DAYS else _CLOSE
    return scale.first + day * DAY + _OPENS + (number % 12) * step


def _pace(event: Event, scale: Scale) -> tuple[int, int]:
    """The rest overnight of who plays once a day or not even that: between rounds of a pool, between phases."""
    course = COURSES.get(event.discipline, USUAL) if scale.days >= DAYS else USUAL
    return _REST_OVERNIGHT + (course.rounds - 1) * DAY, _REST_OVERNIGHT + (course.phases - 1) * DAY


def _rest(event: Event, overnight: int) -> int:
    if event.format.kind in TREES:
        return overnight if event.format.minutes > _SHORT else _REST_SHORT
    return _REST_SHORT if is_of_legs(event) else _REST_BETWEEN


class Crowd:
    """How many fields of play are in use at each minute; no more than the day takes."""

    def __init__(self, scale: Scale) -> None:
        self._first = scale.first
        self._is_long = scale.days >= DAYS
        self._used: dict[int, int] = {}

    def start(self, at: int, length: int, discipline: str) -> int:
        """The first moment from `at` at which there is room for so long."""
        opens = COURSES.get(discipline, USUAL).hour * HOUR if self._is_long else _OPENS
        at = _open_at(at, length, opens)
        while (full := self._full(at, length)) is not None:
            at = _open_at((full + 1) * MINUTE, length, opens)
        return at

    def take(self, at: int, length: int) -> None:
        """Somebody is there from now on."""
        for minute in _minutes(at, length):
            self._used[minute] = self._used.get(minute, 0) + 1

    def _full(self, at: int, length: int) -> int | None:
        """The last minute of these without room."""
        day = (at - self._first) // DAY
        most = 0 if self._is_long and day == OPENING else FIELDS[min(day, len(FIELDS) - 1)]
        usual = -(-most * BESIDE_NOON // 100)

        def is_full(minute: int) -> bool:
            is_noon = minute * MINUTE % DAY // HOUR == NOON
            return self._used.get(minute, 0) >= (most if is_noon else usual)

        return next(filter(is_full, reversed(_minutes(at, length))), None)


def _minutes(at: int, length: int) -> range:
    return range(at // MINUTE, -(-(at + length) // MINUTE))


def _held(units: Iterable[Unit], event: Event, ready: int, overnight: int, free: list[int], crowd: Crowd) -> int:
    """Put units behind each other on what is free; returns when the last one ends."""
    last = ready
    rounds = _rounds_of(list(units), event)
    for units_of_round in rounds:
        for unit in units_of_round:
            place = min(range(len(free)), key=lambda number: (max(free[number], ready), number))
            length = event.form_of(unit).minutes * MINUTE
            start = crowd.start(max(free[place], ready), length, event.discipline)
            crowd.take(start, length)
            unit.start, unit.end, unit.field = start, start + length, place + 1
            free[place] = unit.end + _CHANGE
            last = max(last, unit.end)
        if len(rounds) > 1:
            ready = last + (overnight if len(rounds) <= _FEW_ROUNDS else _REST_BETWEEN)
    return last


def _rounds_of(units: list[Unit], event: Event) -> list[list[Unit]]:
    """Units of a phase that nobody plays two of; pools play round by round."""
    if not units[0].pool:
        return [units]
    by_pool: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        by_pool[unit.pool].append(unit)
    size = event.format.entrants // len(by_pool)
    step = max(1, size // 2)
    longest = max(map(len, by_pool.values()))
    return [
        [unit for pool in by_pool.values() for unit in pool[first : first + step]] for first in range(0, longest, step)
    ]


def _open_at(at: int, length: int, opens: int) -> int:
    """The first moment from `at` at which a unit may begin, on days that open at an hour of its discipline's own."""
    day = at - at % DAY
    if at < day + opens:
        return day + opens
    return at if at + length <= day + _CLOSES or length > _CLOSES - opens else day + DAY + opens


def _number_sessions(units: list[tuple[Event, Unit]]) -> None:
    counted: dict[str, dict[int, int]] = defaultdict(dict)
    for event, unit in sorted(units, key=lambda pair: (pair[1].start, pair[1].code)):
        halves = counted[event.discipline]
        half = unit.start // (DAY // 2)
        unit.session = f"{event.discipline}{halves.setdefault(half, len(halves) + 1):02d}"
