"""The tables of Paris 2024 as the recording. Rows without a place in it are told to the report and left out.

The tables are those of the set "Paris 2024 Olympic Summer Games", and `derived_units.csv`, its schedule joined to its
results. docs/imports.md.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Final

from replay.imports.importing import Report
from replay.imports.paris.recorded import (
    EVENT_LENGTH,
    MEDALS,
    NO_UNIT,
    UNIT_LENGTH,
    Paris,
    Person,
    Row,
    Team,
    Unit,
    Won,
)
from replay.imports.table import Cells, Table

Places = dict[str, Cells]  # rows of derived_units.csv by the code of the unit
_PLACE_COLUMNS: Final = (
    "unit_code discipline_code discipline event_code event stage venue_code location_code sched_start sched_end medal"
    " result_time"
)
_RESULT_COLUMNS: Final = "stage_code participant_code participant_type participant_name participant_country_code"
_MEDAL_COLUMNS: Final = "medal_type medal_date discipline event event_type url_event code country_code"
_KINDS: Final = {"Person": "A", "Team": "T"}


def read(folder: Path, report: Report) -> Paris:
    """All tables of a folder; raises ImportFailedError where one is missing or lacks a column."""
    places = _places(folder, report)
    disciplines = {row["discipline"]: row["discipline_code"] for row in places.values()}
    units = tuple(sorted(_units(folder, places, report), key=lambda unit: (unit.at, unit.is_total, unit.code)))
    return Paris(
        units=units,
        medals=tuple(_medals(folder, places, report)),
        table=_totals(folder, report),
        persons=_persons(folder / "athletes_taniki", disciplines, report),
        teams=_teams(folder, set(disciplines.values()), report),
    )


def _places(folder: Path, report: Report) -> Places:
    table = Table(folder, "derived_units.csv", _PLACE_COLUMNS, report)
    found: Places = {}
    for row in table.rows():
        if len(row["unit_code"]) != UNIT_LENGTH:
            table.miss(f"the code has not {UNIT_LENGTH} characters")
        elif not _is_moment(row["result_time"]):
            table.miss("no official time")
        else:
            found[row["unit_code"]] = row
    return found


def _is_moment(text: str) -> bool:
    """Whether it is a time with a zone."""
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _units(folder: Path, places: Places, report: Report) -> Iterator[Unit]:
    rows: dict[str, list[Row]] = defaultdict(list)
    for path in sorted((folder / "results").glob("*.csv")):
        table = Table(folder, f"results/{path.name}", _RESULT_COLUMNS, report)
        for row in table.rows():
            if row["stage_code"] not in places:
                table.miss("the unit is not in derived_units.csv")
            elif row["participant_type"] not in _KINDS or not row["participant_code"]:
                table.miss("nobody took part: no code, or neither Person nor Team")
            elif (rank := row.get("rank", "").removesuffix(".0")) and not rank.isdecimal():
                table.miss("the rank is no number")
            else:
                rows[row["stage_code"]].append(_row(row, rank))
    for code, listed in rows.items():
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
            rows=tuple(listed),
        )


def _row(row: Cells, rank: str) -> Row:
    return Row(
        id=row["participant_code"],
        kind=_KINDS[row["participant_type"]],
        name=row["participant_name"],
        noc=row["participant_country_code"],
        rank=rank,
        result=row.get("result", ""),
        result_type=row.get("result_type", ""),
        irm=row.get("result_IRM", ""),
        wlt=row.get("result_WLT", ""),
        bib=row.get("bib", ""),
        mark=row.get("qualification_mark", ""),
    )


def _medals(folder: Path, places: Places, report: Report) -> Iterator[Won]:
    """The medal's code is missing in one row and is written in two ways in others: its name is not."""
    events = {(row["discipline"], row["event"]): row["event_code"] for row in places.values()}
    athletes = _medallists(folder, report)
    table = Table(folder, "medals.csv", _MEDAL_COLUMNS, report)
    for row in table.rows():
        code = events.get((row["discipline"], row["event"]))
        medal = row["medal_type"].partition(" ")[0].lower()
        if code is None:
            table.miss("no unit of its event is known")
            continue
        if medal not in MEDALS or not row["code"]:
            table.miss("no medal, or nobody who won it")
            continue
        if not _is_day(row["medal_date"]):
            table.miss("no day")
            continue
        event = code.ljust(EVENT_LENGTH, "-")
        unit = event + row["url_event"].rpartition("/")[2].upper()
        yield Won(
            medal=medal,
            event=event.ljust(UNIT_LENGTH, "-"),
            unit="" if unit.endswith(NO_UNIT) or unit not in places else unit,
            id=row["code"],
            kind="A" if row["event_type"].endswith("ATH") else "T",
            noc=row["country_code"],
            athletes=tuple(dict.fromkeys(athletes[row["event"], row["code"]])),
            on=date.fromisoformat(row["medal_date"]),
        )


