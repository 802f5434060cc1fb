"""Documents by discipline and by source, with names that cannot grow without end.

A name is learnt from a document that was accepted, and only so many are: what a stranger calls itself is never one.
"""

import re
from collections import Counter
from typing import Final

from feed.core.outcome import Outcome

OTHER: Final = "other"
NAMES_MAX: Final = 100
OUTCOMES: Final = ("accepted", "duplicate", "stale", "quarantined", "archived")
_DISCIPLINE: Final = re.compile(r"[A-Z0-9]{2,3}")
_SOURCE_LENGTH: Final = 40


class Tally:
    """The documents of one flag: (name, outcome) -> how many, in which `other` holds those without a known name."""

    def __init__(self) -> None:
        self.disciplines: Counter[tuple[str, str]] = Counter()
        self.sources: Counter[tuple[str, str]] = Counter()
        self._disciplines: set[str] = set()
        self._sources: set[str] = set()

    def count(self, topic: str | None, source: str | None, outcome: Outcome) -> None:
        """Count one document by what it says of itself."""
        name = outcome_of(outcome)
        discipline = topic.split(".", 2)[1] if topic else ""
        if outcome.accepted:
            if _DISCIPLINE.fullmatch(discipline):
                _learn(self._disciplines, discipline)
            if source and len(source) <= _SOURCE_LENGTH:
                _learn(self._sources, source)
        self.disciplines[discipline if discipline in self._disciplines else OTHER, name] += 1
        self.sources[source if source in self._sources else OTHER, name] += 1


def outcome_of(outcome: Outcome) -> str:
    """The one of OUTCOMES that a document has as a whole: of a list, what became of the best part of it."""
    if outcome.quarantined:
        return "quarantined"
    if outcome.accepted:
        return "accepted"
    if outcome.stale:
        return "stale"
    return "duplicate" if outcome.duplicates else "archived"


def _learn(names: set[str], name: str) -> None:
    if len(names) < NAMES_MAX:
        names.add(name)
