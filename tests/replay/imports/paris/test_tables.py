from pathlib import Path

import pytest

from replay.imports.importing import ImportFailedError, Report
from replay.imports.paris.tables import read
from tests.replay.imports import made_up
from tests.replay.imports.made_up import FINAL, HEAT, RELAY_FINAL, Rows


def missed(report: Report) -> dict[tuple[str, str], list[str]]:
    return {key: unmapped.examples for key, unmapped in report.unmapped.items()}


def test_tables_are_read_whole(tmp_path: Path):
    """Units by their times, medals with their units and athletes, totals, persons and teams; each row is counted."""
    report = Report()
    paris = read(made_up.write(tmp_path), report)
    assert [unit.code for unit in paris.units] == [HEAT, FINAL, RELAY_FINAL]
    assert [(row.id, row.kind, row.noc, row.rank) for row in paris.units[1].rows] == [
        ("91", "A", "XAA", "1"),
        ("92", "A", "XBB", "2"),
        ("93", "A", "XBB", "3"),
    ]
    won = paris.medals[3]
    assert (won.medal, won.unit, won.kind, won.noc, won.athletes) == ("gold", RELAY_FINAL, "T", "XBB", ("92", "93"))
    assert paris.table == {"XAA": (1, 1, 0), "XBB": (1, 1, 1)}
    assert [person.name for person in paris.persons["ATH"]] == ["ALPHA Ada", "BETA Bo", "GAMMA Cy"]
    assert paris.members()["ATHX4X400M--XBB01"] == ("92", "93")
    assert missed(report) == {}
    assert (report.rows["results/Athletics.csv"], report.rows["athletes.csv"]) == (7, 3)


STRAY: list[tuple[str, dict[str, str], str, str]] = [
    ("derived_units.csv", made_up.place(HEAT, unit_code="ATHM"), "line 5", "the code has not 34 characters"),
    ("derived_units.csv", made_up.place(HEAT, result_time="later"), "line 5", "no official time"),
    ("derived_units.csv", made_up.place(HEAT, result_time="2024-08-01T10:00:00"), "line 5", "no official time"),
    (
        "results/Athletics.csv",
        made_up.result(FINAL.replace("FNL-", "SFNL"), "91", "1.0"),
        "line 9",
        "the unit is not in derived_units.csv",
    ),
    (
        "results/Athletics.csv",
        made_up.result(FINAL, "91", "1.0", participant_type="Robot"),
        "line 9",
        "nobody took part: no code, or neither Person nor Team",
    ),
    ("results/Athletics.csv", made_up.result(FINAL, "91", "first"), "line 9", "the rank is no number"),
    ("medals.csv", made_up.medal("Gold", FINAL, "91", event="Chess"), "line 7", "no unit of its event is known"),
    ("medals.csv", made_up.medal("Tin", FINAL, "91"), "line 7", "no medal, or nobody who won it"),
    ("medals.csv", made_up.medal("Gold", FINAL, "91", medal_date="02-08-2024"), "line 7", "no day"),
]


@pytest.mark.parametrize("table, row, where, reason", STRAY)
def test_a_row_without_a_place_is_told(tmp_path: Path, table: str, row: dict[str, str], where: str, reason: str):
    """With its line and the reason, and all others are read as if it were not there."""
    tables = made_up.tables()
    expected = read(made_up.write(tmp_path / "a", tables), Report())
    tables[table].append(row)
    report = Report()
    assert read(made_up.write(tmp_path / "b", tables), report) == expected
    assert missed(report) == {(table, reason): [where]}


def test_people_without_a_place_are_told(tmp_path: Path):
    """Of a discipline without units, unknown, and a team whose athletes cannot be read."""
    tables = made_up.tables()
    of_discipline: Rows = tables["athletes_taniki/athletes_disciplines.csv"]
    of_discipline += [{"code": "91", "disciplines": "Chess"}, {"code": "99", "disciplines": "Athletics"}]
    tables["teams.csv"] += [
        tables["teams.csv"][0] | {"disciplines_code": "XXX"},
        tables["teams.csv"][0] | {"athletes_codes": "__import__('os')"},
    ]
    report = Report()
    paris = read(made_up.write(tmp_path, tables), report)
    assert len(paris.persons["ATH"]) == 3
    assert [len(teams) for teams in paris.teams.values()] == [2]
    assert missed(report) == {
        ("athletes_disciplines.csv", "no unit of its discipline is known"): ["line 5"],
        ("athletes_disciplines.csv", "the athlete is not in athletes.csv"): ["line 6"],
        ("teams.csv", "no unit of its discipline is known"): ["line 4"],
        ("teams.csv", "the athletes are no list of codes"): ["line 5"],
    }


def test_a_missing_table_or_column_is_refused(tmp_path: Path):
    """By name, as what else cannot be read as a table."""
    made_up.write(tmp_path)
    medals = tmp_path / "medals.csv"
    medals.write_text("medal_type,discipline\n")
    with pytest.raises(ImportFailedError, match=r"medals\.csv has no column code"):
        read(tmp_path, Report())
    medals.write_bytes(b"\xff\xfe")
    with pytest.raises(ImportFailedError, match=r"medals\.csv cannot be read"):
        read(tmp_path, Report())
    medals.unlink()
    with pytest.raises(ImportFailedError, match=r"medals\.csv cannot be read"):
        read(tmp_path, Report())
