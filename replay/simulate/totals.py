"""The order over the legs of an event: what each leg added, and the sum (General Messages, DT_CUMULATIVE_RESULT)."""

from collections.abc import Sequence

from replay.simulate import legs
from replay.simulate.contest import Contest, total
from replay.simulate.model import Unit
from replay.simulate.rows import around, final_attributes, result, sharing


def cumulative_result(contest: Contest, unit: Unit, at: int) -> str:
    """Everybody after a leg, as it is known at a time."""
    event = contest.event
    rows = total(contest, unit, at)
    shared = sharing(rows)
    units = event.units[: 1 + next(number for number, each in enumerate(event.units) if each is unit)]
    items = _items(contest, units, at)
    progress = f'<Progress LastUnit="{unit.code}" UnitsTotal="{len(event.units)}" UnitsComplete="{len(units)}"/>'
    found = [around(event, None).replace("</ExtendedInfos>", f"{progress}</ExtendedInfos>")]
    for place, row in enumerate(rows, 1):
        attributes = final_attributes(row, shares=row.rank in shared)
        competitor = f"<ResultItems>{''.join(items[row.entrant.id])}</ResultItems>{row.entrant.xml}"
        found.append(result(place, place, attributes, "", competitor))
    return "".join(found)


def _items(contest: Contest, units: Sequence[Unit], at: int) -> dict[str, list[str]]:
    """What each leg was to everybody, by id."""
    found: dict[str, list[str]] = {}
    for order, unit in enumerate(units, 1):
        rows = contest.outcomes[unit.code].told(at)
        shared = sharing(rows)
        points = legs.points(contest.event, rows)
        for place, row in enumerate(rows, 1):
            attributes = final_attributes(row, shares=row.rank in shared)
            worth = f'ResultPoints="{points[row.entrant.id]}" ' if points else ""
            item = f'<Result {attributes}{worth}SortOrder="{place}"/>'
            whole = f'<ResultItem Unit="{unit.code}" Order="{order}">{item}</ResultItem>'
            found.setdefault(row.entrant.id, []).append(whole)
    return found
