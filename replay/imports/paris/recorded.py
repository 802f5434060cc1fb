"""What was recorded of Paris 2024: units with their rows, medals, the medal table and who took part."""

from datetime import date, datetime
from typing import Final, NamedTuple

COMPETITION: Final = "OG2024"
ZONE: Final = "Europe/Paris"
UNIT_LENGTH: Final = 34
EVENT_LENGTH: Final = 22
NO_UNIT: Final = "--------"
MEDALS: Final = ("gold", "silver", "bronze")


class Row(NamedTuple):
    """One competitor of a unit; `kind` is A or T, texts are empty where nothing was recorded."""

    id: str
    kind: str
    name: str
    noc: str
    rank: str
    result: str
    result_type: str
    irm: str
    wlt: str
    bib: str
    mark: str


class Unit(NamedTuple):
    """One result as it was recorded last; `at` is the time of its last official document, `medal` the schedule's."""

    code: str
    name: str
    at: datetime
    start: str
    end: str
    venue: str
    location: str
    medal: str
    rows: tuple[Row, ...]

    @property
    def event(self) -> str:
        return self.code[:EVENT_LENGTH].ljust(UNIT_LENGTH, "-")

    @property
    def is_total(self) -> bool:
        """Whether it is the order of a phase or of the event, which the tables list beside the units."""
        return self.code.endswith(NO_UNIT)


class Won(NamedTuple):
    """A medal that somebody has: `event` and `unit` are codes, `unit` is empty where the table's page names no unit."""

    medal: str
    event: str
    unit: str
    id: str
    kind: str
    noc: str
    athletes: tuple[str, ...]
    on: date


class Person(NamedTuple):
    """An athlete; names as they are written there, family name first."""

    id: str
    name: str
    born: str
    gender: str
    noc: str


class Team(NamedTuple):
    """A team as entered; `members` are ids of athletes."""

    id: str
    name: str
    gender: str
    noc: str
    members: tuple[str, ...]


class Paris(NamedTuple):
    """The whole recording: units by their times, totals last; persons and teams by discipline.

    `table` is gold, silver and bronze by organisation.
    """

    units: tuple[Unit, ...]
    medals: tuple[Won, ...]
    table: dict[str, tuple[int, int, int]]
    persons: dict[str, tuple[Person, ...]]
    teams: dict[str, tuple[Team, ...]]

    def members(self) -> dict[str, tuple[str, ...]]:
        """Athletes of a team as entered; who of them took part in a unit was not recorded."""
        return {team.id: team.members for teams in self.teams.values() for team in teams}