def _medallists(folder: Path, report: Report) -> dict[tuple[str, str], list[str]]:
    """Athletes by event and winner."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    table = Table(folder, "medallists.csv", "event code_athlete code_team is_medallist", report)
    for row in table.rows():
        if row["is_medallist"] == "TRUE":
            found[row["event"], row["code_team"] or row["code_athlete"]].append(row["code_athlete"])
        else:
            table.miss("no medal: is_medallist is not TRUE")
    return found


def _totals(folder: Path, report: Report) -> dict[str, tuple[int, int, int]]:
    columns = "Gold Medal", "Silver Medal", "Bronze Medal"
    table = Table(folder, "medals_total.csv", "country_code", report)
    found = {}
    for row in table.rows():
        try:
            gold, silver, bronze = (int(row[column]) for column in columns)
        except (KeyError, ValueError):
            table.miss("not three numbers of medals")
            continue
        found[row["country_code"]] = gold, silver, bronze
    return found


def _persons(folder: Path, disciplines: dict[str, str], report: Report) -> dict[str, tuple[Person, ...]]:
    columns = "code name birthDate gender country_code"
    known = {
        row["code"]: Person(row["code"], row["name"], row["birthDate"], row["gender"], row["country_code"])
        for row in Table(folder, "athletes.csv", columns, report).rows()
    }
    found: dict[str, dict[str, Person]] = defaultdict(dict)
    table = Table(folder, "athletes_disciplines.csv", "code disciplines", report)
    for row in table.rows():
        if row["disciplines"] not in disciplines:
            table.miss("no unit of its discipline is known")
        elif row["code"] not in known:
            table.miss("the athlete is not in athletes.csv")
        else:
            found[disciplines[row["disciplines"]]][row["code"]] = known[row["code"]]
    return {discipline: tuple(persons.values()) for discipline, persons in found.items()}


def _teams(folder: Path, disciplines: set[str], report: Report) -> dict[str, tuple[Team, ...]]:
    found: dict[str, list[Team]] = defaultdict(list)
    table = Table(folder, "teams.csv", "code team team_gender country_code disciplines_code athletes_codes", report)
    for row in table.rows():
        members = _listed(row["athletes_codes"])
        if row["disciplines_code"] not in disciplines:
            table.miss("no unit of its discipline is known")
        elif members is None:
            table.miss("the athletes are no list of codes")
        else:
            team = Team(row["code"], row["team"], row["team_gender"], row["country_code"], members)
            found[row["disciplines_code"]].append(team)
    return {discipline: tuple(teams) for discipline, teams in found.items()}


def _listed(text: str) -> tuple[str, ...] | None:
    """Codes as the table writes them, `['1', '2']`; None where they are written otherwise."""
    if not text:
        return ()
    try:
        codes = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return None
    return tuple(codes) if isinstance(codes, list) and all(isinstance(code, str) for code in codes) else None
