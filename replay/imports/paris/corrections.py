"""The two medals of Paris 2024 that moved after they had been won, as the recorded medal list shows them.

Recorded are who lost and who got a medal, and when. Of the race the result after it is recorded, and the one before is
rebuilt. Of the floor exercise the result was never issued again, only the medal list changed. The notes are ours.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from replay.imports.importing import ImportFailedError, Report
from replay.imports.paris.recorded import MEDALS, ZONE, Paris, Unit, Won

TABLE = "medal_changes.jsonl"
RACE = "ATHW5000M-------------FNL-000100--"
FLOOR = "GARW1APFX-------------FNL-000001--"
DISQUALIFIED = "KIPYEGON Faith"
NOTES = {
    RACE: "Disqualification of a competitor lifted on appeal",
    FLOOR: "Inquiry came too late: the score before it stands, by arbitration",
}
_RACE_SHOWN = 84  # the version of the medal list that has the race for the first time
_SHOWN = {RACE: (90, "Women's 5000m"), FLOOR: (331, "Women's Floor Exercise")}  # version that moves it, and its event
_OF_LETTER = {medal[0].upper(): medal for medal in MEDALS}


@dataclass(frozen=True)
class Correction:
    """A unit and its event's medals before and after; `changes` are (withdrawn or awarded, medal, noc, id)."""

    before: Unit
    after: Unit
    at: datetime
    medals_before: tuple[Won, ...]
    medals_after: tuple[Won, ...]
    changes: frozenset[tuple[str, str, str, str]]
    note: str

    @property
    def has_result(self) -> bool:
        """Whether the unit's result was issued again."""
        return self.before != self.after


def corrections(paris: Paris, timeline: Path, report: Report) -> tuple[Correction, ...]:
    """Both, in the order in which they happened; raises ImportFailedError when the folder does not tell them."""
    path = timeline / TABLE
    try:
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        found = tuple(_found(paris, lines, report))
    except (OSError, ValueError, KeyError) as error:
        detail = f"{path} does not tell the corrections of these medals: {error!r}"
        raise ImportFailedError(detail, hint="Leave that folder out to import the tables alone.") from error
    return found


def _found(paris: Paris, lines: list[dict[str, Any]], report: Report) -> Iterator[Correction]:
    times = {line["seq"]: datetime.fromisoformat(line["ts"]).astimezone(ZoneInfo(ZONE)) for line in lines}
    recorded = {unit.code: unit for unit in paris.units}
    earlier = {RACE: _disqualified(recorded[RACE], times[_RACE_SHOWN]), FLOOR: recorded[FLOOR]}
    shown = {moved: code for code, moved in _SHOWN.items()}
    moves: dict[str, list[dict[str, Any]]] = {code: [] for code in _SHOWN}
    for number, line in enumerate(lines, 1):
        report.rows[TABLE] += 1
        code = shown.get((line["seq"], line["event"]))
        if code is None:
            report.miss(TABLE, f"line {number}", "moves no medal: the tables tell it")
        else:
            moves[code].append(line)
    for code, (version, _) in _SHOWN.items():
        yield _correction(paris, earlier[code], recorded[code], times[version], moves[code])


def _correction(paris: Paris, before: Unit, after: Unit, at: datetime, lines: list[dict[str, Any]]) -> Correction:
    medals_after = tuple(won for won in paris.medals if won.event == after.event)
    changes = frozenset(_changes(after, lines))
    got = {id_ for action, *_, id_ in changes if action == "awarded"}
    like = medals_after[0]
    earlier = (
        like._replace(medal=medal, id=id_, noc=noc, athletes=(id_,))
        for action, medal, noc, id_ in sorted(changes)
        if action == "withdrawn"
    )
    kept = (won for won in medals_after if won.id not in got)
    return Correction(before, after, at, (*kept, *earlier), medals_after, changes, NOTES[after.code])


def _changes(unit: Unit, lines: list[dict[str, Any]]) -> Iterator[tuple[str, str, str, str]]:
    ids = {row.name: row.id for row in unit.rows}
    actions = {"add": "awarded", "remove": "withdrawn"}
    return ((actions[line["op"]], _OF_LETTER[line["color"]], line["noc"], ids[line["name"]]) for line in lines)


def _disqualified(unit: Unit, at: datetime) -> Unit:
    """The result with one runner less; all behind her are a place better."""
    (out,) = (row for row in unit.rows if row.name == DISQUALIFIED)
    rows = (
        row._replace(rank=str(int(row.rank) - 1)) if int(row.rank) > int(out.rank) else row
        for row in unit.rows
        if row is not out
    )
    return unit._replace(at=at, rows=(*rows, out._replace(rank="", result="", irm="DSQ")))
