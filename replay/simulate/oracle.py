"""The truth beside the documents: results by unit, the schedule, and the medal table after everything that moves it.

A second opinion: it counts for itself, from outcomes and not from documents, and knows nothing of the service. Lines of
JSON, one object each, `about` says of what; the last holds the hash of all before it.
"""

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from typing import BinaryIO

import msgspec

from schemas.medal_table import MedalCounts, MedalRow

MEDALS = ("gold", "silver", "bronze")
Held = tuple[str, str, str]  # medal, competitor, organisation


class Oracle:
    """Writes the truth of one Games, and counts its medals."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = sha256()
        self._held: dict[str, tuple[Held, ...]] = {}

    def tell(self, about: str, **what: object) -> None:
        """One line."""
        line = msgspec.json.encode({"about": about, **what}, order="deterministic") + b"\n"
        self._hash.update(line)
        self._file.write(line)

    def won(self, event: str, held: Iterable[Held], document: int, of: dict[str, object]) -> None:
        """Who has the medals of an event from a document on (its number in the capture, from 1)."""
        said = tuple(sorted(held))
        if self._held.get(event, ()) != said:
            self._held[event] = said
            self.tell("medals", document=document, of=of, event=event, held=said, rows=self.rows())

    def rows(self) -> list[MedalRow]:
        """The table: by gold, silver, bronze; who ties shares a rank and stands by code (DT_MEDALS)."""
        counted: dict[str, Counter[tuple[str, str]]] = {}
        for event, held in self._held.items():
            for medal, _, noc in held:
                counted.setdefault(noc, Counter())[event[3], medal] += 1
        whole = {noc: _triple(counts) for noc, counts in counted.items()}
        return [
            _row(noc, whole, _genders(counted[noc]))
            for noc in sorted(whole, key=lambda noc: ([-count for count in whole[noc]], noc))
        ]

    @property
    def events(self) -> int:
        """In which somebody has a medal."""
        return sum(bool(held) for held in self._held.values())

    def close(self, **what: object) -> str:
        """The final table, and the hash of all lines before the last."""
        self.tell("table", rows=self.rows())
        digest = self._hash.hexdigest()
        self.tell("end", sha256=digest, **what)
        return digest


def _row(noc: str, whole: dict[str, tuple[int, int, int]], genders: dict[str, MedalCounts]) -> MedalRow:
    own = whole[noc]
    return MedalRow(
        rank=1 + sum(other > own for other in whole.values()),
        rank_equal=sum(other == own for other in whole.values()) > 1,
        noc=noc,
        gold=own[0],
        silver=own[1],
        bronze=own[2],
        total=sum(own),
        rank_total=1 + sum(sum(other) > sum(own) for other in whole.values()),
        genders=genders,
    )


def _triple(counts: Counter[tuple[str, str]]) -> tuple[int, int, int]:
    gold, silver, bronze = (sum(count for (_, each), count in counts.items() if each == medal) for medal in MEDALS)
    return gold, silver, bronze


def _genders(counts: Counter[tuple[str, str]]) -> dict[str, MedalCounts]:
    found = {}
    for gender in sorted({gender for gender, _ in counts}):
        gold, silver, bronze = (counts[gender, medal] for medal in MEDALS)
        found[gender] = MedalCounts(gold=gold, silver=silver, bronze=bronze, total=gold + silver + bronze)
    return found
