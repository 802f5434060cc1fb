"""Paris 2024 as it went: which documents are posted, and in which order within a discipline.

Both corrections are left out of `results` and `medallists`, which tell what was known before them; they come last.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.paris import documents
from tests.paris.corrections import Correction, corrections
from tests.paris.lists import lists
from tests.paris.tables import Paris, Unit, Won, read
from tests.paris.writing import Issue

CORRECTED = 3  # the Version of a result that is put right; before it came the start list and the first official one


@dataclass(frozen=True)
class Games:
    """The recording, and what was put right later."""

    paris: Paris
    corrections: tuple[Correction, ...]

    def disciplines(self) -> list[str]:
        return sorted({unit.code[:3] for unit in self.paris.units})

    def lists(self, discipline: str) -> list[bytes]:
        return lists(self.paris, discipline)

    def results(self, discipline: str) -> list[bytes]:
        """Start lists and official results in order of their times; a total is begun with the event's first unit."""
        members = self.paris.members()
        units = [unit for unit in self._known_first() if unit.code.startswith(discipline)]
        first: dict[str, datetime] = {}
        for unit in sorted(units, key=documents.started):
            first.setdefault(unit.event, documents.started(unit))
        timed = []
        for unit in units:
            begun = first[unit.event] if unit.is_total else documents.started(unit)
            timed.append((begun, 0, documents.start_list(unit, members, begun)))
            timed.append((unit.at, 1 + unit.is_total, documents.official(unit, members)))
        return [document for *_, document in sorted(timed, key=lambda each: each[:2])]

    def medallists(self, discipline: str) -> list[bytes]:
        """One for each event, at the time of its last result."""
        ended: dict[str, datetime] = {}
        for unit in self._known_first():
            ended[unit.event] = max(unit.at, ended.get(unit.event, unit.at))
        return [
            documents.medallists(won, Issue(1, ended[event], "OFFICIAL"))
            for event, won in self.medals_first().items()
            if event.startswith(discipline)
        ]

    def medals_first(self) -> dict[str, tuple[Won, ...]]:
        """Who had the medals before the corrections, by event."""
        found: dict[str, list[Won]] = defaultdict(list)
        for won in self.paris.medals:
            found[won.event].append(won)
        before = {each.after.event: each.medals_before for each in self.corrections}
        return {event: tuple(won) for event, won in found.items()} | before

    def corrected(self, correction: Correction) -> list[bytes]:
        """The result, where it was issued again, and the medallists that put it right."""
        unit, notes = correction.after, (correction.note,)
        results = [documents.official(unit, self.paris.members(), CORRECTED, notes)] if correction.has_result else []
        issue = Issue(2, max(correction.at, unit.at), "OFFICIAL", notes)
        return [*results, documents.medallists(correction.medals_after, issue)]

    def _known_first(self) -> Iterator[Unit]:
        before = {each.before.code: each.before for each in self.corrections}
        return (before.get(unit.code, unit) for unit in self.paris.units)


def games(shared: Path) -> Games:
    """From the folder of recorded data."""
    folder = shared / "data" / "games"
    paris = read(folder / "paris-2024")
    return Games(paris, corrections(paris, folder / "paris-2024-medal-timeline"))
