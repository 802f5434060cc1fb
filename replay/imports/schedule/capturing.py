"""A schedule of the Games' site as captured documents: lists on the eve, then the statuses of units.

Recorded are units with their codes, planned times, places and last statuses, and who met whom. Invented, because
nobody recorded it: that all stand in one list of their discipline on the day before, and the moments of statuses, for
which the planned ones are taken. The competition stands in no file: Winter Games are held before May.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from replay.capture import Captured
from replay.imports.importing import SYNTHESISED, Import, Report
from replay.imports.schedule.units import CODE_LENGTH, Unit
from replay.imports.schedule.units import read as read_units
from replay.imports.writing import Issue, document, source_of, split_name, written

_MAY: Final = 5
_NOON: Final = 12
_PLANNED: Final = frozenset({"SCHEDULED", "RESCHEDULED", "UNSCHEDULED"})  # the list tells these
_MEDALS: Final = frozenset({"1", "3"})  # gold, and bronze beside it
_MEETING: Final = "H"  # how the types of units begin in which two sides meet: HATH, HTEAM
_ENGLISH: Final = "ENG"
_EPOCH: Final = datetime.fromtimestamp(0, UTC)


class _Told(NamedTuple):
    """That a unit has a status, from a moment on."""

    at: datetime
    unit: Unit
    status: str


def read(folders: tuple[Path, ...], _: ZoneInfo, report: Report) -> Import:
    """A list for each discipline, then the statuses of its units; raises ImportFailedError where a folder is none."""
    units = read_units(folders, report)
    told = sorted((told for unit in units for told in _statuses(unit)), key=lambda told: (told.at, told.unit.code))
    return Import(len({unit.discipline for unit in units}) + len(told), _captured(units, told))


def _statuses(unit: Unit) -> Iterator[_Told]:
    """A finished unit has been running; any other status is told at its start."""
    status = unit.text("status")
    if status == "FINISHED":
        yield _Told(unit.start, unit, "RUNNING")
        yield _Told(max(unit.start, unit.end or unit.start), unit, status)
    elif status and status not in _PLANNED:
        yield _Told(unit.start, unit, status)


def _captured(units: list[Unit], told: list[_Told]) -> Iterator[Captured]:
    """Headers tell the time in the zone of the first unit."""
    by_discipline: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        by_discipline[unit.discipline].append(unit)
    for discipline, listed in sorted(by_discipline.items()):
        eve = (units[0].start - timedelta(days=1)).replace(hour=_NOON, minute=0, second=0, microsecond=0)
        yield _sent("DT_SCHEDULE", discipline, Issue(1, eve), (_element(unit, _planned(unit)) for unit in listed))
    versions: Counter[str] = Counter()
    for at, unit, status in told:
        versions[unit.discipline] += 1
        issue = Issue(versions[unit.discipline], at.astimezone(units[0].start.tzinfo), origin=SYNTHESISED)
        yield _sent("DT_SCHEDULE_UPDATE", unit.discipline, issue, [_element(unit, status, _starters(unit))])


def _planned(unit: Unit) -> str:
    return status if (status := unit.text("status")) in _PLANNED else "SCHEDULED"


def _sent(kind: str, discipline: str, issue: Issue, elements: Iterable[str]) -> Captured:
    competition = f"{'OWG' if issue.at.month < _MAY else 'OG'}{issue.at.year}"
    data = document(competition, kind, discipline.ljust(CODE_LENGTH, "-"), issue, elements)
    recv = (issue.at - _EPOCH) // timedelta(microseconds=1)
    return Captured(recv, source_of(discipline, issue.origin), "odf", "", data, issue.origin)


def _element(unit: Unit, status: str, starters: str = "") -> str:
    medal = unit.text("medalFlag")
    named = written(
        Code=unit.code,
        PhaseType=unit.text("phaseType"),
        UnitNum=unit.text("unitNum"),
        ScheduleStatus=status,
        StartDate=unit.start.isoformat(),
        HideStartDate=unit.text("hideStartDate"),
        EndDate=unit.end.isoformat() if unit.end else "",
        HideEndDate=unit.text("hideEndDate"),
        Order=unit.text("order"),
        Medal=medal if medal in _MEDALS else "",
        Venue=unit.text("venue"),
        Location=unit.text("location"),
        SessionCode=unit.text("sessionCode"),
    )
    text, name = unit.text("startText"), unit.text("eventUnitName")
    place = written(VenueName=unit.text("venueDescription"), LocationName=unit.text("locationDescription"))
    return (
        f"<Unit{named}>{f'<StartText{written(Language=_ENGLISH, Value=text)}/>' if text else ''}"
        f"{f'<ItemName{written(Language=_ENGLISH, Value=name)}/>' if name else ''}"
        f"{f'<VenueDescription{place}/>' if place else ''}{starters}</Unit>"
    )


def _starters(unit: Unit) -> str:
    """Both sides of a unit in which two meet; no other start list is part of a schedule (General Messages)."""
    if not unit.text("eventUnitType").startswith(_MEETING):
        return ""
    listed = "".join(_start(each, order) for order, each in enumerate(unit.competitors(), 1))
    return f"<StartList>{listed}</StartList>" if listed else ""


def _start(row: dict[str, Any], order: int) -> str:
    code, noc, name = (str(row.get(field) or "") for field in ("code", "noc", "name"))
    if code.isdecimal():
        family, given = split_name(name)
        described = f"<Description{written(FamilyName=family, GivenName=given, Organisation=noc)}/>"
        inner = f"<Composition><Athlete{written(Code=code, Order='1')}>{described}</Athlete></Composition>"
    else:
        inner = f"<Description{written(TeamName=name)}/>"
    competitor = written(Code=code, Type="A" if code.isdecimal() else "T", Organisation=noc)
    place = written(SortOrder=str(order), StartOrder=str(order))
    return f"<Start{place}><Competitor{competitor}>{inner}</Competitor></Start>"
