"""Events of several legs: each leg is a unit with a result of its own, and one order goes over all of them.

Decathlon, sailing, golf, sledges, two runs down a slope, ... (General Messages, DT_CUMULATIVE_RESULT).
"""

from collections.abc import Sequence
from typing import NamedTuple

from replay.simulate.model import Entrant, Event, Row, Rows, Unit, unit_code
from replay.simulate.rows import decimal_text, ranked, time_text

LEGS = "legs"  # the kind of such events
_POINTS_OF_BEST = 1000
_HUNDREDTHS = 100
_BEHIND = 10**9  # for each leg that one did not come to
# Course, what a leg adds (`sum` of results, low points by `places`, high `points` by results), then the legs: phase,
# sport, how it counts there, minutes, and how many of the best go on to it; `*4` is four of them.
_TABLE = """
decathlon points: 100- race 1060 25, LJ-- field trials 60, SP-- field trials 50, HJ-- heights 185 90,
 400- race 4780 25, 110H race 1390 25, DT-- field trials 50, PV-- heights 430 120, JT-- field trials 50,
 1500 race 26200 15
heptathlon points: 100H race 1310 25, HJ-- heights 165 90, SP-- field trials 50, 200- race 2380 25,
 LJ-- field trials 60, JT-- field trials 50, 800- race 12900 15
races places: PREL*12 race 260000 45, FNL- race 160000 30 10
golf sum: FNL-*4 field strokes 660
omnium points: SCR- race 54000 12, TEMP race 54000 12, ELIM race 60000 14, PTS- race 170000 30
pentathlon points: FENR judged 3 50, RID- judged 1 60, SWIM race 12300 15, LRUN race 66000 20
eventing points: DRSS judged 1 300, XC-- race 54000 240, JUMP judged 1 150
dressage sum: GP-- judged 1 300, GPSP judged 1 180 30, GPFR judged 1 150 18
jumping sum: QUAL judged 1 180, FNL- judged 1 150 30
teamride sum: QUAL judged 1 180, FNL- judged 1 150 10
rhythmic sum: FNL-*4 judged 1 40
groups sum: FNL-*2 judged 1 45
duet sum: TECH judged 1 90, FREE judged 1 90
routines sum: TECH judged 1 80, FREE judged 1 80, ACRO judged 1 80
sledge sum: FNL-*3 race 5000 50, FNL- race 5000 40 20
relay sum: FNL-*2 race 8000 30
slalom sum: FNL-*2 race 5400 70
skating sum: QUAL judged 1 180, FNL- judged 1 200 24
"""


class Leg(NamedTuple):
    """One of them; `best` of the order so far go on to it, all where it is 0."""

    phase: str
    kind: str
    shape: str
    minutes: int
    best: int


class Course(NamedTuple):
    """The legs of an event and what each adds."""

    counts: str
    legs: tuple[Leg, ...]


def _course(text: str) -> tuple[str, Course]:
    name, counts, *_ = text.partition(":")[0].split()
    legs: list[Leg] = []
    for each in text.partition(":")[2].split(","):
        phase, kind, shape, minutes, *best = each.split()
        phase, _, times = phase.partition("*")
        legs += [Leg(phase, kind, shape, int(minutes), int(best[0]) if best else 0)] * int(times or 1)
    return name, Course(counts, tuple(legs))


COURSES = dict(_course(line) for line in _TABLE.strip().replace("\n ", " ").splitlines())


def is_of_legs(event: Event) -> bool:
    """Whether its order is that of a cumulative result."""
    return event.format.kind == LEGS


def rounds(event: Event) -> list[list[Unit]]:
    """A unit for each leg; the last decides the medals."""
    found: list[list[Unit]] = []
    counted: dict[str, int] = {}
    for number, leg in enumerate(COURSES[event.format.shape].legs, 1):
        counted[leg.phase] = counted.get(leg.phase, 0) + 1
        code = unit_code(event.code, leg.phase, counted[leg.phase])
        form = event.format._replace(kind=leg.kind, shape=leg.shape, minutes=leg.minutes, size=event.format.entrants)
        found.append([Unit(code, f"{event.name} Leg {number}", counted[leg.phase], leg.phase, form=form)])
    found[-1][0].medal = "1"
    return found


def starters_of(event: Event, number: int, order: Rows) -> list[Entrant]:
    """Who is in a leg (from 0), by the order after the one before; the best start last."""
    going = [row.entrant for row in order if not row.irm]
    return going[: COURSES[event.format.shape].legs[number].best or None][::-1]


def added(event: Event, leg: Rows) -> dict[str, int]:
    """What a leg adds for everybody, by id; less is better."""
    counts = COURSES[event.format.shape].counts
    if counts == "sum":
        return {row.entrant.id: row.value for row in leg}
    if counts == "places":
        return {row.entrant.id: row.rank or len(leg) + 1 for row in leg}
    return {row.entrant.id: 0 if row.irm else -_points(leg[0].value, row.value) for row in leg}


def points(event: Event, leg: Rows) -> dict[str, int]:
    """What everybody got for a leg, by id; nothing where results themselves are added."""
    if COURSES[event.format.shape].counts == "sum":
        return {}
    return {id_: abs(value) for id_, value in added(event, leg).items()}


def _points(best: int, value: int) -> int:
    """In proportion to the best; `value` is negative where more is better."""
    share = best / value if best > 0 else value / best
    return int(_POINTS_OF_BEST * share)


def order_after(event: Event, legs: Sequence[Rows]) -> Rows:
    """The order of everybody after these legs, with ranks: by legs taken part in, then by sum."""
    sums: dict[str, int] = {}
    newest: dict[str, Row] = {}
    out: dict[str, str] = {}
    missed: dict[str, int] = {}
    is_sum = COURSES[event.format.shape].counts == "sum"
    for number, leg in enumerate(legs):
        for id_, value in added(event, leg).items():
            sums[id_] = sums.get(id_, 0) + value
            missed[id_] = len(legs) - 1 - number
        newest |= {row.entrant.id: row for row in leg}
        if is_sum:
            out |= {row.entrant.id: row.irm for row in leg if row.irm}
    rows = []
    for id_, value in sums.items():
        kind = newest[id_].type if is_sum else "POINTS"
        text = "" if id_ in out else _text(value, kind, is_sum=is_sum)
        ranking = value + _BEHIND * missed[id_]
        rows.append(Row(newest[id_].entrant, ranking, text, kind, out.get(id_, "")))
    return ranked(rows)


def _text(value: int, kind: str, *, is_sum: bool) -> str:
    if kind == "TIME":
        return time_text(value)
    if not is_sum:
        return str(abs(value))
    return str(abs(value) // _HUNDREDTHS) if kind == "STROKES" else decimal_text(abs(value))
