"""What is wrong with a message beside what others said. Each function says what it found, or None.

Rules: ODF General Messages, DT_SCHEDULE (ScheduleStatus, PreviousUnit), DT_RESULT (WLT), DT_MEDALLISTS, DT_ENTRIES;
Foundation Principles 2.3 (phases QFNL and SFNL).
"""

from collections.abc import Iterable
from functools import lru_cache

from feed.core.implausible_rows import LOST, WON, record_told
from feed.core.known import NOWHERE, PHASE_TOKEN, Row, Slot
from feed.core.suspect import Suspect
from schemas.contender import PLACEHOLDERS
from schemas.medallists import MedallistsBody
from schemas.rsc import parse_code
from schemas.topic import BadKeyError, Topic, place_of

NOT_STARTED = frozenset({"UNSCHEDULED", "SCHEDULED", "GETTING_READY"})
_BEFORE = {"SFNL": "QFNL"}
_SIDES = 2
_BY_PLACE = {"gold": ("1", WON), "silver": ("2", LOST)}
_LISTS = {"athlete": "participant", "team": "team"}


def record_before_start(suspect: Suspect) -> str | None:
    """By the unit's own ScheduleStatus; a unit that is not in the schedule may be under way."""
    found = record_told(suspect) if suspect.marked else None
    if found is None:
        return None
    unit = suspect.known.unit(suspect.place)
    return f"{found}, the unit is {unit.status}" if unit and unit.status in NOT_STARTED else None


def loser_in_next_round(suspect: Suspect) -> str | None:
    """By the schedule's own links, and from quarter-finals to semi-finals, whose code says what they are."""
    out = _out_by_links(suspect) | _out_by_phase(suspect)
    return next((row.id for row in suspect.present if row.id in out), None) if out else None


def _out_by_links(suspect: Suspect) -> set[str]:
    """Those who lost a unit of which only the winner comes here."""
    unit = suspect.known.unit(suspect.place)
    slots = unit.start_list if unit else ()
    losers_come = {slot.previous_unit for slot in slots if slot.previous_wlt != "W"}
    out: set[str] = set()
    for slot in slots:
        if slot.previous_unit and slot.previous_wlt == "W" and slot.previous_unit not in losers_come:
            out |= _out(suspect.known.signed_rows(_place_of_unit(suspect, slot)))
    return out


def _out_by_phase(suspect: Suspect) -> set[str]:
    *event, phase = suspect.place.split(".")[: PHASE_TOKEN + 1]
    before = _BEFORE.get(phase)
    return _out(suspect.known.signed_rows_of(".".join((*event, before)))) if before else set()


def _out(rows: Iterable[Row]) -> set[str]:
    """Who lost and won nothing: a best of three is lost with one win and won with one loss."""
    rows = list(rows)
    return {row.id for row in rows if row.wlt in LOST} - {row.id for row in rows if row.wlt in WON}


def _place_of_unit(suspect: Suspect, slot: Slot) -> str:
    return _place(suspect.message.competition, slot.previous_unit or "")


def medallists_unlike_final(suspect: Suspect) -> str | None:
    """Gold and silver where one unit decides both; bronze has more ways than one."""
    body = suspect.message.body
    if not isinstance(body, MedallistsBody):
        return None
    for medal in body.medals:
        if medal.medal not in _BY_PLACE or not medal.unit:
            continue
        place = _place(suspect.message.competition, medal.unit)
        rows = () if suspect.known.is_totalled(place) else suspect.known.signed_rows(place)
        due = _due(rows, *_BY_PLACE[medal.medal])
        has = {each.id for each in medal.competitors} - PLACEHOLDERS
        if due and has and not has & due:
            return f"{medal.medal} for {min(has)}, the result of {medal.unit} says {min(due)}"
    return None


def _due(rows: tuple[Row, ...], rank: str, wlt: frozenset[str]) -> set[str]:
    if len(rows) == _SIDES and any(row.wlt for row in rows):
        return {row.id for row in rows if row.wlt in wlt}
    return {row.id for row in rows if row.rank == rank}


def competitor_not_entered(suspect: Suspect) -> str | None:
    """By the entries of the event, else by the whole lists of athletes and teams."""
    entered = suspect.known.entered(suspect.place)
    if entered is not None:
        return next((row.id for row in suspect.present if row.id not in entered), None)
    for kind, list_ in _LISTS.items():
        ids = (row.id for row in suspect.present if row.kind == kind)
        if (found := suspect.known.unregistered(suspect.place, list_, ids)) is not None:
            return found
    return None


@lru_cache(maxsize=1_024)
def _place(competition: str, unit: str) -> str:
    """Where the topics of a unit are; nowhere for a code that fits into none."""
    try:
        return place_of(str(Topic(competition, parse_code(unit), "unit")))
    except BadKeyError:
        return NOWHERE
