"""What goes another way than planned: after the result, and before it.

Everything is decided with the outcome, so that who goes on, and who has the medals in the end, follows from it.
"""

from replay.simulate.draws import Draws
from replay.simulate.legs import is_of_legs
from replay.simulate.model import Event, Outcome, Rows, Unit
from replay.simulate.moments import DAY, HOUR, MINUTE, SECOND
from replay.simulate.rows import ranked
from replay.simulate.staging import TREES

PROTEST, CORRECTION, DISQUALIFICATION = "protest", "correction", "disqualification"
_ODDS = ((PROTEST, 0.03), (CORRECTION, 0.03))
_DISQUALIFIED_ODDS = 0.03
_TWO_GOLDS_ODDS = 0.02
_LATER = 20 * MINUTE
_DAYS_LATER = 2 * DAY + 3 * HOUR
_NOTES = {
    CORRECTION: "Ranks of {one} and {other} corrected after review of the timing.",
    DISQUALIFICATION: "{one} disqualified for a violation of the rules found after the event.",
}
_MOST_PLACES = 4  # among which a correction exchanges two


def officially(unit: Unit, draws: Draws) -> int:
    """When the result is signed."""
    return unit.end + draws.between(90, 480) * SECOND + draws.below(1000)


def befall(event: Event, unit: Unit, outcome: Outcome, draws: Draws) -> None:
    """Change an outcome where something happens; matches are decided on the field."""
    is_final = unit.medal == "1"
    if event.format.kind in TREES:
        return
    forced = _FORCED.get(event.number) if is_final else None
    if is_final and not is_of_legs(event) and (forced == "two golds" or draws.chance(_TWO_GOLDS_ODDS)):
        outcome.first = outcome.final = _two_golds(outcome.first)
    present = [row for row in outcome.first if not row.irm]
    if len(present) <= _MOST_PLACES:
        return
    if is_final and (forced == DISQUALIFICATION or draws.chance(_DISQUALIFIED_ODDS)):
        _disqualify(outcome, draws)
        return
    at = draws.share()
    for kind, odds in _ODDS:
        if forced == kind or at < odds:
            _exchange(outcome, kind, draws)
            return
        at -= odds


# So that the smallest Games have one of each.
_FORCED = {0: DISQUALIFICATION, 1: PROTEST, 2: CORRECTION, 3: "two golds"}


def _two_golds(rows: Rows) -> Rows:
    """The second is as good as the first."""
    first, second, *others = rows
    if second.irm:
        return rows
    same = second._replace(value=first.value, text=first.text, parts=first.parts)
    return ranked((first, same, *others))


def _exchange(outcome: Outcome, kind: str, draws: Draws) -> None:
    """Two neighbours were taken for each other."""
    place = draws.below(_MOST_PLACES - 1)
    rows = list(outcome.final)
    one, other = rows[place], rows[place + 1]
    rows[place], rows[place + 1] = one._replace(entrant=other.entrant), other._replace(entrant=one.entrant)
    outcome.first, outcome.incident = tuple(rows), kind
    if kind == CORRECTION:
        outcome.corrected = outcome.official + _LATER
        outcome.note = _NOTES[kind].format(one=one.entrant.name, other=other.entrant.name)


def _disqualify(outcome: Outcome, draws: Draws) -> None:
    """One of the best three, days later; who is behind moves up."""
    out = outcome.final[draws.below(3)]
    others = (row for row in outcome.final if row.entrant.id != out.entrant.id)
    outcome.final = ranked((*others, out._replace(irm="DSQ", text="", parts=out.parts)))
    outcome.incident = DISQUALIFICATION
    outcome.corrected = outcome.official + _DAYS_LATER
    outcome.note = _NOTES[DISQUALIFICATION].format(one=out.entrant.name)
