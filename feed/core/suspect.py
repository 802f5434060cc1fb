"""One message as the rules of plausibility look at it; what several of them need is worked out once."""

from collections import Counter
from functools import cached_property, lru_cache
from operator import itemgetter

from feed.core.known import Known
from schemas.competitor import Competitor, Rows
from schemas.contender import PLACEHOLDERS
from schemas.registry import AnyMessage
from schemas.topic import place_of

_DIGITS_MAX = 6


Ranked = tuple[int, Competitor]  # somebody's rank and row, without an invalid result; a plain pair: there are hundreds


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
    def ranks(self) -> list[int]:
        """The rank of each row as a number; 0 for none, and for one that is no number."""
        return [_number(row.rank) if row.rank else 0 for row in self.rows]

    @cached_property
    def ranked(self) -> list[Ranked]:
        """Those with a rank, best first, as sent where they share one."""
        found = [(rank, row) for rank, row in zip(self.ranks, self.rows, strict=True) if rank and not row.irm]
        return sorted(found, key=itemgetter(0))

    @cached_property
    def shared(self) -> frozenset[str]:
        """The ranks that several rows have."""
        told = [row.rank for row in self.rows if row.rank]
        if len(set(told)) == len(told):
            return frozenset()
        counted = Counter(told)
        return frozenset(rank for rank, count in counted.items() if count > 1)

    @cached_property
    def marked(self) -> list[Competitor]:
        """The rows that tell of a record."""
        return [row for row in self.rows if row.records]


@lru_cache(maxsize=4096)
def _number(rank: str) -> int:
    return int(rank) if rank.isdecimal() and len(rank) <= _DIGITS_MAX else 0
