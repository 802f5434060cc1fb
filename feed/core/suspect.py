"""One message as the rules of plausibility look at it; what several of them need is worked out once."""

from collections import Counter
from functools import cached_property
from typing import NamedTuple

from feed.core.known import Known
from schemas.competitor import Competitor, Rows
from schemas.contender import PLACEHOLDERS
from schemas.registry import AnyMessage
from schemas.topic import place_of

_DIGITS_MAX = 6


class Ranked(NamedTuple):
    """A competitor in the order of ranks; nobody with an invalid result."""

    rank: int
    row: Competitor


class Suspect:
    """A message and what is known besides; `place` is where its topic is, the six tokens in front of the kind."""

    def __init__(self, message: AnyMessage, known: Known) -> None:
        self.message = message
        self.known = known
        self.place = place_of(message.topic)
        self.rows = message.body.competitors if isinstance(message.body, Rows) else ()

    @property
    def discipline(self) -> str:
        return self.place.split(".", 2)[1]

    @cached_property
    def present(self) -> list[Competitor]:
        """The rows that name somebody."""
        return [row for row in self.rows if row.id not in PLACEHOLDERS]

    @cached_property
    def ranked(self) -> list[Ranked]:
        """Those with a rank, best first, as sent where they share one."""
        found = [Ranked(rank, row) for row in self.rows if not row.irm and (rank := rank_of(row))]
        return sorted(found, key=_rank)

    @cached_property
    def shared(self) -> frozenset[str]:
        """The ranks that several rows have."""
        counted = Counter(row.rank for row in self.rows if row.rank)
        return frozenset(rank for rank, count in counted.items() if count > 1)

    @cached_property
    def marked(self) -> list[Competitor]:
        """The rows that tell of a record."""
        return [row for row in self.rows if row.records]


def rank_of(row: Competitor) -> int:
    """The rank as a number; 0 for none, and for one that is no number."""
    rank = row.rank
    return int(rank) if rank and rank.isdecimal() and len(rank) <= _DIGITS_MAX else 0


def _rank(ranked: Ranked) -> int:
    return ranked.rank
