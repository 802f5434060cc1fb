"""An event from its entries to its medals: who starts in which unit, and how each of them ends.

All outcomes are known before the first document is written. They are small: what is told of them is made when its
time has come.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from replay.simulate import legs
from replay.simulate.draws import Draws
from replay.simulate.incidents import befall, officially
from replay.simulate.model import Entrant, Event, Outcome, Rows, Unit
from replay.simulate.moments import SECOND
from replay.simulate.rows import ranked
from replay.simulate.sports import SPORTS, Held, tie
from replay.simulate.staging import TREES, final_size, places, pool_count, pool_pairs

_SIGNED_AFTER = 45 * SECOND  # a match of a match of teams
ENDS = 1 << 62  # a time when everything is known


@dataclass(slots=True)
class Contest:
    """An event with its entries and the outcome of each unit, by code."""

    event: Event
    entrants: tuple[Entrant, ...]
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    starters: dict[str, tuple[Entrant, ...]] = field(default_factory=dict)


def contest(event: Event, entrants: tuple[Entrant, ...], seed: int) -> Contest:
    """Play it."""
    found = Contest(event, entrants)
    going = Draws(seed, "draw", event.code).shuffled(entrants)
    for number, phase in enumerate(event.phases):
        _seat(found, phase, going)
        for unit in phase:
            starters = found.starters[unit.code]
            rows = SPORTS[event.form_of(unit).kind].play(Held(event, unit, starters, seed))
            draws = Draws(seed, "incident", unit.code)
            outcome = Outcome(starters=starters, first=rows, final=rows, official=officially(unit, draws))
            befall(event, unit, outcome, draws)
            found.outcomes[unit.code] = outcome
            _settle_parts(found, unit, seed)
        if number + 1 < len(event.phases):
            going = _going_on(found, number, seed)
    return found


def _settle_parts(found: Contest, unit: Unit, seed: int) -> None:
    """The matches of a match of teams, which is over with the one that decides it."""
    if not unit.parts:
        return
    outcome = found.outcomes[unit.code]
    waited = outcome.official - unit.end
    for part in tie.played(Held(found.event, unit, outcome.starters, seed)):
        found.starters[part.unit.code] = part.sides
        official = part.unit.end + _SIGNED_AFTER
        found.outcomes[part.unit.code] = Outcome(part.sides, part.rows, part.rows, official)
        unit.end = part.unit.end + SECOND
    outcome.official = unit.end + max(waited, 2 * _SIGNED_AFTER)


def phase_rows(contest: Contest, units: Iterable[Unit], at: int) -> Rows:
    """Everybody of these units in one order, as it is known at a time."""
    return ranked(row for unit in units for row in contest.outcomes[unit.code].told(at))


def total(contest: Contest, unit: Unit, at: int) -> Rows:
    """The order of an event of legs after one of them, as it is known at a time."""
    units = contest.event.units
    done = units[: 1 + next(number for number, each in enumerate(units) if each is unit)]
    return legs.order_after(contest.event, [contest.outcomes[each.code].told(at) for each in done])


def direct(contest: Contest, unit: Unit, rows: Rows) -> set[str]:
    """Who of a unit goes on by the place in these rows, by id."""
    if contest.event.format.kind in TREES:
        return set()
    number = next(number for number, phase in enumerate(contest.event.phases) if unit.code in {u.code for u in phase})
    count = places(contest.event, number)
    return {row.entrant.id for row in rows if 1 <= row.rank <= count}


def standing(contest: Contest, units: Sequence[Unit]) -> list[tuple[Entrant, int, int, int, int]]:
    """A pool: entrant, matches won, lost, points for and against; best first."""
    found: dict[str, list[int]] = {}
    entrants: dict[str, Entrant] = {}
    for unit in units:
        first, second = contest.outcomes[unit.code].final
        for row, other in ((first, second), (second, first)):
            entrants[row.entrant.id] = row.entrant
            counts = found.setdefault(row.entrant.id, [0, 0, 0, 0])
            counts[0] += row.wlt == "W"
            counts[1] += row.wlt == "L"
            counts[2] -= row.value
            counts[3] -= other.value
    ordered = sorted(found.items(), key=lambda pair: (-pair[1][0], pair[1][3] - pair[1][2], pair[0]))
    return [(entrants[id_], *_four(counts)) for id_, counts in ordered]


def _four(counts: Sequence[int]) -> tuple[int, int, int, int]:
    won, lost, scored, against = counts
    return won, lost, scored, against


def _seat(found: Contest, phase: Sequence[Unit], going: Sequence[Entrant]) -> None:
    """Who starts where: by the feeding units, by pools, or everybody dealt out."""
    if phase[0].pool:
        _seat_pools(found, phase, going)
    elif any(unit.feeders for unit in phase):
        for unit in phase:
            found.starters[unit.code] = tuple(_from(found, code, wlt) for code, wlt in unit.feeders)
    elif found.event.format.kind in TREES:
        for number, unit in enumerate(phase):
            found.starters[unit.code] = tuple(going[2 * number : 2 * number + 2])
    else:
        for number, unit in enumerate(phase):
            found.starters[unit.code] = tuple(going[number :: len(phase)])


def _seat_pools(found: Contest, phase: Sequence[Unit], going: Sequence[Entrant]) -> None:
    count = pool_count(found.event)
    for number in range(count):
        pool = going[number::count]
        units = [unit for unit in phase if unit.phase == f"GP{chr(ord('A') + number)}-"]
        for unit, (one, other) in zip(units, pool_pairs(len(pool)), strict=True):
            found.starters[unit.code] = (pool[one], pool[other])


def _from(found: Contest, code: str, wlt: str) -> Entrant:
    return next(row.entrant for row in found.outcomes[code].final if row.wlt == wlt)


def _going_on(found: Contest, number: int, seed: int) -> list[Entrant]:
    """Who is in the next phase, where no unit feeds another."""
    event = found.event
    phase, following = event.phases[number], event.phases[number + 1]
    if phase[0].pool:
        return _out_of_pools(found, phase, 2 * len(following))
    if event.format.kind in TREES:
        return []
    if legs.is_of_legs(event):
        return legs.starters_of(event, number + 1, total(found, phase[-1], ENDS))
    count = final_size(event) * len(following)
    by_place: set[str] = set().union(*(direct(found, unit, found.outcomes[unit.code].final) for unit in phase))
    rows = [row for row in phase_rows(found, phase, ENDS) if not row.irm]
    others = [row.entrant.id for row in rows if row.entrant.id not in by_place]
    chosen = by_place.union(others[: max(0, count - len(by_place))])
    best = [row.entrant for row in rows if row.entrant.id in chosen]
    return Draws(seed, "lanes", event.code, following[0].phase).shuffled(best)


def _out_of_pools(found: Contest, phase: Sequence[Unit], count: int) -> list[Entrant]:
    """Firsts against seconds as far as it goes: place by place through the pools, the best against the last."""
    pools = sorted({unit.pool for unit in phase})
    tables = [standing(found, [unit for unit in phase if unit.pool == pool]) for pool in pools]
    places = [table[place][0] for place in range(max(map(len, tables))) for table in tables if place < len(table)]
    best = places[:count]
    half = len(best) // 2
    return [entrant for pair in zip(best[:half], reversed(best[half:]), strict=True) for entrant in pair]
