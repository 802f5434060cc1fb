"""What a result says otherwise than the message before it, as far as that could be called.

Only what was said and is no longer so is a change: the first rank of somebody, a qualification mark that comes with
the signature and a result of somebody still racing are none. Of what was not said before, two things are: an invalid
result mark, and a competitor who appears (except after PARTIAL, which promises more).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from operator import attrgetter

import msgspec

from feed.core.statuses import FINISHED
from schemas.competitor import Change, Competitor, Decision, Rows
from schemas.contender import PLACEHOLDERS
from schemas.result_parts import RecordMark

FIELDS = ("rank", "result", "irm", "qualification_mark", "wlt", "records")
PARTIAL = "PARTIAL"
_VALUES = attrgetter(*FIELDS)

Said = str | bool | tuple[RecordMark, ...] | None
_NOTHING: list[Said] = [None] * len(FIELDS)


class Row(msgspec.Struct, frozen=True):
    """What was said of one competitor."""

    id: str
    rank: str | None = None
    rank_equal: bool = False
    result: str | None = None
    irm: str | None = None
    qualification_mark: str | None = None
    wlt: str | None = None
    records: tuple[RecordMark, ...] = ()


class RowsBefore(msgspec.Struct, frozen=True):
    """What was said of them all."""

    competitors: tuple[Row, ...] = ()
    decision: Decision = Decision(pending=False)
    reason: str | None = None


class _Header(msgspec.Struct, frozen=True):
    notes: tuple[str, ...] = ()


class Before(msgspec.Struct, frozen=True):
    """The message before, read from its delivered text as far as it matters; no body where it is kept apart."""

    seq: int
    status: str | None
    document: _Header | None
    body: RowsBefore | None


read_before = msgspec.json.Decoder(Before).decode


def changes_of(before: Before, after: Rows) -> tuple[Change, ...] | None:
    """The changes, in the order in which competitors stood before; None where that is not known."""
    if before.status not in FINISHED:
        return ()
    if before.body is None:
        return None
    old, new = _named(before.body.competitors), _named(after.competitors)
    found = [change for name, row in old.items() for change in _of_row(row, new.get(name))]
    if before.status != PARTIAL:
        found += [Change(who=row.id, field="id", from_=None, to=row.id) for name, row in new.items() if name not in old]
    return tuple(found)


def _of_row(old: Row | Competitor, new: Row | Competitor | None) -> Iterator[Change]:
    if new is None:
        yield Change(who=old.id, field="id", from_=old.id, to=None)
    for field, said, says in zip(FIELDS, _facts(old), _facts(new), strict=True):
        if said != says and (said is not None or field == "irm"):
            yield Change(who=old.id, field=field, from_=said, to=says)
    if new is not None and old.rank and new.rank and old.rank_equal is not new.rank_equal:
        yield Change(who=old.id, field="rank_equal", from_=old.rank_equal, to=new.rank_equal)


def _facts(row: Row | Competitor | None) -> list[Said]:
    """The values of FIELDS; empty and absent ones say nothing."""
    return _NOTHING if row is None else [value or None for value in _VALUES(row)]


def _named(rows: Iterable[Row | Competitor]) -> dict[tuple[str, int], Row | Competitor]:
    """Rows by competitor; one who has several is told apart by their order."""
    seen = Counter[str]()
    found: dict[tuple[str, int], Row | Competitor] = {}
    for row in rows:
        if row.id not in PLACEHOLDERS:
            found[row.id, seen[row.id]] = row
            seen[row.id] += 1
    return found
