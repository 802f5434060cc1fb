"""What is wrong with a result by itself. Each function says what it found, or None.

Rules: ODF General Messages, DT_RESULT (Rank, RankEqual, SortOrder, WLT, ExtendedResults); Common Codes, RECORD_TYPE.
"""

from collections import Counter
from itertools import pairwise

from msgspec import UNSET

from feed.core.awards import OVER
from feed.core.performance import MOST_IS_BEST, cost, is_later
from feed.core.suspect import Ranked, Suspect
from schemas.competitor import Competitor
from schemas.facts import SHIPPED

# A handicap start: there the first over the line need not have the shortest time of his own.
HANDICAP = frozenset({"BTH", "CCS", "MPN", "NCB"})
AT_ONCE = frozenset({"TIME", "DISTANCE"})  # comparable as soon as they are there; other values grow during play
OWN_BESTS = frozenset({"PB", "SB"})  # told beside a result, but no records
CONTINENT_OF_RECORD = {
    "AF": "AFR",
    "AS": "ASI",
    "ER": "EUR",
    "OC": "OCE",
    **dict.fromkeys(("AM", "NA", "SA"), "AME"),
}
_CONTINENT_OF_NOC = {fact.code: fact.continent for fact in SHIPPED["NOC"] if fact.continent is not UNSET}
_SPLIT = "INTERMEDIATE"
_SIDES = 2
WON, LOST = frozenset("WV"), frozenset("LD")  # fencing says victory and defeat


def record_in_start_list(suspect: Suspect) -> str | None:
    """Nothing has been set before the start; such a document contradicts itself."""
    return record_told(suspect) if suspect.message.status == "START_LIST" else None


def record_told(suspect: Suspect) -> str | None:
    """A record that is more than somebody's own best."""
    for row in suspect.marked:
        for mark in row.records:
            if mark.record_type not in OWN_BESTS:
                return f"{mark.record_type} by {row.id}"
    return None


def record_of_other_continent(suspect: Suspect) -> str | None:
    """Told by the organisation; those without a continent (neutral athletes) may have any."""
    for row in suspect.marked:
        for mark in row.records:
            continent = CONTINENT_OF_RECORD.get(mark.record_type)
            home = _CONTINENT_OF_NOC.get(row.noc or "")
            if continent and home and continent != home:
                return f"{mark.record_type} by {row.id} of {row.noc}"
    return None


def two_winners(suspect: Suspect) -> str | None:
    """Head to head only: of more sides several may go on."""
    present = suspect.present
    if len(present) == _SIDES and all(row.wlt in WON for row in present):
        return f"{present[0].id} and {present[1].id}"
    return None


def leader_not_best(suspect: Suspect) -> str | None:
    """By values whose better end is the same in every sport."""
    ranked = suspect.ranked
    if not ranked or ranked[0][0] != 1:
        return None
    second = next((each for each in ranked if each[0] > 1), None)
    return _overtaken(suspect, ranked[0], second) if second else None


def order_unlike_results(suspect: Suspect) -> str | None:
    """The same further down."""
    for (rank, row), (next_rank, other) in pairwise(suspect.ranked):
        if not 1 < rank < next_rank or _seem_in_order(row, other):
            continue
        if found := _overtaken(suspect, (rank, row), (next_rank, other)):
            return found
    return None


def _seem_in_order(one: Competitor, other: Competitor) -> bool:
    """Told by their texts, which have no leading zeros: the exact look is for the rare rest."""
    before, after = one.result or "", other.result or ""
    if one.result_type in MOST_IS_BEST:
        before, after = after, before
    return (len(before), before) <= (len(after), after)


def _overtaken(suspect: Suspect, one: Ranked, other: Ranked) -> str | None:
    (rank, row), (next_rank, next_row) = one, other
    kind = row.result_type
    is_fair = kind == next_row.result_type and (kind != "TIME" or suspect.discipline not in HANDICAP)
    if not is_fair or not (kind in AT_ONCE or suspect.message.status in OVER):
        return None
    before, after = cost(kind, row.result), cost(kind, next_row.result)
    if before is None or after is None or before <= after:
        return None
    return f"rank {rank} has {row.result}, rank {next_rank} has {next_row.result}"


def split_after_finish(suspect: Suspect) -> str | None:
    """Splits are cumulative; where the start is a handicap they may count from another moment."""
    if suspect.discipline in HANDICAP:
        return None
    for row in suspect.rows:
        if not row.splits or not row.result or row.result_type != "TIME" or row.irm:
            continue
        for split in row.splits:
            if split.code == _SPLIT and split.value and is_later(split.value, row.result):
                return f"{row.id} has {split.value} at {split.pos or 'a split'}, {row.result} in all"
    return None


def rank_not_shared(suspect: Suspect) -> str | None:
    """RankEqual belongs to each of those who share a rank."""
    if not suspect.shared:
        return None
    alone = (row for row in suspect.rows if row.rank in suspect.shared and not row.rank_equal)
    return next((f"rank {row.rank} of {row.id}" for row in alone), None)


def ranks_out_of_order(suspect: Suspect) -> str | None:
    """Rows come in the order of SortOrder."""
    highest = 0
    for rank, row in zip(suspect.ranks, suspect.rows, strict=True):
        if rank and row.sort_order is not None:
            if rank < highest:
                return f"rank {rank} of {row.id} behind rank {highest}"
            highest = rank
    return None


def competitor_twice(suspect: Suspect) -> str | None:
    """One row is for one competitor."""
    present = suspect.present
    if len({row.id for row in present}) == len(present):
        return None
    counted = Counter(row.id for row in present)
    return max(counted, key=counted.__getitem__)


def ended_before_started(suspect: Suspect) -> str | None:
    """Of what happened, not of what was planned."""
    started, ended = getattr(suspect.message.body, "started", UNSET), getattr(suspect.message.body, "ended", UNSET)
    if started is UNSET or ended is UNSET or started <= ended:
        return None
    return f"{(started - ended) // 1_000_000} s before"
