"""A match as a stream of actions that its draws alone decide: by periods with a clock, or by sets."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from replay.simulate.draws import Draws
from replay.simulate.model import Format
from replay.simulate.sports.beat import Held

_DOCUMENTS_OF_ACTION = 2.6
_EDGE = 0.22  # how much strength decides
_SIDES = 2
_FEWEST = 12


class Sets(NamedTuple):
    """Best of so many sets to so many points, two ahead; a point takes so many actions."""

    best_of: int
    points: int
    actions: int = 1


class Clock(NamedTuple):
    """So many periods; without `may_tie` they go on until somebody leads."""

    periods: int
    code: str


SETS = {
    "sets5": Sets(3, 5),
    "sets11": Sets(5, 11),
    "sets21": Sets(3, 21),
    "doubles21": Sets(3, 21),
    "sets25": Sets(5, 25),
    "duel": Sets(3, 2),
    "tennis": Sets(3, 6, 8),
}
CLOCKS = {
    "halves": Clock(2, "H"),
    "quarters": Clock(4, "Q"),
    "half": Clock(1, "P"),
    "thirds": Clock(3, "P"),
    "ends": Clock(8, "E"),
    "touches": Clock(3, "P"),
    "rounds": Clock(3, "R"),
    "battles": Clock(2, "R"),
}
# What is scored in a match by both sides together, and how many points that can be at a time.
_SCORED = {
    "BKB": (80, (2, 2, 3, 1)),
    "BK3": (24, (1, 2)),
    "HBL": (55, (1,)),
    "HOC": (5, (1,)),
    "FBL": (3, (1,)),
    "IHO": (6, (1,)),
    "WPO": (22, (1,)),
    "RU7": (8, (5, 7)),
    "CUR": (11, (1, 1, 2, 3)),
    "FEN": (25, (1,)),
    "JUD": (4, (1, 10)),
    "BOX": (9, (1,)),
    "BKG": (9, (1,)),
    "TKW": (14, (1, 2, 3)),
    "WRE": (9, (1, 2, 4)),
}


class Action(NamedTuple):
    """`points` is None for an attempt that failed; `score` is that of the period, `sets` or `total` of the match."""

    number: int
    period: int
    side: int
    player: int
    points: int
    score: tuple[int, int]
    total: tuple[int, int]
    is_last_of_period: bool


def played(held: Held) -> Iterator[Action]:
    """The actions of a match."""
    draws = Draws(held.seed, "play", held.unit.code)
    form, sides = held.form, held.starters
    odds = 0.5 + (sides[0].strength - sides[1].strength) * _EDGE
    if form.shape in SETS:
        return _by_sets(SETS[form.shape], odds, form.members, draws)
    return _by_clock(form, odds, draws, may_tie=bool(held.unit.pool))


def _by_sets(sets: Sets, odds: float, members: int, draws: Draws) -> Iterator[Action]:
    won, number, period = [0, 0], 0, 0
    while max(won) <= sets.best_of // 2:
        period += 1
        score = [0, 0]
        while max(score) < sets.points or abs(score[0] - score[1]) < _SIDES:
            side = 0 if draws.chance(odds) else 1
            rallies = 1 if sets.actions == 1 else draws.between(sets.actions - 2, sets.actions + 2)
            for rally in range(rallies, 0, -1):
                number += 1
                acting = side if rally == 1 else draws.below(_SIDES)
                score[side] += rally == 1
                is_over = max(score) >= sets.points and abs(score[0] - score[1]) >= _SIDES
                won[side] += is_over
                player = draws.below(members)
                points = int(rally == 1)
                yield Action(number, period, acting, player, points, _pair(score), _pair(won), is_over)


def _by_clock(form: Format, odds: float, draws: Draws, *, may_tie: bool) -> Iterator[Action]:
    clock = CLOCKS[form.shape]
    count = max(_FEWEST, int(form.minutes * form.rate / _DOCUMENTS_OF_ACTION))
    scored, values = _SCORED[form.discipline]
    hit = min(0.9, scored / count)
    total, number, period = [0, 0], 0, 0
    of_period = max(2, count // clock.periods)
    while period < clock.periods or (total[0] == total[1] and not may_tie):
        period += 1
        score = [0, 0]
        is_extra = period > clock.periods
        for left in range(of_period if not is_extra else max(4, of_period // 3), 0, -1):
            number += 1
            side = 0 if draws.chance(odds) else 1
            points = draws.pick(values) if draws.chance(max(hit, 0.2) if is_extra else hit) else 0
            score[side] += points
            total[side] += points
            player = draws.below(form.members)
            yield Action(number, period, side, player, points, _pair(score), _pair(total), left == 1)


def _pair(values: Sequence[int]) -> tuple[int, int]:
    return values[0], values[1]
