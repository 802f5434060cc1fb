"""A CSV table of a data set, read row by row, with the line of each."""

import csv
from collections.abc import Iterator
from pathlib import Path

from replay.imports.importing import ImportFailedError, Report

Cells = dict[str, str]


class Table:
    """A file of a data set; its name in reports is its path inside the folder."""

    def __init__(self, folder: Path, name: str, columns: str, report: Report) -> None:
        """`columns` are the names of those it must have, with spaces between."""
        self.name = name
        self._path = folder / name
        self._columns = frozenset(columns.split())
        self._report = report
        self._line = 0

    def rows(self) -> Iterator[Cells]:
        """Cells by column, "" where a row is short. Raises ImportFailedError where the table cannot be read."""
        try:
            with self._path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.DictReader(file, restval="")
                if missing := sorted(self._columns - set(reader.fieldnames or ())):
                    self._fail(f"has no column {missing[0]}")
                for row in reader:
                    self._line = reader.line_num
                    self._report.rows[self.name] += 1
                    yield row
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            self._fail(f"cannot be read: {error}")

    def miss(self, reason: str) -> None:
        """The row that `rows` gave last did not map."""
        self._report.miss(self.name, f"line {self._line}", reason)

    def _fail(self, what: str) -> None:
        raise ImportFailedError(f"{self._path} {what}", hint="docs/imports.md tells which tables are needed.")
