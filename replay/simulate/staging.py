"""Which phases and units an event has, and who comes from which into which (Foundation Principles 2.3: phase codes)."""

from collections.abc import Iterator

from replay.simulate import legs
from replay.simulate.model import Event, Unit, phase_code, unit_code
from replay.simulate.sports import tie

FINAL, SEMIFINAL, REPECHAGE = "FNL-", "SFNL", "REP-"
HEATS = {"race": "HEAT"}
QUALIFYING = "QUAL"
TREES = frozenset({"match", "combat"})
_POOLED = frozenset({"halves", "quarters", "thirds", "ends", "half", "doubles21", "battles"})
_ROUNDS = {64: "R64-", 32: "R32-", 16: "8FNL", 8: "QFNL", 4: SEMIFINAL}
_NAMES = {
    "HEAT": "Heat",
    "QUAL": "Qualification",
    "SFNL": "Semifinal",
    "QFNL": "Quarterfinal",
    "8FNL": "Round of 16",
    "R32-": "Round of 32",
    "R64-": "Round of 64",
    "REP-": "Repechage",
}
_WITH_SEMIFINALS = 4  # heats
_MANY_HEATS = 6
_SMALLEST_FINAL = 4
_USUAL_FINAL = 8
_LARGEST_FINAL = 12
_GOLD, _BRONZE = "1", "3"
_LOSERS_HAVE_BRONZE = frozenset({"BOX"})
_POOLS_OF_FOUR = frozenset({"BKB", "VVO", "RU7", "FBL", "VBV", "BDM", "BKG"})
_BY_RESULT_ALONE = frozenset({"SWM", "SSK", "CTR"})
_BY_PLACE = 0.7  # of those who go on, at the most


def phases(event: Event) -> list[list[Unit]]:
    """The event's units, not yet in the calendar."""
    if legs.is_of_legs(event):
        found = legs.rounds(event)
    else:
        found = list(_tree(event) if event.format.kind in TREES else _rounds(event))
    for number, unit in enumerate((unit for phase in found for unit in phase), 1):
        unit.number = number
        if tie.matches_of(event.format):
            unit.code = _whole(unit.code)
            unit.feeders = tuple((_whole(code), wlt) for code, wlt in unit.feeders)
            tie.divide(unit, event.format)
    return found


def _whole(code: str) -> str:
    """The code of a unit that has subunits."""
    return f"{code[:-2]}00"


def final_size(event: Event) -> int:
    """How many are in the final of an event that is no tree."""
    size = event.format.size
    if event.format.entrants <= size:
        return event.format.entrants
    if event.format.kind == "race":
        return size if size >= _SMALLEST_FINAL else _USUAL_FINAL
    return min(size, _LARGEST_FINAL)


def places(event: Event, number: int) -> int:
    """How many of each unit of a phase (from 0) go on by their place; the others by result, over all units."""
    if event.format.kind != "race" or event.discipline in _BY_RESULT_ALONE or number + 1 >= len(event.phases):
        return 0
    count = final_size(event) * len(event.phases[number + 1])
    return int(count * _BY_PLACE) // len(event.phases[number])


