"""Schedule, athletes and teams of the recording as ODF documents.

Invented, because no table tells them: that all stand in one list of their discipline before the first unit, and the
statuses. Where the tables mark a whole phase, which of its units decides a medal is not said here either.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from replay.imports.paris.recorded import COMPETITION, UNIT_LENGTH, ZONE, Paris, Person, Team, Unit
from replay.imports.writing import Issue, composition, document, split_name, written

DECIDES_MEDALS = ("1", "3")
EVE = Issue(1, datetime(2024, 7, 23, 12, tzinfo=ZoneInfo(ZONE)))


def lists(paris: Paris, discipline: str) -> list[bytes]:
    """The lists of a discipline that are not empty."""
    code = discipline.ljust(UNIT_LENGTH, "-")
    units = (unit for unit in paris.units if unit.code.startswith(discipline) and not unit.is_total)
    found = {
        "DT_SCHEDULE": [_unit(unit) for unit in units],
        "DT_PARTIC": [_participant(person, code) for person in paris.persons.get(discipline, ())],
        "DT_PARTIC_TEAMS": [_team(team, code) for team in paris.teams.get(discipline, ())],
    }
    return [document(COMPETITION, kind, code, EVE, elements) for kind, elements in found.items() if elements]


def _unit(unit: Unit) -> str:
    named = written(
        Code=unit.code,
        PhaseType="3",
        ScheduleStatus="SCHEDULED",
        StartDate=unit.start,
        EndDate=unit.end,
        Venue=unit.venue,
        Location=unit.location,
        Medal=unit.medal if unit.medal in DECIDES_MEDALS else "",
    )
    return f"<Unit{named}><ItemName{written(Language='ENG', Value=unit.name)}/></Unit>"


def _participant(person: Person, discipline: str) -> str:
    family, given = split_name(person.name)
    named = written(
        Code=person.id,
        Parent=person.id,
        Status="ACTIVE",
        GivenName=given,
        FamilyName=family,
        Gender=person.gender,
        Organisation=person.noc,
        BirthDate=person.born,
        MainFunctionId="AA01",
    )
    return f"<Participant{named}><Discipline{written(Code=discipline)}/></Participant>"


def _team(team: Team, discipline: str) -> str:
    named = written(Code=team.id, Organisation=team.noc, Name=team.name, Gender=team.gender, TeamType="ORG")
    return f"<Team{named}>{composition(team.members)}<Discipline{written(Code=discipline)}/></Team>"
