"""What was recorded of Paris 2024: units with their rows, medals, totals and who took part, read from the tables."""

import ast
import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

UNIT_LENGTH = 34
EVENT_LENGTH = 22
NO_UNIT = "--------"
MEDALS = ("gold", "silver", "bronze")


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
    id: str
    name: str
    gender: str
    noc: str
    members: tuple[str, ...]


class Paris(NamedTuple):
    """The whole recording; persons and teams by discipline, `table` is gold, silver and bronze by organisation."""

    units: tuple[Unit, ...]
    medals: tuple[Won, ...]
    table: dict[str, tuple[int, int, int]]
    persons: dict[str, tuple[Person, ...]]
    teams: dict[str, tuple[Team, ...]]

    def members(self) -> dict[str, tuple[str, ...]]:
        """Athletes of a team as entered; who of them took part in a unit was not recorded."""
        return {team.id: team.members for teams in self.teams.values() for team in teams}


def read(folder: Path) -> Paris:
    """All tables of the folder."""
    places = {row["unit_code"]: row for row in _rows(folder / "derived_units.csv")}
    disciplines = {row["discipline"]: row["discipline_code"] for row in places.values()}
    units = tuple(sorted(_units(folder, places), key=lambda unit: (unit.at, unit.is_total, unit.code)))
    return Paris(
        units=units,
        medals=tuple(_medals(folder, places)),
        table={row["country_code"]: _three(row) for row in _rows(folder / "medals_total.csv")},
        persons=_persons(folder / "athletes_taniki", disciplines),
        teams=_teams(folder),
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _three(row: dict[str, str]) -> tuple[int, int, int]:
    gold, silver, bronze = (int(row[f"{medal.title()} Medal"]) for medal in MEDALS)
    return gold, silver, bronze


def _units(folder: Path, places: dict[str, dict[str, str]]) -> Iterator[Unit]:
    recorded: dict[str, list[dict[str, str]]] = defaultdict(list)
    for path in sorted((folder / "results").glob("*.csv")):
        for row in _rows(path):
            recorded[row["stage_code"]].append(row)
    for code, rows in recorded.items():
        place = places[code]
        yield Unit(
            code=code,
            name=place["stage"],
            at=datetime.fromisoformat(place["result_time"]),
            start=place["sched_start"],
            end=place["sched_end"],
            venue=place["venue_code"],
            location=place["location_code"],
            medal=place["medal"],
            rows=tuple(map(_row, rows)),
        )


def _row(row: dict[str, str]) -> Row:
    return Row(
        id=row["participant_code"],
        kind="A" if row["participant_type"] == "Person" else "T",
        name=row["participant_name"],
        noc=row["participant_country_code"],
        rank=row.get("rank", "").removesuffix(".0"),
        result=row.get("result", ""),
        result_type=row.get("result_type", ""),
        irm=row.get("result_IRM", ""),
        wlt=row.get("result_WLT", ""),
        bib=row.get("bib", ""),
        mark=row.get("qualification_mark", ""),
    )


def _medals(folder: Path, places: dict[str, dict[str, str]]) -> Iterator[Won]:
    """The medal's code is missing in one row and is written in two ways in others: its name is not."""
    events = {(row["discipline"], row["event"]): row["event_code"] for row in places.values()}
    athletes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in _rows(folder / "medallists.csv"):
        if row["is_medallist"] == "TRUE":
            athletes[row["event"], row["code_team"] or row["code_athlete"]].append(row["code_athlete"])
    for row in _rows(folder / "medals.csv"):
        event = events[row["discipline"], row["event"]].ljust(EVENT_LENGTH, "-")
        unit = event + row["url_event"].rpartition("/")[2].upper()
        yield Won(
            medal=row["medal_type"].partition(" ")[0].lower(),
            event=event.ljust(UNIT_LENGTH, "-"),
            unit="" if unit.endswith(NO_UNIT) or unit not in places else unit,
            id=row["code"],
            kind="A" if row["event_type"].endswith("ATH") else "T",
            noc=row["country_code"],
            athletes=tuple(dict.fromkeys(athletes[row["event"], row["code"]])),
            on=date.fromisoformat(row["medal_date"]),
        )


def _persons(folder: Path, disciplines: dict[str, str]) -> dict[str, tuple[Person, ...]]:
    known = {
        row["code"]: Person(row["code"], row["name"], row["birthDate"], row["gender"], row["country_code"])
        for row in _rows(folder / "athletes.csv")
    }
    found: dict[str, dict[str, Person]] = defaultdict(dict)
    for row in _rows(folder / "athletes_disciplines.csv"):
        if row["disciplines"] in disciplines and row["code"] in known:
            found[disciplines[row["disciplines"]]][row["code"]] = known[row["code"]]
    return {discipline: tuple(persons.values()) for discipline, persons in found.items()}


def _teams(folder: Path) -> dict[str, tuple[Team, ...]]:
    found: dict[str, list[Team]] = defaultdict(list)
    for row in _rows(folder / "teams.csv"):
        members = tuple(ast.literal_eval(row["athletes_codes"])) if row["athletes_codes"] else ()
        team = Team(row["code"], row["team"], row["team_gender"], row["country_code"], members)
        found[row["disciplines_code"]].append(team)
    return {discipline: tuple(teams) for discipline, teams in found.items()}