def _rounds(event: Event) -> Iterator[list[Unit]]:
    heats = -(-event.format.entrants // event.format.size)
    if heats > 1:
        yield _units(event, HEATS.get(event.format.kind, QUALIFYING), heats)
        if heats >= _WITH_SEMIFINALS and event.format.size >= _SMALLEST_FINAL:
            yield _units(event, SEMIFINAL, 3 if heats >= _MANY_HEATS else 2)
    yield [_unit(event, FINAL, 1, "Final", _GOLD)]


def _tree(event: Event) -> Iterator[list[Unit]]:
    left = event.format.entrants
    if event.format.shape in _POOLED or left not in _ROUNDS:
        pools = _pools(event)
        yield [unit for pool in pools for unit in pool]
        left = _after_pools(left)
    before: list[Unit] = []
    while left > 2:  # noqa: PLR2004 - two are left for the final
        before = _round(event, _ROUNDS[left], left // 2, before)
        yield before
        left //= 2
        if _has_repechage(event) and left == len(_FOUR):
            yield _repechage(event, before)
    losers = [(unit.code, "L") for unit in before]
    final = _unit(event, FINAL, 1, "Gold Medal Match", _GOLD)
    final.feeders = tuple((unit.code, "W") for unit in before)
    if event.discipline in _LOSERS_HAVE_BRONZE:
        for unit in before:
            unit.medal = _BRONZE
        yield [final]
    elif _has_repechage(event):
        yield [*_double_bronze(event, losers), final]
    else:
        bronze = _unit(event, FINAL, 2, "Bronze Medal Match", _BRONZE)
        bronze.feeders = tuple(losers)
        yield [bronze, final]


_FOUR = range(4)


def _has_repechage(event: Event) -> bool:
    return event.format.kind == "combat" and event.discipline not in _LOSERS_HAVE_BRONZE


def _repechage(event: Event, quarterfinals: list[Unit]) -> list[Unit]:
    """Who lost in a quarter-final: those of one half against each other."""
    found = _units(event, REPECHAGE, 2)
    for number, unit in enumerate(found):
        unit.feeders = tuple((each.code, "L") for each in quarterfinals[2 * number : 2 * number + 2])
    return found


def _double_bronze(event: Event, losers: list[tuple[str, str]]) -> list[Unit]:
    """The best of each repechage against who lost the other semi-final."""
    found = [_unit(event, FINAL, number, "Bronze Medal Contest", _BRONZE) for number in (2, 3)]
    for number, unit in enumerate(found):
        unit.feeders = ((unit_code(event.code, REPECHAGE, number + 1), "W"), losers[1 - number])
    return found


def _round(event: Event, phase: str, count: int, before: list[Unit]) -> list[Unit]:
    found = _units(event, phase, count)
    for number, unit in enumerate(found):
        unit.feeders = tuple((each.code, "W") for each in before[2 * number : 2 * number + 2])
    return found


def _after_pools(entrants: int) -> int:
    return 16 if entrants > 16 else 8 if entrants > 10 else 4  # noqa: PLR2004 - rounds of a tree


def _pools(event: Event) -> list[list[Unit]]:
    """Everybody against everybody of the pool, by rounds (circle method)."""
    count = pool_count(event)
    found = []
    for pool in range(count):
        phase = f"GP{chr(ord('A') + pool)}-"
        size = len(range(pool, event.format.entrants, count))
        units = [
            _unit(event, phase, number, f"Group {phase[2]} Match {number}") for number in range(1, 1 + _pairs(size))
        ]
        for unit in units:
            unit.pool = phase_code(event.code, phase)
        found.append(units)
    return found


def pool_count(event: Event) -> int:
    """Pools of four where there are many or the sport wants it, otherwise two, or one."""
    entrants = event.format.entrants
    if entrants in {16, 24} or (event.discipline in _POOLS_OF_FOUR and entrants == 12):  # noqa: PLR2004 - three pools
        return entrants // 4
    return 2 if entrants in {6, 12} else 1


def _pairs(size: int) -> int:
    return size * (size - 1) // 2


def pool_pairs(size: int) -> list[tuple[int, int]]:
    """Who meets whom, round by round: places in the pool from 0."""
    places = list(range(size + size % 2))
    found = []
    for _ in range(len(places) - 1):
        half = len(places) // 2
        pairs = zip(places[:half], reversed(places[half:]), strict=True)
        found += [pair for pair in pairs if max(pair) < size]
        places = [places[0], places[-1], *places[1:-1]]
    return found


def _units(event: Event, phase: str, count: int) -> list[Unit]:
    return [_unit(event, phase, number, f"{_NAMES[phase]} {number}") for number in range(1, count + 1)]


def _unit(event: Event, phase: str, number: int, name: str, medal: str = "") -> Unit:
    return Unit(unit_code(event.code, phase, number), f"{event.name} {name}", number, phase, medal)
