"""What benchmarks found, as data: their Markdown tables read back cell by cell, kept as JSON from run to run."""

import platform
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

_CELL: Final = re.compile(r"(?P<value>[\d,.]+)(?: (?P<unit>[A-Za-z/]+))?(?: \((?P<low>[\d.]+) to (?P<high>[\d.]+)\))?")
_RULE: Final = re.compile(r"\|(?: ?:?-+:? ?\|)+")


class Cell(msgspec.Struct, frozen=True, omit_defaults=True):
    """A cell as it is written, and what it says: `low` and `high` are the spread of the rounds."""

    text: str
    value: float | None = None
    unit: str | None = None
    low: float | None = None
    high: float | None = None


class Table(msgspec.Struct, frozen=True):
    """A table; each row has a cell for each column."""

    columns: list[str]
    rows: list[list[Cell]]

    def labels(self) -> list[int]:
        """Columns that say what a row is about: the first, and those with words."""
        worded = {place for row in self.rows for place, cell in enumerate(row) if cell.text and cell.value is None}
        return [place for place in range(len(self.columns)) if place == 0 or place in worded]


class Measured(msgspec.Struct, frozen=True):
    """One benchmark of one run; `notes` are the lines beside the tables, the first its title."""

    name: str
    at: str
    machine: str
    notes: list[str]
    tables: list[Table]


class Results(msgspec.Struct):
    """The newest run of each benchmark."""

    benchmarks: dict[str, Measured] = msgspec.field(default_factory=dict)


def measured(name: str, lines: Iterable[str]) -> Measured:
    """What a benchmark of this name has just printed."""
    machine = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    notes, tables = read_lines(lines)
    return Measured(name, f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", machine, notes, tables)


def read_lines(lines: Iterable[str]) -> tuple[list[str], list[Table]]:
    """The plain lines and the tables of Markdown."""
    notes: list[str] = []
    tables: list[Table] = []
    is_table = False
    for line in "\n".join(lines).split("\n"):
        if not line.startswith("|"):
            is_table = False
            notes += [line] if line else []
        elif not is_table:
            is_table = True
            tables.append(Table(_split(line), []))
        elif not _RULE.fullmatch(line):
            tables[-1].rows.append([read_cell(text) for text in _split(line)])
    return notes, tables


def read_cell(text: str) -> Cell:
    """`0.97 (0.96 to 0.98)`, `1.68 us`, `1,000` or words; a ratio has no unit."""
    found = _CELL.fullmatch(text)
    if found is None:
        return Cell(text)
    value, low, high = (
        float(found[each].replace(",", "")) if found[each] else None for each in ("value", "low", "high")
    )
    return Cell(text, value, found["unit"], low, high)


def load(path: Path) -> Results:
    """What an earlier run left, or nothing."""
    return msgspec.json.decode(path.read_bytes(), type=Results) if path.exists() else Results()


def save(path: Path, results: Results) -> None:
    """Write all of it, to be read by people too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")


def _split(line: str) -> list[str]:
    return [text.strip() for text in line.strip()[1:-1].split("|")]
