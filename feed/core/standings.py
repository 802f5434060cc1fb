"""The order of a medal table (General Messages, DT_MEDALS): by gold, then silver, then bronze, and by all medals.

Who ties shares a rank, and as many ranks are skipped behind (1, 2, 2, 4); within a tie the organisation's code decides.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeVar

Value = TypeVar("Value", int, tuple[int, int, int])


class Counts(NamedTuple):
    """Medals of one organisation, in the order in which they count."""

    gold: int = 0
    silver: int = 0
    bronze: int = 0


class Row(NamedTuple):
    """One organisation in the table; `rank_equal` tells that others have the same `rank`."""

    rank: int
    rank_equal: bool
    noc: str
    gold: int
    silver: int
    bronze: int
    total: int
    rank_total: int


def standings(medals: Mapping[str, Counts]) -> list[Row]:
    """The rows of all organisations that have a medal, best first."""
    counted = {noc: counts for noc, counts in medals.items() if any(counts)}
    totals = {noc: sum(counts) for noc, counts in counted.items()}
    ranks, ranks_total = _ranks(counted.values()), _ranks(totals.values())
    sharing = Counter(counted.values())
    rows = (
        Row(ranks[counts], sharing[counts] > 1, noc, *counts, totals[noc], ranks_total[totals[noc]])
        for noc, counts in counted.items()
    )
    return sorted(rows, key=lambda row: (row.rank, row.noc))


def _ranks(values: Iterable[Value]) -> dict[Value, int]:
    """The rank of each value: one more than there are better ones."""
    ranks: dict[Value, int] = {}
    for place, value in enumerate(sorted(values, reverse=True), 1):
        ranks.setdefault(value, place)
    return ranks
