"""Units of schedules as the Games' site gives them: JSON files, each a day or the whole Games.

docs/imports.md tells which fields are read.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from replay.imports.importing import ImportFailedError, Report

CODE_LENGTH: Final = 34


class Unit(NamedTuple):
    """One row; the order of these is that of a schedule. `start` and `end` have a zone."""

    start: datetime
    order: int
    code: str
    end: datetime | None
    row: dict[str, Any]

    @property
    def discipline(self) -> str:
        return self.code[:3]

    def text(self, name: str) -> str:
        """A field as an attribute has it: no value and false are nothing, true is Y."""
        value = self.row.get(name)
        return "" if value is None or value is False else "Y" if value is True else str(value)

    def competitors(self) -> list[dict[str, Any]]:
        """Those who are known by now, in the order of the row."""
        return [each for each in self.row.get("competitors") or () if isinstance(each, dict) and each.get("noc")]


def read(folders: tuple[Path, ...], report: Report) -> list[Unit]:
    """The units of all files, each once, in order; raises ImportFailedError where a folder is none."""
    return sorted(_units(folders, report), key=lambda unit: unit[:3])


def _units(folders: tuple[Path, ...], report: Report) -> Iterator[Unit]:
    known: set[str] = set()
    for folder in folders:
        if not folder.is_dir():
            raise ImportFailedError(f"{folder} is not a folder", hint="Name the folder with the schedules.")
        for path in sorted(folder.rglob("*.json")):
            name = str(path.relative_to(folder))
            for number, row in enumerate(_rows(path, name, report), 1):
                report.rows[name] += 1
                found = _unit(row, known)
                if isinstance(found, str):
                    report.miss(name, f"unit {number}", found)
                else:
                    known.add(found.code)
                    yield found


def _rows(path: Path, name: str, report: Report) -> list[Any]:
    try:
        rows = list(_nested(json.loads(path.read_text("utf-8-sig"))))
    except (OSError, ValueError):
        rows = []
    if not rows:
        report.miss(name, "the file", "no units in it")
    return rows


def _nested(found: object) -> Iterator[Any]:
    """The units of a schedule, or of each one in a file that holds several."""
    match found:
        case {"units": [*units]}:
            yield from units
        case dict():
            for each in found.values():
                yield from _nested(each)


def _unit(row: object, known: set[str]) -> Unit | str:
    """The row as a unit, or why it is none."""
    if not isinstance(row, dict) or len(code := str(row.get("id", ""))) != CODE_LENGTH:
        return f"the code has not {CODE_LENGTH} characters"
    start = _moment(row.get("startDate"))
    if start is None:
        return "no start, or one without a zone"
    if code in known:
        return "it stands in a file before"
    order = row.get("order")
    return Unit(start, order if isinstance(order, int) else 0, code, _moment(row.get("endDate")), row)


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
