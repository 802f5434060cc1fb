"""What is shown of records: the newest table of each record, and of its rows what stands in one view."""

from collections.abc import Callable

import msgspec

from feed.core.entry import Entry
from schemas.ledger import MedalView
from schemas.message import Op
from schemas.record_table import RecordTable, RecordTableBody, Standing
from schemas.rsc import FILLING
from schemas.topic import escape


class RecordLine(msgspec.Struct, frozen=True, kw_only=True):
    """The record of one type: `standing` is null where nobody holds one; `pending` where it is not signed off."""

    record_type: str
    subcode: str | None
    order: int | None
    pending: bool
    standing: Standing | None


class RecordPart(msgspec.Struct, frozen=True, kw_only=True):
    """The records of one code, as the message `seq` on `topic` has them."""

    code: str
    topic: str
    seq: int
    name: str | None
    records: tuple[RecordLine, ...]


class Archive:
    """The tables of one competition by topic."""

    def __init__(self) -> None:
        self.seq = 0
        self._tables: dict[str, tuple[int, RecordTableBody]] = {}

    def apply(self, entry: Entry) -> None:
        self.seq = entry.seq
        self._tables.pop(entry.topic, None)
        body = _TABLE.decode(entry.json).body if entry.index.op is Op.PUT else None
        if body is not None:
            self._tables[entry.topic] = (entry.seq, body)

    def chosen(self, view: MedalView, wants: Callable[[str], bool], types: frozenset[str]) -> tuple[RecordPart, ...]:
        """Those whose codes are wanted, in the order of their codes; of the types that are named, if any are."""
        found = []
        for topic, (seq, body) in self._tables.items():
            lines = tuple(
                RecordLine(
                    record_type=row.record_type,
                    subcode=row.subcode,
                    order=row.order,
                    pending=view is MedalView.PROVISIONAL and row.provisional != row.official,
                    standing=row.provisional if view is MedalView.PROVISIONAL else row.official,
                )
                for row in body.rows
                if not types or row.record_type in types
            )
            if wants(body.code) and (lines or not types):
                found.append(RecordPart(code=body.code, topic=topic, seq=seq, name=body.name, records=lines))
        return tuple(sorted(found, key=lambda part: part.code))


class Archives:
    """The view of a board that holds every competition's tables of records."""

    def __init__(self) -> None:
        self._archives: dict[str, Archive] = {}

    def apply(self, entry: Entry) -> None:
        if entry.kind == "record_table":
            self._archives.setdefault(entry.topic.partition(".")[0], Archive()).apply(entry)

    def of(self, competition: str) -> Archive:
        """An empty one where no record is known."""
        return self._archives.get(escape(competition)) or Archive()


def is_of(code: str, event: str) -> bool:
    """Whether a record is one of an event, also of a part of its distance; the filling at its end may be left out."""
    one, other = (each.ljust(_EVENT, FILLING)[:_EVENT] for each in (code, event))
    return one == other


_EVENT = 22  # characters of a Results System Code up to its event
_TABLE = msgspec.json.Decoder(RecordTable)
