"""Who may still come to the place of a side that is not decided, as far as start lists and brackets tell.

Nobody is put into a place because a result is known: pairs may be seeded anew. A signed result only rules out who
cannot come any more.
"""

from collections.abc import Iterator, Mapping

from feed.core.involvement import PHASE, Cast
from feed.core.sides import Origin, Side


def feeders(cast: Cast, origin: Origin) -> Iterator[tuple[str, Side]]:
    """Sides, with their unit, that one may come from, without those that came out of it otherwise."""
    if origin.unit is None:
        return
    for unit in cast.units_below(origin.unit):
        out = cast.out(unit, origin.wlt) if origin.wlt else frozenset[str]()
        for side in cast.sides(unit):
            if not side.is_empty and side.id not in out:
                yield unit, side


def possible(cast: Cast, unit: str, side: Side) -> tuple[Side, ...]:
    """Everybody who may come to an undecided side of a unit, once each; through earlier undecided sides too."""
    found: dict[str, Side] = {}
    seen: set[Origin] = set()
    waiting = [side.origin]
    here = {other.id for other in cast.sides(unit)}
    while waiting:
        origin = waiting.pop()
        if origin is None or origin in seen:
            continue
        seen.add(origin)
        for _, each in feeders(cast, origin):
            if each.id is None:
                waiting.append(each.origin)
            elif each.id not in here:
                found[each.id] = each
    return tuple(found[name] for name in sorted(found))


def next_of(cast: Cast, now: Mapping[str, tuple[Side, ...]]) -> dict[str, tuple[Side, ...]]:
    """Units with the undecided sides that somebody may come to from the units where they are now.

    None of a phase in which they have their place already.
    """
    settled = {unit[:PHASE] for unit in now}
    found = {}
    for unit in cast.fed():
        if unit[:PHASE] in settled:
            continue
        sides = tuple(side for side in cast.sides(unit) if side.id is None and _may_come(cast, side, now))
        if sides:
            found[unit] = sides
    return found


def _may_come(cast: Cast, side: Side, now: Mapping[str, tuple[Side, ...]]) -> bool:
    if side.origin is None:
        return False
    return any(unit in now and each in now[unit] for unit, each in feeders(cast, side.origin))
