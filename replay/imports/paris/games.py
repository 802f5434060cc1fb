"""Paris 2024 as it went: which documents there are, when each is sent, and how it is made.

Both corrections are left out of `results` and `medallists`, which tell what was known before them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from operator import attrgetter
from typing import Final, NamedTuple

from replay.imports.importing import IMPORTED, SYNTHESISED
from replay.imports.paris import documents
from replay.imports.paris.corrections import Correction
from replay.imports.paris.lists import EVE, lists
from replay.imports.paris.recorded import Paris, Unit, Won
from replay.imports.writing import Issue, Members

CORRECTED: Final = 3  # the Version of a result that is put right; a start list and an official one came before


class Timed(NamedTuple):
    """A document: when it is sent, its code and origin, and how its bytes are made."""

    at: datetime
    code: str
    origin: str
    make: Callable[[], bytes]


_BY_TIME: Final = attrgetter("at")


@dataclass(frozen=True)
class Games:
    """The recording, and what was put right later."""

    paris: Paris
    corrections: tuple[Correction, ...] = ()

    def disciplines(self) -> list[str]:
        return sorted({unit.code[:3] for unit in self.paris.units})

    def all(self) -> list[Timed]:
        """Every document in the order in which it is sent; in the same second lists, results, medallists."""
        found = [
            timed
            for discipline in self.disciplines()
            for part in (self.lists, self.results, self.medallists)
            for timed in part(discipline)
        ]
        found += [timed for correction in self.corrections for timed in self.corrected(correction)]
        return sorted(found, key=_BY_TIME)

    def lists(self, discipline: str) -> list[Timed]:
        made = lists(self.paris, discipline)
        return [Timed(EVE.at, discipline, IMPORTED, partial(bytes, document)) for document in made]

    def results(self, discipline: str) -> list[Timed]:
        """Start lists and official results in order of their times; a total is begun with the event's first unit.

        In the same second a total comes behind its units, as the recording has them.
        """
        units = [unit for unit in self._known_first() if unit.code.startswith(discipline)]
        first: dict[str, datetime] = {}
        for unit in sorted(units, key=documents.started):
            first.setdefault(unit.event, documents.started(unit))
        rebuilt = {each.before.code for each in self.corrections if each.has_result}
        timed = []
        for unit in units:
            begun = first[unit.event] if unit.is_total else documents.started(unit)
            origin = SYNTHESISED if unit.code in rebuilt else IMPORTED
            start_list = partial(documents.start_list, unit, self._members, begun)
            official = partial(documents.official, unit, self._members, origin=origin)
            timed.append(Timed(begun, unit.code, SYNTHESISED, start_list))
            timed.append(Timed(unit.at, unit.code, origin, official))
        return sorted(timed, key=_BY_TIME)

    def medallists(self, discipline: str) -> list[Timed]:
        """One for each event, at the time of its last result."""
        ended: dict[str, datetime] = {}
        for unit in self._known_first():
            ended[unit.event] = max(unit.at, ended.get(unit.event, unit.at))
        return [
            self._medallists(won, Issue(1, ended[event], "OFFICIAL"))
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

    def corrected(self, correction: Correction) -> list[Timed]:
        """The result, where it was issued again, and the medallists that put it right."""
        unit, notes = correction.after, (correction.note,)
        official = partial(documents.official, unit, self._members, CORRECTED, notes)
        results = [Timed(unit.at, unit.code, IMPORTED, official)] if correction.has_result else []
        issue = Issue(2, max(correction.at, unit.at), "OFFICIAL", notes)
        return [*results, self._medallists(correction.medals_after, issue)]

    @cached_property
    def _members(self) -> Members:
        return self.paris.members()

    def _medallists(self, won: tuple[Won, ...], issue: Issue) -> Timed:
        return Timed(issue.at, won[0].event, IMPORTED, partial(documents.medallists, won, issue))

    def _known_first(self) -> Iterator[Unit]:
        before = {each.before.code: each.before for each in self.corrections}
        return (before.get(unit.code, unit) for unit in self.paris.units)
