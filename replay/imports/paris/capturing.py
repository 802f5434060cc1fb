"""Paris 2024 as captured documents: a folder of its tables and, for both corrections, its medal timeline."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from replay.capture import Captured
from replay.imports.importing import Import, Report
from replay.imports.paris.corrections import corrections
from replay.imports.paris.games import Games, Timed
from replay.imports.paris.tables import read as read_tables
from replay.imports.writing import source_of

_EPOCH = datetime.fromtimestamp(0, UTC)


def read(folders: tuple[Path, ...], _: ZoneInfo, report: Report) -> Import:
    """All documents; raises ImportFailedError where a table is missing or not what it should be."""
    tables, *timeline = folders
    paris = read_tables(tables, report)
    games = Games(paris, corrections(paris, timeline[0], report) if timeline else ())
    found = games.all()
    return Import(len(found), _captured(found))


def _captured(found: list[Timed]) -> Iterator[Captured]:
    for timed in found:
        recv = (timed.at - _EPOCH) // timedelta(microseconds=1)
        yield Captured(recv, source_of(timed.code, timed.origin), "odf", "", timed.make(), timed.origin)
