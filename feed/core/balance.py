"""The medals of one scope, counted as the ledger gives and takes them.

What a table costs after an entry goes by how many organisations it has, not by how many medals there are.
"""

from collections.abc import Iterable
from typing import TypeVar

from feed.core.awards import MEDALS
from feed.core.standings import Counts, standings
from schemas.ledger import LedgerBody, MedalAction, MedalCause, MedalView
from schemas.medal_table import MedalCounts, MedalRow, MedalTableBody

Key = TypeVar("Key")
GENDER = 3  # where an event's code has it


class Balance:
    """The sum of entries: medals by organisation, gender and kind, and how many each event has given."""

    def __init__(self) -> None:
        self._medals: dict[str, dict[tuple[str, str], int]] = {}
        self._events: dict[str, int] = {}

    def apply(self, entry: LedgerBody) -> None:
        """Add an entry; one that takes a medal comes after the one that gave it."""
        step = 1 if entry.action is MedalAction.AWARDED else -1
        _add(self._events, entry.event, step)
        if entry.winner.noc:
            _add(self._medals.setdefault(entry.winner.noc, {}), (entry.event[GENDER], entry.medal), step)

    def after(self, entries: Iterable[LedgerBody]) -> "Balance":
        """What it will be with these entries, too."""
        balance = Balance()
        balance._events = dict(self._events)
        balance._medals = {noc: dict(medals) for noc, medals in self._medals.items()}
        for entry in entries:
            balance.apply(entry)
        return balance

    def table(self, view: MedalView, cause: MedalCause | None) -> MedalTableBody:
        """The standings."""
        rows = standings({noc: _counts(medals) for noc, medals in self._medals.items()})
        return MedalTableBody(
            view=view,
            rows=tuple(MedalRow(**row._asdict(), genders=_genders(self._medals[row.noc])) for row in rows),
            events=len(self._events),
            cause=cause,
        )


def _add(counts: dict[Key, int], key: Key, step: int) -> None:
    counts[key] = counts.get(key, 0) + step
    if not counts[key]:
        del counts[key]


def _counts(medals: dict[tuple[str, str], int]) -> Counts:
    found = dict.fromkeys(MEDALS, 0)
    for (_, medal), count in medals.items():
        found[medal] += count
    return Counts(**found)


def _genders(medals: dict[tuple[str, str], int]) -> dict[str, MedalCounts]:
    found = {}
    for gender in sorted({gender for gender, _ in medals}):
        counts = {medal: medals.get((gender, medal), 0) for medal in MEDALS}
        found[gender] = MedalCounts(**counts, total=sum(counts.values()))
    return found
