from pathlib import Path

import pytest

from benchmarks.results import Cell, Results, load, measured, read_cell, read_lines, save

ROWS = [
    "Fan-out: two rounds",
    "",
    "| load | server | CPU | to bare (spread) |",
    "| --- | --- | ---: | ---: |",
    "| 60/s x 5 | bare loop | 1.50 us | 1 |",
    "| 60/s x 5 | service | 3.00 us | 2.00 (1.50 to 2.50) |",
    "\nThe aim is 2.",
]


@pytest.mark.parametrize(
    "text, cell",
    [
        ("1,234", Cell("1,234", 1234.0)),
        ("1.68 us", Cell("1.68 us", 1.68, "us")),
        ("0.97 (0.96 to 0.98)", Cell("0.97 (0.96 to 0.98)", 0.97, None, 0.96, 0.98)),
        ("600 B", Cell("600 B", 600.0, "B")),
        ("1,000/s x 500 x 600 B", Cell("1,000/s x 500 x 600 B")),
        ("service", Cell("service")),
        ("", Cell("")),
        ("nan (nan to nan)", Cell("nan (nan to nan)")),
        ("inf ms", Cell("inf ms")),
    ],
)
def test_a_cell_is_read_for_what_it_says(text: str, cell: Cell):
    """A number with its unit and spread; all else is words."""
    assert read_cell(text) == cell


def test_tables_are_told_from_the_lines_beside_them():
    """A new table begins after a line that is none; empty lines are no notes."""
    notes, tables = read_lines([*ROWS, "", "| a | b |", "| --- | --- |", "| 1 | 2 |"])
    assert notes == ["Fan-out: two rounds", "The aim is 2."]
    assert [each.columns for each in tables] == [["load", "server", "CPU", "to bare (spread)"], ["a", "b"]]
    assert [len(each.rows) for each in tables] == [2, 1]
    assert tables[0].rows[1][3] == Cell("2.00 (1.50 to 2.50)", 2.0, None, 1.5, 2.5)
    assert tables[0].labels() == [0, 1]


def test_results_are_kept_until_the_same_benchmark_runs_again(tmp_path: Path):
    """One file for all; what has never run is not there."""
    path = tmp_path / "new" / "results.json"
    assert load(path) == Results()
    first, second = measured("fanout", ROWS), measured("sets", ["Sets"])
    save(path, Results({"fanout": first, "sets": second}))
    assert load(path).benchmarks == {"fanout": first, "sets": second}
    assert b'"low": 1.5' in path.read_bytes()
